"""
PNG: chunks of a length, a type, data and a checksum (W3C PNG, third edition; XMP part 3).

The XMP packet is the international text (`iTXt`) with the keyword `XML:com.adobe.xmp`. EXIF is the chunk `eXIf`. The
image data are the chunks `IDAT`, in an animation also `fcTL` and `fdAT`, from the first to the last one of a run. A new
packet goes behind the header, in front of every other chunk. A compressed packet becomes an uncompressed one.

The second reader of a written photo (`files.verify.pictures`) reads the texts and the ICC profile in front of the
image: less than 1 MB each when expanded, and 64 MB together. A photo with more cannot be verified, so it is not
written.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from indexium_core.files.containers import Reader
from indexium_core.files.containers.photos.photo import NO_ROOM, PhotoParts, append_extent, kept_facts, padded
from indexium_core.files.containers.photos.xmp import XmpPacket
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.files.media import Extent

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"XML:com.adobe.xmp\0"
_TEXT = _KEYWORD + bytes(4)  # uncompressed, without language and translation
_IMAGE = frozenset({b"IDAT", b"fcTL", b"fdAT"})
_MAX_CHUNKS = 200_000
_TEXTS = {repr(kind): kind for kind in (b"tEXt", b"zTXt", b"iTXt", b"iCCP")}
_MAX_TEXT = 1 << 20  # bytes of an expanded text or profile
_MAX_TEXTS = 64 << 20  # bytes of all texts
_TOO_MUCH_TEXT = (
    "The photo has a text or a color profile of 1 MB or more, or texts of more than 64 MB together, which the check "
    "after a write does not read."
)
_BLOCK = 64 * 1024


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head[:8] == _SIGNATURE


def read(reader: Reader) -> PhotoParts:
    """Return the parts of a photo. Raises CutShortError, MalformedHeaderError."""
    kept: list[tuple[str, Extent]] = []
    media: list[Extent] = []
    packet, slot, exif, obstacle = None, None, None, ""
    size, first = (0, 0), 0
    for kind, start, end in _chunks(reader):
        body = Extent(start + 8, end - start - 12)
        if kind in _IMAGE:
            append_extent(media, Extent(start, end - start))
            continue
        if kind == b"IHDR" and start == 8:
            size = _number(reader, body.offset), _number(reader, body.offset + 4)
            first = end
        if kind == b"iTXt" and reader.read_at(body.offset, len(_KEYWORD)) == _KEYWORD:
            if slot is not None:
                obstacle = "The photo has two XMP packets, and programs do not agree which one is valid."
            elif reader.read_at(body.offset, len(_TEXT)) != _TEXT or body.length < len(_TEXT):
                obstacle = "The XMP packet of the photo is compressed, or has a language."
            else:
                packet = Extent(body.offset + len(_TEXT), body.length - len(_TEXT))
                slot = Extent(start, end - start)
                continue
        elif kind == b"eXIf" and exif is None:
            exif = body
            kept.append(("eXIf", Extent(start, 8)))
            continue
        kept.append((repr(kind), Extent(start, end - start)))
        last = end
    if not first or not media:
        raise MalformedHeaderError("it has no image data")
    last = max(last, media[-1].end, slot.end if slot else 0)
    if last < reader.size:
        kept.append(("behind the end", Extent(last, reader.size - last)))
    return PhotoParts(
        width=size[0],
        height=size[1],
        payload=tuple(media),
        insert_at=first,
        exif=exif,
        packet=packet,
        slot=slot,
        kept=tuple(kept),
        obstacle=obstacle,
        not_writable=_TOO_MUCH_TEXT if _has_too_much_text(reader, kept, media[0].offset) else "",
    )


def _chunks(reader: Reader) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk, up to the last one."""
    at = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        head = reader.read_at(at, 8)
        if len(head) < 8:
            raise CutShortError
        end = at + 12 + int.from_bytes(head[:4], "big")
        if end > reader.size:
            raise CutShortError
        if not head[4:].isalpha():
            raise MalformedHeaderError("the sizes of its chunks contradict each other")
        yield head[4:], at, end
        if head[4:] == b"IEND":
            return
        at = end
    raise MalformedHeaderError("it has too many chunks")


def _has_too_much_text(reader: Reader, chunks: Sequence[tuple[str, Extent]], image: int) -> bool:
    """Return whether the texts and the profile in front of the image are too long for the second reader."""
    total = 0
    for kind, place in chunks:
        if kind in _TEXTS and place.offset < image and total <= _MAX_TEXTS:
            total += _text_length(reader, _TEXTS[kind], Extent(place.offset + 8, place.length - 12))
    return total > _MAX_TEXTS


def _text_length(reader: Reader, kind: bytes, body: Extent) -> int:
    """Return the length of an expanded text or ICC profile, more than `_MAX_TEXTS` if it alone is too long."""
    head = reader.read_at(body.offset, min(body.length, _BLOCK))
    _, _, rest = head.partition(b"\0")  # the keyword
    if kind == b"tEXt" or (kind == b"iTXt" and rest[:1] != b"\1"):
        return body.length
    # Behind the keyword: of iTXt flag, method, language and translated keyword; of the others the method.
    data = rest[2:].split(b"\0", 2)[-1] if kind == b"iTXt" else rest[1:]
    expansion, length, at = zlib.decompressobj(), 0, body.offset + len(head)
    try:
        while data and not expansion.eof:
            length += len(expansion.decompress(data, _MAX_TEXT - length))
            if length >= _MAX_TEXT:
                return _MAX_TEXTS + 1
            data = reader.read_at(at, min(_BLOCK, body.end - at))
            at += len(data)
    except zlib.error:  # the second reader takes it for an empty text
        return 0
    return length


def _number(reader: Reader, at: int) -> int:
    return int.from_bytes(reader.read_at(at, 4), "big")


facts = kept_facts


def in_place(reader: Reader, parts: PhotoParts, packet: XmpPacket) -> Sequence[Splice]:
    """Return the packet in the room of the old one, with its checksum; raises NotEditableError."""
    del reader
    data = packet.bytes_for(parts.packet.length) if parts.packet else None
    if parts.slot is None or data is None or _is_behind(parts):
        raise NotEditableError(NO_ROOM)
    return [Splice(start=parts.slot.offset, end=parts.slot.end, data=_chunk(b"iTXt", _TEXT + data))]


def copy(reader: Reader, parts: PhotoParts, packet: XmpPacket, padding: int) -> Sequence[Splice]:
    """Return the packet in a new chunk behind the header, without the old one."""
    del reader
    chunk = _chunk(b"iTXt", _TEXT + padded(packet, padding))
    if parts.slot is None:
        return [Splice(start=parts.insert_at, end=parts.insert_at, data=chunk)]
    if not _is_behind(parts):
        return [Splice(start=parts.slot.offset, end=parts.slot.end, data=chunk)]
    return [
        Splice(start=parts.insert_at, end=parts.insert_at, data=chunk),
        Splice(start=parts.slot.offset, end=parts.slot.end, data=b""),
    ]


def with_exif(
    reader: Reader, parts: PhotoParts, changes: Sequence[Splice], values: Sequence[Splice]
) -> Sequence[Splice]:
    """Return the changes, and the chunk `eXIf` with new values and its checksum."""
    assert parts.exif is not None
    data = bytearray(reader.read_at(parts.exif.offset, parts.exif.length))
    for each in values:
        data[each.start - parts.exif.offset : each.end - parts.exif.offset] = each.data
    chunk = _chunk(b"eXIf", bytes(data))
    return [*changes, Splice(start=parts.exif.offset - 8, end=parts.exif.end + 4, data=chunk)]


def _is_behind(parts: PhotoParts) -> bool:
    """Return whether the packet lies behind the image, where many programs do not read it."""
    return parts.slot is not None and parts.slot.offset > parts.payload[0].offset


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
