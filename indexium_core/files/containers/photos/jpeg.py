"""
JPEG: segments in front of the image data (ITU-T T.81; Exif 2.32; XMP part 3).

A segment is `FF`, a marker, a big-endian length that counts itself, and data. EXIF and XMP are segments APP1 with a
signature. The image data reach from the first `SOS` to the end of the file: so videos of motion photos, further images
and the trailers of cameras belong to them, are never written, and need no search for the end of the image.

A packet without room needs a new file. A new packet goes behind JFIF and EXIF, in front of everything else: so further
images, whose positions count from the segment `MPF`, stay where `MPF` says. Some cameras point from EXIF to a preview
behind the image: then the packet goes in front of EXIF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from indexium_core.files.containers import Reader
from indexium_core.files.containers.photos.photo import PhotoParts, kept_facts, only_in_room, padded
from indexium_core.files.containers.photos.xmp import XmpPacket
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.files.containers.shared.parsing import MAX_ELEMENTS, CutShortError, MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.files.media import Extent

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_EXIF = b"Exif\0\0"
_MAX_DATA = 65_533  # bytes of a segment's data
_APP0, _APP1, _APP2, _SOS, _EOI = 0xE0, 0xE1, 0xE2, 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without data
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BLOCK = 1 << 20
_SEAM = b"\xff\xd9\xff\xd8"  # end of an image, start of the next one
_END = np.frombuffer(_SEAM, np.uint16, 1)


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head[:3] == b"\xff\xd8\xff"


def read(reader: Reader) -> PhotoParts:
    """Return the parts of a photo. Raises CutShortError, MalformedHeaderError."""
    kept: list[tuple[str, Extent]] = []
    exif, packet, slot = None, None, None
    size, obstacle, extended = (0, 0), "", list[tuple[bytes, Extent]]()
    insert_at, is_front, media = 2, True, -1
    for marker, start, body, end in _segments(reader):
        data = reader.read_at(body, min(end - body, 80))
        is_xmp = marker == _APP1 and data.startswith(_XMP)
        is_exif = marker == _APP1 and data.startswith(_EXIF)
        is_front = is_front and (marker == _APP0 or is_exif)
        insert_at = end if is_front else insert_at
        if marker == _SOS:
            media = start
        elif is_xmp and packet is None:
            packet, slot = Extent(body + len(_XMP), end - body - len(_XMP)), Extent(start, end - start)
            continue
        elif is_exif and exif is None:
            exif = Extent(body + len(_EXIF), end - body - len(_EXIF))
            kept.append(("EXIF", Extent(start, body + len(_EXIF) - start)))
            continue
        elif is_xmp:
            obstacle = "The photo has two XMP packets, and programs do not agree which one is valid."
        elif marker in _FRAMES and len(data) >= 5:
            size = int.from_bytes(data[3:5], "big"), int.from_bytes(data[1:3], "big")
        elif marker == _APP1 and data.startswith(_EXTENDED) and end - body >= 75:
            extended.append((data[35:67] + data[71:75], Extent(body + 75, end - body - 75)))
        if media < 0:
            kept.append((f"segment {marker:02X}", Extent(start, end - start)))
    if media < 0:
        raise MalformedHeaderError("it has no image data")
    return PhotoParts(
        width=size[0],
        height=size[1],
        payload=(Extent(media, reader.size - media),),
        insert_at=insert_at,
        exif=exif,
        packet=packet,
        slot=slot,
        kept=tuple(kept),
        further=(tuple(where for _, where in sorted(extended, key=lambda each: each[0])),) if extended else (),
        obstacle=obstacle,
    )


def has_one_scan(reader: Reader, parts: PhotoParts) -> bool:
    """
    Return whether a photo is sequential and its first scan has all components (T.81, B.2.2 and B.2.3).

    A decoder keeps some rows of such a photo, and of every other photo all its coefficients.
    """
    frames = [where for name, where in parts.kept if name in {"segment C0", "segment C1"}]
    components = reader.read_at(parts.payload[0].offset + 4, 1)
    return len(frames) == 1 and reader.read_at(frames[0].offset + 9, 1) == components


def _segments(reader: Reader) -> Iterator[tuple[int, int, int, int]]:
    """Yield marker, start, start of the data and end of each segment, up to the first scan."""
    at = 2
    for _ in range(MAX_ELEMENTS):
        head = reader.read_at(at, 4)
        if len(head) < 4:
            raise CutShortError
        if head[0] != 0xFF:
            raise MalformedHeaderError("its segments contradict each other")
        if head[1] == 0xFF:  # a fill byte
            at += 1
            continue
        marker = head[1]
        if marker in _ALONE:
            yield marker, at, at + 2, at + 2
            at += 2
            continue
        length = int.from_bytes(head[2:4], "big")
        if marker in {0, _EOI} or length < 2:
            raise MalformedHeaderError("it has no image data")
        end = at + 2 + length
        if end > reader.size:
            raise CutShortError
        yield marker, at, at + 4, end
        if marker == _SOS:
            return
        at = end
    raise MalformedHeaderError("it has too many segments")


facts = kept_facts
in_place = only_in_room


def copy(reader: Reader, parts: PhotoParts, packet: XmpPacket, padding: int) -> Sequence[Splice]:
    """Return the packet in a new segment, in the place of the old one if there is one; raises NotEditableError."""
    body = _XMP + padded(packet, padding, limit=_MAX_DATA - len(_XMP))
    segment = bytes([0xFF, _APP1]) + (len(body) + 2).to_bytes(2, "big") + body
    has_preview = parts.exif is not None and not _has_images(reader, parts) and _has_preview(reader, parts)
    if parts.slot is None:
        at = _before_exif(parts) if has_preview else parts.insert_at
        return [Splice(start=at, end=at, data=segment)]
    images = next((where for name, where in parts.kept if _is_images(reader, name, where)), None)
    pointing = parts.exif if has_preview else images
    if pointing is not None and pointing.offset < parts.slot.offset:
        raise NotEditableError(
            "The photo has further images behind it, whose positions count from a part in front of the XMP packet."
        )
    return [Splice(start=parts.slot.offset, end=parts.slot.end, data=segment)]


def _is_images(reader: Reader, name: str, where: Extent) -> bool:
    return name == f"segment {_APP2:02X}" and reader.read_at(where.offset + 4, 4) == b"MPF\0"


def _has_images(reader: Reader, parts: PhotoParts) -> bool:
    return any(_is_images(reader, name, where) for name, where in parts.kept)


def _has_preview(reader: Reader, parts: PhotoParts) -> bool:
    """Return whether a second JPEG directly follows the image; within image data, `FF D9` cannot occur."""
    (media,) = parts.payload
    blocks = (reader.read_at(at, _BLOCK + len(_SEAM)) for at in range(media.offset, media.end, _BLOCK))
    return any(_has_end(block) and _SEAM in block for block in blocks)


def _has_end(block: bytes) -> bool:
    """Return whether a block has the marker of the end: two comparisons of words take a fifth of a search."""
    halves = (np.frombuffer(block, np.uint16, (len(block) - start) // 2, start) for start in (0, 1) if len(block) > 1)
    return any(bool((words == _END).any()) for words in halves)


def _before_exif(parts: PhotoParts) -> int:
    return next((where.offset for name, where in parts.kept if name == "EXIF"), parts.insert_at)


def with_exif(
    reader: Reader, parts: PhotoParts, changes: Sequence[Splice], values: Sequence[Splice]
) -> Sequence[Splice]:
    """Return the changes and those within the EXIF block."""
    del reader, parts
    return [*changes, *values]
