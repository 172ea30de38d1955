"""
Find the date in a name.

The names of months and weekdays are those of Unicode CLDR in the languages of `_LANGUAGES`, which `babel` has.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from functools import cache

from indexium_core.model.names.numbers import NumberMatch

_LANGUAGES = "uk ru el tr ro hu cs pl fi nb da sv nl pt it es fr de en"
_YEAR, _MONTH, _DAY = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
_ANY_MONTH, _ANY_DAY = r"(?P<month>0?[1-9]|1[0-2])", r"(?P<day>0?[1-9]|[12]\d|3[01])"
_LATE_DAY = r"(?P<day>1[3-9]|2\d|3[01])"  # no month
_SHORT_YEAR, _SHORT_END = r"(?P<year>[0-3]\d)", r"(?=$|\))"
_DATED_NUMBER = re.compile(r"(?<![^\W_])e\d{1,4}(?:[ .]end)?[ .](\d{6})(?![^\W_])", re.IGNORECASE)


def find_date(text: str) -> NumberMatch | None:
    """Return the date in a name as the date of an episode; None if there is none."""
    if not re.search(r"\d\d", text):
        return None
    for match in (match for pattern in _patterns() for match in pattern.finditer(text)):
        year, month = int(match["year"]), _months().get(_key(match["month"])) or int(match["month"])
        with suppress(ValueError):  # no such day
            date = dt.date(year + 2000 * (year < 100), month, int(match["day"]))
            return NumberMatch(start=match.start(), end=match.end(), evidence="episode", aired=date.isoformat())
    return None


def find_date_of_number(text: str) -> NumberMatch | None:
    """Return the date of six digits after the number of an episode, as Korean releases have it: `Goblin.E01.161202`."""
    match = _DATED_NUMBER.search(text)
    return find_date(f"20{match[1]}") if match else None


def without_words_of_date(title: str) -> str:
    """Return the text before a date without the words that belong to the date: `Meet the Press - Sunday`."""
    return _words_before().sub("", title)


def _key(name: str) -> str:
    """Return the name of a month without case and points, with one `i`: Turkish has two."""
    return re.sub("[.\u0307]", "", name.casefold()).replace("ı", "i")


@cache
def _months() -> dict[str, int]:
    """Return the numbers of months by their names; in case of doubt, those of the last languages."""
    from babel.dates import get_month_names  # here, because a face that reads no names does not need it

    return {
        _key(name): number
        for language in _LANGUAGES.split()
        for width in ("wide", "abbreviated")
        for context in ("stand-alone", "format")
        for number, name in get_month_names(width, context, language).items()
    }


@cache
def _words_before() -> re.Pattern[str]:
    from babel.dates import get_day_names

    weekdays = {
        name.casefold()
        for each in _LANGUAGES.split()
        for name in get_day_names("wide", "format", each).values()
        if " " not in name
    }
    short = {name.casefold().rstrip(".") for name in get_day_names("abbreviated", "format", "en").values()}
    words = "vom|du|del|of|from|van|от|sendung|ausgabe|folge|puntata|émission|эфир"
    every = rf"[ (,-]+(?:{words}|(?:19|20)\d\d-(?:\d\d){{1,2}}|{'|'.join(weekdays)})"
    return re.compile(rf"(?:(?:{every}|[ ]-[ ](?:{'|'.join(short)})),?)+$", re.IGNORECASE)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return the forms of dates, the surest first."""
    name = rf"(?P<month>{'|'.join(sorted(map(re.escape, _months()), key=len, reverse=True))})\.?(?![^\W\d_])"
    day = rf"(?<![^\W_]){_ANY_DAY}(?:st|nd|rd|th|er|º)?"
    forms = (
        rf"(?<!\d){_YEAR}(?P<sign>[-._ ]|\. ){_MONTH}(?P=sign){_DAY}(?!\d)",
        rf"(?<!\d){_YEAR}{_MONTH}{_DAY}(?!\d)",
        rf"{_YEAR}[年년] ?{_ANY_MONTH}[月월] ?{_ANY_DAY}[日일]",
        rf"(?<!\d){_DAY}(?P<sign>[-._ ]|\. ){_MONTH}(?P=sign){_YEAR}(?!\d)",
        rf"(?<!\d){_MONTH}(?P<sign>[-._ ]){_DAY}(?P=sign){_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}(?P<sign>[-._ ]){_LATE_DAY}(?P=sign){_MONTH}(?!\d)",
        rf"(?<![\d.-]){_ANY_DAY}(?P<sign>[-.]){_ANY_MONTH}(?P=sign){_YEAR}(?!\d)",
        rf"(?<![\d.-]){_ANY_MONTH}-{_LATE_DAY}-{_YEAR}(?!\d)",
        rf"{day}[. -]{{0,2}}(?:(?:of|de|di) )?{name}(?: de)?[. ,-]{{0,2}}{_YEAR}(?!\d)",
        rf"(?<![^\W_]){name}[. -]{{1,2}}{_ANY_DAY}(?:st|nd|rd|th)?[. ,-]{{1,2}}{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}[. -]{{1,2}}{name}[. -]{{1,2}}{_ANY_DAY}(?!\d)",
        rf"(?<=[( ]){_DAY}\.{_MONTH}\.{_SHORT_YEAR}{_SHORT_END}",
        rf"(?<=[( ]){_ANY_MONTH}(?P<sign>[-.]){_LATE_DAY}(?P=sign){_SHORT_YEAR}{_SHORT_END}",
        rf"(?<=[( ]){_LATE_DAY}-{_ANY_MONTH}-{_SHORT_YEAR}{_SHORT_END}",
        # Six digits after a word, in brackets, or at the start of an episode: `191020 Show ep05`.
        rf"(?:(?<=[^\W\d_][ ._-])|(?<=\()|^(?=\d{{6}}(?:$|.*\bep ?\d))){_SHORT_YEAR}{_MONTH}{_DAY}(?=$|[ ._)\]-])",
    )
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)
