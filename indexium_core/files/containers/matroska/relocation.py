"""
The last resort: a new file made of the old one's parts, with the tags and room for later ones in front of the media.

Everything but the tags is copied verbatim, padding left out, and only what says where something lies is corrected: the
SeekHeads, the index (Cues), the segment's size, and the checksums of those. The clusters keep their bytes. Whatever may
hold a position that is not understood refuses the copy: level-1 elements that nobody knows, and clusters that say where
they lie. Chapters, attachments and tracks hold none (RFC 9559, sections 5.1 and 16).

The widths of positions and sizes depend on where things lie, and the other way round. So the parts are laid again and
again until nothing moves any more; the Void in front of the media takes up all differences.
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

__all__ = ["relocated"]

_ROOM = 4096  # bytes of Void, at least, between the tags and the media
_ROUNDS = 16  # of laying the parts; three are usual
_SHARED = 4  # blocks that a stretch must have for sharing it to be worth a Void in front of it
_KNOWN = ids.TOP_LEVEL | {ebml.VOID}
_BLOCKS = frozenset({ids.SIMPLE_BLOCK, ids.BLOCK_GROUP, ids.ENCRYPTED_BLOCK})
_CLUSTER_HEAD = 64  # bytes that hold what comes before the first block of a cluster


def relocated(reader: Reader, layout: MatroskaLayout, wish: TagsRequest, means: Capabilities) -> Rebuild:
    """
    Return the new file that fulfils the wish.

    Raises:
        CorruptFileError: An index or directory is damaged.
        RefusedError: Something in the file may hold a position that is not understood.

    """
    strange = next((element for element in layout.elements if element.id not in _KNOWN), None)
    if strange is not None:
        message = f"The file holds an element that Indexium does not know ({ids.name_of(strange.id)}); it stays put."
        raise errors.RefusedError(message)
    if _has_cluster_positions(reader, layout):
        message = "The film's clusters say where they lie, which would be untrue once they have moved."
        raise errors.RefusedError(message)
    if means.reflink:
        try:
            return _Relocation(reader, layout, wish, block=means.clone_block).rebuild()
        except _CannotShareError:
            pass
    return _Relocation(reader, layout, wish, block=1).rebuild()


class _CannotShareError(Exception):
    """A stretch cannot be brought to where the file system could share it."""


@dataclass(frozen=True, slots=True)
class _MovedPart:
    """A part of the new segment; `old` is where it began in the old one, None for what is new."""

    data: bytes | Extent
    old: int | None = None

    @property
    def length(self) -> int:
        return self.data.length if isinstance(self.data, Extent) else len(self.data)


@dataclass(frozen=True, slots=True)
class _Moves:
    """Where the parts of the old segment come to lie; all positions count from the start of a segment's content."""

    begins: tuple[int, ...] = (0,)  # of the parts in the old segment, ascending
    shifts: tuple[int, ...] = (0,)  # by which each moves
    tags: int = 0  # where new tags are
    size: int = 0  # bytes of the new segment's content

    def __call__(self, position: int) -> int:
        """Return where what was at `position` lies now; where nothing was, at the same distance behind a part."""
        return position + self.shifts[max(0, bisect_right(self.begins, position) - 1)]


@dataclass(slots=True)
class _Laid:
    """Parts in a row, as far as they are laid."""

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
    """One old file on its way into a new one."""

    def __init__(self, reader: Reader, layout: MatroskaLayout, wish: TagsRequest, *, block: int) -> None:
        assert layout.segment is not None
        self.reader = reader
        self.layout = layout
        self.wish = wish
        self.block = block  # bytes to multiples of which stretches are to be moved
        self.segment = layout.segment
        self.media = 0  # where the media begin in the new file: in no round before where they began in the last
        self.cues = {element: content_of(reader, element) for element in layout.named(ids.CUES)}
        self.lists = next((offset for offset in sorted(wish.heads) if layout.in_front(offset)), None)
        self.gone = self.vanishing()

    def vanishing(self) -> frozenset[int]:
        """Return the offsets of the Tags that go, and of the SeekHeads that name nothing else."""
        tags = frozenset(element.offset for element in self.wish.emptied)
        targets = [(ids.TAGS, offset - self.segment.data) for offset in tags]
        _, heads = seekhead.without(self.wish.heads, targets, self.segment.data)
        return tags | heads - ({self.lists} if self.is_new else set())

    @property
    def is_new(self) -> bool:
        """Tell whether the film's tags are an element that there was not."""
        return self.wish.home is None and bool(self.wish.content)

    def rebuild(self) -> Rebuild:
        """Lay the parts until nothing moves any more."""
        moves = _Moves()
        for _ in range(_ROUNDS):
            laid, tags = self.laid(moves)
            found = self.moves(laid, tags)
            if found == moves:
                return self.joined(laid, moves)
            moves = found
        message = "The film's positions depend on one another in a way that does not settle."
        raise errors.RefusedError(message)

    def laid(self, moves: _Moves) -> tuple[_Laid, int]:
        """Lay all parts as they are if everything lies where `moves` says; the second value is where the tags begin."""
        laid = _Laid(self.segment.offset + 4 + self.size_width(moves))
        for part in self.in_front(moves):
            self.align(laid, part.data)
            laid.add(part)
        tags = laid.length
        if self.is_new:
            laid.add(_MovedPart(self.element(ids.TAGS, self.wish.content)))
        self.add_room(laid)
        for part in self.media_and_behind(moves):
            self.align(laid, part.data)
            laid.add(part)
        self.align(laid, self.tail())
        return laid, tags

    def moves(self, laid: _Laid, tags: int) -> _Moves:
        """Return where the parts lie as they are laid."""
        found, position = [], 0
        for part in laid.parts:
            if part.old is not None:
                found.append((part.old, position - part.old))
            position += part.length
        found.sort()
        begins, shifts = (tuple(numbers) for numbers in zip(*(found or [(0, 0)]), strict=True))
        return _Moves(begins, shifts, tags, laid.length)

    def size_width(self, moves: _Moves) -> int:
        """Return the bytes of the segment's size field."""
        if self.layout.live:
            return self.segment.size_width
        return self.narrow(max(self.segment.size_width, ebml.size_width(moves.size)))

    def narrow(self, width: int) -> int:
        """Return the width of a size field. Raises `RefusedError` where the document does not allow it."""
        if width > self.layout.widest:
            message = "The document's header allows only size fields that are too narrow for the tags."
            raise errors.RefusedError(message)
        return width

    def align(self, laid: _Laid, data: bytes | Extent) -> None:
        """Put Void in front of a long stretch, so that it moves by whole blocks."""
        if isinstance(data, bytes) or data.length < _SHARED * self.block:
            return
        off = (data.offset - laid.end) % self.block
        last = laid.parts[-1].data if laid.parts else b""
        if off and isinstance(last, Extent) and self.layout.behind_open(last.end):
            raise _CannotShareError
        if off:
            laid.add(_MovedPart(self.void(off if off > 1 else off + self.block)))

    def add_room(self, laid: _Laid) -> None:
        """Add the Void in front of the media, which also lets them move by whole blocks."""
        old = self.layout.runs[0].offset if self.layout.runs else 0
        least = laid.end + _ROOM
        self.media = max(self.media, least + (old - least) % self.block)
        laid.add(_MovedPart(self.void(self.media - laid.end)))

    def in_front(self, moves: _Moves) -> Iterator[_MovedPart]:
        """Yield what lies in front of the media, padding left out; then all tags that players read, in their order."""
        for element in self.layout.elements:
            if self.layout.in_front(element.offset) and self.stays(element):
                yield self.part(element, moves)
        last = self.wish.home if self.wish.loose else None  # it alone will grow, into the room behind it
        for element in sorted(self.wish.seen, key=lambda element: element == last):
            if element.offset not in self.gone:
                yield self.part(element, moves)

    def stays(self, element: Element) -> bool:
        """Tell whether an element stays on its side of the media."""
        return element.id != ebml.VOID and element.offset not in self.gone and element not in self.wish.seen

    def media_and_behind(self, moves: _Moves) -> Iterator[_MovedPart]:
        """Yield the media and what lies between and behind them; what goes from between clusters leaves Void."""
        others = [element for element in self.layout.elements if not self.layout.in_front(element.offset)]
        found: list[Element | ClusterRun] = sorted([*self.layout.runs, *others], key=lambda place: place.offset)
        for place in found:
            if isinstance(place, ClusterRun):
                yield _MovedPart(place.extent, place.offset - self.segment.data)
            elif self.stays(place):
                yield self.part(place, moves)
            elif self.layout.region(place.offset) < len(self.layout.runs):
                yield self.padding(place)

    def padding(self, place: Element) -> _MovedPart:
        """Return Void in place of an element between clusters: without it they would become one stretch of media."""
        if place.id == ebml.VOID:
            return _MovedPart(Extent(place.offset, place.length), place.offset - self.segment.data)
        if self.layout.behind_open(place.offset):
            message = "The tags lie between clusters, behind one that does not know its size; no gap can be left there."
            raise errors.RefusedError(message)
        return _MovedPart(self.void(place.length))

    def part(self, element: Element, moves: _Moves) -> _MovedPart:
        """Return an element as it is to be, with its positions corrected."""
        old = element.offset - self.segment.data
        if element.id == ids.SEEK_HEAD:
            return _MovedPart(self.element(ids.SEEK_HEAD, self.directory(element.offset, moves)), old)
        if element.id == ids.CUES:
            content = cues.moved(self.cues[element], lambda position: self.in_media(position, moves))
            return _MovedPart(self.element(ids.CUES, content), old)
        if element == self.wish.home:
            return _MovedPart(self.element(ids.TAGS, self.wish.content), old)
        if element in self.wish.others:
            return _MovedPart(self.element(ids.TAGS, self.wish.others[element]), old)
        return _MovedPart(Extent(element.offset, element.length), old)

    def directory(self, offset: int, moves: _Moves) -> bytes:
        """
        Return the content of a SeekHead: the first names new tags (RFC 9559, section 6), none names what is gone.

        Entries that lead nowhere go on doing so: with one of them mended, players would find what they did not before.
        """
        head, entries = self.wish.heads[offset], []
        for entry in head.entries:
            gone = self.segment.data + entry.position in self.gone
            if not gone or entry.id not in {ids.TAGS, ids.SEEK_HEAD}:
                entries.append(seekhead.at(entry, moves(entry.position)))
        if self.is_new and offset == self.lists:
            entries.append(seekhead.entry(ids.TAGS, moves.tags))
        return replace(head, entries=tuple(entries)).content

    def in_media(self, position: int, moves: _Moves) -> int | None:
        """Return where a position in a cluster lies now, None for any other."""
        inside = self.layout.run_at(self.segment.data + position)
        return moves(position) if inside else None

    def element(self, number: int, content: bytes) -> bytes:
        self.narrow(ebml.size_width(len(content)))
        return ebml.element(number, content)

    def void(self, length: int) -> bytes:
        head = ebml.void(length)
        self.narrow(len(head) - 1)
        return head.ljust(length, b"\0")

    def tail(self) -> Extent:
        """Return the bytes behind the segment."""
        return Extent(self.layout.end, self.layout.size - self.layout.end)

    def joined(self, laid: _Laid, moves: _Moves) -> Rebuild:
        """Return the pieces of the whole file, neighbours made one."""
        width = self.size_width(moves)
        size = self.reader.read_at(self.segment.data - width, width) if self.layout.live else None
        head = ebml.encode_uint(ids.SEGMENT) + (size or ebml.encode_size(laid.length, width))
        parts = [Extent(0, self.segment.offset), head, *(part.data for part in laid.parts), self.tail()]
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
    Tell whether a cluster holds a Position that is not 0, which is that of live recordings.

    Such a position is wrong once the cluster moves. It cannot be corrected: the clusters are the media, which keep
    their bytes, and a cluster with a checksum would have to be read as a whole. GStreamer and old versions of mkvmerge
    write positions; FFmpeg, Chrome and current versions of mkvmerge do not. Every known writer puts them before the
    first block.

    Raises CorruptFileError where the clusters are not those of the layout.
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
