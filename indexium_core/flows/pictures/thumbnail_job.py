"""
Thumbnails in the background: a job makes those that are missing, so that the library page shows them at once.

The job has time: it makes one thumbnail after another, and waits while a write or a rollback runs. It ends when the
budget of the thumbnails is used up, because each further one would remove another. A service starts it after a scan.
"""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.flows.pictures.thumbnails import Thumbnails, cache_key
from indexium_core.flows.review import targets
from indexium_core.jobs.context import CheckpointHelper, JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import FOUND, internal, needs
from indexium_core.model.accounts.permissions import JOBS_MANAGE
from indexium_core.model.event import Event
from indexium_core.model.files.tiles import ThumbnailReport
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import details as store
from indexium_core.store.catalog.details import ThumbnailSource
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes

WIDTH = 320  # pixels of the thumbnails of the library page
_PAGE_FILES = 1000  # files that are read from the catalog at once
_WAIT_SECONDS = 0.5  # between two checks of running writes


class ThumbnailJobs:
    """Makes missing thumbnails. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        thumbnails: Thumbnails,
        *,
        modes: Callable[[], Modes],
        queue: JobQueueService,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make the thumbnails of a home. `modes` returns the modes of the plan that searches refer to."""
        self._database, self._thumbnails = database, thumbnails
        self._modes, self._queue, self._clock = modes, queue, clock

    @needs(JOBS_MANAGE, FOUND)
    @remote()
    def add(self, query: str = "") -> Job:
        """
        Add a job that makes the missing thumbnails of the files of a search, or of all files.

        Raises:
            QueryError: The search has a syntax error.
            UnknownIdError: The search names an id that no file has.
            NoMatchError: No file matches.
            UsageError: Thumbnails are switched off.

        """
        if not self._thumbnails.is_enabled:
            raise errors.UsageError("Thumbnails are switched off: set INDEXIUM_THUMBNAIL_BUDGET to more than 0.")
        ids = targets.ids_or_all(self._database, query.strip() or None, self._modes(), now=self._clock())
        if ids == []:
            raise errors.NoMatchError("No file matches, so there is no thumbnail to make.")
        what = "all files" if ids is None else wording.files(len(ids))
        return self._queue.add_job(job_kinds.THUMBNAILS, {"file_ids": ids}, title=f"Thumbnails of {what}")

    @internal
    def follow_scans(self, event: Event) -> None:
        """Make the thumbnails of new files after each scan: a subscriber of events."""
        if (
            event.name == "scan:completed"
            and self._thumbnails.is_enabled
            and not self._queue.running_jobs(job_kinds.THUMBNAILS)
        ):
            self.add()

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job and return its report: the handler of the queue."""
        checkpoints = CheckpointHelper(job)
        saved = dict(checkpoints.saved)
        after, since_save = int(saved.pop("after", 0)), 0
        report = ThumbnailReport(**saved)
        file_ids: Sequence[int] | None = job.payload["file_ids"]
        remaining = store.count_with_pictures(self._database.read(), after=after, file_ids=file_ids)
        report.total = report.processed + remaining
        cached = self._thumbnails.cached()
        for file_id, source in self._files(after, file_ids):
            if not self._can_continue(job):
                report.cancelled = True
                break
            if self._thumbnails.is_full:
                report.is_full = True
                break
            self._make(file_id, cache_key(source, WIDTH), cached, report)
            after, since_save = file_id, since_save + 1
            job.progress(report.processed, report.total, made=report.made, known=report.known, without=report.without)
            if checkpoints.is_due(since_save):
                checkpoints.save(asdict(report) | {"after": after})
                since_save = 0
        checkpoints.save(asdict(report) | {"after": after, "cancelled": False})
        return {**asdict(report), "message": summary(report)}

    def _files(self, after: int, file_ids: Sequence[int] | None) -> Iterator[tuple[int, ThumbnailSource]]:
        """Yield the files behind an id; `file_ids` are sorted."""
        reader = self._database.read()
        if file_ids is None:
            while page := store.with_pictures(reader, after=after, count=_PAGE_FILES, file_ids=None):
                yield from page
                after = page[-1][0]
            return
        for start in range(bisect.bisect_right(file_ids, after), len(file_ids), _PAGE_FILES):
            ids = file_ids[start : start + _PAGE_FILES]
            yield from store.with_pictures(reader, after=after, count=_PAGE_FILES, file_ids=ids)

    def _can_continue(self, job: JobContext) -> bool:
        """Wait while a write or a rollback runs; return False if the job has to stop."""
        while not job.should_stop():
            if not (self._queue.running_jobs("write") or self._queue.running_jobs("rollback")):
                return True
            time.sleep(_WAIT_SECONDS)
        return False

    def _make(self, file_id: int, key: str, cached: set[str], report: ThumbnailReport) -> None:
        """Make a thumbnail and count it; `cached` has the keys of the cache and gets the new one."""
        report.processed += 1
        if key in cached:
            report.known += 1
        elif self._thumbnails.jpeg(file_id, width=WIDTH) is not None:
            report.made += 1
            cached.add(key)
        elif self._thumbnails.has(key):
            report.without += 1
            cached.add(key)
        else:
            report.unread += 1


def summary(report: ThumbnailReport) -> str:
    """Return the result of a job in one line."""
    parts = [f"{wording.plural(report.made, 'thumbnail')} made", f"{report.known:,} known already"]
    if report.without:
        parts.append(f"{wording.files(report.without)} without a picture")
    if report.unread:
        parts.append(f"{wording.files(report.unread)} could not be read")
    if report.is_full:
        parts.append("80 % of the budget is used (INDEXIUM_THUMBNAIL_BUDGET)")
    return ("Stopped after " if report.cancelled else "") + ", ".join(parts)
