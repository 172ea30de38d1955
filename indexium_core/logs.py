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

ONLY_JOB = "only_job"  # a record with this in its `extra`, and true, is for the log of its job alone
PART_BYTES, PARTS = 2_000_000, 5  # of one job: of a longer log the first part and the last ones are kept
ALL_BYTES = 512_000_000  # of everything that is not written to any more; the oldest goes first
_TIDY_SECONDS = 3_600.0  # how often a process that runs for months looks at age and size
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
        self.addFilter(lambda record: not getattr(record, ONLY_JOB, False))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Lose the line: a full disk shall not fill the console, too."""


class _Jobs(logging.Handler):
    """The log of each job that is bound to some thread, in a file of its own."""

    def __init__(self, folder: Path, *, days: int) -> None:
        super().__init__()
        self.days = days
        self._folder = folder
        self._streams: dict[int, _LogStream] = {}
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
            if job_id not in self._streams:
                self._streams[job_id] = _LogStream(self._folder, job_id)
            self._streams[job_id].write(self.format(record).encode("utf-8", "backslashreplace") + b"\n")
        if job_id not in self._bound:
            self._close(job_id)

    def close(self) -> None:
        """Close every file."""
        with self._own():
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
            _remove_old(self._folder, days=self.days, spared=frozenset(self._bound))

    @contextlib.contextmanager
    def _own(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()


class _LogStream:
    """
    The end of a job's log.

    What is too long for one file goes on in others, which lie in a folder beside it and are named for the place at
    which they begin: so a place in the log stays what it is when parts of it are gone.
    """

    def __init__(self, folder: Path, job_id: int) -> None:
        self._folder, self._job_id = folder, job_id
        parts = _parts(folder, job_id)
        self._base, place = parts[-1] if parts else (0, job_file(folder, job_id))
        self._open(place)
        if self._size and _last_byte(self._file) != b"\n":
            self.write(b"\n")  # a cut line of a killed process must not take the next one with it

    def write(self, line: bytes) -> None:
        """Append a line, in a file of its own where this one is long enough."""
        if self._size and self._size + len(line) > PART_BYTES:
            self.close()
            self._base += self._size
            self._open(_more(self._folder, self._job_id) / f"{self._base}.jsonl")
            for _, place in _parts(self._folder, self._job_id)[1 : 1 - PARTS]:
                place.unlink(missing_ok=True)
        self._size += self._file.write(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _open(self, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what was said before a kill is there, and a line is one call of the system.
        self._file = place.open("a+b", buffering=0)
        self._size = self._file.seek(0, 2)


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
    """Return the file in which the log of a job begins, below the folder of the logs; there may be none."""
    return folder / "jobs" / f"{job_id:d}.jsonl"


def read_job(folder: Path, job_id: int, *, after: int = 0, limit: int = 500) -> tuple[list[dict[str, Any]], int]:
    """
    Return lines of a job's log, oldest first, and where to go on reading.

    A last line that is not whole yet is left for the next call; one that was cut by a kill is left out. Where parts of
    a long log are gone, a line `log.left_out` says how many bytes.

    Args:
        folder: The folder of the logs.
        job_id: The job; one that has logged nothing, or whose log is past its time, has no lines.
        after: What the last call returned; 0 from the beginning; negative: the last `limit` lines.
        limit: At most so many lines.

    """
    parts = _parts(folder, job_id)
    found: list[dict[str, Any]] = []
    place, end = (_start_of_last(parts, limit) if after < 0 else after), 0
    for base, part in parts:
        with contextlib.suppress(FileNotFoundError), part.open("rb") as stream:
            end = base + stream.seek(0, 2)
            if place >= end or len(found) >= limit:
                continue
            if place < base:
                found.append({"level": "info", "event": "log.left_out", "bytes": base - place})
                place = base
            stream.seek(place - base)
            place = base + _read(stream, found, limit)
    return found, min(place, end)


def _read(stream: BinaryIO, found: list[dict[str, Any]], limit: int) -> int:
    """Add lines to those that were found, up to `limit`, and return where the last of them ends."""
    place = stream.tell()
    while len(found) < limit and (raw := stream.readline()).endswith(b"\n"):
        place += len(raw)
        with contextlib.suppress(ValueError):
            line = json.loads(raw)
            if isinstance(line, dict):
                found.append(line)
    return place


def _start_of_last(parts: list[tuple[int, Path]], limit: int) -> int:
    """Return the place at which the last `limit` lines of a log begin."""
    place, left = 0, limit
    for base, part in reversed(parts):
        with contextlib.suppress(FileNotFoundError):
            whole = part.read_bytes()
            inside = whole.rfind(b"\n") + 1
            while inside > 0 and left > 0:
                inside = whole.rfind(b"\n", 0, inside - 1) + 1
                left -= 1
            place = base + inside
        if left == 0:
            break
    return place


def _more(folder: Path, job_id: int) -> Path:
    """Return the folder with the rest of a job's log, where it is too long for one file."""
    return job_file(folder, job_id).with_suffix("")


def _parts(folder: Path, job_id: int) -> list[tuple[int, Path]]:
    """Return the files of a job's log in order, each with the place in the log at which it begins."""
    first = job_file(folder, job_id)
    more = ((int(place.stem), place) for place in _more(folder, job_id).glob("*.jsonl") if place.stem.isdecimal())
    return [(0, first)] * first.exists() + sorted(more)


def _last_byte(stream: BinaryIO) -> bytes:
    end = stream.tell()
    stream.seek(end - 1)
    last = stream.read(1)
    stream.seek(end)
    return last


def _remove_old(folder: Path, *, days: int, spared: frozenset[int] = frozenset()) -> None:
    """Remove what nobody writes to any more and is older than so many days, or more than there shall be in all."""
    kept = {str(job_id) for job_id in spared}
    room, oldest = ALL_BYTES, time.time() - days * 86_400
    facts = []
    for place in (*folder.glob("*.log.*"), *folder.glob("jobs/*.jsonl"), *folder.glob("jobs/*/*.jsonl")):
        with contextlib.suppress(OSError):  # gone meanwhile
            facts.append((place.stat().st_mtime, place.stat().st_size, place))
    for mtime, size, place in sorted(facts, reverse=True):
        room -= size
        if not kept & {place.stem, place.parent.name} and (mtime < oldest or room < 0):
            with contextlib.suppress(OSError):
                place.unlink()
    for empty in folder.glob("jobs/*/"):
        with contextlib.suppress(OSError):  # it is not
            empty.rmdir()
