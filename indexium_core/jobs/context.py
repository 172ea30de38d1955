"""The interface between a job and its handler: the payload, the last checkpoint and progress reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

__all__ = ["Handler", "JobContext"]


class JobContext(Protocol):
    """One run of a job, for its handler. It may be used from any thread of the handler."""

    @property
    def job_id(self) -> int:
        """Return the id of the job."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """Return the description of the job's work, as JSON values."""

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        """Return the values that the last run of this job saved; None in the first run."""

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        """
        Report progress. The call is cheap, so a handler reports every item; at most every 500 ms it is published.

        Args:
            current: Items that have an outcome, including those of earlier runs.
            total: Number of all items; None while it is not known.
            message: The current item.
            counters: Items by outcome.

        """

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        """
        Save the position at which the next run continues: every 100 items, or after each batch.

        The checkpoint is durable on return. With `tx`, it is saved in that transaction of the store, together with the
        work up to this position.
        """

    def should_stop(self) -> bool:
        """
        Return whether the handler should end soon: the job is cancelled or timed out, or the process stops.

        The call blocks while the job is paused, so a handler calls it between two items. A handler that ends early for
        this reason saves a checkpoint first.
        """


Handler: TypeAlias = Callable[[JobContext], Mapping[str, Any]]
"""Runs a job of one kind and returns its summary (JSON values); `failed` in it counts the items that failed.

An `IndexiumError` fails the job with its message. The job is retried later if the error is in `errors.RETRIED`.
"""
