"""
The library: one home, opened, with everything that can be done to it.

This is the composition root (nothing else builds a database, a planner or a writer) and the only thing that faces call.
A `Library` may be used from any thread.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from indexium_core import errors, logs, settings
from indexium_core.flows import (
    backups,
    charts,
    decisions,
    doctor,
    history,
    keeping,
    people,
    planning,
    recovery,
    running,
    scanning,
    strays,
    writing,
)
from indexium_core.flows.decisions import DecisionReport, DecisionRow
from indexium_core.flows.doctor import Check
from indexium_core.flows.people import AssignmentRow, ImportReport, PersonRow, RejectedRow
from indexium_core.flows.planning import MetadataPlan, SelectionSummary
from indexium_core.flows.recovery import RecoverReport
from indexium_core.flows.scanning import ScanProgress, ScanReport
from indexium_core.flows.writing import DryRunReport, OperationHandle
from indexium_core.jobs.events import Event, EventBus
from indexium_core.model import moments
from indexium_core.model.backup import BackupCheck, BackupDetails, BackupUse
from indexium_core.model.operation import (
    BackupRecord,
    OperationDetails,
    OperationStatus,
    PaginatedOperations,
    RollbackCheck,
    WriteOptions,
)
from indexium_core.model.plan import Selection
from indexium_core.store import backups as backups_store
from indexium_core.store import catalog, database, ledger
from indexium_core.store.catalog import LibraryRow
from indexium_core.store.lock import HomeLock

__all__ = [
    "AssignmentRow",
    "Check",
    "DecisionReport",
    "DecisionRow",
    "DryRunReport",
    "ImportReport",
    "Library",
    "LibraryRow",
    "MetadataPlan",
    "OperationHandle",
    "PersonRow",
    "RecoverReport",
    "RejectedRow",
    "ScanProgress",
    "ScanReport",
    "SelectionSummary",
    "Target",
]

Target: TypeAlias = str | Selection | Sequence[int]  # a query, a selection, or file ids


class Library:
    """An open home. Make one with `open`; it is a context manager."""

    def __init__(self, store: database.Database, config: settings.Settings, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.home = store.home
        self.settings = config
        self.events = EventBus()
        self.instance_id = uuid.uuid4().hex  # tells a page after a restart that it must load again
        self.notices: list[str] = []  # sentences for the person who opened it
        self.recovered = RecoverReport()  # what was put right when it was opened
        folder = store.home / "backups"
        book = ledger.Ledger(store)
        self._planner = planning.MetadataPlanner(store, config=config, clock=clock)
        self._decisions = decisions.Decisions(store, clock=clock)
        self._scanner = scanning.Scanner(store, events=self.events, config=config, clock=clock)
        self._keeper = keeping.Keeper(store, folder=folder, budget=int(config.backup_budget), clock=clock)
        self._operations = running.Operations(
            store,
            workers=config.metadata_max_concurrent_writes,
            events=self.events,
            backups=folder,
            clock=clock,
            faststart=config.faststart,
            make_room=lambda size, item_id: self._keeper.make_room(size, item_id=item_id),
        )
        self._writer = writing.MetadataWriter(store, self._planner, self._operations, config=config, clock=clock)
        self._history = history.HistoryService(book, self._writer, backups=folder, clock=clock)
        self._backups = backups.BackupManager(
            backups_store.Backups(store),
            self._history,
            self._keeper,
            folder=folder,
            config=config,
            at_work=self._operations.at_work,
        )
        self.events.subscribe(self._tidy)
        self._backups_folder = folder
        self.people = people.PeopleService(store, clock=clock, on_change=self._plan_changed)
        self.charts = charts.Charts(self._history, self._planner)

    @classmethod
    def open(
        cls,
        home: Path | str | None = None,
        *,
        url: str = "",
        config: settings.Settings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """
        Open a home, making it where there is none, and put right what a killed process left.

        Args:
            home: Folder of the home; default: as the settings say.
            url: Where the dashboard of this process is, for others that find the home in use.
            config: Settings to use instead of those of environment and file.
            clock: Source of the present moment (UTC).

        Raises:
            HomeInUseError: Another process holds it, and which.
            HomeVersionError: A newer program made it.
            StoreError: The database is damaged or cannot be written.
            UsageError: A setting cannot be read.

        """
        config = config or settings.load(home)
        try:
            store = database.Database.open(config.home, url=url)
        except errors.StoreError:
            _heal_without_database(config.home)
            raise
        try:
            logs.attach(config.home / "logs", days=config.log_retention_days)
            library = cls(store, config, clock=clock)
            library._start()
        except BaseException:
            store.close()
            raise
        return library

    def _start(self) -> None:
        known = backups_store.Backups(self._store).journals()
        strays_healed = strays.put_aside(self._backups_folder, known)
        report = self.recovered = self.recover()
        report.of_no_operation(strays_healed)
        if report.undone:
            files = "1 file was" if report.undone == 1 else f"{report.undone} files were"
            self.notices.append(f"{files} in the middle of a write, now as before again.")
        for operation_id in report.interrupted:
            self.notices.append(f"Operation {operation_id} was interrupted; it can be resumed or rolled back.")
        self.notices += report.problems
        self._backups.tidy()

    def close(self) -> None:
        """Finish the files under way, interrupt what is left, and let the home go."""
        self._operations.close()
        self._store.close()
        logs.detach()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tidy(self, event: Event) -> None:
        """After each operation backups that are past their time or over the budget go."""
        if event.name in ("write:completed", "rollback:completed"):
            self._backups.tidy()

    def _plan_changed(self) -> None:
        self.events.emit("plan:changed")

    # What is on disk.

    def scan(
        self,
        dirs: Iterable[str | Path] = (),
        *,
        full: bool = False,
        really_gone: bool = False,
        progress: Callable[[ScanProgress], None] | None = None,
    ) -> ScanReport:
        """
        Find the video files below `dirs` (default: every known library) and read what changed; adds new folders.

        Args:
            dirs: Folders.
            full: Read every file again, and hash all of its media bytes.
            really_gone: The person's word that what is not there is gone; else such a folder is taken to be offline.
            progress: Told some times a second how far it is.

        Raises:
            UsageError: A folder that is not there, is a file, or lies inside another library; or a scan is running.

        """
        report = self._scanner.scan(list(dirs), full=full, really_gone=really_gone, progress=progress)
        self._plan_changed()
        return report

    def libraries(self) -> list[LibraryRow]:
        """Return the folders that are scanned."""
        return catalog.libraries(self._store.read())

    def set_library(self, library_id: int, *, mode: str | None = None, comment_mode: str | None = None) -> None:
        """Choose how people and comments are combined for a whole folder."""
        modes = planning.checked_modes(mode, comment_mode)
        if library_id not in {row.library_id for row in self.libraries()}:
            message = f"There is no library {library_id}; 'indexium libraries list' shows them."
            raise errors.UnknownIdError(message)
        with self._store.atomic() as tx:
            catalog.set_library_modes(tx, library_id, people_mode=modes[0], comment_mode=modes[1])
        self._plan_changed()

    # The plan.

    def plan(
        self,
        query: str = "",
        *,
        mode: str | None = None,
        comment_mode: str | None = None,
        include_unknown: bool = False,
        hard_links: str = "block",
        plan_id: int | None = None,
    ) -> MetadataPlan:
        """
        Work out what would change, for the files that `query` finds.

        Args:
            query: A search; the empty one finds everything that would change.
            mode: `merge` or `exact`; default: as file, library and settings say.
            comment_mode: `replace` or `preserve`, likewise.
            include_unknown: With `exact`, also files of which the database knows nobody.
            hard_links: `break` also plans files with several names that can only be written by replacing them.
            plan_id: Show the plan as it was then; a write then refuses what has changed since.

        Raises:
            QueryError: The search cannot be read; says where.
            UsageError: An unknown mode.
            UnknownIdError: There is no such plan.

        """
        people_mode, comment_mode = planning.checked_modes(mode, comment_mode)
        return self._planner.generate_plan(
            query=query,
            people_mode=people_mode,
            comment_mode=comment_mode,
            include_unknown=include_unknown,
            hard_links=hard_links,
            plan_id=plan_id,
        )

    def edit(self, target: Target, people: Sequence[str]) -> DecisionReport:
        """Set by hand who is in the files meant; stands until revoked. ValidationError names a bad name."""
        return self._decided(self._decisions.edit(self._files(target), people))

    def postpone(self, target: Target, until: datetime | str | None = None) -> DecisionReport:
        """Leave the files meant out of every list and write, until a moment or until revoked."""
        return self._decided(self._decisions.postpone(self._files(target), until=moments.parse(until)))

    def set_mode(self, target: Target, *, mode: str | None = None, comment_mode: str | None = None) -> DecisionReport:
        """Choose how people and comment of the files meant are combined."""
        people_mode, comment_mode = planning.checked_modes(mode, comment_mode)
        chosen = self._decisions.set_mode(self._files(target), people_mode=people_mode, comment_mode=comment_mode)
        return self._decided(chosen)

    def decisions(self) -> list[DecisionRow]:
        """Return the edits, postponements and modes in force, newest first."""
        return self._decisions.list()

    def bring_back(self, target: Target) -> int:
        """Take back the postponements of the files meant; returns of how many files."""
        wanted = set(self._files(target))
        rows = [row.decision_id for row in self.decisions() if row.kind == "postpone" and row.file_id in wanted]
        return self.revoke(rows) if rows else 0

    def revoke(self, decision_ids: Sequence[int]) -> int:
        """Take decisions back; returns how many were in force."""
        count = self._decisions.revoke(decision_ids)
        self._plan_changed()
        return count

    def _files(self, target: Target) -> list[int]:
        if isinstance(target, str):
            return self._planner.file_ids(self.plan(target), Selection(query=target), everything=True)
        if isinstance(target, Selection):
            return self._planner.file_ids(self.plan(), target)
        return [int(file_id) for file_id in target]

    def _decided(self, report: DecisionReport) -> DecisionReport:
        self._plan_changed()
        return report

    # Writing and taking back.

    def preview(self, selection: Selection, plan: MetadataPlan | None = None) -> SelectionSummary:
        """Return what writing a selection would amount to, and what its risk levels leave out."""
        return self._planner.summary(plan or self.plan(), selection)

    def write(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
    ) -> OperationHandle:
        """
        Start writing a plan's default items, or a selection of it, in the background; returns at once.

        Raises:
            UsageError: Nothing to write, too many files, or something that would fail every file.
            StalePlanError: A result is no longer what the plan showed.

        """
        return self._writer.start_operation(plan, options, selection=selection)

    def dry_run(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
    ) -> DryRunReport:
        """Check every selected file as a write would, and report; changes nothing."""
        return self._writer.dry_run(plan, options or WriteOptions(), selection=selection)

    def operation(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = ()
    ) -> OperationDetails:
        """Return an operation with one page of its files, failures first; UnknownIdError where there is none."""
        return self._history.get_operation_details(operation_id, page=page, per_page=per_page, statuses=statuses)

    def status(self, operation_id: int) -> OperationStatus:
        """Return how far an operation is; UnknownIdError where there is none."""
        return self._writer.get_operation_status(operation_id)

    def pause(self, operation_id: int) -> bool:
        """Hold a running operation after the files under way; False where it is not running."""
        return self._writer.pause_operation(operation_id)

    def resume(self, operation_id: int) -> OperationHandle:
        """Go on with a paused, interrupted or failed operation. UsageError where there is nothing to resume."""
        if self.status(operation_id).status == "failed":
            self.recover()  # what it did before it failed may not be written down yet
        if not self._writer.resume_operation(operation_id):
            state = self.status(operation_id).status.replace("_", " ")
            message = f"Operation {operation_id} is {state}: there is nothing to resume."
            raise errors.UsageError(message, code="wrong_state")
        return OperationHandle(self._writer, operation_id)

    def cancel(self, operation_id: int) -> None:
        """Give up what an operation has left. UsageError where it has ended."""
        if not self._writer.cancel_operation(operation_id):
            state = self.status(operation_id).status.replace("_", " ")
            message = f"Operation {operation_id} is {state}: there is nothing to cancel."
            raise errors.UsageError(message, code="wrong_state")

    def history(
        self,
        query: str = "",
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        status: str | Sequence[str] | None = None,
        page: int = 1,
        per_page: int = 50,
    ) -> PaginatedOperations:
        """Return operations, newest first: by words of a file, note or person, by day (`until` included) and state."""
        filters = {"q": query, "start_date": since, "end_date": until, "status": status}
        return self._history.get_operations(filters, page, per_page)

    def rollback_check(
        self, operation_id: int, query: str = "", *, person: str = "", changed: str = "skip", with_newer: bool = False
    ) -> RollbackCheck:
        """Look at every file of an operation and say what taking it back would do; arguments as those of `rollback`."""
        return self._history.check(operation_id, query, person=person, changed=changed, with_newer=with_newer)

    def rollback(
        self,
        operation_id: int,
        query: str = "",
        *,
        person: str = "",
        changed: str = "skip",
        with_newer: bool = False,
        replan: bool = False,
        note: str = "",
        source: str = "python",
    ) -> OperationHandle:
        """
        Start taking an operation back, byte for byte, or only the files of it that `query` finds.

        Files that another program changed since, that a newer operation changed, or of which nothing is kept any more
        are left alone as conflicts, unless chosen otherwise. Files taken back are postponed in the plan.

        Args:
            operation_id: The operation.
            query: Only the files that this search of the history finds.
            person: Take out only this person's tag, by an ordinary write; other bytes stay as they are.
            changed: `comment` restores only the comment where the old bytes cannot come back; `skip` leaves such files.
            with_newer: Take newer operations on the same files back first.
            replan: Leave the files in the plan.
            note: For the history.
            source: Face that asks.

        Raises:
            UsageError: Nothing of it can be taken back, and why.

        """
        return self._history.start_rollback(
            operation_id,
            query,
            person=person,
            changed=changed,
            with_newer=with_newer,
            note=note,
            source=source,
            replan=replan,
        )

    def backups(self) -> list[BackupRecord]:
        """Return what is kept so that writes can be taken back, newest first: a record for each file."""
        return self._backups.records()

    def backup_use(self) -> BackupUse:
        """Return what is kept of each operation, newest first, and how much room all of it takes."""
        return self._backups.use()

    def verify_backups(self, operation_id: int | None = None, *, full: bool = False) -> list[BackupCheck]:
        """Read the backups of an operation (None: of all) and look what could be taken back now; `full`: every byte."""
        return self._backups.verify(operation_id, full=full)

    def show_backups(self, operation_id: int, *, limit: int = 0) -> tuple[list[BackupDetails], int]:
        """Return what is kept of each file of an operation, the first `limit` (0: all), and how many there are."""
        return self._backups.show(operation_id, limit=limit)

    def doctor(self) -> list[Check]:
        """Look whether everything is here that is needed, and what may be promised where the files lie."""
        busy = bool(self._operations.at_work())
        return doctor.Doctor(self._store, folder=self._backups_folder, use=self.backup_use(), busy=busy).run()

    def recover(self) -> RecoverReport:
        """Put right what a killed process left; every `open` does it."""
        busy = self._operations.at_work()
        report = recovery.recover(self._store, self._backups_folder, skip=busy, clock=self._clock)
        if report.undone or report.finished:
            self._plan_changed()
        return report


def _heal_without_database(home: Path) -> None:
    """Put back what was in the middle of a write: the journals alone say it, whatever became of the database."""
    try:
        lock = HomeLock.take(home)
    except errors.IndexiumError:  # somebody is at work there, or nothing can be written
        return
    try:
        strays.heal(home / "backups")
    finally:
        lock.release()
