"""
A cache of recent reads: plans with their counts, pages, charts.

A version of the plan never changes and a newer version has another id, so its rows stay valid. File names are not part
of a version, but a search depends on them. So a scan invalidates the whole cache.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import carry_actor
from indexium_core.model.planning.plan import Facets, PlanPage
from indexium_core.model.planning.recent_values import RecentValues
from indexium_core.model.saved import SavedView

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)
T = TypeVar("T")
MAX_ENTRIES = 64  # maximum number of entries
_LAST_PAGES = 4  # pages that are read again for a plan with newer results
REFRESHED = "plan:refreshed"  # the event after a read with results that earlier reads lacked
FRESH_SECONDS = 10.0  # seconds for which a plan is fresh without a change event


class _Polled(NamedTuple):
    """A value that all sessions poll."""

    events: int  # number of visible events before it was read
    read_at: float  # time.monotonic()
    value: Any


class _PageKey(NamedTuple):
    """What tells a page of the plan from others."""

    query: str
    number: int
    per_page: int
    sort: str
    descending: bool


class ReadCache:
    """The recent reads of the sessions of a process that see the same files."""

    def __init__(self, library: Library, pool: Executor | None = None) -> None:
        """Create an empty cache; threads of `pool` refresh the plan in the background."""
        self._library, self._pool = library, pool
        self._entries = RecentValues[Hashable, Any](MAX_ENTRIES)
        self._polled = RecentValues[str, _Polled](MAX_ENTRIES)
        self._plan: MetadataPlan | None = None  # the newest plan that was read
        self._result_events = 0  # number of operations that have ended or paused
        self._seen_result_events = 0  # value of `_result_events` at the last read
        self._rereads = 0  # number of reads after an operation that gave the same version again
        self._is_refreshing = False  # a thread of `pool` reads a newer plan
        self._waiting: list[Callable[[], None]] = []  # calls of `after_results`
        self._waiting_lock = threading.Lock()
        self._last_pages: tuple[_PageKey, ...] = ()  # of the pages that were read last
        self._read_at = 0.0  # time of the last read; time.monotonic()
        self._refresh_lock = threading.Lock()
        self._view_events = 0  # number of changes of saved views
        self._visible_events = 0  # number of events that pages show immediately
        self._file_events = 0  # number of decisions, and of other events that may change facts about files
        self._seen_file_events = 0  # value of `_file_events` at the last read
        self._subscribe(library)

    def _subscribe(self, library: Library) -> None:
        """Follow the events until no session uses the cache: the bus does not keep it."""
        own = weakref.WeakMethod(self._on_event)

        def on_event(event: Event) -> None:
            listener = own()
            if listener is None:
                unsubscribe()
            else:
                listener(event)

        unsubscribe = library.events.subscribe(on_event)

    def _on_event(self, event: Event) -> None:
        if event.name == "plan:changed" and "operation_id" in event.data:
            self._result_events += 1
        elif event.name in ("plan:changed", "scan:completed", "locks:changed"):
            self._file_events += 1
        if event.name == "views:changed":
            self._view_events += 1
        if not event.name.endswith(":progress") or event.data.get("message") in ("paused", "resumed"):
            self._visible_events += 1

    def plan(self, query: str = "", *, may_lack_results: bool = False) -> MetadataPlan:
        """
        Return the newest plan of a search, with its counts if they are known. Raises `QueryError`.

        The plan includes every decision of a person. Results of a running write or scan may be missing until the next
        refresh, because a page does not wait for their transactions. When they end or pause, the plan is refreshed;
        with `may_lack_results`, a thread does that, and the earlier plan is returned (see `after_results`).
        """
        plan = self._plan
        if plan is None or self._seen_file_events != self._file_events:
            plan = self._refreshed()
        elif self._lacks_results():
            if not may_lack_results or not self._refresh_soon():
                plan = self._refreshed()
        elif time.monotonic() - self._read_at > FRESH_SECONDS:
            self._read_at = time.monotonic()
            self._refresh_soon(force=True)
        return self.narrowed(plan, query)

    def narrowed(self, plan: MetadataPlan, query: str) -> MetadataPlan:
        """Return the files of a plan that a search finds. Raises `QueryError`."""
        return plan if not query.strip() else self._cached(("plan", plan.id, query), lambda: plan.narrowed(query))

    def after_results(self, call: Callable[[], None], *, shown: MetadataPlan | None = None) -> None:
        """
        Call `call` as soon as the plan has the results of every operation that has ended: now, or on another thread.

        It is not called if `shown`, the plan without a search that a page shows, is the newest one. It does not wait
        for results if a decision is missing, too: then the next read has both.
        """
        with self._waiting_lock:
            waits = self._lacks_results() and self._pool is not None and self._seen_file_events == self._file_events
            if waits:
                self._waiting.append(call)
        if waits:
            self._refresh_soon()
        elif shown is None or shown is not self._plan:
            call()

    def _lacks_results(self) -> bool:
        return self._seen_result_events != self._result_events

    def _refresh_soon(self, *, force: bool = False) -> bool:
        """Let a thread read a newer plan; return whether there are threads."""
        if self._pool is None:
            return False
        with self._waiting_lock:
            is_first, self._is_refreshing = not self._is_refreshing, True
        if is_first:
            with contextlib.suppress(RuntimeError):  # the service is stopping and its threads have ended
                self._pool.submit(carry_actor(self._refresh_on_thread), force=force)
        return True

    def _refresh_on_thread(self, *, force: bool) -> None:
        before, is_done = self._plan, False
        while not is_done:
            is_failed = False
            try:
                self._refreshed(force=force)
            except Exception:  # the next read of a page raises it, and the page shows it
                logger.exception("dashboard.plan_not_refreshed")
                is_failed = True
            with self._waiting_lock:
                is_done = is_failed or not self._lacks_results()  # otherwise an operation has ended meanwhile
                if is_done:
                    self._is_refreshing, waiting, self._waiting = False, self._waiting, []
        for call in waiting:
            call()
        if self._plan is not before:  # pages have read the earlier one
            self._library.events.emit(REFRESHED)

    def _refreshed(self, *, force: bool = False) -> MetadataPlan:
        with self._refresh_lock:
            known, file_events, result_events = self._plan, self._file_events, self._result_events
            if known is None or file_events != self._seen_file_events:
                newest = self._library.plan()
            elif not self._lacks_results() and not force:
                return known
            else:
                newest = self._library.plan()
                if newest.id != known.id:
                    self._read_pages(newest, file_events)
                elif self._lacks_results():
                    self._rereads += 1  # facts about the files may be others
                else:
                    newest = known  # it has counts
            # Events that came during the read need another read.
            self._plan, self._seen_file_events, self._seen_result_events = newest, file_events, result_events
            self._read_at = time.monotonic()
            return newest

    def _read_pages(self, plan: MetadataPlan, file_events: int) -> None:
        """Read the last pages of a newer plan before it is used, so that a person who turns pages does not wait."""
        read = set[_PageKey]()
        while len(read) < _LAST_PAGES and self._file_events == file_events:  # a decision makes these pages useless
            key = next((each for each in reversed(self._last_pages) if each not in read), None)
            if key is None:
                return
            read.add(key)
            with contextlib.suppress(errors.IndexiumError):  # who asks for the page gets the error
                self._page(self.narrowed(plan, key.query), key)

    def page(self, plan: MetadataPlan, number: int, *, per_page: int, sort: str, descending: bool) -> PlanPage:
        """Return a page of a plan, the last page if there are fewer."""
        key = _PageKey(plan.query, number, per_page, sort, descending)
        self._last_pages = (*(each for each in self._last_pages if each != key), key)[-_LAST_PAGES:]
        return self._page(plan, key)

    def _page(self, plan: MetadataPlan, key: _PageKey) -> PlanPage:
        def read(number: int) -> PlanPage:
            return plan.page(number, per_page=key.per_page, sort=key.sort, descending=key.descending)

        def find() -> PlanPage:
            page = read(key.number)
            return page if page.items or not page.total else read(-(-page.total // key.per_page))

        return self._cached(("page", plan.id, *key), find)

    def facets(self, plan: MetadataPlan) -> Facets:
        """Return the facets of a plan."""
        return self._cached(("facets", plan.id, plan.query), lambda: self._library.search.facets(plan=plan))

    def volume(self, plan: MetadataPlan) -> int:
        """Return the total size in bytes of the files that a plan would change."""
        return self._cached(("volume", plan.id, plan.query), lambda: self._library.search.volume(plan))

    def risk(self, plan: MetadataPlan, by: str) -> pd.DataFrame:
        """Return the plan's files by risk and `container` or `folder`."""
        return self._cached(("risk", plan.id, plan.query, by), lambda: self._library.charts.risk_by(plan, by))

    def views(self) -> list[SavedView]:
        """Return the saved views."""
        return self._cached(("views", self._view_events), self._library.views.list)

    def polled(self, name: str, seconds: float, read: Callable[[], T]) -> T:
        """Return a value that all sessions poll; it is read at most once in `seconds`."""
        events, now = self._visible_events, time.monotonic()

        def poll() -> _Polled:
            return _Polled(self._visible_events, time.monotonic(), read())

        value: T = self._polled.get(
            name, poll, lambda known: known.events >= events and now - known.read_at <= seconds
        ).value
        return value

    def roots(self, plan: MetadataPlan) -> int:
        """Return the number of library folders at the time of a plan."""
        # None is not kept: a home without folders soon gets a folder.
        return self._cached(("roots", plan.id), lambda: len(self._library.inventory.list()) or None) or 0

    def _cached(self, key: Hashable, read: Callable[[], T]) -> T:
        made: T = self._entries.get((self._file_events, self._rereads, key), read)
        return made
