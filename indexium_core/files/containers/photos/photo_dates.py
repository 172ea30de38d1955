"""
The moment of a photo's recording: one value at several places of EXIF and XMP, which are read and written together.

The first place with a date is valid (MWG guidelines): EXIF `DateTimeOriginal`, then XMP `photoshop:DateCreated`, then
XMP `exif:DateTimeOriginal`. A place that agrees with it may add the fraction of the second and the time zone; a place
that contradicts it is a place of its own, which a write sets to the same value. The date of the digitization (EXIF
`CreateDate`, XMP `xmp:CreateDate`) is not the moment of the recording; a write changes it where both were equal.

EXIF has room for 19 characters, and separate entries for the fraction and the zone. No entry is added: what EXIF cannot
hold is in XMP alone. Blanks mean that a date is unknown (Exif 2.32, 4.6.5), and so do zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from indexium_core.files.containers.photos import xmp_editing
from indexium_core.files.containers.photos.xmp import XmpPacket
from indexium_core.files.containers.photos.xmp_editing import XmpTexts
from indexium_core.model.fields import values
from indexium_core.model.fields.field import XmpPlace
from indexium_core.model.fields.places import PHOTO_CREATED
from indexium_core.model.fields.table import CREATION_TIME, known_field
from indexium_core.model.files.media import Extent, FieldValue

TAKEN, DIGITIZED = 0x9003, 0x9004  # EXIF's dates

_ORIGINAL = XmpPlace(uris=("http://ns.adobe.com/exif/1.0/",), prefix="exif", name="DateTimeOriginal")
_DIGITIZED = XmpPlace(uris=("http://ns.adobe.com/xap/1.0/",), prefix="xmp", name="CreateDate")
PLACES = (PHOTO_CREATED, _ORIGINAL, _DIGITIZED)  # of XMP

_UNKNOWN = re.compile(r"[0:\-TZ+ ./]*", re.ASCII)  # zeros and blanks
_EXIF = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_ZONE = re.compile(r"Z|[+-]\d\d:\d\d", re.ASCII)
_PARTS = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_BLANK_DATE, _BLANK_ZONE = "    :  :     :  :  ", "   :  "
_SECOND = len("2019-07-31T18:30:00")


@dataclass(frozen=True, slots=True)
class ExifText:
    """A text of EXIF: its bytes in the file, and its characters up to the first NUL."""

    where: Extent
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifDate:
    """A date of EXIF: its entries; None for an entry that does not exist, or cannot hold its value."""

    date: ExifText | None = None
    fraction: ExifText | None = None
    zone: ExifText | None = None

    @property
    def value(self) -> str:
        """The canonical date and time, "" for an unknown or invalid one."""
        found = _EXIF.fullmatch(self.date.text.strip()) if self.date else None
        if found is None:
            return ""
        fraction = self.fraction.text.strip() if self.fraction else ""
        zone = self.zone.text.strip() if self.zone else ""
        zone = found[5] or (zone if _ZONE.fullmatch(zone) else "")
        digits = f".{fraction}" if fraction.isascii() and fraction.isdigit() else ""
        return _canonical(f"{found[1]}-{found[2]}-{found[3]}T{found[4]}{digits[:10]}{zone}")

    def after(self, value: str | None) -> ExifDate:
        """Return the entries with another canonical value; None: unknown. A part without room becomes unknown."""
        if self.date is None:
            return self
        parts = _PARTS.fullmatch(value or "")
        date, fraction, zone = _BLANK_DATE, "", ""
        if parts is not None:
            date = f"{parts[1].replace('-', ':')} {parts[2]}"
            fraction, zone = parts[3] or "", (parts[4] or "").replace("Z", "+00:00")
        return ExifDate(
            date=ExifText(self.date.where, date),
            fraction=_with_text(self.fraction, fraction, ""),
            zone=_with_text(self.zone, zone, _BLANK_ZONE),
        )

    def edits(self, value: str | None) -> Iterator[tuple[Extent, bytes]]:
        """Yield the bytes of the entries that get another text for a canonical value."""
        new = self.after(value)
        for old, each in ((self.date, new.date), (self.fraction, new.fraction), (self.zone, new.zone)):
            if old is not None and each is not None and old.text.strip() != each.text.strip():
                fill = b" " if each is new.fraction else b"\0"
                yield each.where, each.text.encode().ljust(each.where.length - 1, fill).ljust(each.where.length, b"\0")


def _with_text(entry: ExifText | None, text: str, blank: str) -> ExifText | None:
    """Return an entry with another text, or with blanks if it has no room for the text and its NUL."""
    if entry is None or text in (entry.text, entry.text.strip()):
        return entry
    room = entry.where.length - 1
    return ExifText(entry.where, text if text and len(text) <= room else blank[:room].ljust(room))


def exif_edits(dates: Mapping[int, ExifDate], old: str | None, new: str | None) -> Iterator[tuple[Extent, bytes]]:
    """Yield the new bytes of EXIF's entries for the moment of the recording, by their places in the file."""
    for tag, each in dates.items():
        if tag == TAKEN or _is_same_second(each.value, old):
            yield from each.edits(new)


# XMP


def date_places(packet: XmpPacket, dates: Mapping[int, ExifDate]) -> tuple[FieldValue, ...]:
    """Return the places of the moment of the recording: the valid one, and those that contradict it."""
    found = [("EXIF/DateTimeOriginal", dates[TAKEN].value if TAKEN in dates else "")]
    found += [(f"XMP/{place.prefix}:{place.name}", _xmp_value(packet, place)) for place in (PHOTO_CREATED, _ORIGINAL)]
    known = [(where, value) for where, value in found if value]
    if not known:
        return ()
    leading, value = known[0]
    others = []
    for where, each in known[1:]:
        merged = _merged(value, each)
        others += [] if merged else [FieldValue(field=CREATION_TIME, where=where, value=each, takes_value=False)]
        value = merged or value
    return FieldValue(field=CREATION_TIME, where=leading, value=values.stored(_FIELD, value)), *others


def xmp_edits(
    packet: XmpPacket, dates: Mapping[int, ExifDate], old: str | None, new: str | None
) -> Iterator[tuple[XmpPlace, XmpTexts]]:
    """Yield the new texts of the XMP properties; a property is added only for what EXIF cannot hold."""
    texts = XmpTexts((new,) if new else ())
    in_exif = dates[TAKEN].after(new).value if TAKEN in dates else ""
    if xmp_editing.find(packet, PHOTO_CREATED) is not None or in_exif != (new or ""):
        yield PHOTO_CREATED, texts
    if xmp_editing.find(packet, _ORIGINAL) is not None:
        yield _ORIGINAL, texts
    if _is_same_second(_xmp_value(packet, _DIGITIZED), old):
        yield _DIGITIZED, texts


def _xmp_value(packet: XmpPacket, place: XmpPlace) -> str:
    """Return the text of a property, "" for an unknown date; a text that is no date stays as it is."""
    found = xmp_editing.find(packet, place)
    if found is None or not found.is_plain:
        return ""
    text = found.value if not found.array else next((item.value for item in found.items), "")
    return "" if _UNKNOWN.fullmatch(text) else text.strip()


def _merged(value: str, other: str) -> str:
    """Return a date with the fraction and the zone of another place, "" if the two contradict each other."""
    first, second = (values.stored(_FIELD, each) if "T" in each else each for each in (value, other))
    (day, zone), (other_day, other_zone) = _without_zone(first), _without_zone(second)
    if zone and other_zone and zone != other_zone:
        return first if _instant(first) == _instant(second) else ""
    longer, shorter = (day, other_day) if len(day) >= len(other_day) else (other_day, day)
    return longer + (zone or other_zone) if longer.startswith(shorter) else ""


def _is_same_second(value: str, old: str | None) -> bool:
    """Return whether two dates have the same clock time, and no different time zones."""
    value = values.stored(_FIELD, value)
    return "T" in value and value[:_SECOND] == (old or "")[:_SECOND] and bool(_merged(value, old or ""))


def _without_zone(text: str) -> tuple[str, str]:
    found = re.search(r"(?:Z|[+-]\d\d:\d\d)$", text) if "T" in text else None
    return (text, "") if found is None else (text[: found.start()], found[0])


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _canonical(text: str) -> str:
    """Return a date and time in its canonical form, "" for an invalid one."""
    found = values.stored(_FIELD, text)
    return found if _PARTS.fullmatch(found) and _instant(found) is not None else ""


_FIELD = known_field(CREATION_TIME)
