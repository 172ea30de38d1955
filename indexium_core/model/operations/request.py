"""Requests that a client may send twice because the answer was lost, and that run once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["IdempotentRequest", "StartedRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotentRequest:
    """A request with the key under which the client may repeat it."""

    key: str  # chosen by the client
    mark: str  # digest of the whole request
    answer: Mapping[str, Any] = field(default_factory=dict)  # what is returned besides the id of the work


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRequest:
    """What was started for a request."""

    operation_id: int | None
    job_id: int | None
    answer: Mapping[str, Any]  # what was returned besides the ids
