"""
Events: what happened, told to whoever listens in this process.

Listeners are called on the thread that emits, so they must return at once; a listener that fails is logged and never
harms the work that it watches.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = ["Event", "EventBus"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `name` is `<noun>:<verb>`."""

    id: int
    name: str  # scan:started|progress|completed, write:*, rollback:*, plan:changed
    at: datetime  # UTC
    data: dict[str, Any] = field(default_factory=dict)  # operation_id, current, total, message, rate, eta_seconds


class EventBus:
    """Hand events to every subscriber, in the order in which they were emitted by each thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Callable[[Event], None]] = {}
        self._tokens = itertools.count(1)
        self._ids = itertools.count(1)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` for every event from now on; returns the function that ends it."""
        with self._lock:
            token = next(self._tokens)
            self._listeners[token] = listener

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(token, None)

        return unsubscribe

    def emit(self, name: str, **data: Any) -> Event:
        """Make an event of `name` and `data` and tell every listener."""
        with self._lock:
            event = Event(id=next(self._ids), name=name, at=datetime.now(UTC), data=data)
            listeners = list(self._listeners.values())
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                logger.exception("event.listener_failed", extra={"event": name})
        return event
