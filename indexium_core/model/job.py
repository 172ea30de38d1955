"""Jobs: long work that is written down before it begins, and can be followed, held, given up and taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = [
    "ENDED_STATES",
    "JOB_STATES",
    "PRIORITIES",
    "STALLED_SECONDS",
    "Job",
    "JobLog",
    "JobPage",
    "JobProgress",
    "NewJob",
    "UnfinishedJob",
    "UnrecordedResults",
]

JOB_STATES = (
    "pending",
    "running",
    "paused",
    "completed",
    "completed_with_errors",
    "failed",
    "cancelled",
    "interrupted",
)
ENDED_STATES = frozenset({"completed", "completed_with_errors", "failed", "cancelled"})
PRIORITIES: Mapping[str, int] = {"high": 2, "normal": 5, "low": 8}  # 1 to 10, lower first
STALLED_SECONDS = 30.0  # a running job without a sign of life for so long is stalled; it gives one every 5 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is written down; moments are UTC."""

    id: int
    job_type: str  # write, rollback, scan, rescan …
    title: str  # what a person calls it
    priority: int  # 1 to 10, lower first
    status: str  # one of JOB_STATES
    payload: Mapping[str, Any]  # what it is to do, JSON values
    progress_current: int = 0
    progress_total: int | None = None  # None: nobody knows yet
    progress_message: str = ""
    rate: float = 0.0  # items a second, of late
    eta_seconds: float | None = None
    counters: Mapping[str, int] = field(default_factory=dict)  # what became of the items so far
    retry_count: int = 0  # how often it was tried again
    max_retries: int = 3
    next_retry_at: datetime | None = None  # not before
    depends_on: tuple[int, ...] = ()  # jobs that must have completed first
    created_at: datetime | None = None
    started_at: datetime | None = None  # of its first run
    completed_at: datetime | None = None
    heartbeat_at: datetime | None = None  # its last sign of life
    error_message: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)  # what came of it, JSON values
    is_cancellable: bool = True
    cancelled_at: datetime | None = None  # when somebody asked for it to be given up
    paused_at: datetime | None = None
    paused_by: str = ""  # who holds it
    operation_id: int | None = None  # write, rollback: the operation that it carries out
    seconds: float = 0.0  # from begin to end; of an operation its own seconds: at work in all runs, pauses aside
    stalled: bool = False  # it should be running and gives no sign of life

    @property
    def ended(self) -> bool:
        """Whether it has come to an end; an interrupted one has not."""
        return self.status in ENDED_STATES

    @property
    def goes_on_again(self) -> bool:
        """Whether it goes on where it was when it is tried again; of others that ended a new one is made."""
        return self.status in ("failed", "interrupted")

    @property
    def held(self) -> str:
        """Since when (local time) and by whom it is held: `held since 2026-11-20 14:03 by Ann`; "" where it is not."""
        if self.status != "paused":
            return ""
        since = f" since {self.paused_at.astimezone():%Y-%m-%d %H:%M}" if self.paused_at else ""
        return f"held{since}{f' by {self.paused_by}' if self.paused_by else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is to be written down."""

    job_type: str
    title: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    payload_version: int = 1
    priority: int = 5
    not_before: datetime | None = None
    depends_on: tuple[int, ...] = ()
    max_retries: int = 3
    is_cancellable: bool = True
    dedup: bool = False  # of two equal ones that have not begun only one is kept
    operation_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """How far a job is."""

    job_id: int
    current: int | None  # None: the work itself writes that down, with what it does
    total: int | None
    message: str
    rate: float
    eta_seconds: float | None
    counters: Mapping[str, int]
    seconds: float = 0.0  # of an operation: at work in all its runs until now


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedJob:
    """A job that has not ended when a home is opened."""

    job_id: int
    job_type: str
    payload_version: int
    status: str
    stopped_by: str  # stop, person, timeout, kill; "" where it did not begin
    retry_count: int
    max_retries: int
    cancelled: bool  # somebody wanted it given up
    operation_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnrecordedResults:
    """A job whose work has ended, but whose end cannot be written down: the disk of the home is full, for example."""

    job_id: int
    operation_id: int | None
    why: str  # a sentence: what failed, and the remedy
    seconds: float  # since the first attempt
    limit: float  # seconds after which a command does not wait any longer

    @property
    def name(self) -> str:
        return f"Job {self.job_id}" if self.operation_id is None else f"Operation {self.operation_id}"

    @property
    def said(self) -> str:
        """Return what is waited for and why, as sentences."""
        return f"{self.name} has stopped, and its result cannot be written down. {self.why}"

    @property
    def safe(self) -> str:
        """Return what is certain all the same, as sentences."""
        if self.operation_id is None:
            return "Nothing is lost: the next start of Indexium offers to resume it."
        return (
            "No file is left half-written and nothing is lost: the next start of Indexium shows it as interrupted, and "
            "offers to resume it or to roll it back."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """A page of jobs: those under way, then those that wait in the order in which they come up, then newest first."""

    items: list[Job]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLog:
    """Lines of a job's log, and from where to read on."""

    lines: list[dict[str, Any]]
    next: int
