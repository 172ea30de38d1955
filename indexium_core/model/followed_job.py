"""A job together with the progress of its operation, as a person follows it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from indexium_core.model.job import Job
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.shapes import ListPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedJob(Job):
    """A job whose sentences know its operation: bytes, the current file, and what is being paused."""

    operation: OperationStatus | None = field()  # None: the job runs no operation, or it is not read

    @classmethod
    def of(cls, job: Job, operation: OperationStatus | None) -> FollowedJob:
        """Return a job with the status of its operation."""
        return cls(**{each.name: getattr(job, each.name) for each in fields(job)}, operation=operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedJobPage(ListPage):
    """A page of jobs, in the order of `JobPage`."""

    items: list[FollowedJob]
