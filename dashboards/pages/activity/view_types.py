"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import ChoiceView, EmptyView, PagedView


class ActivityRowView(TypedDict):
    key: str
    time: str
    who: str
    kind: str  # Of the actor, if it is no person: token, schedule, webhook; otherwise ""
    text: str
    act: str  # What a click on the text opens: operation, job, request; "" for nothing
    id: int
    state: str
    level: str
    undo: bool  # The step can be undone by who sees the page


class ActivityDayView(TypedDict):
    day: str
    rows: list[ActivityRowView]


class ActivityView(PagedView, total=False):
    summary: str
    actors: list[ChoiceView]
    days: list[ActivityDayView]
    empty: EmptyView | None
