"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ChoiceView, LegendView


class ExampleQueryView(TypedDict):
    index: int
    name: str
    fields: int


class QueryFieldView(TypedDict):
    name: str
    kind: str
    value: str


class SqlErrorView(TypedDict):
    message: str
    position: int | None
    length: int
    text: str


class QueryEditorView(TypedDict, total=False):
    text: str
    serial: int
    name: str
    saved: str  # The stored text of a saved query, "" for an unsaved one
    fields: list[QueryFieldView]
    running: bool
    seconds: float
    error: SqlErrorView | None
    status: str


class QueryHeaderView(TypedDict, total=False):
    summary: str


class ResultColumnView(TypedDict):
    name: str
    type: str
    right: bool


class ResultCellView(TypedDict):
    kind: NotRequired[str]
    text: NotRequired[str]
    items: NotRequired[list[str]]
    more: NotRequired[int]


class ChartFieldView(TypedDict):
    value: str
    options: list[ChoiceView]


class QueryResultSortView(TypedDict):
    column: int
    descending: bool


class QueryResultSelectionView(TypedDict):
    count: int
    text: str
    hint: str
    edit: str


class QueryResultView(TypedDict, total=False):
    state: Literal["empty", "result"]
    examples: list[ExampleQueryView]
    run: int  # The number of the run whose result it is
    faded: bool  # A query is running
    tab: Literal["table", "chart", "columns"]
    columns: list[ResultColumnView]
    rows: list[list[ResultCellView]]
    total: int
    range: str
    page: int
    pages: int
    sort: QueryResultSortView | None
    cut: str
    number: str  # Number of the rows in words
    facts: list[list[str]]
    files: str
    search: str
    api: str
    pandas: str
    selection: QueryResultSelectionView | None
    choices: dict[Literal["kind", "x", "y", "colour"], ChartFieldView]
    legend: list[LegendView]
    note: str
    problem: str
    lying: bool  # The bars are horizontal: the column of the names is on the y axis
    description: str


class SnapshotColumnView(TypedDict):
    name: str
    type: str
    description: str


class SnapshotTableView(TypedDict):
    name: str
    description: str
    rows: str
    columns: list[SnapshotColumnView]


class SavedQueryView(TypedDict):
    id: int
    name: str
    fields: int
    here: bool


class QueryRunView(TypedDict):
    serial: int
    text: str
    values: dict[str, str]
    outcome: str
    at: str


class QuerySideView(TypedDict, total=False):
    tables: list[SnapshotTableView]
    saved: list[SavedQueryView]
    examples: list[ExampleQueryView]
    last: QueryRunView | None
    home: str
