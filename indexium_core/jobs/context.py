"""The interface between a job and its handler: the payload, the last checkpoint and progress reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

__all__ = ["Handler", "JobContext"]


class JobContext(Protocol):
    """One run of a job, as its handler sees it. It may be used from any thread of the handler."""

    @property
    def job_id(self) -> int:
        """Return the id of the job."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """Return what the job has to do, as JSON values."""

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        """Return what the last run of this job saved; None in the first run."""

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        """
        Report progress. The call is cheap, so a handler makes it for every item; it is published at most every 500 ms.

        Args:
            current: Items that have an outcome, including those of earlier runs.
            total: Items in all; None while this is not known.
            message: The current item.
            counters: Items by outcome.

        """

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        """
        Save where the next run continues: every 100 items, or after each batch.

        The checkpoint is durable on return. With `tx`, it is saved in that transaction of the store, together with the
        work done up to it.
        """

    def should_stop(self) -> bool:
        """
        Return whether the handler should end soon: the job is cancelled or timed out, or the process stops.

        It blocks while the job is paused, so a handler calls it between two items. A handler that ends early because of
        it saves a checkpoint first.
        """


Handler: TypeAlias = Callable[[JobContext], Mapping[str, Any]]
"""Runs a job of one kind and returns its summary (JSON values); `failed` in it counts the items that failed.

An `IndexiumError` fails the job with its message. The job is retried later if the error is in `errors.RETRIED`.
"""
