"""
The places of new tags and of a new Info: the rules of one edit in place, as a `Patch`.

For tags, the first place with enough room is used:

1. the place of the old tags, with adjacent Void;
2. any Void in front of the first cluster, where all readers find tags (64 bytes stay Void behind the SeekHead), or
   behind the last cluster;
3. the end of the segment, which grows.

Players always read tags in front of the clusters; they read tags behind the clusters only if the SeekHead names these
(`seekhead.read_order`). So tags behind the clusters need an entry: in the SeekHead, or in a second SeekHead at the end.
Then the first one points to the second one, and drops entries for elements in front. Freed bytes become Void and
clusters never move, so that all other positions stay correct.

Info stays where it is, takes adjacent Void, or moves into another Void in front of the media. Entries follow it.

A file without a SeekHead does not get one: a SeekHead must name all elements (RFC 9559, section 6), and then players
would find elements that were hidden before.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from indexium_core import errors
from indexium_core.files import alike
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, ids, seekhead, zones
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.editing import TagsRequest
from indexium_core.files.containers.matroska.fields.info import InfoRequest
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.files.containers.matroska.seekhead import SeekEntry, SeekHead
from indexium_core.files.containers.matroska.zones import Gap, Piece, Write, Zone
from indexium_core.model.files.media import Patch

Candidate = tuple[int | None, Mapping[int, SeekHead]]  # offset of the tags, and all directories

DAMAGED_END = (
    "The file has no room for the tags in front of its media. Its end is damaged, so that nothing can be moved or "
    "added there."
)
_NO_ROOM_FOR_INFO = "The file has no room in front of its media for a longer element Info."
_NO_ROOM = "The file has no room for the tags, or none where its directory (SeekHead) could name them."
_BESIDE_SEEK_HEAD = 64  # bytes of Void that stay behind a SeekHead, for its next entries
# Entries that a SeekHead drops first to make room: players need no entry to find these elements in front.
_DROPPED = (ids.INFO, ids.ATTACHMENTS, ids.CHAPTERS, ids.TRACKS)
_MAX_PLACES = 16  # most places tried; a hostile file has thousands of unusable ones
_POSITION_WIDTH = 8  # bytes of a position in a second SeekHead, which then never grows


def place_tags(reader: Reader, layout: MatroskaLayout, request: TagsRequest) -> Patch:
    """
    Return the patch that makes the requested change.

    Raises:
        CorruptFileError: A SeekHead is damaged.
        RefusedError: The tags fit nowhere, or readers would not find them there.

    """
    if request.unchanged:
        return Patch(writes=(), size=layout.size)
    plan = _Placement(reader, layout, request)
    for place, heads in plan.candidates():
        writes = plan.writes_of(plan.pieces(place, heads)) if plan.is_read(place, heads) else None
        if writes is not None:
            return plan.patch(writes)
    raise errors.RefusedError(DAMAGED_END if layout.damage else _NO_ROOM)


def place_info(reader: Reader, layout: MatroskaLayout, request: InfoRequest) -> Patch:
    """
    Return the patch that replaces Info.

    Raises:
        CorruptFileError: A SeekHead is damaged.
        RefusedError: It fits nowhere in front of the media.

    """
    plan = _InfoPlacement(reader, layout, request)
    for place in plan.places():
        pieces = plan.pieces(place)
        writes = None if pieces is None else plan.writes_of(pieces)
        if writes is not None:
            return plan.patch(writes)
    raise errors.RefusedError(_NO_ROOM_FOR_INFO)


class _Zones:
    """One file, its zones, and the patch of new pieces in them."""

    reader: Reader
    layout: MatroskaLayout
    zones: tuple[Zone, ...]
    free: tuple[Element, ...]  # elements that become Void

    def writes_of(self, pieces: Sequence[Piece]) -> list[Write] | None:
        """Return the writes of all changed zones, or None if a piece does not fit."""
        writes: list[Write] = []
        for zone in self.zones:
            if any(zone.holds(offset) for offset in [*(p.offset for p in pieces), *(e.offset for e in self.free)]):
                zone_writes = zones.lay_out(zone, pieces, self.free)
                if zone_writes is None:
                    return None
                writes += zone_writes
        resized = self.resized(max([self.layout.end, *(offset + len(data) for offset, data in writes)]))
        return None if resized is None else [*writes, *resized]

    def resized(self, end: int) -> list[Write] | None:
        """Return the write of the segment's new size, [] if the size stays; None if the field is too narrow."""
        segment = self.layout.segment
        assert segment is not None
        if self.layout.live or end == self.layout.end:
            return []
        size = end - segment.data
        if ebml.size_width(size) > segment.size_width:
            return None
        return [(segment.data - segment.size_width, ebml.encode_size(size, segment.size_width))]

    def patch(self, writes: Sequence[Write]) -> Patch:
        """Return the patch of the bytes that differ from the file."""
        kept = [
            write for write in (self.without_equal_ends(offset, data) for offset, data in sorted(writes)) if write[1]
        ]
        for extent in self.layout.payload:
            if any(offset < extent.end and offset + len(data) > extent.offset for offset, data in kept):
                raise errors.PayloadProtectedError
        return Patch(writes=tuple(kept), size=max([self.layout.size, *(o + len(d) for o, d in kept)]))

    def without_equal_ends(self, offset: int, data: bytes) -> Write:
        """Return the write without equal bytes at both ends."""
        old = self.reader.read_at(offset, len(data))
        first = alike.common(old, data)
        behind = alike.common(old[first:][::-1], data[first:][::-1]) if len(old) == len(data) else 0
        return offset + first, data[first : len(data) - behind]


class _InfoPlacement(_Zones):
    """One file, and its Info that may be moved."""

    def __init__(self, reader: Reader, layout: MatroskaLayout, request: InfoRequest) -> None:
        assert layout.segment is not None
        self.reader = reader
        self.layout = layout
        self.request = request
        self.start = layout.segment.data
        self.old = request.element
        self.heads = seekhead.read(reader, layout)
        self.free = (request.element,)
        self.zones = zones.zones(layout, zones.EDITABLE | {ids.INFO})

    def places(self) -> Iterator[int]:
        """Yield the offsets to try, best first: the old one, others near it, and all Voids in front of the media."""
        length = len(ebml.element(ids.INFO, self.request.content))
        yield self.old.offset
        gaps = [gap for zone in self.zones for gap in zones.gaps(zone, self.free)]
        own = next(gap for gap in gaps if gap.start <= self.old.offset < gap.end)
        yield from (start for start in (own.end - length, own.end - length - 1) if start >= own.start)
        others = (gap for gap in gaps if gap != own and not gap.grows and self.layout.region(gap.start) == 0)
        yield from itertools.islice((gap.start for gap in others if gap.start + length <= gap.end), _MAX_PLACES)

    def pieces(self, place: int) -> list[Piece] | None:
        """Return the elements to write, None if an entry of a SeekHead would lead elsewhere."""
        piece = Piece(place, ids.INFO, self.request.content)
        if place == self.old.offset:
            return [piece]
        entries = [entry for head in self.heads.values() for entry in head.entries]
        old, new = self.old.offset - self.start, place - self.start
        if any(entry.position == new or (entry.position == old and entry.id != ids.INFO) for entry in entries):
            return None
        moved = {
            offset: replace(head, entries=tuple(self.entry(entry, old, new) for entry in head.entries))
            for offset, head in self.heads.items()
        }
        changed = [(offset, head) for offset, head in moved.items() if head != self.heads[offset]]
        return [piece, *(Piece(offset, ids.SEEK_HEAD, head.content) for offset, head in changed)]

    def entry(self, entry: SeekEntry, old: int, new: int) -> SeekEntry:
        return seekhead.with_position(entry, new) if entry.position == old else entry


class _Placement(_Zones):
    """One file, and its elements that may be moved or replaced."""

    def __init__(self, reader: Reader, layout: MatroskaLayout, request: TagsRequest) -> None:
        assert layout.segment is not None
        self.reader = reader
        self.layout = layout
        self.request = request
        self.start = layout.segment.data
        self.main = request.main
        staying = [tags for tags in layout.named(ids.TAGS) if tags != request.main and tags not in request.emptied]
        self.staying = {self.relative(element.offset) for element in staying}
        targets = [(ids.TAGS, self.relative(element.offset)) for element in request.emptied]
        self.heads, removed = seekhead.without_entries(request.heads, targets, self.start)
        emptied = [head for head in layout.named(ids.SEEK_HEAD) if head.offset in removed]
        self.free = (*request.emptied, *emptied, *([request.main] if request.main else []))
        self.lasting = {e.offset: e.id for e in layout.elements if e.id != ebml.VOID and e not in self.free}
        self.other_tags = [Piece(at.offset, ids.TAGS, content) for at, content in request.others.items() if content]
        self.zones = zones.zones(layout)
        self.gaps = [gap for zone in self.zones for gap in zones.gaps(zone, self.free)]

    def candidates(self) -> Iterator[Candidate]:
        """Yield places for the tags, with directories, best first; the caller checks whether they fit."""
        content = self.request.content
        if not content:
            yield None, self.heads
            return
        for place in self.places(content):
            yield from ((place, heads) for heads in self.directories_for(place))
        for dropped in range(len(_DROPPED) + 1):
            yield from self.second_head(dropped)

    def places(self, content: bytes) -> Iterator[int]:
        """Yield the offsets to try, best first; between clusters, try only the place of the old tags."""
        length = len(ebml.element(ids.TAGS, content))
        main = self.main
        old = next((gap for gap in self.gaps if main and gap.start <= main.offset < gap.end), None)
        if old and main:
            starts = (main.offset, min(self.first_offset(old), main.offset))
            yield from (start for start in starts if start + length <= old.end)
        behind = len(self.layout.runs)
        others = (gap for gap in self.gaps if gap != old and self.layout.region(gap.start) in {0, behind})
        fitting = (self.first_offset(gap) for gap in others if self.first_offset(gap) + length <= gap.end)
        yield from itertools.islice(fitting, _MAX_PLACES)
        if self.gaps and self.gaps[-1].grows:
            yield main.offset if old and old.grows and main else self.first_offset(self.gaps[-1])

    def first_offset(self, gap: Gap) -> int:
        """Return the first offset for tags in a gap: behind a grown SeekHead, plus 64 bytes if before the media."""
        if gap.seek_head is None:
            return gap.start
        head = self.head_with_entry(gap.seek_head.offset, gap.end)
        grown = Piece(gap.seek_head.offset, ids.SEEK_HEAD, head.content).end
        return max(gap.start, grown) + (_BESIDE_SEEK_HEAD if self.layout.in_front(gap.start) else 0)

    def directories_for(self, place: int) -> Iterator[dict[int, SeekHead]]:
        """Yield directories that name tags at `place`, best first; before the media, entries are optional."""
        moved = {offset: self.head_with_entry(offset, place) for offset in self.holders()}
        choices = [self.heads | moved] if moved else []
        choices += [self.heads | moved | {offset: self.head_with_entry(offset, place)} for offset in self.heads]
        choices += [self.heads | {offset: self.head_with_entry(offset, None) for offset in moved}, self.heads]
        yield from (directories for directories in choices if all(head.entries for head in directories.values()))

    def holders(self) -> list[int]:
        """Return the offsets of the SeekHeads that name the moved tags or missing tags."""
        return [offset for offset, head in self.heads.items() if any(map(self.is_for_moved_tags, head.entries))]

    def is_for_moved_tags(self, entry: SeekEntry) -> bool:
        """Return whether an entry is for tags that do not stay in place."""
        return entry.id == ids.TAGS and entry.position not in self.staying

    def head_with_entry(self, offset: int, place: int | None) -> SeekHead:
        """Return a SeekHead with one entry for the tags at `place`, or without entry."""
        position = None if place is None else self.relative(place)
        return seekhead.with_entry(self.heads[offset], ids.TAGS, position, self.is_for_moved_tags)

    def second_head(self, dropped: int) -> Iterator[Candidate]:
        """Yield a second SeekHead and the tags at the end; the first names only it for tags and `dropped` other IDs."""
        offset, first = next(iter(self.heads.items()), (0, SeekHead((), has_crc=False)))
        if not first.entries or not self.layout.in_front(offset) or set(self.holders()) - {offset}:
            return
        if not (self.gaps and self.gaps[-1].grows):
            return
        moved_ids = set(_DROPPED[:dropped])
        listed = [entry for entry in first.entries if not self.is_for_moved_tags(entry)]
        start = self.first_offset(self.gaps[-1])
        moved = [entry for entry in listed if entry.id in moved_ids]
        kept = [entry for entry in listed if entry.id not in moved_ids]
        own = replace(first, entries=(*kept, seekhead.new_entry(ids.SEEK_HEAD, self.relative(start))))

        def second(place: int) -> SeekHead:
            entry = seekhead.new_entry(ids.TAGS, self.relative(place), _POSITION_WIDTH)
            return SeekHead((*moved, entry), has_crc=False)

        place = Piece(start, ids.SEEK_HEAD, second(start).content).end
        yield place, self.heads | {offset: own, start: second(place)}

    def pieces(self, place: int | None, heads: Mapping[int, SeekHead]) -> list[Piece]:
        """Return the elements to write: the tags, other Tags with changed comments, and changed directories."""
        changed = [(offset, head) for offset, head in heads.items() if head != self.request.heads.get(offset)]
        tags = [Piece(place, ids.TAGS, self.request.content)] if place is not None else []
        return [*tags, *self.other_tags, *(Piece(offset, ids.SEEK_HEAD, head.content) for offset, head in changed)]

    def is_read(self, place: int | None, heads: Mapping[int, SeekHead]) -> bool:
        """
        Return whether players will read the same elements in the same order, with the tags at the new place.

        The last Tags element counts, so another order would change the shown text.
        """
        places = self.lasting | dict.fromkeys(heads, ids.SEEK_HEAD)
        places |= {place: ids.TAGS} if place is not None else {}
        now = seekhead.read_order(self.layout, places, heads)
        expected = self.expected_order([place] if place is not None else [])
        in_order = self.request.any_order or _tags_of(now, places) == _tags_of(expected, places)
        return in_order and sorted(now) == sorted(expected)

    def expected_order(self, new: Sequence[int]) -> list[int]:
        """Return the offsets that players must read, with the tags at `new`."""
        removed = {element.offset for element in self.request.emptied}
        if self.main is None:
            return [*self.request.order, *new]
        place = self.main.offset
        return [at for old in self.request.order if old not in removed for at in (new if old == place else [old])]

    def relative(self, offset: int) -> int:
        return offset - self.start


def _tags_of(order: Sequence[int], places: Mapping[int, int]) -> list[int]:
    return [offset for offset in order if places.get(offset) == ids.TAGS]
