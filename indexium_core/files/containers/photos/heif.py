"""
HEIF: HEIC and AVIF, pictures in ISO base media boxes (ISO/IEC 23008-12; ISO/IEC 14496-12; AV1 Image File Format).

A file has items: pictures, tiles, EXIF and XMP. The box `meta` names the type (`iinf`), the places (`iloc`), the
relations (`iref`) and the properties (`iprp`) of each item. The rotation of a picture is a property; the orientation in
EXIF only repeats it, so it does not count.

Nothing in a file ever moves: a packet is written only where it lies, in one range of `mdat` that belongs to it alone.
Everything beside the image data, the packet and the EXIF block must stay byte for byte.
"""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.bmff import boxes
from indexium_core.files.containers.photos.photo import PhotoParts, StillPictures, kept_facts, only_in_room
from indexium_core.files.containers.shared.parsing import CutShortError, MalformedHeaderError
from indexium_core.files.containers.shared.splices import Splice
from indexium_core.model.files.media import Extent

_XMP_TYPE = b"application/rdf+xml"
_CODED = frozenset({b"hvc1", b"hev1", b"av01"})  # types of pictures without tiles
_MAX_TILES = 1_000
_METADATA = frozenset({b"Exif", b"mime", b"uri "})  # types of items without image data
_IN_FILE, _IN_IDAT = 0, 1  # construction methods
_MAX_META = boxes.MAX_BESIDE
_MAX_ITEMS = 10_000
_MAX_RANGES = 100_000  # of all items; also the limit of references of one kind
_ONLY_SEQUENCE = "The file has a sequence of pictures and no single picture."
_QUARTER_TURNS = {0: 1, 1: 8, 2: 3, 3: 6}  # anticlockwise quarter turns, and the EXIF orientation that equals them


@dataclass(slots=True, kw_only=True)
class _Item:
    """An item; `extents` are its ranges in the file, empty if it has none there."""

    kind: bytes = b""
    content: bytes = b""  # the MIME type
    encoding: bytes = b""  # of the content, as in HTTP
    is_protected: bool = False
    method: int = _IN_FILE
    is_elsewhere: bool = False  # in another file
    extents: tuple[Extent, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Meta:
    """The content of the box `meta`."""

    items: dict[int, _Item] = field(default_factory=dict)
    primary: int = 0
    described: set[tuple[int, int]] = field(default_factory=set)  # an item of metadata, and the item that it describes
    thumbnails: list[tuple[int, int]] = field(default_factory=list)  # a small picture, and the item that it shows
    tiles: list[tuple[int, int]] = field(default_factory=list)  # a picture made of tiles, and each tile in order
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    used: dict[int, list[int]] = field(default_factory=dict)  # the properties of each item, counted from 1


def recognises(head: bytes) -> bool:
    """Check the first bytes."""
    return head[4:8] == b"ftyp" and head[8:12] in boxes.PICTURE_BRANDS


def read(reader: Reader) -> PhotoParts:
    """Return the parts of a photo. Raises CutShortError, MalformedHeaderError."""
    outline = boxes.outline(reader)
    if outline.damage:
        raise CutShortError
    top = next((box for box in outline.boxes if box.kind == b"meta"), None)
    if top is None and any(box.kind == b"moov" for box in outline.boxes):
        return PhotoParts(width=0, height=0, payload=(Extent(0, reader.size),), obstacle=_ONLY_SEQUENCE)
    if top is None or top.size > _MAX_META:
        raise MalformedHeaderError("it has no list of its pictures (meta)")
    try:
        meta = _meta(reader.read_at(top.start, top.size), top)
    except (boxes.MalformedBoxError, struct.error, IndexError, ValueError):
        raise MalformedHeaderError("the list of its pictures (meta) is malformed") from None
    payload = _joined(each for item in meta.items.values() if item.kind not in _METADATA for each in item.extents)
    if meta.primary not in meta.items or not payload:
        raise MalformedHeaderError("it has no image data")
    if any(each.end > reader.size for item in meta.items.values() for each in item.extents):
        raise CutShortError
    media = [Extent(box.body, box.end - box.body) for box in outline.boxes if box.kind == b"mdat"]
    width, height, orientation = _shape(meta)
    own, others = _packets(meta)
    exif = _exif(reader, meta)
    pieces = own[0].extents if own else ()
    packet = pieces[0] if len(pieces) == 1 else None
    return PhotoParts(
        width=width,
        height=height,
        orientation=orientation,
        stills=_stills(reader, meta),
        payload=payload,
        exif=exif,
        packet=packet,
        pieces=pieces,
        kept=tuple(_kept(outline, reader.size, _joined([*payload, *([packet] if packet else [])]), exif)),
        further=tuple(item.extents for item in others),
        obstacle=_obstacle(own),
        not_writable=_place_problem(meta, own, media, exif),
    )


# The box `meta`


def _meta(data: bytes, top: boxes.Box) -> _Meta:
    """Return what `meta` contains, all ranges counted from the start of the file; raises on malformed boxes."""
    if len(data) < top.size:
        raise boxes.MalformedBoxError
    found = {kind: (start, end) for kind, start, end in boxes.parts(data, top.header + 4, top.size)}
    idat = found.get(b"idat", (0, 0))
    meta = _Meta(
        items=_item_infos(data, *found[b"iinf"]) if b"iinf" in found else {},
        primary=_numbers(data, found[b"pitm"])[0] if b"pitm" in found else 0,
    )
    if b"iloc" in found:
        _locate(data, *found[b"iloc"], meta.items, Extent(top.start + idat[0], idat[1] - idat[0]))
    if b"iref" in found:
        meta.described = set(_references(data, *found[b"iref"], b"cdsc"))
        meta.thumbnails = list(_references(data, *found[b"iref"], b"thmb"))
        meta.tiles = list(_references(data, *found[b"iref"], b"dimg"))
    if b"iprp" in found:
        for kind, start, end in boxes.parts(data, *found[b"iprp"]):
            if kind == b"ipco":
                meta.properties = [(name, data[at:stop]) for name, at, stop in boxes.parts(data, start, end)]
            elif kind == b"ipma":
                _associate(data, start, end, meta.used)
    return meta


def _numbers(data: bytes, where: tuple[int, int]) -> tuple[int, ...]:
    """Return the number in a box with a version: of 16 bits, in later versions of 32."""
    return struct.unpack_from(">I" if data[where[0]] else ">H", data, where[0] + 4)


def _item_infos(data: bytes, start: int, end: int) -> dict[int, _Item]:
    items: dict[int, _Item] = {}
    for kind, at, stop in boxes.parts(data, start + (8 if data[start] else 6), end):
        version = data[at]
        if kind != b"infe" or version < 2:
            continue
        number, protection, name = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", data, at + 4)
        texts = [*data[at + (12 if version == 2 else 14) : stop].split(b"\0"), b"", b"", b""]
        content, encoding = (texts[1], texts[2]) if name == b"mime" else (b"", b"")
        items[number] = _Item(kind=name, content=content, encoding=encoding, is_protected=bool(protection))
        if len(items) > _MAX_ITEMS:
            raise boxes.MalformedBoxError
    return items


def _locate(data: bytes, start: int, end: int, items: Mapping[int, _Item], idat: Extent) -> None:
    """Set the ranges of the items (`iloc`)."""
    version, sizes = data[start], data[start + 4 : start + 6]
    lengths = [sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4, sizes[1] & 15 if version else 0]
    of_offset, of_length, of_base, of_index = lengths
    cursor = _BoxNumbers(data, start + 6, end)
    wide = 4 if version == 2 else 2
    ranges = 0
    for _ in range(_count(cursor.number(wide), _MAX_ITEMS)):
        item = items.get(cursor.number(wide), _Item())
        item.method = cursor.number(2) & 15 if version else _IN_FILE
        item.is_elsewhere = cursor.number(2) != 0
        base = cursor.number(of_base)
        extents = []
        count = cursor.number(2)
        ranges = _count(ranges + count, _MAX_RANGES)  # numbers without bytes never reach the end of the box
        for _ in range(count):
            cursor.number(of_index)
            extents.append((base + cursor.number(of_offset), cursor.number(of_length)))
        if item.is_elsewhere or item.method not in {_IN_FILE, _IN_IDAT}:
            continue
        first = idat.offset if item.method == _IN_IDAT else 0
        item.extents = tuple(Extent(first + at, length) for at, length in extents if length)


def _count(number: int, limit: int) -> int:
    """Return a number of entries; raises MalformedBoxError above the limit."""
    if number > limit:
        raise boxes.MalformedBoxError
    return number


class _BoxNumbers:
    """Numbers of a box, one after the other."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def number(self, length: int) -> int:
        """Return the next number of `length` bytes; 0 for a number without bytes."""
        self._at += length
        if self._at > self._end:
            raise boxes.MalformedBoxError
        return int.from_bytes(self._data[self._at - length : self._at], "big")


def _references(data: bytes, start: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Yield the pairs of items with a kind of reference."""
    wide = 4 if data[start] else 2
    total = 0
    for kind, at, stop in boxes.parts(data, start + 4, end):
        if kind != wanted:
            continue
        cursor = _BoxNumbers(data, at, stop)
        source, count = cursor.number(wide), cursor.number(2)
        total = _count(total + count, _MAX_RANGES)
        for _ in range(count):
            yield source, cursor.number(wide)


def _associate(data: bytes, start: int, end: int, used: dict[int, list[int]]) -> None:
    """Add the properties of each item (`ipma`)."""
    version, is_wide = data[start], data[start + 3] & 1
    cursor = _BoxNumbers(data, start + 4, end)
    for _ in range(_count(cursor.number(4), _MAX_ITEMS)):
        properties = used.setdefault(cursor.number(4 if version else 2), [])
        for _ in range(cursor.number(1)):
            properties.append(cursor.number(2) & 0x7FFF if is_wide else cursor.number(1) & 0x7F)


# The parts


def _shape(meta: _Meta) -> tuple[int, int, int]:
    """Return width and height of the primary picture before its rotation, and the EXIF orientation that equals it."""
    width, height, orientation = 0, 0, 1
    for number in meta.used.get(meta.primary, []):
        kind, data = meta.properties[number - 1] if 0 < number <= len(meta.properties) else (b"", b"")
        if kind == b"ispe" and len(data) >= 12:
            width, height = struct.unpack_from(">II", data, 4)
        elif kind == b"clap" and len(data) >= 16:
            wide, wide_by, high, high_by = struct.unpack_from(">IIII", data)
            if wide_by and high_by:
                width, height = wide // wide_by, high // high_by
        elif kind == b"irot" and data:
            orientation = _QUARTER_TURNS[data[0] & 3]
    return width, height, orientation


def _stills(reader: Reader, meta: _Meta) -> StillPictures:
    """Return the pictures to decode for a thumbnail: the photo, its thumbnail in the file, or its tiles."""
    small = [number for number, shown in meta.thumbnails if shown == meta.primary]
    for number in (meta.primary, *small):
        if number in meta.items and meta.items[number].kind in _CODED:
            return StillPictures(numbers=(number,))
    primary = meta.items[meta.primary]
    tiles = tuple(tile for number, tile in meta.tiles if number == meta.primary)
    head = reader.read_at(primary.extents[0].offset, 4) if primary.kind == b"grid" and primary.extents else b""
    is_whole = len(head) == 4 and len(tiles) == (head[2] + 1) * (head[3] + 1) and len(tiles) <= _MAX_TILES
    return StillPictures(numbers=tiles, columns=head[3] + 1, is_turned=False) if is_whole else StillPictures()


def _packets(meta: _Meta) -> tuple[list[_Item], list[_Item]]:
    """Return the XMP items of the primary picture, and those of other pictures."""
    found = [number for number, item in meta.items.items() if (item.kind, item.content) == (b"mime", _XMP_TYPE)]
    own = [number for number in found if (number, meta.primary) in meta.described]
    if not own and len(found) == 1 and not any(source == found[0] for source, _ in meta.described):
        own = found
    return [meta.items[number] for number in own], [meta.items[each] for each in found if each not in own]


def _exif(reader: Reader, meta: _Meta) -> Extent | None:
    """Return the EXIF block of the primary picture, from its byte order on."""
    found = [number for number, item in meta.items.items() if item.kind == b"Exif"]
    own = [number for number in found if (number, meta.primary) in meta.described] or found
    item = meta.items[own[0]] if own else None
    if item is None or len(item.extents) != 1 or item.is_protected or item.extents[0].length < 12:
        return None
    (where,) = item.extents
    skipped = 4 + int.from_bytes(reader.read_at(where.offset, 4), "big")
    return Extent(where.offset + skipped, where.length - skipped) if skipped + 8 <= where.length else None


def _joined(extents: Iterator[Extent] | Sequence[Extent]) -> tuple[Extent, ...]:
    """Return ranges in file order; those that touch are joined."""
    joined: list[Extent] = []
    for each in sorted(extents, key=lambda extent: extent.offset):
        if joined and each.offset <= joined[-1].end:
            joined[-1] = Extent(joined[-1].offset, max(joined[-1].end, each.end) - joined[-1].offset)
        else:
            joined.append(each)
    return tuple(joined)


def _kept(
    outline: boxes.Outline, size: int, changing: Sequence[Extent], exif: Extent | None
) -> Iterator[tuple[str, Extent]]:
    """Yield everything in a file beside its image data, its packet and its EXIF block."""
    at, starts = 0, [box.start for box in outline.boxes]
    for each in [*_joined([*changing, *([exif] if exif else [])]), Extent(size, 0)]:
        while at < each.offset:
            last = bisect.bisect(starts, at) - 1
            box = outline.boxes[last] if last >= 0 and at < outline.boxes[last].end else None
            end = min(each.offset, box.end if box else size)
            yield (repr(box.kind) if box else "behind the end"), Extent(at, end - at)
            at = end
        at = max(at, each.end)


def _obstacle(own: Sequence[_Item]) -> str:
    """Return why the packet of a photo cannot be read with certainty, as a sentence."""
    if len(own) > 1:
        return "The photo has two XMP packets, and programs do not agree which one is valid."
    if own and (own[0].encoding or own[0].is_protected or not own[0].extents):
        return "The XMP packet of the photo is compressed, encrypted, or in another file."
    return ""


def _place_problem(meta: _Meta, own: Sequence[_Item], media: Sequence[Extent], exif: Extent | None) -> str:
    """Return why a packet cannot be written where it lies, as a sentence; a photo without a packet has no problem."""
    if not own or not own[0].extents:
        return ""
    item, where = own[0], own[0].extents[0]
    is_in_media = any(each.offset <= where.offset and where.end <= each.end for each in media)
    if len(item.extents) != 1 or item.method != _IN_FILE or not is_in_media:
        return "The XMP packet of the photo is in several parts, or outside the media data (mdat)."
    others = [each for other in meta.items.values() if other is not item for each in other.extents]
    others += [exif] if exif else []
    is_shared = any(each.offset < where.end and where.offset < each.end for each in others)
    return "The XMP packet of the photo shares its bytes with another part." if is_shared else ""


# Writing

facts = kept_facts
in_place = only_in_room


def with_exif(
    reader: Reader, parts: PhotoParts, changes: Sequence[Splice], values: Sequence[Splice]
) -> Sequence[Splice]:
    """Return the changes and those within the EXIF block."""
    del reader, parts
    return [*changes, *values]
