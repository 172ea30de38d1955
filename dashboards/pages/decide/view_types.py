"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class SegmentView(TypedDict):
    state: str
    label: str
    count: str
    on: bool


class DecideActView(TypedDict):
    label: str
    act: str
    kind: NotRequired[str]
    state: NotRequired[str]


class OfferedTitleReasonView(TypedDict):
    level: str
    sign: str
    text: str
    full: str
    points: str


class OfferedTitleView(TypedDict):
    position: int
    key: str  # Its id: tmdb:603
    title: str
    initials: str
    original: str
    year: str
    facts: list[str]
    ids: str
    cast: str
    castMore: str
    plot: str
    poster: str  # Address, or ""
    score: str
    relation: str
    parts: list[float]  # The width of each part of the score, in percent
    reasons: list[OfferedTitleReasonView]
    brief: str
    conflict: str
    accepted: bool


class QuestionFactView(TypedDict):
    name: str
    text: str
    source: str


class QuestionEvidenceView(TypedDict):
    title: str
    sentences: list[str]


class QuestionLabelView(TypedDict):
    level: str
    sign: str
    text: str


class QuestionView(TypedDict):
    id: int
    revision: str  # Changes with each decision about the title
    name: str
    best: str  # The score of the best candidate, as text
    still: str  # Address of a picture of the file, or ""
    stillText: str
    file: list[tuple[str, bool]]  # The name of the file in parts
    where: str
    facts: list[QuestionFactView]
    why: str
    missing: str  # What would decide, or ""
    kept: bool  # Its name is kept back: it may be a home video
    ignored: bool  # It is no film and no series
    evidence: list[QuestionEvidenceView]  # What speaks for a film, then what speaks against it
    label: QuestionLabelView  # What `why` says
    searched: str
    byHand: bool  # The candidates are those of a search by hand
    candidates: list[OfferedTitleView]
    others: list[int]  # Ids of the other questions of the folder
    same: list[int]  # Ids of those with the same title and year
    allText: str  # What else a decision counts for if the person wants it; "" if there is nothing


class DecideListProgressView(TypedDict):
    before: int
    total: int
    text: str
    percent: float


class DecideListNoticeView(TypedDict):
    level: str
    text: str
    acts: list[DecideActView]


class DecideListEmptyView(TypedDict):
    title: str
    text: str
    acts: list[DecideActView]


class OpenedQuestionView(TypedDict):
    number: int  # Grows with each question that the server opens
    title: int | None  # None: the shown question stays, drawn anew


class DecideListView(TypedDict, total=False):
    segment: str  # The state of the listed titles
    segments: list[SegmentView]
    progress: DecideListProgressView
    notice: DecideListNoticeView | None
    items: list[QuestionView]  # The next questions
    more: str  # How many others follow
    settled: int  # The number of the last decision of this page that the server has processed
    opened: OpenedQuestionView  # What the server opened last
    empty: DecideListEmptyView | None
