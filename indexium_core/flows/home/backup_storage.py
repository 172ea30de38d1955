"""
The storage of backups: its budget in bytes, and which backups it deletes.

A backup is dropped in the ledger first and deleted from the disk afterwards, so the ledger never lists a backup that
does not exist. The next start completes an interrupted deletion. A file that is missing already is no error.
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
from typing import TYPE_CHECKING

from indexium_core.flows.home.clock import ElapsedTime
from indexium_core.settings import Settings
from indexium_core.store import database
from indexium_core.store.operations import backups
from indexium_core.store.operations.backups import BackupLocation, OrphanedOriginal, Room

if TYPE_CHECKING:  # each start looks for leftovers, and seldom finds any
    from indexium_core.store.rows import Restat

logger = logging.getLogger(__name__)


class BackupStorage:
    """Keeps the backups within their budget. Safe to use from any thread."""

    def __init__(
        self,
        store: database.Database,
        *,
        folder: Path,
        config: Settings,
        running: Callable[[], frozenset[int]],
        elapsed: ElapsedTime,
        clock: Callable[[], datetime],
    ) -> None:
        """
        Manage the files of the backups in `folder`.

        `running` returns the ids of the operations that run in this process; `elapsed` shows whether expiry may rely on
        the clock.
        """
        self._store = store
        self._book = backups.Backups(store)
        self._folder = folder
        self._config, self._running, self._elapsed = config, running, elapsed
        self._clock = clock
        self._lock = threading.Lock()
        self._reserved: dict[int, int] = {}  # by item id: bytes that are not in the ledger yet

    def make_room(self, needed: int, *, item_id: int | None = None) -> bool:
        """
        Evict backups until `needed` more bytes fit. Return False, and evict nothing, if they cannot fit.

        The oldest kept originals are evicted first, then whole journals. Backups of an unfinished operation, or that a
        running rollback needs, are not evicted. With `item_id` the bytes are reserved for that item until its result is
        in the ledger or `release` is called. A rollback never evicts, because it would only keep the file that this
        program wrote.
        """
        with self._lock:
            evictions = self._evictions_for(needed)
            if evictions is None or (evictions.bytes and item_id is not None and self._book.is_exact_rollback(item_id)):
                return False
            self._evict(evictions)
            if item_id is not None:
                self._reserved[item_id] = needed
            return True

    def release(self, item_id: int) -> None:
        """Release the reservation of an item that keeps no backup."""
        with self._lock:
            self._reserved.pop(item_id, None)

    def enforce_budget(self) -> None:
        """Evict backups until the rest is within the budget, as far as possible."""
        with self._lock:
            excess = self._used() - int(self._config.backup_budget)
            if excess > 0:
                self._evict(self._book.room(excess))

    def tidy(self) -> int:
        """
        Delete expired, excess and dropped backups. Runs at the start, after each operation, and each night.

        Returns the number of expired journals. Backups do not expire while the clock is not plausible.
        """
        if self._running():
            self.sweep()
            return 0
        expired = 0
        if self._elapsed.is_plausible():
            expired = self.expire(self._config.metadata_backup_retention_days)
        else:
            self.sweep()
        self.enforce_budget()
        return expired

    def expire(self, days: int) -> int:
        """Delete the backups older than `days` that no operation needs; return the number of deleted journals."""
        now, removed = self._clock(), 0
        for operation_id in self._book.expired(before=now - timedelta(days=days)):
            names = self._book.journals_of(operation_id)
            reason = f"kept for {days} days, until {now.astimezone():%Y-%m-%d}"
            self._book.drop_operation(operation_id, reason=reason, now=now)
            removed += self._delete_journals(names)
        if removed:
            logger.info("backups.expired", extra={"file_count": removed})
        self.sweep()
        return removed

    def sweep(self) -> None:
        """Delete the files of dropped backups: kept originals, and journals without backups."""
        leftovers = self._book.leftovers()
        if leftovers:
            self._delete_originals(leftovers)
        names = [entry.name for entry in self._folder.glob("*.journal")]
        if names:
            self._delete_journals(self._book.dead_journals(names))

    def _delete_originals(self, leftovers: list[OrphanedOriginal]) -> None:
        from indexium_core.files import swap

        paths = {place.file_id: place.path for place in self._book.places_of([each.file_id for each in leftovers])}
        deleted = [each for each in leftovers if _delete(swap.kept_path(each.path, paths.get(each.file_id, each.path)))]
        if deleted:
            self._book.removed([each.item_id for each in deleted])
            self._update_link_counts(deleted)

    def _evictions_for(self, needed: int) -> Room | None:
        """Return the backups to evict so that `needed` bytes fit; None if they cannot fit."""
        excess = self._used() + needed - int(self._config.backup_budget)
        if excess <= 0:
            return Room(item_ids=[], journals=[], bytes=0)
        evictions = self._book.room(excess) if needed <= int(self._config.backup_budget) else None
        return evictions if evictions is not None and evictions.bytes >= excess else None

    def _used(self) -> int:
        """Return the bytes in use, including the reservations of items without a result."""
        still_open = self._book.still_open(self._reserved) if self._reserved else set()
        self._reserved = {item_id: size for item_id, size in self._reserved.items() if item_id in still_open}
        return self._book.usage() + sum(self._reserved.values())

    def _evict(self, evictions: Room) -> None:
        if not evictions.item_ids and not evictions.journals:
            return
        now = self._clock()
        reason = f"evicted to stay within the budget on {now.astimezone():%Y-%m-%d}"
        self._book.drop(evictions, reason=reason, now=now)
        logger.info("backups.evicted", extra={"items": len(evictions.item_ids), "journals": len(evictions.journals)})
        self._delete_journals(evictions.journals)
        self.sweep()

    def _delete_journals(self, names: list[str]) -> int:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        return len(names)

    def _update_link_counts(self, deleted: list[OrphanedOriginal]) -> None:
        """Store the current link counts: a restored file may have been a link to its kept original."""
        from indexium_core.store.catalog import catalog

        places = self._book.places_of([each.file_id for each in deleted])
        restats = [restat for place in places if (restat := _restat(place)) is not None]
        if restats:
            with self._store.atomic() as tx:
                catalog.restat(tx, restats)


def _restat(place: BackupLocation) -> Restat | None:
    """Return the current stat facts of a file; None if it differs from the catalog, which the next scan updates."""
    from indexium_core.files import walk
    from indexium_core.store.rows import Restat

    try:
        current = walk.file_stat(os.lstat(place.path))
    except OSError:
        return None
    is_same = (current.size, current.mtime_ns) == (place.size, place.mtime_ns)
    return Restat(file_id=place.file_id, stat=current) if is_same else None


def _delete(original: bytes) -> bool:
    """Delete a kept original. Return False if its folder is not accessible now, so it may still exist."""
    from indexium_core.files import swap

    path = Path(os.fsdecode(original))
    try:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISREG(path.lstat().st_mode):
                path.unlink()
        if not path.parent.is_dir():
            return False
        if os.fsencode(path.parent.name) == swap.OWN_FOLDER:
            with contextlib.suppress(OSError):  # the folder has other kept originals
                path.parent.rmdir()
    except OSError as error:
        logger.warning("backups.not_removed", extra={"file_path": str(path), "error": str(error)})
        return False
    return True
