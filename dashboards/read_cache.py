"""
The newest plan, which the pages of a process read together, and its recent searches.

A version of the plan never changes and a newer version has another id, so its rows stay valid. File names are not part
of a version, but a search depends on them. So a scan makes the searches invalid.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Hashable
from concurrent.futures import Executor

from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import carry_actor
from indexium_core.model.planning.recent_values import RecentValues

logger = logging.getLogger(__name__)
MAX_ENTRIES = 64  # maximum number of searches
REFRESHED = "plan:refreshed"  # the event after a read with results that earlier reads lacked
FRESH_SECONDS = 10.0  # seconds for which a plan is fresh without a change event


class ReadCache:
    """The recent plans of the sessions of a process that see the same files."""

    def __init__(self, library: Library, pool: Executor | None = None) -> None:
        """Create an empty cache; threads of `pool` refresh the plan in the background."""
        self._library, self._pool = library, pool
        self._searches = RecentValues[Hashable, MetadataPlan](MAX_ENTRIES)
        self._plan: MetadataPlan | None = None  # the newest plan that was read
        self._result_events = 0  # number of operations that have ended or paused
        self._seen_result_events = 0  # value of `_result_events` at the last read
        self._rereads = 0  # number of reads after an operation that gave the same version again
        self._is_refreshing = False  # a thread of `pool` reads a newer plan
        self._refreshing_lock = threading.Lock()
        self._read_at = 0.0  # time of the last read; time.monotonic()
        self._read_lock = threading.Lock()
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

    def plan(self, query: str = "", *, may_lack_results: bool = False) -> MetadataPlan:
        """
        Return the newest plan of a search, with its counts if they are known. Raises `QueryError`.

        The plan includes every decision of a person. Results of a running write or scan may be missing until the next
        refresh, because a page does not wait for their transactions. When they end or pause, the plan is refreshed;
        with `may_lack_results`, a thread does that, and the earlier plan is returned. `plan:refreshed` tells its end.
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
        if not query.strip():
            return plan
        key = (self._file_events, self._rereads, plan.id, query)
        return self._searches.get(key, lambda: plan.narrowed(query))

    def _lacks_results(self) -> bool:
        return self._seen_result_events != self._result_events

    def _refresh_soon(self, *, force: bool = False) -> bool:
        """Let a thread read a newer plan; return whether there are threads."""
        if self._pool is None:
            return False
        with self._refreshing_lock:
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
            with self._refreshing_lock:
                is_done = is_failed or not self._lacks_results()  # otherwise an operation has ended meanwhile
                self._is_refreshing = not is_done
        if self._plan is not before:  # pages have read the earlier one
            self._library.events.emit(REFRESHED)

    def _refreshed(self, *, force: bool = False) -> MetadataPlan:
        with self._read_lock:
            known, file_events, result_events = self._plan, self._file_events, self._result_events
            if known is None or file_events != self._seen_file_events:
                newest = self._library.plan()
            elif not self._lacks_results() and not force:
                return known
            else:
                newest = self._library.plan()
                if newest.id == known.id and self._lacks_results():
                    self._rereads += 1  # facts about the files may be others
                elif newest.id == known.id:
                    newest = known  # it has counts
            # Events that came during the read need another read.
            self._plan, self._seen_file_events, self._seen_result_events = newest, file_events, result_events
            self._read_at = time.monotonic()
            return newest
