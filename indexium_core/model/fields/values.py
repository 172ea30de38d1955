"""
The values of fields: what a person may enter, and its canonical text.

A value is canonical if `parse` returns it unchanged: so equal values are equal texts, and the plan compares texts. The
value None means that a file does not have the field; an empty text removes the field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.fields.field import Field, FieldType

MAX_LENGTH = 10_000  # characters of a value
FAVORITE = "5"  # the rating of a favorite
REJECTED = "-1"  # the rating of a photo that its owner rejected; other programs set it, and Indexium keeps it
MAX_PERCENT = 99  # the largest rating of Windows
PERCENT_OF_STARS: Mapping[str, int] = {"1": 1, "2": 25, "3": 50, "4": 75, "5": 99}  # the number that Windows writes

_NO_CHARACTERS = frozenset("\ufffe\uffff")  # XML has no place for them
_CLOCK = len("2019-07-31T18:30:00")
_SEPARATORS = re.compile("[;,]")  # of the items of a list
_JOINED = "; "  # … in the canonical text
_SHOWN_CHOICES = 20  # of the allowed values that a message names
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.0*)?", re.ASCII)
_INTEGER = re.compile(r"\d{1,9}", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_DATETIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*(Z|z|[+-]\d{2}:?\d{2})?", re.ASCII
)


def parse(field: Field, text: str) -> str | None:
    """
    Return the canonical form of a value that a person entered, None for an empty one.

    Raises:
        ValidationError: The value does not fit the type of the field; the message names the field and an example.

    """
    value = unicodedata.normalize("NFC", text).strip()
    if not value:
        return None
    if len(value) > MAX_LENGTH:
        raise _invalid(field, value, f"It has {len(value):,} characters; at most {MAX_LENGTH:,} are possible.")
    control = next((each for each in value if unicodedata.category(each) in {"Cc", "Cs"} and each != "\n"), None)
    if control is not None:
        raise _invalid(field, value, f"It has the control character U+{ord(control):04X}.")
    unusable = next((each for each in value if each in _NO_CHARACTERS), None)
    if unusable is not None:
        raise _invalid(field, value, f"It has U+{ord(unusable):04X}, which is not a character.")
    if "\n" in value and not field.multiline:
        raise _invalid(field, value, "It has more than one line.")
    return _PARSERS[field.type](field, value)


def stored(field: Field, text: str, demuxer: str = "") -> str:
    """
    Return the value of a text that a file has: canonical if the text has the form of a value, else the text itself.

    Files have numbers in several forms (`4`, `4.000000`), lists with commas or semicolons, and times with zeros behind
    the seconds. In files of some `demuxer` of FFmpeg a rating is a number from 1 to 99.
    """
    if field.type in {"integer", "rating"} and _NUMBER.fullmatch(text.strip()):
        number = int(float(text))
        is_percent = demuxer in field.stored.percent_in and 0 <= number <= MAX_PERCENT
        return stars_of_percent(number) if is_percent else str(number)
    if field.type == "datetime":
        with suppress(errors.ValidationError):
            return _datetime(field, text)
    return _JOINED.join(_items(text)) if field.type == "list" else text


def as_stored(field: Field, value: str | None, container: str) -> str | None:
    """
    Return a canonical value as a container stores it: a time in UTC, where the place has no time zone.

    Raises:
        ValidationError: The time has no zone, so the moment is unknown.

    """
    if value is None or value.endswith("Z") or container not in field.utc_in:
        return value
    clock, fraction, zone = value[:_CLOCK], *_after_clock(value)
    problem = f"The {field.title.lower()} of this file is in UTC: enter "
    if not zone:
        raise errors.ValidationError(f"{problem}a zone, for example {value}+02:00, or {value}Z for UTC.")
    try:
        moment = datetime.fromisoformat(clock + zone).astimezone(UTC)
    except OverflowError:
        raise errors.ValidationError(f"{problem}a year from 1 to 9999.") from None
    return f"{moment.replace(tzinfo=None).isoformat()}{fraction}Z"


def require_utc(value: str) -> None:
    """Raise ValueError for a canonical date and time that is not in UTC; the message names the time in UTC."""
    if value.endswith("Z"):
        return
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        message = f"The creation time of this file is in UTC: enter a zone, for example {value}Z."
    else:
        shown = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        message = f"The creation time of this file is in UTC: enter {shown}."
    raise ValueError(message)


def stars_of_percent(percent: int) -> str:
    """Return the rating for a number from 1 to 99, by the ranges of Windows (`System.Rating`); "" for 0."""
    return str(1 + sum(percent >= lowest for lowest in (13, 38, 63, 88))) if percent else ""


def rating_number(rating: str | None) -> int:
    """Return a rating as a number: 1 to 5, -1 for rejected, 0 for none and for a text that is no rating."""
    return int(rating) if rating is not None and (rating in PERCENT_OF_STARS or rating == REJECTED) else 0


def rating_as_favorite(rating: str | None, former: str | None, *, wanted: bool) -> str | None:
    """
    Return the rating of a file that becomes a favorite, or no favorite.

    A file that is no favorite any more gets the rating that it had before, its `former` one.
    """
    is_favorite = rating == FAVORITE
    if wanted == is_favorite:
        return rating
    return FAVORITE if wanted else former


def _text(field: Field, value: str) -> str:
    return _allowed(field, value) if field.choices else value


def _integer(field: Field, value: str) -> str:
    if not _INTEGER.fullmatch(value) or not field.lowest <= int(value) <= field.highest:
        raise _invalid(field, value, f"Enter a whole number from {field.lowest} to {field.highest}.")
    return str(int(value))


def _rating(field: Field, value: str) -> str | None:
    if value not in {"0", "1", "2", "3", "4", "5"}:
        raise _invalid(field, value, "Enter a number of stars from 1 to 5, or 0 to remove the rating.")
    return None if value == "0" else value


def _date(field: Field, value: str) -> str:
    with_time = _DATETIME.fullmatch(value)  # the day of a time, for rules such as {creation_time}
    found = _DATE.fullmatch(with_time[1] if with_time else value)
    if found:
        year, month, day = (int(part) if part else 1 for part in found.groups())
        try:
            date(year, month, day)
        except ValueError:
            found = None
    if not found:
        raise _invalid(field, value, "Enter a day, a month or a year: 2019-07-31, 2019-07 or 2019.")
    return found[0]


def _datetime(field: Field, value: str) -> str:
    found = _DATETIME.fullmatch(value)
    if found:
        day, time, fraction, zone = found.groups()
        time = time if time.count(":") == 2 else f"{time}:00"
        fraction = (fraction or "").rstrip("0")
        zone = (zone or "").upper()
        if zone not in {"", "Z"}:
            zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
        zone = "Z" if zone in {"+00:00", "-00:00"} else zone
        try:
            datetime.fromisoformat(f"{day}T{time}{zone.replace('Z', '+00:00')}")
        except ValueError:
            found = None
    if not found:
        raise _invalid(field, value, "Enter a date and a time: 2019-07-31 18:30:00, if known with a zone like +02:00.")
    return f"{day}T{time}{f'.{fraction}' if fraction else ''}{zone}"


def _after_clock(value: str) -> tuple[str, str]:
    """Return the fraction of the second and the zone of a canonical date and time, "" for those that it lacks."""
    rest = value[_CLOCK:]
    zone = max(rest.find(mark) for mark in "+-")
    return (rest, "") if zone < 0 else (rest[:zone], rest[zone:])


def _list(field: Field, value: str) -> str | None:
    items = _items(value)
    if field.choices:
        items = list(dict.fromkeys(_allowed(field, item) for item in items))
    return _JOINED.join(items) or None


def _items(value: str) -> list[str]:
    """Return the items of a list, each once."""
    items = (" ".join(item.split()) for item in _SEPARATORS.split(value))
    return list(dict.fromkeys(item for item in items if item))


def _allowed(field: Field, value: str) -> str:
    """Return the allowed value that a person means, in any letter case."""
    found = next((each for each in field.choices if each.casefold() == value.casefold()), None)
    if found is None:
        names = wording.list_of(field.choices, most=_SHOWN_CHOICES, conjunction="or")
        raise _invalid(field, value, f"It can be {names}.")
    return found


def _invalid(field: Field, value: str, why: str) -> errors.ValidationError:
    shown = value if len(value) <= 60 else f"{value[:57]}…"
    return errors.ValidationError(f"'{shown}' is no value of the field {field.key}. {why}")


_PARSERS: Mapping[FieldType, Callable[[Field, str], str | None]] = {
    "people": _text,
    "text": _text,
    "integer": _integer,
    "rating": _rating,
    "date": _date,
    "datetime": _datetime,
    "list": _list,
}
