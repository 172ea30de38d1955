"""
The event bus: events are sent to the listeners of this process, and stored for clients that connect later.

The bus calls listeners on the thread that emits, so a listener must return at once. An exception of a listener is
logged and does not stop the work. A separate thread stores events about once a second, because the emitter may be
inside a transaction.
"""

from __future__ import annotations

import bisect
import itertools
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from indexium_core import errors
from indexium_core.model.accounts.needs import shows_events
from indexium_core.model.event import Event
from indexium_core.model.remote_calls import remote

logger = logging.getLogger(__name__)


class EventBus:
    """Passes events to every subscriber, in the order in which each thread emitted them."""

    def __init__(self, first_id: int = 1) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, _Listener] = {}
        self._ordered_listeners: dict[int, _Listener] = {}  # called first, under the lock
        self._tokens = itertools.count(1)
        self._ids = itertools.count(first_id)
        self.last_id = first_id - 1  # id of the newest event

    def subscribe(
        self, listener: Callable[[Event], None], *, names: Collection[str] = (), in_order: bool = False
    ) -> Callable[[], None]:
        """
        Call `listener` for every event from now on, or for those of some names; return the function that ends it.

        With `in_order`, the listener receives each event before the next one is created, and before all other
        listeners. Such a listener neither blocks nor emits.
        """
        listeners = self._ordered_listeners if in_order else self._listeners
        with self._lock:
            token = next(self._tokens)
            listeners[token] = _Listener(listener, frozenset(names))

        def unsubscribe() -> None:
            with self._lock:
                listeners.pop(token, None)

        return unsubscribe

    def emit(self, name: str, **data: Any) -> Event:
        """Create an event from `name` and `data` and pass it to every listener."""
        with self._lock:
            event = Event(id=next(self._ids), name=name, at=datetime.now(UTC), data=data)
            self.last_id = event.id
            listeners = list(self._listeners.values())
            _notify(self._ordered_listeners.values(), event)
        _notify(listeners, event)
        return event


class _Listener(NamedTuple):
    """A listener, and the names of its events; none: all events."""

    call: Callable[[Event], None]
    names: frozenset[str]


def _notify(listeners: Iterable[_Listener], event: Event) -> None:
    for listener in listeners:
        if listener.names and event.name not in listener.names:
            continue
        try:
            listener.call(event)
        except Exception:
            logger.exception("event.listener_failed", extra={"event": event.name})


class EventStore(Protocol):
    """Stored events."""

    @property
    def shows_all(self) -> bool:
        """Whether the present actor sees all events."""

    def append(self, events: Sequence[Event]) -> None:
        """Store events. For each job, only the newest progress event must be kept."""

    def since(self, last_id: int, limit: int) -> list[Event]:
        """Return the events after `last_id`, oldest first."""

    def prune(self, *, now: datetime) -> None:
        """Remove old events, and the oldest ones above the limit."""


class Recorder:
    """Stores the events of a bus from its creation until it is closed."""

    GROUP_SECONDS = 1.0
    PRUNED_EVERY = 2_000  # events
    RECENT = 1_000  # stored events that stay in memory, because each client of a stream reads them

    def __init__(self, bus: EventBus, store: EventStore, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: list[Event] = []  # the newest events in their order, also those that are not stored yet
        self._all_after = bus.last_id  # all events after this id are in memory
        self._stored_to = bus.last_id  # later events are not stored yet
        self._has_events = threading.Event()
        self._closed = threading.Event()
        self._written = 0
        # In order, because a client asks only for events after the last one that it has read.
        self._unsubscribe = bus.subscribe(self._enqueue, in_order=True)
        self._thread: threading.Thread | None = None  # from the first event on: a home that cannot be opened has none

    @shows_events
    @remote()
    def since(self, last_id: int, limit: int = 1000) -> list[Event]:
        """Return the events after `last_id`, oldest first, including those that are not stored yet."""
        shows_all = self._store.shows_all
        with self._lock:
            # For others, the store counts only events that they see; otherwise hidden ones could fill the limit.
            recent = self._after(last_id if shows_all else max(last_id, self._stored_to))
            if shows_all and last_id >= self._all_after:
                return recent[:limit]
        events = {event.id: event for event in (*self._store.since(last_id, limit), *recent)}
        return [events[number] for number in sorted(events)[:limit]]

    def close(self) -> None:
        """Store the remaining events and stop."""
        self._unsubscribe()
        self._closed.set()
        self._has_events.set()
        if self._thread is not None:
            self._thread.join()

    def _enqueue(self, event: Event) -> None:
        with self._lock:
            self._recent.append(event)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="indexium-events", daemon=True)
                self._thread.start()
        self._has_events.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._has_events.wait()
            self._closed.wait(self.GROUP_SECONDS)  # events that arrive meanwhile become part of the group
            self._has_events.clear()
            self._write()
        self._write()

    def _write(self) -> None:
        with self._lock:
            group = self._after(self._stored_to)
        if not group:
            return
        try:
            self._store.append(group)
            self._written += len(group)
            if self._written >= self.PRUNED_EVERY:
                self._written = 0
                self._store.prune(now=self._clock())
        except errors.StoreError:
            # Listeners have received the events; only clients that connect later miss them. The facts themselves are
            # stored in other tables.
            logger.exception("event.not_written", extra={"count": len(group)})
        with self._lock:
            self._stored_to = group[-1].id
            self._forget(group)

    def _after(self, last_id: int) -> list[Event]:
        """Return the events in memory after an id. Callers hold the lock."""
        return self._recent[bisect.bisect_right(self._recent, last_id, key=_id_of) :]

    def _forget(self, group: list[Event]) -> None:
        """Keep the newest events in memory; of the progress of a job, only the newest. Callers hold the lock."""
        newest = {_progress_of(event): event.id for event in group if event.is_progress}
        self._recent = [
            event for event in self._recent if not event.is_progress or event.id >= newest.get(_progress_of(event), 0)
        ]
        surplus = len(self._recent) - len(self._after(self._stored_to)) - self.RECENT
        if surplus > 0:
            self._all_after = self._recent[surplus - 1].id
            del self._recent[:surplus]


def _id_of(event: Event) -> int:
    return event.id


def _progress_of(event: Event) -> tuple[str, object]:
    return event.name, event.job_id
