"""Lines about changes of properties and locks: for one file, or for one job by file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import PurePath
from typing import Any

from dashboards.components import paging
from indexium_core.model.files.properties import LABELS, AuditEvent, AuditPage


def of_file(page: AuditPage, *, few: bool) -> dict[str, Any]:
    """Return one page of the changes of a file, each with time and source; `few`: the page has only the newest."""
    lines = [_line(event) | {"id": event.id, "who": event.source, "job": event.job_id} for event in page.items]
    return {**_page(page), "lines": lines, "all": few and len(lines) < page.total}


def by_job(page: AuditPage) -> dict[str, Any]:
    """Return one page of the changes of a job, grouped by file."""
    files = [_file(list(events)) for _, events in groupby(page.items, key=lambda event: event.file_id)]
    return {**_page(page), "files": files}


def _page(page: AuditPage) -> dict[str, Any]:
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {"total": page.total, **place}


def _file(events: list[AuditEvent]) -> dict[str, Any]:
    """Return one file with its lines, in the usual order of the properties."""
    path = events[0].file_path
    return {
        "id": events[0].file_id if path else None,
        "name": PurePath(path).name or "A file that was forgotten",
        "path": path,
        "lines": [_line(event) for event in _ordered(events)],
    }


def _ordered(events: Iterable[AuditEvent]) -> list[AuditEvent]:
    rank = {field: place for place, field in enumerate(LABELS)}
    return sorted(events, key=lambda event: rank.get(event.field, len(rank)))


def _line(event: AuditEvent) -> dict[str, Any]:
    """Return one change: the property, and either the action or the old and the new value."""
    if event.done:
        return {"label": event.label, "done": event.done}
    return {"label": event.label, "old": event.before, "new": event.after}
