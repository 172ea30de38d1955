"""
The bridge between one session and the process: work runs on threads, results and events return.

Whatever touches the session's document runs on the server's loop with the document's lock; whatever takes long runs on
a thread. A page never calls the other side directly, and a worker never touches a page.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from typing import Any, TypeVar

from indexium_core import errors
from indexium_core.jobs.event_bus import Event, EventBus

__all__ = ["Bridge"]

logger = logging.getLogger(__name__)

T = TypeVar("T")
_Call = tuple[str, int, bool, str]  # its name, its number among those of the name, whether it is `once`, its topic
Schedule = Callable[[Callable[[], None]], Any]

UNEXPECTED = "An unexpected error occurred; nothing was changed. The log of the service has the details."


class Bridge:
    """Carries work and events for one session until it is closed."""

    def __init__(
        self,
        events: EventBus,
        *,
        schedule: Schedule,
        later: Callable[[Callable[[], None], int], Any],
        pool: Executor,
        toast: Callable[..., None],
        settled: Callable[[str], None] = lambda _: None,
        busy: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """
        Stand between a session and its process.

        Args:
            events: The process's events.
            schedule: Runs a function on the session's document soon; safe from any thread.
            later: The same after so many milliseconds; only from the document.
            pool: Threads for work that takes long.
            toast: Shows a sentence (`error`, `good` or `info`, text; `undo` a step that it offers to undo; `topic` what
                an error is about).
            settled: Takes the errors of a topic away: the same was tried again and succeeded.
            busy: Called with True when the first call starts, and with False when the last one ends.

        """
        self._events, self._schedule, self._later = events, schedule, later
        self._pool, self._toast, self._settled, self._tell_busy = pool, toast, settled, busy
        self._topic = ""  # topic of the result that is being shown
        self._wrong: set[str] = set()  # topics of which an error was shown last
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
    ) -> None:
        """
        Do `work` on a thread and hand its result to `done` on the document.

        Args:
            work: What takes long; touches nothing of the session.
            done: What shows the result.
            name: Of several with one name only the newest result is shown.
            failed: Takes an error of ours; without it the sentence is shown as a toast.
            once: Drop the call while one of this name runs (a button pressed twice).

        """
        if once and name in self.busy:
            return
        ticket = self._newest[name] = self._newest.get(name, 0) + 1
        if once:
            self._mark(name, busy=True)
        with contextlib.suppress(RuntimeError):  # the service is going down, and its threads with it
            topic = name or getattr(work, "__qualname__", "")
            self._pool.submit(self._work, work, done, failed, (name, ticket, once, topic))

    def _work(self, work: Callable[[], T], done: Callable[[T], None], failed: Any, call: _Call) -> None:
        name, ticket, once, _ = call
        if not self._open or (name and not once and self._newest[name] != ticket):
            return
        try:
            result = work()
        except errors.IndexiumError as error:
            self.soon(lambda error=error: self._settle(call, lambda: self._fail(error, failed)))  # type: ignore[misc]
        except Exception:
            logger.exception("dashboard.action_failed", extra={"action": name})
            self.soon(lambda: self._settle(call, lambda: self.toast("error", UNEXPECTED)))
        else:
            self.soon(lambda: self._settle(call, lambda: self._succeed(call, lambda: done(result))))

    def _settle(self, call: _Call, then: Callable[[], None]) -> None:
        name, ticket, once, topic = call
        if once:
            self._mark(name, busy=False)
        if not name or once or self._newest[name] == ticket:
            self._topic = topic
            try:
                then()
            finally:
                self._topic = ""

    def _succeed(self, call: _Call, then: Callable[[], None]) -> None:
        """Remove the error of an earlier attempt, and show the result of this one."""
        topic = call[-1]
        if topic in self._wrong:
            self._wrong.discard(topic)
            self._settled(topic)
        then()

    def _mark(self, name: str, *, busy: bool) -> None:
        before = bool(self.busy)
        if busy:
            self.busy.add(name)
        else:
            self.busy.discard(name)
        if bool(self.busy) != before:
            self._tell_busy(bool(self.busy))

    def _fail(self, error: errors.IndexiumError, failed: Callable[[errors.IndexiumError], None] | None) -> None:
        if failed is not None:
            failed(error)
        else:
            self.toast("error", error.message)

    def toast(self, kind: str, text: str, *, undo: int | None = None) -> None:
        """
        Show a sentence for a few seconds; with a button that undoes the step `undo`.

        An error that comes of a `run` goes when a later run of the same name, or from the same place, succeeds.
        """
        if kind == "error" and self._topic:
            self._wrong.add(self._topic)
            self._toast(kind, text, topic=self._topic)
        elif undo is None:
            self._toast(kind, text)
        else:
            self._toast(kind, text, undo=undo)

    def soon(self, call: Callable[[], None]) -> None:
        """Run a call on the document, from any thread; nothing happens after the session is closed."""
        if self._open:
            self._schedule(lambda: call() if self._open else None)

    def listen(self, names: Collection[str], react: Callable[[], None], *, every: float = 0.5) -> None:
        """
        Call `react` on the document when one of `names` happened, at most once in `every` seconds.

        The first is passed on at once, the last never lost: what comes in between is one call at the end of the time.
        """
        follower = _Follower(self, react, every)

        def hear(event: Event) -> None:
            if event.name in names:
                follower.hear()

        self._unsubscribe.append(self._events.subscribe(hear))

    def after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """Run a call on the document after a delay; only from the document."""
        if self._open:
            self._later(lambda: call() if self._open else None, milliseconds)

    def close(self) -> None:
        """Close the bridge: no further events and results."""
        self._open = False
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()


class _Follower:
    """Throttles a stream of events; the last event is never lost."""

    def __init__(self, bridge: Bridge, react: Callable[[], None], every: float) -> None:
        self._bridge, self._react, self._every = bridge, react, every
        self._lock = threading.Lock()
        self._waiting = False
        self._last = float("-inf")

    def hear(self) -> None:
        with self._lock:
            if self._waiting:
                return
            self._waiting = True
        self._bridge.soon(self._plan)

    def _plan(self) -> None:
        rest = self._last + self._every - time.monotonic()
        if rest > 0:
            self._bridge.after(int(rest * 1000) + 1, self._fire)
        else:
            self._fire()

    def _fire(self) -> None:
        with self._lock:
            self._waiting = False
        self._last = time.monotonic()
        self._react()
