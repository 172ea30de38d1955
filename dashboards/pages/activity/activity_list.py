"""The list of the activity, by days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from dashboards import status_words
from dashboards.components import paging
from dashboards.components.base import Component, module
from dashboards.pages.activity.view_types import ActivityRowView, ActivityView
from indexium_core.model import wording
from indexium_core.model.activity import ActivityActor, ActivityPage, ActivityRow

PER_PAGE = 50
_PEOPLE = ("user", "local")  # kinds of actors that are people
_NOTHING = {
    "title": "Nothing yet",
    "text": "Decisions, writes, rollbacks, publications, requests, scans and sign-ins appear here.",
}


class ActivityList(Component):
    """
    Who did what, newest first.

    Messages: `actor` {value}, `page` {page}, `operation`, `job` and `request` {id}, `undo` {id} (of a step), `history`.
    """

    _esm = module("activity_list")
    _view = ActivityView
    _styles = ("activity.css",)


def view(
    page: ActivityPage, actors: Sequence[ActivityActor], *, actor: str, undoable: Collection[int]
) -> dict[str, Any]:
    """
    Return the view of a page of the activity.

    Args:
        page: The page.
        actors: Everybody who did something.
        actor: The name of the only listed actor, "" for all.
        undoable: The steps that the person who sees the page can undo.

    """
    names = list(dict.fromkeys(each.name for each in actors))
    choices = [{"value": "", "label": "Everybody"}, *({"value": name, "label": name} for name in names if name)]
    by_day = groupby(page.items, key=lambda row: row.at.astimezone().date())
    place = paging.place(page.page, PER_PAGE, shown=len(page.items), total=page.total)
    return {
        "summary": f"{wording.plural(page.total, 'entry', 'entries')}, {wording.plural(len(actors), 'actor')}",
        "actors": [choice | {"on": choice["value"] == actor} for choice in choices],
        "days": [
            {"day": _day(rows[0].at), "rows": [_row(row, undoable) for row in rows]}
            for rows in (list(rows) for _, rows in by_day)
        ],
        "empty": None if page.total else _NOTHING | ({"text": f"{actor} did nothing yet."} if actor else {}),
        "total": page.total,
        **place,
    }


def _day(moment: datetime) -> str:
    name = wording.day_in_words(moment)
    return name[:1].upper() + name[1:]


def _row(row: ActivityRow, undoable: Collection[int]) -> ActivityRowView:
    words, level = status_words.STATUS.get(row.state, (row.state, "blocked"))
    return {
        "key": f"{row.kind}-{row.id}-{row.at.timestamp()}",  # a request has several rows
        "time": f"{row.at.astimezone():%H:%M}",
        "who": row.actor_name or "unknown",
        "kind": "" if row.actor_kind in _PEOPLE else row.actor_kind,
        "text": row.text,
        "act": row.kind if row.kind in ("operation", "job", "request") else "",
        "id": row.id,
        "state": words,
        "level": level,
        "undo": row.kind == "step" and row.id in undoable,
    }
