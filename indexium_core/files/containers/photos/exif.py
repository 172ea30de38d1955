"""
EXIF blocks and TIFF directories: the values that photos show, and the bytes of the ratings (TIFF 6.0; Exif 2.32).

A block starts with its byte order; offsets count from there. Nothing is trusted: a directory or a value outside the
block is skipped, a directory is visited once, and all counts have limits. Only values of existing entries are changed.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.files.containers import Reader
from indexium_core.files.containers.photos import xmp_fields
from indexium_core.files.containers.photos.photo_dates import DIGITIZED, TAKEN, ExifDate, ExifText
from indexium_core.model.fields.table import CREATION_TIME, RATING
from indexium_core.model.files.media import Extent

STARS, PERCENT = 0x4746, 0x4749  # the stars and the percentage of Windows, in the first directory
_ORIENTATION, _MAKE, _MODEL, _CHANGED = 0x0112, 0x010F, 0x0110, 0x0132
_EXIF, _GPS = 0x8769, 0x8825
_LENS, _INTEROPERABILITY = 0xA434, 0xA005
_PARTS = {TAKEN: (0x9291, 0x9011), DIGITIZED: (0x9292, 0x9012), _CHANGED: (0x9290, 0x9010)}  # fraction, zone
_DATE_LENGTH = len("2019:07:31 18:30:00")

_MAX_ENTRIES = 1_000
_MAX_TEXT = 4096
_MAX_DATE = 64  # bytes of a date with its NUL
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TiffEntry:
    """An entry of a directory; `at` is the offset of its value in the block."""

    tag: int
    type: int
    count: int
    at: int

    @property
    def length(self) -> int:
        """The bytes of the value."""
        return _SIZES.get(self.type, 0) * self.count


class TiffBlock:
    """A TIFF structure in a range of a file; `order` is "" if it is none."""

    def __init__(self, reader: Reader, where: Extent) -> None:
        self._reader, self.where = reader, where
        head = self.read(0, 8)
        self.order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4], "") if len(head) == 8 else ""
        self.first = self.number(head[4:8]) if self.order else 0

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the block; fewer at its end."""
        length = max(0, min(length, self.where.length - offset))
        return self._reader.read_at(self.where.offset + offset, length) if length and offset >= 0 else b""

    def number(self, data: bytes) -> int:
        """Return a number in the byte order of the block."""
        return int.from_bytes(data, "little" if self.order == "<" else "big")

    def directory(self, offset: int) -> tuple[tuple[TiffEntry, ...], int] | None:
        """Return the entries at an offset, and the offset of the next directory; None for a malformed directory."""
        head = self.read(offset, 2)
        count = self.number(head)
        data = self.read(offset + 2, 12 * count + 4) if len(head) == 2 and 0 < count <= _MAX_ENTRIES else b""
        if offset < 8 or len(data) < 12 * count or not data:
            return None
        entries = (self._entry(data[at : at + 12], offset + 2 + at) for at in range(0, 12 * count, 12))
        inside = tuple(each for each in entries if each.length and each.at + each.length <= self.where.length)
        return inside, self.number(data[12 * count : 12 * count + 4])

    def entry(self, offset: int) -> TiffEntry:
        """Return the entry at an offset; its value may lie outside the block."""
        return self._entry(self.read(offset, 12), offset)

    def _entry(self, data: bytes, offset: int) -> TiffEntry:
        tag, kind, number, value = struct.unpack(f"{self.order}HHII", data)
        entry = TiffEntry(tag=tag, type=kind, count=number, at=offset + 8)
        return TiffEntry(tag=tag, type=kind, count=number, at=value) if entry.length > 4 else entry

    def numbers(self, entry: TiffEntry, most: int = 16) -> tuple[int, ...]:
        """Return whole numbers of an entry, at most `most`."""
        code, count = _CODES.get(entry.type), min(entry.count, most)
        if code is None:
            return ()
        data = self.read(entry.at, _SIZES[entry.type] * count)
        return struct.unpack(f"{self.order}{count}{code}", data)

    def text(self, entry: TiffEntry | None) -> str:
        """Return a text up to its first NUL, without blanks at its ends."""
        if entry is None or entry.type not in {2, 7}:
            return ""
        data = self.read(entry.at, min(entry.length, _MAX_TEXT))
        return data.partition(b"\0")[0].decode("utf-8", "replace").strip()

    def rationals(self, entry: TiffEntry | None) -> tuple[float, ...]:
        """Return the fractions of an entry; nothing if a denominator is 0."""
        if entry is None or entry.type != 5 or entry.count > 16:
            return ()
        flat = struct.unpack(f"{self.order}{2 * entry.count}I", self.read(entry.at, entry.length))
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        return tuple(top / bottom for top, bottom in pairs) if all(bottom for _, bottom in pairs) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifFacts:
    """The values of a block that photos show."""

    orientation: int = 1  # 1 to 8; 5 to 8 swap width and height
    taken: str = ""  # "2019-07-04T10:11:12.07+02:00", with a fraction and a zone if they are known
    camera: str = ""
    lens: str = ""
    gps: tuple[float, float] | None = None  # latitude, longitude in degrees
    ratings: Mapping[int, tuple[Extent, int]] = field(default_factory=dict)  # STARS, PERCENT: where in the file, value
    dates: Mapping[int, ExifDate] = field(default_factory=dict)  # TAKEN, DIGITIZED, those that exist
    order: str = ""  # "<" or ">"; "" without a readable block

    def places_of(self, fields: Collection[str]) -> list[Extent]:
        """Return the bytes that a write of these fields may change."""
        places = [where for where, _ in self.ratings.values()] if RATING in fields else []
        for each in self.dates.values() if CREATION_TIME in fields else ():
            places += [text.where for text in (each.date, each.fraction, each.zone) if text is not None]
        return places

    @property
    def other_ratings(self) -> list[tuple[str, str]]:
        """The stars of each rating, with its place."""
        found = []
        if STARS in self.ratings:
            stars = self.ratings[STARS][1]
            found.append(("EXIF/Rating", str(stars) if 1 <= stars <= 5 else ""))
        if PERCENT in self.ratings:
            found.append(("EXIF/RatingPercent", xmp_fields.stars_of_percent(str(self.ratings[PERCENT][1]))))
        return found


def read_exif(reader: Reader, where: Extent | None) -> ExifFacts:
    """Return the facts of a block; a malformed block has none, and a malformed value is left out."""
    if where is None:
        return ExifFacts()
    block = TiffBlock(reader, where)
    directory = block.directory(block.first) if block.order else None
    if directory is None:
        return ExifFacts()
    main = {entry.tag: entry for entry in reversed(directory[0])}
    exif, gps = (_sub_directory(block, main.get(tag)) for tag in (_EXIF, _GPS))
    orientation = next(iter(block.numbers(main[_ORIENTATION], 1)), 1) if _ORIENTATION in main else 1
    # In the order of the MWG guidelines; the last one is the time of the last change.
    entries = {TAKEN: exif, DIGITIZED: exif, _CHANGED: main}
    all_dates = {tag: _date(block, entries[tag].get(tag), *map(exif.get, _PARTS[tag])) for tag in entries}
    return ExifFacts(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        taken=next((each.value for each in all_dates.values() if each.value), ""),
        camera=_camera(block.text(main.get(_MAKE)), block.text(main.get(_MODEL))),
        lens=block.text(exif.get(_LENS)),
        gps=_position(block, gps),
        ratings=dict(_ratings(block, main)),
        dates={tag: each for tag, each in all_dates.items() if tag != _CHANGED and each.date is not None},
        order=block.order,
    )


def _sub_directory(block: TiffBlock, pointer: TiffEntry | None) -> dict[int, TiffEntry]:
    offsets = block.numbers(pointer, 1) if pointer is not None else ()
    directory = block.directory(offsets[0]) if offsets and offsets[0] != block.first else None
    return {entry.tag: entry for entry in reversed(directory[0])} if directory else {}


def _ratings(block: TiffBlock, main: Mapping[int, TiffEntry]) -> Iterator[tuple[int, tuple[Extent, int]]]:
    for tag in (STARS, PERCENT):
        entry = main.get(tag)
        if entry is not None and (entry.type, entry.count) == (3, 1):
            yield tag, (Extent(block.where.offset + entry.at, 2), block.numbers(entry)[0])


def _camera(make: str, model: str) -> str:
    return model if not make or model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _date(block: TiffBlock, date: TiffEntry | None, fraction: TiffEntry | None, zone: TiffEntry | None) -> ExifDate:
    """Return a date of the block; an entry that is no text, or too short for a date, is left out."""

    def text(entry: TiffEntry | None) -> ExifText | None:
        if entry is None or entry.type not in {2, 7} or not 1 < entry.length <= _MAX_DATE:
            return None
        characters = block.read(entry.at, entry.length).partition(b"\0")[0].decode("latin-1")
        return ExifText(Extent(block.where.offset + entry.at, entry.length), characters)

    found = text(date)
    if found is None or found.where.length < _DATE_LENGTH:
        return ExifDate()
    return ExifDate(date=found, fraction=text(fraction), zone=text(zone))


def overlapping_entries(reader: Reader, where: Extent, ranges: Sequence[Extent]) -> bool:
    """Return whether bytes of entries belong to another part of the block, too, so that a write would change both."""
    block = TiffBlock(reader, where)
    main = block.directory(block.first)
    if main is None:
        return False
    entries = {entry.tag: entry for entry in reversed(main[0])}
    entries |= _sub_directory(block, entries.get(_EXIF))
    pointers = [block.numbers(entries[tag], 1) for tag in (_EXIF, _GPS, _INTEROPERABILITY) if tag in entries]
    used: list[tuple[int, int]] = []
    for offset in {block.first, main[1], *(each[0] for each in pointers if each)}:
        directory = block.directory(offset)
        if directory is not None:
            used += [(offset, 2), *((entry.at, entry.length) for entry in directory[0])]
            used += [(at, 8) for at in range(offset + 2, offset + 2 + 12 * len(directory[0]), 12)]
    starts = [(each.offset - where.offset, each.length) for each in ranges]
    return any(sum(at < start + length and start < at + size for at, size in used) != 1 for start, length in starts)


def _position(block: TiffBlock, gps: Mapping[int, TiffEntry]) -> tuple[float, float] | None:
    latitude, longitude = (
        _degrees(block.text(gps.get(ref)), block.rationals(gps.get(ref + 1)), negative)
        for ref, negative in ((1, "S"), (3, "W"))
    )
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _degrees(ref: str, parts: tuple[float, ...], negative: str) -> float | None:
    if len(parts) != 3:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return round(-degrees if ref.upper() == negative else degrees, 7)
