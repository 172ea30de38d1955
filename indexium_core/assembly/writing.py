"""The services that scan, write, roll back and keep backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.assembly.planning import PlanningServices
from indexium_core.flows.home.backup_storage import BackupStorage
from indexium_core.jobs.job_run import JobRun
from indexium_core.model import job_kinds
from indexium_core.model.job import Job
from indexium_core.model.operations.actor import whole_home
from indexium_core.model.operations.recovery import RecoverReport
from indexium_core.store import home_files, start_work

if TYPE_CHECKING:
    from indexium_core.flows.history.history_service import HistoryService, Interruptions
    from indexium_core.flows.history.story import StoryBuilder
    from indexium_core.flows.home.backups import BackupManager
    from indexium_core.flows.home.configuration import Configuration
    from indexium_core.flows.home.database_backups import DatabaseBackups
    from indexium_core.flows.properties.rescan import Rescanner
    from indexium_core.flows.ratings.rating_writes import RatingWrites
    from indexium_core.flows.scanning.hash_cache import HashCache
    from indexium_core.flows.scanning.hash_verification import HashVerification
    from indexium_core.flows.scanning.inventory import Inventory
    from indexium_core.flows.scanning.scan_jobs import ScanJobs
    from indexium_core.flows.scanning.scanner import Scanner
    from indexium_core.flows.writing.operation_runner import OperationRuns
    from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
    from indexium_core.flows.writing.writer import MetadataWriter

_OPERATIONS = {
    job_kinds.WRITE: "Write",
    job_kinds.ROLLBACK: "Roll back",
    job_kinds.PUBLICATION: "Publish",
}  # kinds of jobs, with their titles
_PAUSE_WAIT_SECONDS = 60.0  # a pause waits this time at most for a running file: its disk may never respond


class WritingServices(ServiceGroup):
    """Scans, operations, their history and their backups."""

    def __init__(self, core: Core, accounts: AccountServices, planning: PlanningServices) -> None:
        super().__init__()
        self._core, self._accounts, self._planning = core, accounts, planning
        self._setting_followers: list[tuple[str, Callable[[Any], object]]] = []
        self._register_jobs(core)

    def follow_setting(self, name: str, apply: Callable[[Any], object]) -> None:
        """Call `apply` with each new value of a setting, for a service that does not read it each time."""
        self._setting_followers.append((name, apply))

    # Operations.

    @on_demand
    def backup_storage(self) -> BackupStorage:
        core = self._core
        return BackupStorage(
            core.store,
            folder=core.backups_folder,
            config=core.settings,
            running=core.queue.active_operations,
            elapsed=core.elapsed,
            clock=core.clock,
        )

    @on_demand
    def worker_journals(self) -> WorkerJournals:
        from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
        from indexium_core.store.catalog import catalog

        store = self._core.store
        return WorkerJournals(store.home, libraries=lambda: catalog.libraries(store.read()))

    @on_demand
    def runs(self) -> OperationRuns:
        from indexium_core.flows.writing.blockers import Blockers
        from indexium_core.flows.writing.operation_runner import OperationRuns, RunnerParts
        from indexium_core.flows.writing.policy import settings_of_write

        core, config = self._core, self._core.settings
        return OperationRuns(
            RunnerParts(
                store=core.store,
                ledger=core.ledger,
                events=core.events,
                backups=core.backups_folder,
                worker_journals=self.worker_journals,
                blockers=Blockers(core.store),
                clock=core.clock,
                reserve_space=lambda size, item_id: self.backup_storage.make_room(size, item_id=item_id),
                ui_priority=core.ui_priority,
                executor=core.executor,
                rates=self._planning.plans.rates.current,
            ),
            max_concurrent=lambda: config.metadata_max_concurrent_writes,
            settings=lambda: settings_of_write(config),
        )

    @on_demand
    def operations(self) -> MetadataWriter:
        from indexium_core.flows.writing.writer import MetadataWriter

        core = self._core
        return MetadataWriter(
            core.store,
            self._planning.plans,
            self.runs,
            core.queue,
            gate=self._accounts.gate,
            config=core.settings,
            clock=core.clock,
            recover=self.recover,
        )

    @on_demand
    def rating_writes(self) -> RatingWrites:
        from indexium_core.flows.ratings.rating_writes import RatingWrites

        core = self._core
        return RatingWrites(
            core.store,
            self._planning.plans,
            self.operations,
            scheduler=core.scheduler,
            max_files=core.settings.max_operation_items,
        )

    # Scans.

    @on_demand
    def hash_cache(self) -> HashCache:
        from indexium_core.flows.scanning.hash_cache import HashCache

        return HashCache(self._core.store, clock=self._core.clock, last_scan=self._last_scan)

    @on_demand
    def scanner(self) -> Scanner:
        from indexium_core.flows.scanning.scanner import Scanner

        core = self._core
        return Scanner(
            core.store,
            config=core.settings,
            clock=core.clock,
            executor=core.executor,
            events=core.events,
            hashes=self.hash_cache,
        )

    @on_demand
    def scans(self) -> ScanJobs:
        from indexium_core.flows.scanning.scan_jobs import ScanJobs

        core = self._core
        return ScanJobs(core.store, self.scanner, core.queue, on_change=core.plan_changed)

    @on_demand
    def rescans(self) -> Rescanner:
        from indexium_core.flows.properties.rescan import Rescanner

        core = self._core
        return Rescanner(
            core.store,
            modes=self._planning.modes,
            queue=core.queue,
            events=core.events,
            config=core.settings,
            clock=core.clock,
            executor=core.executor,
        )

    @on_demand
    def verification(self) -> HashVerification:
        from indexium_core.flows.scanning.hash_verification import HashVerification

        core = self._core
        return HashVerification(
            core.store,
            modes=self._planning.modes,
            queue=core.queue,
            config=core.settings,
            clock=core.clock,
            executor=core.executor,
            on_change=self._verified,
        )

    @on_demand
    def inventory(self) -> Inventory:
        from indexium_core.flows.scanning.inventory import Inventory

        core = self._core
        return Inventory(
            core.store,
            exclude_scans=lambda: self.scanner.exclude_scans(),
            modes=self._planning.modes,
            clock=core.clock,
            on_change=core.plan_changed,
            on_language=lambda tx, library_id: core.picture_chooser.choose_library(tx, library_id, core.clock()),
        )

    # History and backups.

    @on_demand
    def history(self) -> HistoryService:
        from indexium_core.flows.history.history_service import HistoryService

        return HistoryService(self._core.ledger, self.operations, backups=self._core.backups_folder)

    @on_demand
    def backups(self) -> BackupManager:
        from indexium_core.flows.home.backups import BackupManager
        from indexium_core.store.operations.backups import Backups

        core = self._core
        return BackupManager(
            Backups(core.store),
            self.history,
            self.backup_storage,
            folder=core.backups_folder,
            config=core.settings,
            running=core.queue.active_operations,
        )

    @on_demand
    def stories(self) -> StoryBuilder:
        from indexium_core.flows.history.story import StoryBuilder

        core = self._core
        return StoryBuilder(core.store, self.history, folder=core.logs_folder, job=core.queue.get)

    @on_demand
    def interruptions(self) -> Interruptions:
        from indexium_core.flows.history.history_service import Interruptions

        return Interruptions(self._core.store, running=self._core.queue.active_operations)

    @on_demand
    def database_backups(self) -> DatabaseBackups:
        from indexium_core.flows.home.database_backups import DatabaseBackups

        return DatabaseBackups(self._core.store, clock=self._core.clock, scheduler=self._core.scheduler)

    @on_demand
    def configuration(self) -> Configuration:
        from indexium_core.flows.home.configuration import Configuration

        core = self._core
        configuration = Configuration(
            core.settings,
            use=lambda: self.backups.use(),
            clock=core.clock,
            on_change=self._setting_changed,
            record=self._record_change,
        )
        for name, apply in self._setting_followers:
            configuration.follow(name, apply)
        return configuration

    def _setting_changed(self, name: str) -> None:
        self._core.events.emit("settings:changed", setting=name)
        self._core.plan_changed()

    def _record_change(self) -> None:
        from indexium_core.store.approvals import changers

        with whole_home(), self._core.store.atomic() as tx:
            changers.record_change(tx)

    def _register_jobs(self, core: Core) -> None:
        """Register the handler of each kind of job. Operations run concurrently, but never on the same file."""
        for kind, title in _OPERATIONS.items():
            core.queue.register(
                kind,
                self._run_operation,
                title=title,
                max_concurrent=None,
                is_operation=True,
                stall_timeout=core.stall_timeout,
                cancel_idle=self._cancel_idle,
                pause_wait_seconds=_PAUSE_WAIT_SECONDS,
            )
        for kind, handler, title, counts_errors in (
            (job_kinds.SCAN, lambda job: self.scans.handle(job), "Scan", False),
            (job_kinds.RESCAN, lambda job: self.rescans.handle(job), "Rescan", True),
            (job_kinds.VERIFICATION, lambda job: self.verification.handle(job), "Verification", True),
        ):
            core.queue.register(
                kind, handler, title=title, stall_timeout=core.stall_timeout, counts_errors=counts_errors
            )

    def _run_operation(self, job: JobRun) -> Mapping[str, Any]:
        return self.runs.run(job)

    def _cancel_idle(self, job: Job) -> bool:
        return self.operations.cancel_idle(job.operation_id or 0)

    def recover(self) -> RecoverReport:
        """Recover the unfinished work of a killed process; every `open` does it."""
        core = self._core
        # A worker of a cluster may have left a journal of an operation that this database does not know.
        if not start_work.unfinished_operations(core.store.read()) and not home_files.had_cluster(core.home):
            return RecoverReport()
        from indexium_core.flows.writing import recovery

        collected = self.worker_journals.collect(
            core.backups_folder,
            lambda active: recovery.unresolved_items(core.store, skip=active),
            active=core.queue.active_operations,
        )
        report = recovery.recover(
            core.store,
            core.backups_folder,
            skip=collected.active,
            still_written=collected.still_written,
            clock=core.clock,
        )
        report.problems += collected.problems
        if report.undone or report.finished:
            core.plan_changed()
        return report

    def _verified(self) -> None:
        self.hash_cache.clear_memory()  # a hash that differs is not used any more
        self._core.plan_changed()

    def _last_scan(self) -> Mapping[str, Any] | None:
        """Return the summary of the last scan that completed; None if there is none."""
        core = self._core
        page = core.job_rows.page(kinds=[job_kinds.SCAN], statuses=["completed"], page=1, per_page=1, now=core.clock())
        return page.items[0].summary if page.items else None
