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
from indexium_core.files.containers.remux import found
from indexium_core.files.containers.remux.found import CutShortError, Found, MalformedError, Option
from indexium_core.model.media import Extent, FieldValue

__all__ = ["census", "examine", "recognises"]

_MARK = b"OggS"
_PAGE = 27 + 255  # most bytes of a page's header
_LARGEST_PAGE = 27 + 255 + 255 * 255
_LARGEST_HEADER = 16 << 20  # bytes of header packets, embedded pictures included
_PICTURES = frozenset({"metadata_block_picture", "coverart", "coverartmime"})


@dataclass(frozen=True, slots=True)
class _Codec:
    """A codec that FFmpeg's muxer takes, known by how its first packet begins."""

    magic: bytes
    headers: int  # packets, of which the second holds the comments
    lead: int  # bytes in front of these
    is_video: bool = False


_CODECS = (
    _Codec(b"\x80theora", 3, 7, is_video=True),
    _Codec(b"OVP80\x01", 2, 7, is_video=True),
    _Codec(b"\x01vorbis", 3, 7),
    _Codec(b"OpusHead", 2, 8),
    _Codec(b"Speex  ", 2, 0),
    _Codec(b"\x7fFLAC", 0, 4),  # says itself how many
)


@dataclass
class _Stream:
    """A logical stream and its header packets."""

    codec: _Codec | None
    missing: int  # header packets that are still to come
    packets: list[bytes] = field(default_factory=list)
    begun: bytearray = field(default_factory=bytearray)  # of the next packet

    @property
    def tags(self) -> list[tuple[str, str]]:
        if self.codec is None or len(self.packets) < 2:
            return []
        return _tags(self.packets[1][self.codec.lead :])


@dataclass(frozen=True, slots=True)
class _Page:
    offset: int
    serial: bytes
    begins: bool
    lacing: bytes

    @property
    def body(self) -> int:
        return self.offset + 27 + len(self.lacing)

    @property
    def end(self) -> int:
        return self.body + sum(self.lacing)


def recognises(head: bytes) -> bool:
    """Tell by the first bytes."""
    return head.startswith(_MARK)


def examine(reader: Reader) -> Found:
    """Find media and comments. Raises CutShortError, MalformedError."""
    streams, media = _headers(reader)
    _check_end(reader)
    places = [
        FieldValue(field="comment", where=f"stream {number}/{name}", value=value)
        for number, stream in enumerate(streams)
        for name, value in stream.tags
        if found.is_comment(name) and value
    ]
    return Found(
        payload=(Extent(media, reader.size - media),) if media < reader.size else (),
        fields=tuple(places),
        kept=tuple(_kept(streams)),
        specifiers=_specifiers(streams),
        obstacle=next(_obstacles(streams), ""),
    )


def census(reader: Reader) -> Mapping[str, str]:
    """Return the comments of each stream, a digest of its other headers, and how many packets it has."""
    streams, _ = _headers(reader)
    facts: dict[str, str] = {}
    for number, stream in enumerate(streams):
        facts |= {f"stream {number} {name}": value for name, value in found.named(_others(stream)).items()}
        first = b"".join(packet for index, packet in enumerate(stream.packets) if index != 1)
        facts[f"stream {number} headers"] = hashlib.blake2b(first, digest_size=16).hexdigest()
    return {**facts, **_media(reader, streams)}


def _others(stream: _Stream) -> list[tuple[str, str]]:
    return [(name, value) for name, value in stream.tags if not found.is_comment(name)]


def _kept(streams: list[_Stream]) -> Iterator[Option]:
    """Hand all tags over in their order, which chapters depend on: these are tags too, and FFmpeg drops them."""
    for number, stream in enumerate(streams):
        yield f"map_metadata:s:{number}", "-1"
        yield from found.handed(_others(stream), option=f"metadata:s:{number}")


def _specifiers(streams: list[_Stream]) -> tuple[str, ...]:
    """Return where comments go: to every stream that has one, else to the first in which all readers look."""
    holders = [number for number, stream in enumerate(streams) if len(stream.tags) > len(_others(stream))]
    ranked = sorted(range(len(streams)), key=lambda number: _rank(streams[number]))
    return tuple(f"metadata:s:{number}" for number in holders or ranked[:1])


def _rank(stream: _Stream) -> int:
    """Order streams by how many readers see their comments: ExifTool none of VP8's, and MediaInfo neither."""
    if stream.codec is None:
        return 3
    return 0 if stream.codec.magic == b"\x80theora" else 1 + stream.codec.is_video


def _obstacles(streams: list[_Stream]) -> Iterator[str]:
    for stream in streams:
        others = _others(stream)
        if stream.codec is None:
            yield "One of its streams is of a kind that FFmpeg cannot write into an Ogg file, like a Skeleton index."
        if any(name.lower() in _PICTURES for name, _ in others):
            yield "It holds a picture, which FFmpeg would leave out."
        if len({value for name, value in stream.tags if found.is_comment(name)}) > 1:
            yield "It holds a description beside its comment, and FFmpeg keeps only one."
        if unfit := found.unfit(others):
            yield unfit
        if stream.codec is not None and stream.codec.magic == b"\x7fFLAC" and len(stream.packets) != 2:
            yield "It holds details of its sound that FFmpeg would leave out."


def _tags(data: bytes) -> list[tuple[str, str]]:
    """Read comments: the maker's name, a count and texts `NAME=value`, each with a 32-bit little-endian length."""
    at = 4 + int.from_bytes(data[:4], "little")
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    tags = []
    for _ in range(min(count, found.STEPS)):
        length = int.from_bytes(data[at : at + 4], "little")
        text = data[at + 4 : at + 4 + length]
        if at + 4 > len(data) or len(text) < length:
            raise MalformedError("its comments are cut short")
        name, _, value = text.partition(b"=")
        tags.append((name.decode("latin-1"), value.decode("utf-8", "surrogateescape")))
        at += 4 + length
    return tags


# Pages


def _headers(reader: Reader) -> tuple[list[_Stream], int]:
    """Return the streams with their header packets, which by the format end a page each, and where media starts."""
    streams: dict[bytes, _Stream] = {}
    read = 0
    for page in _pages(reader, 0, found.STEPS):
        if not page.begins and all(stream.missing <= 0 for stream in streams.values()):
            return list(streams.values()), page.offset
        body = found.exactly(reader, page.body, page.end - page.body)
        read += len(body)
        if read > _LARGEST_HEADER:
            raise MalformedError("its header has no sensible size")
        if page.begins:
            codec = next((codec for codec in _CODECS if body.startswith(codec.magic)), None)
            streams[page.serial] = _Stream(codec, _header_packets(codec, body))
        if page.serial not in streams:
            raise MalformedError("a stream has no beginning")
        _collect(streams[page.serial], page.lacing, body)
    return list(streams.values()), reader.size


def _header_packets(codec: _Codec | None, first: bytes) -> int:
    if codec is None:
        return 1
    return codec.headers or 1 + int.from_bytes(first[7:9], "big")


def _collect(stream: _Stream, lacing: bytes, body: bytes) -> None:
    """Add what a page holds to the stream's packets: a piece of 255 bytes goes on in the next one."""
    at = 0
    for length in lacing:
        stream.begun += body[at : at + length]
        at += length
        if length < 255:
            if stream.missing > 0:
                stream.packets.append(bytes(stream.begun))
            stream.begun.clear()
            stream.missing -= 1


def _pages(reader: Reader, offset: int, most: int) -> Iterator[_Page]:
    for _ in range(most):
        head = reader.read_at(offset, _PAGE)
        if not head:
            return
        if len(head) < 27:
            raise CutShortError
        if head[:4] != _MARK:
            raise MalformedError("there is something between its pages that is none")
        page = _Page(offset, head[14:18], bool(head[5] & 2), head[27 : 27 + head[26]])
        if page.end > reader.size:
            raise CutShortError
        yield page
        offset = page.end
    raise MalformedError("it consists of too many parts")


def _check_end(reader: Reader) -> None:
    """Make sure that a page ends where the file does."""
    start = max(0, reader.size - _LARGEST_PAGE)
    tail = reader.read_at(start, _LARGEST_PAGE)
    at = tail.rfind(_MARK)
    while at >= 0:
        head = tail[at : at + _PAGE]
        if len(head) >= 27 and at + 27 + head[26] + sum(head[27 : 27 + head[26]]) == len(tail):
            return
        at = tail.rfind(_MARK, 0, at)
    raise CutShortError


def _media(reader: Reader, streams: list[_Stream]) -> Mapping[str, str]:
    """
    Return how many packets each stream has, headers included, counted without FFmpeg.

    An empty packet repeats a picture; of sound it says nothing, and FFmpeg leaves it out.
    """
    order: dict[bytes, int] = {}
    packets: Counter[int] = Counter()
    sizes: Counter[int] = Counter()  # of the packets that have begun
    for page in _pages(reader, 0, found.MOST_PIECES):
        number = order.setdefault(page.serial, len(order))
        codec = streams[number].codec if number < len(streams) else None
        counts_all = codec is not None and codec.is_video
        for length in page.lacing:
            sizes[number] += length
            if length < 255:
                packets[number] += counts_all or sizes[number] > 0
                sizes[number] = 0
    return {f"stream {number} packets": str(count) for number, count in packets.items()}
