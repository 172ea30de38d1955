"""The services that scan, write, roll back and keep backups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.planning import PlanningServices
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.history.interrupted import Interruptions
from indexium_core.flows.history.story import StoryBuilder
from indexium_core.flows.home.backup_storage import BackupStorage
from indexium_core.flows.home.backups import BackupManager
from indexium_core.flows.home.configuration import Configuration
from indexium_core.flows.home.database_backups import DatabaseBackups
from indexium_core.flows.properties import rescan
from indexium_core.flows.properties.rescan import Rescanner
from indexium_core.flows.ratings.rating_writes import RatingWrites
from indexium_core.flows.scanning import hash_verification, scan_jobs
from indexium_core.flows.scanning.hash_cache import HashCache
from indexium_core.flows.scanning.hash_verification import HashVerification
from indexium_core.flows.scanning.inventory import Inventory
from indexium_core.flows.scanning.scan_jobs import ScanJobs
from indexium_core.flows.scanning.scanner import Scanner
from indexium_core.flows.writing import recovery
from indexium_core.flows.writing.policy import settings_of_write
from indexium_core.flows.writing.running.blockers import Blockers
from indexium_core.flows.writing.running.operation_runner import PAUSE_WAIT_SECONDS, RunnerParts
from indexium_core.flows.writing.running.operation_runs import OperationRuns
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.flows.writing.writer import MetadataWriter
from indexium_core.model.operations.actor import whole_home
from indexium_core.model.operations.recovery import RecoverReport
from indexium_core.store.approvals import changers
from indexium_core.store.catalog import catalog
from indexium_core.store.operations.backups import Backups

_OPERATIONS = {"write": "Write", "rollback": "Roll back", "publish": "Publish"}  # kinds of jobs, with their titles


class WritingServices:
    """Scans, operations, their history and their backups."""

    def __init__(self, core: Core, accounts: AccountServices, planning: PlanningServices) -> None:
        self._core = core
        self._build_operations(core, accounts, planning)
        self._build_scans(core, planning)
        self._build_history(core)
        self._register_jobs(core)

    def _build_operations(self, core: Core, accounts: AccountServices, planning: PlanningServices) -> None:
        store, config, clock = core.store, core.settings, core.clock
        self.backup_storage = BackupStorage(
            store, folder=core.backups_folder, budget=lambda: int(config.backup_budget), clock=clock
        )
        self.worker_journals = WorkerJournals(store.home, libraries=lambda: catalog.libraries(store.read()))
        self.runs = OperationRuns(
            RunnerParts(
                store=store,
                ledger=core.ledger,
                events=core.events,
                backups=core.backups_folder,
                worker_journals=self.worker_journals,
                blockers=Blockers(store),
                clock=clock,
                reserve_space=lambda size, item_id: self.backup_storage.make_room(size, item_id=item_id),
                ui_priority=core.ui_priority,
                executor=core.executors.choose,
                rates=planning.plans.rates.current,
            ),
            max_concurrent=lambda: config.metadata_max_concurrent_writes,
            settings=lambda: settings_of_write(config),
        )
        self.operations = MetadataWriter(
            store,
            planning.plans,
            self.runs,
            core.queue,
            gate=accounts.gate,
            config=config,
            clock=clock,
            recover=self.recover,
        )
        self.rating_writes = RatingWrites(
            store, planning.plans, self.operations, scheduler=core.scheduler, max_files=config.max_operation_items
        )

    def _build_scans(self, core: Core, planning: PlanningServices) -> None:
        store, config, clock = core.store, core.settings, core.clock
        self.hash_cache = HashCache(store, clock=clock, last_scan=self._last_scan)
        self.scanner = Scanner(
            store,
            config=config,
            clock=clock,
            executor=core.executors.choose,
            events=core.events,
            hashes=self.hash_cache,
        )
        self.scans = ScanJobs(store, self.scanner, core.queue, on_change=core.plan_changed)
        self.rescans = Rescanner(
            store,
            modes=planning.modes,
            queue=core.queue,
            events=core.events,
            config=config,
            clock=clock,
            executor=core.executors.choose,
        )
        self.verification = HashVerification(
            store,
            modes=planning.modes,
            queue=core.queue,
            config=config,
            clock=clock,
            executor=core.executors.choose,
            on_change=self._verified,
        )
        self.inventory = Inventory(
            store,
            exclude_scans=self.scanner.exclude_scans,
            modes=planning.modes,
            clock=clock,
            on_change=core.plan_changed,
            on_language=lambda tx, library_id: core.picture_chooser.choose_library(tx, library_id, clock()),
        )

    def _build_history(self, core: Core) -> None:
        store, config, clock = core.store, core.settings, core.clock
        self.history = HistoryService(core.ledger, self.operations, backups=core.backups_folder)
        self.backups = BackupManager(
            Backups(store),
            self.history,
            self.backup_storage,
            folder=core.backups_folder,
            config=config,
            running=core.queue.active_operations,
            elapsed=core.elapsed,
        )
        self.stories = StoryBuilder(store, self.history, folder=core.logs_folder, job=core.queue.get)
        self.interruptions = Interruptions(store, running=core.queue.active_operations)
        self.database_backups = DatabaseBackups(store, clock=clock, scheduler=core.scheduler)

        def record() -> None:
            with whole_home(), store.atomic() as tx:
                changers.record_change(tx)

        self.configuration = Configuration(
            config, use=self.backups.use, clock=clock, on_change=core.plan_changed, record=record
        )

    def _register_jobs(self, core: Core) -> None:
        """Register the handler of each kind of job. Operations run concurrently, but never on the same file."""
        for kind, title in _OPERATIONS.items():
            core.queue.register(
                kind,
                self.runs.run,
                title=title,
                max_concurrent=None,
                is_operation=True,
                stall_timeout=core.stall_timeout,
                cancel_idle=lambda job: self.operations.cancel_idle(job.operation_id or 0),
                pause_wait_seconds=PAUSE_WAIT_SECONDS,
            )
        for kind, handler, title, counts_errors in (
            (scan_jobs.KIND, self.scans.handle, "Scan", False),
            (rescan.KIND, self.rescans.handle, "Rescan", True),
            (hash_verification.KIND, self.verification.handle, "Verification", True),
        ):
            core.queue.register(
                kind, handler, title=title, stall_timeout=core.stall_timeout, counts_errors=counts_errors
            )

    def recover(self) -> RecoverReport:
        """Recover the unfinished work of a killed process; every `open` does it."""
        core = self._core
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
        page = core.job_rows.page(kinds=[scan_jobs.KIND], statuses=["completed"], page=1, per_page=1, now=core.clock())
        return page.items[0].summary if page.items else None
