"""The open log of one job: it reads new lines every 5 seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components import job_text
from dashboards.pages.jobs import job_log
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.job import Job

EVERY = 5  # seconds between two reads


class OpenLog:
    """Shows the newest lines of one job's log, and adds new lines."""

    def __init__(self, library: Library, bridge: Bridge, *, closed: Callable[[], None]) -> None:
        """Read logs of `library`; call `closed` when a person closes the log."""
        self._library, self._bridge, self._closed = library, bridge, closed
        self.view = job_log.JobLogView()
        self.view.on(close=self._close)
        self._job_id: int | None = None
        self._turn = 0  # number of this opening: results of an earlier opening are not shown
        self._lines: deque[Mapping[str, Any]] = deque(maxlen=job_log.SHOWN)
        self._next = 0
        self._read = 0  # number of lines that were read

    def open(self, job_id: int) -> None:
        """Show the newest lines of a job's log."""
        if job_id == self._job_id:
            return
        self._job_id, self._next, self._read = job_id, -1, 0
        self._turn += 1
        self._lines.clear()
        self._load(self._turn)

    def close(self) -> None:
        """Close the log."""
        if self._job_id is not None:
            self._job_id = None
            self._turn += 1
            self.view.put(open=False)

    def _load(self, turn: int) -> None:
        job_id, after = self._job_id, self._next
        if job_id is None or turn != self._turn:
            return

        def read() -> tuple[Job, list[Mapping[str, Any]], int]:
            job = self._library.jobs.get(job_id)  # read before its log, so that the log of an ended job is complete
            page = self._library.jobs.log(job_id, after=after, limit=job_log.SHOWN)
            lines: list[Mapping[str, Any]] = [*page.lines]
            seen = page.next
            while len(page.lines) == job_log.SHOWN and page.next > 0:
                page = self._library.jobs.log(job_id, after=seen, limit=job_log.SHOWN)
                lines, seen = [*lines, *page.lines], page.next
            return job, lines, seen

        def show(result: tuple[Job, list[Mapping[str, Any]], int]) -> None:
            if turn != self._turn:
                return
            job, lines, self._next = result
            self._lines.extend(lines)
            self._read += len(lines)
            self._draw(job)
            self._bridge.after(EVERY * 1000, lambda: self._load(turn))

        def failed(error: errors.IndexiumError) -> None:
            self._bridge.toast("error", error.message)
            self.close()
            self._closed()

        self._bridge.run(read, show, name="job_log", failed=failed)

    def _draw(self, job: Job) -> None:
        first = self._read - len(self._lines)
        self.view.put(**job_log.log_view(job, job_text.name(job), list(self._lines), first=first, every=EVERY))

    def _close(self, _message: Mapping[str, Any]) -> None:
        self.close()
        self._closed()
