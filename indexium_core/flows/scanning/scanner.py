"""
Scanning: what is on disk becomes rows of the catalog.

The order of one scan: walk every root and compare with what is known, decide which roots are offline, mark what is
gone, then read what is new or changed and store it in groups. So a file that moved, also from one root to another, is
found again by what is in it, and a scan that is cut short has done a part of the work and no harm. Files that did not
change cost their `stat` and nothing else. One bad file never stops a scan: it becomes a row with a state and a reason.
"""

from __future__ import annotations

import collections
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.flows.jobs import job_log
from indexium_core.flows.scanning import discovery, reading, roots
from indexium_core.flows.scanning.discovery import Discovery, FileToRead
from indexium_core.flows.scanning.reading import ReadResult
from indexium_core.flows.scanning.scan_progress import ScanMeter, ScanProgress
from indexium_core.flows.scanning.track_events import TrackNews
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.events import EventBus
from indexium_core.jobs.executors import Executor, Threads
from indexium_core.model import wording
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import LibraryRow
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

__all__ = ["ScanProgress", "ScanReport", "Scanner", "summary"]

GROUP = 2000  # files stored in one transaction …
GROUP_SECONDS = 2.0  # … or what was read in this time, so that pages see them come in
_PATIENCE = 0.5  # seconds between two looks whether another scan has ended
GROUP_TEXT = 500_000  # … or comments of so many characters, of which the database makes several copies on the way


@dataclass(slots=True, kw_only=True)
class ScanReport:
    """What a scan found."""

    libraries: int = 0  # roots
    offline: int = 0  # roots that were not there; nothing of theirs was changed
    seen: int = 0  # files found
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: int = 0  # found again under another path
    missing: int = 0  # not found any more
    errors: int = 0  # of the files that were read: those that are empty, broken or cannot be read
    by_state: dict[str, int] = field(default_factory=dict)  # of the files found: ok, empty, corrupt, unreadable …
    seconds: float = 0.0
    cancelled: bool = False  # a person stopped it: what was read until then is stored, the rest is as before
    messages: list[str] = field(default_factory=list)  # what the person should know: offline roots, closed folders


class _CancelledError(Exception):
    """The walk was stopped; nothing was concluded from it."""


class Scanner:
    """Scan roots into the catalog of `database`, one scan at a time."""

    def __init__(
        self,
        database: Database,
        *,
        config: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        executor: Callable[[], Executor] = Threads,
        events: EventBus | None = None,
    ) -> None:
        """`executor` says, for every scan, where files are read; `events` are told which were added or changed."""
        self._database = database
        self._executor = executor
        self._events = events or EventBus()
        self._clock = clock
        self._config = config
        self._running = threading.Lock()
        self.now: ScanProgress | None = None  # how far the scan is that runs, None where none does
        self.last: ScanReport | None = None  # the last one that this process has ended

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Keep scans away for the length of a block; UsageError where one runs."""
        if not self._running.acquire(blocking=False):
            raise errors.UsageError("A scan is running. Wait for its end, or stop it.", code="scan_running")
        try:
            yield
        finally:
            self._running.release()

    def scan(
        self,
        job: JobContext,
        chosen: Sequence[LibraryRow],
        *,
        full: bool = False,
        really_gone: bool = False,
        progress: Callable[[ScanProgress], None] | None = None,
    ) -> ScanReport:
        """
        Scan libraries; waits while files are read again for somebody else.

        Where the job was cut off, it goes on: what was read is not read again, and what it had found counts.

        Args:
            job: Is told how far it is, says when to stop, and keeps what was found.
            chosen: The libraries.
            full: Read every file again, and hash all of its media bytes.
            really_gone: The person's word that what is not there is gone: such roots are not taken to be offline.
            progress: Told some times a second how far it is, on this thread.

        """
        while not self._running.acquire(timeout=_PATIENCE):
            if job.should_stop():
                return ScanReport(cancelled=True)
        try:
            former = dict(job.checkpoint or {})
            begun = former.setdefault("begun", self._clock().isoformat())

            def tell(now: ScanProgress) -> None:
                self.now = now
                job.progress(now.done, now.total, now.current, **_counters(one.report, former))
                if progress is not None:
                    progress(now)

            self.now = ScanProgress(done=0, total=None, current="", rate=0.0, eta_seconds=None)
            one = self._one(
                ScanMeter(tell),
                stop=job.should_stop,
                stored=lambda report: job.save({**former, **_found(report, former)}),
            )
            since = datetime.fromisoformat(begun) if job.checkpoint else None
            try:
                report = one.run(chosen, full=full, really_gone=really_gone, since=since)
            finally:
                one.news.tell(self._events, job.job_id)
            counters = _counters(report, former)
            for name, count in counters.items():
                setattr(report, name, count)
            self.last = report
            told = report.cancelled or self.now.total is not None
            place = (self.now.done, self.now.total) if told else (report.seen, report.seen)
            job.progress(*place, summary(report), **counters)
            return report
        finally:
            self.now = None
            self._running.release()

    def _one(
        self,
        meter: ScanMeter,
        *,
        stop: Callable[[], bool] = lambda: False,
        stored: Callable[[ScanReport], None] = lambda _: None,
    ) -> _Scan:
        """Return a scan by the settings as they are now."""
        return _Scan(
            self._database,
            meter,
            self._clock(),
            # More threads than processors help where a disk is slow to answer; many more only wait for each other.
            threads=min(self._config.probe_threads, 2 * (os.cpu_count() or 1)),
            faststart=self._config.faststart,
            executor=self._executor(),
            stop=stop,
            stored=stored,
        )

    def reread(self, files: Sequence[tuple[int, bytes]]) -> None:
        """
        Read some known files again, by library and path, without a walk; nobody is told how far it is.

        Raises:
            UsageError: A scan is running.

        """
        if not self._running.acquire(blocking=False):
            raise errors.UsageError("A scan is running. Wait for its end.", code="scan_running")
        try:
            self._one(ScanMeter(lambda _: None)).reread(files)
        finally:
            self._running.release()


class _Scan:
    """One scan."""

    def __init__(
        self,
        database: Database,
        meter: ScanMeter,
        at: datetime,
        *,
        threads: int,
        faststart: str,
        executor: Executor,
        stop: Callable[[], bool] = lambda: False,
        stored: Callable[[ScanReport], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._meter = meter
        self._at = at
        self._now_ns = int(at.timestamp() * 1e9)
        self._threads = threads
        self._faststart = faststart
        self._executor = executor
        self._stop = stop
        self._stored = stored  # told what was found so far when a group is in the database
        self._since: datetime | None = None
        self.report = ScanReport()
        self.news = TrackNews()
        self._gone: list[int] = []  # files that were marked missing; those that moved are found again

    def run(
        self, chosen: Sequence[LibraryRow], *, full: bool, really_gone: bool, since: datetime | None = None
    ) -> ScanReport:
        """Scan the roots `chosen`; `since`: when a former run of the same scan began."""
        report, self._since = self.report, since
        report.libraries = len(chosen)
        try:
            surveys = [self._survey(library, full=full, really_gone=really_gone) for library in chosen]
        except _CancelledError:
            report.cancelled, report.seconds = True, self._meter.seconds
            return report
        for one in surveys:
            self._settle(one)
        here = [one for one in surveys if not one.offline]
        self._meter.begin(sum(len(one.fresh) for one in here))
        self._database.expect(sum(library.file_count for library in chosen) + sum(len(one.fresh) for one in here))
        for one in here:
            if not report.cancelled:
                self._read(one, full=full)
        gone = catalog.missing(self._database.read(), self._gone)
        report.missing = len(gone)
        self.news.note(updated=gone)
        report.seconds = self._meter.seconds
        return report

    def reread(self, files: Sequence[tuple[int, bytes]]) -> None:
        """Read these files of known roots; those of a root that is not there stay as they are."""
        for library in catalog.libraries(self._database.read()):
            paths = [path for library_id, path in files if library_id == library.library_id]
            if not paths or roots.doubt_root(library):
                continue
            one = Discovery(library=library)
            there = [(path, discovery.look(path)) for path in paths]
            lost = catalog.known(
                self._database.read(), library.path_bytes, [path for path, found in there if not found]
            )
            with self._database.atomic() as tx:
                self._mark_missing(tx, [lost[path].file_id for path, found in there if not found and path in lost])
            fresh = [found for _, found in there if found]
            for first in range(0, len(fresh), GROUP):
                chunk = fresh[first : first + GROUP]
                self._store(one, list(self._readings(chunk, full=False)))

    def _survey(self, library: LibraryRow, *, full: bool, really_gone: bool) -> Discovery:
        return discovery.survey(
            library,
            self._database.read(),
            now_ns=self._now_ns,
            full=full,
            since=self._since,
            really_gone=really_gone,
            walked=self._walked,
        )

    def _walked(self, count: int, folder: bytes) -> None:
        if self._stop():
            raise _CancelledError
        self._meter.walked(count, folder)

    def _settle(self, one: Discovery) -> None:
        """Store what the walk alone has told."""
        if one.offline:
            self._set_offline(one.library, one.offline)
            return
        report, library = self.report, one.library
        report.messages += one.messages
        report.unchanged += one.unchanged
        report.seen += one.unchanged
        _count(report, one.states)
        if one.lost or one.restat or library.state != "online":
            with self._database.atomic() as tx:
                catalog.set_library_state(tx, library.library_id, "online")
                self._mark_missing(tx, [row.file_id for row in one.lost])
                catalog.restat(tx, one.restat)

    def _mark_missing(self, tx: Connection, file_ids: Sequence[int]) -> None:
        catalog.mark_missing(tx, file_ids)
        self._gone += file_ids

    def _set_offline(self, library: LibraryRow, reason: str) -> None:
        self.report.offline += 1
        self.report.messages.append(reason)
        if (library.state, library.state_reason) != ("offline", reason):
            with self._database.atomic() as tx:
                catalog.set_library_state(tx, library.library_id, "offline", reason)

    def _readings(self, candidates: Sequence[FileToRead], *, full: bool) -> Iterator[ReadResult]:
        """Yield files as they are read."""
        return reading.read_all(
            candidates, threads=self._threads, full=full, faststart=self._faststart, executor=self._executor
        )

    def _read(self, one: Discovery, *, full: bool) -> None:
        """Read what is new or changed in one root and store it in groups; the root counts as scanned at the end."""
        group = [reading.barred(candidate, why) for candidate, why in one.barred]
        stored, text = time.monotonic(), 0
        for found in self._readings(one.fresh, full=full):
            group.append(found)
            text += len(found.facts.comment or "")
            self._meter.read(found.path)
            if len(group) >= GROUP or text > GROUP_TEXT or time.monotonic() - stored > GROUP_SECONDS:
                if not self._store(one, group):
                    return
                group, stored, text = [], time.monotonic(), 0
            if self._stop():
                self.report.cancelled = True
                break
        if self._store(one, group) and not self.report.cancelled:
            with self._database.atomic() as tx:
                free = roots.free_bytes(one.library)
                catalog.library_scanned(tx, one.library.library_id, device=one.device, at=self._at, free_bytes=free)

    def _store(self, one: Discovery, group: Sequence[ReadResult]) -> bool:
        """
        Store one group, and tell whether the root is still there: a disk that was pulled out has lost no file.

        Files are looked at once more inside the transaction. One that was written since the walk, by us or by others,
        keeps the row that it has, for what was read of it may be older than that; the next scan sees it.
        """
        gone = [found.path for found in group if found.vanished]
        offline = roots.doubt_root(one.library, trusting=True) if gone else ""
        if offline:
            self._set_offline(one.library, offline)
            return False
        stored, missing = self._database.run(lambda tx: self._put(tx, one, group, gone))
        self._gone += missing
        self._tally(group, stored)
        self.news.note(added=stored.added_ids, updated=stored.changed_ids)
        self._stored(self.report)
        return True

    def _put(
        self, tx: Connection, one: Discovery, group: Sequence[ReadResult], gone: Sequence[bytes]
    ) -> tuple[catalog.UpsertReport, list[int]]:
        late = [found.path for found in group if found.vanished or found.touched()]
        known = catalog.known(tx, one.library.path_bytes, late) if late else {}
        missing = [known[path].file_id for path in gone if path in known]
        catalog.mark_missing(tx, missing)
        kept = {*gone, *(path for path in late if path in known)}
        rows = [found.row(self._now_ns) for found in group if found.path not in kept]
        return catalog.upsert_files(tx, one.library.library_id, rows, at=self._at), missing

    def _tally(self, group: Sequence[ReadResult], stored: catalog.UpsertReport) -> None:
        report = self.report
        there = [found for found in group if not found.vanished]
        report.seen += len(there)
        report.new += stored.added
        report.moved += stored.moved
        report.changed += stored.changed - stored.moved
        report.unchanged += len(there) - stored.added - stored.changed
        states = collections.Counter(found.facts.state for found in there)
        report.errors += states.total() - states["ok"]
        for found in there:
            if found.facts.state != "ok":
                job_log.unread(found.path, found.facts.state, found.facts.message)
        _count(report, states)


def _count(report: ScanReport, states: Mapping[str, int]) -> None:
    for state, count in states.items():
        report.by_state[state] = report.by_state.get(state, 0) + count


def _found(report: ScanReport, former: Mapping[str, Any]) -> dict[str, int]:
    """Return what a scan has found, with what its former runs had."""
    names = ("new", "changed", "moved", "missing", "errors")
    return {name: getattr(report, name) + int(former.get(name, 0)) for name in names}


def _counters(report: ScanReport, former: Mapping[str, Any]) -> dict[str, int]:
    """Return what became of the files, with what former runs had found."""
    found = _found(report, former)
    return found | {"unchanged": max(0, report.seen - found["new"] - found["changed"] - found["moved"])}


def summary(report: ScanReport) -> str:
    """Return what a scan found, in some words."""
    files = wording.files(report.seen)
    stopped = "Stopped after " if report.cancelled else ""
    return f"{stopped}{files}: {report.new:,} new, {report.changed:,} changed, {report.missing:,} missing"
