"""
Verification of media: read files again, and compare their hashes with the hash cache.

If the hash of a file differs although its size and modification time are the same, its bytes changed without a write: a
failing disk, for example. A verification is a job. It stores its results and a checkpoint after each batch, changes no
file and no fact of the catalog, and the check `corruption` lists the files.
"""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeAlias

from indexium_core import errors
from indexium_core.flows.jobs import job_log
from indexium_core.flows.review import targets
from indexium_core.flows.scanning import file_facts, roots
from indexium_core.jobs.context import CheckpointHelper, JobContext
from indexium_core.jobs.executors import Executor, Threads, WorkerLostError
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import FOUND, needs
from indexium_core.model.accounts.permissions import JOBS_MANAGE
from indexium_core.model.files.hash_cache import VerificationReport
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import Target
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog import hash_cache as store
from indexium_core.store.catalog.hash_cache import FileToVerify
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes

_BATCH_FILES, _BATCH_SECONDS = 100, 5.0  # at most between two checkpoints
_PAGE_FILES = 1000  # files that are read from the catalog at once

_Hashing: TypeAlias = Future[tuple[list[str], int] | None] | None  # hashes and bytes; None: not hashed


class HashVerification:
    """Verifies the files of a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes],
        queue: JobQueueService,
        config: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        executor: Callable[[], Executor] = Threads,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Verify the files of a home.

        `modes` returns the modes of the plan that searches refer to; `executor` returns the executor for the next job;
        `on_change` is called at the end of each job.
        """
        self._database, self._modes, self._queue, self._config = database, modes, queue, config
        self._clock, self._executor, self._on_change = clock, executor, on_change

    @needs(JOBS_MANAGE, FOUND)
    @remote()
    def add(self, query: str = "", *, file_ids: Sequence[int] = ()) -> Job:
        """
        Add a job that verifies the files of a search, some files, or all files.

        Raises:
            QueryError: The search has a syntax error.
            UnknownIdError: There is no such file.
            NoMatchError: No file matches.

        """
        target: Target | None = list(file_ids) or query.strip() or None
        ids = targets.ids_or_all(self._database, target, self._modes(), now=self._clock())
        if ids == []:
            raise errors.NoMatchError("No file matches, so there is nothing to verify.")
        what = "all files" if ids is None else wording.files(len(ids))
        return self._queue.add_job(job_kinds.VERIFICATION, {"file_ids": ids}, title=f"Verification of {what}")

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run the verification of a job and return its report: the handler of the queue."""
        run = _VerificationRun(self._database, job, config=self._config, clock=self._clock, executor=self._executor())
        try:
            report = run.execute()
        finally:
            self._on_change()
        return {**asdict(report), "message": summary(report)}


class _VerificationRun:
    """One run of a verification."""

    def __init__(
        self,
        database: Database,
        job: JobContext,
        *,
        config: Settings,
        clock: Callable[[], datetime],
        executor: Executor,
    ) -> None:
        self._database, self._job, self._clock, self._executor = database, job, clock, executor
        self._threads = config.max_concurrent_reads
        self._file_ids: Sequence[int] | None = job.payload["file_ids"]
        self._checkpoints = CheckpointHelper(job, items=_BATCH_FILES, seconds=_BATCH_SECONDS)
        saved = dict(self._checkpoints.saved)
        self._after = int(saved.pop("after", 0))  # id of the last counted file
        self._report = VerificationReport(**saved)
        self._is_stopped = False  # the job had to stop before the last file
        self._started_at = time.monotonic()
        self._seconds_before = self._report.seconds
        # Results that are not stored yet: each file with its present hashes.
        self._results: list[tuple[FileToVerify, list[str]]] = []

    def execute(self) -> VerificationReport:
        """Verify the remaining files."""
        report = self._report
        remaining = store.count_to_verify(self._database.read(), after=self._after, file_ids=self._file_ids)
        report.total = report.processed + remaining
        if self._file_ids is not None:
            report.without_hash = max(0, len(self._file_ids) - report.total)
        with ThreadPoolExecutor(self._executor.max_concurrency(self._threads), thread_name_prefix="verify") as pool:
            for file, hashing in self._hashed(pool):
                self._count(file, hashing)
                if self._checkpoints.is_due(len(self._results)):
                    self._store()
        if not self._is_stopped:  # a scan or a removal of a folder meanwhile can change the number of files
            report.skipped += max(0, report.total - report.processed)
            report.processed = report.total = max(report.total, report.processed)
        self._store()
        report.cancelled = self._is_stopped
        return report

    def _hashed(self, pool: ThreadPoolExecutor) -> Iterator[tuple[FileToVerify, _Hashing]]:
        """Yield each file with its hashing, in the order of their ids; end early if the job has to stop."""
        pending: collections.deque[tuple[FileToVerify, _Hashing]] = collections.deque()
        for file, is_offline in self._files():
            if self._job.should_stop():
                self._is_stopped = True
                break
            pending.append((file, None if is_offline else pool.submit(self._hash, file)))
            if len(pending) > 2 * self._threads:
                yield pending.popleft()
        yield from pending

    def _files(self) -> Iterator[tuple[FileToVerify, bool]]:
        """Yield each file, and whether its library folder is offline."""
        reader, after = self._database.read(), self._after
        while page := store.to_verify(reader, after=after, count=_PAGE_FILES, file_ids=self._file_ids):
            offline = {row.library_id for row in catalog.libraries(reader) if roots.offline_reason(row)}
            yield from ((file, file.library_id in offline) for file in page)
            after = page[-1].file_id

    def _hash(self, file: FileToVerify) -> tuple[list[str], int] | None:
        return self._executor.call(file_facts.hash_media, file.path, file.stat, file.hashes)

    def _count(self, file: FileToVerify, hashing: _Hashing) -> None:
        """Count the result of a file."""
        report = self._report
        report.processed += 1
        try:
            result = None if hashing is None else hashing.result()
        except (errors.IndexiumError, WorkerLostError) as error:
            is_missing = isinstance(error, errors.IndexiumError) and error.reason == "missing_file"
            job_log.log_unread(file.path, "missing" if is_missing else "unreadable", str(error))
            report.skipped += is_missing
            report.failed += not is_missing
        else:
            if hashing is None:
                report.skipped += 1
            elif result is None:
                report.changed += 1
            else:
                hashes, size = result
                report.hashed_bytes += size
                is_intact = hashes == file.hashes
                self._results.append((file, hashes))
                report.intact += is_intact
                report.differing += not is_intact
        self._after = file.file_id
        name = file.path.rpartition(b"/")[2].decode("utf-8", "replace")
        counts = {each: getattr(report, each) for each in ("intact", "differing", "changed", "skipped")}
        self._job.progress(report.processed, report.total, name, **counts, errors=report.failed)

    def _store(self) -> None:
        """Store the results and the checkpoint in one transaction."""
        report, results, at = self._report, self._results, self._clock()
        report.seconds = self._seconds_before + time.monotonic() - self._started_at
        checkpoint = asdict(report) | {"after": self._after}

        def put(tx: Connection) -> None:
            store.put_verified(tx, results, at=at)
            self._checkpoints.save(checkpoint, tx=tx)

        self._database.run(put)
        self._results = []


def summary(report: VerificationReport) -> str:
    """Return the result of a verification in one line."""
    rest = {
        "changed since the last scan": report.changed,
        "skipped": report.skipped,
        "could not be read": report.failed,
        "without a known hash": report.without_hash,
    }
    parts = [f"{report.intact:,} intact", f"{report.differing:,} differ"]
    parts += [f"{count:,} {words}" for words, count in rest.items() if count]
    stopped = "Stopped after " if report.cancelled else ""
    return f"{stopped}{wording.files(report.processed)}: {', '.join(parts)}"
