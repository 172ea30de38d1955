"""
From edits of single boxes to the fewest bytes that must be written.

An edit replaces a range and knows the boxes around it, whose sizes follow. What an edit adds or frees is taken from or
given to the nearest padding, so that as little as possible moves and nothing outside the edited stretch does; where
`moov` ends the file, the end of the file is padding without limit. Media bytes never move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexium_core import errors
from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.model.files.media import Patch

__all__ = ["Splice", "build", "room", "settled", "sized"]

_LARGEST = 0xFFFFFFFF  # size of a box with 32 bits of size
_BLOCK = 1024 * 1024  # bytes compared at a time
_GAP = 32  # equal bytes between two differing ranges that are cheaper written than journaled apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Bytes in place of a range of the file."""

    start: int
    end: int
    data: bytes
    around: tuple[Box, ...] = ()  # the boxes whose size follows, outermost first

    @property
    def growth(self) -> int:
        return len(self.data) - (self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Padding:
    """Free space that can shrink and grow: a box, several in a row, or the end of the file."""

    start: int
    length: int  # 0: none yet, but a box may be made here
    around: tuple[Box, ...] = ()
    elastic: bool = False  # the file may end here or later

    def after(self, growth: int) -> int | None:
        """Return the length once `growth` bytes were taken from it, None where that cannot be."""
        rest = self.length - growth
        if self.elastic:
            rest = 0 if rest <= 0 or not self.length else max(rest, 8)
        return rest if rest == 0 or 8 <= rest <= _LARGEST else None


def settled(reader: Reader, layout: BmffLayout, edits: Sequence[Splice]) -> list[Splice] | None:
    """
    Return all splices that make `edits` in place, paddings and sizes included, sorted; None where there is no room.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    paddings = _settle(layout, edits)
    return None if paddings is None else sized(reader, [*edits, *paddings])


def build(reader: Reader, layout: Layout, splices: Sequence[Splice]) -> Patch:
    """
    Return the patch that makes `splices`, sorted and not overlapping.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    size = layout.size + sum(splice.growth for splice in splices)
    runs = _joined(_moved(reader, splices))
    return Patch(writes=tuple(part for at, data in runs for part in _differing(reader, at, data)), size=size)


def sized(reader: Reader, splices: Sequence[Splice]) -> list[Splice]:
    """
    Return the splices with those that change the sizes of the boxes around them, sorted.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    ordered = sorted(splices, key=lambda splice: (splice.start, splice.end))
    return sorted([*ordered, *_sizes(reader, ordered)], key=lambda splice: (splice.start, splice.end))


def room(layout: BmffLayout) -> int | None:
    """Return by how many bytes the tags can grow in place, None where there is no limit."""
    assert layout.moov is not None
    return None if layout.moov_last else sum(padding.length for padding in _paddings(layout))


def _settle(layout: BmffLayout, edits: Sequence[Splice]) -> list[Splice] | None:
    """Return how the paddings change so that nothing behind them moves: one of them if that is enough."""
    growth = sum(edit.growth for edit in edits)
    if not growth:
        return []
    nearest = sorted(_paddings(layout), key=lambda padding: _distance(padding, edits))
    for padding in nearest:
        length = padding.after(growth)
        if length is not None:
            return [_resized(padding, length)]
    found = []
    for padding in nearest:
        length = padding.after(growth)
        found.append(_resized(padding, length or 0))
        if length is not None:
            return found
        growth -= padding.length
    return None


def _paddings(layout: BmffLayout) -> list[_Padding]:
    """Return all but those in front of the handler of a `meta`, which FFmpeg looks for in steps of four bytes."""
    moov = layout.moov
    assert moov is not None
    inside = []
    for around in _holders((moov,)):
        handler = max((box.start for box in around[-1].named(b"hdlr")), default=0)
        free = [box for box in around[-1].children if box.padding and box.start > handler]
        inside += [_Padding(start=box.start, length=box.size, around=around) for box in free]
    behind = _Padding(start=moov.end, length=layout.after_moov, elastic=layout.moov_last)
    return [*inside, behind]


def _holders(path: tuple[Box, ...]) -> Iterator[tuple[Box, ...]]:
    """Yield the paths to the boxes whose padding is ours to use: the film's, never a track's."""
    yield path
    for child in path[-1].children:
        if child.kind in {b"udta", b"meta"}:
            yield from _holders((*path, child))


def _distance(padding: _Padding, edits: Sequence[Splice]) -> int:
    """Return how many bytes would move if `padding` took up what the edits add."""
    first, last = min(edit.start for edit in edits), max(edit.end for edit in edits)
    return max(padding.start - last, first - padding.start - padding.length, 0)


def _resized(padding: _Padding, length: int) -> Splice:
    """
    Return the splice that gives a padding its new length, cutting or adding in front.

    Its first bytes become zeros, as they must be in a box that is to be known as padding later.
    """
    keep = max(0, min(length, padding.length) - 8 - boxes.BLANK)
    data = boxes.header(b"free", length) + bytes(length - 8 - keep) if length else b""
    return Splice(start=padding.start, end=padding.start + padding.length - keep, data=data, around=padding.around)


def _sizes(reader: Reader, splices: Sequence[Splice]) -> list[Splice]:
    """Return the new size fields of all boxes around the splices."""
    growth: Counter[int] = Counter()
    around = {box.start: box for splice in splices for box in splice.around}
    for splice in splices:
        for box in splice.around:
            growth[box.start] += splice.growth
    return [_size_field(reader, around[start], around[start].size + more) for start, more in growth.items() if more]


def _size_field(reader: Reader, box: Box, size: int) -> Splice:
    head = reader.read_at(box.start, box.header)
    at, width = (box.start, 4) if box.header == 8 else (box.start + 8, 8)
    said = int.from_bytes(head[at - box.start :][:width], "big")
    if said != box.size or head[4:8] != box.kind:
        raise errors.ConflictError("The file changed while it was worked on.")
    return Splice(start=at, end=at + width, data=size.to_bytes(width, "big"))


def _moved(reader: Reader, splices: Sequence[Splice]) -> Iterator[tuple[int, bytes]]:
    """Yield everything that must be written and where: the splices, and between them what moves."""
    shift, at = 0, 0
    for splice in splices:
        if shift and splice.start > at:
            between = reader.read_at(at, splice.start - at)
            if len(between) < splice.start - at:
                raise errors.ConflictError("The file became shorter while it was worked on.")
            yield at + shift, between
        yield splice.start + shift, splice.data
        shift += splice.growth
        at = splice.end


def _joined(writes: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield the writes with neighbours made one."""
    start, parts, end = 0, list[bytes](), 0
    for at, data in writes:
        if parts and at != end:
            yield start, b"".join(parts)
            parts = []
        if not parts:
            start, end = at, at
        parts.append(data)
        end += len(data)
    if parts:
        yield start, b"".join(parts)


def _differing(reader: Reader, at: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of `data` that the file does not have yet; those that lie close together as one."""
    found: list[list[int]] = []
    for start, end in _changes(reader.read_at(at, len(data)), data):
        if found and start - found[-1][1] <= _GAP:
            found[-1][1] = end
        else:
            found.append([start, end])
    return ((at + start, data[start:end]) for start, end in found)


def _changes(old: bytes, new: bytes) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the ranges in which `new` differs from `old` or goes on after it, block by block."""
    common = min(len(old), len(new))
    for block in range(0, common, _BLOCK):
        end = min(block + _BLOCK, common)
        pair = (np.frombuffer(data, dtype=np.uint8, count=end - block, offset=block) for data in (old, new))
        changed = np.flatnonzero(np.not_equal(*pair)) + block
        if not len(changed):
            continue
        breaks = np.flatnonzero(np.diff(changed) > _GAP)
        starts = [changed[0], *changed[breaks + 1]]
        yield from (
            (int(start), int(last) + 1) for start, last in zip(starts, [*changed[breaks], changed[-1]], strict=True)
        )
    if len(new) > common:
        yield common, len(new)
