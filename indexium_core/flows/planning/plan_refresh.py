"""The refresh of plans: before a read, or on a thread while a write runs."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from indexium_core import errors
from indexium_core.model.operations.actor import whole_home
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_compute

logger = logging.getLogger(__name__)


class PlanRefresh:
    """Keeps the plans of a home new. Any thread may use it."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._refreshed_at: dict[Modes, float] = {}  # time.monotonic() before the last refresh
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="indexium-plan")
        self._running: dict[Modes, Future[None]] = {}

    def newest(self, modes: Modes, *, max_age: float) -> Version:
        """
        Refresh the plan of these modes and return its newest version.

        With `max_age`, the version may lack results of a running write that are up to `max_age` seconds old; a thread
        then refreshes the plan.
        """
        recent = self._recent(modes, max_age) if max_age else None
        return self._refresh(modes) if recent is None else recent

    def _recent(self, modes: Modes, max_age: float) -> Version | None:
        """Return a version that is recent enough, and refresh it on the thread; None: it has to be refreshed first."""
        now = time.monotonic()
        with whole_home():
            found = plan_compute.newest_with_decisions(self._database.read(), modes, now=self._clock())
        if found is None:
            return None
        version, is_current = found
        if is_current:
            self._refreshed_at[modes] = now
        elif now - self._refreshed_at.get(modes, float("-inf")) > max_age:
            return None
        else:
            self._refresh_soon(modes)
        return version

    def _refresh_soon(self, modes: Modes) -> None:
        running = self._running.get(modes)
        if running is None or running.done():
            with contextlib.suppress(RuntimeError):  # the library is closing
                self._running[modes] = self._thread.submit(self._refresh_on_thread, modes)

    def _refresh_on_thread(self, modes: Modes) -> None:
        try:
            self._refresh(modes)
        except errors.IndexiumError as error:  # the next read refreshes the plan itself, and reports the error
            logger.warning("plan.not_refreshed", extra={"error": str(error)})

    def _refresh(self, modes: Modes) -> Version:
        started_at = time.monotonic()
        version = plan_compute.refresh(self._database, modes, now=self._clock())
        self._refreshed_at[modes] = started_at
        return version

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(cancel_futures=True)
