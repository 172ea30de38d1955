"""
The services of a home, under their public names, and the flat names of the everyday calls.

In `Library` they are the services of this process (`local_services`). In `RemoteLibrary` (`api/remote`) stand-ins call
the process which holds the home. A front end that accepts `LibraryServices` works with both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:  # a command imports only what it uses
    from indexium_core.flows.accounts.activity_service import ActivityService
    from indexium_core.flows.accounts.identity_service import IdentityService
    from indexium_core.flows.accounts.second_factor_service import SecondFactorService
    from indexium_core.flows.accounts.token_service import TokenService
    from indexium_core.flows.accounts.user_service import UserService
    from indexium_core.flows.approvals.approval_service import Approvals
    from indexium_core.flows.approvals.dry_runs import DryRuns
    from indexium_core.flows.approvals.previews import Previews
    from indexium_core.flows.artwork.artwork_job import ArtworkJobs
    from indexium_core.flows.artwork.artwork_manager import ArtworkManager
    from indexium_core.flows.artwork.asset_selection import AssetSelectionService
    from indexium_core.flows.automation.automation_service import AutomationService
    from indexium_core.flows.checks.check_service import Checks
    from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
    from indexium_core.flows.enrichment.picture_search import PictureSearch
    from indexium_core.flows.exchange.export_plan import Exporter
    from indexium_core.flows.exchange.import_changes import PlanImport
    from indexium_core.flows.fields.custom_fields import CustomFields
    from indexium_core.flows.history.history_service import HistoryService, Interruptions
    from indexium_core.flows.history.retry import RetryService
    from indexium_core.flows.history.story import StoryBuilder
    from indexium_core.flows.home.backups import BackupManager
    from indexium_core.flows.home.configuration import Configuration
    from indexium_core.flows.home.database_backups import DatabaseBackups
    from indexium_core.flows.home.doctor import Doctor
    from indexium_core.flows.home.overview import OverviewService
    from indexium_core.flows.home.schedules import Schedules
    from indexium_core.flows.jobs.job_service import JobService
    from indexium_core.flows.matching.match_service import TitleMatchService
    from indexium_core.flows.people.people_lists import PeopleLists
    from indexium_core.flows.people.people_service import PeopleService
    from indexium_core.flows.people.suggestions import Suggestions
    from indexium_core.flows.pictures.thumbnail_job import ThumbnailJobs
    from indexium_core.flows.planning.file_details import Details
    from indexium_core.flows.planning.media_browser import MediaBrowser
    from indexium_core.flows.planning.plan import MetadataPlan
    from indexium_core.flows.planning.plan_search import Finder
    from indexium_core.flows.planning.planner import MetadataPlanner
    from indexium_core.flows.players.player_service import PlayerService
    from indexium_core.flows.properties.audit import Auditor
    from indexium_core.flows.properties.field_locks import LockService
    from indexium_core.flows.properties.rescan import Rescanner
    from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
    from indexium_core.flows.providers.key_service import KeyService
    from indexium_core.flows.publishing.disaster_recovery import DisasterRecoveryService
    from indexium_core.flows.publishing.publish_service import PublishService
    from indexium_core.flows.review.bulk_edits import BulkEdits
    from indexium_core.flows.review.decisions import Decisions
    from indexium_core.flows.review.saved_views import ViewService
    from indexium_core.flows.review.templates import Templates
    from indexium_core.flows.review.undo_steps import StepService
    from indexium_core.flows.scanning.hash_cache import HashCache
    from indexium_core.flows.scanning.hash_verification import HashVerification
    from indexium_core.flows.scanning.inventory import Inventory
    from indexium_core.flows.scanning.scan_jobs import ScanJobs
    from indexium_core.flows.snapshots.queries import Queries
    from indexium_core.flows.snapshots.query_results import QueryResults
    from indexium_core.flows.snapshots.saved_queries import SavedQueries
    from indexium_core.flows.snapshots.snapshots import Snapshots
    from indexium_core.flows.titles.series_manager import SeriesManager
    from indexium_core.flows.titles.title_service import TitleService
    from indexium_core.flows.webhooks.webhook_service import WebhookService
    from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
    from indexium_core.jobs.event_bus import Recorder
    from indexium_core.model.files.scan_reports import RescanReport, ScanProgress, ScanReport
    from indexium_core.model.job import Job
    from indexium_core.model.operations.dry_run import DryRunReport
    from indexium_core.model.operations.idempotency import IdempotentRequest
    from indexium_core.model.operations.operation import OperationDetails, OperationStatus, WriteOptions
    from indexium_core.model.operations.rollback import RollbackCheck
    from indexium_core.model.planning.plan import HomeSummary, Selection, SelectionDigest, SelectionSummary
    from indexium_core.model.review.decisions import Target
    from indexium_core.model.review.reports import DecisionReport


class LibraryServices:
    """The services of a home: an attribute for each service, and a method for each everyday call."""

    home: Path
    notices: list[str]  # sentences for the person who opens the home

    scans: ScanJobs
    inventory: Inventory  # library folders and the files in them
    hash_cache: HashCache
    verification: HashVerification  # of the media of files, by their hashes
    rescans: Rescanner
    fields: CustomFields  # that the user defined
    locks: LockService
    audit: Auditor

    people: PeopleService
    people_lists: PeopleLists  # that somebody has sent, until they are imported
    suggestions: Suggestions
    decisions: Decisions
    bulk: BulkEdits
    steps: StepService
    templates: Templates
    views: ViewService

    titles: TitleService  # films and series: identification, values, padlocks
    series: SeriesManager
    artwork: ArtworkManager  # posters, backdrops and collages of films and series
    artwork_jobs: ArtworkJobs  # pictures that are downloaded in the background
    picture_selection: AssetSelectionService  # which pictures titles show: people select and reject, else the rule
    picture_search: PictureSearch  # pictures of one title from providers that a person names
    matches: TitleMatchService  # which title of a provider each film and series is
    enrichment: EnrichmentService  # values of providers for titles
    publications: PublishService  # NFO files and pictures beside the media
    disaster_recovery: DisasterRecoveryService  # … and how they come back
    users: UserService  # the people who sign in
    tokens: TokenService  # keys with which programs sign in
    activity: ActivityService  # who did what
    approvals: Approvals  # work that waits for another person
    second_factor: SecondFactorService  # of the person who acts
    identities: IdentityService  # accounts of other programs with which people sign in
    webhooks: WebhookService  # events of programs that bring files
    automation: AutomationService  # how far each library may go by itself
    players: PlayerService  # programs that are told what was published, and read back

    plans: MetadataPlanner
    search: Finder
    thumbnail_jobs: ThumbnailJobs  # thumbnails that are made in the background
    media: MediaBrowser  # the files of the library as pictures
    files: Details
    exporter: Exporter
    changes: PlanImport
    checks: Checks
    previews: Previews  # what people see before a write, a publication or a rollback starts
    dry_runs: DryRuns  # of pages
    operations: MetadataWriter
    history: HistoryService
    retries: RetryService
    stories: StoryBuilder
    interruptions: Interruptions
    backups: BackupManager
    database_backups: DatabaseBackups
    snapshots: Snapshots
    queries: Queries
    query_results: QueryResults  # of pages
    saved_queries: SavedQueries

    jobs: JobService
    schedules: Schedules  # jobs that start at times of their own
    event_log: Recorder
    providers: ExternalAPIManager  # of metadata of films and series
    provider_keys: KeyService
    configuration: Configuration
    overview: OverviewService  # the numbers that every page shows
    doctor: Doctor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """Return the numbers of the home; of a library that cannot be read, the reason."""
        return str(_summary(self))

    def _repr_html_(self) -> str:
        from html import escape

        summary = _summary(self)
        return escape(summary) if isinstance(summary, str) else summary._repr_html_()

    def export(self, folder: Path | str) -> list[Path]:
        """Write every table for analysts into `folder` as `<table>.parquet`; return the files."""
        return self.snapshots.export_parquet(Path(folder).absolute())

    def close(self) -> None:
        """Release the home or the connection to its service."""
        raise NotImplementedError

    def scan(
        self,
        dirs: Iterable[str | Path] = (),
        *,
        full: bool = False,
        really_gone: bool = False,
        photos: bool = True,
        progress: Callable[[ScanProgress], None] | None = None,
    ) -> ScanReport:
        """
        Find the media files below `dirs` (default: every library folder) and read the changed ones; adds new folders.

        The scan is a job: if the program ends, the scan resumes at the next start. Ctrl-C cancels it. The call returns
        when the scan has ended and the titles of libraries with films or series are identified; `scans.add` returns at
        once.

        Args:
            dirs: Folders.
            full: Read every file again, and hash all of its media bytes.
            really_gone: Confirms that missing files are deleted; otherwise an empty folder counts as offline.
            photos: Scans of new folders include photos. A folder that is known keeps its setting.
            progress: Callback, called a few times a second on another thread.

        Raises:
            UsageError: A folder is missing, is a file, or lies inside another library; or a scan is running.

        """
        from indexium_core import notebook
        from indexium_core.model.remote_calls import LONGEST_WAIT

        dirs = list(dirs)
        for folder in [] if photos else dirs:
            self.inventory.add(folder, photos=False)
        with notebook.scan_bar("Scan", progress) as on_progress:
            report = self.scans.run(dirs, full=full, accept_missing=really_gone, on_progress=on_progress)
        identification = None if report.cancelled else self.titles.follow()
        while identification is not None and not identification.has_ended and identification.status != "interrupted":
            identification = self.jobs.wait(identification.id, timeout=LONGEST_WAIT)
        return report

    def set_kind(self, library_id: int, kind: str) -> Job | None:
        """
        Set what a folder holds, see `inventory.set_kind`, and identify its titles in a job; None for home videos.

        Raises:
            UnknownIdError: The folder does not exist.
            UsageError: There is no such kind.

        """
        return self.titles.set_library_kind(library_id, kind)

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
        Read the media properties of files again; locked fields keep their values. `rescans.add` does it in a job.

        Args:
            query: A search (also of files outside the plan) or a selection.
            everything: Every file.
            file_ids: These files.
            refresh: `duration`, `size` or both; otherwise they keep their values.
            progress: Callback, called a few times a second.

        Raises:
            QueryError: The search is not valid.
            UnknownIdError: A file does not exist.
            NoMatchError: No file matches.
            UsageError: The selection is missing, or a field does not exist.

        """
        from indexium_core import notebook

        with notebook.scan_bar("Rescan", progress) as show:
            return self.rescans.run(query, everything=everything, file_ids=file_ids, refresh=refresh, progress=show)

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
        max_age: float = 0.0,
    ) -> MetadataPlan:
        """
        Compute the changes that a write of the files of `query` would make.

        Args:
            query: A search; an empty search selects every file that would change.
            mode: `merge` or `exact`; default: the mode of the file, its library or the settings.
            comment_mode: `replace` or `preserve`; the default is chosen in the same way.
            include_unknown: With `exact`, include files without known people.
            hard_links: `break` also plans files with several hard links that must be replaced.
            plan_id: An earlier state of the plan; a write then refuses files that have changed since.
            file_hashes: Only files with these payloads.
            file_ids: Only these files.
            max_age: The plan may lack results of a running write that are up to so many seconds old; 0: it lacks none.

        Raises:
            QueryError: The search is not valid; the message names the position.
            UsageError: A mode does not exist, or a file id is not an integer.
            UnknownIdError: The plan does not exist.

        """
        from indexium_core.model.checked_calls import integers
        from indexium_core.model.planning.plan import PlanQuery

        request = PlanQuery(
            query=query,
            mode=mode,
            comment_mode=comment_mode,
            include_unknown=include_unknown,
            hard_links=hard_links,
            plan_id=plan_id,
            file_hashes=file_hashes,
            file_ids=None if file_ids is None else integers(file_ids),
            max_age=max_age,
        )
        return self.plans.plan(request)

    def edit(
        self, target: Target, people: Sequence[str], *, seen: int | None = None, only_this: bool = False
    ) -> DecisionReport:
        """Set the people of files, as `decisions.edit`, until the decision is removed."""
        return self.decisions.edit(target, people, seen=seen, only_this=only_this)

    def preview(
        self,
        selection: Selection,
        plan: MetadataPlan | None = None,
        *,
        within: str = "",
        options: WriteOptions | None = None,
    ) -> SelectionSummary:
        """
        Return the changes that a write of a selection would make, and the number of files that its risk levels exclude.

        Args:
            selection: The selected files.
            plan: The plan; default: the newest.
            within: The search on the screen: selected files outside it are counted as hidden.
            options: The written risk levels, and whether a backup is kept.

        """
        from indexium_core.model.operations.operation import WriteOptions
        from indexium_core.model.planning.plan import WRITABLE

        plan, options = self.plan() if plan is None else plan, options or WriteOptions(risk=WRITABLE)
        return self.plans.summary(plan, selection, risk=options.risk, within=within, backup=options.create_backup)

    def write(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        expected: SelectionDigest | None = None,
        request: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start to write the default items of a plan, or a selection of it, in the background; returns at once.

        Args:
            plan: The plan that the person saw.
            options: How to write.
            selection: The selected files; default: all items of the risk levels in the options.
            expected: The digest of the preview that was shown: the write fails if the files differ now.
            request: The request of a program; a repeated request does not start a second operation.

        Raises:
            UsageError: The selection is empty or too large, or one cause would fail every file.
            StalePlanError: A result differs from the plan, or the files differ from `expected`.

        """
        return self.operations.start_operation(plan, options, selection=selection, expected=expected, request=request)

    def dry_run(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        progress: Callable[[int, int], bool | None] | None = None,
    ) -> DryRunReport:
        """
        Check every selected file as a write would; changes nothing.

        `progress` receives the number of checked files and the total a few times a second; if it returns False, the
        rest is cancelled.
        """
        from indexium_core import notebook
        from indexium_core.model.operations.operation import WriteOptions

        with notebook.progress_bar("Dry run", progress) as show:
            return self.operations.dry_run(plan, options or WriteOptions(), selection=selection, progress=show)

    def operation(
        self, operation_id: int, *, page: int = 1, per_page: int = 50, statuses: Sequence[str] = (), query: str = ""
    ) -> OperationDetails:
        """
        Return an operation with one page of its files, failures first; UnknownIdError if it does not exist.

        `query` narrows the files: words of a path or a name, or `person:"Ann Lee"`.
        """
        return self.history.get_operation_details(
            operation_id, page=page, per_page=per_page, statuses=statuses, text=query
        )

    def status(self, operation_id: int) -> OperationStatus:
        """Return the progress of an operation; UnknownIdError if it does not exist."""
        return self.operations.get_operation_status(operation_id)

    def handle(self, operation_id: int) -> OperationHandle:
        """Return the handle of an operation, to follow it or to wait for it; UnknownIdError if it does not exist."""
        return self.operations.handle(operation_id)

    def pause(self, operation_id: int, *, wait: bool = True) -> bool:
        """
        Pause a running operation after the files in progress; return False if it is not running.

        `wait`: return after these files have ended. If these files were the last ones, the operation is completed.
        """
        return self.operations.pause_operation(operation_id, wait=wait)

    def resume(self, operation_id: int) -> OperationHandle:
        """Resume a paused, interrupted or failed operation; UsageError if it cannot resume."""
        return self.operations.resume(operation_id)

    def cancel(self, operation_id: int) -> None:
        """
        Cancel the rest of an operation; waits briefly for the files in progress. UsageError if the operation has ended.

        If these files were the last ones, the operation is completed instead.
        """
        self.operations.cancel(operation_id)

    def rollback_check(
        self,
        operation_id: int,
        query: str = "",
        *,
        item_ids: Sequence[int] | None = None,
        person: str = "",
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> RollbackCheck:
        """
        Check every file of an operation and return the changes that `rollback` with the same arguments would make.

        `progress` receives the number of checked files and the total.
        """
        from indexium_core.model.operations.rollback import RollbackOptions

        options = RollbackOptions(
            query=query,
            item_ids=None if item_ids is None else frozenset(item_ids),
            person=person,
            changed=changed,
            with_newer=with_newer if isinstance(with_newer, bool) else frozenset(with_newer),
        )
        from indexium_core import notebook

        with notebook.progress_bar("Rollback check", progress) as show:
            return self.history.check(operation_id, options, on_progress=show or (lambda *_: None))

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
        request: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start to roll back an operation byte for byte, or only the files that `query` selects.

        A file is skipped as a conflict if another program changed it, a newer operation changed it, or its backup is
        missing; `changed` and `with_newer` change this. The plan skips restored files.

        Args:
            operation_id: The operation.
            query: Only the files that this search of the history selects.
            item_ids: Only these items.
            person: Remove only the tag of this person, by an ordinary write; other bytes keep their values.
            changed: `comment` restores only the comment of a changed file; `skip` skips the file.
            with_newer: Roll newer operations on the same files back first; a collection of ids: only these.
            replan: Keep the restored files in the plan.
            note: Note for the history.
            source: The front end that sends the request.
            request: The request of a program; a repeated request does not start a second operation.

        Raises:
            UsageError: No file can be restored; the message has the reason.

        """
        from indexium_core.model.operations.rollback import RollbackOptions

        options = RollbackOptions(
            query=query,
            item_ids=None if item_ids is None else frozenset(item_ids),
            person=person,
            changed=changed,
            with_newer=with_newer if isinstance(with_newer, bool) else frozenset(with_newer),
            replan=replan,
            note=note,
            source=source,
        )
        return self.history.start_rollback(operation_id, options, request=request)


def _summary(library: LibraryServices) -> HomeSummary | str:
    """Return the numbers of a home; of a library that cannot be read, a text with the reason."""
    if "home" not in vars(library):
        return "<library, not open>"
    try:
        return library.plans.home_summary()
    except Exception as error:  # noqa: BLE001 - a debugger or a traceback may show any library
        return f"<library {library.home}: {error}>"


PUBLISHED = frozenset(LibraryServices.__annotations__) - {"home", "notices"}  # the names of the services
