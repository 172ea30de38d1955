"""Backups: what is kept so that a write can be taken back, for how long, and how much room it takes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from indexium_core import errors
from indexium_core.flows import history
from indexium_core.model.operation import BackupRecord
from indexium_core.store import ledger

__all__ = ["BackupManager"]

logger = logging.getLogger(__name__)


class BackupManager:
    """Looks after the undo journals below `backups/` and their rows in the ledger."""

    def __init__(
        self,
        book: ledger.Ledger,
        past: history.HistoryService,
        *,
        backups: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = book
        self._history = past
        self._backups = backups
        self._clock = clock

    def create_backup(self, file_hash: str, file_path: str, operation_item_id: int) -> BackupRecord:
        """
        Return the backup of an item; every write makes it before the file's first byte changes.

        Raises:
            UnknownIdError: There is no such item, or it is of another file.

        """
        found = self._ledger.backups(item_ids=[operation_item_id])
        if not found or found[0].file not in ((file_hash, file_path), (None, file_path)):
            message = f"Item {operation_item_id} has no backup of {file_path}."
            raise errors.UnknownIdError(message)
        return found[0].record

    def restore_backup(self, operation_item_id: int) -> bool:
        """Take one item back, wait, and say whether the file has its old bytes again."""
        found = self._ledger.backups(item_ids=[operation_item_id])
        if not found:
            message = f"Item {operation_item_id} has no backup."
            raise errors.UnknownIdError(message)
        handle = self._history.start_rollback(found[0].operation_id, item_ids=[operation_item_id])
        return handle.wait().counts.get("success", 0) == 1

    def cleanup_old_backups(self, days_to_keep: int = 90) -> int:
        """Remove journals older than `days_to_keep` days that no operation needs; returns how many files went."""
        removed = 0
        for operation_id in self._ledger.expired(before=self._clock() - timedelta(days=days_to_keep)):
            names = self._ledger.journals_of(operation_id)
            self._ledger.drop_backups(operation_id, now=self._clock())  # first the ledger: it must not promise too much
            for name in names:
                (self._backups / name).unlink(missing_ok=True)
                removed += 1
        if removed:
            logger.info("backups.removed", extra={"file_count": removed})
        return removed

    def records(self) -> list[BackupRecord]:
        """Return every backup that is still there, newest first."""
        return [backup.record for backup in self._ledger.backups() if not backup.dropped]
