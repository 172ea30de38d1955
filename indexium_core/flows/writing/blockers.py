"""
Problems that block a whole operation: a missing folder, a full disk, an exhausted quota.

If only a single file cannot be written, it becomes one failed row, and the operation continues. If the next files would
fail for the same reason, continuing would only add a thousand failed rows. The operation stops instead, its files wait,
and it can be resumed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from indexium_core.flows.scanning import roots
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.operations.ledger_rows import Task

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


def state_of_files(unknown: Sequence[bytes]) -> str:
    """Return the sentences about the files of a stopped operation. `unknown`: its files in an unknown state."""
    if not unknown:
        return "Every file is intact, and what was written stays written."
    first = unknown[0].decode("utf-8", "replace")
    others = f" and of {wording.plural(len(unknown) - 1, 'other file')}" if unknown[1:] else ""
    return (
        f"The state of {first}{others} is unknown until the operation resumes or `indexium recover` runs. Every other "
        "file is intact, and what was written stays written."
    )


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
                    "resume."
                )
        if code in _FULL_CODES:
            free = _free(task.path)
            if free is not None and free < _FULL_DISK_BYTES:
                return f"The disk of {_folder(task)} is full ({free:,} bytes are free). Free some space, then resume."
        if code == "over_quota":  # no system call returns the rest of a quota
            return (
                f"Your quota on the disk of {_folder(task)} is exhausted. Remove files there or have the quota raised, "
                "then resume."
            )
        return ""

    def _libraries(self) -> list[LibraryRow]:
        return catalog.libraries(self._store.read())
