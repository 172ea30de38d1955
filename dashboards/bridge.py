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
from typing import Any, TypeVar, Unpack

from dashboards.toasts import ShowToast, ToastButton, ToastKind
from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import acting_as, current_actor

logger = logging.getLogger(__name__)

T = TypeVar("T")
_Call = tuple[str, int, bool, str]  # name, its serial number for that name, `once`, topic
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
        toast: ShowToast,
        clear_errors: Callable[[str], None] = lambda _: None,
        busy: Callable[[bool], None] = lambda _: None,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Connect a session with its process. Its calls act as the actor that creates it.

        Args:
            events: The process's events.
            schedule: Runs a function on the session's document soon; thread-safe.
            later: Runs a function after a delay in milliseconds; only code on the document calls this.
            pool: Threads for long work.
            toast: Shows a sentence.
            clear_errors: Removes the errors of a topic, because a later call with this topic succeeded.
            busy: Called with True when the first call starts, and with False when the last one ends.
            answered: Called when everything that the browser asked for is shown.

        """
        self._events, self._actor, self._schedule, self._later = events, current_actor(), schedule, later
        self._pool, self._toast, self._clear_errors, self._on_busy = pool, toast, clear_errors, busy
        self._on_answered, self._running = answered, 0
        self._topic = ""  # topic of the call whose result is being shown
        self._wrong: set[str] = set()  # topics whose last call showed an error
        self._newest: dict[str, int] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self._open = True
        self.busy: set[str] = set()

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        *,
        name: str = "",
        failed: Callable[[errors.IndexiumError], None] | None = None,
        once: bool = False,
        topic: str = "",
    ) -> None:
        """
        Run `work` on a thread and pass its result to `done` on the document.

        Args:
            work: The long work; it must not access the session.
            done: Shows the result.
            name: If several calls have this name, only the result of the newest call is shown.
            failed: Receives the error, also an unexpected one; without `failed`, a toast shows the message.
            topic: Identifies the errors of this call; default: `name`.
            once: Drop the call while a call with this name runs: a button was pressed twice.

        """
        if once and name in self.busy:
            return
        ticket = self._newest[name] = self._newest.get(name, 0) + 1
        if once:
            self._mark(name, busy=True)
        self._running += 1
        with contextlib.suppress(RuntimeError):  # the service is stopping and its threads have ended
            self._pool.submit(self._work, work, done, failed, (name, ticket, once, topic or name))

    def _work(self, work: Callable[[], T], done: Callable[[T], None], failed: Any, call: _Call) -> None:
        name, ticket, once, _ = call
        if not self._open or (name and not once and self._newest[name] != ticket):
            self.soon(self._end)
            return
        try:
            with acting_as(self._actor):
                result = work()
        except errors.IndexiumError as error:
            self.soon(lambda error=error: self._finish(call, lambda: self._fail(error, failed)))  # type: ignore[misc]
        except Exception:
            logger.exception("dashboard.action_failed", extra={"action": name})
            unexpected = errors.IndexiumError(UNEXPECTED)
            self.soon(lambda: self._finish(call, lambda: self._fail(unexpected, failed)))
        else:
            self.soon(lambda: self._finish(call, lambda: self._succeed(call, lambda: done(result))))

    def _finish(self, call: _Call, then: Callable[[], None]) -> None:
        name, ticket, once, topic = call
        if once:
            self._mark(name, busy=False)
        try:
            if not name or once or self._newest[name] == ticket:
                self._topic = topic
                then()
        finally:
            self._topic = ""
            self._end()

    def _end(self) -> None:
        self._running -= 1
        self.tell_answered()

    def tell_answered(self) -> None:
        """Tell the browser that everything is shown, unless a call runs: its end tells it."""
        if not self._running:
            self._on_answered()

    def _succeed(self, call: _Call, then: Callable[[], None]) -> None:
        """Remove the error of an earlier call with the same topic, and show the result of this one."""
        topic = call[-1]
        if topic in self._wrong:
            self._wrong.discard(topic)
            self._clear_errors(topic)
        then()

    def _mark(self, name: str, *, busy: bool) -> None:
        before = bool(self.busy)
        if busy:
            self.busy.add(name)
        else:
            self.busy.discard(name)
        if bool(self.busy) != before:
            self._on_busy(bool(self.busy))

    def _fail(self, error: errors.IndexiumError, failed: Callable[[errors.IndexiumError], None] | None) -> None:
        if isinstance(error, errors.ApprovalNeededError):
            self.toast("info", error.message)
        elif failed is not None:
            failed(error)
        else:
            self.toast("error", error.message)

    def toast(self, kind: ToastKind, text: str, **button: Unpack[ToastButton]) -> None:
        """
        Show a sentence for a few seconds, perhaps with a button.

        The error of a `run` is removed when a later run with the same topic succeeds.
        """
        if kind == "error" and self._topic:
            self._wrong.add(self._topic)
            self._toast(kind, text, topic=self._topic)
        else:
            self._toast(kind, text, **button)

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
