"""Backups: what is kept so that writes can be taken back, for how long, in how much room, and whether it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from indexium_core import errors
from indexium_core.files import delta, journal, reader
from indexium_core.files.journal import JournalEntry, SwapEntry
from indexium_core.flows.history import history_service, rollback_checks
from indexium_core.flows.home import backup_room
from indexium_core.flows.home.clock import ElapsedTime
from indexium_core.model.files.media import Extent
from indexium_core.model.operations.backup import BackupCheck, BackupDetails, BackupUse, RangePreview
from indexium_core.model.operations.operation import BackupRecord
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.operations import backups as store
from indexium_core.store.operations.backups import Backup

__all__ = ["BackupManager"]

_SHOWN = 16  # bytes of a stretch that are shown …
_STRETCHES = 8  # … and stretches of a file


class BackupManager:
    """Looks after the undo journals below `backups/`, the kept originals, and their rows in the ledger."""

    def __init__(
        self,
        book: store.Backups,
        past: history_service.HistoryService,
        keeper: backup_room.BackupRoom,
        *,
        folder: Path,
        config: Settings,
        at_work: Callable[[], frozenset[int]],
        elapsed: ElapsedTime,
    ) -> None:
        self._book = book
        self._history = past
        self._keeper = keeper
        self._folder = folder
        self._settings = config
        self._at_work = at_work  # the operations of this process that are running
        self._elapsed = elapsed

    # The methods of the source document.

    def create_backup(self, file_hash: str, file_path: str, operation_item_id: int) -> BackupRecord:
        """
        Return the backup of an item; every write makes it before the file's first byte changes.

        Raises:
            UnknownIdError: There is no such item, or it is of another file.

        """
        found = self._book.records(item_ids=[operation_item_id])
        if not found or found[0].file not in ((file_hash, file_path), (None, file_path)):
            message = f"Item {operation_item_id} has no backup of {file_path}."
            raise errors.UnknownIdError(message)
        return found[0].record

    def restore_backup(self, operation_item_id: int) -> bool:
        """Take one item back, wait, and say whether the file has its old bytes again."""
        found = self._book.records(item_ids=[operation_item_id])
        if not found:
            message = f"Item {operation_item_id} has no backup."
            raise errors.UnknownIdError(message)
        handle = self._history.start_rollback(found[0].operation_id, item_ids=[operation_item_id])
        return handle.wait().counts.get("success", 0) == 1

    def cleanup_old_backups(self, days_to_keep: int = 90) -> int:
        """
        Remove journals older than `days_to_keep` days, and originals kept with them; returns how many journals went.

        Does nothing while an operation runs, and leaves what an unfinished one may need.
        """
        return 0 if self._at_work() else self._keeper.expire(days_to_keep)

    # Room.

    def room_for(self, needed: int) -> bool:
        """Tell whether so many bytes more can be kept; see `Keeper`."""
        return self._keeper.room_for(needed)

    def make_room(self, needed: int, *, item_id: int | None = None) -> bool:
        """See to it that so many bytes more can be kept, and tell whether they can; see `Keeper`."""
        return self._keeper.make_room(needed, item_id=item_id)

    def tidy(self) -> None:
        """
        Remove what is past its time, over the budget or left over; at a start and after each operation.

        By a clock that was set far ahead nothing is past its time.
        """
        if self._at_work():
            self._keeper.sweep()
            return
        if self._elapsed.is_plausible():
            self.cleanup_old_backups(self._settings.metadata_backup_retention_days)
        else:
            self._keeper.sweep()
        self._keeper.keep_within_budget()

    # Looking.

    @remote()
    def records(self) -> list[BackupRecord]:
        """Return every backup that is still there, newest first."""
        return [backup.record for backup in self._book.records() if not backup.dropped]

    @remote()
    def use(self) -> BackupUse:
        """Return what is kept of each operation, newest first, and what it all takes."""
        kept_for = timedelta(days=self._settings.metadata_backup_retention_days)
        return BackupUse(
            items=self._book.by_operation(kept_for=kept_for),
            bytes=self._book.usage(),
            budget=int(self._settings.backup_budget),
        )

    @remote()
    def verify(self, operation_id: int | None = None, *, full: bool = False) -> list[BackupCheck]:
        """
        Read backups of one operation, or of all that have any, and look whether files could be taken back now.

        Args:
            operation_id: The operation; None means all.
            full: Read kept originals to the end and compare them with the digest that was noted; else their size.

        Raises:
            UnknownIdError: There is no such operation.

        """
        if operation_id is not None:
            return [self._verify(operation_id, full=full)]
        return [self._verify(each.operation_id, full=full) for each in self.use().items]

    def _verify(self, operation_id: int, *, full: bool) -> BackupCheck:
        check = self._history.check(operation_id)
        kept = self._kept(operation_id)
        problems = [problem for backup in kept if (problem := self._problem(backup, full=full))]
        broken = {problem.item_id for problem in problems}
        return BackupCheck(
            operation_id=operation_id,
            items=len(kept),
            whole=len(kept) - len(problems),
            in_force=check.exact + len(check.conflicts),
            restorable=check.exact,
            problems=[problem.sentence for problem in problems],
            in_the_way=[f"{item.file_path}: {item.message}" for item in check.conflicts if item.id not in broken],
        )

    def _kept(self, operation_id: int) -> list[Backup]:
        """Return the backups of files that an operation changed, those that were dropped left out; in its order."""
        found = self._book.records(operation_ids=[operation_id])
        return [backup for backup in reversed(found) if backup.status == "success" and not backup.dropped]

    def _problem(self, backup: Backup, *, full: bool) -> _BackupProblem | None:
        try:
            entry = journal.find(self._folder / backup.journal, backup.record.operation_item_id)
            if backup.record.kind == "original":
                rollback_checks.check_kept(backup.kept, backup.kept_bytes, path=os.fsencode(backup.file[1]))
                if full:
                    _check_digest(backup, entry)
        except (errors.MetadataError, errors.StoreError) as error:
            return _BackupProblem(backup.record.operation_item_id, f"{backup.file[1]}: {error.message}")
        return None

    @remote()
    def show(self, operation_id: int, *, limit: int = 0) -> tuple[list[BackupDetails], int]:
        """
        Return what is kept of each file of an operation, the first `limit` (0: all), and how many there are.

        Raises:
            UnknownIdError: There is no such operation.

        """
        self._history.get_operation_details(operation_id, per_page=1)  # is there such an operation?
        found = [
            each for each in reversed(self._book.records(operation_ids=[operation_id])) if each.status == "success"
        ]
        return [self._details(each) for each in (found[:limit] if limit else found)], len(found)

    def _details(self, backup: Backup) -> BackupDetails:
        ranges: list[RangePreview] = []
        problem = f"It is gone ({backup.evicted_reason or 'removed'})." if backup.dropped else ""
        says, count = "nothing but the comment", 0
        if not backup.dropped:
            try:
                entry = journal.find(self._folder / backup.journal, backup.record.operation_item_id)
                stretches = list(_stretches(entry))
                ranges, count = [_preview(*each) for each in stretches[:_STRETCHES]], len(stretches)
                says = _comes_back(backup, entry)
            except (errors.MetadataError, errors.StoreError) as error:
                problem = error.message
        return BackupDetails(
            operation_item_id=backup.record.operation_item_id,
            file_id=backup.record.file_id,
            file_path=backup.file[1],
            kind=backup.record.kind,
            bytes=backup.record.bytes,
            comes_back=says,
            comment=backup.comment,
            ranges=ranges,
            range_count=count,
            kept_path=backup.kept.decode("utf-8", "replace") if backup.kept and not backup.dropped else "",
            problem=problem,
        )


class _BackupProblem(NamedTuple):
    """What is wrong with one backup."""

    item_id: int
    sentence: str


def _check_digest(backup: Backup, entry: JournalEntry | SwapEntry) -> None:
    """Raise ConflictError where a kept original is not what was put there."""
    if not isinstance(entry, SwapEntry) or entry.old.digest == bytes(16):
        return
    with reader.FileReader(backup.kept or b"") as file:
        if delta.digest_of(file, sampled=entry.old.sampled) != entry.old.digest:
            raise errors.ConflictError("The kept original has other bytes than it had.", code="backup_missing")


def _stretches(entry: JournalEntry | SwapEntry) -> Iterator[tuple[int, bytes]]:
    """Yield the old bytes that are kept, each with its place in the old file."""
    if isinstance(entry, JournalEntry):
        yield from ((part.offset, part.before) for part in entry.ranges if part.before)
        return
    place = 0
    for piece in entry.reverse.pieces if entry.reverse else ():
        if isinstance(piece, Extent):
            place += piece.length
        else:
            yield place, piece
            place += len(piece)


def _preview(offset: int, data: bytes) -> RangePreview:
    return RangePreview(offset=offset, length=len(data), hex=data[:_SHOWN].hex(" "))


def _comes_back(backup: Backup, entry: JournalEntry | SwapEntry) -> str:
    """Return what would come back, in a few words."""
    kept = sum(len(data) for _, data in _stretches(entry))
    old = "1 old byte" if kept == 1 else f"{kept:,} old bytes"
    if isinstance(entry, JournalEntry):
        size = entry.size_before
        if entry.shifted:
            what = "go" if entry.size_after > size else "come back"
            return f"the file of {size:,} bytes: {abs(entry.size_after - size):,} bytes in front {what}"
        return f"the file of {size:,} bytes: {old} in the place of new ones"
    if backup.record.kind == "original":
        return f"the original itself, {backup.kept_bytes:,} bytes"
    if entry.reverse is not None:
        return f"the file of {entry.old.size:,} bytes: built of {old} and of the media in the present file"
    return "nothing but the comment"
