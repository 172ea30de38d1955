"""
Room for backups: how much they take, which go when more is needed, and the removal of what is none any more.

What goes is dropped in the ledger first and removed from the disk afterwards, so the ledger never promises a backup
that is not there; a removal that was cut short is finished at the next start. A file that is missing is no error.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from indexium_core.files import swap, walk
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.operations import backups
from indexium_core.store.operations.backups import BackupLocation, OrphanedOriginal, Room

__all__ = ["BackupRoom"]


logger = logging.getLogger(__name__)


class BackupRoom:
    """Keeps what is kept within its budget. May be used from any thread."""

    def __init__(self, store: database.Database, *, folder: Path, budget: int, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._book = backups.Backups(store)
        self._folder = folder
        self.budget = budget  # may change
        self._clock = clock
        self._lock = threading.Lock()
        self._promised: dict[int, int] = {}  # item → bytes that it may keep and the ledger does not know of yet

    def room_for(self, needed: int) -> bool:
        """Tell whether `needed` bytes more can be kept, if need be in the place of older originals."""
        with self._lock:
            return self._what_must_go(needed) is not None

    def make_room(self, needed: int, *, item_id: int | None = None) -> bool:
        """
        See to it that `needed` bytes more can be kept, and tell whether they can; nothing goes where they cannot.

        The oldest kept originals go first, then whole journals; never those of an operation that is not over, nor what
        a rollback under way needs. With `item_id` the room is promised to that item, until its result is recorded or
        `release` is called. What a rollback would keep (the file that we wrote) drives out no original.
        """
        with self._lock:
            room = self._what_must_go(needed)
            if room is None or (room.bytes and item_id is not None and self._book.takes_back(item_id)):
                return False
            self._evict(room)
            if item_id is not None:
                self._promised[item_id] = needed
            return True

    def release(self, item_id: int) -> None:
        """Take back the promise of room to an item that keeps nothing after all."""
        with self._lock:
            self._promised.pop(item_id, None)

    def keep_within_budget(self) -> None:
        """Let go what is over the budget, as far as it may go."""
        with self._lock:
            over = self._used() - self.budget
            if over > 0:
                self._evict(self._book.room(over))

    def expire(self, days: int) -> int:
        """Remove journals, and originals with them, that are older than `days` and that no operation needs."""
        now, removed = self._clock(), 0
        for operation_id in self._book.expired(before=now - timedelta(days=days)):
            names = self._book.journals_of(operation_id)
            reason = f"kept for {days} days, until {now.astimezone():%Y-%m-%d}"
            self._book.drop_operation(operation_id, reason=reason, now=now)
            removed += self._remove_journals(names)
        if removed:
            logger.info("backups.expired", extra={"file_count": removed})
        self.sweep()
        return removed

    def sweep(self) -> None:
        """Remove the files of backups that were dropped: kept originals, and journals that nothing is in any more."""
        left = self._book.leftovers()
        now = (
            {place.file_id: place.path for place in self._book.places_of([each.file_id for each in left])}
            if left
            else {}
        )
        gone = [each for each in left if _removed(swap.found(each.path, now.get(each.file_id, each.path)))]
        if gone:
            self._book.removed([each.item_id for each in gone])
            self._look_at_links(gone)
        names = [entry.name for entry in self._folder.glob("*.journal")]
        if names:
            self._remove_journals(self._book.dead_journals(names))

    def _what_must_go(self, needed: int) -> Room | None:
        """Return what has to go for `needed` bytes, None where there cannot be room for them."""
        over = self._used() + needed - self.budget
        if over <= 0:
            return Room(item_ids=[], journals=[], bytes=0)
        room = self._book.room(over) if needed <= self.budget else None
        return room if room is not None and room.bytes >= over else None

    def _used(self) -> int:
        """Return the bytes in use, those promised to items without a result among them."""
        still_open = self._book.still_open(self._promised) if self._promised else set()
        self._promised = {item_id: size for item_id, size in self._promised.items() if item_id in still_open}
        return self._book.usage() + sum(self._promised.values())

    def _evict(self, room: Room) -> None:
        if not room.item_ids and not room.journals:
            return
        now = self._clock()
        reason = f"evicted to stay within the budget on {now.astimezone():%Y-%m-%d}"
        self._book.drop(room, reason=reason, now=now)
        logger.info("backups.evicted", extra={"items": len(room.item_ids), "journals": len(room.journals)})
        self._remove_journals(room.journals)
        self.sweep()

    def _remove_journals(self, names: list[str]) -> int:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        return len(names)

    def _look_at_links(self, gone: list[OrphanedOriginal]) -> None:
        """Note that files whose originals were put back by a link have one name less now: else they count as linked."""
        places = self._book.places_of([each.file_id for each in gone])
        restats = [found for known in places if (found := _restat(known)) is not None]
        if restats:
            with self._store.atomic() as tx:
                catalog.restat(tx, restats)


def _restat(known: BackupLocation) -> catalog.Restat | None:
    """Look at a file again; None where it is not as the catalog has it, which is for a scan to find out."""
    try:
        found = walk.file_stat(os.lstat(known.path))
    except OSError:
        return None
    same = (found.size, found.mtime_ns) == (known.size, known.mtime_ns)
    return catalog.Restat(file_id=known.file_id, stat=found) if same else None


def _removed(path: bytes) -> bool:
    """Remove a kept original and tell whether it is gone; one whose whole folder is away is not gone for good."""
    place = Path(os.fsdecode(path))
    try:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISREG(place.lstat().st_mode):
                place.unlink()
        if not place.parent.is_dir():
            return False
        if os.fsencode(place.parent.name) == swap.OWN_FOLDER:
            with contextlib.suppress(OSError):  # others are kept there still
                place.parent.rmdir()
    except OSError as error:
        logger.warning("backups.not_removed", extra={"file_path": str(place), "error": str(error)})
        return False
    return True
