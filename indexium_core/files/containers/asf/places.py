"""
The places of our fields in an ASF header, and the form of their values.

Title, artist, copyright and comment are texts of the content description (ASF specification 3.10). The others are
attributes with the names of Microsoft's metadata properties; the rating has 1, 25, 50, 75 or 99 for 1 to 5 stars, and
each keyword has an attribute. The creation time is a number of the file properties (3.2). FFmpeg shows attributes and
the content description under the same names, and the last one of the file wins; so a write changes them all.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from indexium_core.model.fields import custom, table, values
from indexium_core.model.fields.table import known_field

_PLACES = {each.key: each.stored.asf for each in table.FIELDS if each.stored.asf is not None}
# The fields of the names of texts and attributes, in lower case, as FFmpeg reads them.
FIELDS: Mapping[str, str] = {
    name.lower(): key
    for key, place in _PLACES.items()
    for name in filter(None, (place.text, place.attribute, *place.others))
}
DESCRIPTION_TEXTS = ("title", "author", "copyright", "description", "rating")  # of the content description, in order
# The fields of these texts, "" for none; its rating is the advice for parents.
DESCRIPTION_FIELDS = tuple(
    next((key for key, place in _PLACES.items() if place.text == text), "") for text in DESCRIPTION_TEXTS
)
TEXT = 0  # type of an attribute
_NUMBER = 3  # … of 32 bits
_NUMBERS = frozenset({2, 3, 4, 5})  # booleans and numbers
_LARGEST_NUMBER = 1 << 31  # FFmpeg reads only smaller numbers
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_DECIMALS = 7
_TICKS = 10_000_000  # a second; the creation time counts 100 ns since 1601
_UNSET = frozenset({0, 11_644_473_600 * _TICKS})  # FFmpeg writes 1970 into a file without a creation time


# Attributes


def field_of(name: str) -> str:
    """Return the field of a text or an attribute, "" for none."""
    return FIELDS.get(name.lower()) or custom.current().by_tag.get(name.lower(), "")


def new_name(field: str) -> str | None:
    """Return the name of the attribute that a new value gets; None for a text of the content description."""
    place = known_field(field).stored.asf
    return (place.attribute or None) if place is not None else None


def is_list(field: str) -> bool:
    """Return whether the values of a field have one attribute each."""
    return known_field(field).type == "list"


def is_rating(field: str) -> bool:
    """Return whether a field is a rating, which is a number from 1 to 99."""
    return known_field(field).type == "rating"


def value_of(field: str, kind: int, data: bytes) -> str | None:
    """Return the value of an attribute of a field, "" for no value; None if it is not understood."""
    text = whole_text(data) if kind == TEXT else number_of(kind, data)
    if text is None or not is_rating(field):
        return text
    if not text.strip():
        return ""
    percent = int(text) if _DIGITS.fullmatch(text) else -1
    return values.stars_of_percent(percent) if 0 <= percent <= values.MAX_PERCENT else None


def attribute_values(field: str, value: str) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each attribute for a value. Raises UnicodeEncodeError."""
    if is_rating(field):
        yield _NUMBER, struct.pack("<I", values.PERCENT_OF_STARS[value])
        return
    for text in value.split("; ") if is_list(field) else [value]:
        yield TEXT, f"{text}\0".encode("utf-16-le")


def number_of(kind: int, data: bytes) -> str | None:
    """Return the digits of an attribute that is a number; None for another one, or a number that FFmpeg cannot read."""
    number = int.from_bytes(data, "little")
    return str(number) if kind in _NUMBERS and number < _LARGEST_NUMBER else None


def whole_text(data: bytes) -> str | None:
    """Return a text without the NULs at its end, None if it is not Unicode; NULs inside stay."""
    try:
        return data[: len(data) & ~1].decode("utf-16-le").rstrip("\0")
    except UnicodeDecodeError:
        return None


def text_before_nul(data: bytes) -> str:
    """Return a text of 16-bit units up to its first NUL."""
    return data[: len(data) & ~1].decode("utf-16-le", "replace").partition("\0")[0]


# The creation time


def created_text(ticks: int) -> str:
    """Return the creation time of a file, "" for none."""
    if ticks in _UNSET:
        return ""
    try:
        moment = _EPOCH + timedelta(seconds=ticks // _TICKS)
    except OverflowError:
        return ""
    fraction = f".{ticks % _TICKS:0{_DECIMALS}}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def created_ticks(value: str | None) -> int:
    """
    Return the number of a canonical date and time, 0 for no time.

    Raises:
        ValueError: The header cannot hold it; the message is a sentence.

    """
    if value is None:
        return 0
    values.require_utc(value)
    seconds, _, fraction = value.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(seconds).replace(tzinfo=UTC)
    if len(fraction) > _DECIMALS:
        message = f"The creation time of this file can have {_DECIMALS} digits behind the seconds at most."
        raise ValueError(message)
    ticks = (moment - _EPOCH) // timedelta(seconds=1) * _TICKS + int(fraction.ljust(_DECIMALS, "0"))
    if ticks < 0 or ticks in _UNSET:
        message = (
            "The creation time of this file must be after 1601, and cannot be the start of 1970, which means none."
        )
        raise ValueError(message)
    return ticks
