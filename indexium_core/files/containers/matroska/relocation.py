"""
The last strategy: a new file from the old file's parts, with the tags and room for growth before the media.

All elements except tags and padding are copied, and only positions are corrected: the SeekHeads, the index (Cues), the
segment's size, and their checksums. The clusters keep their bytes. A file with unknown level-1 elements or clusters
with a Position is refused: these positions cannot be corrected. Chapters, attachments and tracks hold no positions (RFC
9559, sections 5.1 and 16).

The widths of positions and sizes depend on the places of elements, and places depend on widths. So the parts are
placed repeatedly until all places stay; the Void in front of the media balances all differences.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from indexium_core import errors
from indexium_core.files.containers import Capabilities, Reader
from indexium_core.files.containers.matroska import cues, ebml, ids, seekhead
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.editing import TagsRequest
from indexium_core.files.containers.matroska.layout import ClusterRun, MatroskaLayout, content_of
from indexium_core.files.containers.matroska.walk import HOPS_MAX, Headers
from indexium_core.model.files.media import Extent, Rebuild

_ROOM = 4096  # least bytes of Void between the tags and the media
_ROUNDS = 16  # rounds of placing the parts; three are usual
_SHARED = 4  # least blocks of a range for which a Void in front is added to share it
_KNOWN = ids.TOP_LEVEL | {ebml.VOID}
_BLOCKS = frozenset({ids.SIMPLE_BLOCK, ids.BLOCK_GROUP, ids.ENCRYPTED_BLOCK})
_CLUSTER_HEAD = 64  # bytes that hold all elements before a cluster's first block


def rebuild(reader: Reader, layout: MatroskaLayout, request: TagsRequest, capabilities: Capabilities) -> Rebuild:
    """
    Return the new file with the requested change.

    Raises:
        CorruptFileError: An index or directory is damaged.
        RefusedError: The file may hold a position that is not understood.

    """
    unknown = next((element for element in layout.elements if element.id not in _KNOWN), None)
    if unknown is not None:
        message = f"The file holds an element that Indexium does not know ({ids.name_of(unknown.id)}) and cannot move."
        raise errors.RefusedError(message)
    if _has_cluster_positions(reader, layout):
        raise errors.RefusedError("The file's clusters hold their positions, which would be wrong after a move.")
    if capabilities.reflink:
        try:
            return _Relocation(reader, layout, request, block=capabilities.clone_block).rebuild()
        except _CannotShareError:
            pass
    return _Relocation(reader, layout, request, block=1).rebuild()


class _CannotShareError(Exception):
    """The file system cannot share a range, because the range cannot be aligned."""


@dataclass(frozen=True, slots=True)
class _MovedPart:
    """A part of the new segment; `old` is its position in the old segment, None for a new part."""

    data: bytes | Extent
    old: int | None = None

    @property
    def length(self) -> int:
        return self.data.length if isinstance(self.data, Extent) else len(self.data)


@dataclass(frozen=True, slots=True)
class _PositionMap:
    """The new positions of the parts of the old segment, from the start of the segment's content."""

    starts: tuple[int, ...] = (0,)  # of the parts in the old segment, ascending
    shifts: tuple[int, ...] = (0,)  # bytes by which each part moves
    tags: int = 0  # position of new tags
    size: int = 0  # bytes of the new segment's content

    def __call__(self, position: int) -> int:
        """Return the new position of `position`; the distance to the part before it stays."""
        return position + self.shifts[max(0, bisect_right(self.starts, position) - 1)]


@dataclass(slots=True)
class _NewSegment:
    """The parts of a new segment, in order."""

    start: int  # of the segment's content in the new file
    length: int = 0  # bytes so far
    parts: list[_MovedPart] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + self.length

    def add(self, part: _MovedPart) -> None:
        self.parts.append(part)
        self.length += part.length


class _Relocation:
    """The new file from an old file."""

    def __init__(self, reader: Reader, layout: MatroskaLayout, request: TagsRequest, *, block: int) -> None:
        assert layout.segment is not None
        self.reader = reader
        self.layout = layout
        self.request = request
        self.block = block  # large ranges move by multiples of this many bytes
        self.segment = layout.segment
        self.media = 0  # offset of the media in the new file; later rounds never decrease it
        self.cues = {element: content_of(reader, element) for element in layout.named(ids.CUES)}
        self.first_directory = next((offset for offset in sorted(request.heads) if layout.in_front(offset)), None)
        self.removed = self.removed_offsets()

    def removed_offsets(self) -> frozenset[int]:
        """Return the offsets of the removed Tags, and of the SeekHeads that become empty."""
        tags = frozenset(element.offset for element in self.request.emptied)
        targets = [(ids.TAGS, offset - self.segment.data) for offset in tags]
        _, heads = seekhead.without_entries(self.request.heads, targets, self.segment.data)
        return tags | heads - ({self.first_directory} if self.is_new else set())

    @property
    def is_new(self) -> bool:
        """Return whether the file's tags are a new element."""
        return self.request.main is None and bool(self.request.content)

    def rebuild(self) -> Rebuild:
        """Place the parts until all places stay."""
        position_map = _PositionMap()
        for _ in range(_ROUNDS):
            new_segment, tags = self.place_parts(position_map)
            new_positions = self.positions_of(new_segment, tags)
            if new_positions == position_map:
                return self.joined(new_segment, position_map)
            position_map = new_positions
        raise errors.RefusedError("The file's positions depend on each other without a stable result.")

    def place_parts(self, position_map: _PositionMap) -> tuple[_NewSegment, int]:
        """Return the segment with the positions of `position_map`, and the position of its tags."""
        new_segment = _NewSegment(self.segment.offset + 4 + self.size_width(position_map))
        for part in self.in_front(position_map):
            self.align(new_segment, part.data)
            new_segment.add(part)
        tags = new_segment.length
        if self.is_new:
            new_segment.add(_MovedPart(self.element(ids.TAGS, self.request.content)))
        self.add_room(new_segment)
        for part in self.media_and_behind(position_map):
            self.align(new_segment, part.data)
            new_segment.add(part)
        self.align(new_segment, self.tail())
        return new_segment, tags

    def positions_of(self, new_segment: _NewSegment, tags: int) -> _PositionMap:
        """Return the positions of the parts of a new segment."""
        moves, position = [], 0
        for part in new_segment.parts:
            if part.old is not None:
                moves.append((part.old, position - part.old))
            position += part.length
        moves.sort()
        starts, shifts = (tuple(numbers) for numbers in zip(*(moves or [(0, 0)]), strict=True))
        return _PositionMap(starts, shifts, tags, new_segment.length)

    def size_width(self, position_map: _PositionMap) -> int:
        """Return the bytes of the segment's size field."""
        if self.layout.live:
            return self.segment.size_width
        return self.checked_width(max(self.segment.size_width, ebml.size_width(position_map.size)))

    def checked_width(self, width: int) -> int:
        """Return the width of a size field. Raises `RefusedError` if the document forbids it."""
        if width > self.layout.widest:
            raise errors.RefusedError("The document's header allows only size fields that are too narrow for the tags.")
        return width

    def align(self, new_segment: _NewSegment, data: bytes | Extent) -> None:
        """Add Void in front of a large range, so that the range moves by whole blocks."""
        if isinstance(data, bytes) or data.length < _SHARED * self.block:
            return
        off = (data.offset - new_segment.end) % self.block
        last = new_segment.parts[-1].data if new_segment.parts else b""
        if off and isinstance(last, Extent) and self.layout.behind_open(last.end):
            raise _CannotShareError
        if off:
            new_segment.add(_MovedPart(self.void(off if off > 1 else off + self.block)))

    def add_room(self, new_segment: _NewSegment) -> None:
        """Add the Void in front of the media; it also makes the media move by whole blocks."""
        old = self.layout.runs[0].offset if self.layout.runs else 0
        least = new_segment.end + _ROOM
        self.media = max(self.media, least + (old - least) % self.block)
        new_segment.add(_MovedPart(self.void(self.media - new_segment.end)))

    def in_front(self, position_map: _PositionMap) -> Iterator[_MovedPart]:
        """Yield the elements before the media, without padding; then all tags that players read, in reading order."""
        for element in self.layout.elements:
            if self.layout.in_front(element.offset) and self.stays(element):
                yield self.part(element, position_map)
        # The main element goes last if allowed: only this element grows later, into the room behind it.
        last = self.request.main if self.request.any_order else None
        for element in sorted(self.request.read_tags, key=lambda element: element == last):
            if element.offset not in self.removed:
                yield self.part(element, position_map)

    def stays(self, element: Element) -> bool:
        """Return whether an element stays on its side of the media."""
        return element.id != ebml.VOID and element.offset not in self.removed and element not in self.request.read_tags

    def media_and_behind(self, position_map: _PositionMap) -> Iterator[_MovedPart]:
        """Yield the media and the elements between and behind them; removed elements between clusters leave Void."""
        others = [element for element in self.layout.elements if not self.layout.in_front(element.offset)]
        places: list[Element | ClusterRun] = sorted([*self.layout.runs, *others], key=lambda place: place.offset)
        for place in places:
            if isinstance(place, ClusterRun):
                yield _MovedPart(place.extent, place.offset - self.segment.data)
            elif self.stays(place):
                yield self.part(place, position_map)
            elif self.layout.region(place.offset) < len(self.layout.runs):
                yield self.padding(place)

    def padding(self, place: Element) -> _MovedPart:
        """Return Void for an element between clusters: without Void the clusters would become one range of media."""
        if place.id == ebml.VOID:
            return _MovedPart(Extent(place.offset, place.length), place.offset - self.segment.data)
        if self.layout.behind_open(place.offset):
            message = "The tags lie between clusters, behind one of unknown size; no gap can be left there."
            raise errors.RefusedError(message)
        return _MovedPart(self.void(place.length))

    def part(self, element: Element, position_map: _PositionMap) -> _MovedPart:
        """Return an element with corrected positions."""
        old = element.offset - self.segment.data
        if element.id == ids.SEEK_HEAD:
            return _MovedPart(self.element(ids.SEEK_HEAD, self.directory(element.offset, position_map)), old)
        if element.id == ids.CUES:
            content = cues.with_moved_positions(
                self.cues[element], lambda position: self.in_media(position, position_map)
            )
            return _MovedPart(self.element(ids.CUES, content), old)
        if element == self.request.main:
            return _MovedPart(self.element(ids.TAGS, self.request.content), old)
        if self.request.info is not None and element == self.request.info.element:
            return _MovedPart(self.element(ids.INFO, self.request.info.content), old)
        if element in self.request.others:
            return _MovedPart(self.element(ids.TAGS, self.request.others[element]), old)
        return _MovedPart(Extent(element.offset, element.length), old)

    def directory(self, offset: int, position_map: _PositionMap) -> bytes:
        """
        Return the content of a SeekHead without removed tags; the first one names new tags (RFC 9559, section 6).

        Wrong entries stay wrong: a corrected entry would show players elements that were hidden before.
        """
        head, entries = self.request.heads[offset], []
        for entry in head.entries:
            removed = self.segment.data + entry.position in self.removed
            if not removed or entry.id not in {ids.TAGS, ids.SEEK_HEAD}:
                entries.append(seekhead.with_position(entry, position_map(entry.position)))
        if self.is_new and offset == self.first_directory:
            entries.append(seekhead.new_entry(ids.TAGS, position_map.tags))
        return replace(head, entries=tuple(entries)).content

    def in_media(self, position: int, position_map: _PositionMap) -> int | None:
        """Return the new position of a position in a cluster, None for other positions."""
        inside = self.layout.run_at(self.segment.data + position)
        return position_map(position) if inside else None

    def element(self, number: int, content: bytes) -> bytes:
        self.checked_width(ebml.size_width(len(content)))
        return ebml.element(number, content)

    def void(self, length: int) -> bytes:
        head = ebml.void(length)
        self.checked_width(len(head) - 1)
        return head.ljust(length, b"\0")

    def tail(self) -> Extent:
        """Return the bytes behind the segment."""
        return Extent(self.layout.end, self.layout.size - self.layout.end)

    def joined(self, new_segment: _NewSegment, position_map: _PositionMap) -> Rebuild:
        """Return the pieces of the whole file; adjacent pieces are joined."""
        width = self.size_width(position_map)
        size = self.reader.read_at(self.segment.data - width, width) if self.layout.live else None
        head = ebml.encode_uint(ids.SEGMENT) + (size or ebml.encode_size(new_segment.length, width))
        parts = [Extent(0, self.segment.offset), head, *(part.data for part in new_segment.parts), self.tail()]
        pieces: list[bytes | Extent] = []
        for data in parts:
            last = pieces[-1] if pieces else b""
            if isinstance(data, bytes) and isinstance(last, bytes):
                pieces[-1:] = [last + data]
            elif isinstance(data, Extent) and isinstance(last, Extent) and last.end == data.offset:
                pieces[-1] = Extent(last.offset, last.length + data.length)
            elif not isinstance(data, Extent) or data.length:
                pieces.append(data)
        return Rebuild(pieces=tuple(pieces), cloned=self.block > 1)


# Positions in clusters (RFC 9559, section 5.1.3)


def _has_cluster_positions(reader: Reader, layout: MatroskaLayout) -> bool:
    """
    Return whether a cluster holds a Position other than 0 (0 is that of live recordings).

    Such a position becomes wrong when the cluster moves. It cannot be corrected: clusters are media and keep their
    bytes, and for a checksum the whole cluster would have to be read. GStreamer and old versions of mkvmerge write
    positions; FFmpeg, Chrome and current versions of mkvmerge do not. Every known writer puts them before the first
    block.

    Raises CorruptFileError if the clusters are not those of the layout.
    """
    return any(_has_position_in(reader, run) for run in layout.runs)


def _has_position_in(reader: Reader, run: ClusterRun) -> bool:
    heads, blocks, budget = Headers(reader, _CLUSTER_HEAD), Headers(reader), ebml.ElementBudget(HOPS_MAX)
    position = run.offset
    while position < run.end:
        cluster = heads.at(position)
        if _holds_position(reader, heads, cluster, run.end):
            return True
        unsized = cluster.size == ebml.UNKNOWN
        position = blocks.open_end(cluster, run.end, budget) if unsized else cluster.end
    return False


def _holds_position(reader: Reader, heads: Headers, cluster: Element, stop: int) -> bool:
    position = cluster.data
    stop = stop if cluster.size == ebml.UNKNOWN else cluster.end
    while position < stop:
        child = heads.at(position)
        if child.id in _BLOCKS or child.id == ids.CLUSTER or child.size == ebml.UNKNOWN:
            return False
        if child.id == ids.POSITION and any(reader.read_at(child.data, min(child.size, 8))):
            return True
        position = child.end
    return False
