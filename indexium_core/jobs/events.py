"""
Events: what happened, told to whoever listens in this process, and written down for those who come later.

Listeners are called on the thread that emits, so they must return at once; a listener that fails is logged and never
harms the work that it watches. Writing down is done by a thread of its own, about once a second: who emits may be in
the middle of a transaction.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from indexium_core import errors
from indexium_core.model.event import Event
from indexium_core.model.remote_calls import remote

__all__ = ["Event", "EventBus", "EventStore", "Recorder"]

logger = logging.getLogger(__name__)


class EventBus:
    """Hand events to every subscriber, in the order in which each thread emitted them."""

    def __init__(self, first_id: int = 1) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Callable[[Event], None]] = {}
        self._first: dict[int, Callable[[Event], None]] = {}  # those that are told in order
        self._tokens = itertools.count(1)
        self._ids = itertools.count(first_id)
        self.last_id = first_id - 1  # of the newest event

    def subscribe(self, listener: Callable[[Event], None], *, in_order: bool = False) -> Callable[[], None]:
        """
        Call `listener` for every event from now on; returns the function that ends it.

        `in_order`: before there is another event, and before all others are told. Such a one neither waits nor emits.
        """
        listeners = self._first if in_order else self._listeners
        with self._lock:
            token = next(self._tokens)
            listeners[token] = listener

        def unsubscribe() -> None:
            with self._lock:
                listeners.pop(token, None)

        return unsubscribe

    def emit(self, name: str, **data: Any) -> Event:
        """Make an event of `name` and `data` and tell every listener."""
        with self._lock:
            event = Event(id=next(self._ids), name=name, at=datetime.now(UTC), data=data)
            self.last_id = event.id
            listeners = list(self._listeners.values())
            _tell(self._first.values(), event)
        _tell(listeners, event)
        return event


def _tell(listeners: Iterable[Callable[[Event], None]], event: Event) -> None:
    for listener in listeners:
        try:
            listener(event)
        except Exception:
            logger.exception("event.listener_failed", extra={"event": event.name})


class EventStore(Protocol):
    """Where events are written down."""

    def append(self, events: Sequence[Event]) -> None:
        """Write down what happened; of the progress of a job only the newest need be kept."""

    def since(self, last_id: int, limit: int) -> list[Event]:
        """Return what happened after an event, oldest first."""

    def prune(self, *, now: datetime) -> None:
        """Remove what is past its time, and more than there shall be."""


class Recorder:
    """Writes down what a bus tells, from when it is made until it is closed."""

    GROUP_SECONDS = 1.0
    PRUNED_EVERY = 2_000  # events

    def __init__(self, bus: EventBus, store: EventStore, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[Event] = []  # not written down yet
        self._some = threading.Event()
        self._closed = threading.Event()
        self._written = 0
        # In order: who has read up to an event asks only for what comes after it.
        self._unsubscribe = bus.subscribe(self._take, in_order=True)
        self._thread = threading.Thread(target=self._work, name="indexium-events", daemon=True)
        self._thread.start()

    @remote()
    def since(self, last_id: int, limit: int = 1000) -> list[Event]:
        """Return what happened after an event, oldest first, also what is not written down yet."""
        with self._lock:
            waiting = [event for event in self._waiting if event.id > last_id]
        found = {event.id: event for event in (*self._store.since(last_id, limit), *waiting)}
        return [found[number] for number in sorted(found)[:limit]]

    def close(self) -> None:
        """Write down what is left, and end."""
        self._unsubscribe()
        self._closed.set()
        self._some.set()
        self._thread.join()

    def _take(self, event: Event) -> None:
        with self._lock:
            self._waiting.append(event)
        self._some.set()

    def _work(self) -> None:
        while not self._closed.is_set():
            self._some.wait()
            self._closed.wait(self.GROUP_SECONDS)  # what comes in the meantime goes with it
            self._some.clear()
            self._write()
        self._write()

    def _write(self) -> None:
        with self._lock:
            group = list(self._waiting)
        if not group:
            return
        try:
            self._store.append(group)
            self._written += len(group)
            if self._written >= self.PRUNED_EVERY:
                self._written = 0
                self._store.prune(now=self._clock())
        except errors.StoreError:
            # Who listens has been told; only those who come later miss it. What it is about has rows of its own.
            logger.exception("event.not_written", extra={"count": len(group)})
        with self._lock:
            del self._waiting[: len(group)]
