"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ActView, ChoiceView, FilterView, PartView, RiskLevelView


class PublishSideFileView(TypedDict):
    kind: str  # new, edit, repl, gone, same or stop: a class
    sign: str
    name: str
    word: str


class PublishNoteView(TypedDict):
    level: str
    text: str


class PublishPictureView(TypedDict):
    title: str
    poster: str  # Address of a picture; "" for none
    initials: str
    wide: bool


class PublishRowView(TypedDict):
    id: int
    address: str
    name: str
    title: str
    about: str
    folder: str
    picture: PublishPictureView
    files: list[PublishSideFileView]
    notes: list[PublishNoteView]
    people: list[str]
    more_people: int
    risk: str
    reason: str
    why: str
    can: bool
    selected: bool


class PublishEmptyView(TypedDict):
    title: str
    text: str
    acts: list[ActView]


class PublishListView(TypedDict, total=False):
    rows: list[PublishRowView]
    shown: int | None  # The row in detail
    all: Literal["all", "some", "none"]
    able: int
    picked: int
    problem: str
    empty: PublishEmptyView | None
    total: int
    page: int
    pages: int
    range: str


class PublishQuickView(TypedDict):
    label: str
    count: str
    on: bool


class PublishHeaderView(TypedDict, total=False):
    headline: str
    summary: str
    chips: list[RiskLevelView]
    query: str
    filters: list[FilterView]
    unchanged: PublishQuickView
    narrowed: bool
    acts: list[ActView]
    about: str
    sorts: list[ChoiceView]
    sort: str
    is_bare: bool


class PublishLineView(TypedDict):
    state: str
    parts: list[PartView]
    count: int


class PublishChoiceView(TypedDict):
    label: str
    choice: str
    path: str


class PublishNfoView(TypedDict):
    path: str
    file: PublishSideFileView
    about: str
    lines: list[PublishLineView]
    problem: str
    choices: list[PublishChoiceView]


class PublishImageView(TypedDict):
    path: str
    file: PublishSideFileView
    wide: bool
    before: str  # Address of the picture; "" for none
    after: str
    is_same: bool
    about: str
    choices: list[PublishChoiceView]


class PublishFactView(TypedDict):
    state: str
    text: str


class PublishPlayerView(TypedDict):
    player: str
    versions: str
    is_shown: bool
    title: str
    about: str
    picture: PublishPictureView
    facts: list[PublishFactView]


class PublishMemberView(TypedDict):
    address: str
    name: str


class PublishDetailsView(TypedDict, total=False):
    open: bool
    id: str
    is_read: bool
    title: str
    about: str
    path: str
    back: NotRequired[PublishMemberView | None]
    why: list[PublishNoteView]
    nfo: list[PublishNfoView]
    images: list[PublishImageView]
    players: list[PublishPlayerView]
    rollback: list[list[str]]
    members: list[PublishMemberView]
    people: list[str]
    published: str
    can: bool
    selected: bool
    can_discard: bool
