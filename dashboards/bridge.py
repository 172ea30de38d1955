"""
The bridge between one session and the process: it runs work on threads and returns results and events.

Code that changes the session's document runs on the server's event loop with the document's lock. Long work runs on a
thread. Pages do not call threads directly, and workers do not change pages.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar

from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import acting_as, current_actor

logger = logging.getLogger(__name__)

T = TypeVar("T")
_Call = tuple[str, int]  # its name, and its serial number for that name
Schedule = Callable[[Callable[[], None]], Any]

UNEXPECTED = "An unexpected error occurred; nothing was changed. The log of the service has the details."


class Bridge:
    """Runs work and delivers events for one session until it is closed."""

    def __init__(
        self,
        events: EventBus,
        *,
        schedule: Schedule,
        later: Callable[[Callable[[], None], int], Any],
        pool: Executor,
        toast: Callable[[str, str], None],
    ) -> None:
        """
        Connect a session with its process. Its calls act as the actor that creates it.

        Args:
            events: The process's events.
            schedule: Runs a function on the session's document soon; thread-safe.
            later: Runs a function after a delay in milliseconds; only code on the document calls this.
            pool: Threads for long work.
            toast: Shows a sentence of a kind, such as `error`.

        """
        self._events, self._actor, self._schedule, self._later = events, current_actor(), schedule, later
        self._pool, self._toast = pool, toast
        self._newest: dict[str, int] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self._open = True

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        *,
        name: str,
        failed: Callable[[errors.IndexiumError], None] | None = None,
    ) -> None:
        """
        Run `work` on a thread and pass its result to `done` on the document.

        Args:
            work: The long work; it must not access the session.
            done: Shows the result.
            name: If several calls have this name, only the result of the newest call is shown.
            failed: Receives the error, also an unexpected one; without `failed`, a toast shows the message.

        """
        call = name, self._newest.get(name, 0) + 1
        self._newest[name] = call[1]
        with contextlib.suppress(RuntimeError):  # the service is stopping and its threads have ended
            self._pool.submit(self._work, work, done, failed, call)

    def _work(self, work: Callable[[], T], done: Callable[[T], None], failed: Any, call: _Call) -> None:
        if not self._open or not self._is_newest(call):
            return
        try:
            with acting_as(self._actor):
                result = work()
        except errors.IndexiumError as error:
            self._show(call, lambda error=error: self._fail(error, failed))  # type: ignore[misc]
        except Exception:
            logger.exception("dashboard.action_failed", extra={"action": call[0]})
            self._show(call, lambda: self._fail(errors.IndexiumError(UNEXPECTED), failed))
        else:
            self._show(call, lambda: done(result))

    def _is_newest(self, call: _Call) -> bool:
        name, number = call
        return self._newest[name] == number

    def _show(self, call: _Call, show: Callable[[], None]) -> None:
        self.soon(lambda: show() if self._is_newest(call) else None)

    def _fail(self, error: errors.IndexiumError, failed: Callable[[errors.IndexiumError], None] | None) -> None:
        if failed is not None:
            failed(error)
        else:
            self._toast("error", error.message)

    def soon(self, call: Callable[[], None]) -> None:
        """Run a call on the document, from any thread; do nothing after the session is closed."""
        if self._open:
            self._schedule(lambda: self._call(call))

    def listen(self, names: Collection[str], react: Callable[[], None], *, every: float = 0.5) -> None:
        """
        Call `react` on the document after each event in `names`, at most once in `every` seconds.

        The first event causes a call immediately. Events within the interval cause one call at its end, so the last
        event is never lost.
        """
        throttle = _Throttle(self, react, every)

        def on_event(event: Event) -> None:
            if event.name in names:
                throttle.on_event()

        self._unsubscribe.append(self._events.subscribe(on_event))

    def follow(self, names: Collection[str], react: Callable[[Mapping[str, int]], None], *, every: float) -> None:
        """Call `react` on the document with the id of the newest event of each of these names, like `listen`."""
        lock, newest = threading.Lock(), dict[str, int]()

        def tell() -> None:
            with lock:
                found = dict(newest)
                newest.clear()
            react(found)

        throttle = _Throttle(self, tell, every)

        def on_event(event: Event) -> None:
            if event.name in names:
                with lock:
                    newest[event.name] = max(event.id, newest.get(event.name, 0))
                throttle.on_event()

        self._unsubscribe.append(self._events.subscribe(on_event))

    def after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """Run a call on the document after a delay; only from the document."""
        if self._open:
            self._later(lambda: self._call(call), milliseconds)

    def _call(self, call: Callable[[], None]) -> None:
        if self._open:
            with acting_as(self._actor):
                call()

    def close(self) -> None:
        """Close the bridge: it delivers no more events and results."""
        self._open = False
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()


class _Throttle:
    """Limits the rate of calls after events; the last event is never lost."""

    def __init__(self, bridge: Bridge, react: Callable[[], None], every: float) -> None:
        self._bridge, self._react, self._every = bridge, react, every
        self._lock = threading.Lock()
        self._is_scheduled = False
        self._last = float("-inf")

    def on_event(self) -> None:
        with self._lock:
            if self._is_scheduled:
                return
            self._is_scheduled = True
        self._bridge.soon(self._schedule)

    def _schedule(self) -> None:
        remaining = self._last + self._every - time.monotonic()
        if remaining > 0:
            self._bridge.after(int(remaining * 1000) + 1, self._fire)
        else:
            self._fire()

    def _fire(self) -> None:
        with self._lock:
            self._is_scheduled = False
        self._last = time.monotonic()
        self._react()
