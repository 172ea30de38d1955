"""
Taking an edit back after it went wrong or was cut.

Undoing may itself be cut at any moment and is simply done again: it only ever writes the bytes from before, so each
state on the way is again a mixture that the entry explains. The file's own sync comes before the journal's UNDONE, also
where every byte seems to be back already: those bytes may so far exist in memory only.

The modification time comes back with the bytes. A program that goes by it (a backup, a sync, our own next scan) then
sees what is true: the file is the one it knew.
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

__all__ = ["UndoOutcome", "heal", "undo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOutcome:
    """What became of an edit that was to be taken back."""

    # undone: bytes were put back; untouched: none had changed; finished: it could not be taken back because it had
    # happened, whole and verified, and now the journal says so; problem: nothing could or may be done.
    status: Literal["undone", "untouched", "finished", "problem"]
    code: str = ""  # problem: missing_file, changed_on_disk, in_use, read_only, low_space, io_error …
    message: str = ""

    @property
    def settled(self) -> bool:
        """Tell whether the file is whole: as it was before the edit, or `finished`."""
        return self.status != "problem"


def undo(entry: JournalEntry) -> UndoOutcome:
    """
    Put the file of `entry` back as it was before the edit, bit for bit and with its modification time.

    Nothing is touched if the file is gone, held by another writer, or in a state that the entry does not explain; the
    outcome then says so and the entry stays as it is, so that it can be tried again. Doing it twice does no harm.
    """
    try:
        fd = disk.open_media(entry.path)
    except errors.MetadataError as error:
        return UndoOutcome(status="problem", code=error.reason, message=error.message)
    try:
        disk.lock(fd)
        return _heal_undisturbed(fd, entry) if entry.shifted else heal(fd, entry)
    except OSError as error:
        return _problem(entry, error)
    finally:
        os.close(fd)


def heal(fd: int, entry: JournalEntry) -> UndoOutcome:
    """Do the same through a descriptor that is open for writing and locked."""
    try:
        return _heal_shifted(fd, entry) if entry.shifted else _heal(fd, entry)
    except OSError as error:
        return _problem(entry, error)


def _heal(fd: int, entry: JournalEntry) -> UndoOutcome:
    reader = disk.Descriptor(fd)
    state = state_of(entry, reader)
    if state is State.FOREIGN:
        return _foreign(entry)
    if state is not State.BEFORE:
        _put_back(fd, reader, entry)
        if state_of(entry, reader) is not State.BEFORE:  # somebody else writes right now
            return _foreign(entry)
    # A file in the old state under another inode number is a copy that was put in its place: its time is its own.
    if state is not State.BEFORE or os.fstat(fd).st_ino == entry.inode:
        disk.set_mtime(fd, entry.mtime_ns)
    disk.sync(fd)
    return UndoOutcome(status="untouched" if state is State.BEFORE else "undone")


def _put_back(fd: int, reader: disk.Descriptor, entry: JournalEntry) -> None:
    for part in entry.ranges:
        if part.before and reader.read_at(part.offset, len(part.before)) != part.before:
            disk.pwrite(fd, part.before, part.offset)
    if reader.size > entry.size_before:
        disk.truncate(fd, entry.size_before)


def _heal_undisturbed(fd: int, entry: JournalEntry) -> UndoOutcome:
    """Heal a file that has to be moved, alone; somebody who plays it has it as it is, unless it cannot be played."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(disk.leased(fd))
        except BlockingIOError:
            if state_of(entry, disk.Descriptor(fd)) is State.AFTER:
                message = f"{disk.shown(entry.path)} is open in another program. Close it there to take the write back."
                return UndoOutcome(status="problem", code="in_use", message=message)
        except OSError:  # no leases here, so nobody can tell
            pass
        return heal(fd, entry)


def _heal_shifted(fd: int, entry: JournalEntry) -> UndoOutcome:
    disk.sync(fd)  # of what is in memory only, the file system's map says nothing
    standing = shift.stand(fd, entry)
    if standing is None:
        sizes = {entry.size_before, entry.size_after}
        return _unclear(entry) if os.fstat(fd).st_size in sizes else _foreign(entry)
    shift.put_back(fd, entry, standing)
    is_before = state_of(entry, disk.Descriptor(fd)) is State.BEFORE
    if not is_before:
        return _unclear(entry)
    changed = not shift.is_before(entry, standing)
    if changed or os.fstat(fd).st_ino == entry.inode:
        disk.set_mtime(fd, entry.mtime_ns)
    disk.sync(fd)
    return UndoOutcome(status="undone" if changed else "untouched")


def _unclear(entry: JournalEntry) -> UndoOutcome:
    message = (
        f"A write of {disk.shown(entry.path)} was cut, and the file is in no state that the write could have left; it "
        "was left as it is. Compare it with a copy of yours."
    )
    return UndoOutcome(status="problem", code="cannot_tell", message=message)


def _foreign(entry: JournalEntry) -> UndoOutcome:
    message = (
        f"{disk.shown(entry.path)} was changed by another program after our write was cut; it was left as it is. "
        "Compare it with a copy of yours."
    )
    return UndoOutcome(status="problem", code="changed_on_disk", message=message)


def _problem(entry: JournalEntry, error: OSError) -> UndoOutcome:
    meaning = disk.access_error(entry.path, error)
    return UndoOutcome(status="problem", code=meaning.reason, message=meaning.message)
