"""
Ogg pages (RFC 3533, section 6): read, laid out from packets, numbered, and given their checksums.

A page holds up to 255 segments of up to 255 bytes. A segment of less than 255 bytes ends a packet; a packet may
continue on the next page of its stream.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexium_core.files.containers import Reader
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError

__all__ = [
    "BEGINS",
    "CONTINUED",
    "ENDS",
    "LARGEST",
    "MARK",
    "UNFINISHED",
    "OggPage",
    "breaks",
    "checksum",
    "laced",
    "made",
    "pages",
    "remade",
    "renumbered",
]

MARK = b"OggS"
LARGEST = 27 + 255 + 255 * 255  # bytes of a page
CONTINUED, BEGINS, ENDS = 1, 2, 4  # flags: of the page's first packet, of the stream
UNFINISHED = b"\xff" * 8  # position of a page on which no packet ends

_HEAD = 27 + 255  # most bytes of a page's header
_FULL = 255  # segments of a page
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class OggPage:
    """A page as the file has it; its body is read apart."""

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
        """Where its body starts."""
        return self.offset + 27 + len(self.lacing)

    @property
    def end(self) -> int:
        return self.body + sum(self.lacing)


def pages(reader: Reader, offset: int, most: int) -> Iterator[OggPage]:
    """
    Yield the pages from `offset` up to the end of the file.

    Raises CutShortError, and MalformedError where something else lies between them or there are more than `most`.
    """
    for _ in range(most):
        head = reader.read_at(offset, _HEAD)
        if not head:
            return
        if len(head) < 27:
            raise CutShortError
        if head[:4] != MARK:
            raise MalformedHeaderError("there is something between its pages that is none")
        page = OggPage(offset, head[:27], head[27 : 27 + head[26]])
        if page.end > reader.size:
            raise CutShortError
        yield page
        offset = page.end
    raise MalformedHeaderError("it consists of too many parts")


def checksum(data: bytes) -> int:
    """
    Return the checksum of a page whose own checksum is given as noughts.

    The polynomial is that of zlib, which takes the bits in reverse order and begins and ends with the complement.
    """
    mirrored = zlib.crc32(data.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


def made(page: OggPage, *, flags: int, number: int, position: bytes, lacing: bytes, body: bytes) -> bytes:
    """Return a page of the same stream as `page`, with its checksum."""
    front = page.head[:5] + bytes([flags]) + position + page.serial + struct.pack("<I", number & 0xFFFFFFFF)
    back = bytes([len(lacing)]) + lacing + body
    return front + struct.pack("<I", checksum(front + bytes(4) + back)) + back


def remade(page: OggPage, body: bytes) -> bytes:
    """Return a page with another body of the same length."""
    return made(page, flags=page.flags, number=page.number, position=page.position, lacing=page.lacing, body=body)


def renumbered(page: OggPage, by: int) -> bytes:
    """
    Return the 8 bytes of a page (from its 18th) with its number and checksum, for a number higher by `by`.

    The checksum is linear: what changes it is the checksum of the difference. So the body is not read, and a checksum
    that was wrong stays wrong.
    """
    number = page.number + by & 0xFFFFFFFF
    difference = (number ^ page.number).to_bytes(4, "little") + bytes(page.end - page.offset - 22)
    return struct.pack("<II", number, page.checksum ^ checksum(difference))


def laced(packet: bytes) -> bytes:
    """Return the lengths of the segments of a packet."""
    return b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])


def breaks(old: Sequence[int], before: int, after: int) -> list[int]:
    """
    Return after how many segments each page ends, once the first packet of these pages has another length.

    Pages behind that packet keep their segments, and the number of pages stays, wherever this is possible.

    Args:
        old: After how many segments each page ends.
        before: Segments of the first packet.
        after: The same, of its new version.

    """
    growth = after - before
    first = next(index for index, end in enumerate(old) if end >= before)
    for last in range(first, len(old)):
        total = old[last] + growth
        if last + 1 <= total <= _FULL * (last + 1):
            return [*_spread(old[:last], total), *(end + growth for end in old[last + 1 :])]
    total = old[-1] + growth
    return [*range(_FULL, total, _FULL), total]


def _spread(old: Sequence[int], total: int) -> list[int]:
    """Return the ends of one page more than `old` has: where they were, as far as that leaves each page 1 to 255."""
    ends, at = list[int](), 0
    for index, end in enumerate(old):
        left = len(old) - index
        at = min(max(end, total - _FULL * left, at + 1), total - left, at + _FULL)
        ends.append(at)
    return [*ends, total]
