"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import PagedView, SearchLinkView, TagView


class ExchangeView(TypedDict):
    files: str  # Address of the downloads, "" if the service has no downloads
    search: str  # Parameters of the address: what is exported
    what: str  # The search in words
    every: str  # The search in words, with the unchanged and the skipped files
    largest: int  # Maximum size of an upload in bytes
    too_large: str  # The message for a larger one


class PlanRowView(TypedDict):
    id: int
    name: str
    place: str  # The folder, shortened in the middle
    folder: str  # The whole folder
    size: str
    ext: str
    mark: str
    draft: NotRequired[bool]  # The page keeps an edit that is not saved
    tags: list[TagView]  # People, then changed fields
    more: int  # Number of people that are not in `tags`
    risk: str
    reason: str
    why: str
    method: str  # The method of the write
    cost: str
    can: bool  # The file can be selected
    selected: bool
    faded: bool


class EmptyPlanView(TypedDict):
    title: str
    text: str
    code: NotRequired[str]
    searches: NotRequired[list[SearchLinkView]]  # Searches that may find more
    act: NotRequired[str]  # Missing or "" for none
    label: NotRequired[str]


class PlanRowsView(TypedDict, total=False):
    rows: list[PlanRowView]
    incomplete: bool  # Only the rows are sent: header and actions follow
    reviewing: bool  # The dangerous files are reviewed one after the other
    first: int  # Number of files before this page
    picked: int  # Serial number of the last choice that is counted
    shown: int | None  # The file in detail, where the page or a link has opened it
    list_key: str  # Identifies the list: search, order and page
    empty: EmptyPlanView | None


class PlanTableHeadView(TypedDict, total=False):
    able: int  # Number of the files of the search that can be written
    all: Literal["all", "some", "none"]  # How many of these files are selected
    sort: str
    descending: bool


class PlanTableView(PlanRowsView, PlanTableHeadView, PagedView, total=False):
    pass
