"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

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


class ProgressView(TypedDict):
    title: NotRequired[str]
    sub: NotRequired[str]
    empty: NotRequired[ProgressEmptyView]  # Replaces all that follows
    done: NotRequired[str]  # Number of the finished files
    total: NotRequired[str]
    now: NotRequired[float]
    max: NotRequired[float]
    line: NotRequired[str]
    parts: NotRequired[list[ProgressPartView]]
    rest: NotRequired[str]
    current: NotRequired[str]  # The file that is being written
    buttons: NotRequired[list[ButtonItemView]]
    summary: NotRequired[ProgressSummaryView | None]  # Of a finished operation
    order: NotRequired[str]
    statuses: NotRequired[list[ChoiceView]]
    items: NotRequired[ProgressItemPartView]
