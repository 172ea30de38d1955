"""
`progress.log`: the progress of each job, as lines for people and scripts.

    2026-11-20T07:00:00Z job=12 kind=rescan processed=100/5000 updated=7 errors=0 rate=210.4/s eta=23s

A line consists of `name=value` pairs in this order: job, kind, processed, the counters of the kind, rate, eta. An
unknown value is `?`. The log of the job has the same facts as a record.
"""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from indexium_core import logs

logger = logging.getLogger(__name__)

_INTERVAL_SECONDS = 4.5  # at two reports a second, a job then has a line at least every 5 s
_FILE_BYTES, _FILES = 10_000_000, 3


class _LogFile(logging.handlers.RotatingFileHandler):
    """The log file with its older, rotated files."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Drop the line: the code that cannot work on a full disk reports it."""


class ProgressLog:
    """Writes `progress.log` into the folder of the logs."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = _LogFile(folder / "progress.log")
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last_line_at: dict[int, float] = {}  # running jobs → time.monotonic() of their last line

    def report(
        self,
        *,
        job_id: int,
        kind: str,
        processed: int,
        total: int | None,
        counters: Mapping[str, int],
        rate: float | None,
        eta_seconds: float | None,
        is_last: bool = False,
    ) -> None:
        """
        Write the progress of a job: the first report, then one about every 5 seconds, and the last one.

        Args:
            job_id: The job.
            kind: write, rollback, scan, rescan ….
            processed: Items that have an outcome.
            total: Number of all items; None while it is not known.
            counters: Items by outcome, in the order of the line.
            rate: Items per second; None while this is not known.
            eta_seconds: Seconds left; None while this is not known.
            is_last: The run has ended or is interrupted.

        """
        now = self._monotonic()
        with self._lock:
            if not is_last and now - self._last_line_at.get(job_id, -_INTERVAL_SECONDS) < _INTERVAL_SECONDS:
                return
            self._last_line_at[job_id] = now
            if is_last:
                del self._last_line_at[job_id]
            pairs = {
                "job": str(job_id),
                "kind": kind,
                "processed": f"{processed}/{'?' if total is None else total}",
                **{name: str(value) for name, value in counters.items()},
                "rate": "?" if rate is None else f"{rate:.1f}/s",
                "eta": "?" if eta_seconds is None else f"{max(0, round(eta_seconds))}s",
            }
            line = " ".join(f"{name}={value}" for name, value in pairs.items())
            self._file.emit(logging.makeLogRecord({"msg": f"{self._clock():%Y-%m-%dT%H:%M:%SZ} {line}"}))
        facts = {"job_id": job_id, "kind": kind, "processed": processed, "total": total, "counters": dict(counters)}
        with logs.job(job_id):
            logger.info("job.progress", extra={**facts, "rate": rate, "eta_seconds": eta_seconds, logs.ONLY_JOB: True})

    def close(self) -> None:
        """Close the file."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()
