"""Read new and changed files, several at a time, and turn each into a row of the catalog."""

from __future__ import annotations

import collections
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from indexium_core.flows.scanning import discovery, file_facts
from indexium_core.flows.scanning.discovery import FileToRead
from indexium_core.jobs.executors import Executor, Threads, WorkerLostError
from indexium_core.model.files.media import FileFacts
from indexium_core.model.people import people_comment
from indexium_core.store.catalog.catalog import ScannedFile

__all__ = ["ReadResult", "read_all", "unreachable"]

logger = logging.getLogger(__name__)

_THREADS = Threads()
MAX_PENDING_FILES = 64  # files that are submitted before the caller waits for the first file
MAX_PENDING_TEXT = 2_000_000  # characters of the comments of pending results; above this limit, reading pauses


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The result of reading one file."""

    candidate: FileToRead
    facts: FileFacts
    parsed: people_comment.ParsedComment

    @property
    def path(self) -> bytes:
        return self.candidate.path

    @property
    def is_missing(self) -> bool:
        return self.facts.state == "missing"

    def has_changed(self) -> bool:
        """Return whether the file on disk changed after the walk."""
        if self.facts.state == "unreadable":
            return False
        try:
            now = os.lstat(self.path)
        except OSError:
            return True
        return (now.st_size, now.st_mtime_ns) != (self.candidate.stat.size, self.candidate.stat.mtime_ns)

    def row(self, now_ns: int) -> ScannedFile:
        """Return the row for the catalog; `now_ns` is the time of the walk."""
        return ScannedFile(
            path_bytes=self.path,
            stat=self.candidate.stat,
            facts=self.facts,
            parsed=self.parsed,
            growing=discovery.is_growing(self.candidate.stat.mtime_ns, now_ns),
        )


def read_all(
    candidates: Sequence[FileToRead], *, threads: int, full: bool, faststart: str, executor: Executor = _THREADS
) -> Iterator[ReadResult]:
    """Yield the results in the order of `candidates`, and read the next files at the same time."""
    pool = ThreadPoolExecutor(executor.max_concurrency(threads), thread_name_prefix="probe")
    pending: collections.deque[Future[ReadResult]] = collections.deque()
    limit = _TextLimit()

    def read(number: int, candidate: FileToRead) -> ReadResult:
        limit.wait(number)
        result = _read(candidate, full=full, faststart=faststart, executor=executor)
        limit.acquire(len(result.facts.comment or ""))
        return result

    def fetch() -> ReadResult:
        result = pending.popleft().result()
        limit.release(len(result.facts.comment or ""))
        return result

    try:
        for number, candidate in enumerate(candidates):
            pending.append(pool.submit(read, number, candidate))
            if len(pending) >= MAX_PENDING_FILES:
                yield fetch()
        while pending:
            yield fetch()
    finally:
        limit.close()
        pool.shutdown(cancel_futures=True)


class _TextLimit:
    """
    A limit on the comments of pending results in memory: readers wait while these exceed `MAX_PENDING_TEXT`.

    The file that the caller fetches next is never delayed. Otherwise there would be a deadlock: it would wait for later
    results, which the caller fetches only after it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._text = 0  # characters
        self._fetched = 0  # files
        self._open = True

    def wait(self, number: int) -> None:
        """Return when file `number` may be read."""
        with self._changed:
            self._changed.wait_for(lambda: self._text <= MAX_PENDING_TEXT or number == self._fetched or not self._open)

    def acquire(self, length: int) -> None:
        with self._changed:
            self._text += length

    def release(self, length: int) -> None:
        with self._changed:
            self._text -= length
            self._fetched += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Wake all readers: the caller does not fetch more results."""
        with self._changed:
            self._open = False
            self._changed.notify_all()


def unreachable(candidate: FileToRead, message: str) -> ReadResult:
    """Return the result for a file that exists but cannot be accessed."""
    return _unread(candidate, "unreadable", message)


def _read(candidate: FileToRead, *, full: bool, faststart: str, executor: Executor) -> ReadResult:
    """Read one file, and try once more if its process ended: the cause may be another file."""
    for _ in range(2):
        try:
            path, stat = candidate.path, candidate.stat
            return ReadResult(
                candidate, *executor.call(file_facts.probe_file, path, stat, full=full, faststart=faststart)
            )
        except WorkerLostError as error:
            lost = error
    shown = candidate.path.decode("utf-8", "replace")
    logger.error("scan.process_lost", extra={"file_path": shown, "error": str(lost)})
    return _unread(candidate, "corrupt", f"The process that read the file {lost}, twice.")


def _unread(candidate: FileToRead, state: str, message: str) -> ReadResult:
    return ReadResult(candidate, FileFacts(state=state, message=message), people_comment.parse(None))
