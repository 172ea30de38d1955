"""
Where new tags go: the policy of one edit, worked out as a `Patch`.

The first place that holds them is taken:

1. where the old ones lie, Void next to them included;
2. any Void in front of the first cluster, where every reader finds them (64 bytes stay Void beside the SeekHead), or
   behind the last;
3. the end of the segment, which grows.

Tags behind the clusters are read only if the SeekHead names them (measured with FFmpeg), tags in front are met in
passing. So behind the clusters an entry is a must: made in the SeekHead, in a new SeekHead for which a Void in front
has room, or in a second one at the end, to which the first then points instead of naming elements that lie in front
anyway. What was there before becomes Void and no cluster moves, so that all other positions stay true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import ebml, names, seekhead, zones
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of
from indexium_core.files.containers.matroska.zones import Gap, Piece, Write, Zone
from indexium_core.model.media import Patch

__all__ = ["arranged"]

_BESIDE_SEEK_HEAD = 64  # bytes of Void that stay behind a SeekHead, for its own next entries
# What a first SeekHead gives up first when it has to make room: it lies in front and is found without being named.
_GIVEN_UP = (names.INFO, names.ATTACHMENTS, names.CHAPTERS, names.TRACKS)
_POSITION_WIDTH = 8  # bytes of a position in a second SeekHead: it never has to grow


def arranged(reader: Reader, layout: MatroskaLayout, content: bytes) -> Patch:
    """
    Return the patch that makes `content` the segment's tags; `b""` means that there are none.

    Raises:
        RefusedError: There is no place for them, or no way to make readers find it.

    """
    plan = _Arrangement(reader, layout)
    if plan.says(content):
        return Patch(writes=(), size=layout.size)
    for pieces, gone in plan.unlinked() if not content else plan.candidates(content):
        writes = plan.laid(pieces, gone)
        if writes is not None:
            return plan.patch(writes)
    message = "The file has no room for the tags, or none where its directory (SeekHead) could name them."
    raise errors.RefusedError(message)


class _Arrangement:
    """One file and everything in it that may be laid anew."""

    def __init__(self, reader: Reader, layout: MatroskaLayout) -> None:
        assert layout.segment is not None
        self.reader = reader
        self.layout = layout
        self.segment = layout.segment
        self.tags = next(iter(layout.named(names.TAGS)), None)
        self.zones = zones.zones(layout)
        self.gaps = [gap for zone in self.zones for gap in zones.gaps(zone)]
        self.heads = {head: content_of(reader, head) for head in layout.named(names.SEEK_HEAD)}
        self.staying = {element.offset: element.id for element in layout.elements if element.id not in zones.EDITABLE}

    def says(self, content: bytes) -> bool:
        """Tell whether the tags are these already, and where readers find them."""
        if self.tags is None:
            return not content
        return self.found(self.tags.offset, []) and content == content_of(self.reader, self.tags)

    def candidates(self, content: bytes) -> Iterator[tuple[list[Piece], list[Element]]]:
        """Yield ways to put the tags somewhere, the best first; what does not fit is found when it is laid."""
        for offset in self.places(content):
            for links in self.links(offset):
                if self.found(offset, links):
                    yield [Piece(offset, names.TAGS, content), *links], []
        for given_up in range(len(_GIVEN_UP) + 1):
            pieces = self.second_head(content, given_up)
            if pieces and self.found(pieces[-1].offset, pieces):
                yield pieces, []

    def places(self, content: bytes) -> Iterator[int]:
        """Yield the offsets to try, in the order of the policy."""
        length = len(ebml.element(names.TAGS, content))
        old = next((gap for gap in self.gaps if self.tags and gap.start <= self.tags.offset < gap.end), None)
        if old and self.tags:
            starts = (self.tags.offset, min(self.floor(old), self.tags.offset))
            yield from (start for start in starts if start + length <= old.end)
        yield from (self.floor(gap) for gap in self.gaps if gap != old and self.floor(gap) + length <= gap.end)
        yield self.tags.offset if old and old.last and self.tags else self.floor(self.gaps[-1])

    def floor(self, gap: Gap) -> int:
        """Return where tags may begin in the gap: behind a SeekHead once that has grown, in front 64 bytes behind."""
        if gap.behind is None:
            return gap.start
        grown = Piece(gap.behind.offset, names.SEEK_HEAD, self.pointing(gap.behind, gap.end)).end
        return max(gap.start, grown) + (_BESIDE_SEEK_HEAD if self.layout.in_front(gap.start) else 0)

    def links(self, offset: int) -> Iterator[list[Piece]]:
        """Yield ways to name tags at `offset` in the directory, the best first; in front, that may be none."""
        holders = self.holders()
        moved = {head: self.pointing(head, offset) for head in holders}
        if holders:
            yield from self.rewritten(moved)
        for head in self.heads:
            yield from self.rewritten(moved | {head: self.pointing(head, offset)})
        yield from self.rewritten({head: self.pointing(head, None) for head in holders})
        if not any(self.layout.in_front(head.offset) for head in self.heads):
            entry = seekhead.entry(names.TAGS, self.relative(offset))
            for gap in (gap for gap in self.gaps if self.layout.in_front(gap.start)):
                yield from ([Piece(gap.start, names.SEEK_HEAD, entry), *rest] for rest in self.rewritten(moved))

    def holders(self) -> list[Element]:
        """Return the SeekHeads that name the tags."""
        return [head for head, content in self.heads.items() if _names(content, names.TAGS)]

    def found(self, offset: int, pieces: Sequence[Piece]) -> bool:
        """
        Tell whether readers come by tags at `offset`: in front, or by the SeekHeads as they will be.

        FFmpeg follows the entries in their order and gives up at the first that leads nowhere, so one of those (from
        another hand) makes all behind it unreadable. It leaves entries for the clusters and the index for later.
        """
        if self.layout.in_front(offset):
            return True
        heads = {head.offset: content for head, content in self.heads.items()}
        heads |= {piece.offset: piece.content for piece in pieces if piece.id == names.SEEK_HEAD}
        seen = [at for at in sorted(heads) if self.layout.in_front(at)]
        for head in seen:
            for entry in seekhead.entries(heads[head]):
                place = self.segment.data + entry.position
                if (entry.id, place) == (names.TAGS, offset):
                    return True
                if entry.id == names.SEEK_HEAD and place in heads:
                    seen += [place] if place not in seen else []
                elif entry.id not in {names.CLUSTER, names.CUES} and self.staying.get(place) != entry.id:
                    return False
        return False

    def second_head(self, content: bytes, given_up: int) -> list[Piece]:
        """Put a second SeekHead and the tags at the end; the first names it in place of tags and `given_up` others."""
        first = next(iter(self.heads), None)
        if first is None or not self.layout.in_front(first.offset) or set(self.holders()) - {first}:
            return []
        moved_ids = {names.TAGS, *_GIVEN_UP[:given_up]}
        listed = seekhead.entries(self.heads[first])
        start = self.floor(self.gaps[-1])
        moved = [entry.item.raw for entry in listed if entry.id in moved_ids and entry.id != names.TAGS]
        kept = [entry.item.raw for entry in listed if entry.id not in moved_ids]
        kept.append(seekhead.entry(names.SEEK_HEAD, self.relative(start)))
        blank = seekhead.joined([*moved, seekhead.entry(names.TAGS, 0, _POSITION_WIDTH)], checked=False)
        behind = Piece(start, names.SEEK_HEAD, blank).end
        directory = [*moved, seekhead.entry(names.TAGS, self.relative(behind), _POSITION_WIDTH)]
        checked = seekhead.is_checked(self.heads[first])
        return [
            Piece(first.offset, names.SEEK_HEAD, seekhead.joined(kept, checked=checked)),
            Piece(start, names.SEEK_HEAD, seekhead.joined(directory, checked=False)),
            Piece(behind, names.TAGS, content),
        ]

    def unlinked(self) -> Iterator[tuple[list[Piece], list[Element]]]:
        """Yield the one way to have no tags: no entry names them, and a SeekHead without entries goes too."""
        contents = dict(self.heads)
        gone: list[Element] = []
        targets = [(names.TAGS, self.relative(self.tags.offset))] if self.tags else []
        while targets:
            number, position = targets.pop()
            for head, content in contents.items():
                listed = seekhead.entries(content)
                kept = [e.item.raw for e in listed if (e.id, e.position) != (number, position)]
                if len(kept) < len(listed):
                    contents[head] = seekhead.joined(kept, checked=seekhead.is_checked(content))
                    if not kept:
                        gone.append(head)
                        targets.append((names.SEEK_HEAD, self.relative(head.offset)))
        changed = {head: content for head, content in contents.items() if content}
        if not any(self.layout.in_payload(head) for head in gone):
            yield from ((pieces, gone) for pieces in self.rewritten(changed))

    def pointing(self, head: Element, offset: int | None) -> bytes:
        """Return the content of the SeekHead with an entry for tags at `offset`, or with none."""
        content = self.heads[head]
        if offset is None:
            return seekhead.repointed(content, names.TAGS, None)
        if _names(content, names.TAGS):
            return seekhead.repointed(content, names.TAGS, self.relative(offset))
        parts = [entry.item.raw for entry in seekhead.entries(content)]
        added = seekhead.entry(names.TAGS, self.relative(offset))
        return seekhead.joined([*parts, added], checked=seekhead.is_checked(content))

    def rewritten(self, contents: dict[Element, bytes]) -> Iterator[list[Piece]]:
        """Yield the pieces for the SeekHeads that change; nothing where one must not be touched or would be empty."""
        changed = {head: content for head, content in contents.items() if content != self.heads[head]}
        if all(content and not self.layout.in_payload(head) for head, content in changed.items()):
            yield [Piece(head.offset, names.SEEK_HEAD, content) for head, content in changed.items()]

    def relative(self, offset: int) -> int:
        return offset - self.segment.data

    def laid(self, pieces: Sequence[Piece], gone: Sequence[Element]) -> list[Write] | None:
        """Return the writes of all zones that change, or None where something does not fit."""
        writes: list[Write] = []
        for zone in self.zones:
            if _concerns(zone, pieces, gone, self.tags):
                laid = zones.lay(zone, pieces, gone)
                if laid is None:
                    return None
                writes += laid
        end = max([self.segment.end, *(offset + len(data) for offset, data in writes)])
        if end > self.segment.end:
            width = self.segment.data - self.segment.offset - 4
            if ebml.size_width(end - self.segment.data) > width:
                return None
            writes.append((self.segment.offset + 4, ebml.encode_size(end - self.segment.data, width)))
        return writes

    def patch(self, writes: Sequence[Write]) -> Patch:
        """Return the patch of those bytes that differ from what the file says."""
        kept = [write for write in (self.trimmed(offset, data) for offset, data in sorted(writes)) if write[1]]
        for extent in self.layout.payload:
            if any(offset < extent.end and offset + len(data) > extent.offset for offset, data in kept):
                raise errors.PayloadProtectedError
        return Patch(writes=tuple(kept), size=max([self.layout.size, *(o + len(d) for o, d in kept)]))

    def trimmed(self, offset: int, data: bytes) -> Write:
        """Return the write without the bytes at either end that are there already."""
        old = self.reader.read_at(offset, len(data))
        first = next((n for n, (a, b) in enumerate(zip(old, data, strict=False)) if a != b), len(old))
        if first == len(data):
            return offset, b""
        last = len(data)
        while len(old) == len(data) and last > first and old[last - 1] == data[last - 1]:
            last -= 1
        return offset + first, data[first:last]


def _names(content: bytes, number: int) -> bool:
    return any(entry.id == number for entry in seekhead.entries(content))


def _concerns(zone: Zone, pieces: Sequence[Piece], gone: Sequence[Element], tags: Element | None) -> bool:
    inside = [*(piece.offset for piece in pieces), *(element.offset for element in [*gone, *([tags] if tags else [])])]
    return any(zone.holds(offset) for offset in inside)
