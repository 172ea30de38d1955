"""UI priority: work waits for at most a second while a person waits for a page, or a sender for an answer."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

_REQUEST_SECONDS = 0.15  # expected time of a request and its rendering
_MAX_YIELD_SECONDS = 1.0  # longest pause for any number of requests …
_WORK_SECONDS = 0.25  # … and the minimum time of work after it
_STEP_SECONDS = 0.02  # after which a pause looks whether the requests have ended


class UiPriority:
    """
    Gives requests of the interface, and events of senders, priority over background work.

    It may be used from any thread.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep):
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._until = float("-inf")  # time when the last request is expected to end
        self._ends: dict[object, float] = {}  # expected ends of the requests that are served now
        self._yielding_since: float | None = None  # start of the present pause
        self._work_until = float("-inf")  # work does not yield before this time

    def request(self) -> None:
        """Record a request: background work yields for the expected time."""
        with self._lock:
            self._until = self._clock() + _REQUEST_SECONDS

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Record a request whose end is known: background work yields until then, for the expected time at most."""
        request = object()
        with self._lock:
            self._ends[request] = self._clock() + _REQUEST_SECONDS
        try:
            yield
        finally:
            with self._lock:
                del self._ends[request]

    def yield_to_ui(self) -> None:
        """Wait while a request is served. Workers call this between two files."""
        while (seconds := self._wait_seconds()) > 0:
            self._sleep(seconds)

    def _wait_seconds(self) -> float:
        with self._lock:
            now = self._clock()
            until = max((self._until, *self._ends.values()))
            if now >= until or now < self._work_until:
                self._yielding_since = None
                return 0.0
            self._yielding_since = now if self._yielding_since is None else self._yielding_since
            if now - self._yielding_since >= _MAX_YIELD_SECONDS:
                self._yielding_since, self._work_until = None, now + _WORK_SECONDS
                return 0.0
            return min(until - now, self._yielding_since + _MAX_YIELD_SECONDS - now, _STEP_SECONDS)
