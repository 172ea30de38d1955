"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import (
    ActView,
    ChoiceView,
    EmptyView,
    FilterView,
    PagedView,
    PosterView,
    ProviderRequestView,
)


class TitleFactsView(TypedDict):
    id: int
    href: str
    name: str
    year: str
    kind: str
    rating: str
    genres: list[str]
    size: str
    state: str
    notes: list[str]


class TitleTileView(PosterView, TitleFactsView):
    pass


class SelectableTitleView(TitleTileView):
    unpublished: bool  # It has changes that are not published
    selected: bool
    can: bool  # It can be selected


class RelatedView(TitleTileView):
    why: str


class MoveTargetView(TypedDict):
    id: int
    label: str
    about: str
    numbered: bool


class TitleMoverView(TypedDict, total=False):
    open: bool
    serial: int  # Number of the file that the dialog was opened for
    name: str
    path: str
    by_hand: bool  # A person moved the file to its title
    role: str  # What the file is now
    text: str  # The search whose titles are shown
    titles: list[MoveTargetView]
    problem: str


class CastView(TypedDict):
    key: str
    name: str
    part: str


class TitleFileView(TypedDict):
    id: int
    href: str
    name: str
    path: str
    about: str


class EpisodeView(TypedDict):
    id: int
    href: str
    code: str
    title: str
    about: str


class SeasonView(TypedDict):
    number: int
    title: str
    about: str
    episodes: list[EpisodeView]
    gaps: list[str]


class TitleMatchReasonView(TypedDict):
    text: str
    points: str


class TitleMatchView(TypedDict):
    text: str
    explanation: str
    by: str
    candidate: str
    score: str
    reasons: list[TitleMatchReasonView]
    href: str


class TitleStateView(TypedDict):
    text: str
    label: str
    name: str


class TitleSeriesLinkView(TypedDict):
    id: int
    href: str
    title: str


class TitleRequestsView(PagedView):
    rows: list[ProviderRequestView]


class AnswerView(TypedDict):
    name: str  # Of a provider
    text: str


class TitleFactsOfPageView(TypedDict, total=False):
    hidden: bool
    missing: EmptyView  # Why the title cannot be shown
    id: int
    kind: str
    about: str
    state: TitleStateView
    series: TitleSeriesLinkView | None
    backdrop: str
    no_poster: str  # Why the poster cannot be shown; "" if it can, or if there is none
    plot: str
    ignored: bool
    can_ignore: bool
    can_plan: bool
    look_up: str  # Label of the button; "" if no provider can be asked
    publish: TitlePublishView | None  # None before it is known
    answers: list[AnswerView]  # What each provider has said
    choose: str  # The button that chooses pictures, "" without it
    cast: list[CastView]
    crew: list[CastView]
    files: list[TitleFileView]
    files_total: str
    nfo_problems: list[str]  # What is wrong with the NFO files beside the files
    seasons: list[SeasonView]
    episodes: list[EpisodeView]
    gaps: list[str]
    related: list[RelatedView]
    match: TitleMatchView | None
    requests: TitleRequestsView | None  # To providers; null before they are read


class ValueChoiceView(TypedDict):
    place: int
    text: str
    origin: str
    time: str
    shown: bool


class ValueView(TypedDict):
    field: str
    label: str
    about: str
    text: str
    origin: str
    time: str
    locked: bool
    nfo: bool  # Its NFO file locks the field
    count: int  # Of candidates
    open: bool
    editable: bool
    typed: str  # The whole value as text
    by_hand: bool  # There is a value by hand
    candidates: list[ValueChoiceView]


class ValuesMoreView(TypedDict):
    field: str
    label: str


class ValuesView(TypedDict, total=False):
    values: list[ValueView]
    more: list[ValuesMoreView]  # Fields without a value
    opened: str
    problem: str


class TitleContentView(PosterView, TitleFactsOfPageView, ValuesView, total=False):
    pass


class QuickView(TypedDict):
    key: str
    value: str
    label: str
    count: str
    on: bool


class LookUpProgressView(TypedDict):
    id: int
    text: str
    share: float | None


class PublishOfferView(TypedDict):
    href: str
    label: str
    done: bool  # There is nothing to publish


class TitlePublishView(TypedDict):
    label: str  # Of the button; "" if there is nothing to publish
    href: str
    text: str  # When it was published, "" if it was not


class TitlesListDecideView(TypedDict):
    href: str
    count: str
    open: bool


class TitlesListResultView(TypedDict):
    text: str
    left: str


class TitlesListLookUpView(TypedDict):
    label: str
    names: str


class TitlesListEmptyFolderView(TypedDict):
    id: int
    name: str


class TitlesListEmptyView(TypedDict):
    title: str
    text: str
    acts: list[ActView]
    folders: NotRequired[list[TitlesListEmptyFolderView]]
    kinds: NotRequired[list[ChoiceView]]


class TitlesListAttributionView(TypedDict):
    text: str
    href: str


class TitlesSelectionView(TypedDict):
    text: str  # "12 titles selected"
    acts: list[ActView]  # What can be done with them


class TitlesListView(TypedDict, total=False):
    shows: str  # "posters", "table", or "" before the first view
    hidden: bool
    title: str
    about: str
    query: str
    problem: str  # Which values of the address are not valid, "" for none
    filters: list[FilterView]
    quick: list[QuickView]
    sorts: list[ChoiceView]
    sort: str
    narrowed: bool
    items: list[SelectableTitleView]
    selection: TitlesSelectionView | None  # None: nothing is selected
    picked: int  # Serial number of the last choice that is counted
    all: Literal["all", "some", "none"]  # How many titles of the list are selected
    able: int  # Number of titles that can be selected
    total: int
    range: str
    page: int
    pages: int
    decide: TitlesListDecideView | None
    publish: PublishOfferView | None
    progress: list[LookUpProgressView]
    result: TitlesListResultView | None  # Of the last job; `left` opens the titles without a match
    look_up: TitlesListLookUpView | None  # What a look-up sends
    notice: str
    bare: bool  # No title is known, so there is nothing to search, to filter and to order
    empty: TitlesListEmptyView | None
    attribution: list[TitlesListAttributionView]
