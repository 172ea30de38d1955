"""
Zones: the stretches of a segment in which elements may be laid anew, and the bytes that do it.

A zone is a run of neighbours out of Tags, SeekHead and Void, before the first or after the last cluster; everything
else stays where it is. Pieces are put at offsets, whatever is free between them becomes Void. A gap of one byte cannot
be a Void: the element before it gets a size field that is one byte wider than it needs to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexium_core.files.containers.matroska import ebml, names
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout

__all__ = ["EDITABLE", "Gap", "Piece", "Write", "Zone", "gaps", "lay", "zones"]

EDITABLE = frozenset({ebml.VOID, names.TAGS, names.SEEK_HEAD})

Write = tuple[int, bytes]  # bytes to put at an offset of the file


@dataclass(frozen=True, slots=True)
class Piece:
    """An element that is to lie at `offset`."""

    offset: int
    id: int
    content: bytes

    @property
    def end(self) -> int:
        return self.offset + len(ebml.element(self.id, self.content))


@dataclass(frozen=True, slots=True)
class Zone:
    """Neighbouring elements that may be laid anew. The one at the end of the segment can grow, and may be empty."""

    start: int
    end: int
    elements: tuple[Element, ...]
    last: bool

    def holds(self, offset: int) -> bool:
        """Tell whether an element at `offset` lies in the zone, or would once it has grown."""
        return self.start <= offset and (self.last or offset < self.end)


@dataclass(frozen=True, slots=True)
class Gap:
    """Neighbours within a zone that are, or may become, Void: the old Tags is one of them."""

    start: int
    end: int
    behind: Element | None  # the SeekHead right before it
    last: bool  # it reaches the end of the segment and may grow


def zones(layout: MatroskaLayout) -> tuple[Zone, ...]:
    """Return the zones in file order, the growing one last."""
    assert layout.segment is not None
    found: list[list[Element]] = []
    for element in layout.elements:
        if element.id not in EDITABLE or layout.in_payload(element):
            continue
        if found and found[-1][-1].end == element.offset:
            found[-1].append(element)
        else:
            found.append([element])
    end = layout.segment.end
    made = [Zone(run[0].offset, run[-1].end, tuple(run), run[-1].end == end) for run in found]
    return (*made, *(() if made and made[-1].last else (Zone(end, end, (), last=True),)))


def gaps(zone: Zone) -> Iterator[Gap]:
    """Yield the gaps of a zone in file order; an empty zone at the end of the segment is one."""
    start, behind = zone.start, None
    for element in zone.elements:
        if element.id == names.SEEK_HEAD:
            if start < element.offset:
                yield Gap(start, element.offset, behind, last=False)
            start, behind = element.end, element
    if start < zone.end or zone.last:
        yield Gap(start, zone.end, behind, zone.last)


def lay(zone: Zone, pieces: Sequence[Piece], gone: Sequence[Element] = ()) -> list[Write] | None:
    """
    Return the bytes that put `pieces` into the zone, or None where they do not fit.

    SeekHeads stay, unless a piece takes their place or they are `gone`; every other old element becomes Void.
    """
    own = [piece for piece in pieces if zone.holds(piece.offset)]
    taken = {piece.offset for piece in own}
    stay = [
        element
        for element in zone.elements
        if element.id == names.SEEK_HEAD and element not in gone and element.offset not in taken
    ]
    slots: list[Piece | Element] = sorted([*own, *stay], key=lambda slot: slot.offset)
    writes: list[Write] = []
    position = zone.start
    for nth, slot in enumerate(slots):
        if slot.offset > position:
            writes += _voided(zone, position, slot.offset)
        following = slots[nth + 1].offset if nth + 1 < len(slots) else max(zone.end, slot.end if zone.last else 0)
        wider = following - slot.end == 1
        if following < slot.end or (wider and isinstance(slot, Element)):
            return None
        if isinstance(slot, Piece):
            writes.append((slot.offset, ebml.element(slot.id, slot.content, wider=int(wider))))
        position = slot.end + wider
    return [*writes, *_voided(zone, position, zone.end)] if position < zone.end else writes


def _voided(zone: Zone, start: int, end: int) -> list[Write]:
    """Make `[start, end)` one Void; what elements said there is overwritten, old Voids keep their filling."""
    head = ebml.void(end - start)
    new = max(start + len(head), zone.end)  # where the file had no bytes yet
    writes = [(start, head), *([(new, bytes(end - new))] if new < end else [])]
    for element in zone.elements:
        first, stop = max(element.offset, start + len(head)), min(element.end, end)
        if element.id != ebml.VOID and first < stop:
            writes.append((first, bytes(stop - first)))
    return writes
