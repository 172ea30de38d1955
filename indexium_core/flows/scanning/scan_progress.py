"""
What a scan or a rescan tells while it runs: its progress, at a limited rate, and the events about its files.

`track:added` and `track:updated` come at the end. Up to `MAX_SINGLE_EVENTS` files get an event each. For more files
there is one event with their number, because a first scan would send thousands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from itertools import islice

from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import wording
from indexium_core.model.files.scan_reports import ScanProgress

REPORT_SECONDS = 0.4  # between two reports
MAX_SINGLE_EVENTS = 20


class ProgressReporter:
    """Counts files and reports a `ScanProgress` to a callback."""

    def __init__(self, on_progress: Callable[[ScanProgress], None]) -> None:
        self._on_progress = on_progress
        self._started = self._phase = time.monotonic()
        self._reported_at = 0.0
        self._done = 0
        self._total: int | None = None

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self._started

    def folder_listed(self, count: int, folder: bytes) -> None:
        """Count the files of a listed folder."""
        self._done += count
        self._report(folder)

    def start_reading(self, total: int) -> None:
        """Start the second phase: reading `total` files."""
        self._done, self._total, self._phase, self._reported_at = 0, total, time.monotonic(), 0.0

    def file_read(self, path: bytes) -> None:
        """Count a file that was read."""
        self._done += 1
        self._report(path, is_last=self._done == self._total)

    def _report(self, path: bytes, *, is_last: bool = False) -> None:
        now = time.monotonic()
        if now - self._reported_at < REPORT_SECONDS and not is_last:
            return
        self._reported_at = now
        rate = self._done / max(now - self._phase, 1e-3)
        eta = None if self._total is None or not rate else (self._total - self._done) / rate
        parent, _, last_part = path.rpartition(b"/")
        folder = (path if self._total is None else parent).decode("utf-8", "replace")
        name = last_part.decode("utf-8", "replace")
        self._on_progress(
            ScanProgress(done=self._done, total=self._total, current=name, rate=rate, eta_seconds=eta, folder=folder)
        )


class TrackEvents:
    """Collects the ids of added and updated files, and sends the events."""

    def __init__(self) -> None:
        self._counts = {"added": 0, "updated": 0}
        self._first: dict[str, list[int]] = {verb: [] for verb in self._counts}

    def collect(self, *, added: Collection[int] = (), updated: Collection[int] = ()) -> None:
        """Collect files by their ids; the caller passes each id once."""
        for verb, file_ids in (("added", added), ("updated", updated)):
            self._counts[verb] += len(file_ids)
            first = self._first[verb]
            first += islice(file_ids, MAX_SINGLE_EVENTS - len(first))

    def emit(self, events: EventBus, job_id: int | None) -> None:
        """Send the events. `total` is the number of files; an event without `file_id` is about all of them."""
        for verb, total in self._counts.items():
            if total > MAX_SINGLE_EVENTS:
                events.emit(f"track:{verb}", job_id=job_id, total=total, message=wording.files(total))
                continue
            for file_id in self._first[verb]:
                events.emit(f"track:{verb}", job_id=job_id, file_id=file_id, total=total)
