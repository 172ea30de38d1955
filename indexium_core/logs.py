"""
The logs of a home: JSON lines, in one file per day and one file per job. The settings limit their age.

JSON escapes newlines, so a file name cannot forge a line. A record inside a `job` block goes to both files: the file of
the day has all records in order, and the file of the job has only the records of the job. Logging never raises: on a
full disk, lines are lost.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import json
import logging
import logging.handlers
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar

from indexium_core.model.operations.actor import carry_actor, current_actor

P = ParamSpec("P")
R = TypeVar("R")

ONLY_JOB = "only_job"  # if this is true in `extra`, the record goes only to the log of its job
PART_BYTES, PARTS = 2_000_000, 5  # limits of a job's log: a longer log keeps its first part and the last ones
ALL_BYTES = 512_000_000  # limit of all closed logs; the oldest are deleted first
_TIDY_SECONDS = 3_600.0  # time between two clean-ups in a process that runs for months
_NAME = "indexium_core"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "at",
    "level",
    "event",
    ONLY_JOB,
}

logging.getLogger(_NAME).addHandler(logging.NullHandler())  # do not print records on the console
_job: contextvars.ContextVar[int | None] = contextvars.ContextVar("indexium_job", default=None)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object with all values of its `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        job_id = _job.get()
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "actor": str(current_actor()),
            **({} if job_id is None else {"job_id": job_id}),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class _Days(logging.handlers.TimedRotatingFileHandler):
    """The log of all records, one file per day."""

    def __init__(self, folder: Path, *, days: int) -> None:
        path = folder / "indexium.log"
        super().__init__(path, when="midnight", backupCount=days, utc=True, delay=True, encoding="utf-8")
        self.setFormatter(JsonLines())
        self.addFilter(lambda record: not getattr(record, ONLY_JOB, False))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Ignore the error: the standard handler would print it to the console for each record."""


class _Jobs(logging.Handler):
    """The logs of jobs, one file per job."""

    def __init__(self, folder: Path, *, days: int) -> None:
        super().__init__()
        self.days = days
        self._folder = folder
        self._streams: dict[int, _LogStream] = {}
        self._bound: dict[int, int] = {}  # number of `job` blocks by job id
        self._tidied = time.monotonic()
        self.setFormatter(JsonLines())

    def bind(self, job_id: int) -> None:
        """Keep the file of a job open until each `bind` has its `release_job`."""
        with self._locked():
            self._bound[job_id] = self._bound.get(job_id, 0) + 1
            self._tidy()

    def release_job(self, job_id: int) -> None:
        """End a `bind`, and close the file after the last one."""
        with self._locked():
            left = self._bound.get(job_id, 1) - 1
            if left:
                self._bound[job_id] = left
            else:
                self._bound.pop(job_id, None)
                self._close(job_id)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to the log of the current job."""
        job_id = _job.get()
        if job_id is None:
            return
        with contextlib.suppress(OSError):  # a full disk must not stop the job
            if job_id not in self._streams:
                self._streams[job_id] = _LogStream(self._folder, job_id)
            self._streams[job_id].write(self.format(record).encode("utf-8", "backslashreplace") + b"\n")
        if job_id not in self._bound:
            self._close(job_id)

    def close(self) -> None:
        """Close every file."""
        with self._locked():
            for job_id in list(self._streams):
                self._close(job_id)
        super().close()

    def _close(self, job_id: int) -> None:
        stream = self._streams.pop(job_id, None)
        if stream is not None:
            stream.close()

    def _tidy(self) -> None:
        now = time.monotonic()
        if now - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            _remove_old(self._folder, days=self.days, open_jobs=frozenset(self._bound))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()


class _LogStream:
    """
    The end of the log of a job, open for writing.

    A long log continues in further files, in a folder beside the first one. The name of a file is the offset in the log
    at which it starts, so that offsets stay valid after parts are deleted.
    """

    def __init__(self, folder: Path, job_id: int) -> None:
        self._folder, self._job_id = folder, job_id
        parts = _parts(folder, job_id)
        self._base, path = parts[-1] if parts else (0, job_file(folder, job_id))
        self._open(path)
        if self._size and _last_byte(self._file) != b"\n":
            self.write(b"\n")  # end the incomplete line of a killed process, to keep the next line readable

    def write(self, line: bytes) -> None:
        """Append a line; start a new file if the present one is full."""
        if self._size and self._size + len(line) > PART_BYTES:
            self.close()
            self._base += self._size
            self._open(_parts_folder(self._folder, self._job_id) / f"{self._base}.jsonl")
            for _, path in _parts(self._folder, self._job_id)[1 : 1 - PARTS]:
                path.unlink(missing_ok=True)
        self._size += self._file.write(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _open(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Unbuffered: one system call writes one line, so a kill cannot lose the line.
        self._file = path.open("a+b", buffering=0)
        self._size = self._file.seek(0, 2)


def attach(folder: Path, *, days: int) -> None:
    """Send the records of the program to `folder`, and close the logs of another home."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # the home; `parents` would make it readable
    folder.mkdir(mode=0o700, exist_ok=True)
    detach()
    logger = logging.getLogger(_NAME)
    logger.setLevel(logging.INFO)
    logger.addHandler(_Days(folder, days=days))
    logger.addHandler(_Jobs(folder, days=days))
    _remove_old(folder, days=days)


def keep(days: int) -> None:
    """Set the number of days for which log files are kept."""
    for handler in logging.getLogger(_NAME).handlers:
        if isinstance(handler, _Days):
            handler.backupCount = days
        elif isinstance(handler, _Jobs):
            handler.days = days


def detach() -> None:
    """Stop logging to a home and close its files."""
    logger = logging.getLogger(_NAME)
    for handler in [entry for entry in logger.handlers if isinstance(entry, _Days | _Jobs)]:
        logger.removeHandler(handler)
        handler.close()


@contextlib.contextmanager
def job(job_id: int | None) -> Iterator[None]:
    """
    Send the records of this thread to the log of a job, too, during a block. Blocks may be nested; None: no job log.

    Threads that the block starts do not inherit the job: wrap their functions with `carry`.
    """
    handlers = [entry for entry in logging.getLogger(_NAME).handlers if isinstance(entry, _Jobs)]
    token = _job.set(job_id)
    if job_id is not None:
        for handler in handlers:
            handler.bind(job_id)
    try:
        yield
    finally:
        _job.reset(token)
        if job_id is not None:
            for handler in handlers:
                handler.release_job(job_id)


def carry(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a function so that another thread acts as the present actor, and logs to the current job of this thread."""
    job_id = _job.get()

    @carry_actor
    @functools.wraps(function)
    def bound(*args: P.args, **kwargs: P.kwargs) -> R:
        with job(job_id):
            return function(*args, **kwargs)

    return bound


def job_file(folder: Path, job_id: int) -> Path:
    """Return the path of the first file of the log of a job; the file may be missing."""
    return folder / "jobs" / f"{job_id:d}.jsonl"


def read_job(folder: Path, job_id: int, *, after: int = 0, limit: int = 500) -> tuple[list[dict[str, Any]], int]:
    """
    Return lines of the log of a job, oldest first, and the offset of the next line.

    An incomplete last line is left for the next call. Incomplete lines of killed processes are skipped. If parts of a
    long log were deleted, a line `log.left_out` has the number of bytes.

    Args:
        folder: The folder of the logs.
        job_id: The job; the result is empty if its log is empty or was deleted.
        after: The offset that the last call returned; 0: from the start; negative: the last `limit` lines.
        limit: Maximum number of lines.

    """
    parts = _parts(folder, job_id)
    lines: list[dict[str, Any]] = []
    offset, end = (_offset_of_last(parts, limit) if after < 0 else after), 0
    for base, path in parts:
        with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
            end = base + stream.seek(0, 2)
            if offset >= end or len(lines) >= limit:
                continue
            if offset < base:
                lines.append({"level": "info", "event": "log.left_out", "bytes": base - offset})
                offset = base
            stream.seek(offset - base)
            offset = base + _read_lines(stream, lines, limit)
    return lines, min(offset, end)


def _read_lines(stream: BinaryIO, lines: list[dict[str, Any]], limit: int) -> int:
    """Append lines to `lines`, up to `limit`, and return the offset after the last one."""
    offset = stream.tell()
    while len(lines) < limit and (raw := stream.readline()).endswith(b"\n"):
        offset += len(raw)
        with contextlib.suppress(ValueError):
            line = json.loads(raw)
            if isinstance(line, dict):
                lines.append(line)
    return offset


def _offset_of_last(parts: list[tuple[int, Path]], limit: int) -> int:
    """Return the offset of the last `limit` lines of a log."""
    offset, left = 0, limit
    for base, path in reversed(parts):
        with contextlib.suppress(FileNotFoundError):
            content = path.read_bytes()
            start = content.rfind(b"\n") + 1
            while start > 0 and left > 0:
                start = content.rfind(b"\n", 0, start - 1) + 1
                left -= 1
            offset = base + start
        if left == 0:
            break
    return offset


def _parts_folder(folder: Path, job_id: int) -> Path:
    """Return the folder of the further files of a long log."""
    return job_file(folder, job_id).with_suffix("")


def _parts(folder: Path, job_id: int) -> list[tuple[int, Path]]:
    """Return the files of the log of a job in order, each with its offset in the log."""
    first = job_file(folder, job_id)
    further = (
        (int(path.stem), path) for path in _parts_folder(folder, job_id).glob("*.jsonl") if path.stem.isdecimal()
    )
    return [(0, first)] * first.exists() + sorted(further)


def _last_byte(stream: BinaryIO) -> bytes:
    end = stream.tell()
    stream.seek(end - 1)
    last = stream.read(1)
    stream.seek(end)
    return last


def _remove_old(folder: Path, *, days: int, open_jobs: frozenset[int] = frozenset()) -> None:
    """Delete closed logs that are older than `days`, and the oldest ones above `ALL_BYTES`."""
    kept = {str(job_id) for job_id in open_jobs}
    left, oldest = ALL_BYTES, time.time() - days * 86_400
    files = []
    for path in (*folder.glob("*.log.*"), *folder.glob("jobs/*.jsonl"), *folder.glob("jobs/*/*.jsonl")):
        with contextlib.suppress(OSError):  # deleted meanwhile
            files.append((path.stat().st_mtime, path.stat().st_size, path))
    for mtime, size, path in sorted(files, reverse=True):
        left -= size
        if not kept & {path.stem, path.parent.name} and (mtime < oldest or left < 0):
            with contextlib.suppress(OSError):
                path.unlink()
    for subfolder in folder.glob("jobs/*/"):
        with contextlib.suppress(OSError):  # not empty
            subfolder.rmdir()
