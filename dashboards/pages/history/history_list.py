"""The list of operations with its search and filters."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dashboards import status_words
from dashboards.components import operation_text, paging
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import EmptyView
from dashboards.pages.history.view_types import (
    HistoryHeaderView,
    HistoryListView,
    HistorySearchView,
)
from dashboards.state import HistoryState, history_term
from indexium_core import errors
from indexium_core.model import query, wording
from indexium_core.model.accounts.permissions import QUERY_RUN, ROLLBACK
from indexium_core.model.operations.operation import (
    ACTIVE_STATES,
    MetadataOperation,
    OperationCounts,
    PaginatedOperations,
)
from indexium_core.model.planning import risk

STATES = (
    "completed",
    "completed_with_errors",
    "interrupted",
    "cancelled",
    "failed",
    "rolled_back",
    "partly_rolled_back",
    "in_progress",
    "paused",
)
TYPES = {"": "All operations", "write": "Writes", "publish": "Publications", "rollback": "Rollbacks"}
PRESETS = {"": "All time", "today": "Today", "week": "Last 7 days", "month": "Last 30 days", "year": "This year"}
NO_COUNTS = OperationCounts(by_status={}, by_type={})


class HistoryHeader(Component):
    """Messages: `as_sql`, `activity`."""

    _esm = module("history_header")
    _view = HistoryHeaderView
    _needs = needing({QUERY_RUN: "as_sql"})


class HistorySearch(Component):
    """
    The search of the history.

    Messages: `search` {query}, `status` {value, on}, `kind` {value}, `dates` {since} or {until}, `preset` {value},
    `drop` {kind, text} (one of the chips), `clear`.
    """

    _esm = module("history_search")
    _view = HistorySearchView
    _styles = ("history.css", "field_values.css")


class HistoryList(Component):
    """
    The operations that the search finds.

    Messages: `open` {id}, `cursor` {id}, `first` {id} (there is space beside the list), `close`, `page` {page},
    `rollback` {id}.
    """

    _esm = module("history_list")
    _view = HistoryListView
    _styles = ("history.css", "field_values.css")
    _needs = needing({ROLLBACK: ROLLBACK})


# Search and filters.


def search_view(
    state: HistoryState, *, error: str, counts: OperationCounts = NO_COUNTS, today: date | None = None
) -> dict[str, Any]:
    """Return the view of the search; `counts` are the numbers of matching operations."""
    today = today or date.today()  # noqa: DTZ011 - days of the person, local
    chosen = state.statuses()
    shown = [name for name in STATES if counts.by_status.get(name) or name in chosen]
    by_type = {"": sum(counts.by_type.values()), **counts.by_type}
    return {
        "query": state.query,
        "error": error,
        "since": state.since,
        "until": state.until,
        "preset": next((key for key in PRESETS if days(key, today) == (state.since, state.until)), "own"),
        "presets": [{"value": key, "label": label} for key, label in PRESETS.items()],
        "dates": dates_label(state),
        "kind": state.kind,
        "types": [{"value": key, "label": label, "count": by_type.get(key, 0)} for key, label in TYPES.items()],
        "statuses": [
            {
                "value": name,
                "label": status_words.STATUS[name][0],
                "count": counts.by_status.get(name, 0),
                "on": name in chosen,
            }
            for name in shown
        ],
        "filtered": len(chosen) + bool(state.kind),
        "chips": chips(state),
    }


def days(preset: str, today: date) -> tuple[str, str]:
    """Return the first and last day of a preset, ISO; "" for no limit."""
    back = {"today": 0, "week": 6, "month": 29}.get(preset)
    if back is not None:
        return (today - timedelta(days=back)).isoformat(), today.isoformat()
    return (f"{today.year}-01-01", today.isoformat()) if preset == "year" else ("", "")


def dates_label(state: HistoryState) -> str:
    """Return the days of the list in words; "" for all."""
    first, last = (_day_name(text) for text in (state.since, state.until))
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else ""


def _day_name(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    year = "" if day.year == date.today().year else f" {day.year}"  # noqa: DTZ011 - days of the person, local
    return f"{day.day} {day:%b}{year}"


def chips(state: HistoryState) -> list[dict[str, str]]:
    """Return each filter of the list with its kind, its value and its label."""
    found = [
        {
            "kind": "status",
            "text": name,
            "label": status_words.STATUS.get(name, (name,))[0],
        }
        for name in state.statuses()
    ]
    if state.kind:
        found.insert(0, {"kind": "kind", "text": state.kind, "label": TYPES[state.kind].lower()})
    if state.error:
        label = risk.outcome(state.error, state.error)
        found.append({"kind": "error", "text": state.error, "label": f"error: {label}"})
    if dates_label(state):
        found.append({"kind": "dates", "text": "", "label": dates_label(state)})
    try:
        sought = query.parse_history(state.query)
    except errors.QueryError:
        return found
    found += [{"kind": "person", "text": text, "label": f"person: {text}"} for text in sought.people]
    found += [{"kind": "path", "text": text, "label": f"path: {text}"} for text in sought.paths]
    return found + [{"kind": "word", "text": text, "label": f"“{text}”"} for text in sought.words]


def without(text: str, kind: str, term: str) -> str:
    """Return a search without one of its terms; `kind` is word, person or path."""
    sought = query.parse_history(text)
    terms = [("word", each) for each in sought.words]
    terms += [("person", each) for each in sought.people]
    terms += [("path", each) for each in sought.paths]
    if (kind, term) in terms:
        terms.remove((kind, term))
    return " ".join(history_term(*each) for each in terms)


# The list.


def list_view(page: PaginatedOperations, *, state: HistoryState, shown: int | None) -> dict[str, Any]:
    """Return one page of operations; `shown` is the operation that is shown in detail."""
    return {
        "rows": [row(operation) for operation in page.items],
        "total": page.total,
        **paging.place(page.page, page.per_page, shown=len(page.items), total=page.total),
        "cursor": shown,
        "empty": None if page.total else _empty(state),
    }


def _empty(state: HistoryState) -> EmptyView:
    if state.narrowed():
        return {"title": "No operation matches", "text": "Try another word, another state or more days."}
    return {
        "title": "Nothing has been written yet",
        "text": "Every write, publication and rollback is listed here, with what it changed in which file.",
    }


def row(operation: MetadataOperation) -> dict[str, Any]:
    """Return one line of the list."""
    status, level = chip(operation)
    return {
        "id": operation.id,
        "title": operation_text.name(operation),
        "when": f"{operation_text.kind_name(operation)} · {wording.when(operation.started_at)}",
        "files": operation_text.items(operation, operation.file_count),
        "sum": operation_text.outcome(operation),
        "status": status,
        "level": level,
        "rollback": rollback_text(operation),
        "able": operation_text.can_roll_back(operation),
        "why": operation_text.rollback_blocker(operation),
    }


def chip(operation: MetadataOperation) -> tuple[str, str]:
    """Return text and level of the status chip; the number of problems replaces `completed with errors`."""
    if operation.status == "completed_with_errors":
        others = operation.failure_count + operation.unknown_count
        problem = "problem" if others else "conflict"
        return wording.plural(operation.conflict_count + others, problem), "warning"
    return status_words.STATUS.get(operation.status, (operation.status, "note"))


def rollback_text(operation: MetadataOperation) -> str:
    """Return until when the operation can be rolled back, or briefly why it cannot."""
    if operation.status in ACTIVE_STATES:
        return "not yet"
    if operation.origin:
        return f"from {operation.origin}"
    if not operation_text.can_roll_back(operation):
        return "nothing to roll back"
    if not operation.can_rollback:
        return "comments only"
    if operation.can_resume:
        return "or resume"
    until = operation_text.expiry(operation.expires_at)
    return f"until {until}" if until else "can be rolled back"
