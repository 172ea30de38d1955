"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import ButtonItemView, ChoiceView, PagedView


class ProgressSummaryView(TypedDict):
    title: str
    level: str
    glyph: str
    lines: list[str]
    buttons: list[ButtonItemView]


class ProgressItemView(TypedDict):
    id: int
    name: str
    path: str
    tags: str
    what: str
    status: str
    level: str
    glyph: str
    faded: bool


class ProgressEmptyView(TypedDict):
    title: str
    text: str
    buttons: list[ButtonItemView]


class ProgressPartView(TypedDict):
    kind: str
    label: str
    share: float


class ProgressItemPartView(PagedView):
    rows: list[ProgressItemView]


class ProgressView(TypedDict, total=False):
    title: str
    sub: str
    empty: ProgressEmptyView  # Replaces all that follows
    done: str  # Number of the finished files
    total: str
    now: float
    max: float
    line: str
    parts: list[ProgressPartView]
    rest: str
    current: str  # The file that is being written
    buttons: list[ButtonItemView]
    summary: ProgressSummaryView | None  # Of a finished operation
    order: str
    statuses: list[ChoiceView]
    items: ProgressItemPartView
