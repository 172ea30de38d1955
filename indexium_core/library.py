"""
The library: one open home, with its services as attributes.

Front ends call only this library. `services` names the services and the everyday calls, `assembly` builds them, and
this module opens and closes a home. A `Library` may be used from any thread.
"""

from __future__ import annotations

import atexit
import errno
import importlib
import os
import uuid
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from indexium_core import errors, logs, settings
from indexium_core.assembly.core import Core
from indexium_core.assembly.home import Assembly
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.reading import ReadingServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.home import orphaned_journals
from indexium_core.jobs import executors
from indexium_core.local_services import LocalServices
from indexium_core.model import job_kinds, wording
from indexium_core.model.database import DatabaseBackup, DatabaseProgress, RebuildReport, RestoreReport, TableOrigin
from indexium_core.model.fields import custom
from indexium_core.model.job import Job
from indexium_core.model.operations.actor import SYSTEM, Actor, acting_as
from indexium_core.model.operations.outcomes import items_in_words, noun_of
from indexium_core.model.operations.recovery import RecoverReport
from indexium_core.model.remote_calls import RemoteCall, calls_of
from indexium_core.services import LibraryServices
from indexium_core.store import database, home_files, start_work
from indexium_core.store.lock import HomeLock

if TYPE_CHECKING:
    import pandas as pd

    from indexium_core.files.journal import Recovered
    from indexium_core.flows.snapshots.present_snapshot import PresentSnapshot
    from indexium_core.model.files.scan_reports import ScanProgress
    from indexium_core.model.health import Check

_OPERATIONS = {"publish": "publication"}  # names of types of operations that differ from the types
_NOTICES = 3  # maximum of interrupted operations, and of resumed jobs, in the notices of a start; lists have all

# Open libraries with the process that opened each: a forked process does not have the threads and the lock of its
# parent.
_open_libraries: weakref.WeakKeyDictionary[Library, int] = weakref.WeakKeyDictionary()


class Library(LocalServices):
    """An open home. `open` returns one; it is a context manager."""

    def __init__(
        self, store: database.Database, config: settings.Settings, *, clock: Callable[[], datetime], is_served: bool
    ) -> None:
        """Use `open` instead."""
        self.home = store.home
        self.settings = config
        self.instance_id = uuid.uuid4().hex  # tells a page that the server restarted
        self.home_id = store.mark  # tells a page whether the ids that it keeps belong to this home
        self.notices = []
        self.resumed_scans: dict[int, str] = {}  # notices of the scans of former processes that continue, by job
        self.recovered = RecoverReport()  # result of the recovery at the start
        self._embedded: Any = None  # the server of the pages in a notebook
        self._parts = Assembly(store, config, clock=clock, is_served=is_served)
        super().__init__(self._parts)

    @classmethod
    def open(
        cls,
        home: Path | str | None = None,
        *,
        url: str = "",
        config: settings.Settings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        take_over: Literal["nothing", "safe", "all"] = "safe",
    ) -> Self:
        """
        Open a home, create it if it is missing, and recover the unfinished work of a killed process.

        Args:
            home: Folder of the home; default: the folder in the settings.
            url: Address of the dashboard of this process, for programs that cannot open the home because it is in use.
                With it, the default executor is worker processes.
            config: Settings that replace those of environment and file.
            clock: Source of the present moment (UTC).
            take_over: Which unfinished jobs of earlier processes resume: `safe`: scans and the like; `all`: also
                operations that were stopped normally, as a service does; `nothing`: as a short command does.

        Raises:
            HomeInUseError: Another process holds the home.
            HomeVersionError: A newer program created the home.
            StoreError: The database is damaged or cannot be written.
            UsageError: A setting is not valid.

        """
        config = config or settings.load(home)
        try:
            store = database.Database.open(config.home, url=url)
        except errors.StoreError:
            _recover_without_database(config.home)
            raise
        library: Self | None = None
        try:
            logs.attach(config.home / "logs", days=config.log_retention_days)
            library = cls(store, config, clock=clock, is_served=bool(url))
            _wait_for_former_processes(config.home)
            if library._parts.core.is_served:
                library.make_all()
                library._parts.core.executors.warm()
            with acting_as(SYSTEM):
                library._start(take_over)
        except OSError as error:
            _abandon(store, library)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                message = f"The disk of the home {config.home} is full. Free some space on it, then try again."
                raise errors.StoreError(message) from error
            raise
        except BaseException:
            _abandon(store, library)
            raise
        _open_libraries[library] = os.getpid()
        return library

    @staticmethod
    def present_snapshot(home: Path, reason: errors.StoreError) -> AbstractContextManager[PresentSnapshot]:
        """Return the newest snapshot of a home that `open` cannot open for this reason; without any, it is raised."""
        from indexium_core.flows.snapshots import present_snapshot

        return present_snapshot.opened(home, reason)

    @staticmethod
    def database_backups_of(home: Path | str | None = None) -> list[DatabaseBackup]:
        """Return the backups of the database, newest first, without opening it."""
        return home_files.backups(settings.load(home).home)

    @staticmethod
    def check_closed_database(
        home: Path | str | None, error: errors.StoreError, *, progress: DatabaseProgress = lambda *_: None
    ) -> list[Check]:
        """Return the checks of a home that `open` cannot open because of an error: its tables and its backups."""
        from indexium_core.flows.home import database_backups

        config = settings.load(home)
        return database_backups.check_closed(config.home, error, clock=lambda: datetime.now(UTC), on_progress=progress)

    @classmethod
    def restore_database(
        cls,
        home: Path | str | None = None,
        name: str = "",
        *,
        progress: DatabaseProgress = lambda *_: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> RestoreReport:
        """
        Replace the database of a closed home by a backup: its name, or a file; "" is the newest. The old one is kept.

        The history gets the writes after the backup from their journals.

        Raises:
            HomeInUseError: A process uses the home.
            StoreError: The backup is damaged, or the disk is full; the database was not changed.
            UsageError: There is no such backup.

        """
        from indexium_core.flows.home import rebuild

        config = settings.load(home)
        kept_for = timedelta(days=config.metadata_backup_retention_days)
        return rebuild.restore(config.home, name, clock=clock, kept_for=kept_for, on_progress=progress)

    @classmethod
    def rebuild_database(
        cls,
        home: Path | str | None = None,
        folders: Iterable[Path | str] = (),
        *,
        scan: bool = True,
        progress: DatabaseProgress = lambda *_: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> RebuildReport:
        """
        Build a new database from everything that is readable, replace the old one, and scan the library folders.

        The sources are the old database, the last backup, the last snapshot, the journals, and the comments of the
        files; the report names the source of each table. The old database is kept.

        Args:
            home: The closed home.
            folders: More folders to scan, for example if no source knows them.
            scan: Whether to scan.
            progress: Callback: steps done, all steps, and the present step.
            clock: Source of the present moment (UTC).

        Raises:
            HomeInUseError: A process uses the home.
            StoreError: The disk is full, or a check of the new database failed; the database was not changed.
            UsageError: A folder does not exist.

        """
        from indexium_core.flows.home import rebuild

        config, paths = settings.load(home), [Path(folder).absolute() for folder in folders]
        for path in paths:
            if not path.is_dir():
                raise errors.UsageError(f"The folder {path} does not exist. The database was not changed.")
        kept_for = timedelta(days=config.metadata_backup_retention_days)
        report = rebuild.rebuild(config.home, clock=clock, kept_for=kept_for, on_progress=progress)
        if scan:
            try:
                with cls.open(home, clock=clock, take_over="nothing") as library:
                    library._scan_after_rebuild(report, paths, progress)  # noqa: SLF001 - of this class
            except errors.HomeInUseError:  # another process waited for the home; the rebuild is complete
                report.problems.append("Another process uses the home, so the folders were not scanned: indexium scan.")
        return report

    def _scan_after_rebuild(self, report: RebuildReport, folders: list[Path], progress: DatabaseProgress) -> None:
        """Scan; if no source knows the people of the files, take them from the comments."""
        from indexium_core.files import walk
        from indexium_core.store.rebuild import journal_rows

        def show(each: ScanProgress) -> None:
            progress(each.done, each.total or 0, each.current)

        store = self._parts.core.store
        unknown = journal_rows.unknown_paths(store)
        for folder in folders:
            kinds = walk.kinds_below(folder, unknown)
            self.inventory.add(folder, audio="audio" in kinds)
        if not self.inventory.list():
            what = "No library folder is known. Run 'indexium db rebuild DIR' with your folders:"
            where = f" The journals name files in {_common_folder(unknown)}." if unknown else ""
            report.problems.append(f"{what} it takes the people from the comments of their files.{where}")
            return
        scans = [self.scan(progress=show)]
        journal_rows.link(store)
        journal_rows.skip_rolled_back(store, self._parts.core.clock())
        report.problems.extend(message for each in scans for message in each.messages)
        if not any(each.table == "scanned_files" for each in report.origins):
            rows = sum(each.seen for each in scans)
            report.origins.append(TableOrigin(table="scanned_files", source="files", rows=rows))
        if not report.people_are_known:
            taken = self.people.take_from_files()
            report.origins.append(TableOrigin(table="video_people", source="comments of the files", rows=taken.added))

    def _start(self, take_over: str) -> None:
        parts = self._parts
        undone = self._recover_orphaned()
        upgraded = self._upgrade_ledger()
        report = self.recovered = self.recover()
        if undone:
            from indexium_core.flows.writing import recovery as interruption_recovery

            interruption_recovery.add_orphaned(report, undone)
        for kind, count in Counter(file.operation_type for file in report.files if file.outcome == "undone").items():
            noun = noun_of(kind)
            items = wording.plural(count, f"{noun} was", f"{noun}s were")
            self.notices.append(f"{items} interrupted during a {_OPERATIONS.get(kind, kind)} and undone.")
        self.notices += report.problems
        parts.writing.backup_storage.tidy()
        parts.keep_budgets()
        parts.core.event_rows.prune(now=parts.core.clock())
        self.jobs.tidy()
        resumed = parts.core.queue.start(take_over=take_over)
        if upgraded and any(each.kind != "home" for each in self.inventory.list()):
            self.titles.identify()  # reads again what is theirs in these files
        jobs = [self.jobs.get(job_id) for job_id in resumed]
        self.resumed_scans = {job.id: _resumes(job) for job in jobs if job.job_type == job_kinds.SCAN}
        if self.resumed_scans:
            self.scans.note_resumed(self.resumed_scans)
        self.notices += [_resumes(job) for job in jobs[:_NOTICES]]
        if len(resumed) > _NOTICES:
            self.notices.append(f"{len(resumed) - _NOTICES:,} more jobs resume or wait in the queue.")
        are_cut_off = bool(start_work.interrupted_operations(parts.core.store.read()))
        cut_off = self.interruptions.operations(files=0)[:_NOTICES] if are_cut_off else []
        self.notices += [f"{each.summary()} {each.next_commands()}" for each in cut_off]
        if home_files.newest_backup(self.home) is None:
            self.database_backups.start()
        parts.start_rating_writes()
        if parts.core.is_served:
            parts.connections.event_intake.start()

    def _recover_orphaned(self) -> list[Recovered]:
        """Undo the unfinished writes of journals that the database does not know."""
        core = self._parts.core
        if not home_files.journals(core.backups_folder):
            return []
        from indexium_core.store.operations.backups import Backups

        return orphaned_journals.recover(core.backups_folder, Backups(core.store).journals())

    def _upgrade_ledger(self) -> int:
        """Upgrade the ledger of an earlier version; return the number of changed NFO files."""
        core = self._parts.core
        if not start_work.has_unchecked_ledger(core.store.read()):
            return 0
        from indexium_core.flows.publishing import earlier_ledgers

        return earlier_ledgers.upgrade(core.store, at=core.clock())

    def acting_as(self, actor: Actor) -> AbstractContextManager[None]:
        """
        Return a context in which changes are recorded as changes of this actor: by this thread, and in jobs it adds.

        Without it, they are recorded with the login name of the person who runs this program.
        """
        return acting_as(actor)

    def sql(self, text: str) -> pd.DataFrame:
        """
        Return the result of a SELECT on the tables for analysts, with all changes so far: docs/snapshots.md.

        If no new snapshot is possible, for example because the disk is full, a warning names its moment.

        Raises:
            UsageError: The statement is not valid.

        """
        frame = self.queries.frame(text)
        if "notice" in frame.attrs:
            warnings.warn(frame.attrs["notice"], stacklevel=2)
        return frame

    def recover(self) -> RecoverReport:
        """Recover the unfinished work of a killed process, as `open` does; operations that run here are skipped."""
        return self._parts.writing.recover()

    def panel(self, page: str = "plan", *, query: str = "", height: int = 720) -> Any:
        """
        Return a page of the dashboard for the cell of a notebook on this machine; it works until the home is closed.

        Args:
            page: Name of the page in its address, for example `plan` or `history`.
            query: The search on the page.
            height: Height in pixels.

        Raises:
            UsageError: There is no such page, or Panel is not installed.

        """
        if self._embedded is None:
            try:
                embedding = importlib.import_module("dashboards.web.embedding")  # a front end: loaded only on demand
            except ModuleNotFoundError as error:
                message = f"Pages need the package {error.name}, which is not installed. Install it: pip install panel."
                raise errors.UsageError(message, code="not_installed") from error
            self._embedded = embedding.EmbeddedPages(self)
        return self._embedded.page(page, query=query, height=height)

    def stop_starting(self) -> None:
        """
        Stop starting files and jobs, and return at once; `close` follows.

        A program that must stop calls this first, because its other preparations take time.
        """
        self._parts.core.queue.begin_stop()

    def close(self, interrupt: Literal["stop", "person"] = "stop") -> None:
        """
        Finish the files in progress, interrupt the rest, stop a scan, and release the home.

        Operations that a `stop` interrupted resume at the next start of a service. Operations that a `person`
        interrupted wait for a decision.
        """
        _open_libraries.pop(self, None)
        try:
            if self._embedded is not None:
                self._embedded.close()
        finally:
            self._close_parts(interrupt)

    def _close_parts(self, interrupt: Literal["stop", "person"]) -> None:
        parts = self._parts
        _close(WritingServices.rating_writes.made(parts.writing))
        # If this fails, the home stays locked: a thread may still work on a file.
        parts.core.queue.stop(by=interrupt)
        with (
            ExitStack() as steps
        ):  # each step is done, also if an earlier one fails; the last one that is added is first
            steps.callback(logs.detach)
            steps.callback(parts.core.progress_log.close)
            steps.callback(parts.core.store.close)
            steps.callback(custom.release, str(self.home))
            steps.callback(self.event_log.close)
            steps.callback(_close, Core.providers.made(parts.core))
            steps.callback(_close, WritingServices.database_backups.made(parts.writing))
            steps.callback(_close, ReadingServices.snapshots.made(parts.reading))
            steps.callback(_close, PlanningServices.plans.made(parts.planning))
            steps.callback(_close, ReadingServices.queries.made(parts.reading))
            steps.callback(_close, Core.executors.made(parts.core))
            steps.callback(_close, WritingServices.rescans.made(parts.writing))

    def __exit__(self, *error: object) -> None:
        self.close("person" if error[0] is KeyboardInterrupt else "stop")


def remote_calls(library: LibraryServices) -> dict[str, RemoteCall]:
    """Return the methods that a running service lets others call, by `service.method` or `plan.method`."""
    from indexium_core.flows.planning.plan import MetadataPlan

    services = {name: getattr(library, name).__class__ for name in LibraryServices.__annotations__}
    owners = {**services, "plan": MetadataPlan}
    return {f"{owner}.{name}": call for owner, kind in owners.items() for name, call in calls_of(kind).items()}


class _Closable(Protocol):
    def close(self) -> None: ...


def _close(service: _Closable | None) -> None:
    """Close a service if it was made."""
    if service is not None:
        service.close()


def _common_folder(paths: Sequence[bytes]) -> str:
    return os.path.commonpath([os.path.dirname(path) for path in paths]).decode("utf-8", "replace")  # noqa: PTH120


@atexit.register
def _close_open_libraries() -> None:
    """Close the libraries that are still open: DuckDB prints a page about each connection that is open at the end."""
    for library in [library for library, process in _open_libraries.items() if process == os.getpid()]:
        library.close()


def _abandon(store: database.Database, library: Library | None) -> None:
    """Close the database of a home that cannot be opened, after its jobs and its logs, if they started."""
    custom.release(str(store.home))
    if library is not None:
        library._parts.core.queue.stop()  # noqa: SLF001 - of this module
        library._parts.core.progress_log.close()  # noqa: SLF001
        library.event_log.close()
    store.close()


def _wait_for_former_processes(home: Path) -> None:
    """Return when no worker process of an earlier holder of this home is still working on a file."""
    if not executors.wait_for_previous_processes(home / home_files.PROCESSES):
        raise errors.HomeInUseError(
            f"A worker process of an earlier run still uses the home {home}, perhaps because it waits for a disk. "
            "Reconnect the disk or end the process, then open the home again."
        )


def _resumes(job: Job) -> str:
    """Return the notice that an unfinished job of an earlier run resumes, with its progress."""
    name = f"Job {job.id}" if job.operation_id is None else f"Operation {job.operation_id}"
    total = items_in_words(job.progress_total or 0, job.job_type)
    done = f", {job.progress_current:,} of {total} are done" if job.progress_total else ""
    return f"{name} ({job.title}) resumes{done}."


def _recover_without_database(home: Path) -> None:
    """Restore files that were interrupted during a write. This needs only the journals."""
    try:
        lock = HomeLock.take(home)
    except errors.IndexiumError:  # another process holds the home, or it is read-only
        return
    try:
        _wait_for_former_processes(home)
        orphaned_journals.recover(home / home_files.JOURNALS)
    except errors.HomeInUseError:
        return
    finally:
        lock.release()
