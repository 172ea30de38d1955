"""
Numbers, sizes, durations, times and lists as text: one wording for the command line, the dashboards, REST and the logs.

The functions are pure. Sizes are decimal: 1 KB is 1,000 bytes. Times are shown in the local time zone.
`dashboards/assets/face/wording.js` has functions of the same names for texts that the browser makes itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_UNITS = ("KB", "MB", "GB", "TB", "PB")


def count(number: int) -> str:
    """Return 1204 as `1,204`."""
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 file`, `1,204 files`; `many` is the plural if it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def files(number: int) -> str:
    """Return a number of files: `1 file`, `1,204 files`."""
    return plural(number, "file")


def first_ids(ids: Sequence[int], *, most: int = 10) -> str:
    """Return ids with commas, the first of many: `7, 12`, `1, 2, 3 …`."""
    return ", ".join(map(str, ids[:most])) + (" …" if len(ids) > most else "")


def waiting_ratings(number: int) -> str:
    """Return the warning before a folder starts to write ratings at once."""
    if number == 1:
        return "1 rating waits in this folder. It is written now."
    return f"{count(number)} ratings wait in this folder. They are written now."


def kept_back(number: int) -> str:
    """Return how many names are not searched: they may be those of home videos."""
    return f"{plural(number, 'name is', 'names are')} kept back: {'it' if number == 1 else 'each'} may be a home video."


def without_command(text: str) -> str:
    """Return a sentence without the command that it offers: a page has a button instead."""
    return re.sub(r", or (run|start it): [^.]*\.", ".", text)


def size(number: float) -> str:
    """Return a number of bytes: `3 bytes`, `1.5 MB`, `12 KB`, `2 GB`."""
    if number < 1000:
        return plural(int(number), "byte")
    unit = _UNITS[0]
    for unit in _UNITS:  # noqa: B007 - the loop ends at the unit of the result
        number /= 1000
        if number < 999.5:  # 999,950 bytes are 1 MB: rounding must not give 1000 KB
            break
    return f"{_decimal(number)} {unit}"


def duration(seconds: float) -> str:
    """Return a duration: `3 ms`, `2.1 s`, `45 s`, `4 min`, `1 h 5 min`."""
    if seconds < 0.9995:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 59.5:
        return f"{_decimal(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def estimate(seconds: float, *, prefix: str = "about ") -> str:
    """Return an estimated duration: `under 1 s`, `about 2.1 s`."""
    return "under 1 s" if seconds < 1 else f"{prefix}{duration(seconds)}"


def playing_time(seconds: float) -> str:
    """Return a duration as players show it, cut to whole seconds: `0:07`, `1:52:07`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def runtime(minutes: float) -> str:
    """Return the runtime of a film: `2 h 9 min`, `2 h`, `45 min`."""
    hours, rest = divmod(round(minutes), 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]))


def day(moment: datetime, *, now: datetime | None = None) -> str:
    """Return the day of a moment: `18 Feb`, with the year if it is not the current year."""
    local, today = moment.astimezone(), (now or datetime.now(UTC)).astimezone()
    text = f"{local.day} {local:%b}"
    return text if local.year == today.year else f"{text} {local.year}"


def when(moment: datetime, *, now: datetime | None = None) -> str:
    """Return the day and the time of a moment: `today 09:12`, `yesterday 21:05`, `18 Nov 14:22`."""
    return f"{day_in_words(moment, now=now)} {moment.astimezone():%H:%M}"


def day_in_words(moment: datetime, *, now: datetime | None = None) -> str:
    """Return the day of a moment: `today`, `yesterday`, `18 Nov`."""
    local, today = moment.astimezone(), (now or datetime.now(UTC)).astimezone()
    days = (today.date() - local.date()).days
    return {0: "today", 1: "yesterday"}.get(days) or day(moment, now=today)


def ago(moment: datetime, *, now: datetime | None = None) -> str:
    """Return the time since a moment: `just now`, `4 min ago`, `3 h ago`; from one day on, its day: `on 18 Nov`."""
    past = (now or datetime.now(UTC)) - moment
    if past < timedelta(minutes=1):
        return "just now"
    if past < timedelta(hours=1):
        return f"{past.seconds // 60} min ago"
    if past < timedelta(days=1):
        return f"{past.seconds // 3600} h ago"
    return f"on {day(moment, now=now)}"


def list_of(names: Sequence[str], *, most: int = 0, conjunction: str = "and") -> str:
    """Return a list in one sentence: `A`, `A and B`, `A, B and C`; with `most=2` for five names `A, B and 3 more`."""
    if most and len(names) > most:
        return f"{', '.join(names[:most])} {and_more(len(names) - most)}"
    return f" {conjunction} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def sentence(label: str) -> str:
    """Return the label of a review step as a sentence."""
    return f"{label[:1].upper()}{label[1:]}."


def people_counts(added: int, removed: int) -> str:
    """Return `+66 −3`; a number that is 0 is left out, "" if both are."""
    return " ".join(f"{sign}{count(number)}" for sign, number in (("+", added), ("−", removed)) if number)


def short_folder(parts: Sequence[str], *, most: int) -> str:
    """Return a folder with at most `most` characters, if possible: `Work / … / Paris` has its first and last parts."""
    whole = " / ".join(parts)
    if len(whole) <= most or len(parts) < 3:
        return whole
    first, last = parts[0], [parts[-1]]
    for part in reversed(parts[1:-1]):
        longer = " / ".join([first, "…", part, *last])
        if len(longer) > most:
            break
        last.insert(0, part)
    return " / ".join([first, "…", *last])


def and_more(number: int) -> str:
    """Return the end of a list that is cut: `and 1,204 more`; "" if nothing is cut."""
    return f"and {number:,} more" if number > 0 else ""


def range_of(first: int, last: int, total: int) -> str:
    """Return the range of a page in a list, counted from 1: `51–100 of 1,204`."""
    return f"{first:,}–{last:,} of {total:,}"


def initials(title: str) -> str:
    """Return at most two letters of a title, for a picture that is not there."""
    words = [word for word in title.split() if word[0].isalnum()]
    main = [word for word in words if word.lower() not in ("the", "a", "an", "of", "and")] or words
    return "".join(word[0].upper() for word in main[:2]) or "?"


def _decimal(number: float) -> str:
    """Return a number with one decimal if below 10, otherwise without decimals; a trailing `.0` is omitted."""
    return f"{number:.1f}".removesuffix(".0") if number < 9.95 else f"{number:.0f}"
