"""Backups: the data that a rollback of each write needs, the limits of its age and size, and checks of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from indexium_core import errors
from indexium_core.files import journal, reader
from indexium_core.files.journal import AnyEntry, JournalEntry, SideFile, SideFilesEntry, SwapEntry
from indexium_core.flows.history import history_service, rollback_conflicts
from indexium_core.flows.home.backup_storage import BackupStorage
from indexium_core.model import wording
from indexium_core.model.accounts.needs import NAMED, needs, reads_home
from indexium_core.model.accounts.permissions import ROLLBACK, SETTINGS_MANAGE
from indexium_core.model.files.media import Extent
from indexium_core.model.operations.backup import BackupCheck, BackupDetails, BackupUse, RangePreview
from indexium_core.model.operations.operation import BackupRecord
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.operations import backups as store
from indexium_core.store.operations.backups import Backup

_PREVIEW_BYTES = 16  # shown bytes of one range
_PREVIEW_RANGES = 8  # shown ranges of one file
_COMMENT_ONLY = "only the comment"


class BackupManager:
    """Manages the journals in `backups/`, the kept originals, and their rows in the ledger."""

    def __init__(
        self,
        book: store.Backups,
        history: history_service.HistoryService,
        storage: BackupStorage,
        *,
        folder: Path,
        config: Settings,
        running: Callable[[], frozenset[int]],
    ) -> None:
        """
        Manage the backups of a home.

        `running` returns the ids of the operations that run in this process.
        """
        self._book = book
        self._history = history
        self._storage = storage
        self._folder = folder
        self._settings = config
        self._running = running

    # Public methods.

    @needs(SETTINGS_MANAGE)
    def create_backup(self, file_hash: str, file_path: str, operation_item_id: int) -> BackupRecord:
        """
        Return the backup of an item. Every write makes its backup before the first byte of the file changes.

        Raises:
            UnknownIdError: The item does not exist, or belongs to another file.

        """
        backups = self._book.records(item_ids=[operation_item_id])
        if not backups or backups[0].file not in ((file_hash, file_path), (None, file_path)):
            raise errors.UnknownIdError(f"Item {operation_item_id} has no backup of {file_path}.")
        return backups[0].record

    @needs(ROLLBACK, NAMED)
    def restore_backup(self, operation_item_id: int) -> bool:
        """Roll back one item, wait for it, and return whether the file was restored."""
        backups = self._book.records(item_ids=[operation_item_id])
        if not backups:
            raise errors.UnknownIdError(f"Item {operation_item_id} has no backup.")
        handle = self._history.start_rollback(
            backups[0].operation_id, RollbackOptions(item_ids=frozenset({operation_item_id}))
        )
        return handle.wait().counts.get("success", 0) == 1

    @needs(SETTINGS_MANAGE)
    def cleanup_old_backups(self, days_to_keep: int = 90) -> int:
        """
        Delete journals older than `days_to_keep` days, and their kept originals; return the number of journals.

        Backups are not deleted while an operation runs. Backups that an unfinished operation may need are kept.
        """
        return 0 if self._running() else self._storage.expire(days_to_keep)

    @needs(SETTINGS_MANAGE)
    def tidy(self) -> int:
        """Delete expired, excess and dropped backups, as `BackupStorage.tidy`."""
        return self._storage.tidy()

    # Lists and checks.

    @reads_home
    @remote()
    def records(self) -> list[BackupRecord]:
        """Return every backup that exists, newest first."""
        return [backup.record for backup in self._book.records() if not backup.dropped]

    @reads_home
    @remote()
    def use(self) -> BackupUse:
        """Return the backups of each operation, newest first, and the space that all of them use."""
        kept_for = timedelta(days=self._settings.metadata_backup_retention_days)
        return BackupUse(
            items=self._book.by_operation(kept_for=kept_for),
            bytes=self._book.usage(),
            budget=int(self._settings.backup_budget),
        )

    @reads_home
    @remote()
    def verify(self, operation_id: int | None = None, *, full: bool = False) -> list[BackupCheck]:
        """
        Read the backups of one operation or of all, and check whether the files can be rolled back now.

        Args:
            operation_id: The operation; None for all.
            full: Compare the digests of kept originals, which reads all their bytes; otherwise compare only sizes.

        Raises:
            UnknownIdError: There is no such operation.

        """
        if operation_id is not None:
            return [self._verify(operation_id, full=full)]
        return [self._verify(each.operation_id, full=full) for each in self.use().items]

    def _verify(self, operation_id: int, *, full: bool) -> BackupCheck:
        check = self._history.check(operation_id)
        backups = self._existing(operation_id)
        problems = [problem for backup in backups if (problem := self._problem(backup, full=full))]
        damaged = {problem.item_id for problem in problems}
        return BackupCheck(
            operation_id=operation_id,
            items=len(backups),
            whole=len(backups) - len(problems),
            in_force=check.exact + len(check.conflicts),
            restorable=check.exact,
            problems=[problem.message for problem in problems],
            conflicts=[f"{item.file_path}: {item.message}" for item in check.conflicts if item.id not in damaged],
        )

    def _existing(self, operation_id: int) -> list[Backup]:
        """Return the existing backups of the files that an operation changed, in the order of its items."""
        backups = self._book.records(operation_ids=[operation_id])
        return [backup for backup in reversed(backups) if backup.status == "success" and not backup.dropped]

    def _problem(self, backup: Backup, *, full: bool) -> _BackupProblem | None:
        try:
            entry = journal.find(self._folder / backup.journal, backup.record.operation_item_id)
            if backup.record.kind == "original":
                rollback_conflicts.check_kept(backup.kept, backup.kept_bytes, path=os.fsencode(backup.file[1]))
                if full:
                    _check_digest(backup, entry)
        except (errors.MetadataError, errors.StoreError) as error:
            return _BackupProblem(backup.record.operation_item_id, f"{backup.file[1]}: {error.message}")
        return None

    @remote()
    def show(self, operation_id: int, *, limit: int = 0) -> tuple[list[BackupDetails], int]:
        """
        Return the backups of the first `limit` files of an operation (0: of all), and the number of all.

        Raises:
            UnknownIdError: There is no such operation.

        """
        self._history.get_operation_details(operation_id, per_page=1)  # raises UnknownIdError
        records = reversed(self._book.records(operation_ids=[operation_id]))
        backups = [each for each in records if each.status == "success"]
        return [self._details(each) for each in (backups[:limit] if limit else backups)], len(backups)

    def _details(self, backup: Backup) -> BackupDetails:
        previews: list[RangePreview] = []
        problem = f"The backup was deleted ({backup.evicted_reason or 'removed'})." if backup.dropped else ""
        restores, count = _COMMENT_ONLY, 0
        if not backup.dropped:
            try:
                entry = journal.find(self._folder / backup.journal, backup.record.operation_item_id)
                ranges = list(_kept_ranges(entry))
                previews, count = [_preview(*each) for each in ranges[:_PREVIEW_RANGES]], len(ranges)
                restores = _restored_content(backup, entry)
            except (errors.MetadataError, errors.StoreError) as error:
                problem = error.message
        return BackupDetails(
            operation_item_id=backup.record.operation_item_id,
            file_id=backup.record.file_id,
            file_path=backup.file[1],
            kind=backup.record.kind,
            bytes=backup.record.bytes,
            comes_back=restores,
            comment=backup.comment,
            ranges=previews,
            range_count=count,
            kept_path=backup.kept.decode("utf-8", "replace") if backup.kept and not backup.dropped else "",
            problem=problem,
        )


class _BackupProblem(NamedTuple):
    """The problem of one backup."""

    item_id: int
    message: str


def _check_digest(backup: Backup, entry: AnyEntry) -> None:
    """Raise ConflictError if the bytes of a kept original have changed."""
    if not isinstance(entry, SwapEntry) or entry.old.digest == bytes(16):
        return
    with reader.FileReader(backup.kept or b"") as file:
        if entry.old.digest_like(file) != entry.old.digest:
            raise errors.ConflictError("The bytes of the kept original have changed.", code="backup_missing")


def _kept_ranges(entry: AnyEntry) -> Iterator[tuple[int, bytes]]:
    """Yield the kept ranges of old bytes, each with its offset in the old file."""
    if isinstance(entry, JournalEntry):
        yield from ((part.offset, part.before) for part in entry.ranges if part.before)
        return
    if isinstance(entry, SideFilesEntry):
        yield from ((0, file.before) for file in entry.changes if file.before)
        return
    offset = 0
    for piece in entry.reverse.pieces if entry.reverse else ():
        if isinstance(piece, Extent):
            offset += piece.length
        else:
            yield offset, piece
            offset += len(piece)


def _preview(offset: int, data: bytes) -> RangePreview:
    return RangePreview(offset=offset, length=len(data), hex=data[:_PREVIEW_BYTES].hex(" "))


def _restored_content(backup: Backup, entry: AnyEntry) -> str:
    """Return what a rollback restores, in a few words."""
    if isinstance(entry, SideFilesEntry):
        return _restored_files(entry)
    old = wording.plural(sum(len(data) for _, data in _kept_ranges(entry)), "old byte")
    if isinstance(entry, JournalEntry):
        size = entry.size_before
        if entry.shifted:
            change = "removed" if entry.size_after > size else "restored"
            return f"the file of {size:,} bytes: {abs(entry.size_after - size):,} bytes at the start are {change}"
        return f"the file of {size:,} bytes: {old} replace new bytes"
    if backup.record.kind == "original":
        return f"the original file, {backup.kept_bytes:,} bytes"
    if entry.reverse is not None:
        return f"the file of {entry.old.size:,} bytes: made of {old} and of the media in the current file"
    return _COMMENT_ONLY


def _restored_files(entry: SideFilesEntry) -> str:
    sidecar = entry.sidecar
    if sidecar is not None:
        name = sidecar.name.decode("utf-8", "replace")
        size = len(sidecar.before or b"")
        return f"no sidecar: {name} is removed" if sidecar.is_created else f"the sidecar {name}, {size:,} bytes"
    restored = [f"{_shown(file)}, {len(file.before):,} bytes" for file in entry.changes if file.before is not None]
    removed = [f"{_shown(file)} is removed" for file in entry.changes if file.is_created]
    return "; ".join(restored + removed)


def _shown(file: SideFile) -> str:
    return file.place.decode("utf-8", "replace")
