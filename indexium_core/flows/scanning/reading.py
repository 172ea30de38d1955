"""Reading the files that a survey found new or changed, several at a time, and what becomes a row of each."""

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

__all__ = ["ReadResult", "barred", "read_all"]

logger = logging.getLogger(__name__)

_HERE = Threads()
AHEAD = 64  # files handed to the threads before the first of them is waited for …
AHEAD_TEXT = 2_000_000  # … but none is read while what was read has comments of more characters than this


@dataclass(frozen=True, slots=True)
class ReadResult:
    """One file that was read."""

    candidate: FileToRead
    facts: FileFacts
    parsed: people_comment.ParsedComment

    @property
    def path(self) -> bytes:
        return self.candidate.path

    @property
    def vanished(self) -> bool:
        return self.facts.state == "missing"

    def touched(self) -> bool:
        """Look again and tell whether the file was written since the walk."""
        if self.facts.state == "unreadable":
            return False
        try:
            now = os.lstat(self.path)
        except OSError:
            return True
        return (now.st_size, now.st_mtime_ns) != (self.candidate.stat.size, self.candidate.stat.mtime_ns)

    def row(self, now_ns: int) -> ScannedFile:
        """Return what the catalog is to store; `now_ns` is the time of the walk."""
        return ScannedFile(
            path_bytes=self.path,
            stat=self.candidate.stat,
            facts=self.facts,
            parsed=self.parsed,
            growing=discovery.is_growing(self.candidate.stat.mtime_ns, now_ns),
        )


def read_all(
    candidates: Sequence[FileToRead], *, threads: int, full: bool, faststart: str, executor: Executor = _HERE
) -> Iterator[ReadResult]:
    """Yield what was read, in the order of `candidates`; a few files are always on their way."""
    pool = ThreadPoolExecutor(executor.max_concurrency(threads), thread_name_prefix="probe")
    pending: collections.deque[Future[ReadResult]] = collections.deque()
    room = _Room()

    def read(number: int, candidate: FileToRead) -> ReadResult:
        room.wait(number)
        found = _read(candidate, full=full, faststart=faststart, executor=executor)
        room.take(len(found.facts.comment or ""))
        return found

    def fetch() -> ReadResult:
        found = pending.popleft().result()
        room.give_back(len(found.facts.comment or ""))
        return found

    try:
        for number, candidate in enumerate(candidates):
            pending.append(pool.submit(read, number, candidate))
            if len(pending) >= AHEAD:
                yield fetch()
        while pending:
            yield fetch()
    finally:
        room.close()
        pool.shutdown(cancel_futures=True)


class _Room:
    """
    Lets nobody read on while what was read, and not yet fetched, has comments that are long together.

    The file that is fetched next is always read: else it and those that were read behind it would wait for each other.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._text = 0  # characters
        self._fetched = 0  # files
        self._open = True

    def wait(self, number: int) -> None:
        """Return when file `number` may be read."""
        with self._changed:
            self._changed.wait_for(lambda: self._text <= AHEAD_TEXT or number == self._fetched or not self._open)

    def take(self, length: int) -> None:
        with self._changed:
            self._text += length

    def give_back(self, length: int) -> None:
        with self._changed:
            self._text -= length
            self._fetched += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let everybody go on: nothing is fetched any more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()


def barred(candidate: FileToRead, why: str) -> ReadResult:
    """Return a file that is there but cannot be reached."""
    return _unread(candidate, "unreadable", why)


def _read(candidate: FileToRead, *, full: bool, faststart: str, executor: Executor) -> ReadResult:
    """Have one file read; once more where the process that read it ended, which need not be the file's fault."""
    for _ in range(2):
        try:
            path, stat = candidate.path, candidate.stat
            return ReadResult(
                candidate, *executor.call(file_facts.found_in, path, stat, full=full, faststart=faststart)
            )
        except WorkerLostError as error:
            lost = error
    shown = candidate.path.decode("utf-8", "replace")
    logger.error("scan.process_lost", extra={"file_path": shown, "error": str(lost)})
    return _unread(candidate, "corrupt", f"The process that read the file {lost}, twice.")


def _unread(candidate: FileToRead, state: str, why: str) -> ReadResult:
    return ReadResult(candidate, FileFacts(state=state, message=why), people_comment.parse(None))
