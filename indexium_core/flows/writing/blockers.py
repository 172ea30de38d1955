"""
What stands in the way of a whole operation: a folder that is gone, a disk that is full, a quota that is used up.

One file that cannot be written is a row, and the batch goes on. Where the next one would fail for the same reason,
going on would only make a thousand rows of it: the operation stops, its files wait, and it can be gone on with.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from indexium_core.flows.scanning import roots
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.operations.ledger import Task

__all__ = ["Blockers"]

_GONE = frozenset({"missing_file", "unreadable", "io_error", "sync_failed", "read_only", "cannot_tell"})
_FULL = frozenset({"low_space", "cannot_tell"})
_LEAST = 1_000_000  # bytes that a disk has left at most where it is full, and not just too small for one large film


def _free(path: bytes) -> int | None:
    try:
        found = os.statvfs(os.path.dirname(path))  # noqa: PTH120 - a path is bytes here
    except (OSError, AttributeError):
        return None
    return found.f_bavail * found.f_frsize


def _folder(task: Task) -> str:
    return os.path.dirname(task.path).decode("utf-8", "replace")  # noqa: PTH120


class Blockers:
    """Looks, when a file could not be written, whether the others could be."""

    def __init__(self, store: database.Database, *, free: Callable[[bytes], int | None] = _free) -> None:
        """`free` says how many bytes are left beside a file."""
        self._store, self._free = store, free

    def behind(self, task: Task, code: str) -> str:
        """Return what stands in the way of all, as a sentence, where a file failed with a code; "" for nothing."""
        if code in _GONE:
            library = next((row for row in self._libraries() if row.library_id == task.library_id), None)
            if library is not None and roots.offline_reason(library):
                return (
                    f"The folder {library.path} is gone, or something else is in its place: connect it again, then "
                    "resume. Every file is whole, and what was written stays written."
                )
        if code in _FULL:
            free = self._free(task.path)
            if free is not None and free < _LEAST:
                return (
                    f"The disk of {_folder(task)} is full ({free:,} bytes are left): make room on it, then resume. "
                    "Every file is whole, and what was written stays written."
                )
        if code == "over_quota":  # of which no system call says how much is left
            return (
                f"What you may keep on the disk of {_folder(task)} is used up: remove something there or have the "
                "quota raised, then resume. Every file is whole, and what was written stays written."
            )
        return ""

    def _libraries(self) -> list[catalog.LibraryRow]:
        return catalog.libraries(self._store.read())
