"""Reading the files that a survey found new or changed, on threads, and what becomes a row of each."""

from __future__ import annotations

import collections
import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from indexium_core.files import probe, volumes
from indexium_core.flows import survey
from indexium_core.flows.survey import Candidate
from indexium_core.model import people
from indexium_core.model.media import FileFacts
from indexium_core.store.catalog import ScannedFile

__all__ = ["Found", "barred", "read_all"]

logger = logging.getLogger(__name__)

AHEAD = 64  # files handed to the threads before the first of them is waited for


@dataclass(frozen=True, slots=True)
class Found:
    """One file that was read."""

    candidate: Candidate
    facts: FileFacts
    parsed: people.ParsedComment

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
            growing=survey.is_growing(self.candidate.stat.mtime_ns, now_ns),
        )


def read_all(candidates: Sequence[Candidate], *, threads: int, full: bool, faststart: str) -> Iterator[Found]:
    """Yield what was read, in the order of `candidates`; a few files are always on their way."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="probe")
    pending: collections.deque[Future[Found]] = collections.deque()
    try:
        for candidate in candidates:
            pending.append(pool.submit(_read, candidate, full=full, faststart=faststart))
            if len(pending) >= AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def barred(candidate: Candidate, why: str) -> Found:
    """Return a file that is there but cannot be reached."""
    return Found(candidate, FileFacts(state="unreadable", message=why), people.parse(None))


def _read(candidate: Candidate, *, full: bool, faststart: str) -> Found:
    """Read one file, on a thread. Nothing that a file contains may stop the scan, not even a mistake of ours."""
    try:
        means = volumes.means(candidate.path, nlink=candidate.stat.nlink, faststart=faststart)
        facts = probe.probe(candidate.path, candidate.stat, means=means, full=full)
        return Found(candidate, facts, people.parse(facts.comment))
    except Exception:
        logger.exception("scan.probe_failed", extra={"file_path": candidate.path.decode("utf-8", "replace")})
        facts = FileFacts(state="corrupt", message="The file could not be read; the log says more.")
        return Found(candidate, facts, people.parse(None))
