"""
The missing pictures of titles in the background: posters and backdrops for pages, and what people selected.

After a kill, the next run starts at the last checkpoint. It does not download again what is stored. The job ends
when small pictures use up the budget, or when the hosts of images do not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from typing import Any

from indexium_core import errors
from indexium_core.flows.artwork.artwork_manager import ArtworkManager, FoundPicture
from indexium_core.flows.artwork.candidate_pictures import NO_DOWNLOADS
from indexium_core.jobs.context import CheckpointHelper, JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import NAMED, internal, needs
from indexium_core.model.accounts.permissions import JOBS_MANAGE
from indexium_core.model.artwork.assets import VARIANTS, ArtworkReport
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.job import Job, JobJoin
from indexium_core.model.remote_calls import remote
from indexium_core.store.artwork import assets as store
from indexium_core.store.database import Database

_THREADS = 4
_BATCH = 8  # titles between two looks at the job
_MOST_FAILURES = 20  # pictures in a row that could not be downloaded now


@checked_arguments
class ArtworkJobs:
    """Gets missing pictures. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        artwork: ArtworkManager,
        *,
        queue: JobQueueService,
        ui_priority: UiPriority,
        gets_pictures: Callable[[], bool],
    ) -> None:
        """`gets_pictures` returns whether the pictures of titles that were looked up are got by themselves."""
        self._database, self._artwork, self._queue, self._ui_priority = database, artwork, queue, ui_priority
        self._gets_pictures = gets_pictures

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def add(self, title_ids: Sequence[int] = ()) -> Job:
        """
        Add a job that gets the missing posters and backdrops of films and series, or of all of them.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The settings do not allow downloads.

        """
        if not self._artwork.may_download:
            raise errors.UsageError(NO_DOWNLOADS)
        reader = self._database.read()
        for title_id in title_ids:
            if store.owner(reader, title_id) is None:
                raise errors.UnknownIdError(f"There is no title {title_id}.")
        ids = sorted(set(title_ids)) or None
        if ids is None:
            return self._queue.add_job(job_kinds.ARTWORK, {"title_ids": None}, title="Pictures of all titles")
        return self._queue.add_job(
            job_kinds.ARTWORK, {"title_ids": ids}, title=_title(ids), join=JobJoin("title_ids", _title)
        )

    @needs(JOBS_MANAGE)
    def add_if_allowed(self) -> Job | None:
        """Add the job for all titles as `add`, if the settings allow downloads and there are titles; else None."""
        is_needed = self._artwork.may_download and store.count_to_fetch(
            self._database.read(), after=0, ids=None, since=None
        )
        return self.add() if is_needed else None

    @internal
    def follow_enrichment(self, event: Event) -> None:
        """Get the pictures of the titles that an enrichment has looked up: a subscriber of events."""
        if event.name != "enrich:completed" or not self._artwork.may_download or not self._gets_pictures():
            return
        job = self._queue.get(int(event.data["job_id"]))
        if job.started_at is not None and (job.summary or {}).get("enriched"):
            payload = {"title_ids": None, "since": job.started_at.isoformat()}
            title = "Pictures of titles that were looked up"
            self._queue.add_job(job_kinds.ARTWORK, payload, title=title, join=JobJoin("since", lambda _: title))

    @internal
    def follow_identification(self, event: Event) -> None:
        """Find the pictures in the folders of titles that an identification has changed: a subscriber of events."""
        if event.name != "identify:completed":
            return
        job = self._queue.get(int(event.data["job_id"]))
        if job.started_at is not None:
            self._artwork.find_local(job.started_at)

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job and return its report: the handler of the queue."""
        checkpoints = CheckpointHelper(job)
        if not checkpoints.is_resumed and "since" not in job.payload:
            self._artwork.cache.rebuild()
        saved = dict(checkpoints.saved)
        after, since_save, failures = int(saved.pop("after", 0)), 0, 0
        report = ArtworkReport(**saved)
        ids: Sequence[int] | None = job.payload["title_ids"]
        since = datetime.fromisoformat(job.payload["since"]) if "since" in job.payload else None
        report.total = report.processed + len(VARIANTS) * store.count_to_fetch(
            self._database.read(), after=after, ids=ids, since=since
        )
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="artwork") as pool:
            for batch in self._batches(after, ids, since):
                if job.should_stop():
                    report.cancelled = True
                    break
                if self._artwork.cache.folder.is_full and not self._artwork.cache.has_removable():
                    report.is_full = True
                    break
                wanted = [(title_id, size) for title_id in batch for size in VARIANTS]
                results = list(pool.map(self._find, wanted))
                selected = store.to_keep(self._database.read(), batch)
                report.total += len(selected)
                results += pool.map(self._artwork.keep, selected)
                failures = self._count(results, report, failures)
                job.progress(
                    report.processed,
                    report.total,
                    made=report.made,
                    known=report.known,
                    without=report.without,
                    errors=report.failed,
                )
                if failures >= _MOST_FAILURES:
                    checkpoints.save(asdict(report) | {"after": after})
                    raise _no_answer(results)
                after, since_save = batch[-1], since_save + len(batch)
                if checkpoints.is_due(since_save):
                    checkpoints.save(asdict(report) | {"after": after})
                    since_save = 0
        checkpoints.save(asdict(report) | {"after": after, "cancelled": False})
        return {**asdict(report), "message": summary(report)}

    def _find(self, wanted: tuple[int, str]) -> FoundPicture:
        self._ui_priority.yield_to_ui()
        return self._artwork.find(*wanted)

    def _batches(self, after: int, ids: Sequence[int] | None, since: datetime | None) -> Iterator[list[int]]:
        while batch := store.to_fetch(self._database.read(), after=after, count=_BATCH, ids=ids, since=since):
            yield batch
            after = batch[-1]

    def _count(self, results: Sequence[FoundPicture], report: ArtworkReport, failures: int) -> int:
        """Count some pictures, and return the number of temporary errors in a row."""
        for each in results:
            report.processed += 1
            report.made += each.image is not None and each.is_new
            report.known += each.image is not None and not each.is_new
            report.without += not each.has_candidate
            report.failed += each.image is None and each.has_candidate
            if each.has_candidate:
                failures = failures + 1 if getattr(each.problem, "is_temporary", False) else 0
        return failures


def _title(title_ids: Sequence[int]) -> str:
    return f"Pictures of {wording.plural(len(title_ids), 'title')}"


def _no_answer(results: Sequence[FoundPicture]) -> errors.ProviderError:
    problem = next(each.problem for each in reversed(results) if each.problem is not None)
    return errors.ProviderError(f"The images cannot be downloaded now: {problem.message} Start the job again later.")


def summary(report: ArtworkReport) -> str:
    """Return the result of a job in one line."""
    parts = [f"{wording.plural(report.made, 'picture')} added", f"{report.known:,} known already"]
    if report.without:
        parts.append(f"{report.without:,} without a candidate")
    if report.failed:
        parts.append(f"{report.failed:,} could not be used")
    if report.is_full:
        parts.append("80 % of the budget is used (INDEXIUM_ARTWORK_BUDGET)")
    return ("Stopped after " if report.cancelled else "") + ", ".join(parts)
