"""
Where new tags go: the policy of one edit in place, worked out as a `Patch`.

The first place that holds them is taken:

1. where the old ones lie, Void next to them included;
2. any Void in front of the first cluster, where every reader finds them (64 bytes stay Void beside the SeekHead), or
   behind the last;
3. the end of the segment, which grows.

Tags behind the clusters are read only if the SeekHead names them (`reach`), tags in front are met in passing. So behind
the clusters an entry is a must: made in the SeekHead, or in a second one at the end, to which the first then points
instead of naming elements that lie in front anyway. What was there before becomes Void and no cluster moves, so that
all other positions stay true.

A file without a SeekHead is not given one: it would have to name all there is (RFC 9559, section 6), and then players
would find what they did not before.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from indexium_core import errors
from indexium_core.files import alike
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, ids, seekhead, zones
from indexium_core.files.containers.matroska.editing import TagsRequest
from indexium_core.files.containers.matroska.layout import MatroskaLayout
from indexium_core.files.containers.matroska.seekhead import SeekEntry, SeekHead
from indexium_core.files.containers.matroska.zones import Gap, Piece, Write
from indexium_core.model.files.media import Patch

__all__ = ["DAMAGED_END", "arranged"]

Candidate = tuple[int | None, Mapping[int, SeekHead]]  # where the tags are to lie, and all directories

DAMAGED_END = (
    "The file has no room for the tags in front of its media. Its end is damaged, so that nothing can be moved or "
    "added there."
)
_NO_ROOM = "The file has no room for the tags, or none where its directory (SeekHead) could name them."
_BESIDE_SEEK_HEAD = 64  # bytes of Void that stay behind a SeekHead, for its own next entries
# What a first SeekHead gives up first when it has to make room: it lies in front and is found without being named.
_GIVEN_UP = (ids.INFO, ids.ATTACHMENTS, ids.CHAPTERS, ids.TRACKS)
_PLACES = 16  # that are tried; a hostile file has many thousand, none of which serves
_POSITION_WIDTH = 8  # bytes of a position in a second SeekHead: it never has to grow


def arranged(reader: Reader, layout: MatroskaLayout, wish: TagsRequest) -> Patch:
    """
    Return the patch that fulfils the wish.

    Raises:
        CorruptFileError: A SeekHead is damaged.
        RefusedError: There is no place for the tags, or no way to make readers find them.

    """
    if wish.settled:
        return Patch(writes=(), size=layout.size)
    plan = _Arrangement(reader, layout, wish)
    for place, heads in plan.candidates():
        writes = plan.laid(plan.pieces(place, heads)) if plan.is_read(place, heads) else None
        if writes is not None:
            return plan.patch(writes)
    raise errors.RefusedError(DAMAGED_END if layout.damage else _NO_ROOM)


class _Arrangement:
    """One file and everything in it that may be laid anew."""

    def __init__(self, reader: Reader, layout: MatroskaLayout, wish: TagsRequest) -> None:
        assert layout.segment is not None
        self.reader = reader
        self.layout = layout
        self.wish = wish
        self.start = layout.segment.data
        self.home = wish.home
        staying = [tags for tags in layout.named(ids.TAGS) if tags != wish.home and tags not in wish.emptied]
        self.staying = {self.relative(element.offset) for element in staying}
        targets = [(ids.TAGS, self.relative(element.offset)) for element in wish.emptied]
        self.heads, gone = seekhead.without(wish.heads, targets, self.start)
        emptied = [head for head in layout.named(ids.SEEK_HEAD) if head.offset in gone]
        self.free = (*wish.emptied, *emptied, *([wish.home] if wish.home else []))
        self.lasting = {e.offset: e.id for e in layout.elements if e.id != ebml.VOID and e not in self.free}
        self.trimmed = [Piece(at.offset, ids.TAGS, content) for at, content in wish.others.items() if content]
        self.zones = zones.zones(layout)
        self.gaps = [gap for zone in self.zones for gap in zones.gaps(zone, self.free)]

    def candidates(self) -> Iterator[Candidate]:
        """Yield ways to lay the tags, the best first; what does not fit, or would not be read, is found out later."""
        content = self.wish.content
        if not content:
            yield None, self.heads
            return
        for place in self.places(content):
            yield from ((place, heads) for heads in self.links(place))
        for given_up in range(len(_GIVEN_UP) + 1):
            yield from self.second_head(given_up)

    def places(self, content: bytes) -> Iterator[int]:
        """Yield the offsets to try, in the order of the policy; between clusters only where the old tags lie."""
        length = len(ebml.element(ids.TAGS, content))
        home = self.home
        old = next((gap for gap in self.gaps if home and gap.start <= home.offset < gap.end), None)
        if old and home:
            starts = (home.offset, min(self.floor(old), home.offset))
            yield from (start for start in starts if start + length <= old.end)
        behind = len(self.layout.runs)
        others = (gap for gap in self.gaps if gap != old and self.layout.region(gap.start) in {0, behind})
        fitting = (self.floor(gap) for gap in others if self.floor(gap) + length <= gap.end)
        yield from itertools.islice(fitting, _PLACES)
        if self.gaps and self.gaps[-1].grows:
            yield home.offset if old and old.grows and home else self.floor(self.gaps[-1])

    def floor(self, gap: Gap) -> int:
        """Return where tags may begin in the gap: behind a SeekHead once that has grown, in front 64 bytes behind."""
        if gap.behind is None:
            return gap.start
        head = self.pointing(gap.behind.offset, gap.end)
        grown = Piece(gap.behind.offset, ids.SEEK_HEAD, head.content).end
        return max(gap.start, grown) + (_BESIDE_SEEK_HEAD if self.layout.in_front(gap.start) else 0)

    def links(self, place: int) -> Iterator[dict[int, SeekHead]]:
        """Yield ways to name tags at `place` in the directory, the best first; in front, that may be none."""
        moved = {offset: self.pointing(offset, place) for offset in self.holders()}
        ways = [self.heads | moved] if moved else []
        ways += [self.heads | moved | {offset: self.pointing(offset, place)} for offset in self.heads]
        ways += [self.heads | {offset: self.pointing(offset, None) for offset in moved}, self.heads]
        yield from (way for way in ways if all(head.entries for head in way.values()))

    def holders(self) -> list[int]:
        """Return the SeekHeads that name the tags, or tags that are not there."""
        return [offset for offset, head in self.heads.items() if any(map(self.is_ours, head.entries))]

    def is_ours(self, entry: SeekEntry) -> bool:
        """Tell whether an entry is for tags, but not for those that stay where they are."""
        return entry.id == ids.TAGS and entry.position not in self.staying

    def pointing(self, offset: int, place: int | None) -> SeekHead:
        """Return a SeekHead with one entry for the tags, at `place`, or with none."""
        position = None if place is None else self.relative(place)
        return seekhead.repointed(self.heads[offset], ids.TAGS, position, self.is_ours)

    def second_head(self, given_up: int) -> Iterator[Candidate]:
        """Put a second SeekHead and the tags at the end; the first names it in place of tags and `given_up` others."""
        offset, first = next(iter(self.heads.items()), (0, SeekHead((), checked=False)))
        if not first.entries or not self.layout.in_front(offset) or set(self.holders()) - {offset}:
            return
        if not (self.gaps and self.gaps[-1].grows):
            return
        moved_ids = set(_GIVEN_UP[:given_up])
        listed = [entry for entry in first.entries if not self.is_ours(entry)]
        start = self.floor(self.gaps[-1])
        moved = [entry for entry in listed if entry.id in moved_ids]
        kept = [entry for entry in listed if entry.id not in moved_ids]
        own = replace(first, entries=(*kept, seekhead.entry(ids.SEEK_HEAD, self.relative(start))))

        def second(place: int) -> SeekHead:
            entry = seekhead.entry(ids.TAGS, self.relative(place), _POSITION_WIDTH)
            return SeekHead((*moved, entry), checked=False)

        place = Piece(start, ids.SEEK_HEAD, second(start).content).end
        yield place, self.heads | {offset: own, start: second(place)}

    def pieces(self, place: int | None, heads: Mapping[int, SeekHead]) -> list[Piece]:
        """Return the elements that are to be laid: the tags, those that lose a comment, the directories that change."""
        changed = [(offset, head) for offset, head in heads.items() if head != self.wish.heads.get(offset)]
        tags = [Piece(place, ids.TAGS, self.wish.content)] if place is not None else []
        return [*tags, *self.trimmed, *(Piece(offset, ids.SEEK_HEAD, head.content) for offset, head in changed)]

    def is_read(self, place: int | None, heads: Mapping[int, SeekHead]) -> bool:
        """
        Tell whether players will come by the same elements in the same order, and by the tags where they are now.

        The last Tags element counts, so one that is read earlier or later than before would change what players show.
        """
        places = self.lasting | dict.fromkeys(heads, ids.SEEK_HEAD)
        places |= {place: ids.TAGS} if place is not None else {}
        now = seekhead.read_order(self.layout, places, heads)
        wanted = self.wanted([place] if place is not None else [])
        in_order = self.wish.loose or _tags_of(now, places) == _tags_of(wanted, places)
        return in_order and sorted(now) == sorted(wanted)

    def wanted(self, new: Sequence[int]) -> list[int]:
        """Return what players are to come by, with the tags at `new`."""
        gone = {element.offset for element in self.wish.emptied}
        if self.home is None:
            return [*self.wish.order, *new]
        place = self.home.offset
        return [at for old in self.wish.order if old not in gone for at in (new if old == place else [old])]

    def relative(self, offset: int) -> int:
        return offset - self.start

    def laid(self, pieces: Sequence[Piece]) -> list[Write] | None:
        """Return the writes of all zones that change, or None where something does not fit."""
        writes: list[Write] = []
        for zone in self.zones:
            if any(zone.holds(offset) for offset in [*(p.offset for p in pieces), *(e.offset for e in self.free)]):
                laid = zones.lay(zone, pieces, self.free)
                if laid is None:
                    return None
                writes += laid
        resized = self.resized(max([self.layout.end, *(offset + len(data) for offset, data in writes)]))
        return None if resized is None else [*writes, *resized]

    def resized(self, end: int) -> list[Write] | None:
        """Return the write of the segment's new size, none where it stays; None where the field is too narrow."""
        segment = self.layout.segment
        assert segment is not None
        if self.layout.live or end == self.layout.end:
            return []
        size = end - segment.data
        if ebml.size_width(size) > segment.size_width:
            return None
        return [(segment.data - segment.size_width, ebml.encode_size(size, segment.size_width))]

    def patch(self, writes: Sequence[Write]) -> Patch:
        """Return the patch of those bytes that differ from what the file says."""
        kept = [write for write in (self.trimmed_write(offset, data) for offset, data in sorted(writes)) if write[1]]
        for extent in self.layout.payload:
            if any(offset < extent.end and offset + len(data) > extent.offset for offset, data in kept):
                raise errors.PayloadProtectedError
        return Patch(writes=tuple(kept), size=max([self.layout.size, *(o + len(d) for o, d in kept)]))

    def trimmed_write(self, offset: int, data: bytes) -> Write:
        """Return the write without the bytes at either end that are there already."""
        old = self.reader.read_at(offset, len(data))
        first = alike.common(old, data)
        behind = alike.common(old[first:][::-1], data[first:][::-1]) if len(old) == len(data) else 0
        return offset + first, data[first : len(data) - behind]


def _tags_of(order: Sequence[int], places: Mapping[int, int]) -> list[int]:
    return [offset for offset in order if places.get(offset) == ids.TAGS]
