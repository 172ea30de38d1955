"""
Examining a Matroska or WebM file: one walk over the headers of the segment's children, clusters included.

Nothing of the media is read. The walk has to arrive exactly at the end of the segment and of the file; whatever keeps
it from doing so is found before anybody writes: a segment or cluster that reaches past the end of the file is
`corrupt`, a live recording, a second document or junk behind the segment is `no_strategy_yet`.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core import errors
from indexium_core.files.containers import Layout, Reader
from indexium_core.files.containers.matroska import ebml, names, seekhead, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.model.media import Extent, FieldValue, Refusal

__all__ = ["MAGIC", "MatroskaLayout", "content_of", "examine"]

MAGIC = b"\x1a\x45\xdf\xa3"
_EBML_HEADER_MAX = 4096  # bytes; real ones have about 40
_METADATA_MAX = 16 << 20  # bytes of a Tags or SeekHead that is read into memory
_ORDINARY = frozenset({names.CLUSTER, names.CUES, names.TAGS, names.SEEK_HEAD, ebml.VOID})
_TOP_LEVEL = 0x10000000  # the children of a segment have IDs of four bytes, those still to be invented too
_READ_MAX = 16  # Tags or SeekHeads that are read; real files have one or two
_ELEMENTS_MAX = 100_000  # level-1 elements beside the clusters
_HOPS_MAX = 1_000_000  # level-1 elements in all; a day of one-second clusters has 86,400


@dataclass(frozen=True, slots=True, kw_only=True)
class MatroskaLayout(Layout):
    """The segment and its children, as far as they could be followed."""

    segment: Element | None = None
    elements: tuple[Element, ...] = ()  # level 1 without the clusters, in file order
    clusters: int = 0

    def named(self, number: int) -> tuple[Element, ...]:
        """Return the level-1 elements with this ID, in file order."""
        return tuple(element for element in self.elements if element.id == number)

    def in_payload(self, element: Element) -> bool:
        """Tell whether the element lies between clusters."""
        return any(extent.offset <= element.offset < extent.end for extent in self.payload)

    def in_front(self, offset: int) -> bool:
        """Tell whether `offset` lies before the first cluster, where every reader comes by."""
        return not self.payload or offset < self.payload[0].offset


def examine(reader: Reader, *, known: MatroskaLayout | None = None) -> MatroskaLayout:
    """
    Parse the structure and say what is wrong with it.

    `known` is the layout from before an edit that could not touch the clusters: they are not hopped over again.

    Raises:
        FileAccessError: The disk failed. Nothing is raised for what the file contains.

    """
    walk = _Walk(reader, known)
    for step in (walk.document, walk.children, walk.placement, walk.directory, walk.comments):
        try:
            step()
        except (errors.CorruptFileError, errors.RefusedError) as error:
            walk.problem = walk.problem or Refusal(code=error.reason, message=error.message)
    return walk.layout()


def content_of(reader: Reader, element: Element) -> bytes:
    """
    Return the content of a Tags or SeekHead.

    Raises:
        CorruptFileError: The file ends inside of it.
        RefusedError: It is too large to be true.

    """
    if element.size > _METADATA_MAX:
        message = f"{names.name_of(element.id)} takes {element.size:,} bytes, which is more than Indexium reads."
        raise errors.RefusedError(message)
    content = reader.read_at(element.data, element.size)
    if len(content) < element.size:
        message = f"The file ends inside of {names.name_of(element.id)}."
        raise errors.CorruptFileError(message)
    return content


class _Walk:
    """What was seen so far; each step adds to it, and raises for what it cannot follow."""

    def __init__(self, reader: Reader, known: MatroskaLayout | None) -> None:
        self.reader = reader
        self.known = known if known is not None and known.problem is None and known.payload else None
        self.container = "matroska"
        self.segment: Element | None = None
        self.elements: list[Element] = []
        self.clusters = 0
        self.media = (0, 0)  # from the first cluster to the end of the last
        self.fields: list[FieldValue] = []
        self.problem: Refusal | None = None

    def layout(self) -> MatroskaLayout:
        return MatroskaLayout(
            container=self.container,
            size=self.reader.size,
            payload=(Extent(self.media[0], self.media[1] - self.media[0]),) if self.clusters else (),
            fields=tuple(self.fields),
            problem=self.problem,
            segment=self.segment,
            elements=tuple(self.elements),
            clusters=self.clusters,
        )

    def document(self) -> None:
        """Read the EBML header and find the segment."""
        head = self._header(0)
        if head.id != names.EBML or not 0 <= head.size <= _EBML_HEADER_MAX:
            message = "The EBML header is damaged."
            raise errors.RefusedError(message)
        content = content_of(self.reader, head)
        found = self._header(head.end)
        if found.id == ebml.VOID and found.size != ebml.UNKNOWN:
            found = self._header(found.end)
        self.segment = found if found.id == names.SEGMENT else None
        self._doc_type(content)
        if self.segment is None:
            message = "No segment follows the EBML header."
            raise errors.RefusedError(message)

    def _doc_type(self, content: bytes) -> None:
        try:
            last = {item.id: item.content for item in ebml.children(content, ebml.Budget())}
        except errors.CorruptFileError as error:
            message = "The EBML header is damaged."
            raise errors.RefusedError(message) from error
        kind = ebml.text(last.get(names.DOC_TYPE, b""))
        if kind == "webm":
            self.container = kind
        id_length = ebml.uint(last.get(names.EBML_MAX_ID_LENGTH, b"\x04"))
        size_length = ebml.uint(last.get(names.EBML_MAX_SIZE_LENGTH, b"\x08"))
        version = ebml.uint(last.get(names.EBML_READ_VERSION, b"\x01"))
        if kind not in {"matroska", "webm"} or (id_length, size_length, version) != (4, 8, 1):
            message = "The EBML header describes a kind of document that Indexium does not know."
            raise errors.RefusedError(message)

    def children(self) -> None:
        """Hop over the children of the segment, by their headers."""
        if self.segment is None:
            return
        live = self.segment.size == ebml.UNKNOWN
        missing = 0 if live else self.segment.end - self.reader.size
        stop = self.reader.size if live else min(self.segment.end, self.reader.size)
        try:
            self._hop(self.segment.data, stop)
        except (errors.CorruptFileError, errors.RefusedError):
            self.media = (self.media[0], stop)  # where the clusters end cannot be told: all the rest counts as media
            if missing <= 0:
                raise
        if missing > 0:
            message = f"The file is cut off: {missing:,} bytes are missing at its end."
            raise errors.CorruptFileError(message)
        if live:
            message = "This is a live recording whose segment does not know its size."
            raise errors.RefusedError(message)
        if missing < 0:
            message = f"{-missing:,} bytes that belong to nothing follow the segment."
            raise errors.RefusedError(message)

    def _hop(self, position: int, stop: int) -> None:
        for _ in range(_HOPS_MAX):
            if position >= stop:
                return
            if self.known is not None and position == self.known.payload[0].offset:
                position = self._skip_media(self.known)
                continue
            element = self._header(position)
            media = element.id == names.CLUSTER
            if media:
                self.clusters += 1
                self.media = (self.media[0] or position, stop)
            self._check(element, stop)
            position = element.end
            if media:
                self.media = (self.media[0], position)
            else:
                self.elements.append(element)
        message = f"The segment has more than {_HOPS_MAX:,} parts."
        raise errors.RefusedError(message)

    def _skip_media(self, known: MatroskaLayout) -> int:
        """Take over what is known of the clusters and of what lies between them, and return where they end."""
        [media] = known.payload
        self.clusters = known.clusters
        self.media = (media.offset, media.end)
        self.elements += [element for element in known.elements if known.in_payload(element)]
        return media.end

    def _check(self, element: Element, stop: int) -> None:
        if element.id in _ORDINARY and 0 <= element.size <= stop - element.data and len(self.elements) < _ELEMENTS_MAX:
            return
        name = names.name_of(element.id)
        if element.id in names.DOCUMENT:
            message = "The file holds several documents or segments."
            raise errors.RefusedError(message)
        if element.size == ebml.UNKNOWN:
            message = f"This is a live recording: {name} at byte {element.offset:,} does not know its size."
            raise errors.RefusedError(message)
        if element.end > stop:
            message = f"The file is cut off or damaged: {name} at byte {element.offset:,} reaches past the end."
            raise errors.CorruptFileError(message)
        if element.id == ebml.CRC_32:
            message = "The segment carries a checksum over the whole film."
            raise errors.RefusedError(message)
        if element.id < _TOP_LEVEL and element.id != ebml.VOID:
            message = f"{name} at byte {element.offset:,} does not belong directly into a segment."
            raise errors.RefusedError(message)
        if len(self.elements) >= _ELEMENTS_MAX:
            message = f"The segment has more than {_ELEMENTS_MAX:,} parts beside its clusters."
            raise errors.RefusedError(message)

    def placement(self) -> None:
        """Refuse tags in more than one place, or in a place that counts as media."""
        found = self._all(names.TAGS)
        if len(found) > 1:
            message = "The file holds several Tags elements."
            raise errors.RefusedError(message)
        if any(self.media[0] <= element.offset < self.media[1] for element in found):
            message = "The file holds its tags between the media clusters."
            raise errors.RefusedError(message)
        if len(self._all(names.SEEK_HEAD)) > _READ_MAX:
            message = "The file holds more directories (SeekHead) than any that was made in earnest."
            raise errors.RefusedError(message)

    def directory(self) -> None:
        """Refuse a SeekHead that points elsewhere for the tags."""
        if self.segment is None:
            return
        places = {element.offset - self.segment.data for element in self._all(names.TAGS)}
        for element in self._all(names.SEEK_HEAD)[:_READ_MAX]:
            listed = seekhead.entries(content_of(self.reader, element))
            if any(entry.id == names.TAGS and entry.position not in places for entry in listed):
                message = "The file's directory (SeekHead) points to tags that are not there."
                raise errors.RefusedError(message)

    def comments(self) -> None:
        """Collect every comment of the film."""
        found = self._all(names.TAGS)
        for number, element in enumerate(found[:_READ_MAX], 1):
            parent = "Segment/Tags" if len(found) == 1 else f"Segment/Tags[{number}]"
            self.fields += tags.fields(content_of(self.reader, element), parent)

    def _all(self, number: int) -> list[Element]:
        return [element for element in self.elements if element.id == number]

    def _header(self, offset: int) -> Element:
        return ebml.header_at(self.reader.read_at(offset, ebml.HEADER_MAX), 0, offset)
