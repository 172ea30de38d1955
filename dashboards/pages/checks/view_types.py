"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ButtonItemView, EmptyView


class ResolutionView(TypedDict):
    code: str
    label: str
    text: str


class FindingTagView(TypedDict):
    text: str
    kind: str
    note: NotRequired[str]


class FindingFileListView(TypedDict):
    label: str
    tags: list[FindingTagView]


class FindingFileView(TypedDict):
    name: str
    path: str
    place: str
    media: str
    lists: list[FindingFileListView]


class ChecksDetailsNameView(TypedDict):
    name: str
    text: str


class ChecksDetailsView(TypedDict, total=False):
    open: bool
    subject: str  # Identifies the finding
    title: str
    text: str
    ignored: bool  # The finding is ignored
    names: list[ChecksDetailsNameView]
    resolutions: list[ResolutionView]
    files: list[FindingFileView]
    more: str
    href: str  # The files in the plan


class FindingGroupView(TypedDict):
    kind: str
    title: str
    count: str
    on: bool


class ChecksHeaderView(TypedDict, total=False):
    title: str
    summary: str
    groups: list[FindingGroupView]


class FindingView(TypedDict):
    subject: str  # Identifies the finding
    title: str
    sub: str
    is_file: bool
    tags: list[FindingTagView]
    more: int  # Number of hidden tags
    files: str
    text: str


class ChecksListView(TypedDict, total=False):
    title: str
    text: str
    rows: list[FindingView]
    total: int
    range: str
    page: int
    pages: int
    ignored: bool  # The ignored findings are shown
    turn: str  # Text of the button that shows the other findings
    at_once: list[ButtonItemView]  # Actions on all findings
    subject: str  # The finding in the details, or ""
    empty: EmptyView | None
