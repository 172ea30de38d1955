"""
A cache of recent reads: plans with their counts, pages, charts.

A version of the plan never changes and a newer version has another id, so its rows stay valid. File names are not part
of a version, but a search depends on them. So a scan invalidates the whole cache.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import carry_actor
from indexium_core.model.planning.facets import Facets
from indexium_core.model.planning.plan import PlanPage
from indexium_core.model.planning.recent_values import RecentValues
from indexium_core.model.view import SavedView

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
MAX_ENTRIES = 64  # maximum number of entries
FRESH_SECONDS = 10.0  # seconds for which a plan is fresh without a change event


class _Polled(NamedTuple):
    """A value that all sessions poll."""

    events: int  # number of visible events before it was read
    read_at: float  # time.monotonic()
    value: Any


class ReadCache:
    """The recent reads of the sessions of a process that see the same files."""

    def __init__(self, library: Library, pool: Executor | None = None) -> None:
        """Create an empty cache; threads of `pool` refresh the plan in the background."""
        self._library, self._pool = library, pool
        self._entries = RecentValues[Hashable, Any](MAX_ENTRIES)
        self._polled = RecentValues[str, _Polled](MAX_ENTRIES)
        self._plan: MetadataPlan | None = None  # the newest plan that was read
        self._plan_events = 1  # number of events that report a newer plan
        self._seen_plan_events = 0  # value of `_plan_events` at the last read
        self._read_at = 0.0  # time of the last read; time.monotonic()
        self._refresh_lock = threading.Lock()
        self._view_events = 0  # number of changes of saved views
        self._visible_events = 0  # number of events that pages show immediately
        self._file_events = 0  # number of events that may change facts about files
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
        if event.name == "plan:changed":
            self._plan_events += 1
        if event.name in ("plan:changed", "scan:completed", "locks:changed"):
            self._file_events += 1
        if event.name == "views:changed":
            self._view_events += 1
        if not event.name.endswith(":progress") or event.data.get("message") in ("paused", "resumed"):
            self._visible_events += 1

    def plan(self, query: str = "") -> MetadataPlan:
        """
        Return the newest plan of a search, with its counts if they are known. Raises `QueryError`.

        The plan includes every decision of a person. Results of a running write or scan may be missing until the next
        refresh, because a page does not wait for their transactions. When they end or pause, the plan is refreshed.
        """
        plan = self._plan
        if plan is None or self._seen_plan_events != self._plan_events:
            plan = self._refreshed()
        elif self._seen_file_events != self._file_events:
            plan = self._refreshed(force=True)
        elif time.monotonic() - self._read_at > FRESH_SECONDS and self._pool is not None:
            self._read_at = time.monotonic()
            self._pool.submit(carry_actor(self._refreshed), force=True)
        return plan if not query.strip() else self._cached(("plan", plan.id, query), lambda: plan.narrowed(query))

    def _refreshed(self, *, force: bool = False) -> MetadataPlan:
        with self._refresh_lock:
            if self._plan is None or self._seen_plan_events != self._plan_events or force:
                plan_events, file_events = self._plan_events, self._file_events  # later events need another read
                plan = self._library.plan()
                if self._plan is None or plan.id != self._plan.id or file_events != self._seen_file_events:
                    self._plan = plan  # otherwise keep the older object, which already has counts
                self._seen_plan_events, self._seen_file_events, self._read_at = (
                    plan_events,
                    file_events,
                    time.monotonic(),
                )
            return self._plan

    def page(self, plan: MetadataPlan, number: int, *, per_page: int, sort: str, descending: bool) -> PlanPage:
        """Return a page of a plan, the last page if there are fewer."""

        def read(number: int) -> PlanPage:
            return plan.page(number, per_page=per_page, sort=sort, descending=descending)

        def find() -> PlanPage:
            page = read(number)
            return page if page.items or not page.total else read(-(-page.total // per_page))

        return self._cached(("page", plan.id, plan.query, number, per_page, sort, descending), find)

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
        made: T = self._entries.get((self._file_events, key), read)
        return made
