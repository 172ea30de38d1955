"""Lines about changes of properties and locks of one file."""

from __future__ import annotations

from typing import Any

from dashboards.components import paging
from indexium_core.model.files.properties import AuditEvent, AuditPage


def of_file(page: AuditPage, *, few: bool) -> dict[str, Any]:
    """Return one page of the changes of a file, each with time and source; `few`: the page has only the newest."""
    lines = [_line(event) | {"id": event.id, "who": event.source, "job": event.job_id} for event in page.items]
    return {**_page(page), "lines": lines, "all": few and len(lines) < page.total}


def _page(page: AuditPage) -> dict[str, Any]:
    place = paging.place(page.page, page.per_page, shown=len(page.items), total=page.total)
    return {"total": page.total, **place}


def _line(event: AuditEvent) -> dict[str, Any]:
    """Return one change: the property, and either the action or the old and the new value."""
    if event.done:
        return {"label": event.label, "done": event.done}
    return {"label": event.label, "old": event.before, "new": event.after}
