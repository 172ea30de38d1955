"""Events as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `name` is `<noun>:<verb>`."""

    id: int
    name: str  # job:changed, <kind of job>:started|progress|completed, plan:changed, track:added|updated
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
