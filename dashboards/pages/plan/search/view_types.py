"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import RiskLevelView
from dashboards.pages.plan.view_types import ExchangeView


class SearchErrorView(TypedDict):
    message: str
    position: int
    word: str


class SortView(TypedDict):
    key: str
    descending: bool
    order: str
    reversed: str
    options: list[tuple[str, str]]


class PlanHeadView(TypedDict, total=False):
    headline: str
    summary: str
    chips: list[RiskLevelView]
    query: str  # The text of the search field
    error: SearchErrorView | None
    problem: str
    listed: int  # Number of files in the list
    filtered: int  # Number of the chosen filters
    sort: SortView
    exchange: ExchangeView


class ReviewProgressView(TypedDict):
    left: float
    title: str
    text: str


class SearchView(TypedDict, total=False):
    shown: str  # The search that is shown
    parts: list[str]  # Its parts in words
    meaning: str
    found: str
    review: int
    reviewing: ReviewProgressView | None
    safe: int
    skipped: int
    brings_back: int


class SavedSearchView(TypedDict):
    id: int
    name: str
    means: str  # The search in words
    order: str
    default: bool  # The plan opens with this view
    here: bool  # The view is displayed now
    built_in: bool  # The view cannot be changed, renamed or removed


class SavedSearchesView(TypedDict, total=False):
    views: list[SavedSearchView]
    opened: str
    everything: bool


class PlanHeaderView(PlanHeadView, SearchView, SavedSearchesView, total=False):
    pass
