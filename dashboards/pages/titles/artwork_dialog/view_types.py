"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict


class ArtworkKindView(TypedDict):
    key: str  # The kind, or the kind and the season
    type: str
    label: str  # "Poster", "Poster, season 2"
    name: str  # As in "No … yet"
    named: str  # As in "Choose …"
    count: int | None  # Null before it is read
    chosen: bool  # A person selected a picture


class ArtworkPartView(TypedDict):
    label: str
    points: str
    most: str
    share: float  # Percent of the most that this part can give
    width: float  # Percent of the whole score
    reason: str


class ArtworkPictureView(TypedDict):
    id: int
    preview: str  # Addresses
    original: str
    size: str
    width: int | None
    language: str  # ISO 639-1; "" if the picture has no text
    provider: str  # Its id
    label: str  # Of the provider
    source: str  # The provider, or the name of the file
    local: bool
    votes: str
    score: str  # "" if the picture has none
    rank: str  # "2nd of 14", by score
    parts: list[ArtworkPartView]
    selected: bool
    by: str  # Who selected it: "you", the name of a person, "" for the rule
    when: str
    former: bool  # A person selected it for another match of the title
    rejected: bool
    reason: str
    same: int | None  # The better picture that looks the same


class ArtworkProviderView(TypedDict):
    id: str
    label: str
    on: bool  # It can be searched
    about: str  # Why it cannot be searched, or why it gave no answer
    text: str  # What it has
    level: str  # Of the answer: found, none, failed, running, "" without a search


class ArtworkSearchView(TypedDict):
    providers: list[ArtworkProviderView]
    running: bool
    problem: str


class ArtworkDialogView(TypedDict, total=False):
    open: bool
    serial: int  # Number of the opening
    title: str
    series: bool  # The title is a series or a part of one
    key: str  # The kind that is shown
    kinds: list[ArtworkKindView]
    waits: bool  # The pictures of the kind are read
    pictures: list[ArtworkPictureView]
    main: int | None  # The picture that the title shows
    answered: int  # Number of the last action that the server has carried out
    problem: str  # Why the last action was not carried out
    message: str  # What the last step did
    undo: int  # How many steps can be undone
    search: ArtworkSearchView | None  # Null before a person opens it
