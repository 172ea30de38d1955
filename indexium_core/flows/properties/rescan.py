"""
Rescan: read the media properties of files again, and store the changes.

A rescan reads the files in the order of their ids, in batches. One transaction stores the results of a batch and the
checkpoint, so an interrupted rescan resumes after the last stored batch. A damaged file never stops a rescan: it is
counted under its error code and keeps its stored properties. Locked fields do not change. Duration and size change only
on request.
"""

from __future__ import annotations

import collections
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from indexium_core import errors
from indexium_core.flows.jobs import job_log
from indexium_core.flows.review import targets
from indexium_core.flows.scanning import file_facts, roots
from indexium_core.flows.scanning.scan_progress import REPORT_SECONDS, TrackEvents
from indexium_core.jobs.context import CheckpointHelper, JobContext
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.executors import Executor, Threads, WorkerLostError
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import FOUND, needs, reads_home
from indexium_core.model.accounts.permissions import JOBS_MANAGE, SETTINGS_MANAGE
from indexium_core.model.files.properties import ON_REQUEST, MediaReading, validate_fields
from indexium_core.model.files.scan_reports import RescanReport, ScanProgress
from indexium_core.model.job import Job
from indexium_core.model.planning.plan import Selection
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import Target
from indexium_core.settings import Settings
from indexium_core.store.catalog import audit, catalog
from indexium_core.store.catalog import properties as store
from indexium_core.store.catalog.properties import FileToRescan, PropertyProblem
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes

MAX_AUDIT_EVENTS = 1_000_000  # older events are deleted
_POLL_SECONDS = 0.05  # seconds between two checks for a stop, in the pause after a batch


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The result for one file."""

    file: FileToRescan
    reading: MediaReading | None = None
    problem: PropertyProblem | None = None
    missing: bool = False
    skipped: bool = False

    @property
    def failed(self) -> bool:
        return self.missing or self.problem is not None


def job_title(payload: Mapping[str, Any], query: object) -> str:
    """Return the title of the job for a payload and its search."""
    if payload["file_ids"] is None:
        return "Rescan of all files"
    if isinstance(query, str) and query.strip():
        return f"Rescan “{query.strip()[:80]}”"
    return f"Rescan of {wording.files(len(payload['file_ids']))}"


def _target(query: str | Selection, file_ids: Sequence[int], *, everything: bool) -> Target | None:
    """Return the files of a rescan; None for all. UsageError unless exactly one argument is given."""
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
        Rescan the files of a home.

        `modes` returns the modes of the plan that searches and selections refer to. `queue` takes the jobs of `add`.
        Each run reads the current values of `config`; `executor` returns the executor for the next run.
        """
        self._database = database
        self._executor = executor
        self._modes = modes
        self._queue = queue
        self._events = events
        self._config = config
        self._clock = clock
        self._closing = threading.Event()

    @reads_home
    def payload(self, target: Target | None, *, refresh: Sequence[str] = ()) -> dict[str, Any]:
        """
        Return the payload of a rescan job.

        Args:
            target: A search, a selection or file ids; None for all files.
            refresh: The additional fields to refresh: `duration` and `size`.

        Raises:
            QueryError: The search has a syntax error.
            UnknownIdError: There is no such file.
            NoMatchError: The target has no files.
            UsageError: A field is unknown.

        """
        fields = list(validate_fields(refresh, ON_REQUEST))
        file_ids = targets.ids_or_all(self._database, target, self._modes(), now=self._clock())
        if file_ids == []:
            raise errors.NoMatchError("No file matches, so there is nothing to rescan.")
        return {"file_ids": file_ids, "refresh": fields}

    @needs(JOBS_MANAGE, FOUND)
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
        payload = self.payload(_target(query, file_ids, everything=everything), refresh=refresh)
        self._events.emit("rescan:started", current=0, total=None, message="Rescan")
        report, message = RescanReport(), "The rescan failed. See the log for details."
        try:
            report = self.execute(_InlineContext(payload, self._events, progress, self._closing.is_set))
            message = report.summary
        finally:
            self._events.emit("rescan:completed", current=report.processed, total=report.total, message=message)
        return report

    @needs(JOBS_MANAGE, FOUND)
    @remote()
    def read_file(self, file_id: int, *, refresh: Sequence[str] = ()) -> RescanReport:
        """Rescan one file on this thread; `refresh` and errors as those of `run`."""
        return self.run(file_ids=[file_id], refresh=refresh)

    @needs(JOBS_MANAGE, FOUND)
    @remote()
    def add(
        self,
        query: str | Selection = "",
        *,
        everything: bool = False,
        file_ids: Sequence[int] = (),
        refresh: Sequence[str] = (),
    ) -> Job:
        """Add a rescan job, which resumes after a restart. Arguments and errors are those of `run`."""
        payload = self.payload(_target(query, file_ids, everything=everything), refresh=refresh)
        return self._queue.add_job(job_kinds.RESCAN, payload, title=job_title(payload, query))

    def close(self) -> None:
        """Stop the rescans that run on threads of their callers."""
        self._closing.set()

    def handle(self, context: JobContext) -> dict[str, Any]:
        """Run the rescan of a job and return its result: the handler of the queue."""
        report = self.execute(context)
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

    def execute(self, context: JobContext) -> RescanReport:
        """Run a rescan; if it has a checkpoint, start there."""
        run = _RescanRun(self._database, context, config=self._config, clock=self._clock, executor=self._executor())
        try:
            run.execute()
        finally:
            run.events.emit(self._events, context.job_id or None)
            if run.has_new_missing:
                self._events.emit("plan:changed")
        self.prune_audit()
        return run.report

    @needs(SETTINGS_MANAGE)
    def prune_audit(self) -> None:
        """Delete entries of the audit log that are older than `INDEXIUM_AUDIT_RETENTION_DAYS`, and beyond its size."""
        before = self._clock() - timedelta(days=self._config.audit_retention_days)
        with self._database.atomic() as tx:
            audit.prune(tx, before=before, max_events=MAX_AUDIT_EVENTS)


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
        self._not_refreshed = [name for name in ON_REQUEST if name not in context.payload.get("refresh", ())]
        self._checkpoints = CheckpointHelper(context, items=config.rescan_batch_size)
        saved = dict(self._checkpoints.saved)
        self._after = int(saved.pop("after", 0))  # id of the last file of the last stored batch
        self.report = RescanReport(**saved)
        self.report.total = self._count()
        self._started_at = time.monotonic() - self.report.seconds
        self.has_new_missing = False
        self.events = TrackEvents()

    def _count(self) -> int:
        return store.count_all(self._database.read()) if self._file_ids is None else len(self._file_ids)

    def execute(self) -> None:
        """Read and store the remaining batches."""
        threads = self._config.max_concurrent_reads
        self._report_progress()
        is_first = True
        with _pool(self._executor.max_concurrency(threads)) as pool:
            while batch := self._next_batch():
                file_ids, files = batch
                if not (is_first or self._pause()):
                    self.report.cancelled = True
                    return
                is_first, outcomes = False, list(self._read(pool, files))
                self._store(outcomes, batch_ids=file_ids if len(outcomes) == len(files) else None)
                if len(outcomes) < len(files):
                    self.report.cancelled = True
                    return

    def _next_batch(self) -> tuple[list[int], list[FileToRescan]] | None:
        """Return the ids of the next batch, and its files that still exist in the catalog; None at the end."""
        count, reader = self._config.rescan_batch_size, self._database.read()
        if self._file_ids is None:
            files = store.batch(reader, after=self._after, count=count)
            return ([each.file_id for each in files], files) if files else None
        batch_ids = [file_id for file_id in self._file_ids if file_id > self._after][:count]
        return (
            (batch_ids, store.batch(reader, after=self._after, count=count, file_ids=batch_ids)) if batch_ids else None
        )

    def _read(self, pool: ThreadPoolExecutor, files: Sequence[FileToRescan]) -> Iterator[_Outcome]:
        """Yield the outcomes in the order of the files; end early if the job has to stop."""
        offline = self._offline_libraries(files)
        pending: collections.deque[Future[_Outcome]] = collections.deque()
        for each in files:
            if each.library_id in offline:
                skipped: Future[_Outcome] = Future()
                skipped.set_result(_Outcome(each, skipped=True))
                pending.append(skipped)
            else:
                pending.append(pool.submit(_read, self._executor, each))
        while pending:
            if self._context.should_stop():
                for future in pending:
                    future.cancel()
                return
            outcome = pending.popleft().result()
            if outcome.failed and self._offline_libraries([outcome.file]):  # the library went offline during the rescan
                outcome = _Outcome(outcome.file, skipped=True)
            self._count_outcome(outcome)
            yield outcome

    def _offline_libraries(self, files: Sequence[FileToRescan]) -> set[int]:
        """Return the ids of the offline libraries of some files."""
        library_ids = {each.library_id for each in files}
        rows = [row for row in catalog.libraries(self._database.read()) if row.library_id in library_ids]
        return {row.library_id for row in rows if roots.offline_reason(row)}

    def _count_outcome(self, outcome: _Outcome) -> None:
        """Count an outcome; `_store` counts updated and unchanged files."""
        report = self.report
        report.processed += 1
        if outcome.skipped:
            report.skipped += 1
        elif outcome.missing:
            report.missing += 1
            job_log.log_unread(outcome.file.path, "missing", "The file does not exist.")
        elif outcome.problem:
            job_log.log_unread(outcome.file.path, outcome.problem.code, outcome.problem.message)
            report.errors[outcome.problem.code] = report.errors.get(outcome.problem.code, 0) + 1
        self._report_progress(outcome.file.path)

    def _report_progress(self, path: bytes = b"") -> None:
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

    def _store(self, outcomes: Sequence[_Outcome], *, batch_ids: Sequence[int] | None) -> None:
        """
        Store the outcomes of a batch and the checkpoint in one transaction.

        `batch_ids` are all ids of a complete batch. Files of ids without an outcome are no longer in the catalog; they
        count as missing.
        """
        report = self.report
        readings = {each.file.file_id: each.reading for each in outcomes if each.reading is not None}
        problems = {each.file.file_id: each.problem for each in outcomes if each.problem is not None}
        missing = [each.file.file_id for each in outcomes if each.missing]
        at, job_id = self._clock(), self._context.job_id or None
        # The transaction may run again, so it adds to the counts from before it.
        updated, unchanged, locked = report.updated, report.unchanged, Counter(report.locked)
        if batch_ids is not None:
            forgotten = len(batch_ids) - len(outcomes)
            report.processed += forgotten
            report.missing += forgotten
            self._after = max([self._after, *batch_ids])
        elif outcomes:
            self._after = outcomes[-1].file.file_id
        report.seconds = time.monotonic() - self._started_at

        def put(tx: Any) -> set[int]:
            store.put_problems(tx, problems)
            new_missing = set(missing) - set(catalog.missing(tx, missing))
            if new_missing:
                self.has_new_missing = True
                catalog.mark_missing(tx, sorted(new_missing))
            stored = store.put(tx, readings, keep=self._not_refreshed, action="rescan", at=at, job_id=job_id)
            report.updated = updated + len(stored.updated)
            report.unchanged = unchanged + len(readings) - len(stored.updated)
            report.locked = dict(locked + Counter(stored.locked))
            self._checkpoints.save(self._checkpoint(), tx=tx)
            return stored.updated | new_missing

        self.events.collect(updated=self._database.run(put))
        self._report_progress(outcomes[-1].file.path if outcomes else b"")

    def _checkpoint(self) -> dict[str, Any]:
        report = self.report
        counts = ("processed", "updated", "unchanged", "skipped", "missing", "seconds")
        maps = {"errors": dict(report.errors), "locked": dict(report.locked)}
        return {"after": self._after, **maps} | {name: getattr(report, name) for name in counts}

    def _pause(self) -> bool:
        """Pause between two batches, as set by `rescan_batch_pause_ms`; return False if the job has to stop."""
        end = time.monotonic() + self._config.rescan_batch_pause_ms / 1000
        while not self._context.should_stop():
            left = end - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(_POLL_SECONDS, left))
        return False


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Open a thread pool, and shut it down without waiting: a disk that does not respond would block its threads."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="rescan")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(executor: Executor, file: FileToRescan) -> _Outcome:
    """Read one file, and try once more if its process ended: the cause may be another file."""
    for _ in range(2):
        try:
            result = executor.call(file_facts.read_properties, file.path)
            break
        except WorkerLostError as lost:
            result = "process_lost", f"The process that read the file {lost}, twice."
    if isinstance(result, MediaReading):
        return _Outcome(file, result)
    code, message = result
    if code == file_facts.MISSING:
        return _Outcome(file, missing=True)
    return _Outcome(file, problem=PropertyProblem(code, message))


class _InlineContext:
    """The context of a rescan on the thread of its caller. It saves no checkpoint, because it is never resumed."""

    job_id = 0
    checkpoint: Mapping[str, Any] | None = None

    def __init__(
        self,
        payload: Mapping[str, Any],
        events: EventBus,
        on_progress: Callable[[ScanProgress], None] | None,
        should_stop: Callable[[], bool],
    ) -> None:
        self.payload = payload
        self._should_stop = should_stop
        self._events = events
        self._on_progress = on_progress
        self._started_at = time.monotonic()
        self._reported_at = 0.0

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        now = time.monotonic()
        if now - self._reported_at < REPORT_SECONDS and current != total:
            return
        self._reported_at = now
        rate = current / max(now - self._started_at, 1e-3)
        eta = None if total is None or not rate else (total - current) / rate
        if self._on_progress:
            self._on_progress(ScanProgress(done=current, total=total, current=message, rate=rate, eta_seconds=eta))
        self._events.emit(
            "rescan:progress", current=current, total=total, message=message, rate=rate, eta_seconds=eta, **counters
        )

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        del checkpoint, tx

    def should_stop(self) -> bool:
        return self._should_stop()
