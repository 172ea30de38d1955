"""
Problems that block a whole operation: a missing folder, a full disk, an exhausted quota.

If only a single file cannot be written, it becomes one failed row, and the operation continues. If the next files would
fail for the same reason, continuing would only add a thousand failed rows. The operation stops instead, its files wait,
and it can be resumed.
"""

from __future__ import annotations

import os

from indexium_core.flows.scanning import roots
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.operations.ledger import Task

__all__ = ["Blockers"]

_MISSING_FOLDER_CODES = frozenset({"missing_file", "unreadable", "io_error", "sync_failed", "read_only", "cannot_tell"})
_FULL_CODES = frozenset({"low_space", "cannot_tell"})
_FULL_DISK_BYTES = 1_000_000  # a disk with less free space is full; with more, it is too small only for a large file


def _free(path: bytes) -> int | None:
    try:
        found = os.statvfs(os.path.dirname(path))  # noqa: PTH120 - a path is bytes here
    except (OSError, AttributeError):
        return None
    return found.f_bavail * found.f_frsize


def _folder(task: Task) -> str:
    return os.path.dirname(task.path).decode("utf-8", "replace")  # noqa: PTH120


class Blockers:
    """Checks, after a file could not be written, whether the other files could be."""

    def __init__(self, store: database.Database) -> None:
        self._store = store

    def blocker_of(self, task: Task, code: str) -> str:
        """Return the problem of all files, as a sentence, after a file failed with `code`; "" if there is none."""
        if code in _MISSING_FOLDER_CODES:
            library = next((row for row in self._libraries() if row.library_id == task.library_id), None)
            if library is not None and roots.offline_reason(library):
                return (
                    f"The folder {library.path} is missing, or another folder has its place. Connect it again, then "
                    "resume. Every file is intact, and what was written stays written."
                )
        if code in _FULL_CODES:
            free = _free(task.path)
            if free is not None and free < _FULL_DISK_BYTES:
                return (
                    f"The disk of {_folder(task)} is full ({free:,} bytes are free). Free some space, then resume. "
                    "Every file is intact, and what was written stays written."
                )
        if code == "over_quota":  # no system call returns the rest of a quota
            return (
                f"Your quota on the disk of {_folder(task)} is exhausted. Remove files there or have the quota raised, "
                "then resume. Every file is intact, and what was written stays written."
            )
        return ""

    def _libraries(self) -> list[catalog.LibraryRow]:
        return catalog.libraries(self._store.read())
