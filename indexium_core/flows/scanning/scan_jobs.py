"""Scans as jobs: the queue runs each requested scan once, even if the process restarts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.flows.scanning import roots
from indexium_core.flows.scanning.scanner import Scanner, summary
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.dispatcher import STOP_SECONDS
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import NAMED, internal, needs, shows_instead
from indexium_core.model.accounts.permissions import JOBS_MANAGE, LIBRARIES_MANAGE
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.files.scan_reports import ResumedScan, ScanProgress, ScanReport
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database


@dataclass(slots=True)
class _Awaited:
    """A scan for which a caller of `run` waits."""

    on_progress: Callable[[ScanProgress], None] | None
    report: ScanReport | None = None
    error: Exception | None = None


class ScanJobs:
    """Adds scans to the queue and handles them. `on_change` is called at the end of each scan."""

    def __init__(
        self, database: Database, scanner: Scanner, queue: JobQueueService, *, on_change: Callable[[], None]
    ) -> None:
        self._database, self._scanner, self._queue, self._on_change = database, scanner, queue, on_change
        self._adding = threading.Lock()  # `handle` must find the entry in `_awaited` that `run` adds
        self._awaited: dict[int, _Awaited] = {}
        self._resumed: list[int] = []  # jobs of scans of former processes that nobody has heard of

    @needs(JOBS_MANAGE, NAMED)
    @remote(paths=("dirs",))
    def add(
        self,
        dirs: Sequence[roots.FolderName] = (),
        *,
        full: bool = False,
        accept_missing: bool = False,
        priority: int | str = "normal",
        dedup: bool = True,
    ) -> Job:
        """
        Add a scan of `dirs` to the queue, or of all libraries if `dirs` is empty. New folders become libraries.

        With `dedup`, an equal scan that is already in the queue is returned instead.

        Raises:
            UsageError: A folder does not exist, is a file or is inside another library; or the priority is unknown.

        """
        # The payload holds ids because a path may not be text. The caller gets the error of a wrong folder.
        libraries = roots.select_libraries(self._database, list(dirs)) if dirs else []
        return self._add(libraries, full=full, accept_missing=accept_missing, priority=priority, dedup=dedup)

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def add_libraries(
        self, library_ids: Sequence[int] = (), *, full: bool = False, accept_missing: bool = False
    ) -> Job:
        """
        Add a scan of libraries by their ids, or of all libraries without one; an equal scan that waits is returned.

        Raises UnknownIdError if a library does not exist.
        """
        reader = self._database.read()
        libraries = [catalog.library(reader, each) for each in library_ids]
        return self._add(libraries, full=full, accept_missing=accept_missing, priority="normal", dedup=True)

    def _add(
        self,
        libraries: Sequence[LibraryRow],
        *,
        full: bool,
        accept_missing: bool,
        priority: int | str,
        dedup: bool,
    ) -> Job:
        library_ids = [library.library_id for library in libraries]
        payload = {"libraries": library_ids, "full": full, "really_gone": accept_missing}
        target = ", ".join(library.path for library in libraries) or "all libraries"
        title = f"Scan {target}, read every file again" if full else f"Scan {target}"
        return self._queue.add_job(job_kinds.SCAN, payload, title=title, priority=priority, dedup=dedup)

    @needs(LIBRARIES_MANAGE, NAMED)
    def add_folders(self, library_id: int, folders: Sequence[str], *, priority: int | str = "high") -> Job:
        """
        Add a scan of some folders of a library, given below its folder. A folder that is gone counts as empty.

        Raises UnknownIdError if the library does not exist.
        """
        library = catalog.library(self._database.read(), library_id)
        inside = _outermost(folders)
        payload = {"libraries": [library_id], "full": False, "really_gone": False, "folders": inside}
        place = inside[0] if len(inside) == 1 else wording.plural(len(inside), "folder")
        title = f"Scan {place} of {library.name}" if inside else f"Scan {library.path}"
        return self._queue.add_job(job_kinds.SCAN, payload, title=title, priority=priority)

    @needs(JOBS_MANAGE, NAMED)
    @remote(paths=("dirs",))
    def run(
        self,
        dirs: Sequence[roots.FolderName] = (),
        *,
        full: bool = False,
        accept_missing: bool = False,
        on_progress: Callable[[ScanProgress], None] | None = None,
    ) -> ScanReport:
        """
        Add a scan and wait until it ends; `on_progress` is called on the thread of the job.

        Ctrl-C cancels the scan. The report of a cancelled scan has `cancelled` set.

        Raises:
            UsageError: As in `add`; or a scan is already running.
            Exception: The error of the scan, or an error from `on_progress`.

        """
        if self._queue.running_jobs(job_kinds.SCAN):
            raise errors.UsageError("A scan is running already. Wait for its end.", code="scan_running")
        awaited, job_id = _Awaited(on_progress), 0
        try:
            with self._adding:
                # No dedup: Ctrl-C must not cancel a scan that another caller requested.
                job_id = self.add(dirs, full=full, accept_missing=accept_missing, dedup=False).id
                self._awaited[job_id] = awaited
            self._queue.wait(job_id)
        except KeyboardInterrupt:
            if job_id:
                self._queue.cancel(job_id)
                self._queue.wait(job_id, STOP_SECONDS)
            raise
        except errors.StoreError:  # the home was closed; the scan may have completed before that
            if awaited.report is None:
                raise
        finally:
            self._awaited.pop(job_id, None)
        if awaited.error is not None:
            raise awaited.error
        return awaited.report or ScanReport(cancelled=True)

    @needs(JOBS_MANAGE)
    @remote()
    def cancel(self) -> bool:
        """Cancel the running scan; False if no scan runs. Files that were read are kept; no file becomes missing."""
        return any(self._queue.cancel(job_id) for job_id in self._queue.running_jobs(job_kinds.SCAN))

    @shows_instead(None)
    @remote()
    def progress(self) -> ScanProgress | None:
        """Return the progress of the running scan; None if no scan runs."""
        return self._scanner.current_progress

    @shows_instead(None)
    @remote()
    def last(self) -> ScanReport | None:
        """Return the report of the last scan of this process."""
        return self._scanner.last_report

    @remote()
    def report(self, job_id: int) -> ScanReport | None:
        """Return the report of a scan that has ended; None if it has none. Raises UnknownIdError."""
        summary = dict(self._queue.get(job_id).summary)
        return ScanReport.of(summary) if "seen" in summary else None

    @internal
    def note_resumed(self, job_ids: Iterable[int]) -> None:
        """Note the scans of former processes that continue in this one."""
        self._resumed = list(job_ids)

    @needs(JOBS_MANAGE)
    @remote()
    def take_resumed(self) -> ResumedScan | None:
        """Return a scan of a former process that continues now, so that a person can stop it; only the first time."""
        while self._resumed:
            job = self._queue.get(self._resumed.pop())
            if job.status in ("pending", "running"):
                return ResumedScan(job_id=job.id, text=_resumed_text(job))
        return None

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run the scan of a job and return its report: the handler of the queue."""
        with self._adding:
            awaited = self._awaited.get(job.job_id) or _Awaited(None)
        try:
            report = self._scan(job, awaited.on_progress)
        except Exception as error:
            awaited.error = error
            raise
        finally:
            self._on_change()
        awaited.report, awaited.error = report, None  # an earlier attempt may have set the error
        return {**asdict(report), "message": summary(report)}

    def _scan(self, job: JobContext, on_progress: Callable[[ScanProgress], None] | None) -> ScanReport:
        library_ids = set(job.payload["libraries"])
        found = catalog.libraries(self._database.read())
        libraries = [library for library in found if not library_ids or library.library_id in library_ids]
        folders = [os.fsencode(folder) for folder in job.payload.get("folders", ())]
        return self._scanner.scan(
            job,
            libraries,
            places=[place for each in libraries for folder in folders for place in _walked(each.path_bytes, folder)],
            full=bool(job.payload["full"]),
            accept_missing=bool(job.payload["really_gone"]),
            on_progress=on_progress,
        )


def _walked(root: bytes, folder: bytes) -> list[bytes]:
    """Return the place of a folder if a walk of its library enters it: no link, no hidden and no system folder."""
    place = b"/".join((root.rstrip(b"/"), folder))
    parts = folder.split(b"/")
    is_left_out = any(part.startswith(b".") or part in walk.SYSTEM_FOLDERS for part in parts)
    return [] if is_left_out or os.path.realpath(place) != place else [place]


def _outermost(folders: Sequence[str]) -> list[str]:
    """Return folders without those inside another; [] if one is the whole library."""
    if "" in folders:
        return []
    wanted = sorted(set(folders))
    return [each for each in wanted if not any(each.startswith(f"{other}/") for other in wanted)]


def _resumed_text(job: Job) -> str:
    """Return the sentence about a scan that continues."""
    total = wording.files(job.progress_total or 0)
    done = f": {wording.count(job.progress_current)} of {total} are read" if job.progress_total else ""
    return f"“{job.title}” continues after the restart{done}."
