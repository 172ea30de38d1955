"""Jobs: long work that is stored before it starts, and can be followed, paused, cancelled and resumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indexium_core.model import job_kinds, wording
from indexium_core.model.operations.actor import Actor, current_actor
from indexium_core.model.shapes import ListPage, Shaped

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
STALLED_SECONDS = 30.0  # a running job is stalled if it sends no heartbeat for this time; heartbeats come every 5 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A stored job; times are UTC."""

    id: int
    job_type: str  # write, rollback, scan, rescan …
    title: str  # the name that people see
    priority: int  # 1 to 10, lower first
    status: str  # one of JOB_STATES
    payload: Mapping[str, Any]  # its task, as JSON values
    progress_current: int = 0
    progress_total: int | None = None  # None: not known yet
    progress_message: str = ""
    rate: float = 0.0  # recent items per second
    eta_seconds: float | None = None
    counters: Mapping[str, int] = field(default_factory=dict)  # items by outcome so far
    retry_count: int = 0  # number of retries so far
    max_retries: int = 3
    next_retry_at: datetime | None = None  # earliest start
    depends_on: tuple[int, ...] = ()  # jobs that must complete first
    created_at: datetime | None = None
    started_at: datetime | None = None  # start of its first run
    completed_at: datetime | None = None
    heartbeat_at: datetime | None = None  # last heartbeat
    error_message: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)  # its result, JSON values
    is_cancellable: bool = True
    cancelled_at: datetime | None = None  # when a person asked to cancel it
    paused_at: datetime | None = None
    paused_by: str = ""  # the person who paused it
    operation_id: int | None = None  # write, rollback: the operation that it runs
    seconds: float = 0.0  # from start to end; for an operation, the running time of all its runs without pauses
    stalled: bool = False  # the job is running but has sent no heartbeat for STALLED_SECONDS

    @property
    def has_ended(self) -> bool:
        """Whether the job has ended; an interrupted job has not ended."""
        return self.status in ENDED_STATES

    @property
    def is_resumable(self) -> bool:
        """Whether a retry continues this job; a retry of another ended job adds a new job."""
        return self.status in ("failed", "interrupted")

    @property
    def pause_text(self) -> str:
        """
        Return the time of the pause (local time) and the user who paused the job; "" if it is not paused.

        Example: `paused since 2026-11-20 14:03 by Ann`.
        """
        if self.status != "paused":
            return ""
        since = f" since {self.paused_at.astimezone():%Y-%m-%d %H:%M}" if self.paused_at else ""
        return f"paused{since}{f' by {self.paused_by}' if self.paused_by else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCounts(Shaped):
    """How many jobs of a kind there are, by their state."""

    shape = "kind title states"

    kind: str
    states: Mapping[str, int]  # without those that no job has

    @property
    def title(self) -> str:
        """The kind in words: `Writes`."""
        return job_kinds.WORDS.get(self.kind, self.kind.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class JobJoin:
    """
    How a new job joins one that has not started and differs only in one part of the payload.

    Of two lists, the waiting job gets all entries; another value stays as it is. So requests for many single titles are
    a few jobs.
    """

    part: str
    title: Callable[[Any], str]  # of the job with this part

    def joined(self, waiting: Any, new: Any) -> Any:
        """Return the part of the waiting job after a new one has joined."""
        return [*dict.fromkeys([*waiting, *new])] if isinstance(waiting, list) else waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be stored."""

    job_type: str
    title: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    payload_version: int = 1
    priority: int = 5
    not_before: datetime | None = None
    depends_on: tuple[int, ...] = ()
    dedup: bool = False  # keep only one of two equal jobs that have not started
    operation_id: int | None = None
    join: JobJoin | None = None  # with `dedup`
    actor: Actor = field(default_factory=current_actor)  # who adds it; its runs act as this actor


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """The progress of a job."""

    job_id: int
    current: int | None  # None: the operation stores it together with its results
    total: int | None
    message: str
    rate: float
    eta_seconds: float | None
    counters: Mapping[str, int]
    seconds: float = field(default=0.0, compare=False)  # operation: running time of all its runs so far


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedJob:
    """A job that has not ended when a home is opened."""

    job_id: int
    job_type: str
    payload_version: int
    status: str
    stopped_by: str  # stop, person, timeout, kill; "" if it has not started
    retry_count: int
    max_retries: int
    cancelled: bool  # a person asked to cancel it
    operation_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnrecordedResults:
    """A job that has ended but whose result cannot be stored, for example because the disk of the home is full."""

    job_id: int
    operation_id: int | None
    reason: str  # a sentence: the error and the remedy
    seconds: float  # time since the first attempt
    limit_seconds: float  # time after which a waiting command stops waiting

    @property
    def name(self) -> str:
        """Return the job, or its operation, by its number."""
        return f"Job {self.job_id}" if self.operation_id is None else f"Operation {self.operation_id}"

    @property
    def description(self) -> str:
        """Return sentences that say which result cannot be stored, and why."""
        return f"{self.name} has stopped, and its result cannot be stored. {self.reason}"

    @property
    def assurance(self) -> str:
        """Return sentences that say which results are safe nevertheless."""
        if self.operation_id is None:
            return "Nothing is lost: the next start of Indexium offers to resume it."
        return (
            "No file is left half-written and nothing is lost: the next start of Indexium shows it as interrupted, and "
            "offers to resume it or to roll it back."
        )

    @property
    def waiting_text(self) -> str:
        """Return sentences that say for how long Indexium has retried, what ends that, and what is safe."""
        return (
            f"Indexium has retried for {wording.duration(self.seconds)} and continues until there is free space. "
            f"You can also stop Indexium. {self.assurance}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(ListPage):
    """A page of jobs: running jobs, then waiting jobs in the order of their start, then the rest, newest first."""

    items: list[Job]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLog:
    """Lines of a job's log, and the position of the next one."""

    lines: list[dict[str, Any]]
    next: int
