"""Numbers, sizes, times and states as a person reads them. Pure; local time zone; powers of 1,000."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from indexium_core.model import sizes
from indexium_core.model.operations import strategies
from indexium_core.model.operations.interrupted import BECAME

__all__ = [
    "STATUS",
    "about",
    "ago",
    "clock",
    "count",
    "day",
    "files",
    "item_glyph",
    "item_status",
    "plural",
    "size",
    "span",
    "strategy",
    "when",
]

STATUS = {  # operation status → (words, level of its chip)
    "pending": ("waiting", "blocked"),
    "in_progress": ("running", "note"),
    "paused": ("paused", "warning"),
    "completed": ("completed", "safe"),
    "completed_with_errors": ("with errors", "warning"),
    "failed": ("failed", "danger"),
    "cancelled": ("cancelled", "blocked"),
    "interrupted": ("interrupted", "danger"),
    "rolled_back": ("rolled back", "blocked"),
    "partly_rolled_back": ("partly rolled back", "warning"),
}

_ITEM = {  # item status → (words, level of its chip)
    "pending": ("waiting", "blocked"),
    "writing": ("writing", "note"),
    "success": ("done", "safe"),
    "skipped": ("skipped", "blocked"),
    "failed": ("failed", "danger"),
    "conflict": ("refused", "danger"),
    "unknown": ("cannot tell", "warning"),
}


_GLYPHS = {  # by status, and by the codes that say it better
    "pending": "·",
    "writing": "…",
    "success": "✓",
    "skipped": "–",
    "failed": "✕",
    "conflict": "⊘",
    "unknown": "?",
    "in_use": "◔",
    "nothing_to_do": "–",
    "cancelled": "·",
    "restored": "↺",
}


def count(number: int) -> str:
    """Return 1204 as `1,204`."""
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """Return `1 file`, `1,204 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def files(number: int) -> str:
    """Return `1 file`, `1,204 files`."""
    return plural(number, "file")


def size(number: float) -> str:
    """Return a number of bytes as `3 bytes`, `4.1 GB`, `38 GB`."""
    return sizes.in_words(number)


def span(seconds: float) -> str:
    """Return a length of time as `3 ms`, `2.1 s`, `4 min`, `1 h 5 min`."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def about(seconds: float) -> str:
    """Return how long something may take, which nobody knows to the millisecond: `about 2.1 s`."""
    return "less than a second" if seconds < 1 else f"about {span(seconds)}"


def clock(seconds: float) -> str:
    """Return a duration as a player shows it: `0:07`, `1:52:07`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def day(moment: datetime, *, now: datetime | None = None) -> str:
    """Return `18 Feb`, with the year where it is not this one."""
    local, today = moment.astimezone(), (now or datetime.now(UTC)).astimezone()
    text = f"{local.day} {local:%b}"
    return text if local.year == today.year else f"{text} {local.year}"


def when(moment: datetime, *, now: datetime | None = None) -> str:
    """Return `today 09:12`, `yesterday 21:05`, `18 Nov 14:22`."""
    local, today = moment.astimezone(), (now or datetime.now(UTC)).astimezone()
    days = (today.date() - local.date()).days
    name = {0: "today", 1: "yesterday"}.get(days) or day(moment, now=today)
    return f"{name} {local:%H:%M}"


def ago(moment: datetime, *, now: datetime | None = None) -> str:
    """Return `just now`, `4 min ago`, `3 h ago`, else the day."""
    past = (now or datetime.now(UTC)) - moment
    if past < timedelta(minutes=1):
        return "just now"
    if past < timedelta(hours=1):
        return f"{past.seconds // 60} min ago"
    if past < timedelta(days=1):
        return f"{past.seconds // 3600} h ago"
    return f"on {day(moment, now=now)}"


def strategy(name: str) -> str:
    """Return how a strategy writes, in words."""
    return strategies.in_words(name)


def item_glyph(status: str, code: str = "") -> str:
    """Return the sign that stands before the words for an item."""
    return _GLYPHS.get(code) or _GLYPHS.get(status, "")


def item_status(status: str, code: str = "", *, ended: bool = False) -> tuple[str, str]:
    """Return words and chip level for an item, `ended`: of an operation that has; a code can say it better."""
    if ended and status == "pending":
        return BECAME["restored" if code == "restored" else "not_started"], "blocked"
    if code == "in_use":
        return "in use: later", "blocked"
    if code == "nothing_to_do":
        return "nothing to do", "blocked"
    if code == "cancelled":
        return "not started", "blocked"
    if status == "skipped" and code == "restored":
        return BECAME["restored"], "blocked"
    return _ITEM.get(status, (status, "note"))
