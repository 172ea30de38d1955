"""
The Skeleton of an Ogg file: a stream that describes the others, and in version 4 tells of places in the file.

Its first packet (`fishead`) tells how long the file is and where its media begin; a packet `index` tells for one stream
where its key pictures are: a place, then the distances from one to the next (wiki.xiph.org/Ogg_Skeleton_4; Firefox
reads both).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.containers.ogg.pages import OggPage
from indexium_core.files.containers.shared import parsing
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.splices import Splice

__all__ = ["MAGIC", "facts", "moved"]

MAGIC = b"fishead\0"
_INDEX = b"index\0"
_LENGTH = 64  # where the first packet states the file's length, and then of the first byte of its media
_POINTS = 42  # where the key pictures of an index begin; their number is at byte 10
_WITHOUT_PLACES = 3  # version
_WITH_PLACES = 4

Pages = Sequence[tuple[OggPage, bytes]]


def moved(pages: Pages, by: int) -> Iterator[Splice]:
    """Yield what changes in a Skeleton once the media move by so many bytes. Raises NotUnderstoodError."""
    content = b"".join(body for _, body in pages)
    new = bytearray(content)
    version = int.from_bytes(content[8:10], "little")
    if version == _WITHOUT_PLACES:
        return
    if version != _WITH_PLACES:
        raise NotEditableError("The index of its pictures is of an unknown kind, so nothing in it is moved.")
    for start, end in _packets(pages):
        new[start:end] = _moved(content[start:end], by)
    at = 0
    for page, body in pages:
        changed = bytes(new[at : at + len(body)])
        at += len(body)
        if changed != body:
            data = ogg_pages.remade(page, changed)
            yield Splice(start=page.offset, end=page.end, data=data)


def facts(pages: Pages, media: int) -> Iterator[tuple[str, str]]:
    """Yield what a Skeleton says, packet by packet; places count from where the media start."""
    content = b"".join(body for _, body in pages)
    with_places = int.from_bytes(content[8:10], "little") == _WITH_PLACES
    for number, (start, end) in enumerate(_packets(pages)):
        packet = bytearray(content[start:end])
        told = list(_places(packet)) if with_places else []
        for at, length, _ in told:
            packet[at : at + length] = bytes(length)
        places = "".join(f", {place - media if place else 0:+d}" for _, _, place in told)
        yield f"packet {number}", parsing.digest_of(bytes(packet)) + places


def _packets(pages: Pages) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each packet in the content of the pages."""
    start = at = 0
    for page, _ in pages:
        for length in page.lacing:
            at += length
            if length < 255:
                yield start, at
                start = at


def _moved(packet: bytes, by: int) -> bytes:
    """Return a packet whose places have moved."""
    new = bytearray(packet)
    for at, length, place in _places(packet):
        if place:
            new[at : at + length] = _written(place + by, length, is_fixed=packet.startswith(MAGIC))
    return bytes(new)


def _places(packet: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Yield where a packet holds a file position, in how many bytes, and the position."""
    if packet.startswith(MAGIC) and len(packet) >= _LENGTH + 16:
        for at in (_LENGTH, _LENGTH + 8):
            yield at, 8, struct.unpack_from("<q", packet, at)[0]
    if packet.startswith(_INDEX) and len(packet) > _POINTS and any(packet[10:18]):
        # Seven bits a byte, the lowest first; the highest bit is set in the last one.
        value, at = 0, _POINTS
        while at < len(packet):
            value |= (packet[at] & 0x7F) << 7 * (at - _POINTS)
            at += 1
            if packet[at - 1] & 0x80:
                break
        yield _POINTS, at - _POINTS, value


def _written(place: int, length: int, *, is_fixed: bool) -> bytes:
    if place < 0 or place >> (63 if is_fixed else 7 * length):
        raise NotEditableError("The index of its pictures cannot reach further.")
    if is_fixed:
        return struct.pack("<q", place)
    digits = [place >> 7 * index & 0x7F for index in range(length)]
    return bytes([*digits[:-1], digits[-1] | 0x80])
