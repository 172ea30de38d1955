"""The log of a job: one line for each event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboards.components.base import Component, module
from dashboards.pages.jobs.view_types import JobLogContentView
from indexium_core.model.job import Job

SHOWN = 500  # maximum number of shown lines
LEVELS = {"warning": ("warning", "warning"), "error": ("error", "danger"), "critical": ("error", "danger")}
_SHOWN_FIELDS = frozenset({"at", "level", "event", "job_id", "traceback"})
_LONGEST = 2000  # maximum number of characters of one value


class JobLogView(Component):
    """Messages: `close` {id}."""

    _esm = module("job_log")
    _view = JobLogContentView
    _styles = ("jobs.css",)


def log_view(job: Job, title: str, lines: Sequence[Mapping[str, Any]], *, first: int, every: int) -> dict[str, Any]:
    """Return the log of a job: its newest `lines`, the oldest first; `first` earlier lines are left out."""
    return {
        "open": True,
        "id": job.id,
        "title": f"Log: {title}",
        "state": "The job has ended" if job.has_ended else f"Updated every {every} s",
        "lines": [line(each, key=first + place) for place, each in enumerate(lines)],
        "earlier": f"Up to {SHOWN} lines are shown, the newest." if len(lines) >= SHOWN else "",
        "none": "Nothing was logged." if job.has_ended else "Nothing was logged yet.",
    }


def line(entry: Mapping[str, Any], *, key: int) -> dict[str, Any]:
    """Return one line: time, level, event and further fields; unknown fields are shown unchanged."""
    word, level = LEVELS.get(str(entry.get("level", "")), (str(entry.get("level", "")), ""))
    at, on = _moment(entry.get("at"))
    more = [
        [_label(name), _value(value)]
        for name, value in entry.items()
        if name not in _SHOWN_FIELDS and value not in (None, "", {}, [])
    ]
    return {
        "key": key,
        "at": at,
        "on": on,
        "word": word,
        "level": level,
        "is_problem": bool(level),
        "text": str(entry.get("event", "")),
        "more": more,
        "trace": str(entry.get("traceback", "")),
    }


def _moment(text: Any) -> tuple[str, str]:
    """Return the time of day with milliseconds, and the date with the time, both in local time."""
    try:
        moment = datetime.fromisoformat(str(text)).astimezone()
    except (ValueError, OverflowError):
        return str(text or ""), ""
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}", f"{moment:%Y-%m-%d %H:%M:%S}"


def _label(key: str) -> str:
    return key.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping) and all(type(each) is int for each in value.values()):
        return ", ".join(f"{number} {_label(key)}" for key, number in value.items() if number) or "0"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
