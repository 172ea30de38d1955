"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class PeopleHeaderView(TypedDict):
    title: str
    summary: str
    text: NotRequired[str]
    display: str
    sort: str


class PersonView(TypedDict):
    id: int
    name: str
    qualifier: str
    initials: str
    picture: str  # Address of the picture, or ""
    files: str
    years: str
    aliases: str


class PeopleListEmptyView(TypedDict):
    title: str
    text: str


class PeopleListView(TypedDict):
    display: NotRequired[str]  # "pictures" or "list"
    rows: NotRequired[list[PersonView]]
    total: int
    range: str
    page: int
    pages: int
    open: int | None  # The person in the details
    empty: PeopleListEmptyView | None


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


class PersonContentView(TypedDict):
    open: bool
    title: str
    facts: list[list[str]]
    companions: list[PersonContentCompanionView]
    merged: list[str]
    shown_files: list[PersonFileView]
    more: str
    can_split: bool
    href: str  # The files in the plan


class PersonDrawerView(PersonView, PersonContentView):
    pass
