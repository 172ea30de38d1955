"""
The Skeleton of an Ogg file: a stream that describes the other streams, and has file offsets in version 4.

The first packet (`fishead`) has the length of the file and the offset of the media. An `index` packet has the key
frames of one stream: an offset, then the distance between neighbours (wiki.xiph.org/Ogg_Skeleton_4; Firefox reads
both).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.containers.ogg.pages import OggPage
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.splices import Splice

MAGIC = b"fishead\0"
_INDEX = b"index\0"
_LENGTH = 64  # place of the file length in the first packet, before the offset of the media
_POINTS = 42  # place of the key frames in an index; their number is at byte 10
_WITHOUT_OFFSETS = 3  # version
_WITH_OFFSETS = 4

Pages = Sequence[tuple[OggPage, bytes]]


def offset_splices(pages: Pages, by: int) -> Iterator[Splice]:
    """Yield the splices of a Skeleton after the media have moved by `by` bytes. Raises NotEditableError."""
    content = b"".join(body for _, body in pages)
    new = bytearray(content)
    version = int.from_bytes(content[8:10], "little")
    if version == _WITHOUT_OFFSETS:
        return
    if version != _WITH_OFFSETS:
        raise NotEditableError("Its Skeleton index has an unknown version, so nothing in it can be moved.")
    for start, end in _packets(pages):
        new[start:end] = _with_moved_offsets(content[start:end], by)
    at = 0
    for page, body in pages:
        changed = bytes(new[at : at + len(body)])
        at += len(body)
        if changed != body:
            data = ogg_pages.with_body(page, changed)
            yield Splice(start=page.offset, end=page.end, data=data)


def facts(pages: Pages, media: int) -> Iterator[tuple[str, str]]:
    """Yield the facts of a Skeleton, packet by packet; offsets count from the start of the media."""
    content = b"".join(body for _, body in pages)
    with_places = int.from_bytes(content[8:10], "little") == _WITH_OFFSETS
    for number, (start, end) in enumerate(_packets(pages)):
        packet = bytearray(content[start:end])
        offsets = list(_offsets(packet)) if with_places else []
        for at, length, _ in offsets:
            packet[at : at + length] = bytes(length)
        places = "".join(f", {place - media if place else 0:+d}" for _, _, place in offsets)
        yield f"packet {number}", parsing.digest_bytes(bytes(packet)) + places


def _packets(pages: Pages) -> Iterator[tuple[int, int]]:
    """Yield start and end of each packet in the content of the pages."""
    start = at = 0
    for page, _ in pages:
        for length in page.lacing:
            at += length
            if length < 255:
                yield start, at
                start = at


def _with_moved_offsets(packet: bytes, by: int) -> bytes:
    """Return a packet with its offsets increased by `by`."""
    new = bytearray(packet)
    for at, length, place in _offsets(packet):
        if place:
            new[at : at + length] = _encoded_offset(place + by, length, is_fixed=packet.startswith(MAGIC))
    return bytes(new)


def _offsets(packet: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Yield each file offset of a packet: its place, its width in bytes, and its value."""
    if packet.startswith(MAGIC) and len(packet) >= _LENGTH + 16:
        for at in (_LENGTH, _LENGTH + 8):
            yield at, 8, struct.unpack_from("<q", packet, at)[0]
    if packet.startswith(_INDEX) and len(packet) > _POINTS and any(packet[10:18]):
        # Seven bits per byte, the lowest first; the last byte has its highest bit set.
        value, at = 0, _POINTS
        while at < len(packet):
            value |= (packet[at] & 0x7F) << 7 * (at - _POINTS)
            at += 1
            if packet[at - 1] & 0x80:
                break
        yield _POINTS, at - _POINTS, value


def _encoded_offset(place: int, length: int, *, is_fixed: bool) -> bytes:
    if place < 0 or place >> (63 if is_fixed else 7 * length):
        raise NotEditableError("Its Skeleton index cannot hold larger offsets.")
    if is_fixed:
        return struct.pack("<q", place)
    digits = [place >> 7 * index & 0x7F for index in range(length)]
    return bytes([*digits[:-1], digits[-1] | 0x80])
