"""
Bytes put in front of a file, or cut off it, without touching the rest: how such an edit stands, and how it is healed.

The file system does it by renumbering blocks (`fallocate`, insert and collapse range), one extent after the other, and
may be cut by a loss of power between any two. The rest, here called the *body*, has no holes; so size and holes tell
how far it came. With a body of L bytes and n bytes for the front:

    size L      body                                   nothing in front
    size L + n  front, body                            all of the body has moved; the front may still have holes
    size L + n  body[:k], hole of n bytes, body[k:]    the body has moved from k on
    size L + n  body, hole up to the end               the file has grown and nothing has moved yet

An insertion that was cut on its way from the end to the front, and a removal that was cut on its way from the front to
the end, leave the same states. So one way out of them serves both, and serves again where it is cut itself: take out
the hole, which leaves the body alone. A front that was inserted is dropped; one that was cut off is put there again.

Whose bytes they are is checked before anything is done: samples of the body must be where the state says, and the front
must be what the entry knows, or part of it. Everything else is left alone and reported.
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

__all__ = ["SEAL", "Standing", "carry_out", "is_before", "is_dense", "planned", "put_back", "stand", "stands_as"]

SEAL = 16  # first bytes of the front, which are written last: without them nobody takes the file for a film
_WINDOW = 4096
_WINDOWS = 8
_ZEROS = bytes(_WINDOW)

Whole = Literal["body", "front"]  # the body alone; front and body


@dataclass(frozen=True, slots=True)
class Standing:
    """How a file stands to an entry that shifts it."""

    # body: alone and whole. front: before it the whole front. room: before it a front that is not whole, or a hole.
    # split: `gap` stands in the body. tail: `gap` stands at its end.
    kind: Literal["body", "front", "room", "split", "tail"]
    gap: Extent  # what does not belong to the body


def planned(draft: JournalEntry, file: Reader, front: bytes) -> JournalEntry:
    """Return the entry of an edit of `file` that puts `front` before it, or cuts the difference of its sizes off."""
    length = abs(draft.size_after - draft.size_before)
    if front:
        return replace(
            draft, shifted=True, surroundings=_samples(file), seal=front[:SEAL].ljust(SEAL, b"\0"), front=_digest(front)
        )
    body = _Body(file, draft.size_after, Extent(0, length))
    cut = Range(0, file.read_at(0, length), b"")
    return replace(draft, shifted=True, surroundings=_samples(body), ranges=(cut,))


def carry_out(fd: int, entry: JournalEntry, front: bytes, *, mark: Callable[[], None], mtime_ns: int | None) -> None:
    """
    Do what the entry says to a file in the state before, and return when it is durable. Raises OSError.

    Args:
        fd: The file, open for writing, locked, and open nowhere else.
        entry: It is durable in the journal.
        front: The bytes to put in front; empty where the entry cuts them off.
        mark: Notes durably that the room for them is there: until then what is in front is known to be a hole.
        mtime_ns: The modification time to leave behind; None for that of the edit.

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


def put_back(fd: int, entry: JournalEntry, standing: Standing) -> None:
    """Make the file what it was before the entry; may be cut and is then done again. Raises OSError."""
    if is_before(entry, standing):
        return
    if standing.kind == "tail":
        disk.truncate(fd, standing.gap.offset)
    elif standing.kind == "split" or _grows(entry):
        disk.collapse_range(fd, standing.gap.offset, standing.gap.length)
    if not _grows(entry):
        if standing.kind != "room":
            disk.insert_range(fd, 0, _length(entry))
        disk.pwrite(fd, _cut_off(entry), 0)


def stand(fd: int, entry: JournalEntry) -> Standing | None:
    """Return how the file stands, None where the entry does not explain it. What is in memory only must be synced."""
    reader = disk.Descriptor(fd)
    found = _by_holes(fd, reader.size, entry)
    if found is None or _samples(_Body(reader, _body_size(entry), found.gap)) != entry.surroundings:
        return None
    return found if found.kind != "room" else _judged(reader, fd, entry, found)


def stands_as(entry: JournalEntry, reader: Reader) -> Whole | None:
    """Tell by reading alone whether the file is the body, or front and body; None where it is neither, or was cut."""
    length, size = _length(entry), _body_size(entry)
    if reader.size == size and _samples(reader) == entry.surroundings:
        return "body"
    if reader.size != size + length or not _is_front(entry, reader):
        return None
    return "front" if _samples(_Body(reader, size, Extent(0, length))) == entry.surroundings else None


def is_before(entry: JournalEntry, standing: Standing) -> bool:
    """Tell whether the edit has not begun, or was taken back."""
    return standing.kind == ("body" if _grows(entry) else "front")


def is_dense(fd: int) -> bool:
    """Tell whether the file has no holes at all; raises OSError where the file system does not say."""
    return next(extents.holes(fd), None) is None


def _digest(front: bytes) -> bytes:
    """Return the digest (16 bytes) by which an entry knows the front."""
    return hashlib.blake2b(front, digest_size=16).digest()


class _Body:
    """The body of a file that has something else in it, or before or behind it."""

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


def _by_holes(fd: int, size: int, entry: JournalEntry) -> Standing | None:
    """Return how the file stands by its size and holes alone; whether a front is whole is not looked at."""
    body, length = _body_size(entry), _length(entry)
    if size == body:
        return Standing("body", Extent(0, 0))
    if size != body + length:
        return None
    inside, beyond = _holes(fd, length)
    if not beyond:
        return Standing("room", Extent(0, length))
    if inside or len(beyond) > 1:
        return None
    hole = beyond[0]
    if hole.end == size and body <= hole.offset:
        return Standing("tail", Extent(body, length))
    return Standing("split", hole) if hole.length == length and hole.offset < body else None


def _holes(fd: int, length: int) -> tuple[list[Extent], list[Extent]]:
    """Return the holes that lie in the first `length` bytes, and (two at most) those that reach further."""
    inside: list[Extent] = []
    beyond: list[Extent] = []
    for hole in extents.holes(fd):
        (inside if hole.end <= length else beyond).append(hole)
        if len(beyond) > 1:
            break
    return inside, beyond


def _judged(reader: Reader, fd: int, entry: JournalEntry, found: Standing) -> Standing | None:
    """Return how a file stands of which all of the body has moved; None where what is in front of it is not ours."""
    if _is_front(entry, reader):
        return Standing("front", found.gap)
    if not _grows(entry):
        return found if _is_part(reader.read_at(0, found.gap.length), _cut_off(entry)) else None
    holes, _ = _holes(fd, found.gap.length)
    if not entry.inserted:  # not a byte was written yet
        return found if holes == [found.gap] else None
    # Ours is cut off before the seal, or has lost blocks in a cut of power, and no other program could have read it.
    seal = reader.read_at(0, SEAL)
    return found if holes or (seal != entry.seal and _is_part(seal, entry.seal)) else None


def _is_front(entry: JournalEntry, reader: Reader) -> bool:
    found = reader.read_at(0, _length(entry))
    return _digest(found) == entry.front if _grows(entry) else found == _cut_off(entry)


def _is_part(found: bytes, wanted: bytes) -> bool:
    """Tell whether each byte is the wanted one or not written yet."""
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
