"""
How the bytes of a file relate to an edit: not started, written, interrupted, or changed by another program.

The content decides, not the `stat` result: device numbers change when a disk is plugged in again, and exFAT assigns new
inode numbers at every mount. The entry must explain the size, every byte of every range and the untouched bytes around
the ranges. Otherwise the program does not touch the file.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from enum import Enum

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.journal import disk, shift
from indexium_core.files.journal.records import JournalEntry, Range
from indexium_core.model.files.media import Extent, Patch

NEAR = 4096  # untouched bytes that are compared on either side of each range, and at both ends of the file


class State(Enum):
    """How a file relates to an entry."""

    BEFORE = "before"  # the state before the edit, bit for bit as far as the entry knows
    AFTER = "after"  # the state after the edit
    MIXED = "mixed"  # some bytes are old, some are new: the edit or its undo was interrupted
    FOREIGN = "foreign"  # the entry does not explain the bytes: another program changed the file


def state_of(entry: JournalEntry, reader: Reader) -> State:
    """
    Return how the file relates to the entry. Reads the ranges and their surroundings only.

    If a file is moved as a whole, its bytes show only the first and the last state. A move that was interrupted is
    `FOREIGN` here; its holes identify it when it is restored (`shift.shift_state`).
    """
    if entry.shifted:
        return _state_of_shifted(entry, reader)
    low, high = sorted((entry.size_before, entry.size_after))
    size = reader.size
    if not low <= size <= high or surroundings(reader, entry.ranges, low) != entry.surroundings:
        return State.FOREIGN
    found = [reader.read_at(part.offset, part.length) for part in entry.ranges]
    if size == entry.size_before and found == [part.before for part in entry.ranges]:
        return State.BEFORE
    if size == entry.size_after and found == [part.after for part in entry.ranges]:
        return State.AFTER
    mixed = all(_is_mixture(part, data, low) for part, data in zip(entry.ranges, found, strict=True))
    return State.MIXED if mixed else State.FOREIGN


def still_ours(entry: JournalEntry, reader: Reader) -> bool:
    """Tell whether the file is still in the state that the edit produced."""
    return state_of(entry, reader) is State.AFTER


def inverse(entry: JournalEntry, reader: Reader) -> Patch:
    """
    Return the patch that restores the file to its state before the edit.

    Raises:
        ConflictError: Another program changed the file since the edit.

    """
    if not still_ours(entry, reader):
        message = f"Another program changed {disk.shown(entry.path)} after Indexium wrote it."
        raise errors.ConflictError(message)
    writes = tuple((part.offset, part.before) for part in entry.ranges if part.before)
    inserted = entry.size_before - entry.size_after if entry.shifted else 0
    return Patch(writes, entry.size_before, inserted)


def _state_of_shifted(entry: JournalEntry, reader: Reader) -> State:
    found = shift.whole_state(entry, reader)
    if found is None:
        return State.FOREIGN
    return State.BEFORE if (found == "body") == (entry.size_after > entry.size_before) else State.AFTER


def surroundings(reader: Reader, ranges: Sequence[Range], floor: int) -> bytes:
    """Return a digest (16 bytes) of the bytes below `floor` that are nearest to the ranges and outside of them."""
    digest = hashlib.blake2b(digest_size=16)
    for extent in _near(ranges, floor):
        digest.update(extent.offset.to_bytes(8, "big"))
        digest.update(reader.read_at(extent.offset, extent.length))
    return digest.digest()


def _near(ranges: Sequence[Range], floor: int) -> Iterator[Extent]:
    """Yield the start and the end of every gap between the ranges."""
    starts = itertools.chain((0,), (part.end for part in ranges))
    ends = itertools.chain((part.offset for part in ranges), (floor,))
    for start, end in zip(starts, ends, strict=True):
        length = min(end, floor) - start
        if 0 < length <= 2 * NEAR:
            yield Extent(start, length)
        elif length > 0:
            yield Extent(start, NEAR)
            yield Extent(start + length - NEAR, NEAR)


def _is_mixture(part: Range, found: bytes, floor: int) -> bool:
    """
    Tell whether each byte equals the old or the new byte.

    From `floor` on, the smaller of the two sizes, a byte may also be zero: after a power loss a file system can show
    the new size before the bytes.
    """
    if found in {part.before, part.after}:
        return True
    count = len(found)
    either = itertools.zip_longest(found, part.before[:count], part.after[:count])
    return all(
        byte in {before, after} or (byte == 0 and part.offset + i >= floor)
        for i, (byte, before, after) in enumerate(either)
    )
