"""
Room for edits in the index (`moov`): free space, box sizes, and the bytes that move.

An edit replaces a range and lists the boxes around the range, whose sizes are adapted. The nearest free space gives
the bytes that the edit needs, or gets the bytes that the edit frees. So as few bytes as possible move, and only inside
the edited range. If `moov` ends the file, the end of the file is free space without limit. Media bytes never move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.bmff.boxes import Box
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.shared.splices import Splice

_LARGEST = 0xFFFFFFFF  # largest size in a 32-bit size field


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSplice(Splice):
    """A splice inside boxes whose sizes change with it."""

    around: tuple[Box, ...] = ()  # outermost first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Padding:
    """Free space that can shrink and grow: a box, several adjacent boxes, or the end of the file."""

    start: int
    length: int  # 0: no padding yet, but a box may be created here
    around: tuple[Box, ...] = ()
    elastic: bool = False  # the file may end here or later

    def after(self, growth: int) -> int | None:
        """Return the length after `growth` bytes are taken, None if that is not possible."""
        rest = self.length - growth
        if self.elastic:
            rest = 0 if rest <= 0 or not self.length else max(rest, 8)
        return rest if rest == 0 or 8 <= rest <= _LARGEST else None


def fit_in_place(reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice]) -> list[Splice] | None:
    """
    Return all splices of `edits` in place, with those of padding and box sizes, sorted; None if room is missing.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    paddings = _padding_splices(layout, edits)
    return None if paddings is None else with_box_sizes(reader, [*edits, *paddings])


def with_box_sizes(reader: Reader, splices: Sequence[BoxSplice]) -> list[Splice]:
    """
    Return the splices and the splices of the box sizes around them, sorted.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    ordered = sorted(splices, key=lambda splice: (splice.start, splice.end))
    return sorted([*ordered, *_sizes(reader, ordered)], key=lambda splice: (splice.start, splice.end))


def free_bytes(layout: BmffLayout) -> int | None:
    """Return by how many bytes the tags can grow in place, None for no limit."""
    assert layout.moov is not None
    return None if layout.moov_last else sum(padding.length for padding in _paddings(layout))


def _padding_splices(layout: BmffLayout, edits: Sequence[BoxSplice]) -> list[BoxSplice] | None:
    """Return the splices of padding that keep everything behind in place; only one splice if that is enough."""
    growth = sum(edit.growth for edit in edits)
    if not growth:
        return []
    growing = [edit for edit in edits if edit.growth]
    nearest = sorted(_paddings(layout), key=lambda padding: _distance(padding, growing))
    for padding in nearest:
        length = padding.after(growth)
        if length is not None:
            return [_resized(padding, length)]
    splices = []
    for padding in nearest:
        length = padding.after(growth)
        splices.append(_resized(padding, length or 0))
        if length is not None:
            return splices
        growth -= padding.length
    return None


def _paddings(layout: BmffLayout) -> list[_Padding]:
    """Return all padding, except before the handler of a `meta`: FFmpeg searches the handler in 4-byte steps."""
    moov = layout.moov
    assert moov is not None
    inside = []
    for around in _tag_holders((moov,)):
        handler = max((box.start for box in around[-1].named(b"hdlr")), default=0)
        free = [box for box in around[-1].children if box.padding and box.start > handler]
        inside += [_Padding(start=box.start, length=box.size, around=around) for box in free]
    behind = _Padding(start=moov.end, length=layout.after_moov, elastic=layout.moov_last)
    return [*inside, behind]


def _tag_holders(path: tuple[Box, ...]) -> Iterator[tuple[Box, ...]]:
    """Yield the paths to the boxes whose padding may be used: `moov` and tags of the file, but not tags of tracks."""
    yield path
    for child in path[-1].children:
        if child.kind in {b"udta", b"meta"}:
            yield from _tag_holders((*path, child))


def _distance(padding: _Padding, edits: Sequence[Splice]) -> int:
    """Return how many bytes would move if `padding` balanced the edits."""
    first, last = min(edit.start for edit in edits), max(edit.end for edit in edits)
    return max(padding.start - last, first - padding.start - padding.length, 0)


def _resized(padding: _Padding, length: int) -> BoxSplice:
    """
    Return the splice that gives a padding its new length, at its front.

    Its first content bytes become zeros, which later mark it as padding.
    """
    keep = max(0, min(length, padding.length) - 8 - boxes.BLANK)
    data = boxes.header(b"free", length) + bytes(length - 8 - keep) if length else b""
    return BoxSplice(start=padding.start, end=padding.start + padding.length - keep, data=data, around=padding.around)


def _sizes(reader: Reader, splices: Sequence[BoxSplice]) -> list[Splice]:
    """Return the splices of the size fields of all boxes around the splices."""
    growth: Counter[int] = Counter()
    around = {box.start: box for splice in splices for box in splice.around}
    for splice in splices:
        for box in splice.around:
            growth[box.start] += splice.growth
    return [_size_field(reader, around[start], around[start].size + more) for start, more in growth.items() if more]


def _size_field(reader: Reader, box: Box, size: int) -> Splice:
    head = reader.read_at(box.start, box.header)
    at, width = (box.start, 4) if box.header == 8 else (box.start + 8, 8)
    stored = int.from_bytes(head[at - box.start :][:width], "big")
    if stored != box.size or head[4:8] != box.kind:
        raise errors.ConflictError("The file changed while it was processed.")
    return Splice(start=at, end=at + width, data=size.to_bytes(width, "big"))
