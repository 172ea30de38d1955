"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.view_types import SettingProblemView


class ScheduleView(TypedDict):
    name: str
    label: str
    help: str
    enabled: bool
    when: str  # The times in words
    cron: str
    next: str
    last: str
    result: str  # Of the last run, in a word
    reason: str  # Why the last run failed
    level: str


class SchedulesView(TypedDict):
    rows: list[ScheduleView]
    problem: SettingProblemView | None  # The refused cron text, and why
