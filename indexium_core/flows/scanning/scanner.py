"""
The scanner: files on disk become rows of the catalog.

The steps of a scan:

1. Walk every root, compare it with the catalog, and decide which roots are offline.
2. Mark missing files. This step is before reading, so that a moved file (also from another root) is recognised by its
   content.
3. Read new and changed files, and store them in groups. An interrupted scan keeps the groups that it stored.
4. Read the files once more whose recording only weak evidence tells, and store them: now the others are known.

An unchanged file costs one `stat`. A damaged file never stops a scan: it becomes a row with a state and a reason.
"""

from __future__ import annotations

import collections
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.flows.jobs import job_log
from indexium_core.flows.scanning import discovery, moved_files, reading, renamed_side_files, roots
from indexium_core.flows.scanning.discovery import Discovery, FileToRead
from indexium_core.flows.scanning.hash_cache import HashCache
from indexium_core.flows.scanning.reading import ReadResult
from indexium_core.flows.scanning.scan_progress import ProgressReporter, TrackEvents
from indexium_core.jobs.context import CheckpointHelper, JobContext
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.executors import Executor, Threads
from indexium_core.model import wording
from indexium_core.model.fields.table import FIELDS
from indexium_core.model.files.hash_cache import CacheUse
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.files.scan_reports import ScanProgress, ScanReport
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog, recordings
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.rows import ScannedFile

# The limits of a group: files that are stored in one transaction.
GROUP_FILES = 2000
GROUP_SECONDS = 2.0  # short, so that pages show new files during the scan
GROUP_TEXT = 500_000  # characters of comments; the database makes several copies of them
_POLL_SECONDS = 0.5  # seconds between two checks whether another scan has ended
_FILE_SECONDS = 0.002  # processor time for reading one file


class _CancelledError(Exception):
    """The scan was cancelled during the walk, before it stored anything."""


class Scanner:
    """Scans roots into the catalog of `database`, one scan at a time."""

    def __init__(
        self,
        database: Database,
        *,
        config: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        executor: Callable[[int, float], Executor] = lambda _files, _seconds: Threads(),
        events: EventBus | None = None,
        hashes: HashCache | None = None,
    ) -> None:
        """`executor` returns the executor for the next scan; `events` gets the events about added and changed files."""
        self._database = database
        self._hashes = hashes or HashCache(database, clock=clock)
        self._executor = executor
        self._events = events or EventBus()
        self._clock = clock
        self._config = config
        self._running = threading.Lock()
        self.current_progress: ScanProgress | None = None  # of the running scan
        self.last_report: ScanReport | None = None  # of the last scan of this process

    @contextlib.contextmanager
    def exclude_scans(self) -> Iterator[None]:
        """
        Prevent the start of scans during a block.

        Raises:
            UsageError: A scan is running.

        """
        if not self._running.acquire(blocking=False):
            raise errors.UsageError("A scan is running. Wait for its end, or cancel it.", code="scan_running")
        try:
            yield
        finally:
            self._running.release()

    def scan(
        self,
        job: JobContext,
        libraries: Sequence[LibraryRow],
        *,
        full: bool = False,
        accept_missing: bool = False,
        places: Sequence[bytes] = (),
        on_progress: Callable[[ScanProgress], None] | None = None,
    ) -> ScanReport:
        """
        Scan libraries; wait first while `reread` runs.

        An interrupted job resumes: files that it read are not read again, and its counts continue.

        Args:
            job: Receives the progress and the checkpoint, and signals when to stop.
            libraries: The libraries.
            full: Read every file again, and hash all of its media bytes.
            accept_missing: Treat missing files as deleted; without it, an empty or changed root counts as offline.
            places: Only these folders of the libraries, as absolute paths.
            on_progress: Called a few times a second, on this thread.

        """
        while not self._running.acquire(timeout=_POLL_SECONDS):
            if job.should_stop():
                return ScanReport(cancelled=True)
        try:
            checkpoints = CheckpointHelper(job, items=GROUP_FILES, seconds=GROUP_SECONDS)
            checkpoint = dict(checkpoints.saved)
            started_at = checkpoint.setdefault("begun", self._clock().isoformat())

            def report_progress(now: ScanProgress) -> None:
                self.current_progress = now
                job.progress(now.done, now.total, now.current, **_counters(scan.report, checkpoint))
                if on_progress is not None:
                    on_progress(now)

            self.current_progress = ScanProgress(done=0, total=None, current="", rate=0.0, eta_seconds=None)
            scan = self._new_scan(
                ProgressReporter(report_progress),
                should_stop=job.should_stop,
                on_stored=lambda report: checkpoints.save({**checkpoint, **_cumulative_counts(report, checkpoint)}),
                is_group_due=checkpoints.is_due,
            )
            since = datetime.fromisoformat(started_at) if checkpoints.is_resumed else None
            try:
                report = scan.run(libraries, full=full, accept_missing=accept_missing, since=since, places=places)
            finally:
                scan.events.emit(self._events, job.job_id)
            counters = _counters(report, checkpoint)
            for name, count in counters.items():
                setattr(report, name, count)
            self.last_report = report
            now = self.current_progress
            has_read = report.cancelled or now.total is not None
            place = (now.done, now.total) if has_read else (report.seen, report.seen)
            job.progress(*place, summary(report), **counters)
            return report
        finally:
            self.current_progress = None
            self._running.release()

    def _new_scan(
        self,
        progress: ProgressReporter,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        on_stored: Callable[[ScanReport], None] = lambda _: None,
        is_group_due: Callable[[int], bool] = lambda files: files >= GROUP_FILES,
    ) -> _ScanRun:
        """Return a scan with the current settings."""
        return _ScanRun(
            self._database,
            progress,
            self._clock(),
            threads=self._config.max_concurrent_reads,
            faststart=self._config.faststart,
            executor=self._executor,
            hashes=self._hashes,
            should_stop=should_stop,
            on_stored=on_stored,
            is_group_due=is_group_due,
        )

    def reread(self, files: Sequence[tuple[int, bytes]]) -> None:
        """
        Read known files again, given by library id and path, without a walk and without progress.

        Raises:
            UsageError: A scan is running.

        """
        if not self._running.acquire(blocking=False):
            raise errors.UsageError("A scan is running. Wait for its end.", code="scan_running")
        try:
            self._new_scan(ProgressReporter(lambda _: None)).reread(files)
        finally:
            self._running.release()


class _ScanRun:
    """One scan."""

    def __init__(
        self,
        database: Database,
        progress: ProgressReporter,
        at: datetime,
        *,
        threads: int,
        faststart: str,
        executor: Callable[[int, float], Executor],
        hashes: HashCache,
        should_stop: Callable[[], bool],
        on_stored: Callable[[ScanReport], None],
        is_group_due: Callable[[int], bool],
    ) -> None:
        self._database = database
        self._progress = progress
        self._at = at
        self._now_ns = int(at.timestamp() * 1e9)
        self._threads = threads
        self._faststart = faststart
        self._executor = executor
        self._hashes = hashes
        self._should_stop = should_stop
        self._on_stored = on_stored  # called with the report so far after each stored group
        self._is_group_due = is_group_due  # whether a group of so many files has to be stored
        self._since: datetime | None = None
        self._full = False
        self._places: Sequence[bytes] = ()
        self.report = ScanReport()
        self.events = TrackEvents()
        self._marked_missing: list[int] = []  # file ids; reading may find some of them at another path
        self._walked = frozenset[int]()  # libraries of which all paths were compared with the catalog
        self._differing = frozenset[bytes]()  # paths in them whose files differ
        self._deferred: dict[int, tuple[LibraryRow, list[FileToRead]]] = {}  # files with weak evidence, by library

    def run(
        self,
        libraries: Sequence[LibraryRow],
        *,
        full: bool,
        accept_missing: bool,
        since: datetime | None = None,
        places: Sequence[bytes] = (),
    ) -> ScanReport:
        """Scan libraries, or only some places in them; `since` is the start of a former run of the same scan."""
        report, self._since, self._full, self._places = self.report, since, full, places
        report.libraries = len(libraries)
        catalog.note_fields(self._database, [field.key for field in FIELDS], at=self._at)
        try:
            found = [self._discover(library, full=full, accept_missing=accept_missing) for library in libraries]
        except _CancelledError:
            report.cancelled, report.seconds = True, self._progress.elapsed_seconds
            return report
        for each in found:
            self._store_walk(each)
        online = [each for each in found if not each.offline_reason]
        to_read = sum(len(each.to_read) for each in online)
        self._walked = frozenset(each.library.library_id for each in online if not places)
        self._differing = frozenset(file.path for each in online for file in each.to_read)
        self._progress.start_reading(to_read)
        self._database.expect(sum(library.file_count for library in libraries) + to_read)
        for each in online:
            if not report.cancelled:
                self._read(each)
        for library, deferred in self._deferred.values():
            self._read_deferred(library, deferred)
        missing = catalog.missing(self._database.read(), self._marked_missing)
        if not report.cancelled and (missing or report.new or report.moved or report.changed):
            with self._database.atomic() as tx:
                recordings.hand_over(tx)
        report.missing = len(missing)
        self.events.collect(updated=missing)
        report.growing = catalog.count_growing(self._database.read(), [each.library.library_id for each in online])
        if report.growing:
            files = wording.plural(report.growing, "file was", "files were")
            report.messages.append(
                f"{files} changed less than a minute before the scan, and cannot be written yet. Wait a minute, then "
                "scan again."
            )
        report.seconds = self._progress.elapsed_seconds
        return report

    def reread(self, files: Sequence[tuple[int, bytes]]) -> None:
        """Read these files again, given by library id and path; skip those of offline roots."""
        for library in catalog.libraries(self._database.read()):
            paths = [path for library_id, path in files if library_id == library.library_id]
            if not paths or roots.offline_reason(library):
                continue
            to_read = {path: file for path in paths if (file := discovery.file_at(path))}
            absent = [path for path in paths if path not in to_read]
            known = catalog.known(self._database.read(), library.path_bytes, absent)
            with self._database.atomic() as tx:
                self._mark_missing(tx, [known[path].file_id for path in absent if path in known])
            candidates = list(to_read.values())
            for start in range(0, len(candidates), GROUP_FILES):
                group = candidates[start : start + GROUP_FILES]
                self._store(library, list(self._read_files(library, group)), defers=False)

    def _discover(self, library: LibraryRow, *, full: bool, accept_missing: bool) -> Discovery:
        return discovery.discover(
            library,
            self._database.read(),
            now_ns=self._now_ns,
            full=full,
            since=self._since,
            accept_missing=accept_missing,
            places=[place for place in self._places if place.startswith(library.path_bytes)],
            on_folder=self._on_folder,
        )

    def _on_folder(self, count: int, folder: bytes) -> None:
        if self._should_stop():
            raise _CancelledError
        self._progress.folder_listed(count, folder)

    def _store_walk(self, found: Discovery) -> None:
        """Store the results of the walk: offline roots, missing files and changed stat facts."""
        if found.offline_reason:
            self._set_offline(found.library, found.offline_reason)
            return
        report, library = self.report, found.library
        report.messages += found.messages
        report.empty_folders += len(found.empty_folders)
        report.unchanged += found.unchanged
        report.seen += found.unchanged
        _add_states(report, found.states)
        if found.missing or found.restats or library.state != "online":
            with self._database.atomic() as tx:
                catalog.set_library_state(tx, library.library_id, "online")
                self._mark_missing(tx, [row.file_id for row in found.missing])
                catalog.restat(tx, found.restats)

    def _mark_missing(self, tx: Connection, file_ids: Sequence[int]) -> None:
        catalog.mark_missing(tx, file_ids)
        self._marked_missing += file_ids

    def _set_offline(self, library: LibraryRow, reason: str) -> None:
        self.report.offline += 1
        self.report.messages.append(reason)
        if (library.state, library.state_reason) != ("offline", reason):
            with self._database.atomic() as tx:
                catalog.set_library_state(tx, library.library_id, "offline", reason)

    def _read_files(self, library: LibraryRow, candidates: Sequence[FileToRead]) -> Iterator[ReadResult]:
        executor = self._executor(len(candidates), len(candidates) * _FILE_SECONDS)
        results = reading.read_all(
            candidates,
            threads=self._threads,
            full=self._full,
            faststart=self._faststart,
            executor=executor,
            add_hashes=lambda files: self._hashes.add_hashes(files, full=self._full),
        )
        return results if library.photos else map(reading.without_photo, results)

    def _read(self, found: Discovery) -> None:
        """Read the new and changed files of one root, store them in groups, then mark the root as scanned."""
        group = [reading.unreachable(candidate, message) for candidate, message in found.unreachable]
        text = 0
        for result in self._read_files(found.library, found.to_read):
            group.append(result)
            text += len(result.facts.comment or "")
            self._progress.file_read(result.path)
            if text > GROUP_TEXT or self._is_group_due(len(group)):
                if not self._store(found.library, group):
                    return
                group, text = [], 0
            if self._should_stop():
                self.report.cancelled = True
                break
        if self._store(found.library, group) and not self.report.cancelled and not self._places:
            with self._database.atomic() as tx:
                free = roots.free_bytes(found.library)
                catalog.library_scanned(tx, found.library.library_id, device=found.device, at=self._at, free_bytes=free)

    def _read_deferred(self, library: LibraryRow, files: Sequence[FileToRead]) -> None:
        """Read the deferred files again, whose facts would take much memory until the end of a scan, and store them."""
        for start in range(0, len(files), GROUP_FILES):
            self.report.cancelled = self.report.cancelled or self._should_stop()
            group = files[start : start + GROUP_FILES]
            if self.report.cancelled or not self._store(library, list(self._read_files(library, group)), defers=False):
                return

    def _store(self, library: LibraryRow, group: Sequence[ReadResult], *, defers: bool = True) -> bool:
        """
        Store one group. Return False if the root went offline; then its files do not count as missing.

        The transaction checks the files once more. A file that changed since the walk keeps its row, because the read
        facts may be older than the row; the next scan reads the file again.
        """
        absent = [result.path for result in group if result.is_missing]
        offline = roots.offline_reason(library, accept_missing=True) if absent else ""
        if offline:
            self._set_offline(library, offline)
            return False
        left = self._moved_files(group)
        stored, missing, hashed = self._database.run(
            lambda tx: self._upsert(tx, library, group, absent, left, defers=defers)
        )
        for result in group if defers else ():
            _count_hash(self.report.cache, result)
        if stored.deferred:
            _, deferred = self._deferred.setdefault(library.library_id, (library, []))
            deferred += [each.candidate for each in group if each.path in stored.deferred]
            group = [each for each in group if each.path not in stored.deferred]
        self._marked_missing += [*missing, *stored.displaced_ids]
        self._hashes.remember(hashed, full=self._full)
        self._count(group, stored)
        self.events.collect(added=stored.added_ids, updated=stored.changed_ids)
        self._on_stored(self.report)
        return True

    def _moved_files(self, group: Sequence[ReadResult]) -> list[int]:
        """Return the files with the media of this group whose own paths, perhaps read later, have other content."""
        rows = [result.row(self._now_ns) for result in group if not result.is_missing]
        found = [
            each
            for each in recordings.elsewhere(self._database.read(), rows)
            if each.state != "ok" or each.library_id not in self._walked or each.path_bytes in self._differing
        ]
        libraries = {each.library_id: each for each in catalog.libraries(self._database.read())} if found else {}
        return moved_files.find(
            found, rows, is_online=lambda library_id: not roots.offline_reason(libraries[library_id])
        )

    def _upsert(
        self,
        tx: Connection,
        library: LibraryRow,
        group: Sequence[ReadResult],
        absent: Sequence[bytes],
        left: Sequence[int],
        *,
        defers: bool,
    ) -> tuple[catalog.UpsertReport, list[int], list[ScannedFile]]:
        """Store a group; return the changes, the ids of files that became missing, and the files with new hashes."""
        outdated = {result.path for result in group if result.is_missing or result.has_changed()}
        known = catalog.known(tx, library.path_bytes, outdated) if outdated else {}
        missing = [*left, *(known[path].file_id for path in absent if path in known)]
        catalog.mark_missing(tx, missing)
        kept = {*absent, *(path for path in outdated if path in known)}
        rows = [result.row(self._now_ns) for result in group if result.path not in kept]
        hashed = [row for row in rows if row.facts.hashed_bytes and not row.growing and row.path_bytes not in outdated]
        self._hashes.put(tx, hashed)
        report = catalog.upsert_files(tx, library.library_id, rows, at=self._at, defers=defers)
        renamed_side_files.follow(tx, report.renamed)
        return report, missing, hashed

    def _count(self, group: Sequence[ReadResult], stored: catalog.UpsertReport) -> None:
        report = self.report
        present = [result for result in group if not result.is_missing]
        report.seen += len(present)
        report.new += stored.added
        report.moved += stored.moved
        report.changed += stored.changed - stored.moved
        report.unchanged += len(present) - stored.added - stored.changed
        states = collections.Counter(result.facts.state for result in present)
        report.errors += states.total() - states["ok"]
        for result in present:
            if result.facts.state != "ok":
                job_log.log_unread(result.path, result.facts.state, result.facts.message)
        _add_states(report, states)


def _count_hash(use: CacheUse, result: ReadResult) -> None:
    if result.facts.hashed_bytes:
        use.misses += 1
        use.hashed_bytes += result.facts.hashed_bytes
    elif result.facts.file_hash and result.candidate.known:
        use.hits += 1
        use.seconds_saved += result.candidate.known.seconds


def _add_states(report: ScanReport, states: Mapping[str, int]) -> None:
    for state, count in states.items():
        report.by_state[state] = report.by_state.get(state, 0) + count


def _cumulative_counts(report: ScanReport, checkpoint: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a scan, including those of its former runs."""
    names = ("new", "changed", "moved", "missing", "errors")
    return {name: getattr(report, name) + int(checkpoint.get(name, 0)) for name in names}


def _counters(report: ScanReport, checkpoint: Mapping[str, Any]) -> dict[str, int]:
    """Return the counters of the job: the cumulative counts, and the unchanged files."""
    counts = _cumulative_counts(report, checkpoint)
    return counts | {"unchanged": max(0, report.seen - counts["new"] - counts["changed"] - counts["moved"])}


def summary(report: ScanReport) -> str:
    """Return the result of a scan in one line."""
    files = wording.files(report.seen)
    stopped = "Stopped after " if report.cancelled else ""
    return f"{stopped}{files}: {report.new:,} new, {report.changed:,} changed, {report.missing:,} missing"
