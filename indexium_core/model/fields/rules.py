"""
Rules that make the value of a field from facts about the file: `{name}`, `{folder} {year}`, `{creation_time+1h}`.

A rule is a text with placeholders in braces; `{{` and `}}` are braces. A placeholder is the key of a field or one of
`FACTS`. A date or a time may be shifted (`{date+1d}`, `{creation_time-90m}`), and a time gets a zone by
`{creation_time@+02:00}`, also after a shift. `{oldest(creation_time,date_in_name)}` is the oldest of these. Where a
file has no value for a placeholder, the rule has no value either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Self

from indexium_core import errors
from indexium_core.model.fields.field import Field, FieldType
from indexium_core.model.fields.table import DATED, EDITABLE, editable_fields

FACTS: Mapping[str, str] = {  # placeholders beside the fields
    "name": "the name of the file without its extension",
    "folder": "the name of the folder",
    "parent": "the name of the folder above",
    "year": "the year of the date or of the creation time",
    "modified": "the time of the last change of the file",
    "date_in_name": "the time, day, month or year in the name of the file",
    "date_in_folder": "the time, day, month or year in the name of the folder",
    "oldest": "the oldest of date, creation time and time of the last change",
}
# Rules that are often wanted, by the type of the field: what they do, and the rule; KEY is the key of the field.
_SUGGESTED: Mapping[FieldType, tuple[tuple[str, str], ...]] = {
    "text": (("The file name", "{name}"), ("The folder", "{folder}")),
    "date": (
        ("Move by 1 day", "{KEY+1d}"),
        ("From the file name", "{date_in_name}"),
        ("From the folder", "{date_in_folder}"),
        ("The oldest date", "{oldest}"),
    ),
    "datetime": (
        ("Move by 1 hour", "{KEY+1h}"),
        ("Set the time zone", "{KEY@+02:00}"),
        ("From the file name", "{date_in_name}"),
        ("From the folder", "{date_in_folder}T12:00:00"),
        ("The oldest date", "{oldest(KEY,date_in_name,modified)}"),
    ),
}
_OLDEST = "oldest"
_OF_OLDEST = (*DATED, "modified")
MORE_ABOUT_RULES = (
    f"Every field is a placeholder, too: {{{EDITABLE[0].key}}}. Dates and times can be shifted: {{{DATED[0]}+1d}},"
    f" {{{DATED[1]}-90m}}; {{{DATED[1]}@+02:00}} has this time zone, and {{oldest({DATED[1]},date_in_name)}} is the"
    " oldest of these. Write {{ for a brace."
)
_PLACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_PLACEHOLDER = re.compile(
    r"([a-z][a-z0-9_]*)(?:\(([a-z0-9_, ]+)\))?(?:([+-])(\d{1,9})([smhdw]))?(?:@(Z|[+-]\d{2}:\d{2}))?", re.ASCII
)
_ZONE = re.compile(r"(?:Z|[+-]\d{2}:\d{2})$", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
# 2019-07-31, 20190731, 2019_07_31, and behind it 183000, 18-30-00, 18.30.00 or 183000123 (with milliseconds); other
# digits before and behind belong to another number.
_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:(?:[-_. T]| at )?([01]\d|2[0-3])([-_.:]?)([0-5]\d)\6([0-5]\d)(?:\d{3})?(?!\d)|(?!\d))",
    re.ASCII,
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.](0[1-9]|1[0-2])(?!\d)", re.ASCII)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNames:
    """The facts about one file that a rule may use."""

    file_name: str
    folder: str  # below the library folder, "/"-separated
    modified: datetime  # UTC
    fields: Mapping[str, str] = field(default_factory=dict)  # the present values, edits included


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """A placeholder of a rule, with its shift and its zone."""

    name: str
    choices: tuple[str, ...] = ()  # of which the oldest one counts
    seconds: int = 0  # by which a time is shifted
    zone: str = ""


class ValueRule:
    """A parsed rule."""

    def __init__(self, text: str) -> None:
        """
        Parse a rule.

        Raises:
            UsageError: A brace is open, or a placeholder is unknown; the message lists all placeholders.

        """
        self.text = text
        self._parts: list[str | _Placeholder] = []
        end = 0
        for place in _PLACES.finditer(text):
            self._parts.append(text[end : place.start()])
            end = place.end()
            if place[0] in {"{{", "}}"}:
                self._parts.append(place[0][0])
            elif place[1] is None:
                raise errors.UsageError(f"“{text}” has a brace without its partner. Write {{{{ for a brace.")
            else:
                self._parts.append(_placeholder(place[1]))
        self._parts.append(text[end:])

    @classmethod
    def as_typed(cls, value: str) -> Self:
        """Return the rule that makes a value as it is, also if it has braces."""
        rule = cls("")
        rule.text, rule._parts = value, [value]
        return rule

    @property
    def is_constant(self) -> bool:
        """Whether the value is the same for every file."""
        return not any(isinstance(part, _Placeholder) for part in self._parts)

    @property
    def constant(self) -> str:
        """The value of a rule without placeholders."""
        return "".join(part for part in self._parts if isinstance(part, str))

    def value(self, file: FileNames) -> str | None:
        """Return the value for a file; None if the file has no value for a placeholder."""
        texts = [part if isinstance(part, str) else _filled(part, file) for part in self._parts]
        return None if any(text is None for text in texts) else "".join(text for text in texts if text)


def suggestions(field: Field) -> list[tuple[str, str]]:
    """Return the allowed values of a field, else rules that are often wanted for it, each with its name for people."""
    if field.choices:
        return [(each, each.replace("{", "{{").replace("}", "}}")) for each in field.choices]
    return [(label, rule.replace("KEY", field.key)) for label, rule in _SUGGESTED.get(field.type, ())]


def _placeholder(text: str) -> _Placeholder:
    found = _PLACEHOLDER.fullmatch(text)
    known = [*(each.key for each in editable_fields()), *FACTS]
    choices = tuple(each.strip() for each in found[2].split(",")) if found and found[2] else ()
    if found is None or found[1] not in known or (choices and found[1] != _OLDEST):
        raise errors.UsageError(f"There is no placeholder {{{text}}}. Placeholders: {', '.join(known)}.")
    dates = _dates()
    wrong = next((each for each in choices if each not in dates), None)
    if wrong is not None:
        raise errors.UsageError(f"“{wrong}” in {{{text}}} is no date. Dates: {', '.join(dates)}.")
    name, _, sign, count, unit, zone = found.groups()
    seconds = 0 if count is None else int(count) * _SECONDS[unit] * (-1 if sign == "-" else 1)
    return _Placeholder(name, choices, seconds, zone or "")


def _dates() -> tuple[str, ...]:
    """Return the placeholders that may be in the brackets of `oldest`."""
    own = (each.key for each in editable_fields() if each.type in {"date", "datetime"} and each.key not in DATED)
    return (*_OF_OLDEST, "date_in_name", "date_in_folder", *own)


def _filled(part: _Placeholder, file: FileNames) -> str | None:
    if part.name == _OLDEST:
        dates = [date for name in part.choices or _OF_OLDEST if (date := _fact(name, file))]
        text = min(dates, key=_age, default=None)
    else:
        text = _fact(part.name, file)
    if text is not None and part.seconds:
        text = _shifted(text, timedelta(seconds=part.seconds))
    if text is not None and part.zone:
        text = f"{_without_zone(text)}{part.zone}" if "T" in text else None
    return text


def _fact(name: str, file: FileNames) -> str | None:
    """Return the value of a placeholder for a file."""
    return _OF_FILE[name](file) if name in _OF_FILE else file.fields.get(name)


def _stem(file: FileNames) -> str:
    stem, dot, _ = file.file_name.rpartition(".")
    return stem if dot else file.file_name


def _folder(file: FileNames, place: int) -> str | None:
    """Return a folder of the path; place 1 is the last one."""
    folders = [folder for folder in file.folder.split("/") if folder]
    return folders[-place] if len(folders) >= place else None


def _year(file: FileNames) -> str | None:
    return next((file.fields[key][:4] for key in DATED if key in file.fields), None)


_OF_FILE: Mapping[str, Callable[[FileNames], str | None]] = {  # placeholders that are no fields, except `oldest`
    "name": _stem,
    "folder": lambda file: _folder(file, 1),
    "parent": lambda file: _folder(file, 2),
    "year": _year,
    "modified": lambda file: file.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "date_in_name": lambda file: _date_in(file.file_name),
    "date_in_folder": lambda file: _date_in(_folder(file, 1) or ""),
}


def _age(text: str) -> str:
    """Return a key that sorts dates; a day, a month or a year counts as its end, so a time within it is older."""
    try:
        moment = datetime.fromisoformat(text) if "T" in text else None
        moment = moment.astimezone(UTC) if moment is not None and moment.tzinfo else moment
    except (ValueError, OverflowError):
        moment = None
    return f"{text if moment is None else moment.replace(tzinfo=None).isoformat(timespec='microseconds')}~"


def _date_in(text: str) -> str | None:
    """Return the day in a text, with its time if there is one, else its month, else its year."""
    for found in _DAY.finditer(text):
        try:
            day = date(int(found[1]), int(found[3]), int(found[4])).isoformat()
        except ValueError:
            continue
        return f"{day}T{found[5]}:{found[7]}:{found[8]}" if found[5] else day
    month, year = _MONTH.search(text), _YEAR.search(text)
    return f"{month[1]}-{month[2]}" if month else year[1] if year else None


def _without_zone(text: str) -> str:
    return _ZONE.sub("", text)


def _shifted(text: str, by: timedelta) -> str | None:
    """Return a day or a time that is shifted; None for a month, a year, or a day outside of the years 1 to 9999."""
    clock = text[: len("2019-07-31T18:30:00")]  # the fraction and the zone stay
    try:
        moved = datetime.fromisoformat(clock) + by if len(text) >= len("2019-07-31") else None
    except (ValueError, OverflowError):
        return None
    if moved is None:
        return None
    return moved.isoformat() + text[len(clock) :] if "T" in text else moved.date().isoformat()
