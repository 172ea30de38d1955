"""
Read new and changed files, several at a time, and turn each into a row of the catalog.

A call of the executor reads a chunk of files, because a call of a worker process costs a tenth of the time of a file.
"""

from __future__ import annotations

import collections
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from indexium_core.flows.scanning import discovery, file_facts
from indexium_core.flows.scanning.discovery import FileToRead
from indexium_core.jobs.executors import Executor, Threads, WorkerLostError
from indexium_core.model.files.media import FileFacts
from indexium_core.model.people import people_comment
from indexium_core.store.rows import ScannedFile

logger = logging.getLogger(__name__)

_THREADS = Threads()
MAX_PENDING_FILES = 128  # files that are submitted before the caller waits for the first file
# A chunk holds about these characters, and takes about `Executor.chunk_seconds`, so that slow files are reported one by
# one.
_CHUNK_TEXT, _MAX_CHUNK_FILES = 200_000, 25
_BLOCK_FILES = 2000  # files whose hashes are searched at once
_IS_PHOTO = "The file is a photo with the name of a video, and its folder does not include photos."
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
    candidates: Sequence[FileToRead],
    *,
    threads: int,
    full: bool,
    faststart: str,
    executor: Executor = _THREADS,
    add_hashes: Callable[[Sequence[FileToRead]], Sequence[FileToRead]] = lambda files: files,
) -> Iterator[ReadResult]:
    """
    Yield the results in the order of `candidates`, and read the next files at the same time.

    `add_hashes` adds the hashes that are known to some files before they are read.
    """
    pool = ThreadPoolExecutor(executor.max_concurrency(threads), thread_name_prefix="probe")
    pending: collections.deque[Future[list[ReadResult]]] = collections.deque()
    limit = _PendingText()
    chunks = _Chunks(candidates, executor.chunk_seconds, largest=1 if full else _MAX_CHUNK_FILES, prepare=add_hashes)

    def read(chunk: Sequence[FileToRead], number: int) -> list[ReadResult]:
        limit.wait(number)
        started = time.monotonic()
        results = _read_chunk(chunk, full=full, faststart=faststart, executor=executor)
        text = _text_of(results)
        chunks.measured((time.monotonic() - started) / len(chunk), text // len(chunk))
        limit.acquire(text)
        return results

    def fetch() -> list[ReadResult]:
        results = pending.popleft().result()
        limit.release(len(results), _text_of(results))
        return results

    try:
        while chunk := chunks.next():
            pending.append(pool.submit(read, chunk, chunks.taken - len(chunk)))
            while chunks.taken - limit.fetched >= MAX_PENDING_FILES:
                yield from fetch()
        while pending:
            yield from fetch()
    finally:
        limit.close()
        pool.shutdown(cancel_futures=True)


def _text_of(results: Sequence[ReadResult]) -> int:
    return sum(len(result.facts.comment or "") for result in results)


class _Chunks:
    """Splits the files into chunks; their size follows the time and the comments of the files so far."""

    def __init__(
        self,
        files: Sequence[FileToRead],
        seconds: float,
        *,
        largest: int,
        prepare: Callable[[Sequence[FileToRead]], Sequence[FileToRead]],
    ) -> None:
        """`seconds`: how long a chunk takes; `largest`: its largest number of files; `prepare` completes each block."""
        self._files, self._seconds = files, seconds
        self._size, self._largest = 1, largest
        self._prepare = prepare
        self._block: Sequence[FileToRead] = ()
        self.taken = 0  # files

    def next(self) -> Sequence[FileToRead]:
        """Return the next files; empty at the end."""
        at = self.taken % _BLOCK_FILES
        if not at:
            block = self._files[self.taken : self.taken + _BLOCK_FILES]
            self._block = self._prepare(block) if block else ()
        chunk = self._block[at : at + self._size]
        self.taken += len(chunk)
        return chunk

    def measured(self, seconds: float, text: int) -> None:
        """Adapt the size to the time and the characters of one file, at most twofold. Any thread may call this."""
        fits = min(int(self._seconds / max(seconds, 1e-6)), _CHUNK_TEXT // max(text, 1))
        self._size = max(1, min(fits, 2 * self._size, self._largest))


class _PendingText:
    """
    A limit on the comments of pending results in memory: readers wait while these exceed `MAX_PENDING_TEXT`.

    The chunk that the caller fetches next is never delayed. Otherwise there would be a deadlock: it would wait for
    later results, which the caller fetches only after it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._text = 0  # characters
        self.fetched = 0  # files
        self._open = True

    def wait(self, number: int) -> None:
        """Return when the chunk that starts with file `number` may be read."""
        with self._changed:
            self._changed.wait_for(lambda: self._text <= MAX_PENDING_TEXT or number == self.fetched or not self._open)

    def acquire(self, length: int) -> None:
        with self._changed:
            self._text += length

    def release(self, files: int, length: int) -> None:
        with self._changed:
            self._text -= length
            self.fetched += files
            self._changed.notify_all()

    def close(self) -> None:
        """Wake all readers: the caller does not fetch more results."""
        with self._changed:
            self._open = False
            self._changed.notify_all()


def without_photo(result: ReadResult) -> ReadResult:
    """Return the result for a folder that does not include photos: a photo with the name of a video is no video."""
    if result.facts.media_kind != "photo":
        return result
    facts = FileFacts(state="not_video", message=_IS_PHOTO, container=result.facts.container)
    return ReadResult(result.candidate, facts, people_comment.parse(None))


def unreachable(candidate: FileToRead, message: str) -> ReadResult:
    """Return the result for a file that exists but cannot be accessed."""
    return _unread(candidate, "unreadable", message)


def _read_chunk(chunk: Sequence[FileToRead], *, full: bool, faststart: str, executor: Executor) -> list[ReadResult]:
    """Read some files. If their process ends, read each alone, and the one that causes this once more."""
    is_single = len(chunk) == 1
    for _ in range(2 if is_single else 1):
        try:
            files = [(each.path, each.stat, each.known) for each in chunk]
            found = executor.call(file_facts.probe_files, files, full=full, faststart=faststart)
            return [ReadResult(candidate, *facts) for candidate, facts in zip(chunk, found, strict=True)]
        except WorkerLostError as error:
            lost = error
    if not is_single:
        results = (_read_chunk([each], full=full, faststart=faststart, executor=executor) for each in chunk)
        return [result for [result] in results]
    shown = chunk[0].path.decode("utf-8", "replace")
    logger.error("scan.process_lost", extra={"file_path": shown, "error": str(lost)})
    return [_unread(chunk[0], "corrupt", f"The process that read the file {lost}, twice.")]


def _unread(candidate: FileToRead, state: str, message: str) -> ReadResult:
    return ReadResult(candidate, FileFacts(state=state, message=message), people_comment.parse(None))
