"""
Undo of an edit that failed or was interrupted: the old bytes of the file are restored from its journal entry.

An undo may itself be interrupted at any moment and is then repeated: it only writes old bytes, so each intermediate
state is again a mixture that the entry explains. The fsync of the file comes before the journal's UNDONE, even if every
byte is already restored: those bytes may still be only in memory.

The undo restores the modification time with the bytes. A program that relies on that time (a backup, a sync, the next
scan) then correctly treats the file as unchanged.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import Literal

from indexium_core import errors
from indexium_core.files.journal import disk, shift
from indexium_core.files.journal.records import JournalEntry
from indexium_core.files.journal.state import State, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOutcome:
    """The outcome of the undo of an edit."""

    # undone: bytes were restored; untouched: the file was unchanged; finished: the edit was complete and verified, so
    # it stays, and the journal now records that; problem: the undo was not possible or not permitted.
    status: Literal["undone", "untouched", "finished", "problem"]
    code: str = ""  # problem: missing_file, changed_on_disk, in_use, read_only, low_space, io_error …
    message: str = ""

    @property
    def is_resolved(self) -> bool:
        """Whether nothing remains to do: the file has its old state, or the edit is complete."""
        return self.status != "problem"


def undo(entry: JournalEntry) -> UndoOutcome:
    """
    Restore the file of `entry` to its state before the edit, bit for bit and with its modification time.

    The file is not touched if it is missing, locked by another writer, or in a state that the entry does not explain.
    The outcome then reports the problem, and the entry stays open, so that the undo can be repeated. A second undo is
    harmless.
    """
    try:
        fd = disk.open_media(entry.path)
    except errors.MetadataError as error:
        return UndoOutcome(status="problem", code=error.reason, message=error.message)
    try:
        disk.lock(fd)
        return _undo_exclusively(fd, entry) if entry.shifted else undo_locked(fd, entry)
    except OSError as error:
        return _problem(entry, error)
    finally:
        os.close(fd)


def undo_locked(fd: int, entry: JournalEntry) -> UndoOutcome:
    """Undo through a descriptor that is open for writing and locked."""
    try:
        return _undo_shift(fd, entry) if entry.shifted else _undo_ranges(fd, entry)
    except OSError as error:
        return _problem(entry, error)


def _undo_ranges(fd: int, entry: JournalEntry) -> UndoOutcome:
    reader = disk.Descriptor(fd)
    state = state_of(entry, reader)
    if state is State.FOREIGN:
        return _foreign(entry)
    if state is not State.BEFORE:
        _restore_ranges(fd, reader, entry)
        if state_of(entry, reader) is not State.BEFORE:  # another program is writing to the file
            return _foreign(entry)
    # A file in the old state with another inode number is a copy that replaced it: it keeps its own time.
    if state is not State.BEFORE or os.fstat(fd).st_ino == entry.inode:
        disk.set_mtime(fd, entry.mtime_ns)
    disk.sync(fd)
    return UndoOutcome(status="untouched" if state is State.BEFORE else "undone")


def _restore_ranges(fd: int, reader: disk.Descriptor, entry: JournalEntry) -> None:
    for part in entry.ranges:
        if part.before and reader.read_at(part.offset, len(part.before)) != part.before:
            disk.pwrite(fd, part.before, part.offset)
    if reader.size > entry.size_before:
        disk.truncate(fd, entry.size_before)


def _undo_exclusively(fd: int, entry: JournalEntry) -> UndoOutcome:
    """Undo a move with exclusive access. If another process has the file open, only an unplayable file is touched."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(disk.leased(fd))
        except BlockingIOError:
            if state_of(entry, disk.Descriptor(fd)) is State.AFTER:
                path = disk.shown(entry.path)
                message = (
                    f"{path} is open in another program. Indexium can undo the write after you close the file there."
                )
                return UndoOutcome(status="problem", code="in_use", message=message)
        except OSError:  # no leases on this file system, so it is unknown whether another process has it open
            pass
        return undo_locked(fd, entry)


def _undo_shift(fd: int, entry: JournalEntry) -> UndoOutcome:
    disk.sync(fd)  # the extent map does not cover data that is only in memory
    state = shift.shift_state(fd, entry)
    if state is None:
        sizes = {entry.size_before, entry.size_after}
        return _unknown(entry) if os.fstat(fd).st_size in sizes else _foreign(entry)
    shift.restore(fd, entry, state)
    is_before = state_of(entry, disk.Descriptor(fd)) is State.BEFORE
    if not is_before:
        return _unknown(entry)
    changed = not shift.is_before(entry, state)
    if changed or os.fstat(fd).st_ino == entry.inode:
        disk.set_mtime(fd, entry.mtime_ns)
    disk.sync(fd)
    return UndoOutcome(status="undone" if changed else "untouched")


def _unknown(entry: JournalEntry) -> UndoOutcome:
    message = (
        f"A write of {disk.shown(entry.path)} was interrupted, and the write does not explain the state of the file. "
        "Indexium did not change the file further. Compare it with your own copy."
    )
    return UndoOutcome(status="problem", code="cannot_tell", message=message)


def _foreign(entry: JournalEntry) -> UndoOutcome:
    message = (
        f"Another program changed {disk.shown(entry.path)} after the write was interrupted. Indexium did not change "
        "the file further. Compare it with your own copy."
    )
    return UndoOutcome(status="problem", code="changed_on_disk", message=message)


def _problem(entry: JournalEntry, error: OSError) -> UndoOutcome:
    meaning = disk.access_error(entry.path, error)
    return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
