"""What can be done with jobs: look at them, hold them, give them up, try them again."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core.model.job import Job, JobLog, JobPage

__all__ = ["JobService"]


class JobService:
    """All that faces can do with jobs. A wrong state is a UsageError with the code `wrong_state`."""

    def list(
        self, kinds: Sequence[str] = (), statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> JobPage:
        """Return a page of jobs: those under way, then those that wait as they come up, then the rest, newest first."""
        raise NotImplementedError

    def get(self, job_id: int) -> Job:
        """Return a job. UnknownIdError where there is none."""
        raise NotImplementedError

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many jobs of each kind there are in each state."""
        raise NotImplementedError

    def pause(self, job_id: int, by: str = "") -> Job:
        """Hold a job after what it has under way; `by` says who does."""
        raise NotImplementedError

    def resume(self, job_id: int) -> Job:
        """Let a paused, interrupted or failed job go on."""
        raise NotImplementedError

    def cancel(self, job_id: int) -> Job:
        """Give up what a job has left."""
        raise NotImplementedError

    def retry(self, job_id: int) -> Job:
        """Try a job again that failed, was cancelled or ended with errors; returns the job that does it."""
        raise NotImplementedError

    def set_priority(self, job_id: int, priority: int) -> Job:
        """Let a job come up sooner (1) or later (10)."""
        raise NotImplementedError

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """Wait until a job has come to an end or is interrupted, at most `timeout` seconds, and return it."""
        raise NotImplementedError

    def log(self, job_id: int, after: int = 0, limit: int = 500) -> JobLog:
        """Return lines of a job's log from where `after` says."""
        raise NotImplementedError
