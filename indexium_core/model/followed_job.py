"""A job as a person follows it: in words, and with the progress of its operation."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from indexium_core.model import job_words, wording
from indexium_core.model.job import Job
from indexium_core.model.job_words import JobAction, JobGauge
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.shapes import ListPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedJob(Job):
    """A job in words; they know its operation: bytes, the current file, and what is being paused."""

    operation: OperationStatus | None = field()  # None: the job runs no operation, or it is not read

    @classmethod
    def of(cls, job: Job, operation: OperationStatus | None) -> FollowedJob:
        """Return a job with the status of its operation."""
        return cls(**{each.name: getattr(job, each.name) for each in fields(Job)}, operation=operation)

    @property
    def name(self) -> str:
        """Its title, or its number."""
        return job_words.name(self)

    @property
    def state(self) -> str:
        """The state that people see: one of JOB_STATES, or stalled, cancelling, pausing or retrying."""
        return job_words.state(self, self.operation)

    @property
    def text(self) -> str:
        """What it does, what it waits for, or its result, in one sentence without its name."""
        return job_words.sentence(self, self.operation)

    @property
    def pace(self) -> str:
        """While it runs, its speed and its progress in percent; otherwise ""."""
        return job_words.pace(self, self.operation) if self.status == "running" else ""

    @property
    def gauge(self) -> JobGauge:
        """How far it is."""
        return job_words.gauge(self, self.operation)

    @property
    def actions(self) -> list[JobAction]:
        """What a person can do with it now, the most likely first."""
        return job_words.actions(self)

    @property
    def cancel_effect(self) -> str:
        """What remains after it is cancelled."""
        return job_words.cancel_effect(self)

    @property
    def is_long_paused(self) -> bool:
        """Whether it has been paused for more than a day."""
        return job_words.is_long_paused(self)

    @property
    def long_pause_text(self) -> str:
        """For how long it has been paused, and who paused it; the text follows its name."""
        return job_words.long_pause(self)

    @property
    def added(self) -> str:
        """When it was added, in words."""
        return wording.when(self.created_at) if self.created_at else ""

    @property
    def ended(self) -> str:
        """When it ended, in words; "" if it has not ended."""
        return wording.when(self.completed_at) if self.completed_at else ""

    @property
    def facts(self) -> list[list[str]]:
        """Its facts as pairs of label and text."""
        return job_words.facts(self)

    @property
    def outcome(self) -> list[list[str]]:
        """Its results so far as pairs of label and text."""
        return job_words.outcome(self, self.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedJobPage(ListPage):
    """A page of jobs, in the order of `JobPage`."""

    items: list[FollowedJob]
