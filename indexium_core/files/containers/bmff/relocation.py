"""
The index (`moov`) at another place, or for media that moves: with the edits and corrected offsets.

Ranges of the file move as a whole: a byte at distance `n` from the start of a range keeps that distance. An offset
whose target is removed, or whose field is too small for the new value, causes a refusal. Only chunk offset tables get
larger fields (`co64`), so the index grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes, offsets
from indexium_core.files.containers.bmff.boxes import Box, MalformedBoxError, Window
from indexium_core.files.containers.bmff.layout import BmffLayout
from indexium_core.files.containers.bmff.offsets import Ints, Pointers
from indexium_core.files.containers.bmff.padding import BoxSplice, with_box_sizes
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.splices import Splice, read_range
from indexium_core.model.files.media import Extent, Refusal

_LOST = "An offset in the file points at bytes that would be overwritten."
_TOO_FAR = "An offset in the file has too few bytes for its new value."


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPlace:
    """The place of an index."""

    at: int  # offset of its first byte
    shift: int  # bytes by which everything behind the old index and its padding moves


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedIndex:
    """A new index, and the changes needed elsewhere in the file."""

    index: bytes  # the whole box
    place: IndexPlace
    fields: tuple[Splice, ...]  # changed offsets elsewhere in the file; their lengths stay


class OffsetMap:
    """The new offsets of the bytes of a file: ranges of it, each with the number of bytes by which it moves."""

    def __init__(self, ranges: Sequence[tuple[int, int, int]]) -> None:
        rows = np.array([row for row in ranges if row[0] < row[1]], dtype=np.int64).reshape(-1, 3)
        self._start, self._end, self._by = rows.T

    def moved(self, offsets: Ints) -> Ints:
        """Return the new offsets; -1 for removed bytes."""
        if len(offsets) and (by := self._common_move(int(offsets.min()), int(offsets.max()))) is not None:
            return offsets + by
        which = np.maximum(np.searchsorted(self._start, offsets, side="right") - 1, 0)
        inside = (offsets >= self._start[which]) & (offsets < self._end[which])
        return np.where(inside, offsets + self._by[which], -1)

    def _common_move(self, first: int, last: int) -> int | None:
        """Return by how many bytes all offsets from `first` to `last` move; None if they lie in several ranges."""
        which, other = np.searchsorted(self._start, [first, last], side="right") - 1
        return int(self._by[which]) if which == other >= 0 and last < self._end[which] else None


def kept_ranges(splices: Sequence[Splice], start: int, end: int, *, by: int = 0) -> Iterator[tuple[int, int, int]]:
    """
    Yield the ranges between sorted splices that change the length: start, end, and move of each range.

    The move is `by` plus the growth of all splices before the range. Bytes that are only overwritten keep their place.
    """
    for splice in splices:
        if splice.growth:
            yield start, splice.start, by
            start, by = splice.end, by + splice.growth
    yield start, end, by


def moved_index(
    reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], place_of: Callable[[int], IndexPlace]
) -> MovedIndex | Refusal:
    """
    Return the index after all `edits`, at the place that `place_of` returns for its size; or a Refusal.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    moov = layout.moov
    assert moov is not None
    window = Window(read_range(reader, Extent(moov.start, moov.size)), moov.start)
    try:
        return _with_wide_tables(reader, layout, edits, place_of, window)
    except MalformedBoxError as error:
        raise errors.ConflictError("The file changed while it was processed.") from error


def _with_wide_tables(
    reader: Reader,
    layout: BmffLayout,
    edits: Sequence[BoxSplice],
    place_of: Callable[[int], IndexPlace],
    window: Window,
) -> MovedIndex | Refusal:
    """Build the index again until all chunk offset tables have large enough fields; fields only grow."""
    assert layout.moov is not None
    wide = {path[-1].start for path in layout.offsets.tables if path[-1].kind == b"co64"}
    while True:
        larger = [_widened_table(window, path) for path in layout.offsets.tables if path[-1].start in wide]
        splices = with_box_sizes(reader, [*edits, *filter(None, larger)])
        size = layout.moov.size + sum(splice.growth for splice in splices)
        index = _NewIndex(window, layout, splices, place_of(size))
        too_small = index.set_tables(wide)
        if isinstance(too_small, Refusal):
            return too_small
        if not too_small:
            return index.build()
        wide |= too_small


def corrections(pointers: Pointers, offset_map: OffsetMap) -> list[Splice] | Refusal:
    """Return the splices that correct the pointers for moved targets, at the old places; or a Refusal."""
    targets = offset_map.moved(pointers.targets)
    origins = np.where(pointers.origin < 0, 0, offset_map.moved(pointers.origin))
    if (targets < 0).any() or (origins < 0).any():
        return refusals.not_writable(_LOST)
    values = targets - origins - pointers.bias
    if (values < 0).any() or (values[pointers.width == 4] > 0xFFFFFFFF).any():
        return refusals.not_writable(_TOO_FAR)
    changed = values != pointers.values
    rows = zip(pointers.at[changed].tolist(), pointers.width[changed].tolist(), values[changed].tolist(), strict=True)
    return [Splice(start=at, end=at + width, data=value.to_bytes(width, "big")) for at, width, value in rows]


class _NewIndex:
    """An index after its edits; its offsets are not set yet."""

    def __init__(self, window: Window, layout: BmffLayout, splices: Sequence[Splice], place: IndexPlace) -> None:
        assert layout.moov is not None
        self.window, self.layout, self.moov, self.place = window, layout, layout.moov, place
        start, end = self.moov.start, self.moov.end
        ranges = list(kept_ranges(splices, start, end, by=place.at - start))
        self.bytes = bytearray(_edited_bytes(window, splices, start, end))
        growth = accumulate((splice.growth for splice in splices), initial=place.at - start)
        self.made = {splice.start: splice.start + by for splice, by in zip(splices, growth, strict=False)}
        # One more byte: an offset may point to the end of the file.
        self.offset_map = OffsetMap([(0, start, 0), *ranges, (layout.behind, layout.size + 1, place.shift)])

    def set_tables(self, wide: set[int]) -> set[int] | Refusal:
        """Set the chunk offset tables. Return the offsets of the tables that need 8-byte entries, or a Refusal."""
        too_small: set[int] = set()
        for path in self.layout.offsets.tables:
            table = path[-1]
            values = self.offset_map.moved(offsets.chunks(self.window, table))
            if len(values) and values.min() < 0:
                return refusals.not_writable(_LOST)
            width = 8 if table.start in wide else 4
            if len(values) and int(values.max()) >> 8 * width:
                too_small.add(table.start)
                continue
            self._put(self._entries(table) - self.place.at, values.astype(f">u{width}").tobytes())
        return too_small

    def build(self) -> MovedIndex | Refusal:
        """Set all other offsets."""
        found = corrections(self.layout.offsets.pointers, self.offset_map)
        if isinstance(found, Refusal):
            return found
        inner = [field for field in found if self.moov.start <= field.start < self.moov.end]
        new_starts = self.offset_map.moved(np.array([field.start for field in inner], dtype=np.int64)).tolist()
        if any(start < 0 for start in new_starts):
            return refusals.not_writable(_LOST)
        for start, field in zip(new_starts, inner, strict=True):
            self._put(start - self.place.at, field.data)
        outer = tuple(field for field in found if not self.moov.start <= field.start < self.moov.end)
        return MovedIndex(index=bytes(self.bytes), place=self.place, fields=outer)

    def _entries(self, table: Box) -> int:
        """Return where the entries of a chunk offset table lie in the new file."""
        if table.start in self.made:
            return self.made[table.start] + 16
        return int(self.offset_map.moved(np.array([table.body]))[0]) + 8

    def _put(self, at: int, data: bytes) -> None:
        self.bytes[at : at + len(data)] = data


def _widened_table(window: Window, path: Sequence[Box]) -> BoxSplice | None:
    """Return the splice that turns a `stco` into a `co64` with entries of zero."""
    table = path[-1]
    if table.kind == b"co64":
        return None
    count = len(offsets.chunks(window, table))
    rest = window.body(table, 8 + 4 * count)
    content = window.body(table, 0, 8) + bytes(8 * count) + rest
    data = boxes.header(b"co64", 8 + len(content)) + content
    return BoxSplice(start=table.start, end=table.end, data=data, around=tuple(path[:-1]))


def _edited_bytes(window: Window, splices: Sequence[Splice], start: int, end: int) -> bytes:
    parts = []
    for splice in splices:
        parts += [window.data[start - window.base : splice.start - window.base], splice.data]
        start = splice.end
    return b"".join([*parts, window.data[start - window.base : end - window.base]])
