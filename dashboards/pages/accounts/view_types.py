"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ChipView, ChoiceView


class AccountRowView(TypedDict):
    id: int
    name: str
    role: str
    folders: str  # How many folders the person sees; "": all
    state: ChipView
    seen: str
    sessions: str
    is_own: bool


class SeenFolderView(TypedDict):
    id: int
    name: str
    path: str
    on: bool  # The person sees it


class AccountsView(TypedDict, total=False):
    error: str
    settings: str
    summary: str
    rows: list[AccountRowView]
    roles: list[ChoiceView]
    meaning: dict[str, str]  # What each role is for
    folders: list[SeenFolderView]  # What a new person may see
    open: int | None
    problem: str  # Why the new person was refused
    added: int  # How many people this page has added


class AccountSessionView(TypedDict):
    id: int
    browser: str
    client: str
    address: str
    seen: str


class AccountDetailsView(TypedDict):
    open: bool
    id: NotRequired[int]
    title: NotRequired[str]
    facts: NotRequired[list[list[str]]]
    role: NotRequired[str]
    roles: NotRequired[list[ChoiceView]]
    meaning: NotRequired[str]
    folders: NotRequired[list[SeenFolderView]]
    sees_all: NotRequired[bool]
    is_limitable: NotRequired[bool]  # An administrator sees all folders
    enabled: NotRequired[bool]
    sessions: NotRequired[list[AccountSessionView]]
    problem: NotRequired[str]
    saved: NotRequired[int]  # How often a password was set
