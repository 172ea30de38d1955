"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import EmptyView


class PeopleHeaderView(TypedDict, total=False):
    title: str
    summary: str
    text: str
    display: str
    sort: str


class PersonView(TypedDict, total=False):
    id: int
    name: str
    qualifier: str
    initials: str
    picture: str  # Address of the picture, or ""
    files: str
    years: str
    aliases: str


class PeopleListView(TypedDict, total=False):
    display: str  # "pictures" or "list"
    rows: list[PersonView]
    total: int
    range: str
    page: int
    pages: int
    open: int | None  # The person in the details
    empty: EmptyView | None


class PersonFileView(TypedDict):
    id: int
    name: str
    path: str
    place: str
    picture: str
    is_shown: bool


class PersonContentCompanionView(TypedDict):
    id: int
    name: str
    files: str


class PersonContentView(TypedDict, total=False):
    open: bool
    title: str
    facts: list[list[str]]
    companions: list[PersonContentCompanionView]
    merged: list[str]
    shown_files: list[PersonFileView]
    more: str
    can_split: bool
    href: str  # The files in the plan


class PersonDrawerView(PersonView, PersonContentView, total=False):
    pass
