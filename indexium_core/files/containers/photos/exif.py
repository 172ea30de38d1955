"""
EXIF blocks and TIFF directories: the values that photos show, and the bytes of the ratings (TIFF 6.0; Exif 2.32).

A block starts with its byte order; offsets count from there. Nothing is trusted: a directory or a value outside the
block is skipped, a directory is visited once, and all counts have limits. Only values of existing entries are changed.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from indexium_core.files.containers import Reader
from indexium_core.files.containers.photos import xmp_fields
from indexium_core.model.files.media import Extent

__all__ = ["PERCENT", "RATING", "ExifFacts", "TiffBlock", "TiffEntry", "read_exif"]

RATING, PERCENT = 0x4746, 0x4749  # the stars and the percentage of Windows, in the first directory
_ORIENTATION, _MAKE, _MODEL, _CHANGED = 0x0112, 0x010F, 0x0110, 0x0132
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _DIGITIZED, _LENS = 0x9003, 0x9004, 0xA434
_OFFSETS = {_TAKEN: (0x9291, 0x9011), _DIGITIZED: (0x9292, 0x9012), _CHANGED: (0x9290, 0x9010)}  # fraction, zone

_MAX_ENTRIES = 1_000
_MAX_TEXT = 4096
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}
_DATE = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_ZONE = re.compile(r"Z|[+-]\d\d:\d\d", re.ASCII)


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
    ratings: Mapping[int, tuple[Extent, int]] = field(default_factory=dict)  # RATING, PERCENT: where in the file, value
    order: str = ""  # "<" or ">"; "" without a readable block

    @property
    def other_ratings(self) -> list[tuple[str, str]]:
        """The stars of each rating, with its place."""
        found = []
        if RATING in self.ratings:
            stars = self.ratings[RATING][1]
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
    return ExifFacts(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        taken=_taken(block, main, exif),
        camera=_camera(block.text(main.get(_MAKE)), block.text(main.get(_MODEL))),
        lens=block.text(exif.get(_LENS)),
        gps=_position(block, gps),
        ratings=dict(_ratings(block, main)),
        order=block.order,
    )


def _sub_directory(block: TiffBlock, pointer: TiffEntry | None) -> dict[int, TiffEntry]:
    offsets = block.numbers(pointer, 1) if pointer is not None else ()
    directory = block.directory(offsets[0]) if offsets and offsets[0] != block.first else None
    return {entry.tag: entry for entry in reversed(directory[0])} if directory else {}


def _ratings(block: TiffBlock, main: Mapping[int, TiffEntry]) -> Iterator[tuple[int, tuple[Extent, int]]]:
    for tag in (RATING, PERCENT):
        entry = main.get(tag)
        if entry is not None and (entry.type, entry.count) == (3, 1):
            yield tag, (Extent(block.where.offset + entry.at, 2), block.numbers(entry)[0])


def _camera(make: str, model: str) -> str:
    return model if not make or model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _taken(block: TiffBlock, main: Mapping[int, TiffEntry], exif: Mapping[int, TiffEntry]) -> str:
    """Return the moment of the photo: of the first date that is valid, in the order of the MWG guidelines."""
    for tag, entries in ((_TAKEN, exif), (_DIGITIZED, exif), (_CHANGED, main)):
        found = _DATE.fullmatch(block.text(entries.get(tag)))
        if not found:
            continue
        date = "{}-{}-{}T{}:{}:{}".format(*found.groups()[:6])
        try:
            datetime.fromisoformat(date)
        except ValueError:
            continue
        fraction, zone = (block.text(exif.get(each)) for each in _OFFSETS[tag])
        digits = fraction.rstrip("0") if fraction.isascii() and fraction.isdigit() else ""
        zone = found[7] or (zone if _ZONE.fullmatch(zone) else "")
        return f"{date}{f'.{digits}' if digits else ''}{zone}"
    return ""


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
