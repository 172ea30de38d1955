"""
WebP: a RIFF file with chunks (Google, WebP Container Specification; RFC 9649).

The extended form starts with the chunk `VP8X`, whose flags name the metadata of the file; the XMP packet is the chunk
`XMP ` at the end. A new packet is appended there, or a packet at the end grows: no other chunk moves. A file without
`VP8X` gets this chunk, and a packet in the middle without room makes a new file necessary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexium_core.files.containers import Reader
from indexium_core.files.containers.photos.photo import (
    NO_ROOM,
    PADDING,
    PhotoParts,
    append_extent,
    kept_facts,
    padded,
    splice_in_room,
)
from indexium_core.files.containers.photos.xmp import XmpPacket
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.parsing import MAX_ELEMENTS, CutShortError, MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.files.media import Extent

_IMAGE = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10  # flags of VP8X
_FLAGS_AT = 20  # offset of the flags in an extended file
_FIRST = 12  # offset of the first chunk
_LARGEST = (1 << 32) - 2


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def read(reader: Reader) -> PhotoParts:
    """Return the parts of a photo. Raises CutShortError, MalformedHeaderError."""
    kept: list[tuple[str, Extent]] = []
    media: list[Extent] = []
    packet, slot, exif, obstacle = None, None, None, ""
    end = 8 + int.from_bytes(reader.read_at(4, 4), "little")
    if end > reader.size:
        raise CutShortError
    is_extended = reader.read_at(_FIRST, 4) == b"VP8X"
    for kind, start, body, stop in _chunks(reader, end):
        whole = Extent(start, stop - start)
        if kind in _IMAGE:
            append_extent(media, whole)
        elif kind == b"XMP " and slot is None:
            packet, slot = body, whole
        elif kind == b"EXIF" and exif is None:
            skipped = 6 if reader.read_at(body.offset, 6) == b"Exif\0\0" else 0
            exif = Extent(body.offset + skipped, max(0, body.length - skipped))
            kept.append(("EXIF", Extent(start, exif.offset - start)))
        elif kind != b"VP8X" or start != _FIRST:
            if kind == b"XMP ":
                obstacle = "The photo has two XMP packets, and programs do not agree which one is valid."
            kept.append((repr(kind), whole))
    if not media:
        raise MalformedHeaderError("it has no image data")
    if end < reader.size:
        kept.append(("behind the end", Extent(end, reader.size - end)))
    width, height, _ = _canvas(reader)
    return PhotoParts(
        width=width,
        height=height,
        payload=tuple(media),
        insert_at=end if is_extended else 0,
        exif=exif,
        packet=packet,
        slot=slot,
        kept=tuple(kept),
        obstacle=obstacle,
        not_writable="" if is_extended or slot is None else "The photo has XMP without the chunk VP8X.",
    )


def _chunks(reader: Reader, end: int) -> Iterator[tuple[bytes, int, Extent, int]]:
    """Yield kind, start, data and end (with the padding byte) of each chunk."""
    at = _FIRST
    for _ in range(MAX_ELEMENTS):
        if at >= end:
            return
        head = reader.read_at(at, 8)
        length = int.from_bytes(head[4:8], "little")
        stop = at + 8 + length + length % 2
        if len(head) < 8 or at + 8 + length > end:
            raise MalformedHeaderError("the sizes of its chunks contradict each other")
        yield head[:4], at, Extent(at + 8, length), min(stop, end)
        at = stop
    raise MalformedHeaderError("it has too many chunks")


def _canvas(reader: Reader) -> tuple[int, int, bool]:
    """Return width, height, and whether the image has transparency."""
    kind, data = reader.read_at(_FIRST, 4), reader.read_at(_FIRST + 8, 10)
    if kind == b"VP8X":
        sizes = int.from_bytes(data[4:7], "little"), int.from_bytes(data[7:10], "little")
        return sizes[0] + 1, sizes[1] + 1, bool(data[0] & _HAS_ALPHA)
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF, False


def facts(reader: Reader, parts: PhotoParts, masked: Sequence[Extent]) -> Iterator[tuple[str, str]]:
    """Yield the size of the canvas, the flags beside that of XMP, and the digests of all other chunks."""
    width, height, has_alpha = _canvas(reader)
    flags = reader.read_at(_FLAGS_AT, 1)[0] & ~_HAS_XMP if _is_extended(parts) else _HAS_ALPHA * has_alpha
    yield "canvas", f"{width} x {height}, flags {flags:02X}"
    yield from kept_facts(reader, parts, masked)


def in_place(reader: Reader, parts: PhotoParts, packet: XmpPacket) -> Sequence[Splice]:
    """Return the packet in the room of the old one, or at the end of the file; raises NotEditableError."""
    splice = splice_in_room(parts, packet)
    if splice is not None:
        return [splice]
    is_last = parts.slot is None or parts.slot.end == parts.insert_at
    if not _is_extended(parts) or not is_last or parts.insert_at != reader.size:
        raise NotEditableError(NO_ROOM)
    return _resized(reader, parts, packet)


def copy(reader: Reader, parts: PhotoParts, packet: XmpPacket, padding: int) -> Sequence[Splice]:
    """Return the packet in its chunk, or in a new one behind all others."""
    if _is_extended(parts):
        return _resized(reader, parts, packet, padding)
    width, height, has_alpha = _canvas(reader)
    flags = _HAS_XMP | (_HAS_ALPHA if has_alpha else 0)
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = _chunk(packet, padding)
    end = 8 + int.from_bytes(reader.read_at(4, 4), "little")
    fill = bytes(end % 2)  # a last chunk without its padding byte
    first = b"VP8X" + (10).to_bytes(4, "little") + bytes([flags, 0, 0, 0]) + canvas
    size = _size(end - 8 + len(first) + len(chunk) + len(fill))
    return [
        Splice(start=4, end=_FIRST, data=size + b"WEBP" + first),
        Splice(start=end, end=end, data=fill + chunk),
    ]


def _resized(reader: Reader, parts: PhotoParts, packet: XmpPacket, padding: int = PADDING) -> list[Splice]:
    """Return the changes for a packet of another length in an extended file."""
    chunk = _chunk(packet, padding)
    slot = parts.slot or Extent(parts.insert_at, 0)
    fill = bytes(slot.offset % 2)
    flags = reader.read_at(_FLAGS_AT, 1)[0] | _HAS_XMP
    size = _size(parts.insert_at - 8 - slot.length + len(fill) + len(chunk))
    return [
        Splice(start=4, end=8, data=size),
        Splice(start=_FLAGS_AT, end=_FLAGS_AT + 1, data=bytes([flags])),
        Splice(start=slot.offset, end=slot.end, data=fill + chunk),
    ]


def _size(length: int) -> bytes:
    if length > _LARGEST:
        raise NotEditableError("The photo would be larger than 4 GB.")
    return length.to_bytes(4, "little")


def with_exif(
    reader: Reader, parts: PhotoParts, changes: Sequence[Splice], values: Sequence[Splice]
) -> Sequence[Splice]:
    """Return the changes and those within the EXIF block."""
    del reader, parts
    return [*changes, *values]


def _is_extended(parts: PhotoParts) -> bool:
    return parts.insert_at > 0


def _chunk(packet: XmpPacket, padding: int) -> bytes:
    data = padded(packet, padding)
    return b"XMP " + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)
