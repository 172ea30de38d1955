"""Reading the undo journals of operations that ended, were killed, or will be rolled back."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from indexium_core import errors
from indexium_core.files.journal import records
from indexium_core.files.journal.records import JournalEntry, RecordKind
from indexium_core.files.journal.side_files import SideFilesEntry, decode_files, decode_sidecar
from indexium_core.files.journal.swaps import SwapEntry, decode_swap

AnyEntry: TypeAlias = JournalEntry | SwapEntry | SideFilesEntry
# The first records of an entry, and all records with an entry
_FIRST = frozenset({RecordKind.BEGIN, RecordKind.MAKING, RecordKind.SIDECAR, RecordKind.FILES})
STARTING = _FIRST | {RecordKind.SWAP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The position of an entry in a journal, and its state."""

    item_id: int
    offset: int
    state: str  # begun, committed, undone
    inserted: bool = False  # the inserted room of a shift is durable


@dataclass(slots=True)
class Journal:
    """A journal that was read. Its entries stay in the file and are fetched one by one."""

    path: Path
    marks: list[Mark] = field(default_factory=list)  # in the order of their first records
    torn: int = 0  # bytes at the end that were never durable
    damaged: int = 0  # unreadable bytes before readable records: the medium lost data
    _last: dict[int, int] = field(default_factory=dict)  # item → index of its newest mark

    @property
    def entries(self) -> Iterator[AnyEntry]:
        """Every entry, in the order of its first record. Raises the same errors as `find`."""
        return map(self._fetch, self.marks)

    @property
    def unfinished(self) -> Iterator[AnyEntry]:
        """The entries that are neither committed nor undone, newest first: the order in which to undo them."""
        return map(self._fetch, [mark for mark in reversed(self.marks) if mark.state == "begun"])

    def find(self, item_id: int) -> AnyEntry | None:
        """
        Return the newest entry of an item, or None if the journal has none.

        Raises:
            StoreError: The journal is missing or changed since it was read.

        """
        at = self._last.get(item_id)
        return None if at is None else self._fetch(self.marks[at])

    def _fetch(self, mark: Mark) -> AnyEntry:
        entry = fetch(self.path, mark.offset)
        if isinstance(entry, JournalEntry):
            return replace(entry, state=mark.state, inserted=mark.inserted)
        return replace(entry, state=mark.state)

    def note(self, record: records.Record) -> None:
        """Add the next record."""
        self.damaged += record.skipped
        item_id = records.decode_item(record.body)
        if record.kind in _FIRST or (record.kind == RecordKind.SWAP and not self._is_begun(item_id)):
            self._last[item_id] = len(self.marks)
            self.marks.append(Mark(item_id=item_id, offset=record.offset, state="begun"))
        elif record.kind == RecordKind.SWAP:  # completes the entry that MAKING started
            at = self._last[item_id]
            self.marks[at] = replace(self.marks[at], offset=record.offset)
        elif item_id in self._last and record.kind == RecordKind.INSERTED:
            at = self._last[item_id]
            self.marks[at] = replace(self.marks[at], inserted=True)
        elif item_id in self._last:
            at = self._last[item_id]
            state = "committed" if record.kind == RecordKind.COMMIT else "undone"
            self.marks[at] = replace(self.marks[at], state=state)

    def _is_begun(self, item_id: int) -> bool:
        return item_id in self._last and self.marks[self._last[item_id]].state == "begun"


def read(path: Path) -> Journal:
    """
    Read a journal, including one of a process that was killed.

    A crash may leave a torn tail or an empty file: no edit that the lost records would announce has started.

    Raises:
        StoreError: It cannot be read, or a newer program wrote it.

    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            found = records.version(file.read(len(records.HEADER)))
            if found is not None and found > records.VERSION:
                message = f"A newer Indexium wrote {path}. Update the program. Nothing was changed."
                raise errors.StoreError(message, code="journal_too_new")
            journal, end = Journal(path), len(records.HEADER)
            for record in records.scan(file, size):
                journal.note(record)
                end = record.end
    except OSError as error:
        raise failed(path, error) from error
    journal.torn = max(0, size - end)
    return journal


def find(path: Path, item_id: int) -> AnyEntry:
    """
    Return the newest entry of an item in a journal without a writer; repeated calls for one journal are cheap.

    Raises:
        StoreError: The journal cannot be read.
        ConflictError: The journal is missing, or does not have an entry of a change that is in effect (`no_backup`).

    """
    entry = None
    with contextlib.suppress(FileNotFoundError):
        status = path.stat()
        entry = _read_once(path, status.st_size, status.st_mtime_ns).find(item_id)
    if entry is None or entry.state == "undone":
        message = f"The undo journal {path.name} no longer has the previous content of this file."
        raise errors.ConflictError(message, code="no_backup")
    return entry


@functools.lru_cache(maxsize=2)
def _read_once(path: Path, size: int, mtime_ns: int) -> Journal:
    """Read a journal once for all items of a rollback; a changed size or time means that the journal is another one."""
    del size, mtime_ns
    return read(path)


def fetch(path: Path, offset: int) -> AnyEntry:
    """Fetch the entry whose record starts at `offset`."""
    try:
        with path.open("rb") as file:
            record = records.read(file, offset, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise failed(path, error) from error
    if record is None or record.kind not in STARTING:
        message = f"A record of the journal {path.name} is no longer readable."
        raise errors.StoreError(message, code="journal_failed")
    return replace(_decoded(record), stored_bytes=record.end - record.offset)


def _decoded(record: records.Record) -> AnyEntry:
    return _DECODERS[record.kind](record.body)


_DECODERS: dict[int, Callable[[bytes], AnyEntry]] = {
    RecordKind.BEGIN: records.decode_begin,
    RecordKind.MAKING: decode_swap,
    RecordKind.SWAP: decode_swap,
    RecordKind.SIDECAR: decode_sidecar,
    RecordKind.FILES: decode_files,
}


def failed(path: Path, error: OSError) -> errors.StoreError:
    """Return the error for a failed system call on a journal."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    message = f"The undo journal {path} failed: {error.strerror or error}. Without it no file is written. " + (
        "Free space on its disk." if full else "Check its disk and folder."
    )
    return errors.StoreError(message, code="low_space" if full else "journal_failed")
