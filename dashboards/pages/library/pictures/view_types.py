"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import ChoiceView, FilterView, SearchLinkView


class PicturesHeadView(TypedDict, total=False):
    title: str
    about: str
    shows: str  # "pictures", "table", "folders", or "" before the first view
    query: str
    problem: str  # Why the search is not valid, "" if it is
    sort: str
    sorts: list[ChoiceView]
    filters: list[FilterView]
    favorites: bool  # Only favorites are listed
    meaning: str
    views: list[ChoiceView]  # The saved views of the plan
    scan: str  # Text of a running scan, or ""
    offline: str  # Text about folders that are offline, or ""


class NoPicturesView(TypedDict):
    title: str
    text: str
    searches: list[SearchLinkView]


class PictureListView(TypedDict, total=False):
    list_id: str  # Equal for the same files in the same order
    version: int  # Changes when a tile may have changed
    total: int
    sections: list[tuple[str, int]]  # Day and number of files
    months: list[tuple[str, int, int]]  # Month, place of its first file, number of files
    empty: NoPicturesView | None
    editable: bool


class PicturesView(PicturesHeadView, PictureListView, total=False):
    pass
