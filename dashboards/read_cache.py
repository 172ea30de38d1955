"""
What was looked at lately: plans with their counts, pages, charts.

What a version of the plan says of a file never changes, so it need not be read again; a newer version has another id.
What a file is called, and so what a search finds, is no part of it: after a scan everything is read anew.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeVar

from indexium_core.jobs.event_bus import Event
from indexium_core.model.planning.facets import Facets
from indexium_core.model.planning.plan import PlanPage

if TYPE_CHECKING:
    import pandas as pd

    from indexium_core.library import Library, MetadataPlan
    from indexium_core.model.view import SavedView

__all__ = ["ReadCache"]

T = TypeVar("T")
KEPT = 64  # things
RECENT = 10.0  # seconds for which a plan is fresh without a change event


class ReadCache:
    """Keeps the newest reads for all sessions of a process."""

    def __init__(self, library: Library, pool: Executor | None = None) -> None:
        """
        Keep what is read of a library.

        Args:
            library: The library.
            pool: Threads on which the plan is renewed while nobody waits for it.

        """
        self._library, self._pool = library, pool
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lately: dict[str, tuple[int, float, Any]] = {}
        self._lock = threading.Lock()
        self._whole: MetadataPlan | None = None  # the newest plan that was read
        self._news = 1  # number of events of a newer plan …
        self._seen = 0  # … and how much of that is in it
        self._looked = 0.0  # time of that read; time.monotonic()
        self._renewing = threading.Lock()
        self._views = 0  # how often the saved views were changed
        self._turns = 0  # how often something happened that is to be seen at once
        self._facts = 0  # how often it was said that what is known of files may be otherwise …
        self._known = 0  # … and as of when the newest plan has looked at them
        library.events.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        if event.name == "plan:changed":
            self._news += 1
        if event.name in ("plan:changed", "scan:completed", "locks:changed"):
            self._facts += 1
        if event.name == "views:changed":
            self._views += 1
        if not event.name.endswith(":progress") or event.data.get("message") in ("paused", "resumed"):
            self._turns += 1

    def plan(self, query: str = "") -> MetadataPlan:
        """
        Return the newest plan of a search, with its counts where they are known. Raises `QueryError`.

        The plan includes every decision of a person. Results of a running write or scan may be missing for a moment,
        because a page does not wait for their transactions; their end and their pauses refresh the plan.
        """
        whole = self._whole
        if whole is None or self._seen != self._news:
            whole = self._renewed()
        elif self._known != self._facts:
            whole = self._renewed(unasked=True)
        elif time.monotonic() - self._looked > RECENT and self._pool is not None:
            self._looked = time.monotonic()
            self._pool.submit(self._renewed, unasked=True)
        return whole if not query.strip() else self._keep(("plan", whole.id, query), lambda: whole.narrowed(query))

    def _renewed(self, *, unasked: bool = False) -> MetadataPlan:
        with self._renewing:
            if self._whole is None or self._seen != self._news or unasked:
                news, facts = self._news, self._facts  # what happens from here on is for the next look
                whole = self._library.plan()
                if self._whole is None or whole.id != self._whole.id or facts != self._known:
                    self._whole = whole  # else the older one, which has its counts
                self._seen, self._known, self._looked = news, facts, time.monotonic()
            return self._whole

    def page(self, plan: MetadataPlan, number: int, *, per_page: int, sort: str, descending: bool) -> PlanPage:
        """Return a page of a plan, the last page if there are fewer."""

        def read(number: int) -> PlanPage:
            return plan.page(number, per_page=per_page, sort=sort, descending=descending)

        def find() -> PlanPage:
            page = read(number)
            return page if page.items or not page.total else read(-(-page.total // per_page))

        return self._keep(("page", plan.id, plan.query, number, per_page, sort, descending), find)

    def facets(self, plan: MetadataPlan) -> Facets:
        """Return the facets of a plan."""
        return self._keep(("facets", plan.id, plan.query), lambda: self._library.search.facets(plan=plan))

    def volume(self, plan: MetadataPlan) -> int:
        """Return how many bytes the files of a plan have that would be changed."""
        return self._keep(("volume", plan.id, plan.query), lambda: self._library.search.volume(plan))

    def risk(self, plan: MetadataPlan, by: str) -> pd.DataFrame:
        """Return the plan's files by risk and `container` or `folder`."""
        return self._keep(("risk", plan.id, plan.query, by), lambda: self._library.charts.risk_by(plan, by))

    def views(self) -> list[SavedView]:
        """Return the saved views."""
        return self._keep(("views", self._views), self._library.views.list)

    def lately(self, name: str, seconds: float, make: Callable[[], T]) -> T:
        """Return a value that all sessions poll, read once in so many seconds."""
        turns, now = self._turns, time.monotonic()
        known: tuple[int, float, T] | None = self._lately.get(name)
        if known is None or known[0] != turns or now - known[1] > seconds:
            known = self._lately[name] = (turns, now, make())
        return known[2]

    def roots(self, plan: MetadataPlan) -> int:
        """Return how many folders are scanned, as of a plan."""
        return self._keep(("roots", plan.id), lambda: len(self._library.inventory.list()) or None) or 0

    def _keep(self, key: Hashable, make: Callable[[], T]) -> T:
        key = (self._facts, key)
        with self._lock:
            known: T | None = self._things.get(key)
            if known is not None:
                self._things.move_to_end(key)
                return known
        made = make()
        with self._lock:
            if made is not None:  # a home without folders is about to get some
                self._things[key] = made
            while len(self._things) > KEPT:
                self._things.popitem(last=False)
        return made
