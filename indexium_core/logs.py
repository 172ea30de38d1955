"""
The log of a home: JSON lines, one file a day and one a job, kept as long as the settings say.

No name in a line can forge another. What is logged inside of `job` lies in both: in the day, so that everything stands
in the order in which it happened, and in the job's own file, so that one job can be read without the others. Logging
never harms what it tells of: on a full disk lines are lost, and nothing else.
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

__all__ = ["attach", "carry", "detach", "job", "job_file", "keep", "read_job"]

P = ParamSpec("P")
R = TypeVar("R")

PROGRESS = "job.progress"  # lines of this name are a job's alone: of the days, progress.log has them
JOB_BYTES = 8_000_000  # of one job's file; from then on it takes warnings and errors only, up to a quarter more
ALL_BYTES = 512_000_000  # of everything that is not written to any more; the oldest goes first
_TIDY_SECONDS = 3_600.0  # how often a process that runs for months looks at age and size
_NAME = "indexium_core"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "at", "level", "event"}

logging.getLogger(_NAME).addHandler(logging.NullHandler())  # a console is for sentences, not for records
_job: contextvars.ContextVar[int | None] = contextvars.ContextVar("indexium_job", default=None)


class JsonLines(logging.Formatter):
    """One JSON object a record, with everything that its `extra` names; a newline in a name stays in its string."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        job_id = _job.get()
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **({} if job_id is None else {"job_id": job_id}),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class _Days(logging.handlers.TimedRotatingFileHandler):
    """The log of everything, one file a day."""

    def __init__(self, folder: Path, *, days: int) -> None:
        place = folder / "indexium.log"
        super().__init__(place, when="midnight", backupCount=days, utc=True, delay=True, encoding="utf-8")
        self.setFormatter(JsonLines())
        self.addFilter(lambda record: record.msg != PROGRESS)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Lose the line: a full disk shall not fill the console, too."""


class _Jobs(logging.Handler):
    """The log of each job that is bound to some thread, in a file of its own."""

    def __init__(self, folder: Path, *, days: int) -> None:
        super().__init__()
        self.days = days
        self._folder = folder
        self._streams: dict[int, BinaryIO] = {}
        self._bound: dict[int, int] = {}  # how many threads are at work on it
        self._tidied = time.monotonic()
        self.setFormatter(JsonLines())

    def bind(self, job_id: int) -> None:
        """Keep the file of a job open from its first line until everybody has let go of it."""
        with self._own():
            self._bound[job_id] = self._bound.get(job_id, 0) + 1
            self._tidy()

    def let_go(self, job_id: int) -> None:
        """Close the file of a job that nobody is at work on any more."""
        with self._own():
            left = self._bound.get(job_id, 1) - 1
            if left:
                self._bound[job_id] = left
            else:
                self._bound.pop(job_id, None)
                self._close(job_id)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to the file of the job that its thread is at work on."""
        job_id = _job.get()
        if job_id is None:
            return
        with contextlib.suppress(OSError):  # a full disk: the work that this tells of is not to suffer
            stream = self._streams.get(job_id) or self._open(job_id)
            text = self.format(record)
            size = stream.tell()
            if size < JOB_BYTES or (record.levelno >= logging.WARNING and size < JOB_BYTES * 5 // 4):
                stream.write(text.encode("utf-8", "backslashreplace") + b"\n")
            if job_id not in self._bound:
                self._close(job_id)

    def close(self) -> None:
        """Close every file."""
        with self._own():
            for job_id in list(self._streams):
                self._close(job_id)
        super().close()

    def _open(self, job_id: int) -> BinaryIO:
        place = job_file(self._folder, job_id)
        place.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what was said before a kill is there, and a line is one call of the system.
        stream = self._streams[job_id] = place.open("a+b", buffering=0)
        if stream.tell() and _last_byte(stream) != b"\n":
            stream.write(b"\n")  # a cut line of a killed process must not take the next one with it
        return stream

    def _close(self, job_id: int) -> None:
        stream = self._streams.pop(job_id, None)
        if stream is not None:
            stream.close()

    def _tidy(self) -> None:
        now = time.monotonic()
        if now - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            _remove_old(self._folder, days=self.days, spared=frozenset(self._bound))

    @contextlib.contextmanager
    def _own(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()


def attach(folder: Path, *, days: int) -> None:
    """Send the program's own records to `folder`, in place of the home that was logged to before."""
    folder.mkdir(parents=True, exist_ok=True)
    detach()
    logger = logging.getLogger(_NAME)
    logger.setLevel(logging.INFO)
    logger.addHandler(_Days(folder, days=days))
    logger.addHandler(_Jobs(folder, days=days))
    _remove_old(folder, days=days)


def keep(days: int) -> None:
    """Keep files for so many days from now on."""
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
    Send what this thread logs to the file of a job, too, until the block ends; blocks may lie in one another.

    Threads that the block starts do not know of it: give them their work through `carry`. None: of no job.
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
                handler.let_go(job_id)


def carry(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` so that another thread calls it for the job that this thread is at work on now."""
    job_id = _job.get()

    @functools.wraps(function)
    def bound(*args: P.args, **kwargs: P.kwargs) -> R:
        with job(job_id):
            return function(*args, **kwargs)

    return bound


def job_file(folder: Path, job_id: int) -> Path:
    """Return the file that the lines of a job are in, below the folder of the logs; there may be none."""
    return folder / "jobs" / f"{job_id:d}.jsonl"


def read_job(folder: Path, job_id: int, *, after: int = 0, limit: int = 500) -> tuple[list[dict[str, Any]], int]:
    """
    Return lines of a job's log, oldest first, and where to go on reading.

    A last line that is not whole yet is left for the next call; one that was cut by a kill is left out.

    Args:
        folder: The folder of the logs.
        job_id: The job; one that has logged nothing, or whose log is past its time, has no lines.
        after: What the last call returned; 0 from the beginning; negative: the last `limit` lines.
        limit: At most so many lines.

    """
    try:
        with job_file(folder, job_id).open("rb") as stream:
            if after < 0:
                after = _start_of_last(stream, limit)
            stream.seek(after)
            return _lines(stream, limit)
    except OSError:  # there is none
        return [], 0


def _lines(stream: BinaryIO, limit: int) -> tuple[list[dict[str, Any]], int]:
    found: list[dict[str, Any]] = []
    place = stream.tell()
    while len(found) < limit and (raw := stream.readline()).endswith(b"\n"):
        place += len(raw)
        with contextlib.suppress(ValueError):
            line = json.loads(raw)
            if isinstance(line, dict):
                found.append(line)
    return found, place


def _start_of_last(stream: BinaryIO, limit: int) -> int:
    """Return where the last `limit` lines of a file begin."""
    whole = stream.read()
    place = whole.rfind(b"\n") + 1
    for _ in range(limit):
        if place <= 0:
            break
        place = whole.rfind(b"\n", 0, place - 1) + 1
    return place


def _last_byte(stream: BinaryIO) -> bytes:
    end = stream.tell()
    stream.seek(end - 1)
    last = stream.read(1)
    stream.seek(end)
    return last


def _remove_old(folder: Path, *, days: int, spared: frozenset[int] = frozenset()) -> None:
    """Remove what nobody writes to any more and is older than so many days, or more than there shall be in all."""
    kept = {job_file(folder, job_id) for job_id in spared}
    room, oldest = ALL_BYTES, time.time() - days * 86_400
    facts = []
    for place in (*folder.glob("*.log.*"), *folder.glob("jobs/*.jsonl")):
        with contextlib.suppress(OSError):  # gone meanwhile
            facts.append((place.stat().st_mtime, place.stat().st_size, place))
    for mtime, size, place in sorted(facts, reverse=True):
        room -= size
        if place not in kept and (mtime < oldest or room < 0):
            with contextlib.suppress(OSError):
                place.unlink()
