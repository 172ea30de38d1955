"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from dashboards.components.view_types import ButtonItemView, ChangeView, ChoiceView, GaugeView, PagedView


class JobFileView(TypedDict):
    id: int | None
    name: str
    path: str
    lines: list[ChangeView]


class JobChangesView(PagedView):
    files: list[JobFileView]
    none: str


class JobPriorityView(TypedDict):
    value: int
    label: str


class JobDetailsView(TypedDict):
    open: bool
    id: NotRequired[int]
    title: NotRequired[str]
    when: NotRequired[str]
    status: NotRequired[str]
    level: NotRequired[str]
    text: NotRequired[str]
    gauge: NotRequired[GaugeView | None]
    pace: NotRequired[str]
    facts: NotRequired[list[list[str]]]
    outcome: NotRequired[list[list[str]]]
    changes: NotRequired[JobChangesView | None]  # What the job changed; null for a job that changes no property
    acts: NotRequired[list[ButtonItemView]]
    follow: NotRequired[ButtonItemView | None]  # The page where the job can be followed
    priority: NotRequired[int]
    priorities: NotRequired[list[JobPriorityView]]


class LogLineView(TypedDict):
    key: int
    at: str  # The time of day, `on` with its date
    on: str
    level: str
    word: str  # The level in words
    is_problem: bool  # A warning or an error
    text: str
    more: list[tuple[str, str]]
    trace: str


class JobLogContentView(TypedDict):
    open: bool
    id: NotRequired[int]
    title: NotRequired[str]
    state: NotRequired[str]
    lines: NotRequired[list[LogLineView]]
    earlier: NotRequired[str]
    none: NotRequired[str]


class JobActView(TypedDict):
    label: str
    act: str
    quiet: NotRequired[bool]


class JobView(TypedDict):
    id: int
    name: str
    text: str
    pace: str
    gauge: GaugeView | None
    status: str
    level: str
    when: str
    priority: int  # From 1, the first, to 10
    acts: list[JobActView]
    blocked_actions: dict[str, str]  # The reason against each action that is not possible


class JobAreaView(TypedDict):
    rows: list[JobView]
    total: int
    count: str
    range: str
    page: int
    pages: int


class EndedAreaView(JobAreaView):
    value: str
    shown: list[ChoiceView]
    none: str


class JobsListView(TypedDict):
    error: NotRequired[str]  # The reason if the jobs cannot be listed
    running: NotRequired[JobAreaView]
    waiting: NotRequired[JobAreaView]
    ended: NotRequired[EndedAreaView]
    cursor: NotRequired[int | None]  # The job in the details


class JobCountView(TypedDict):
    label: str
    count: str
    level: str


class JobCardView(TypedDict):
    kind: str
    label: str
    on: bool
    interrupted: str
    counts: list[JobCountView]


class JobBannerView(TypedDict):
    id: int
    name: str
    text: str
    acts: list[ButtonItemView]


class JobsHeaderView(TypedDict):
    summary: NotRequired[str]
    cards: NotRequired[list[JobCardView]]
    banners: list[JobBannerView]
