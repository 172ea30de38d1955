"""
What was looked at lately: plans with their counts, pages, charts.

A version of the plan never changes, so nothing that was read of it need be read again; a newer version has another id.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from indexium_core.model.plan import PlanPage

if TYPE_CHECKING:
    import pandas as pd

    from indexium_core.library import Library, MetadataPlan

__all__ = ["Shelf"]

T = TypeVar("T")
KEPT = 64  # things


class Shelf:
    """Keeps what was read last, for all sessions of a process."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def plan(self, query: str = "") -> MetadataPlan:
        """Return the newest plan of a search, with its counts where they are known. Raises `QueryError`."""
        fresh = self._library.plan(query)
        return self._keep(("plan", fresh.id, query), lambda: fresh)

    def page(self, plan: MetadataPlan, number: int, *, per_page: int, sort: str, descending: bool) -> PlanPage:
        """Return a page of a plan; the last one where there are not so many."""

        def read(number: int) -> PlanPage:
            return plan.page(number, per_page=per_page, sort=sort, descending=descending)

        def find() -> PlanPage:
            page = read(number)
            return page if page.items or not page.total else read(-(-page.total // per_page))

        return self._keep(("page", plan.id, plan.query, number, per_page, sort, descending), find)

    def risk(self, plan: MetadataPlan) -> pd.DataFrame:
        """Return the plan's files by container and risk."""
        return self._keep(("risk", plan.id, plan.query), lambda: self._library.charts.risk_by(plan))

    def roots(self, plan: MetadataPlan) -> int:
        """Return how many folders are scanned, as of a plan."""
        return self._keep(("roots", plan.id), lambda: len(self._library.libraries()) or None) or 0

    def _keep(self, key: Hashable, make: Callable[[], T]) -> T:
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
