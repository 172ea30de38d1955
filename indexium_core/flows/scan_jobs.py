"""Scans as jobs: asked for once, they are done once, whatever happens to the process in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from indexium_core.flows import roots
from indexium_core.flows.scanning import Scanner, summary
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model.job import Job
from indexium_core.store import catalog
from indexium_core.store.database import Database

__all__ = ["KIND", "ScanJobs"]

KIND = "scan"


class ScanJobs:
    """Adds scans to the queue and does them. `on_change` is told, with nothing, when one has come to its end."""

    def __init__(
        self, database: Database, scanner: Scanner, queue: JobQueueService, *, on_change: Callable[[], None]
    ) -> None:
        self._database, self._scanner, self._queue, self._on_change = database, scanner, queue, on_change

    def add(
        self, dirs: Sequence[roots.FolderName], *, full: bool, really_gone: bool, priority: int | str = "normal"
    ) -> Job:
        """
        Ask for a scan of `dirs`, which become libraries where they are none yet; of all libraries where none is named.

        Raises:
            UsageError: A folder is not there, is a file or lies inside another library; or there is no such priority.

        """
        # By their ids, for a path need not be text; and what is wrong with one is said to whoever asks.
        chosen = roots.choose(self._database, dirs) if dirs else []
        payload = {"libraries": [library.library_id for library in chosen], "full": full, "really_gone": really_gone}
        what = ", ".join(library.path for library in chosen) or "all libraries"
        title = f"Scan {what}, every file anew" if full else f"Scan {what}"
        return self._queue.add_job(KIND, payload, title=title, priority=priority)

    def work(self, job: JobContext) -> Mapping[str, Any]:
        """Do a scan; its handler."""
        wanted = set(job.payload["libraries"])
        known = catalog.libraries(self._database.read())
        chosen = [library for library in known if not wanted or library.library_id in wanted]
        try:
            report = self._scanner.scan_for(
                job, chosen, full=bool(job.payload["full"]), really_gone=bool(job.payload["really_gone"])
            )
        finally:
            self._on_change()
        return {**asdict(report), "message": summary(report)}
