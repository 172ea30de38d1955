"""Ogg files built page by page, and parsed, independent of the product's code."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

THEORA = b"\x80theora\x03\x02\x01" + bytes(32)
THEORA_SETUP = b"\x82theora" + bytes(range(200)) * 16
VORBIS = b"\x01vorbis" + bytes(4) + b"\2" + struct.pack("<I", 44100) + bytes(12) + b"\xb8\x01"
VORBIS_SETUP = b"\x05vorbis" + bytes(range(250)) * 12
OPUS = b"OpusHead\x01\x02\x38\x01" + bytes(7)
FLAC = b"\x7fFLAC\x01\x00\x00\x01fLaC\x00\x00\x00\x22" + bytes(34)
SPEEX = b"Speex   1.2" + bytes(69)
VENDOR = b"A maker \xff\xfe of old"
NOWHERE = (1 << 64) - 1  # position of a page on which no packet ends


def crc(data: bytes) -> int:
    """The checksum of a page, bit by bit as RFC 3533 defines it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def quick_crc(data: bytes) -> int:
    """The same by zlib, which reads and returns the bits in reverse order; a byte in Python takes 100 ns."""
    value = ~zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF
    return int(f"{value:032b}"[::-1], 2)


@dataclass(frozen=True)
class Page:
    """One page."""

    serial: int
    number: int
    flags: int
    position: int
    lacing: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        head = b"OggS\0" + bytes([self.flags]) + struct.pack("<QII", self.position, self.serial, self.number)
        back = bytes([len(self.lacing)]) + self.lacing + self.body
        return head + struct.pack("<I", quick_crc(head + bytes(4) + back)) + back


def pages(data: bytes) -> list[Page]:
    """The pages of a whole file; each has the right checksum."""
    found, at = [], 0
    while at < len(data):
        flags, position, serial, number, told, count = struct.unpack_from("<BQIIIB", data, at + 5)
        lacing = data[at + 27 : at + 27 + count]
        start = at + 27 + count
        page = Page(serial, number, flags, position, lacing, data[start : start + sum(lacing)])
        assert data[at : at + 5] == b"OggS\0"
        raw = page.raw
        assert told == int.from_bytes(raw[22:26], "little"), f"checksum of the page at {at}"
        assert raw == data[at : start + sum(lacing)]
        found.append(page)
        at = start + sum(lacing)
    return found


def packets(data: bytes) -> dict[int, list[bytes]]:
    """Return the packets of every stream by its serial number; the page numbers have no gap."""
    found: dict[int, list[bytes]] = {}
    begun: dict[int, bytes] = {}
    numbers: dict[int, int] = {}
    for page in pages(data):
        assert page.number == numbers.get(page.serial, 0), "a hole in the numbers"
        numbers[page.serial] = page.number + 1
        assert bool(page.flags & 1) == (page.serial in begun), "a packet that continues needs its flag"
        assert (page.position == NOWHERE) == all(length == 255 for length in page.lacing)
        at = 0
        for length in page.lacing:
            begun[page.serial] = begun.get(page.serial, b"") + page.body[at : at + length]
            at += length
            if length < 255:
                found.setdefault(page.serial, []).append(begun.pop(page.serial))
    assert not begun
    return found


def laced(packet: bytes) -> bytes:
    return b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])


def paged(serial: int, content: Sequence[bytes], *, most: int = 255, first: int = 0, position: int = 0) -> list[Page]:
    """The pages of these packets, `most` segments a page."""
    lacing, body = b"".join(map(laced, content)), b"".join(content)
    made, at = [], 0
    for start in range(0, len(lacing), most):
        part = lacing[start : start + most]
        continues = bool(start) and lacing[start - 1] == 255
        ends = any(length < 255 for length in part)
        stop = at + sum(part)
        number = first + len(made)
        made.append(Page(serial, number, int(continues), position if ends else NOWHERE, part, body[at:stop]))
        at = stop
    return made


def comments(*texts: bytes, vendor: bytes = VENDOR, rest: bytes = b"") -> bytes:
    """Return the content of a comment header."""
    packed = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(texts)) + packed + rest


def theora(*texts: bytes, rest: bytes = b"") -> list[bytes]:
    return [THEORA, b"\x81theora" + comments(*texts, rest=rest), THEORA_SETUP]


def vorbis(*texts: bytes, rest: bytes = b"\x01") -> list[bytes]:
    return [VORBIS, b"\x03vorbis" + comments(*texts, rest=rest), VORBIS_SETUP]


def opus(*texts: bytes, rest: bytes = b"") -> list[bytes]:
    return [OPUS, b"OpusTags" + comments(*texts, rest=rest)]


def speex(*texts: bytes, rest: bytes = b"") -> list[bytes]:
    return [SPEEX, comments(*texts, rest=rest)]


def flac(*texts: bytes) -> list[bytes]:
    block = comments(*texts)
    return [FLAC, b"\x84" + len(block).to_bytes(3, "big") + block]


MEDIA = tuple(bytes([number]) * (300 * number + 255) for number in range(8))


def film(*streams: Sequence[bytes], most: int = 255, media: Sequence[bytes] = MEDIA) -> bytes:
    """A file of streams, each given by its header packets, followed by media; `most` segments a page of headers."""
    first = [paged(number + 1, stream[:1])[0] for number, stream in enumerate(streams)]
    made = [Page(page.serial, 0, 2, 0, page.lacing, page.body) for page in first]
    following = list[Page]()
    for number, stream in enumerate(streams):
        headers = paged(number + 1, stream[1:], most=most, first=1)
        made += headers
        following += paged(number + 1, media, most=7, first=1 + len(headers), position=100 + number)
    following.sort(key=lambda page: page.number)
    last = {page.serial: page for page in following}
    ended = [replace(page, flags=page.flags | 4 * (page is last[page.serial])) for page in following]
    return b"".join(page.raw for page in [*made, *ended])


def with_positions(data: bytes, position: int = 1) -> bytes:
    """A file whose headers have a time, which is not allowed: players ignore it."""
    made = pages(data)
    headers = [page for page in made if not page.flags & 2 and page.position == 0]
    return b"".join(replace(page, position=position).raw if page in headers else page.raw for page in made)


HEADERS = {b"\x80theora": 3, b"\x01vorbis": 3}  # packets of other streams: 2


def with_texts(data: bytes, told: Mapping[int, Sequence[bytes]], *, most: int = 255) -> bytes:
    """A file with other texts in some of its streams, counted from 0; `most` segments a page of headers."""
    made, content = pages(data), packets(data)
    for order, new in told.items():
        serial = list(content)[order]
        found = content[serial]
        count = next((many for magic, many in HEADERS.items() if found[0].startswith(magic)), 2)
        lead = found[1].removesuffix(comment_part(found[1]))
        rest = b"\x01" if found[0].startswith(b"\x01vorbis") else b""
        headers = paged(serial, [lead + comments(*new, rest=rest), *found[2:count]], most=most, first=1)
        own = [page for page in made if page.serial == serial]
        ends = [sum(length < 255 for page in own[: index + 1] for length in page.lacing) for index in range(len(own))]
        old = own[1 : ends.index(count) + 1]
        later = {page.number: replace(page, number=page.number + len(headers) - len(old)) for page in own}
        at = made.index(old[0])
        kept = [page for page in made if page not in old]
        made = [later[page.number] if page.serial == serial and page.number > old[-1].number else page for page in kept]
        made[at:at] = headers
    return b"".join(page.raw for page in made)


def comment_part(packet: bytes) -> bytes:
    """A comment header without the prefix of its codec."""
    leads = (b"\x81theora", b"\x03vorbis", b"OpusTags", b"OVP80\x02\x20")
    lead = next((len(magic) for magic in leads if packet.startswith(magic)), 0)
    return packet[4 if packet[:1] in {b"\x04", b"\x84"} else lead :]


def texts(packet: bytes) -> list[bytes]:
    """The texts of a comment header, whatever its codec."""
    return list(_texts(comment_part(packet)))


def _texts(data: bytes) -> Iterator[bytes]:
    at = 4 + int.from_bytes(data[:4], "little")
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    for _ in range(count):
        length = int.from_bytes(data[at : at + 4], "little")
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def number(value: int) -> bytes:
    """An integer of a Skeleton's index: seven bits a byte, the lowest first."""
    digits = []
    while True:
        digits.append(value & 0x7F)
        value >>= 7
        if not value:
            return bytes([*digits[:-1], digits[-1] | 0x80])


def skeleton(data: bytes, *, version: int = 4, serial: int = 99) -> bytes:
    """A generated file with a Skeleton at its start, whose index lists the first pages of its media."""
    old = pages(data)
    streams = [page.serial for page in old if page.flags & 2]
    bone = b"fisbone\0" + struct.pack("<III", 44, streams[0], 3) + bytes(36) + b"Content-Type: video/ogg\r\n"

    def made(length: int, points: Sequence[int]) -> bytes:
        places = struct.pack("<QQ", length, points[0]) if version == 4 else b""
        head = b"fishead\0" + struct.pack("<HHQQQQ", version, 0, 0, 1000, 0, 1000) + bytes(20) + places
        index = b"index\0" + struct.pack("<IQQQQ", streams[0], len(points), 1000, 0, 900)
        ahead = [0, *points]
        index += b"".join(number(at - before) + number(10) for before, at in zip(ahead, points, strict=False))
        inner = paged(serial, [bone, index] if version == 4 else [bone], most=255, first=1)
        front = Page(serial, 0, 2, 0, laced(head), head)
        back = Page(serial, 1 + len(inner), 4, 0, b"\0", b"")
        return b"".join(page.raw for page in [front, *begun, *inner, *headers, back, *media])

    begun = [page for page in old if page.flags & 2]
    start = next(index for index, page in enumerate(old) if page.position not in {0, NOWHERE})
    headers, media = old[len(begun) : start], old[start:]
    whole, points = b"", [0, 0]
    for _ in range(4):  # the lengths of the numbers and the places depend on each other
        whole = made(len(whole), points)
        points = [whole.index(media[0].raw), whole.index(media[-1].raw)]
    assert [whole.index(media[0].raw), whole.index(media[-1].raw)] == points
    return whole


@st.composite
def films(draw: st.DrawFn) -> bytes:
    """Any file of one to three streams, with headers of any length, on pages of any length."""
    size = st.one_of(
        st.sampled_from([0, 1, 100, 254, 255, 256, 509, 510, 511, 65023, 65024, 65025, 65026, 65280]),
        st.integers(0, 140_000),
    )
    kinds = draw(st.lists(st.sampled_from([theora, vorbis, opus, speex, flac]), min_size=1, max_size=3))
    streams = []
    for kind in kinds:
        told = [b"TITLE=At sea", b"ARTIST=" + b"a" * draw(size)]
        told += draw(st.lists(st.sampled_from([b"DESCRIPTION=old", b"Comment=older \xff", b"COMMENT="]), max_size=2))
        order = draw(st.permutations(told))
        padding = bytes(draw(st.sampled_from([0, 0, 1, 300, 5000])))
        closing = b"\x01" if kind is vorbis else b""
        streams.append(kind(*order) if kind is flac else kind(*order, rest=closing + padding))
    return film(*streams, most=draw(st.sampled_from([1, 2, 17, 100, 254, 255, 255])))
