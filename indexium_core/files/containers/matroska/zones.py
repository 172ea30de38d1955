"""
Zones: the ranges of a segment in which elements may be moved or replaced, and the writes for this.

A zone is a run of adjacent Tags, SeekHead and Void elements; all other elements stay. Pieces get offsets, and free
bytes between them become Void. A gap of one byte cannot be a Void: the element before the gap gets a size field that
is one byte wider than needed. A Void directly behind a cluster of unknown size is not possible either: it would be part
of the cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from indexium_core.files.containers.matroska import ebml, ids
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout

EDITABLE = frozenset({ebml.VOID, ids.TAGS, ids.SEEK_HEAD})

Write = tuple[int, bytes]  # bytes to put at an offset of the file


@dataclass(frozen=True, slots=True)
class Piece:
    """An element to write at `offset`."""

    offset: int
    id: int
    content: bytes

    @property
    def end(self) -> int:
        return self.offset + len(ebml.element(self.id, self.content))


@dataclass(frozen=True, slots=True)
class Zone:
    """Adjacent elements that may be replaced. The zone at the end of the segment can grow and may be empty."""

    start: int
    end: int
    elements: tuple[Element, ...]
    grows: bool
    solid: bool  # the zone cannot start with a Void
    widest: int  # longest size field, in bytes

    def holds(self, offset: int) -> bool:
        """Return whether an element at `offset` lies in the zone, also after the zone has grown."""
        return self.start <= offset and (self.grows or offset < self.end)


@dataclass(frozen=True, slots=True)
class Gap:
    """Adjacent elements in a zone that are Void or become Void."""

    start: int
    end: int
    seek_head: Element | None  # the SeekHead directly before the gap
    grows: bool  # the gap ends with the segment and may grow


def zones(layout: MatroskaLayout, editable: Collection[int] = EDITABLE) -> tuple[Zone, ...]:
    """
    Return the zones of elements with `editable` IDs in file order; the zone that can grow is last.

    A segment can grow if it is the last in the file and its last cluster has a known size: MediaInfo and ExifTool do
    not find tags behind a cluster of unknown size (measured).
    """
    found: list[list[Element]] = []
    for element in layout.elements:
        if element.id not in editable:
            continue
        if found and found[-1][-1].end == element.offset:
            found[-1].append(element)
        else:
            found.append([element])
    end, widest = layout.end, layout.widest
    grows = end == layout.size and not any(run.open for run in layout.runs[-1:])
    made = [
        Zone(run[0].offset, run[-1].end, tuple(run), grows and run[-1].end == end, solid, widest)
        for run in found
        for solid in [layout.behind_open(run[0].offset)]
    ]
    if grows and not (made and made[-1].grows):
        made.append(Zone(end, end, (), grows=True, solid=False, widest=widest))
    return tuple(made)


def gaps(zone: Zone, free: Collection[Element]) -> Iterator[Gap]:
    """Yield the gaps of a zone in file order: its `free` elements and every Void."""
    start, seek_head = zone.start, None
    for element in zone.elements:
        if element.id == ebml.VOID or element in free:
            continue
        if start < element.offset:
            yield Gap(start, element.offset, seek_head, grows=False)
        start, seek_head = element.end, element if element.id == ids.SEEK_HEAD else None
    if start < zone.end or zone.grows:
        yield Gap(start, zone.end, seek_head, zone.grows)


def lay_out(zone: Zone, pieces: Sequence[Piece], free: Collection[Element]) -> list[Write] | None:
    """
    Return the writes that put `pieces` into the zone, or None if they do not fit.

    Tags and SeekHeads stay unless a piece replaces them or they are `free`; all other bytes become Void.
    """
    own = [piece for piece in pieces if zone.holds(piece.offset)]
    taken = {piece.offset for piece in own}
    stay = [
        element
        for element in zone.elements
        if element.id != ebml.VOID and element not in free and element.offset not in taken
    ]
    slots: list[Piece | Element] = sorted([*own, *stay], key=lambda slot: slot.offset)
    if zone.solid and not (slots and slots[0].offset == zone.start):
        return None
    writes: list[Write] = []
    position = zone.start
    for nth, slot in enumerate(slots):
        if slot.offset == position + 1:  # no Void is that short
            return None
        if slot.offset > position:
            writes += _voided(zone, position, slot.offset)
        following = slots[nth + 1].offset if nth + 1 < len(slots) else max(zone.end, slot.end if zone.grows else 0)
        wider = following - slot.end == 1
        if following < slot.end or (wider and isinstance(slot, Element)):
            return None
        if isinstance(slot, Piece):
            writes.append((slot.offset, ebml.element(slot.id, slot.content, wider=int(wider))))
        position = slot.end + wider
    writes += _voided(zone, position, zone.end) if position < zone.end else []
    return writes if all(_narrow(zone, offset, data) for offset, data in writes) else None


def _narrow(zone: Zone, offset: int, data: bytes) -> bool:
    """Return whether the document allows the width of the element's size field; zeros have no size field."""
    return not data[0] or ebml.header_at(data, 0, offset).size_width <= zone.widest


def _voided(zone: Zone, start: int, end: int) -> list[Write]:
    """Return the writes that make `[start, end)` one Void; zeros replace elements, old Voids keep their bytes."""
    head = ebml.void(end - start)
    new = max(start + len(head), zone.end)  # behind the old end of the file
    writes = [(start, head), *([(new, bytes(end - new))] if new < end else [])]
    for element in zone.elements:
        first, stop = max(element.offset, start + len(head)), min(element.end, end)
        if element.id != ebml.VOID and first < stop:
            writes.append((first, bytes(stop - first)))
    return writes
