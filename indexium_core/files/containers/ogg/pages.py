"""
Ogg pages (RFC 3533, section 6): reading, and making pages with numbers and checksums.

A page holds up to 255 segments of up to 255 bytes. A segment of fewer than 255 bytes ends a packet; a packet may
continue on its stream's next page.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Reader
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError

MARK = b"OggS"
LARGEST = 27 + 255 + 255 * 255  # bytes of a page
CONTINUED, BEGINS, ENDS = 1, 2, 4  # flags: the first packet continues; the stream begins; the stream ends
NO_PACKET_ENDS = b"\xff" * 8  # granule position of a page without the end of a packet

_MAX_HEAD = 27 + 255  # bytes of a page's header
_MAX_SEGMENTS = 255  # of a page
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class OggPage:
    """The header of a page in the file; its body is read separately."""

    offset: int
    head: bytes  # 27 bytes
    lacing: bytes  # lengths of its segments

    @property
    def flags(self) -> int:
        return self.head[5]

    @property
    def begins(self) -> bool:
        return bool(self.flags & BEGINS)

    @property
    def position(self) -> bytes:
        return self.head[6:14]

    @property
    def serial(self) -> bytes:
        return self.head[14:18]

    @property
    def number(self) -> int:
        return int.from_bytes(self.head[18:22], "little")

    @property
    def checksum(self) -> int:
        return int.from_bytes(self.head[22:26], "little")

    @property
    def body(self) -> int:
        """Offset of its body."""
        return self.offset + 27 + len(self.lacing)

    @property
    def end(self) -> int:
        return self.body + sum(self.lacing)


def pages(reader: Reader, offset: int, limit: int) -> Iterator[OggPage]:
    """
    Yield the pages from `offset` up to the end of the file.

    Raises CutShortError. Raises MalformedHeaderError for other bytes between pages or more than `limit` pages.
    """
    for _ in range(limit):
        head = reader.read_at(offset, _MAX_HEAD)
        if not head:
            return
        if len(head) < 27:
            raise CutShortError
        if head[:4] != MARK:
            raise MalformedHeaderError("there are other bytes between its pages")
        page = OggPage(offset, head[:27], head[27 : 27 + head[26]])
        if page.end > reader.size:
            raise CutShortError
        yield page
        offset = page.end
    raise MalformedHeaderError("it has too many pages")


def checksum(data: bytes) -> int:
    """
    Return the checksum of a page; its checksum field must be zero.

    The polynomial is that of zlib; but zlib reverses the bit order, and uses the complement at start and end.
    """
    mirrored = zlib.crc32(data.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


def has_valid_checksum(page: bytes) -> bool:
    """Return whether a page's checksum is correct."""
    return checksum(page[:22] + bytes(4) + page[26:]) == int.from_bytes(page[22:26], "little")


def make_page(page: OggPage, *, flags: int, number: int, position: bytes, lacing: bytes, body: bytes) -> bytes:
    """Return a page of the same stream as `page`, with its checksum."""
    front = page.head[:5] + bytes([flags]) + position + page.serial + struct.pack("<I", number & 0xFFFFFFFF)
    back = bytes([len(lacing)]) + lacing + body
    return front + struct.pack("<I", checksum(front + bytes(4) + back)) + back


def with_body(page: OggPage, body: bytes) -> bytes:
    """Return a page with another body of the same length, and its checksum."""
    return make_page(page, flags=page.flags, number=page.number, position=page.position, lacing=page.lacing, body=body)


def renumbered_field(page: OggPage, by: int) -> bytes:
    """
    Return the 8 bytes at offset 18 of a page (number and checksum) for a number that is higher by `by`.

    The checksum is linear: it changes by the checksum of the difference. So the body is not read, and a wrong checksum
    stays wrong.
    """
    number = page.number + by & 0xFFFFFFFF
    difference = (number ^ page.number).to_bytes(4, "little") + bytes(page.end - page.offset - 22)
    return struct.pack("<II", number, page.checksum ^ checksum(difference))


def lacing_of(packet: bytes) -> bytes:
    """Return the lacing values (segment lengths) of a packet."""
    return b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])


def page_ends(old: Sequence[int], before: int, after: int) -> list[int]:
    """
    Return the number of segments up to the end of each page, for a new length of the first packet.

    If possible, pages behind that packet keep their segments, and the number of pages stays the same.

    Args:
        old: The number of segments up to the end of each page.
        before: Segments of the first packet.
        after: Segments of its new version.

    """
    growth = after - before
    first = next(index for index, end in enumerate(old) if end >= before)
    for last in range(first, len(old)):
        total = old[last] + growth
        if last + 1 <= total <= _MAX_SEGMENTS * (last + 1):
            return [*_spread(old[:last], total), *(end + growth for end in old[last + 1 :])]
    total = old[-1] + growth
    return [*range(_MAX_SEGMENTS, total, _MAX_SEGMENTS), total]


def _spread(old: Sequence[int], total: int) -> list[int]:
    """Return page ends for one page more than `old`; ends stay where each page still gets 1 to 255 segments."""
    ends, at = list[int](), 0
    for index, end in enumerate(old):
        left = len(old) - index
        at = min(max(end, total - _MAX_SEGMENTS * left, at + 1), total - left, at + _MAX_SEGMENTS)
        ends.append(at)
    return [*ends, total]
