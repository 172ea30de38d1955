"""
Values of the answers of providers.

A missing key, null, an empty text, "N/A" and a value of a wrong type are the same: no value. A field that is not usable
is left out; the record stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from indexium_core.model.providers.external_ids import ExternalId

MAX_TEXT = 20_000  # characters: a plot has less
_MOST_VOTES = 10**10  # more than there are people
_STATUSES = {  # what providers write → the word that Kodi and Jellyfin write, too
    "returning series": "Continuing",
    "upcoming": "Planned",
    "cancelled": "Canceled",
}
_ABSENT = {"", "n/a"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_YEAR = re.compile(r"(?<!\d)(1[89]|20)\d\d(?!\d)")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def text(source: Mapping[str, Any], *keys: str) -> str:
    """Return the first of the texts that has a value; "" if there is none."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, str):
            clean = _CONTROL.sub("", value[:MAX_TEXT]).strip()
            if clean.casefold() not in _ABSENT:
                return clean
    return ""


def texts(source: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the texts of a list, each once."""
    values = source.get(key)
    found = [text({"": value}, "") for value in values] if isinstance(values, list) else []
    return tuple(dict.fromkeys(filter(None, found)))


def number(source: Mapping[str, Any], key: str) -> float | None:
    """Return a number, also from a text like `1,234.5`; None for 0, which means that it is not known."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value.replace(",", "").strip()[:40] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found else None


def integer(source: Mapping[str, Any], key: str) -> int | None:
    """Return a whole number, also from a text; None if there is none. 0 is a value."""
    value = source.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value.strip()):
        return int(value)
    if isinstance(value, int) and abs(value) < 10**15:
        return value
    return None


def votes(source: Mapping[str, Any], key: str) -> int | None:
    """Return a number of votes, also from a text like `1,234`; None for 0, which means that it is not known."""
    found = number(source, key)
    return int(found) if found is not None and 1 <= found < _MOST_VOTES else None


def minutes(source: Mapping[str, Any], *keys: str) -> int | None:
    """Return the first of the running times that is more than 0, in whole minutes; None if there is none."""
    values = (number(source, key) for key in keys)
    return next((round(value) for value in values if value and value > 0), None)


def identifier(source: Mapping[str, Any], key: str) -> str:
    """Return an id as text, whether it is a number or a text; "" if there is none."""
    value = source.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**15:
        return str(value)
    found = text(source, key)
    return found if re.fullmatch(r"[\w-]{1,64}", found) and found != "0" else ""


def title_id(source: Mapping[str, Any], key: str, provider: str) -> str:
    """Return the id of a title at a provider; "" if there is none, or if it does not have the form of its provider."""
    found = ExternalId(provider, identifier(source, key))
    return found.value if found.is_valid else ""


def record(source: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return an object; an empty one if there is none."""
    value = source.get(key)
    return value if isinstance(value, dict) else {}


def rows(source: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list."""
    value = source.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def names(source: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the names of the objects of a list, each once."""
    return tuple(dict.fromkeys(filter(None, (text(row, "name") for row in rows(source, key)))))


def status(source: Mapping[str, Any], key: str) -> str:
    """Return whether a series continues, in the same word for all providers: `Continuing`, `Ended`."""
    found = text(source, key)
    return _STATUSES.get(found.casefold(), found)


def day(source: Mapping[str, Any], key: str) -> date | None:
    """Return the date of a text that begins with YYYY-MM-DD."""
    found = _DAY.match(text(source, key))
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def year(source: Mapping[str, Any], *keys: str) -> int | None:
    """Return the first year in the texts or numbers: of `2010`, `2010–2013` and `2010-07-16` it is 2010."""
    for key in keys:
        value = source.get(key)
        found = _YEAR.search(str(value)[:40]) if isinstance(value, str | int) else None
        if found:
            return int(found[0])
    return None
