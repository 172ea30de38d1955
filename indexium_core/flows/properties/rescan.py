"""
Rescan: the media properties of films are read again, and what changed is stored.

It goes through the files in the order of their ids, a batch at a time. What was read of a batch and the place are
stored in one transaction; so a rescan that is cut short goes on from there, and what it did is done and counted. One
bad file never stops it: the file is counted by what is wrong with it, and keeps what was known of it. Locked fields
stay as they are, and length and size are refreshed only where that was asked for.
"""

from __future__ import annotations

import collections
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from indexium_core import errors
from indexium_core.flows.jobs import job_log
from indexium_core.flows.review import targets
from indexium_core.flows.review.targets import Target
from indexium_core.flows.scanning import file_facts, roots
from indexium_core.flows.scanning.scan_progress import ScanProgress
from indexium_core.flows.scanning.track_events import TrackEvents
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.events import EventBus
from indexium_core.jobs.executors import Executor, Threads, WorkerLostError
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import wording
from indexium_core.model.files.properties import LABELS, ON_REQUEST, MediaReading, checked_fields
from indexium_core.model.job import Job
from indexium_core.model.planning.plan import Selection
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.store.catalog import audit, catalog
from indexium_core.store.catalog import properties as store
from indexium_core.store.catalog.properties import Due, PropertyProblem
from indexium_core.store.database import Database
from indexium_core.store.planning.plans import Modes

__all__ = ["AUDIT_MOST", "KIND", "RescanReport", "Rescanner", "title_of"]

KIND = "rescan"  # of its jobs

AUDIT_MOST = 1_000_000  # events of the audit that are kept at most
_TICK = 0.4  # seconds between two reports to whoever waits for it
_NAP = 0.05  # seconds of a pause between batches after which somebody may have stopped it


@dataclass(slots=True, kw_only=True)
class RescanReport:
    """What a rescan has done. Every file that was looked at is in one of the counts behind `processed`."""

    processed: int = 0
    updated: int = 0  # something of it is new
    unchanged: int = 0
    skipped: int = 0  # its library is offline
    missing: int = 0
    errors: dict[str, int] = field(default_factory=dict)  # files that could not be read, by code: corrupt, empty …
    locked: dict[str, int] = field(default_factory=dict)  # fields that a lock kept as they were → of how many files
    seconds: float = 0.0
    total: int = 0  # files that were meant
    cancelled: bool = False  # it was stopped before the end

    @property
    def failed(self) -> int:
        """How many files could not be read."""
        return sum(self.errors.values())

    @property
    def summary(self) -> str:
        """All of it in a sentence."""
        parts = [f"{self.updated:,} updated", f"{self.unchanged:,} unchanged"]
        rest = {"skipped": self.skipped, "missing": self.missing}
        parts += [f"{count:,} {word}" for word, count in rest.items() if count]
        parts += [f"{count:,} {code.replace('_', ' ')}" for code, count in sorted(self.errors.items())]
        kept = ", ".join(
            f"{LABELS[name].lower()} of {wording.files(count)}" for name, count in sorted(self.locked.items())
        )
        return f"{'Stopped after ' if self.cancelled else ''}{wording.files(self.processed)}: {', '.join(parts)}" + (
            f"; kept by a lock: {kept}" if kept else ""
        )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one file."""

    due: Due
    reading: MediaReading | None = None
    problem: PropertyProblem | None = None
    missing: bool = False
    skipped: bool = False

    @property
    def failed(self) -> bool:
        return self.missing or self.problem is not None


def title_of(orders: Mapping[str, Any], query: object) -> str:
    """Return what a person calls a rescan with these orders."""
    if orders["file_ids"] is None:
        return "Rescan of everything"
    if isinstance(query, str) and query.strip():
        return f"Rescan “{query.strip()[:80]}”"
    return f"Rescan of {wording.files(len(orders['file_ids']))}"


def _target(query: str | Selection, file_ids: Sequence[int], *, everything: bool) -> Target | None:
    """Return the files of a rescan, None for all; UsageError unless exactly one way names them."""
    if sum([bool(query), bool(file_ids), everything]) != 1:
        raise errors.UsageError("Name the files to rescan: a search, some files, or everything.")
    return None if everything else file_ids or query


class Rescanner:
    """Rescans the files of a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes],
        queue: JobQueueService,
        events: EventBus,
        config: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        executor: Callable[[], Executor] = Threads,
    ) -> None:
        """
        Rescan in a home.

        Args:
            database: The home's.
            modes: Says by whose plan searches and selections are meant.
            queue: Takes the jobs of `add`.
            events: Told when a rescan begins and ends.
            config: Settings, read anew for every run.
            clock: Source of the present moment (UTC).
            executor: Says, for every run, where files are read.

        """
        self._database = database
        self._executor = executor
        self._modes = modes
        self._queue = queue
        self._events = events
        self._config = config
        self._clock = clock
        self._closing = threading.Event()

    def orders(self, target: Target | None, *, refresh: Sequence[str] = ()) -> dict[str, Any]:
        """
        Return what a rescan is to do, as the payload of a job.

        Args:
            target: A search, a selection or file ids; None for every file there is.
            refresh: Which of `duration` and `size` to read again, too.

        Raises:
            QueryError: The search cannot be read.
            UnknownIdError: There is no such file.
            UsageError: An unknown field, or nothing is found.

        """
        fields = list(checked_fields(refresh, ON_REQUEST))
        if target is None:
            return {"file_ids": None, "refresh": fields}
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=self._clock())
        if not file_ids:
            raise errors.UsageError("No file is found by that, so there is nothing to rescan.")
        return {"file_ids": sorted(set(file_ids)), "refresh": fields}

    @remote()
    def run(
        self,
        query: str | Selection = "",
        *,
        everything: bool = False,
        file_ids: Sequence[int] = (),
        refresh: Sequence[str] = (),
        progress: Callable[[ScanProgress], None] | None = None,
    ) -> RescanReport:
        """Rescan on this thread; arguments and errors as those of `Library.rescan`."""
        orders = self.orders(_target(query, file_ids, everything=everything), refresh=refresh)
        self._events.emit("rescan:started", current=0, total=None, message="Rescan")
        report, message = RescanReport(), "The rescan stopped; the log says why"
        try:
            report = self.work(_Here(orders, self._events, progress, self._closing.is_set))
            message = report.summary
        finally:
            self._events.emit("rescan:completed", current=report.processed, total=report.total, message=message)
        return report

    @remote()
    def add(
        self,
        query: str | Selection = "",
        *,
        everything: bool = False,
        file_ids: Sequence[int] = (),
        refresh: Sequence[str] = (),
    ) -> Job:
        """Add a job that rescans; it continues after a restart. Arguments and errors as those of `run`."""
        orders = self.orders(_target(query, file_ids, everything=everything), refresh=refresh)
        return self._queue.add_job(KIND, orders, title=title_of(orders, query))

    def close(self) -> None:
        """Let the rescans that run on threads of their callers come to an end."""
        self._closing.set()

    def handle(self, context: JobContext) -> dict[str, Any]:
        """Do it as a job, whose queue tells how far it is, and return the summary."""
        report = self.work(context)
        return {
            "processed": report.processed,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "skipped": report.skipped,
            "missing": report.missing,
            "errors": dict(report.errors),
            "failed": report.failed,
            "locked": dict(report.locked),
            "seconds": round(report.seconds, 3),
            "message": report.summary,
        }

    def work(self, context: JobContext) -> RescanReport:
        """Do what a job says, from its checkpoint on if it has one."""
        run = _RescanRun(self._database, context, config=self._config, clock=self._clock, executor=self._executor())
        try:
            run.go()
        finally:
            run.events.emit(self._events, context.job_id or None)
            if run.lost:
                self._events.emit("plan:changed")
        self._tidy()
        return run.report

    def _tidy(self) -> None:
        before = self._clock() - timedelta(days=self._config.audit_retention_days)
        with self._database.atomic() as tx:
            audit.prune(tx, before=before, most=AUDIT_MOST)


class _RescanRun:
    """One run of a rescan."""

    def __init__(
        self,
        database: Database,
        context: JobContext,
        *,
        config: Settings,
        clock: Callable[[], datetime],
        executor: Executor,
    ) -> None:
        self._database = database
        self._executor = executor
        self._context = context
        self._config = config
        self._clock = clock
        self._file_ids: list[int] | None = context.payload.get("file_ids")
        self._held = [name for name in ON_REQUEST if name not in context.payload.get("refresh", ())]
        saved = dict(context.checkpoint or {})
        self._after = int(saved.pop("after", 0))  # the last file that is done
        self.report = RescanReport(**saved)
        self.report.total = self._count()
        self._began = time.monotonic() - self.report.seconds
        self.lost = False  # whether files were found to be missing
        self.events = TrackEvents()

    def _count(self) -> int:
        return store.count_all(self._database.read()) if self._file_ids is None else len(self._file_ids)

    def go(self) -> None:
        """Work through what is left."""
        threads = min(self._config.probe_threads, 2 * (os.cpu_count() or 1))
        self._tell()
        is_first = True
        with _pool(self._executor.max_concurrency(threads)) as pool:
            while batch := self._next():
                asked, due = batch
                if not (is_first or self._rest()):
                    self.report.cancelled = True
                    return
                is_first, outcomes = False, list(self._read(pool, due))
                self._store(outcomes, asked=asked if len(outcomes) == len(due) else None)
                if len(outcomes) < len(due):
                    self.report.cancelled = True
                    return

    def _next(self) -> tuple[list[int], list[Due]] | None:
        """Return the ids of the next batch and those of its files that are known still; None where none is left."""
        count, reader = self._config.rescan_batch_size, self._database.read()
        if self._file_ids is None:
            due = store.batch(reader, after=self._after, count=count)
            return ([each.file_id for each in due], due) if due else None
        asked = [file_id for file_id in self._file_ids if file_id > self._after][:count]
        return (asked, store.batch(reader, after=self._after, count=count, file_ids=asked)) if asked else None

    def _read(self, pool: ThreadPoolExecutor, due: Sequence[Due]) -> Iterator[_Outcome]:
        """Yield what became of files, in their order; ends early where the rescan is to stop."""
        offline = self._offline(due)
        pending: collections.deque[Future[_Outcome]] = collections.deque()
        for each in due:
            if each.library_id in offline:
                done: Future[_Outcome] = Future()
                done.set_result(_Outcome(each, skipped=True))
                pending.append(done)
            else:
                pending.append(pool.submit(_read, self._executor, each))
        while pending:
            if self._context.should_stop():
                for future in pending:
                    future.cancel()
                return
            outcome = pending.popleft().result()
            if outcome.failed and self._offline([outcome.due]):  # its disk has gone meanwhile, and nothing else
                outcome = _Outcome(outcome.due, skipped=True)
            self._tally(outcome)
            yield outcome

    def _offline(self, due: Sequence[Due]) -> set[int]:
        """Return the libraries of some files that are not there: their files are left as they are."""
        wanted = {each.library_id for each in due}
        rows = [row for row in catalog.libraries(self._database.read()) if row.library_id in wanted]
        return {row.library_id for row in rows if roots.offline_reason(row)}

    def _tally(self, outcome: _Outcome) -> None:
        """Count what can be told before it is stored: whether anything is new comes of that."""
        report = self.report
        report.processed += 1
        if outcome.skipped:
            report.skipped += 1
        elif outcome.missing:
            report.missing += 1
            job_log.unread(outcome.due.path, "missing", "It is not there any more.")
        elif outcome.problem:
            job_log.unread(outcome.due.path, outcome.problem.code, outcome.problem.message)
            report.errors[outcome.problem.code] = report.errors.get(outcome.problem.code, 0) + 1
        self._tell(outcome.due.path)

    def _tell(self, path: bytes = b"") -> None:
        report = self.report
        self._context.progress(
            report.processed,
            report.total,
            path.rpartition(b"/")[2].decode("utf-8", "replace"),
            updated=report.updated,
            unchanged=report.unchanged,
            skipped=report.skipped,
            missing=report.missing,
            errors=report.failed,
        )

    def _store(self, outcomes: Sequence[_Outcome], *, asked: Sequence[int] | None) -> None:
        """
        Store what was read of a batch and the place, in one transaction: so what is counted is what was done.

        `asked`: all ids of a batch that was read to its end; those that nobody knows any more are missing.
        """
        report = self.report
        readings = {each.due.file_id: each.reading for each in outcomes if each.reading is not None}
        problems = {each.due.file_id: each.problem for each in outcomes if each.problem is not None}
        missing = [each.due.file_id for each in outcomes if each.missing]
        at, job_id = self._clock(), self._context.job_id or None
        updated, unchanged, locked = report.updated, report.unchanged, Counter(report.locked)  # before
        if asked is not None:
            forgotten = len(asked) - len(outcomes)
            report.processed += forgotten
            report.missing += forgotten
            self._after = max([self._after, *asked])
        elif outcomes:
            self._after = outcomes[-1].due.file_id
        report.seconds = time.monotonic() - self._began

        def put(tx: Any) -> set[int]:
            store.put_problems(tx, problems)
            gone = set(missing) - set(catalog.missing(tx, missing))
            if gone:
                self.lost = True
                catalog.mark_missing(tx, sorted(gone))
            new, kept = store.put(tx, readings, held=self._held, actor="rescan", at=at, job_id=job_id)
            report.updated, report.unchanged = updated + len(new), unchanged + len(readings) - len(new)
            report.locked = dict(locked + Counter(kept))
            self._context.save(self._place(), tx=tx)
            return new | gone

        self.events.collect(updated=self._database.run(put))
        self._tell(outcomes[-1].due.path if outcomes else b"")

    def _place(self) -> dict[str, Any]:
        report = self.report
        counts = ("processed", "updated", "unchanged", "skipped", "missing", "seconds")
        maps = {"errors": dict(report.errors), "locked": dict(report.locked)}
        return {"after": self._after, **maps} | {name: getattr(report, name) for name in counts}

    def _rest(self) -> bool:
        """Rest between two batches, as the setting has it; False where the rescan is to stop."""
        end = time.monotonic() + self._config.rescan_batch_pause_ms / 1000
        while not self._context.should_stop():
            left = end - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(_NAP, left))
        return False


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads to read on, and let them go without waiting for a disk that may never answer."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="rescan")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(executor: Executor, due: Due) -> _Outcome:
    """Have one file read; once more where the process that read it ended, which need not be the file's fault."""
    for _ in range(2):
        try:
            found = executor.call(file_facts.read_properties, due.path)
            break
        except WorkerLostError as lost:
            found = "process_lost", f"The process that read the file {lost}, twice."
    if isinstance(found, MediaReading):
        return _Outcome(due, found)
    code, message = found
    if code == file_facts.MISSING:
        return _Outcome(due, missing=True)
    return _Outcome(due, problem=PropertyProblem(code, message))


class _Here:
    """The context of a rescan that somebody waits for: nothing is saved, for nobody would go on with it."""

    job_id = 0
    checkpoint: Mapping[str, Any] | None = None

    def __init__(
        self,
        payload: Mapping[str, Any],
        events: EventBus,
        progress: Callable[[ScanProgress], None] | None,
        stop: Callable[[], bool],
    ) -> None:
        self.payload = payload
        self._stop = stop
        self._events = events
        self._progress = progress
        self._began = time.monotonic()
        self._told = 0.0

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        now = time.monotonic()
        if now - self._told < _TICK and current != total:
            return
        self._told = now
        rate = current / max(now - self._began, 1e-3)
        eta = None if total is None or not rate else (total - current) / rate
        told = ScanProgress(done=current, total=total, current=message, rate=rate, eta_seconds=eta)
        if self._progress:
            self._progress(told)
        self._events.emit(
            "rescan:progress", current=current, total=total, message=message, rate=rate, eta_seconds=eta, **counters
        )

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        del checkpoint, tx

    def should_stop(self) -> bool:
        return self._stop()
