"""
`progress.log`: how far each job is, as lines that people and scripts read.

    2026-11-20T07:00:00Z job=12 kind=rescan processed=100/5000 updated=7 errors=0 rate=210.4/s eta=23s

Words of the form `name=value`, always in this order: job, kind, processed, the counters of the kind, rate, eta. What
is not known is `?`. The log of the job has the same as a record.
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

__all__ = ["ProgressLog"]

logger = logging.getLogger(__name__)

_SECONDS = 4.5  # told every half a second, a job has a line at least every 5
_FILE_BYTES, _FILES = 10_000_000, 3


class _LogFile(logging.handlers.RotatingFileHandler):
    """The file, and those that were it before."""

    def __init__(self, place: Path) -> None:
        super().__init__(place, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Lose the line: a full disk stops the work by itself, and is said there."""


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
        self._told: dict[int, float] = {}  # jobs at work → when they had their last line

    def tell(
        self,
        *,
        job_id: int,
        kind: str,
        processed: int,
        total: int | None,
        counters: Mapping[str, int],
        rate: float | None,
        eta_seconds: float | None,
        last: bool = False,
    ) -> None:
        """
        Take note of how far a job is: a line at first, then at most one in some 5 seconds, and one at the end.

        Args:
            job_id: The job.
            kind: write, rollback, scan, rescan ….
            processed: Things done with, whatever came of them.
            total: … of how many; None while that is not known.
            counters: What came of them, in the order in which it is to be read.
            rate: Things a second; None while that is not known.
            eta_seconds: Seconds that are left; None while that is not known.
            last: The job has ended, or stops here for now.

        """
        now = self._monotonic()
        with self._lock:
            if not last and now - self._told.get(job_id, -_SECONDS) < _SECONDS:
                return
            self._told[job_id] = now
            if last:
                del self._told[job_id]
            words = {
                "job": str(job_id),
                "kind": kind,
                "processed": f"{processed}/{'?' if total is None else total}",
                **{name: str(value) for name, value in counters.items()},
                "rate": "?" if rate is None else f"{rate:.1f}/s",
                "eta": "?" if eta_seconds is None else f"{max(0, round(eta_seconds))}s",
            }
            line = " ".join(f"{name}={value}" for name, value in words.items())
            self._file.emit(logging.makeLogRecord({"msg": f"{self._clock():%Y-%m-%dT%H:%M:%SZ} {line}"}))
        facts = {"job_id": job_id, "kind": kind, "processed": processed, "total": total, "counters": dict(counters)}
        with logs.job(job_id):
            logger.info("job.progress", extra={**facts, "rate": rate, "eta_seconds": eta_seconds, logs.ONLY_JOB: True})

    def close(self) -> None:
        """Close the file."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()
