"""
Inserting or removing bytes in front of a file without writing the rest: the states of such an edit, and its undo.

The file system renumbers the extents one after the other (`fallocate`, insert range and collapse range). A power loss
may interrupt this between any two extents. The rest of the file, here called the *body*, has no holes, so the size and
the holes show the progress. With a body of L bytes and n bytes for the front:

    size L      body                                   nothing in front
    size L + n  front, body                            all of the body has moved; the front may still have holes
    size L + n  body[:k], hole of n bytes, body[k:]    the body has moved from k on
    size L + n  body, hole up to the end               the file has grown and nothing has moved yet

An insertion that was interrupted on its way from the end to the front, and a removal that was interrupted on its way
from the front to the end, leave the same states. One recovery therefore serves both, and can be repeated if it is
interrupted itself: it removes the hole, so that only the body remains. A front that was inserted is dropped; a front
that was removed is inserted again.

Recovery first checks that the bytes are from this edit: samples of the body must be where the state requires them, and
the front must be the front that the entry describes, or a part of it. Any other file is reported and not touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from indexium_core.files.containers import Reader
from indexium_core.files.journal import disk, extents
from indexium_core.files.journal.records import JournalEntry, Range
from indexium_core.model.files.media import Extent

SEAL = 16  # first bytes of the front; they are written last: without them a program cannot read the file as a video
_WINDOW = 4096
_WINDOWS = 8
_ZEROS = bytes(_WINDOW)

Whole = Literal["body", "front"]  # the body alone; front and body


@dataclass(frozen=True, slots=True)
class ShiftState:
    """How a file relates to an entry that shifts it."""

    # body: the complete body alone. front: the complete front, then the body. room: an incomplete front or a hole, then
    # the body. split: `gap` is inside the body. tail: `gap` follows the body.
    kind: Literal["body", "front", "room", "split", "tail"]
    gap: Extent  # the bytes that do not belong to the body


def planned(draft: JournalEntry, file: Reader, front: bytes) -> JournalEntry:
    """Return the entry of an edit of `file` that inserts `front`, or removes bytes if `front` is empty."""
    length = abs(draft.size_after - draft.size_before)
    if front:
        return replace(
            draft, shifted=True, surroundings=_samples(file), seal=front[:SEAL].ljust(SEAL, b"\0"), front=_digest(front)
        )
    body = _BodyWithoutGap(file, draft.size_after, Extent(0, length))
    cut = Range(0, file.read_at(0, length), b"")
    return replace(draft, shifted=True, surroundings=_samples(body), ranges=(cut,))


def carry_out(fd: int, entry: JournalEntry, front: bytes, *, mark: Callable[[], None], mtime_ns: int | None) -> None:
    """
    Apply the entry to a file in its old state, and return when the result is durable. Raises OSError.

    Args:
        fd: The file, open for writing, locked, and open in no other process.
        entry: The entry, durable in the journal.
        front: The bytes to insert in front; empty if the entry removes bytes.
        mark: Records durably that the room exists. Before this record the front can only be a hole.
        mtime_ns: The modification time after the edit; None keeps the time of the edit.

    """
    if front:
        disk.insert_range(fd, 0, len(front))
        disk.sync(fd)
        mark()
        disk.pwrite(fd, front[SEAL:], SEAL)
        disk.pwrite(fd, front[:SEAL], 0)
    else:
        disk.collapse_range(fd, 0, _length(entry))
    if mtime_ns is not None:
        disk.set_mtime(fd, mtime_ns)
    disk.sync(fd)


def restore(fd: int, entry: JournalEntry, state: ShiftState) -> None:
    """Restore the file to its state before the entry; can be repeated after an interruption. Raises OSError."""
    if is_before(entry, state):
        return
    if state.kind == "tail":
        disk.truncate(fd, state.gap.offset)
    elif state.kind == "split" or _grows(entry):
        disk.collapse_range(fd, state.gap.offset, state.gap.length)
    if not _grows(entry):
        if state.kind != "room":
            disk.insert_range(fd, 0, _length(entry))
        disk.pwrite(fd, _cut_off(entry), 0)


def shift_state(fd: int, entry: JournalEntry) -> ShiftState | None:
    """Return how the file relates to the entry, or None if the entry does not explain it. Sync the file first."""
    reader = disk.Descriptor(fd)
    found = _by_holes(fd, reader.size, entry)
    if found is None or _samples(_BodyWithoutGap(reader, _body_size(entry), found.gap)) != entry.surroundings:
        return None
    return found if found.kind != "room" else _judged(reader, fd, entry, found)


def whole_state(entry: JournalEntry, reader: Reader) -> Whole | None:
    """Read the file and return "body" (the body alone) or "front" (front and body); None for any other state."""
    length, size = _length(entry), _body_size(entry)
    if reader.size == size and _samples(reader) == entry.surroundings:
        return "body"
    if reader.size != size + length or not _is_front(entry, reader):
        return None
    return "front" if _samples(_BodyWithoutGap(reader, size, Extent(0, length))) == entry.surroundings else None


def is_before(entry: JournalEntry, state: ShiftState) -> bool:
    """Tell whether the edit has not started, or was undone."""
    return state.kind == ("body" if _grows(entry) else "front")


def is_dense(fd: int) -> bool:
    """Tell whether the file has no holes; raises OSError if the file system does not report holes."""
    return next(extents.holes(fd), None) is None


def _digest(front: bytes) -> bytes:
    """Return the digest (16 bytes) of the front that the entry records."""
    return hashlib.blake2b(front, digest_size=16).digest()


class _BodyWithoutGap:
    """The body of a file, without the gap in it or in front of it."""

    def __init__(self, reader: Reader, size: int, gap: Extent) -> None:
        self.size = size
        self._reader = reader
        self._gap = gap

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        before = max(0, min(length, self._gap.offset - offset))
        data = self._reader.read_at(offset, before)
        return data + self._reader.read_at(offset + before + self._gap.length, length - before)


def _samples(body: Reader) -> bytes:
    """Return a digest (16 bytes) of the size of a body and of windows spread over it."""
    found = hashlib.blake2b(body.size.to_bytes(8, "big"), digest_size=16)
    for number in range(_WINDOWS):
        found.update(body.read_at(max(0, body.size - _WINDOW) * number // (_WINDOWS - 1), _WINDOW))
    return found.digest()


def _by_holes(fd: int, size: int, entry: JournalEntry) -> ShiftState | None:
    """Return how the file relates to the entry by its size and holes alone; the bytes of the front are not checked."""
    body, length = _body_size(entry), _length(entry)
    if size == body:
        return ShiftState("body", Extent(0, 0))
    if size != body + length:
        return None
    inside, beyond = _holes(fd, length)
    if not beyond:
        return ShiftState("room", Extent(0, length))
    if inside or len(beyond) > 1:
        return None
    hole = beyond[0]
    if hole.end == size and body <= hole.offset:
        return ShiftState("tail", Extent(body, length))
    return ShiftState("split", hole) if hole.length == length and hole.offset < body else None


def _holes(fd: int, length: int) -> tuple[list[Extent], list[Extent]]:
    """Return the holes within the first `length` bytes, and at most two of those that reach further."""
    inside: list[Extent] = []
    beyond: list[Extent] = []
    for hole in extents.holes(fd):
        (inside if hole.end <= length else beyond).append(hole)
        if len(beyond) > 1:
            break
    return inside, beyond


def _judged(reader: Reader, fd: int, entry: JournalEntry, found: ShiftState) -> ShiftState | None:
    """Return the state of a file whose body has moved completely; None if other bytes are in front of it."""
    if _is_front(entry, reader):
        return ShiftState("front", found.gap)
    if not _grows(entry):
        return found if _is_part(reader.read_at(0, found.gap.length), _cut_off(entry)) else None
    holes, _ = _holes(fd, found.gap.length)
    if not entry.inserted:  # no byte has been written yet
        return found if holes == [found.gap] else None
    # The front lacks the seal, or lost blocks in a power loss, so other programs could not have read the file.
    seal = reader.read_at(0, SEAL)
    return found if holes or (seal != entry.seal and _is_part(seal, entry.seal)) else None


def _is_front(entry: JournalEntry, reader: Reader) -> bool:
    found = reader.read_at(0, _length(entry))
    return _digest(found) == entry.front if _grows(entry) else found == _cut_off(entry)


def _is_part(found: bytes, wanted: bytes) -> bool:
    """Tell whether each byte is the planned one or not written yet."""
    for at in range(0, len(wanted), _WINDOW):
        some, whole = found[at : at + _WINDOW], wanted[at : at + _WINDOW]
        if some not in {whole, _ZEROS[: len(whole)]} and not all(one in {two, 0} for one, two in _pairs(some, whole)):
            return False
    return len(found) == len(wanted)


def _pairs(some: bytes, whole: bytes) -> Iterator[tuple[int, int]]:
    return zip(some, whole, strict=False)


def _grows(entry: JournalEntry) -> bool:
    return entry.size_after > entry.size_before


def _length(entry: JournalEntry) -> int:
    return abs(entry.size_after - entry.size_before)


def _body_size(entry: JournalEntry) -> int:
    return min(entry.size_before, entry.size_after)


def _cut_off(entry: JournalEntry) -> bytes:
    return entry.ranges[0].before
