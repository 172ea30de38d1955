"""Scans as jobs: asked for once, they are done once, whatever happens to the process in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexium_core import errors
from indexium_core.flows.scanning import roots
from indexium_core.flows.scanning.scanner import Scanner, ScanProgress, ScanReport, summary
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.dispatcher import STOP_SECONDS
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model.job import Job
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database

__all__ = ["KIND", "ScanJobs"]

KIND = "scan"


@dataclass(slots=True)
class _Awaited:
    """A scan that somebody here waits for."""

    progress: Callable[[ScanProgress], None] | None
    report: ScanReport | None = None  # what came of it …
    error: Exception | None = None  # … or why nothing did


class ScanJobs:
    """Adds scans to the queue and does them. `on_change` is told, with nothing, when one has come to its end."""

    def __init__(
        self, database: Database, scanner: Scanner, queue: JobQueueService, *, on_change: Callable[[], None]
    ) -> None:
        self._database, self._scanner, self._queue, self._on_change = database, scanner, queue, on_change
        self._adding = threading.Lock()  # a scan that is awaited is not begun before that is known
        self._awaited: dict[int, _Awaited] = {}

    def add(
        self,
        dirs: Sequence[roots.FolderName],
        *,
        full: bool,
        really_gone: bool,
        priority: int | str = "normal",
        dedup: bool = True,
    ) -> Job:
        """
        Ask for a scan of `dirs`, which become libraries where they are none yet; of all libraries where none is named.

        `dedup`: an equal one that has not begun will do.

        Raises:
            UsageError: A folder is not there, is a file or lies inside another library; or there is no such priority.

        """
        # By their ids, for a path need not be text; and what is wrong with one is said to whoever asks.
        chosen = roots.choose(self._database, dirs) if dirs else []
        payload = {"libraries": [library.library_id for library in chosen], "full": full, "really_gone": really_gone}
        what = ", ".join(library.path for library in chosen) or "all libraries"
        title = f"Scan {what}, every file anew" if full else f"Scan {what}"
        return self._queue.add_job(KIND, payload, title=title, priority=priority, dedup=dedup)

    def run(
        self,
        dirs: Sequence[roots.FolderName],
        *,
        full: bool,
        really_gone: bool,
        progress: Callable[[ScanProgress], None] | None,
    ) -> ScanReport:
        """
        Ask for a scan and wait for its end; `progress` is told how far it is, on the thread of the job.

        Ctrl-C cancels it. Where it is cancelled or stopped, the report says so.

        Raises:
            UsageError: A folder cannot be scanned, as with `add`; or a scan is running already.
            Exception: What ended the scan, and anything that `progress` raises.

        """
        if self._queue.running_jobs(KIND):
            raise errors.UsageError("A scan is running already. Wait for its end.", code="scan_running")
        awaited, job_id = _Awaited(progress), 0
        try:
            with self._adding:
                # One of its own, which can be given up without taking anything from others.
                job_id = self.add(dirs, full=full, really_gone=really_gone, dedup=False).id
                self._awaited[job_id] = awaited
            self._queue.wait(job_id)
        except KeyboardInterrupt:  # which may come as soon as there is a job
            if job_id:
                self._queue.cancel(job_id)
                self._queue.wait(job_id, STOP_SECONDS)
            raise
        except errors.StoreError:  # the home was closed as the scan came to its end …
            if awaited.report is None:  # … or not
                raise
        finally:
            self._awaited.pop(job_id, None)
        if awaited.error is not None:
            raise awaited.error
        return awaited.report or ScanReport(cancelled=True)

    def work(self, job: JobContext) -> Mapping[str, Any]:
        """Do a scan; its handler."""
        with self._adding:
            awaited = self._awaited.get(job.job_id) or _Awaited(None)
        try:
            report = self._scan(job, awaited.progress)
        except Exception as error:
            awaited.error = error
            raise
        finally:
            self._on_change()
        awaited.report, awaited.error = report, None  # of another try, if it was tried again
        return {**asdict(report), "message": summary(report)}

    def _scan(self, job: JobContext, progress: Callable[[ScanProgress], None] | None) -> ScanReport:
        wanted = set(job.payload["libraries"])
        known = catalog.libraries(self._database.read())
        return self._scanner.scan(
            job,
            [library for library in known if not wanted or library.library_id in wanted],
            full=bool(job.payload["full"]),
            really_gone=bool(job.payload["really_gone"]),
            progress=progress,
        )
