"""
Automatic retries: whether a failed job is retried, and the wait before the retry.

`errors.RETRIED` lists the errors that may be temporary. A retry that a person requests is in `flows/history/retry.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    Delays of 1, 2 and 4 seconds, each longer by a random share of up to a quarter. Then retrying stops.

    Without the random share, files that failed together would be retried at the same time.
    """

    delays: tuple[float, ...] = (1.0, 2.0, 4.0)  # seconds before the second attempt, the third …
    jitter: float = 0.25  # largest share of a delay that is added to it
    random_value: Callable[[], float] = random.random  # from 0 to 1

    def delay_after(self, failures: int) -> float | None:
        """Return the seconds to wait after this number of failures (from 1); None when retrying stops."""
        if not 1 <= failures <= len(self.delays):
            return None
        return self.delays[failures - 1] * (1 + self.jitter * self.random_value())


def retry_delay(job: Job, error: errors.IndexiumError, backoff: Backoff) -> float | None:
    """Return the seconds until a job that failed with this error is retried; None if it is not retried."""
    failures = job.retry_count + 1
    if error.reason not in errors.RETRIED or failures > job.max_retries:
        return None
    return backoff.delay_after(min(failures, len(backoff.delays)))
