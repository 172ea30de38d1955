"""
The values after the colon of a key.

Counts, sizes and days become half-open ranges `[low, high)` of integers or dates: `>3`, `1gb..2gb`, `..2025-06`. Every
function raises `ValueError` with a message that has the remedy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from math import ceil

from indexium_core.model import wording
from indexium_core.model.query.keys import Key


@dataclass(frozen=True, slots=True)
class Text:
    """Text to search for."""

    text: str
    exact: bool  # the text was in quotes


@dataclass(frozen=True, slots=True)
class AnyValue:
    """One or more alternative words."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Numbers or days from `low` up to, not including, `high`; None: no limit. Days are ordinals (`date.toordinal`)."""

    low: int | None
    high: int | None
    sign: str  # as written, for the description: ">", ">=", "<", "<=", "..", "="
    first: str
    last: str = ""


Value = Text | AnyValue | Flag | Span
_Endpoint = Callable[[str], tuple[int, int]]  # the half-open range for one end

MAX_OPTIONS = 100  # values of one term

_YES = ("yes", "true", "1", "on")
_NO = ("no", "false", "0", "off")
_SIGN = re.compile(r"(>=|<=|>|<|=|≥|≤)?(.*)", re.DOTALL)
_SIGNS = {"≥": ">=", "≤": "<=", "": "="}
_SIZE = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))?\s*([a-z]*)")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_UNITS = {"": 1, "b": 1} | {
    prefix + ending: base**power
    for power, prefix in enumerate("kmgtp", start=1)
    for ending, base in (("", 1000), ("b", 1000), ("ib", 1024))
}


def read_value(key: Key, text: str, *, quoted: bool) -> Value:
    """Parse the text after the colon of a key."""
    if key.kind in {"people", "text", "title", "folder", "root"}:
        return Text(text, quoted)
    if key.kind in {"choice", "codes", "locks", "fields"}:
        return _options(key, text)
    if key.kind == "flag":
        return _flag(text)
    if key.kind == "person_ids" or (key.kind == "ids" and "," in text):
        return _ids(key, text)
    count: _Endpoint = partial(_count, key.name)
    endpoint = {"ids": _id, "count": count, "size": _size, "date": _days, "number": count, "day": _days}[key.kind]
    return _span(key, text.strip().lower(), endpoint)


def _ids(key: Key, text: str) -> AnyValue:
    numbers = _options(key, text).options
    if key.kind == "person_ids" and not all(each.isascii() and each.isdigit() and len(each) <= 18 for each in numbers):
        raise ValueError(f"“{shortened(text)}” is not the id of a person; write for example {key.example}.")
    return AnyValue(tuple(str(_id(option)[0]) for option in numbers))


def _options(key: Key, text: str) -> AnyValue:
    options = tuple(word for part in text.lower().split(",") if (word := part.strip().lstrip(".")))
    if not options:
        raise ValueError(f"{key.name}: needs a value, such as {key.example}.")
    if len(options) > MAX_OPTIONS:
        raise ValueError(f"{key.name}: takes at most {MAX_OPTIONS} values.")
    for option in options:
        if key.choices and option not in key.choices:
            raise ValueError(f"{key.name}: has no value “{shortened(option)}”; {_remedy(option, key.choices)}")
    return AnyValue(options)


def _flag(text: str) -> Flag:
    word = text.strip().lower()
    if word not in _YES + _NO:
        raise ValueError(f"“{shortened(text)}” is neither yes nor no.")
    return Flag(word in _YES)


def _span(key: Key, text: str, endpoint: _Endpoint) -> Span:
    if ".." in text:
        return _range(key, text, endpoint)
    match = _SIGN.fullmatch(text)
    assert match is not None  # the pattern matches every text
    sign, word = match[1] or "", match[2].strip()
    sign = _SIGNS.get(sign, sign)
    if not sign.strip("=") and word in key.words:
        return Span(low=key.words[word], high=key.words[word] + 1, sign="=", first=word)
    low, high = endpoint(word)
    if sign == "=" and key.kind == "size":
        low, high = _as_shown(word)
    limits = {"=": (low, high), ">": (high, None), ">=": (low, None), "<": (None, low), "<=": (None, high)}
    return Span(low=limits[sign][0], high=limits[sign][1], sign=sign, first=word)


def _range(key: Key, text: str, endpoint: _Endpoint) -> Span:
    first, last = (part.strip() for part in text.split("..", 1))
    if not first and not last:
        raise ValueError(f"A range needs at least one end, such as {key.example}.")
    low = endpoint(first)[0] if first else None
    high = endpoint(last)[1] if last else None
    if low is not None and high is not None and low >= high:
        raise ValueError(f"The range {text} ends before it starts; write {last}..{first}.")
    return Span(low=low, high=high, sign="..", first=first, last=last)


def _count(key: str, word: str) -> tuple[int, int]:
    if not (word.isascii() and word.isdigit() and len(word) <= 9):
        raise ValueError(f"“{shortened(word)}” is not a number; write for example {key}:>3 or {key}:2..5.")
    return int(word), int(word) + 1


def _id(word: str) -> tuple[int, int]:
    if not (word.isascii() and word.isdigit() and len(word) <= 18):
        raise ValueError(f"“{shortened(word)}” is not the id of a file; write for example id:12, id:12,15 or id:>100.")
    return int(word), int(word) + 1


def _size(word: str) -> tuple[int, int]:
    number, unit, _ = _size_parts(word)
    return int(number * unit), int(number * unit) + 1


def _as_shown(word: str) -> tuple[int, int]:
    """Return the sizes that round to `word`: 4.1gb means every size that is shown as 4.1 GB."""
    number, unit, decimals = _size_parts(word)
    half = Fraction(1, 2 * 10**decimals) if unit > 1 else Fraction(0)
    if not half:
        return _size(word)
    return max(0, ceil((number - half) * unit)), ceil((number + half) * unit)


def _size_parts(word: str) -> tuple[Fraction, int, int]:
    """Return the number, the unit in bytes, and the number of decimals."""
    match = _SIZE.fullmatch(word)
    if match is None or match[3] not in _UNITS:
        message = f"“{shortened(word)}” is not a size; write for example size:>1gb, size:<700mb or size:1gb..2gb."
        raise ValueError(message)
    decimals = match[2] or ""
    return Fraction(f"{match[1]}.{decimals or 0}"), _UNITS[match[3]], len(decimals)


def _days(word: str) -> tuple[int, int]:
    """Return the days of a year, a month or a day as ordinals."""
    match = _DAY.fullmatch(word)
    if match is None:
        raise ValueError(f"“{shortened(word)}” is not a date; write 2025, 2025-06 or 2025-06-30.")
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not 1900 <= year <= 9000:
        raise ValueError(f"The year of {word} is out of range; use a year from 1900 to 9000.")
    try:
        first = date(year, month if match[2] else 1, day if match[3] else 1)
    except ValueError as error:
        raise ValueError(f"The day {word} does not exist.") from error
    if match[3]:
        after = first + timedelta(days=1)
    elif match[2]:
        after = date(year + month // 12, month % 12 + 1, 1)
    else:
        after = date(year + 1, 1, 1)
    return first.toordinal(), after.toordinal()


def _remedy(word: str, choices: tuple[str, ...]) -> str:
    if len(choices) <= 8:
        return f"it can be {wording.list_of(choices, conjunction='or')}."
    near = difflib.get_close_matches(word[:40], choices, n=1, cutoff=0.4)
    return f"did you mean {near[0]}?" if near else f"write for example {choices[0]}."


def shortened(word: str) -> str:
    """Return a word in the form for messages, at most 40 characters long."""
    return word if len(word) <= 40 else word[:39] + "…"
