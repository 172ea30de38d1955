"""
Ogg (OGV): pages of interleaved streams; each stream starts with header packets; the second one has its comments.

The file itself has no comment. FFmpeg and FFmpeg-based players show the comments of the streams. FFmpeg writes its
`comment` as `DESCRIPTION`. FFmpeg's muxer accepts few codecs, each name once per stream, and no cover pictures.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.ogg import comments as ogg_comments
from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.containers.ogg.comments import Comments, OggCodec
from indexium_core.files.containers.ogg.pages import OggPage
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.parsing import CutShortError, HeaderFacts, MalformedHeaderError, Option
from indexium_core.model.fields import custom, table, values
from indexium_core.model.fields.table import known_field
from indexium_core.model.files.media import Extent, FieldValue

# The names of our fields. FFmpeg shows a DESCRIPTION as the comment.
FIELDS: Mapping[str, str] = {name.upper(): each.key for each in table.FIELDS for name in each.stored.ogg}

LARGEST_HEADER = 16 << 20  # bytes of header packets, embedded pictures included
_LARGEST_REST = 64 << 10  # bytes behind the last page
_MAX_TRIES = 1000  # offsets near the end of a file that may be its last page
_PICTURES = frozenset({"metadata_block_picture", "coverart", "coverartmime"})


@dataclass
class OggStream:
    """A logical stream and its header packets."""

    codec: OggCodec | None  # None: unknown
    missing: int  # number of header packets not read yet
    packets: list[bytes] = field(default_factory=list)
    pages: list[tuple[OggPage, bytes]] = field(default_factory=list)  # the pages of these packets, with their bodies
    partial: bytearray = field(default_factory=bytearray)  # first bytes of the next packet

    @property
    def comments(self) -> Comments | None:
        """
        The comment header, None if missing.

        Raises MalformedHeaderError if it is incomplete.
        """
        if self.codec is None or len(self.packets) < 2:
            return None
        return Comments.read(self.codec, self.packets[1])

    @property
    def tags(self) -> list[tuple[str, str]]:
        comments = self.comments
        texts = comments.texts if comments is not None else ()
        return [(ogg_comments.name_of(text), ogg_comments.value_of(text)) for text in texts]


@dataclass(frozen=True, slots=True)
class OggHead:
    """Everything in front of the media."""

    streams: Mapping[bytes, OggStream]  # by serial number, in file order
    pages: tuple[tuple[OggPage, bytes], ...]  # all pages, with bodies
    media: int  # offset of the media


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head.startswith(ogg_pages.MARK)


def examine(reader: Reader) -> HeaderFacts:
    """Find media and the texts of our fields. Raises CutShortError, MalformedHeaderError."""
    head = headers(reader)
    streams, media = list(head.streams.values()), head.media
    end = end_of_pages(reader)
    wrong_checksum = (
        []
        if all(ogg_pages.has_valid_checksum(page.head + page.lacing + body) for page, body in head.pages)
        else ["A page of its header has a wrong checksum."]
    )
    behind = ["It holds data behind its end, which FFmpeg would leave out."] if end < reader.size else []
    return HeaderFacts(
        payload=(Extent(media, reader.size - media),) if media < reader.size else (),
        fields=tuple(
            FieldValue(field=text.field, where=f"stream {number}/{text.name}", value=text.stored)
            for number, stream in enumerate(streams)
            for text in texts_of(stream)
        ),
        options=tuple(_tag_options(streams)),
        specifiers=_specifiers(streams),
        obstacle=next(iter([*_obstacles(streams), *wrong_checksum, *behind]), ""),
    )


@dataclass(frozen=True, slots=True)
class JoinedText:
    """The texts of one name in a stream; players show them as one text, joined by `;`."""

    field: str
    name: str
    texts: dict[int, str]  # by their index among all texts of the stream

    @property
    def value(self) -> str:
        return ";".join(self.texts.values())

    @property
    def stored(self) -> str:
        """The value of the field."""
        return values.stored(known_field(self.field), self.value)


def field_of(name: str) -> str | None:
    """Return the field of a text by its name, None for none."""
    return FIELDS.get(name.upper()) or custom.current().by_tag.get(name.lower())


def texts_of(stream: OggStream, fields: Collection[str] | None = None) -> list[JoinedText]:
    """Return the texts of all fields in a stream, or of some, without empty ones."""
    joined: dict[str, JoinedText] = {}
    for index, (name, value) in enumerate(stream.tags):
        field_name = field_of(name)
        if value and field_name is not None and (fields is None or field_name in fields):
            joined.setdefault(name.upper(), JoinedText(field_name, name, {})).texts[index] = value
    return list(joined.values())


def census(reader: Reader) -> Mapping[str, str]:
    """Return the tags of each stream, a digest of its other headers, and its number of packets."""
    streams = list(headers(reader).streams.values())
    facts: dict[str, str] = {}
    for number, stream in enumerate(streams):
        facts |= {f"stream {number} {name}": value for name, value in parsing.tag_facts(_other_tags(stream)).items()}
        first = b"".join(packet for index, packet in enumerate(stream.packets) if index != 1)
        facts[f"stream {number} headers"] = hashlib.blake2b(first, digest_size=16).hexdigest()
    return {**facts, **_media(reader, streams)}


def _other_tags(stream: OggStream) -> list[tuple[str, str]]:
    return [(name, value) for name, value in stream.tags if not parsing.is_comment_name(name)]


def _tag_options(streams: list[OggStream]) -> Iterator[Option]:
    """Yield options that keep all tags in their order; without them FFmpeg drops chapters, which are also tags."""
    for number, stream in enumerate(streams):
        yield f"map_metadata:s:{number}", "-1"
        yield from parsing.tag_options(_other_tags(stream), option=f"metadata:s:{number}")


def _specifiers(streams: list[OggStream]) -> tuple[str, ...]:
    """Return options that set comments: of each stream with a comment, else of the stream that most programs read."""
    holders = [number for number, stream in enumerate(streams) if len(stream.tags) > len(_other_tags(stream))]
    ranked = sorted(range(len(streams)), key=lambda number: rank(streams[number]))
    return tuple(f"metadata:s:{number}" for number in holders or ranked[:1])


def rank(stream: OggStream) -> int:
    """Return the rank of a stream by how many programs read its comments: ExifTool and MediaInfo ignore VP8."""
    if stream.codec is None:
        return 3
    return 0 if stream.codec.magic == b"\x80theora" else 1 + stream.codec.is_video


def _obstacles(streams: list[OggStream]) -> Iterator[str]:
    for stream in streams:
        others = _other_tags(stream)
        if stream.codec is None:
            yield "One of its streams is of a kind that FFmpeg cannot write into an Ogg file, such as a Skeleton."
        if any(name.lower() in _PICTURES for name, _ in others):
            yield "It holds a picture, which FFmpeg would leave out."
        if len({value for name, value in stream.tags if parsing.is_comment_name(name)}) > 1:
            yield "It holds a description beside its comment, and FFmpeg keeps only one."
        if tags_obstacle := parsing.tags_obstacle(others):
            yield tags_obstacle
        if stream.codec is not None and stream.codec is ogg_comments.FLAC and len(stream.packets) != 2:
            yield "It holds details of its audio that FFmpeg would leave out."


# Pages


def headers(reader: Reader) -> OggHead:
    """
    Read the streams with their header packets; each packet ends a page.

    Raises CutShortError, MalformedHeaderError.
    """
    streams: dict[bytes, OggStream] = {}
    pages: list[tuple[OggPage, bytes]] = []
    read = 0
    for page in ogg_pages.pages(reader, 0, parsing.MAX_ELEMENTS):
        if not page.begins and all(stream.missing <= 0 for stream in streams.values()):
            return OggHead(streams, tuple(pages), page.offset)
        body = parsing.read_exactly(reader, page.body, page.end - page.body)
        read += len(body)
        if read > LARGEST_HEADER:
            raise MalformedHeaderError("its header is too large")
        pages.append((page, body))
        if page.begins:
            codec = ogg_comments.codec_of(body)
            streams[page.serial] = OggStream(codec, _header_packets(codec, body))
        if page.serial not in streams:
            raise MalformedHeaderError("the first page of a stream is missing")
        _add_segments(streams[page.serial], page, body)
    return OggHead(streams, tuple(pages), reader.size)


def _header_packets(codec: OggCodec | None, first: bytes) -> int:
    if codec is None:
        return 1
    return codec.headers or 1 + int.from_bytes(first[7:9], "big")


def _add_segments(stream: OggStream, page: OggPage, body: bytes) -> None:
    """Add the segments of a page to the stream's packets: a segment of 255 bytes continues in the next one."""
    if stream.missing > 0:
        stream.pages.append((page, body))
    at = 0
    for length in page.lacing:
        stream.partial += body[at : at + length]
        at += length
        if length < 255:
            if stream.missing > 0:
                stream.packets.append(bytes(stream.partial))
            stream.partial.clear()
            stream.missing -= 1


def end_of_pages(reader: Reader) -> int:
    """
    Return the end of the last page: the end of the file, or less if other data follows.

    Raises CutShortError if the last page is not complete.
    """
    length = min(reader.size, ogg_pages.LARGEST + _LARGEST_REST)
    tail = reader.read_at(reader.size - length, length)
    at, end = tail.rfind(ogg_pages.MARK), 0
    for _ in range(_MAX_TRIES):
        if at < 0:
            break
        lacing = tail[at + 27 : at + 27 + int.from_bytes(tail[at + 26 : at + 27], "big")]
        stop = at + 27 + len(lacing) + sum(lacing)
        if stop == len(tail):
            return reader.size
        if not end and stop < len(tail) and ogg_pages.has_valid_checksum(tail[at:stop]):
            end = stop
        at = tail.rfind(ogg_pages.MARK, 0, at)
    rest = tail[end : end + 4]
    if not end or rest == ogg_pages.MARK[: len(rest)]:
        raise CutShortError
    return reader.size - length + end


def _media(reader: Reader, streams: list[OggStream]) -> Mapping[str, str]:
    """
    Return the number of packets of each stream, with headers, counted without FFmpeg.

    An empty packet repeats a video frame; an empty audio packet has no effect, and FFmpeg drops this packet.
    """
    order: dict[bytes, int] = {}
    packets: Counter[int] = Counter()
    sizes: Counter[int] = Counter()  # bytes of the packets that are not complete yet
    for page in ogg_pages.pages(reader, 0, parsing.MAX_MEDIA_PIECES):
        number = order.setdefault(page.serial, len(order))
        codec = streams[number].codec if number < len(streams) else None
        counts_all = codec is not None and codec.is_video
        for length in page.lacing:
            sizes[number] += length
            if length < 255:
                packets[number] += counts_all or sizes[number] > 0
                sizes[number] = 0
    return {f"stream {number} packets": str(count) for number, count in packets.items()}
