"""A schedule: which job starts when, and how its last run ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

COMPLETED = "completed"  # the result of a run that succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A stored schedule; times are UTC."""

    name: str
    kind: str  # of its jobs
    cron: str  # local time; `cron.ON_CHANGE`: after each change
    when: str  # the cron text in words
    params: Mapping[str, Any] = field(default_factory=dict)  # payload of its jobs, JSON values
    enabled: bool = True
    last_run_at: datetime | None = None
    next_run_at: datetime | None = None  # None: it is off, or it follows the next change
    last_result: str = ""  # "completed", or a word and the reason: "failed: The disk is full."; "" before the first end
    last_job_id: int | None = None  # the job of the last run
