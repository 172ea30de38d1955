"""Events as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `name` is `<noun>:<verb>`."""

    id: int
    # job:changed, <kind of job>:started|progress|completed, track:added|updated, plan:changed (with `operation_id`
    # after the end or the pause of an operation, without it after what a person has done), settings:changed (with
    # `setting`, the name of the one that changed)
    name: str
    at: datetime  # UTC
    data: dict[str, Any] = field(default_factory=dict)  # job_id, operation_id, current, total, message, rate …

    @property
    def job_id(self) -> int | None:
        """Return the id of the event's job, or None."""
        return self.data.get("job_id")

    @property
    def is_progress(self) -> bool:
        """Whether the event reports progress: then only the newest event counts."""
        return self.name.endswith(":progress")
