"""
The library: one home, opened, with everything that can be done to it.

The only thing that faces call; what it is made of is put together in `assembly`, opened and closed in `opening`.
A `Library` may be used from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.history.retry import RetryPreview
from indexium_core.flows.home import doctor
from indexium_core.flows.home.doctor import Check
from indexium_core.flows.people.people_service import (
    AssignmentRow,
    ImportCheck,
    ImportReport,
    PersonRow,
    RejectedRow,
    Similar,
)
from indexium_core.flows.planning import plan_search, planner
from indexium_core.flows.planning.planner import MetadataPlan, SelectionSummary
from indexium_core.flows.properties import rescan
from indexium_core.flows.properties.rescan import RescanReport
from indexium_core.flows.review import bulk_edits
from indexium_core.flows.review.bulk_edits import BulkPeople, ChangePreview
from indexium_core.flows.review.decisions import DecisionReport, DecisionRow
from indexium_core.flows.review.targets import Target
from indexium_core.flows.review.templates import Template
from indexium_core.flows.review.undo_steps import StepReport, StepRow, Steps
from indexium_core.flows.scanning import scan_jobs
from indexium_core.flows.scanning.scanner import ScanProgress, ScanReport
from indexium_core.flows.writing.recovery import RecoverReport
from indexium_core.flows.writing.writer import DryRunReport, OperationHandle
from indexium_core.jobs.events import Event
from indexium_core.model import moments
from indexium_core.model.check import CheckGroup, CheckPage, CheckRow
from indexium_core.model.files.details import FileDetails
from indexium_core.model.files.inventory import RemovalReport
from indexium_core.model.files.properties import AuditEvent, AuditPage, FieldLock, FileProperty, LockReport
from indexium_core.model.job import Job, JobLog, JobPage
from indexium_core.model.operations.backup import BackupCheck, BackupDetails, BackupUse
from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from indexium_core.model.operations.operation import (
    BackupRecord,
    OperationCounts,
    OperationDetails,
    OperationPerson,
    OperationStatus,
    PaginatedOperations,
    RollbackCheck,
    WriteOptions,
)
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.operations.story import OperationStory
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning.changes import ChangesPreview
from indexium_core.model.planning.facets import Facets, Wider
from indexium_core.model.planning.plan import Holder, Selection, SelectionDigest, StaleFiles
from indexium_core.model.query import Completion
from indexium_core.model.view import SavedView
from indexium_core.opening import OpenHome
from indexium_core.settings import SettingRow
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog.catalog import LibraryRow

__all__ = [
    "AssignmentRow",
    "AuditEvent",
    "AuditPage",
    "BulkPeople",
    "ChangePreview",
    "ChangesPreview",
    "Check",
    "CheckGroup",
    "CheckPage",
    "CheckRow",
    "Completion",
    "DecisionReport",
    "DecisionRow",
    "DryRunReport",
    "Facets",
    "FieldLock",
    "FileDetails",
    "FileProperty",
    "Holder",
    "ImportCheck",
    "ImportReport",
    "InterruptedOperation",
    "Job",
    "JobLog",
    "JobPage",
    "Library",
    "LibraryRow",
    "LockReport",
    "MetadataPlan",
    "OperationHandle",
    "PersonRow",
    "RecoverReport",
    "RejectedRow",
    "RemovalReport",
    "RescanReport",
    "RetryPreview",
    "SavedView",
    "ScanProgress",
    "ScanReport",
    "SelectionSummary",
    "SettingRow",
    "Similar",
    "StaleFiles",
    "StepReport",
    "StepRow",
    "Steps",
    "Suggestion",
    "Target",
    "Template",
    "Wider",
]


class Library(OpenHome):
    """An open home. Make one with `open`; it is a context manager."""

    def events_since(self, last_id: int, limit: int = 1000) -> list[Event]:
        """Return what happened after an event, oldest first, also before a restart; of progress only the newest."""
        return self._recorder.since(last_id, limit)

    def give_way(self) -> None:
        """Let writes and rollbacks stand still for a moment, between two files: somebody waits for the screen."""
        self._ui_priority.request()

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
        Find the media files below `dirs` (default: every known library) and read what changed; adds new folders.

        It is a job, which goes on at the next start where the program is ended; returns when it has ended. Ctrl-C
        cancels it.

        Args:
            dirs: Folders.
            full: Read every file again, and hash all of its media bytes.
            really_gone: The person's word that what is not there is gone; else such a folder is taken to be offline.
            progress: Told some times a second how far it is, on another thread.

        Raises:
            UsageError: A folder that is not there, is a file, or lies inside another library; or a scan is running.

        """
        return self._scan_jobs.run(list(dirs), full=full, really_gone=really_gone, progress=progress)

    def scan_job(
        self,
        dirs: Iterable[str | Path] = (),
        *,
        full: bool = False,
        really_gone: bool = False,
        priority: int | str = "normal",
    ) -> Job:
        """
        Ask for a scan in the background, which goes on after a restart; returns at once. `jobs.wait` waits for it.

        Arguments are those of `scan`, and a priority: 1 (first) to 10, or high, normal, low. An equal scan that has not
        begun is returned instead of a second one. UsageError: a folder that cannot be scanned, or no such priority.
        """
        return self._scan_jobs.add(list(dirs), full=full, really_gone=really_gone, priority=priority)

    def cancel_scan(self) -> bool:
        """Stop the scan that runs; what it has read is kept, and nothing is taken to be gone. False where none runs."""
        return any(self._queue.cancel(job_id) for job_id in self._queue.running_jobs(scan_jobs.KIND))

    def scan_progress(self) -> ScanProgress | None:
        """Return how far the scan is that runs, None where none does."""
        return self._scanner.now

    def last_scan(self) -> ScanReport | None:
        """Return what the last scan of this process found."""
        return self._scanner.last

    def libraries(self) -> list[LibraryRow]:
        """Return the folders that are scanned; `holdings` says more of them."""
        return catalog.libraries(self._store.read())

    def add_library(self, folder: str | Path, *, name: str = "", audio: bool = False) -> LibraryRow:
        """Add a folder, to be scanned later; UsageError where it is not there or lies inside another or around one."""
        return self.holdings.add(folder, name=name, audio=audio)

    def remove_library(self, library_id: int) -> RemovalReport:
        """Forget a folder; no file is touched. UnknownIdError; UsageError while something is at work on its files."""
        found = self.holdings.remove(library_id)
        self._plan_changed()
        return found

    def forget_missing(self, library_id: int) -> RemovalReport:
        """Forget those files of a folder that a scan did not find any more; errors as those of `remove_library`."""
        found = self.holdings.forget_missing(library_id)
        self._plan_changed()
        return found

    def set_library(self, library_id: int, *, mode: str | None = None, comment_mode: str | None = None) -> None:
        """Choose how people and comments are combined for a whole folder."""
        modes = planner.checked_modes(mode, comment_mode)
        if library_id not in {row.library_id for row in self.libraries()}:
            message = f"There is no library {library_id}; 'indexium libraries list' shows them."
            raise errors.UnknownIdError(message)
        with self._store.atomic() as tx:
            catalog.set_library_modes(tx, library_id, people_mode=modes[0], comment_mode=modes[1])
        self._plan_changed()

    def set_audio(self, library_id: int, *, included: bool) -> RemovalReport | None:
        """
        Include the audio files of a folder in scans, or exclude them.

        If they are included, the next scan finds them. If they are excluded, the database forgets them at once; returns
        what it forgot. No file changes, and people and history stay. Errors as those of `remove_library`.
        """
        if included:
            self.holdings.include_audio(library_id)
            return None
        found = self.holdings.exclude_audio(library_id)
        self._plan_changed()
        return found

    # The media of the films.

    def rescan(
        self,
        query: str | Selection = "",
        *,
        everything: bool = False,
        file_ids: Sequence[int] = (),
        refresh: Sequence[str] = (),
        progress: Callable[[ScanProgress], None] | None = None,
    ) -> RescanReport:
        """
        Read the media properties of films again, and return what came of it; locked fields stay as they are.

        Args:
            query: Which: a search, which finds files outside the plan, too, or a selection.
            everything: All files that there are.
            file_ids: These files.
            refresh: Which of `duration` and `size` to refresh, too; they are left as they are otherwise.
            progress: Told some times a second how far it is.

        Raises:
            QueryError: The search cannot be read.
            UnknownIdError: There is no such file.
            UsageError: Nothing is named or found, or an unknown field.

        """
        orders = self._rescanner.orders(_rescanned(query, file_ids, everything=everything), refresh=refresh)
        return self._rescanner.run(orders, progress=progress)

    def rescan_job(
        self,
        query: str | Selection = "",
        *,
        everything: bool = False,
        file_ids: Sequence[int] = (),
        refresh: Sequence[str] = (),
    ) -> Job:
        """Let media properties be read again by a job, which outlives this process; arguments as those of `rescan`."""
        orders = self._rescanner.orders(_rescanned(query, file_ids, everything=everything), refresh=refresh)
        return self._queue.add_job("rescan", orders, title=rescan.title_of(orders, query))

    def audit(
        self,
        file_id: int | None = None,
        job_id: int | None = None,
        *,
        query: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> AuditPage:
        """
        Return who changed which property or lock, newest first; of a file, of files that a search finds, or by a job.

        `per_page` 0: all. QueryError: the search cannot be read; UnknownIdError: there is no such file or job.
        """
        return self._auditor.page(query=query, file_id=file_id, job_id=job_id, page=page, per_page=per_page)

    # Settings.

    def settings_table(self) -> list[SettingRow]:
        """Return every setting: its value, where that is from, and from when a change counts."""
        return self.configuration.table()

    def set_setting(self, name: str, value: str | None) -> SettingRow:
        """
        Set a value as a person would type it, for now and the next start; None takes it back to the default.

        Raises:
            UnknownIdError: There is no such setting.
            ValidationError: The text is no value for it.
            UsageError: It is set in the environment, or cannot be changed while the program runs.

        """
        done = self.configuration.unset(name) if value is None else self.configuration.set(name, value)
        self._plan_changed()
        return done

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
        file_hashes: Collection[str] | None = None,
        file_ids: Collection[int] | None = None,
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
            file_hashes: Only files with these payloads.
            file_ids: Only these files.

        Raises:
            QueryError: The search cannot be read; says where.
            UsageError: An unknown mode.
            UnknownIdError: There is no such plan.

        """
        people_mode, comment_mode = planner.checked_modes(mode, comment_mode)
        return self._planner.generate_plan(
            file_hashes,
            query=query,
            people_mode=people_mode,
            comment_mode=comment_mode,
            include_unknown=include_unknown,
            hard_links=hard_links,
            plan_id=plan_id,
            file_ids=file_ids,
        )

    # One file.

    def has_file(self, file_id: int) -> bool:
        """Tell whether there is a file with an id."""
        return self._details.has(file_id)

    def file(self, file_id: int, *, plan: MetadataPlan | None = None) -> FileDetails:
        """Return all that is known of a file, by `plan` (None: the newest); UnknownIdError where there is none."""
        return self._details.file(file_id, plan)

    def find_file(self, text: str) -> int:
        """Return the id of the file that a person means, by its id or its path; UnknownIdError where no scan met it."""
        return self._details.find(text)

    def files_of(self, file_hash: str) -> list[int]:
        """Return the files that hold the same media, by their hash; UnknownIdError where there is none."""
        return self._details.of_hash(file_hash)

    def thumbnail(self, file_id: int, *, width: int = 640) -> bytes | None:
        """Return a small picture of a film as a JPEG, None where there is none, or not now."""
        return self._thumbnails.picture(file_id, width=width)

    def names_like(self, text: str) -> list[tuple[str, int]]:
        """Return some people whose name has a text in it, the likeliest first, and in how many films each is."""
        return self._details.names_like(text)

    # Decisions. What is decided at once is a step, which can be undone.

    def facets(
        self,
        query: str = "",
        *,
        plan: MetadataPlan | None = None,
        containing: Mapping[str, str] | None = None,
        most: int = plan_search.MOST,
    ) -> Facets:
        """
        Count what a search can be narrowed down by: risk, category, issue, container, folder, person, number of tags.

        Each facet is counted over the search without its own term, so its numbers say what another choice would find.

        Args:
            query: The search.
            plan: A plan instead, with its search.
            containing: For `folder` and `person`, text that their values must contain.
            most: How many values of these two; the ones with most files.

        Raises:
            QueryError: The search cannot be read.

        """
        plan = self.plan(query) if plan is None else plan  # one that finds nothing is false
        return self._finder.facets(plan, containing=containing, most=most)

    def complete(self, text: str, position: int | None = None, *, plan: MetadataPlan | None = None) -> list[Completion]:
        """Return what the word at a position of a search (default: its end) can become, in words of the whole plan."""
        at = len(text) if position is None else position
        return self._finder.complete(self.plan() if plan is None else plan, text, at)

    def wider(self, query: str = "", *, plan: MetadataPlan | None = None) -> list[Wider]:
        """Return searches near one that finds nothing, with what they find. Raises `QueryError`."""
        return self._finder.wider(self.plan(query) if plan is None else plan)

    def volume(self, plan: MetadataPlan | None = None) -> int:
        """Return how many bytes the files of a plan have that would be changed: what a rewriting tool would copy."""
        return self._finder.volume(self.plan() if plan is None else plan)

    def edit(self, target: Target, people: Sequence[str]) -> DecisionReport:
        """Set by hand who is in the files meant; stands until revoked. ValidationError names a bad name."""
        return self._decided(self._decisions.edit(target, people))

    def people_in(self, target: Target, *, like: str = "", limit: int = 0) -> BulkPeople:
        """Return who would be in the files meant and in how many of them; `like`: whose name has this in it."""
        return self._bulk.people_in(target, like=like, limit=limit)

    def preview_people(
        self,
        target: Target,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        replace: tuple[str, str] | None = None,
        examples: int = bulk_edits.EXAMPLES,
    ) -> ChangePreview:
        """Return what `change_people`, or with `replace` (old, new) `replace_person`, would do; changes nothing."""
        return self._bulk.preview(target, add=add, remove=remove, replace=replace, examples=examples)

    def change_people(self, target: Target, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> DecisionReport:
        """Put people into each of the files meant and take others out, as an edit of its own list; others stay."""
        return self._decided(self._decisions.change_people(target, add=add, remove=remove))

    def replace_person(self, target: Target, old: str, new: str) -> DecisionReport:
        """Put one person in another's place, in those of the files meant that have the other."""
        return self._decided(self._decisions.replace_person(target, old, new))

    def postpone(self, target: Target, until: datetime | str | None = None) -> DecisionReport:
        """Leave the files meant out of every list and write, until a moment or until revoked."""
        return self._decided(self._decisions.postpone(target, until=moments.parse(until)))

    def set_mode(self, target: Target, *, mode: str | None = None, comment_mode: str | None = None) -> DecisionReport:
        """Choose how people and comment of the files meant are combined."""
        people_mode, comment_mode = planner.checked_modes(mode, comment_mode)
        chosen = self._decisions.set_mode(target, people_mode=people_mode, comment_mode=comment_mode)
        return self._decided(chosen)

    def decisions(self, file_ids: Sequence[int] | None = None) -> list[DecisionRow]:
        """Return the edits, postponements and modes in force, or those on some files, newest first."""
        return self._decisions.list(file_ids)

    def bring_back(self, target: Target) -> DecisionReport:
        """Take back the postponements of the files meant."""
        return self._decided(self._decisions.bring_back(target))

    def revoke_of(self, target: Target, kinds: Sequence[str] = ("edit", "mode", "postpone")) -> DecisionReport:
        """Take back the decisions of some kinds on the files meant."""
        return self._decided(self._decisions.revoke_of(target, kinds))

    def revoke(self, decision_ids: Sequence[int]) -> int:
        """Take decisions back; returns how many were in force."""
        count = self._decisions.revoke(decision_ids)
        self._plan_changed()
        return count

    def steps(self) -> Steps:
        """Return what `undo` and `redo` would turn back and forth next; None where there is nothing."""
        return self._review.next()

    def all_steps(self) -> list[StepRow]:
        """Return every step that can be undone or redone, newest first."""
        return self._review.list()

    def undo(self, step_id: int | None = None) -> StepReport | None:
        """Undo what was decided last. `step_id`: what is meant; UsageError where something else was decided since."""
        return self._turned(self._review.undo(step_id))

    def redo(self, step_id: int | None = None) -> StepReport | None:
        """Decide again what was undone last; possible until something else is decided."""
        return self._turned(self._review.redo(step_id))

    def _turned(self, report: StepReport | None) -> StepReport | None:
        if report is not None:
            self._plan_changed()
        return report

    # What may be true, and what may be wrong.

    def suggest(self, file_id: int, *, limit: int = 5) -> list[Suggestion]:
        """Return who else may be in a file and why, the likeliest first; nobody is added. UnknownIdError: no such."""
        return self._suggestions.suggest(file_id, limit=limit)

    def decline(self, target: Target, names: Sequence[str]) -> int:
        """Say that people are not in the files meant, so that they are not suggested there again; returns the files."""
        file_ids = self._files(target)
        self._suggestions.decline(file_ids, names)
        return len(file_ids)

    def checks(self, *, max_age: float = 0.0) -> list[CheckGroup]:
        """Return how many disagreements of each kind there are; `max_age`: as of at most so many seconds ago."""
        return self.findings.groups(max_age=max_age)

    def check(self, kind: str, page: int = 1, *, per_page: int = 25, dismissed: bool = False) -> CheckPage:
        """Return one page of what a check finds, or of what somebody said to be right; UsageError: no such check."""
        return self.findings.page(kind, page, per_page=per_page, dismissed=dismissed)

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

    def preview(
        self,
        selection: Selection,
        plan: MetadataPlan | None = None,
        *,
        within: str = "",
        options: WriteOptions | None = None,
    ) -> SelectionSummary:
        """
        Return what writing a selection would amount to, and what its risk levels leave out.

        Args:
            selection: What is chosen.
            plan: Of which plan; default: the newest.
            within: The search that is looked at: files that it does not find are counted as hidden.
            options: How it would be written: which levels, and whether the files can be taken back.

        """
        options = options or WriteOptions(risk=("safe", "warning", "danger"))
        return self._planner.summary(
            plan or self.plan(), selection, risk=options.risk, within=within, backup=options.create_backup
        )

    def stale(self, plan: MetadataPlan, selection: Selection, *, limit: int = 50) -> StaleFiles:
        """Return which files of a selection would be written otherwise now than `plan` showed; a write refuses them."""
        return self._planner.stale(plan, selection, limit=limit)

    def held(self, plan: MetadataPlan, selection: Selection, options: WriteOptions | None = None) -> list[Holder]:
        """Return the operations that hold files of a selection, which a write would therefore leave alone."""
        return self._writer.held(plan, selection, options)

    def seal(self, plan: MetadataPlan, selection: Selection, options: WriteOptions | None = None) -> SelectionDigest:
        """Return how many files a write of a selection would begin with now, and a mark of just these."""
        return self._planner.seal(plan, selection, risk=(options or WriteOptions()).risk)

    def write(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        sealed: SelectionDigest | None = None,
        asked: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start writing a plan's default items, or a selection of it, in the background; returns at once.

        Args:
            plan: The plan as it was shown.
            options: How to write.
            selection: What is chosen of it; default: all items of the levels in the options.
            sealed: What `seal` said when the files were shown. A search may find other files by now; with this it is
                those that were shown that are written, or none.
            asked: The request of a program, which `requests` finds when it is sent again.

        Raises:
            UsageError: Nothing to write, too many files, or something that would fail every file.
            StalePlanError: A result is no longer what the plan showed, or the files are not those of `sealed`.

        """
        return self._writer.start_operation(plan, options, selection=selection, sealed=sealed, asked=asked)

    def dry_run(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        progress: Callable[[int, int], bool | None] | None = None,
    ) -> DryRunReport:
        """
        Check every selected file as a write would, and report; changes nothing.

        `progress` is called some times a second with how many files are checked and how many there are; where it
        returns False, the rest is given up.
        """
        return self._writer.dry_run(plan, options or WriteOptions(), selection=selection, progress=progress)

    def retry_check(self, operation_id: int) -> RetryPreview:
        """Look at the files that a write left, planned afresh; UsageError where there is nothing to try again."""
        return self._retrier.look(operation_id)

    def retry_rollback_check(self, operation_id: int) -> RollbackCheck:
        """Look at the files that a rollback did not take back; UsageError where there is nothing to try again."""
        return self._retrier.look_back(operation_id)

    def retry(
        self,
        operation_id: int,
        *,
        risk: Sequence[str] | None = None,
        note: str = "",
        source: str = "python",
        asked: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Try once more what an operation did not get done: failed, refused and unclear files, planned afresh.

        Args:
            operation_id: The operation.
            risk: Levels to write; default: those that it was to write.
            note: For the history; default: the note of that operation.
            source: Face that asks.
            asked: As that of `write`.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, or left nothing that can be done now.

        """
        return self._retrier.start(operation_id, risk=risk, note=note, source=source, asked=asked)

    # Exchange.

    def export_plan(
        self,
        plan: MetadataPlan | str = "",
        format: str = "csv",  # noqa: A002 - what everybody calls it
        *,
        sort: str = "risk",
        descending: bool = False,
        everything: bool = False,
        page: int = 1,
        per_page: int = 0,
    ) -> Iterator[str]:
        """
        Return the list of a plan, or of what a search finds, as text in pieces: `csv` or `json`.

        `everything`: unchanged and postponed files, too; `per_page` 0: all. UsageError: unknown format or sort key.
        """
        made = self.plan(plan) if isinstance(plan, str) else plan
        return self._exporter.plan(
            made, format, sort=sort, descending=descending, everything=everything, page=page, per_page=per_page
        )

    def export_dry_run(self, report: DryRunReport, plan: MetadataPlan, format: str = "csv") -> Iterator[str]:  # noqa: A002
        """Return what a dry run of a plan found as text, in pieces: csv or json."""
        return self._exporter.dry_run(report, plan, format)

    def read_changes(self, source: Path | str | bytes) -> ChangesPreview:
        """
        Compare an exported CSV that was edited (file, text or bytes) with the plan; decides nothing.

        What is wrong with a single row is in the preview. UsageError: it cannot be understood as a whole.
        """
        return self._changes.read(source)

    def apply_changes(self, preview: ChangesPreview, *, overwrite: bool = False) -> DecisionReport:
        """
        Decide what a preview showed, as one step that can be undone; `overwrite`: rows with a conflict, too.

        Raises:
            UsageError: There is nothing to apply.
            StalePlanError: Something else was decided about some of its files since.

        """
        return self._decided(self._changes.apply(preview, overwrite=overwrite))

    def operation(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = (), query: str = ""
    ) -> OperationDetails:
        """
        Return an operation with one page of its files, failures first; UnknownIdError where there is none.

        `query` narrows it to files that a search finds: words of a path or a name, or `person:"Ann Lee"`.
        """
        return self._history.get_operation_details(
            operation_id, page=page, per_page=per_page, statuses=statuses, text=query
        )

    def operation_story(self, operation_id: int, *, page: int = 1, per_page: int = 0) -> OperationStory:
        """
        Return all that is known of an operation: what was asked, when what happened, its files, the lines of its log.

        Of the files it has a page, what went wrong first (`per_page` 0: all). UnknownIdError where there is none.
        """
        return self._storyteller.tell(operation_id, page=page, per_page=per_page)

    def status(self, operation_id: int) -> OperationStatus:
        """Return how far an operation is; UnknownIdError where there is none."""
        return self._writer.get_operation_status(operation_id)

    def handle(self, operation_id: int) -> OperationHandle:
        """Return the handle of an operation, to follow it or to wait for it; UnknownIdError where there is none."""
        self.status(operation_id)
        return OperationHandle(self._writer, operation_id)

    def pause(self, operation_id: int, *, wait: bool = True) -> bool:
        """
        Hold a running operation after the files under way; False where it is not running.

        `wait`: return when these have ended, too, so that nothing changes any more. Where they were the last, it has
        come to its end: its `status` says so.
        """
        return self._writer.pause_operation(operation_id, wait=wait)

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
        """
        Give up what an operation has left; waits a moment for what is under way. UsageError where it has ended.

        Where that was the last of it, it has come to another end: its `status` says so.
        """
        if not self._writer.cancel_operation(operation_id, wait=True):
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
        operation_type: str | Sequence[str] | None = None,
        person: str = "",
        file: str = "",
        error: str = "",
        page: int = 1,
        per_page: int = 50,
    ) -> PaginatedOperations:
        """
        Return operations, newest first.

        Args:
            query: Words of a file, note or person; `person:"Ann Lee"` for exactly that person, `path:` for a path.
            since: First day or moment.
            until: Last day (included) or moment.
            status: One or several states.
            operation_type: `write` or `rollback`.
            person: Exactly this person was added or removed.
            file: Words of a path.
            error: Code of why a file of it was refused or failed, such as `changed_since`.
            page: Page of the list, from 1.
            per_page: Operations of a page; 0: all.

        """
        filters = {
            "q": query,
            "start_date": since,
            "end_date": until,
            "status": status,
            "type": operation_type,
            "person": person,
            "file": file,
            "error": error,
        }
        return self._history.get_operations(filters, page, per_page)

    def history_counts(
        self,
        query: str = "",
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        status: str | Sequence[str] | None = None,
        operation_type: str | Sequence[str] | None = None,
        error: str = "",
    ) -> OperationCounts:
        """Return how many operations of each state and of each type a search of the history finds."""
        filters = {"q": query, "start_date": since, "end_date": until, "status": status, "type": operation_type}
        return self._history.count_operations(filters | {"error": error})

    def operation_people(self, operation_id: int) -> list[OperationPerson]:
        """Return whom an operation wrote, most files first, and of how many files each can be taken out now."""
        return self._history.people_of(operation_id)

    def rollback_check(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> RollbackCheck:
        """
        Look at every file of an operation and say what taking it back would do; arguments as those of `rollback`.

        `progress` is told how many files were looked at, and of how many.
        """
        return self._history.check(
            operation_id,
            query,
            item_ids=item_ids,
            person=person,
            changed=changed,
            with_newer=with_newer,
            progress=progress,
        )

    def rollback(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        replan: bool = False,
        note: str = "",
        source: str = "python",
        asked: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start taking an operation back, byte for byte, or only the files of it that `query` finds.

        Files that another program changed since, that a newer operation changed, or of which nothing is kept any more
        are left alone as conflicts, unless chosen otherwise. Files taken back are postponed in the plan.

        Args:
            operation_id: The operation.
            query: Only the files that this search of the history finds.
            item_ids: Only these of its items.
            person: Take out only this person's tag, by an ordinary write; other bytes stay as they are.
            changed: `comment` restores only the comment where the old bytes cannot come back; `skip` leaves such files.
            with_newer: Take newer operations on the same files back first; by their ids: only these.
            replan: Leave the files in the plan.
            note: For the history.
            source: Face that asks.
            asked: As that of `write`.

        Raises:
            UsageError: Nothing of it can be taken back, and why.

        """
        return self._history.start_rollback(
            operation_id,
            query,
            item_ids=item_ids,
            person=person,
            changed=changed,
            with_newer=with_newer,
            note=note,
            source=source,
            replan=replan,
            asked=asked,
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
        return doctor.Doctor(
            self._store,
            folder=self._backups_folder,
            use=self.backup_use(),
            at_work=self._queue.active_operations(),
            clock=self._clock,
            started=self._started,
            jobs=self.jobs,
        ).run()

    def interrupted(self, *, files: int = 50) -> list[InterruptedOperation]:
        """
        Return the operations that came to a stop before their end and can be gone on with, newest first.

        Each says how many of its files were done, not started, put back as before, and has the first `files` of them.
        """
        return self._interruptions.operations(files=files)

    def interrupted_files(
        self, operation_id: int, *, became: str = "", page: int = 1, per_page: int = 50
    ) -> list[InterruptedFile]:
        """
        Return a page of the files of an operation that was cut off, with what became of each (`per_page` 0: all).

        Those come first that need a look; `became` narrows it to one outcome: `done`, `restored`, `not_started`,
        `refused` or `unclear`. UnknownIdError, UsageError.
        """
        return self._interruptions.files(operation_id, became=became, page=page, per_page=per_page)


def _rescanned(query: str | Selection, file_ids: Sequence[int], *, everything: bool) -> Target | None:
    """Return which files a rescan is about, None for all; UsageError where nothing, or more than one way, is named."""
    named = [bool(query), bool(file_ids), everything]
    if sum(named) != 1:
        raise errors.UsageError("Name the files to rescan: a search, some files, or everything.")
    return None if everything else file_ids or query
