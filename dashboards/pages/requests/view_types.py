"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import (
    ButtonItemView,
    ChoiceView,
    DialogItemTextView,
    EmptyView,
    PagedView,
    TagView,
)


class RequestsHeaderView(TypedDict, total=False):
    summary: str
    states: list[ChoiceView]


class RequestRowView(TypedDict):
    id: int
    title: str
    who: str  # Who proposed it, and when
    files: str
    why: str
    state: str
    level: str


class RequestsListView(TypedDict, total=False):
    rows: list[RequestRowView]
    total: int
    range: str
    page: int
    pages: int
    cursor: int | None  # The request in the details
    empty: EmptyView | None


class RequestStepView(TypedDict):
    at: str
    text: str  # What was done, and by whom
    note: str


class RequestFileView(TypedDict):
    id: int | None  # Of a file that the plan can show
    name: str
    path: str
    tags: list[TagView]  # As in the table of the plan
    more: int  # Number of people that are not in `tags`
    risk: str
    reason: str
    texts: list[DialogItemTextView]  # That a write would lose


class RequestFilesView(PagedView):
    noun: str  # File or Title
    rows: list[RequestFileView]


class RequestDetailsView(TypedDict, total=False):
    open: bool
    id: int
    title: str
    when: str
    state: str
    level: str
    text: str  # Why it waits, or the reason of the decision
    facts: list[list[str]]
    acts: list[ButtonItemView]
    hint: str  # Why the person may not decide
    steps: list[RequestStepView]
    files: RequestFilesView
