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


class JobDetailsView(TypedDict, total=False):
    open: bool
    id: int
    title: str
    when: str
    status: str
    level: str
    text: str
    gauge: GaugeView | None
    pace: str
    facts: list[list[str]]
    outcome: list[list[str]]
    changes: JobChangesView | None  # What the job changed; null for a job that changes no property
    acts: list[ButtonItemView]
    follow: ButtonItemView | None  # The page where the job can be followed
    priority: int
    priorities: list[JobPriorityView]


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


class JobLogContentView(TypedDict, total=False):
    open: bool
    id: int
    title: str
    state: str
    lines: list[LogLineView]
    earlier: str
    none: str


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


class JobsListView(TypedDict, total=False):
    error: str  # The reason if the jobs cannot be listed
    running: JobAreaView
    waiting: JobAreaView
    ended: EndedAreaView
    cursor: int | None  # The job in the details


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


class JobsHeaderView(TypedDict, total=False):
    summary: str
    cards: list[JobCardView]
    banners: list[JobBannerView]
