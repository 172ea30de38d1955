"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ChipView, EmptyView, FieldValuesView, PagedView, PartView, TagView


class RollbackConflictView(TypedDict):
    name: str
    path: str
    status: str
    level: str
    message: str


class RollbackCheckView(TypedDict):
    text: NotRequired[str]  # While the check runs
    pairs: NotRequired[list[list[str]]]
    hints: NotRequired[list[str]]
    conflicts: NotRequired[list[RollbackConflictView]]
    more: NotRequired[str]


class OperationButtonView(TypedDict):
    label: str
    act: str
    kind: NotRequired[str]
    why: NotRequired[str]  # Reason if it is disabled
    on: NotRequired[bool]  # Whether the part that the button opens is open
    data: NotRequired[dict[str, Any]]


class OperationPersonView(TypedDict):
    name: str
    files: str
    why: str


class OperationFileDetailView(TypedDict):
    before: list[PartView] | None
    after: list[PartView] | None
    same: bool  # Only other fields change: the comment stays
    beside: bool  # Files beside the media change: there is no comment
    fields: FieldValuesView  # The other fields that change
    done: bool
    proof: list[str]  # The results of the verification
    tries: list[str]  # Earlier tries
    facts: list[list[str]]


class OperationFileView(TypedDict):
    id: int
    name: str
    path: str
    status: str
    level: str
    glyph: str
    tags: list[TagView]
    message: str
    may: bool  # The file can be chosen; if not, `why` is the reason
    on: bool
    why: str
    open: bool
    detail: OperationFileDetailView | None


class OperationFilesShownView(TypedDict):
    value: str
    label: str
    count: int


class OperationFilesView(TypedDict):
    rows: list[OperationFileView]
    shown: list[OperationFilesShownView]  # The filter
    value: str
    query: str
    searchable: bool
    choosing: bool
    chosen: int
    choice: str  # Text of the button for the chosen files, "" for none
    found: str  # Text of the button for the files that the search finds, "" for none


class HistoryDetailsFileView(OperationFilesView, PagedView):
    pass


class HistoryDetailsView(TypedDict, total=False):
    open: bool
    id: int
    title: str
    when: str
    verdict: ChipView
    facts: list[list[str]]
    check: RollbackCheckView | None
    buttons: list[OperationButtonView]
    people: list[OperationPersonView] | None  # While a person is chosen
    files: HistoryDetailsFileView


class HistoryHeaderView(TypedDict, total=False):
    summary: str


class OperationView(TypedDict):
    id: int
    title: str
    when: str
    files: str
    sum: str
    status: str
    level: str
    rollback: str  # Whether the operation can be rolled back, and `why`
    able: bool
    why: str


class HistoryListView(TypedDict, total=False):
    rows: list[OperationView]
    total: int
    range: str
    page: int
    pages: int
    cursor: int | None  # The operation in the details
    empty: EmptyView | None


class StatusOptionView(TypedDict):
    value: str
    label: str
    count: NotRequired[int]
    on: NotRequired[bool]


class SearchChipView(TypedDict):
    kind: str
    text: str
    label: str


class HistorySearchView(TypedDict, total=False):
    query: str
    error: str
    since: str
    until: str
    preset: str
    presets: list[StatusOptionView]
    dates: str  # The chosen days in words, "" for all
    kind: str
    types: list[StatusOptionView]
    statuses: list[StatusOptionView]
    filtered: int  # Number of the chosen types and statuses
    chips: list[SearchChipView]
