"""Requests that may be sent twice, because their answer was lost, and are to be done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["IdempotentRequest", "StartedRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotentRequest:
    """What a program asked for, under a key by which it may ask again."""

    key: str  # that the program chose
    mark: str  # digest of all that it asked for
    answer: Mapping[str, Any] = field(default_factory=dict)  # what it is told beside the id of what was begun


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRequest:
    """What was begun for a request."""

    operation_id: int | None
    job_id: int | None
    answer: Mapping[str, Any]  # what was told beside that
