"""
A film's index for another place in the file, or for media that moves: the edits made, every offset corrected.

Where an offset points is found by the stretches of the file that stay together: whatever lay `n` bytes into one lies
`n` bytes into it afterwards. An offset that would point at nothing, or that has too few bytes for its new number, is a
refusal; only chunk tables are given larger numbers (`co64`), and the index grows by that.
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
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.files.media import Refusal

__all__ = ["Moved", "Shift", "Site", "between", "corrections", "moved"]

_LOST = "Something in the file points at a place that would be overwritten."
_TOO_FAR = "Something in the file could no longer say where its data lies: its offsets have too few bytes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where an index goes."""

    at: int  # where its first byte comes to lie
    shift: int  # by how many bytes all that follows the old index, and the padding behind it, moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A new index, and what has to follow it."""

    index: bytes  # the whole box
    site: Site
    fields: tuple[Splice, ...]  # offsets elsewhere in the file that change; as long as before


class Shift:
    """Where the bytes of a file come to lie: stretches of it, each with how far it moves."""

    def __init__(self, stretches: Sequence[tuple[int, int, int]]) -> None:
        rows = np.array([row for row in stretches if row[0] < row[1]], dtype=np.int64).reshape(-1, 3)
        self._start, self._end, self._by = rows.T

    def of(self, places: Ints) -> Ints:
        """Return the new places; -1 for what is no more."""
        which = np.maximum(np.searchsorted(self._start, places, side="right") - 1, 0)
        inside = (places >= self._start[which]) & (places < self._end[which])
        return np.where(inside, places + self._by[which], -1)


def between(splices: Sequence[Splice], start: int, end: int, *, by: int = 0) -> Iterator[tuple[int, int, int]]:
    """
    Yield the stretches of a range that sorted splices leave together, each with how far it moves.

    That is `by` and the growth of all splices in front of it. What is only overwritten keeps its place.
    """
    for splice in splices:
        if splice.growth:
            yield start, splice.start, by
            start, by = splice.end, by + splice.growth
    yield start, end, by


def moved(
    reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], site: Callable[[int], Site]
) -> Moved | Refusal:
    """
    Return the index with all `edits` made, for the place that `site` gives to one of so many bytes; or why not.

    Raises:
        ConflictError: The file is not the one that was examined.

    """
    moov = layout.moov
    assert moov is not None
    window = Window(reader.read_at(moov.start, moov.size), moov.start)
    if len(window.data) < moov.size:
        raise errors.ConflictError("The file became shorter while it was worked on.")
    try:
        return _settled(reader, layout, edits, site, window)
    except MalformedBoxError as error:
        raise errors.ConflictError("The file changed while it was worked on.") from error


def _settled(
    reader: Reader, layout: BmffLayout, edits: Sequence[BoxSplice], site: Callable[[int], Site], window: Window
) -> Moved | Refusal:
    """Make a draft, and another one as long as chunk tables need larger numbers: they only ever become more."""
    assert layout.moov is not None
    wide = {path[-1].start for path in layout.offsets.tables if path[-1].kind == b"co64"}
    while True:
        larger = [_promoted(window, path) for path in layout.offsets.tables if path[-1].start in wide]
        splices = with_box_sizes(reader, [*edits, *filter(None, larger)])
        size = layout.moov.size + sum(splice.growth for splice in splices)
        draft = _Draft(window, layout, splices, site(size))
        tight = draft.set_tables(wide)
        if isinstance(tight, Refusal):
            return tight
        if not tight:
            return draft.finished()
        wide |= tight


def corrections(pointers: Pointers, shift: Shift) -> list[Splice] | Refusal:
    """Return what makes pointers lead to where their targets have moved, by their old places; or why that cannot be."""
    targets = shift.of(pointers.targets)
    origins = np.where(pointers.origin < 0, 0, shift.of(pointers.origin))
    if (targets < 0).any() or (origins < 0).any():
        return _refused(_LOST)
    values = targets - origins - pointers.bias
    if (values < 0).any() or (values[pointers.width == 4] > 0xFFFFFFFF).any():
        return _refused(_TOO_FAR)
    changed = values != pointers.values
    rows = zip(pointers.at[changed].tolist(), pointers.width[changed].tolist(), values[changed].tolist(), strict=True)
    return [Splice(start=at, end=at + width, data=value.to_bytes(width, "big")) for at, width, value in rows]


class _Draft:
    """An index with its edits made and its offsets still to be set."""

    def __init__(self, window: Window, layout: BmffLayout, splices: Sequence[Splice], site: Site) -> None:
        assert layout.moov is not None
        self.window, self.layout, self.moov, self.site = window, layout, layout.moov, site
        start, end = self.moov.start, self.moov.end
        stretches = list(between(splices, start, end, by=site.at - start))
        self.bytes = bytearray(_spliced(window, splices, start, end))
        growth = accumulate((splice.growth for splice in splices), initial=site.at - start)
        self.made = {splice.start: splice.start + by for splice, by in zip(splices, growth, strict=False)}
        # One byte more: an offset may point at the end of the file.
        self.shift = Shift([(0, start, 0), *stretches, (layout.behind, layout.size + 1, site.shift)])

    def set_tables(self, wide: set[int]) -> set[int] | Refusal:
        """Set the chunk tables; return those whose offsets need more bytes, by where the box starts."""
        tight: set[int] = set()
        for path in self.layout.offsets.tables:
            table = path[-1]
            values = self.shift.of(offsets.chunks(self.window, table))
            if len(values) and values.min() < 0:
                return _refused(_LOST)
            width = 8 if table.start in wide else 4
            if len(values) and int(values.max()) >> 8 * width:
                tight.add(table.start)
                continue
            self._put(self._entries(table) - self.site.at, values.astype(f">u{width}").tobytes())
        return tight

    def finished(self) -> Moved | Refusal:
        """Set all other offsets."""
        found = corrections(self.layout.offsets.pointers, self.shift)
        if isinstance(found, Refusal):
            return found
        inner = [field for field in found if self.moov.start <= field.start < self.moov.end]
        places = self.shift.of(np.array([field.start for field in inner], dtype=np.int64)).tolist()
        if any(place < 0 for place in places):
            return _refused(_LOST)
        for place, field in zip(places, inner, strict=True):
            self._put(place - self.site.at, field.data)
        outer = tuple(field for field in found if not self.moov.start <= field.start < self.moov.end)
        return Moved(index=bytes(self.bytes), site=self.site, fields=outer)

    def _entries(self, table: Box) -> int:
        """Return where the entries of a chunk table come to lie in the file."""
        if table.start in self.made:
            return self.made[table.start] + 16
        return int(self.shift.of(np.array([table.body]))[0]) + 8

    def _put(self, at: int, data: bytes) -> None:
        self.bytes[at : at + len(data)] = data


def _promoted(window: Window, path: Sequence[Box]) -> BoxSplice | None:
    """Return what makes a `stco` a `co64`, its entries still zero."""
    table = path[-1]
    if table.kind == b"co64":
        return None
    count = len(offsets.chunks(window, table))
    rest = window.body(table, 8 + 4 * count)
    content = window.body(table, 0, 8) + bytes(8 * count) + rest
    data = boxes.header(b"co64", 8 + len(content)) + content
    return BoxSplice(start=table.start, end=table.end, data=data, around=tuple(path[:-1]))


def _spliced(window: Window, splices: Sequence[Splice], start: int, end: int) -> bytes:
    parts = []
    for splice in splices:
        parts += [window.data[start - window.base : splice.start - window.base], splice.data]
        start = splice.end
    return b"".join([*parts, window.data[start - window.base : end - window.base]])


def _refused(message: str) -> Refusal:
    return Refusal(code="no_strategy_yet", message=message)
