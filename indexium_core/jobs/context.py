"""The interface between a job and its handler: the payload, the last checkpoint and progress reports."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol


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
        Report progress. The call is cheap, so a handler reports every item; at most every 500 ms it is emitted.

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


class CheckpointHelper:
    """
    The checkpoints of one run of a job, for work in groups: a kill costs the work since the last one.

    A handler starts from `saved`, and after each item asks whether a checkpoint `is_due`. If it is, the handler stores
    the group and calls `save`, with the same transaction if the work is in the store.
    """

    def __init__(self, job: JobContext, *, items: int = 100, seconds: float = 5.0) -> None:
        """`items` and `seconds`: the most between two checkpoints."""
        self._job, self._items, self._seconds = job, items, seconds
        self._since = time.monotonic()
        self.is_resumed = job.checkpoint is not None
        self.saved: Mapping[str, Any] = dict(job.checkpoint or {})  # by the run before this one

    def is_due(self, items: int) -> bool:
        """Return whether a group of `items` has to be stored: it is large, or the last checkpoint is old."""
        return items >= self._items or time.monotonic() - self._since > self._seconds

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        """Save the position, as `JobContext.save`; the next group starts."""
        self._job.save(checkpoint, tx=tx)
        self._since = time.monotonic()
