"""The decisions of a page in the order of the keys: a person presses keys faster than a decision is stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from dashboards.bridge import Bridge
from indexium_core import errors
from indexium_core.model.matches.results import MatchResult


class _WaitingDecision(NamedTuple):
    work: Callable[[], MatchResult]
    done: Callable[[MatchResult], None]
    failed: Callable[[], None]


class DecisionQueue:
    """Runs one decision after the other, so that an undo concerns the last one."""

    def __init__(self, bridge: Bridge, *, on_empty: Callable[[], None]) -> None:
        """`on_empty` is called when the last decision has ended."""
        self._bridge, self._on_empty = bridge, on_empty
        self._waiting: deque[_WaitingDecision] = deque()
        self.is_busy = False

    def add(
        self, work: Callable[[], MatchResult], done: Callable[[MatchResult], None], failed: Callable[[], None]
    ) -> None:
        """Run `work` on a thread after the decisions before it, then `done`; after an error `failed`, and show it."""
        self._waiting.append(_WaitingDecision(work, done, failed))
        if not self.is_busy:
            self._run_next()

    def _run_next(self) -> None:
        self.is_busy = bool(self._waiting)
        if not self._waiting:
            self._on_empty()
            return
        decision = self._waiting.popleft()

        def on_done(result: MatchResult) -> None:
            decision.done(result)
            self._run_next()

        def on_failed(error: errors.IndexiumError) -> None:
            decision.failed()
            self._bridge.toast("error", error.message)
            self._run_next()

        self._bridge.run(decision.work, on_done, failed=on_failed)
