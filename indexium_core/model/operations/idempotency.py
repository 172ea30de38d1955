"""Requests that a client may repeat because the answer was lost, but that run only once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotentRequest:
    """A request with the key under which the client may repeat it."""

    key: str  # chosen by the client
    mark: str  # digest of the whole request
    answer: Mapping[str, Any] = field(default_factory=dict)  # data that is returned besides the id of the work


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRequest:
    """The operation or job that was started for a request."""

    operation_id: int | None
    job_id: int | None
    answer: Mapping[str, Any]  # data that was returned besides the ids
