"""
The values of fields as a spreadsheet program writes them.

A spreadsheet shows a day and a month in the form of its user, and a number with decimals. Such a cell has the value
that was exported, if one reading of it is that value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from indexium_core import errors
from indexium_core.model.fields import values
from indexium_core.model.fields.field import Field

CURRENT = "existing_"  # this and the key of a field: the column of the values in the files
PLANNED = "result_"  # … of the values after a write

_DECIMAL = re.compile(r"(\d{1,9})[.,]0+", re.ASCII)
_STARS = re.compile("(★{1,5})☆{0,4}")
_DAY = re.compile(r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})\.?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(r"([A-Za-z]{3})[-. ]{1,2}(\d{2}|\d{4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?([AaPp])[Mm])?", re.ASCII)


def read_cell(field: Field, cell: str, known: str | None) -> str | None:
    """
    Return the value of a cell, None for an empty cell.

    Args:
        field: The field of the column.
        cell: The text of the cell.
        known: The value that was exported; a cell with it in another form has this value.

    Raises:
        ValidationError: The cell has no value of the field, or may have two.

    """
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    if text == (known or ""):
        return known
    text = text.strip()
    if field.type in {"date", "datetime"}:
        forms = list(dict.fromkeys(_forms(text)))
        shown = [form for form in forms if known is not None and _is_shown_as(known, form)]
        if shown:
            return known
        if len(forms) > 1:
            message = f"'{text[:60]}' may be {' or '.join(forms)}. Enter one of these."
            raise errors.ValidationError(message)
        text = forms[0] if forms else text
    elif field.type in {"integer", "rating"}:
        number, stars = _DECIMAL.fullmatch(text), _STARS.fullmatch(text)
        text = number[1] if number else str(len(stars[1])) if stars else text
    return values.parse(field, text)


def _is_shown_as(known: str, form: str) -> bool:
    """Return whether a cell without seconds, or without the zone, shows a value."""
    bare = re.sub(r"(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$", "", known) if "T" in known else known
    return form in {bare, bare[: len("2019-07-31T18:30")] if "T" in known else bare}


def _forms(text: str) -> Iterator[str]:
    """Yield the days, months or times that a text in the form of a spreadsheet may mean."""
    month = _MONTH.fullmatch(text)
    if month and month[1].lower() in _MONTHS:
        yield f"{_year(month[2])}-{_MONTHS.index(month[1].lower()) + 1:02}"
        return
    day_text, _, time_text = text.partition(" ")
    time = _time(time_text.strip()) if time_text.strip() else ""
    found = _DAY.fullmatch(day_text)
    if found is None or time is None:
        return
    first, separator, second, third = found.groups()
    if len(first) == 4:
        orders = [(first, second, third)]
    elif separator == "/":
        orders = [(third, second, first), (third, first, second)]
    else:
        orders = [(third, second, first)]
    for year, month_text, day in orders:
        try:
            yield date(int(_year(year)), int(month_text), int(day)).isoformat() + (f"T{time}" if time else "")
        except ValueError:
            continue


def _year(text: str) -> str:
    """Return a year with four digits; two digits mean the years 1930 to 2029, as in spreadsheet programs."""
    return text if len(text) != 2 else f"{'19' if text >= '30' else '20'}{text}"


def _time(text: str) -> str | None:
    """Return a time of day as HH:MM or HH:MM:SS; None for any other text."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4] in "pP" else 0)
    form = f"{hour:02}:{found[2]}" + (f":{found[3]}" if found[3] else "")
    try:
        datetime.fromisoformat(f"2000-01-01T{form}")
    except ValueError:
        return None
    return form
