"""
Ogg (OGV): pages of interleaved streams; each stream begins with header packets, the second of which holds its comments.

There is no comment of the file: FFmpeg, and players with it, show those of the streams, and write `DESCRIPTION` for
what they call the comment. FFmpeg's muxer takes few codecs, each name once per stream, and no pictures.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.ogg import comments as ogg_comments
from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.containers.ogg.comments import Comments, OggCodec
from indexium_core.files.containers.ogg.pages import OggPage
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import CutShortError, HeaderFacts, MalformedHeaderError, Option
from indexium_core.model.files.media import Extent, FieldValue

__all__ = [
    "LARGEST_HEADER",
    "OggHead",
    "OggStream",
    "census",
    "end_of_pages",
    "examine",
    "headers",
    "places",
    "rank",
    "recognises",
]

LARGEST_HEADER = 16 << 20  # bytes of header packets, embedded pictures included
_LARGEST_REST = 64 << 10  # bytes behind the last page
_TRIES = 1000  # places near the end of a file that may be its last page
_PICTURES = frozenset({"metadata_block_picture", "coverart", "coverartmime"})


@dataclass
class OggStream:
    """A logical stream and its header packets."""

    codec: OggCodec | None  # None: one that is not known
    missing: int  # header packets that are still to come
    packets: list[bytes] = field(default_factory=list)
    pages: list[tuple[OggPage, bytes]] = field(default_factory=list)  # that hold these packets, with their bodies
    begun: bytearray = field(default_factory=bytearray)  # of the next packet

    @property
    def comments(self) -> Comments | None:
        """What its comment header says; None where there is none. Raises MalformedError where that is cut short."""
        if self.codec is None or len(self.packets) < 2:
            return None
        return Comments.read(self.codec, self.packets[1])

    @property
    def tags(self) -> list[tuple[str, str]]:
        comments = self.comments
        texts = comments.texts if comments is not None else ()
        return [(ogg_comments.named(text), ogg_comments.value_of(text)) for text in texts]


@dataclass(frozen=True, slots=True)
class OggHead:
    """What is in front of the media."""

    streams: Mapping[bytes, OggStream]  # by serial number, in order
    pages: tuple[tuple[OggPage, bytes], ...]  # all, with their bodies
    media: int  # where that starts


def recognises(head: bytes) -> bool:
    """Tell by the first bytes."""
    return head.startswith(ogg_pages.MARK)


def examine(reader: Reader) -> HeaderFacts:
    """Find media and comments. Raises CutShortError, MalformedError."""
    head = headers(reader)
    streams, media = list(head.streams.values()), head.media
    end = end_of_pages(reader)
    unsound = (
        []
        if all(_is_sound(page.head + page.lacing + body) for page, body in head.pages)
        else ["A page of its header has a wrong checksum."]
    )
    behind = ["It holds something behind its end, which FFmpeg would leave out."] if end < reader.size else []
    return HeaderFacts(
        payload=(Extent(media, reader.size - media),) if media < reader.size else (),
        fields=tuple(
            FieldValue(field="comment", where=f"stream {number}/{place.name}", value=place.value)
            for number, stream in enumerate(streams)
            for place in places(stream)
        ),
        kept=tuple(_kept(streams)),
        specifiers=_specifiers(streams),
        obstacle=next(iter([*_obstacles(streams), *unsound, *behind]), ""),
    )


@dataclass(frozen=True, slots=True)
class JoinedComment:
    """The comments of one name in a stream: to players they are one text, joined by `;`."""

    name: str
    texts: dict[int, str]  # each by its place among all texts of the stream

    @property
    def value(self) -> str:
        return ";".join(self.texts.values())


def places(stream: OggStream) -> list[JoinedComment]:
    """Return the comments of a stream, empty ones left out."""
    found_here: dict[str, JoinedComment] = {}
    for index, (name, value) in enumerate(stream.tags):
        if parsing.is_comment(name) and value:
            found_here.setdefault(name.upper(), JoinedComment(name, {})).texts[index] = value
    return list(found_here.values())


def census(reader: Reader) -> Mapping[str, str]:
    """Return the comments of each stream, a digest of its other headers, and how many packets it has."""
    streams = list(headers(reader).streams.values())
    facts: dict[str, str] = {}
    for number, stream in enumerate(streams):
        facts |= {f"stream {number} {name}": value for name, value in parsing.named(_others(stream)).items()}
        first = b"".join(packet for index, packet in enumerate(stream.packets) if index != 1)
        facts[f"stream {number} headers"] = hashlib.blake2b(first, digest_size=16).hexdigest()
    return {**facts, **_media(reader, streams)}


def _others(stream: OggStream) -> list[tuple[str, str]]:
    return [(name, value) for name, value in stream.tags if not parsing.is_comment(name)]


def _kept(streams: list[OggStream]) -> Iterator[Option]:
    """Hand all tags over in their order, which chapters depend on: these are tags too, and FFmpeg drops them."""
    for number, stream in enumerate(streams):
        yield f"map_metadata:s:{number}", "-1"
        yield from parsing.handed(_others(stream), option=f"metadata:s:{number}")


def _specifiers(streams: list[OggStream]) -> tuple[str, ...]:
    """Return where comments go: to every stream that has one, else to the first in which all readers look."""
    holders = [number for number, stream in enumerate(streams) if len(stream.tags) > len(_others(stream))]
    ranked = sorted(range(len(streams)), key=lambda number: rank(streams[number]))
    return tuple(f"metadata:s:{number}" for number in holders or ranked[:1])


def rank(stream: OggStream) -> int:
    """Order streams by how many readers see their comments: ExifTool none of VP8's, and MediaInfo neither."""
    if stream.codec is None:
        return 3
    return 0 if stream.codec.magic == b"\x80theora" else 1 + stream.codec.is_video


def _obstacles(streams: list[OggStream]) -> Iterator[str]:
    for stream in streams:
        others = _others(stream)
        if stream.codec is None:
            yield "One of its streams is of a kind that FFmpeg cannot write into an Ogg file, like a Skeleton index."
        if any(name.lower() in _PICTURES for name, _ in others):
            yield "It holds a picture, which FFmpeg would leave out."
        if len({value for name, value in stream.tags if parsing.is_comment(name)}) > 1:
            yield "It holds a description beside its comment, and FFmpeg keeps only one."
        if unfit := parsing.unfit(others):
            yield unfit
        if stream.codec is not None and stream.codec is ogg_comments.FLAC and len(stream.packets) != 2:
            yield "It holds details of its sound that FFmpeg would leave out."


# Pages


def headers(reader: Reader) -> OggHead:
    """
    Read the streams with their header packets, which by the format end a page each.

    Raises CutShortError, MalformedError.
    """
    streams: dict[bytes, OggStream] = {}
    pages: list[tuple[OggPage, bytes]] = []
    read = 0
    for page in ogg_pages.pages(reader, 0, parsing.STEPS):
        if not page.begins and all(stream.missing <= 0 for stream in streams.values()):
            return OggHead(streams, tuple(pages), page.offset)
        body = parsing.exactly(reader, page.body, page.end - page.body)
        read += len(body)
        if read > LARGEST_HEADER:
            raise MalformedHeaderError("its header has no sensible size")
        pages.append((page, body))
        if page.begins:
            codec = ogg_comments.codec_of(body)
            streams[page.serial] = OggStream(codec, _header_packets(codec, body))
        if page.serial not in streams:
            raise MalformedHeaderError("a stream has no beginning")
        _collect(streams[page.serial], page, body)
    return OggHead(streams, tuple(pages), reader.size)


def _header_packets(codec: OggCodec | None, first: bytes) -> int:
    if codec is None:
        return 1
    return codec.headers or 1 + int.from_bytes(first[7:9], "big")


def _collect(stream: OggStream, page: OggPage, body: bytes) -> None:
    """Add what a page holds to the stream's packets: a piece of 255 bytes continues in the next one."""
    if stream.missing > 0:
        stream.pages.append((page, body))
    at = 0
    for length in page.lacing:
        stream.begun += body[at : at + length]
        at += length
        if length < 255:
            if stream.missing > 0:
                stream.packets.append(bytes(stream.begun))
            stream.begun.clear()
            stream.missing -= 1


def end_of_pages(reader: Reader) -> int:
    """
    Return where the last page ends: where the file does, or before what somebody has put behind it.

    Raises CutShortError where the last page is not whole.
    """
    length = min(reader.size, ogg_pages.LARGEST + _LARGEST_REST)
    tail = reader.read_at(reader.size - length, length)
    at, end = tail.rfind(ogg_pages.MARK), 0
    for _ in range(_TRIES):
        if at < 0:
            break
        lacing = tail[at + 27 : at + 27 + int.from_bytes(tail[at + 26 : at + 27], "big")]
        stop = at + 27 + len(lacing) + sum(lacing)
        if stop == len(tail):
            return reader.size
        if not end and stop < len(tail) and _is_sound(tail[at:stop]):
            end = stop
        at = tail.rfind(ogg_pages.MARK, 0, at)
    rest = tail[end : end + 4]
    if not end or rest == ogg_pages.MARK[: len(rest)]:
        raise CutShortError
    return reader.size - length + end


def _is_sound(page: bytes) -> bool:
    return ogg_pages.checksum(page[:22] + bytes(4) + page[26:]) == int.from_bytes(page[22:26], "little")


def _media(reader: Reader, streams: list[OggStream]) -> Mapping[str, str]:
    """
    Return how many packets each stream has, headers included, counted without FFmpeg.

    An empty packet repeats a picture; of sound it says nothing, and FFmpeg leaves it out.
    """
    order: dict[bytes, int] = {}
    packets: Counter[int] = Counter()
    sizes: Counter[int] = Counter()  # of the packets that have begun
    for page in ogg_pages.pages(reader, 0, parsing.MOST_PIECES):
        number = order.setdefault(page.serial, len(order))
        codec = streams[number].codec if number < len(streams) else None
        counts_all = codec is not None and codec.is_video
        for length in page.lacing:
            sizes[number] += length
            if length < 255:
                packets[number] += counts_all or sizes[number] > 0
                sizes[number] = 0
    return {f"stream {number} packets": str(count) for number, count in packets.items()}
