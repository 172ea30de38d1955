"""What the work of a job is given: its orders, what its last run saved, and a way to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

__all__ = ["Handler", "JobContext"]


class JobContext(Protocol):
    """One run of a job, as its handler sees it. May be used from any thread of the handler."""

    @property
    def job_id(self) -> int:
        """The job."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """What it is to do, JSON values."""

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        """What the last run of this job saved, None at first."""

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        """
        Note how far it is; cheap, to be called for every item. It is told on at most every 500 ms.

        Args:
            current: Items that have an outcome, those of former runs among them.
            total: Items in all, None where nobody knows yet.
            message: What it is at.
            counters: What became of the items so far.

        """

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        """
        Write down where a next run is to go on. Every 100 items, or each batch.

        Durable when it returns; or, in the transaction `tx` of the store, together with what was done up to there.
        """

    def should_stop(self) -> bool:
        """
        Return whether to come to an end soon: it is cancelled, timed out, or the process goes down.

        Waits here while the job is paused, so it is called between two items. Whoever returns early for it saves a
        checkpoint first.
        """


Handler: TypeAlias = Callable[[JobContext], Mapping[str, Any]]
"""Does the work of a kind of job and returns its summary (JSON values); `failed` in it counts as errors of items.

An `IndexiumError` ends the job as failed with its sentence; one that may pass is tried again after a while.
"""
