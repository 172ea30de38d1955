"""The construction of all services of a home: the only place that builds a planner, a writer or a queue."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from indexium_core import logs, settings
from indexium_core.connection_assembly import ConnectionAssembly
from indexium_core.flows.accounts.approval_gate import ApprovalGate
from indexium_core.flows.approvals.approval_service import Approvals
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.flows.checks import check_service
from indexium_core.flows.exchange import export_plan, import_changes
from indexium_core.flows.fields import custom_fields
from indexium_core.flows.history import history_service, interrupted, retry, story
from indexium_core.flows.home import backups, configuration, database_backups, doctor, schedule_kinds
from indexium_core.flows.home.backup_storage import BackupStorage
from indexium_core.flows.home.clock import ElapsedTime, StartTime
from indexium_core.flows.home.schedule_service import Schedules
from indexium_core.flows.jobs import idempotency, job_log, job_service
from indexium_core.flows.people import people_service, suggestions
from indexium_core.flows.pictures import originals, thumbnail_job, thumbnails
from indexium_core.flows.planning import charts, file_details, media_browser, plan_search, planner
from indexium_core.flows.properties import audit, field_locks, rescan
from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.flows.providers.key_service import KeyService
from indexium_core.flows.ratings.rating_writes import RatingWrites
from indexium_core.flows.review import bulk_edits, decisions, saved_views, templates, undo_steps
from indexium_core.flows.scanning import file_facts, hash_verification, inventory, scan_jobs, scanner
from indexium_core.flows.scanning.hash_cache import HashCache
from indexium_core.flows.snapshots.queries import Queries
from indexium_core.flows.snapshots.saved_queries import SavedQueries
from indexium_core.flows.snapshots.snapshots import Snapshots
from indexium_core.flows.titles import nfo_reading, parsing
from indexium_core.flows.writing import recovery, writer
from indexium_core.flows.writing.blockers import Blockers
from indexium_core.flows.writing.operation_runner import PAUSE_WAIT_SECONDS, RunnerParts
from indexium_core.flows.writing.operations import Operations
from indexium_core.flows.writing.workers import worker_side
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.jobs.cluster.client import Cluster, is_cluster
from indexium_core.jobs.event_bus import EventBus, Recorder
from indexium_core.jobs.executors import Executor, Processes, Threads
from indexium_core.jobs.progress_log import ProgressLog
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.schedules.scheduler import Scheduler
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.event import Event
from indexium_core.model.operations.recovery import RecoverReport
from indexium_core.store import database
from indexium_core.store import events as events_store
from indexium_core.store import jobs as jobs_store
from indexium_core.store.catalog import catalog
from indexium_core.store.operations import backups as backups_store
from indexium_core.store.operations import ledger
from indexium_core.store.people import people_index
from indexium_core.store.recovery import files
from indexium_core.store.schedules import ScheduleRows

PROCESSES = "processes.lock"  # file of a home, locked by every worker process of the home
# `auto` selects processes from here on:
_MIN_PROCESS_SECONDS = 0.2  # while a dashboard is served: shorter work is over before it could delay a page
_MIN_PROCESS_FILES = 500  # otherwise: with fewer files, the start of the processes takes longer than they save
# Modules of the functions that run in worker processes:
_FILE_WORK = (file_facts.__name__, nfo_reading.__name__, parsing.__name__, worker_side.__name__)


class Assembly(ConnectionAssembly):
    """The services of an open home and the callbacks between them. `Library` publishes the services."""

    def __init__(
        self,
        store: database.Database,
        config: settings.Settings,
        *,
        clock: Callable[[], datetime],
        is_served: bool = False,
    ) -> None:
        """
        Build the services of a home.

        `clock` returns the current time (UTC); `is_served`: this process serves a dashboard of the home.
        """
        self.store = store
        self.clock = clock
        self.home = store.home
        self.settings = config
        self.elapsed = ElapsedTime(store.read(), clock)  # read before the first write
        self._open_queue()
        self.ui_priority = UiPriority()
        self.threads = Threads()
        self.processes = Processes(store.home / PROCESSES, modules=_FILE_WORK, spare=1 if is_served else 0)
        self._clusters: dict[str, Cluster] = {}  # by address; the setting may change while one is in use
        self.is_served = is_served
        self.started = StartTime.now()
        self.backups_folder = store.home / files.JOURNALS
        self.picture_chooser = PictureChooser(config)
        self.gate = ApprovalGate(
            store,
            config=config,
            events=self.events,
            person_of=lambda actor: self.authority.person_of(actor),  # noqa: PLW0108 - built later
            clock=clock,
        )
        self._build_planning(store, config, clock)
        self._build_writing(store, config, clock)
        self._build_titles(store, config, clock)
        self._build_reading(store, clock)
        self._build_connections(store, config, clock)
        self.scheduler.register(
            *schedule_kinds.register(
                self.queue,
                config,
                backups=self.database_backups,
                copies=self.snapshots,
                ratings=self.rating_writes,
                pictures=self.artwork.cache,
                updates=self.scheduled_updates,
                watched=self.watch_copies,
            )
        )
        self.schedules = Schedules(self.scheduler, self.configuration, on_change=self.snapshots.take_soon)
        self.approvals = Approvals(
            store,
            self.gate,
            planner=self.plans,
            writer=self.operations,
            history=self.history,
            publications=self.publications,
            scanner=self.scanner,
            authority=self.authority,
            clock=clock,
        )
        self.events.subscribe(self._tidy)
        self.events.subscribe(self.snapshots.on_event)

    def _build_planning(
        self, store: database.Database, config: settings.Settings, clock: Callable[[], datetime]
    ) -> None:
        """Build the services of planning and review."""
        self.fields = custom_fields.CustomFields(store, clock=clock, on_change=self.plan_changed)
        self.plans = planner.MetadataPlanner(store, config=config, clock=clock)
        self.decisions = decisions.Decisions(
            store,
            modes=self.plans.default_modes,
            clock=clock,
            on_change=self.plan_changed,
            placeholder_keys=self._placeholder_keys,
        )
        self.bulk = bulk_edits.BulkEdits(store, modes=self.plans.default_modes, clock=clock)
        self.steps = undo_steps.StepService(
            store, clock=clock, on_change=self.plan_changed, may_undo_any=lambda: self.authority.may("undo.any")
        )
        self.templates = templates.Templates(store, self.decisions, self.bulk, clock=clock)
        self.changes = import_changes.PlanImport(store, self.plans, self.decisions, clock=clock)
        self.exporter = export_plan.Exporter(store, self.plans)
        self.people = people_service.PeopleService(
            store, placeholder_keys=self._placeholder_keys, clock=clock, on_change=self.plan_changed
        )
        self.views = saved_views.ViewService(store, clock=clock, on_change=self._views_changed)
        self.locks = field_locks.LockService(
            store, modes=self.plans.default_modes, clock=clock, on_change=self._locks_changed
        )
        self.audit = audit.Auditor(store, modes=self.plans.default_modes, job=self.jobs.get, clock=clock)

    def _build_writing(
        self, store: database.Database, config: settings.Settings, clock: Callable[[], datetime]
    ) -> None:
        """Build the services that scan, write, roll back and keep backups."""
        folder = self.backups_folder
        self.worker_journals = WorkerJournals(store.home, libraries=lambda: catalog.libraries(store.read()))
        self.hash_cache = HashCache(store, clock=clock, last_scan=self._last_scan)
        self.scanner = scanner.Scanner(
            store, config=config, clock=clock, executor=self._executor, events=self.events, hashes=self.hash_cache
        )
        self.backup_storage = BackupStorage(store, folder=folder, budget=int(config.backup_budget), clock=clock)
        self.runs = Operations(
            RunnerParts(
                store=store,
                ledger=ledger.Ledger(store),
                events=self.events,
                backups=folder,
                worker_journals=self.worker_journals,
                blockers=Blockers(store),
                clock=clock,
                reserve_space=lambda size, item_id: self.backup_storage.make_room(size, item_id=item_id),
                ui_priority=self.ui_priority,
                executor=self._executor,
                rates=self.plans.rates.current,
            ),
            workers=config.metadata_max_concurrent_writes,
            preserve_mtime=lambda: config.preserve_mtime,
            faststart=config.faststart,
            sidecar_name=lambda: config.sidecar_name,
        )
        self.operations = writer.MetadataWriter(
            store, self.plans, self.runs, self.queue, gate=self.gate, config=config, clock=clock, recover=self.recover
        )
        self.rating_writes = RatingWrites(
            store, self.plans, self.operations, scheduler=self.scheduler, max_files=config.max_operation_items
        )
        self.rescans = rescan.Rescanner(
            store,
            modes=self.plans.default_modes,
            queue=self.queue,
            events=self.events,
            config=config,
            clock=clock,
            executor=self._executor,
        )
        self.verification = hash_verification.HashVerification(
            store,
            modes=self.plans.default_modes,
            queue=self.queue,
            config=config,
            clock=clock,
            executor=self._executor,
            on_change=self._verified,
        )
        self.scans = scan_jobs.ScanJobs(store, self.scanner, self.queue, on_change=self.plan_changed)
        self._register_jobs()
        book = ledger.Ledger(store)
        self.history = history_service.HistoryService(book, self.operations, backups=folder)
        self.backups = backups.BackupManager(
            backups_store.Backups(store),
            self.history,
            self.backup_storage,
            folder=folder,
            config=config,
            running=self.queue.active_operations,
            elapsed=self.elapsed,
        )
        self.stories = story.StoryBuilder(store, self.history, folder=store.home / "logs", job=self.jobs.get)
        self.interruptions = interrupted.Interruptions(store, running=self.queue.active_operations)
        self.retries = retry.RetryService(
            book,
            self.plans,
            self.operations,
            self.history,
            self.scanner,
            publications=lambda: self.publications,
            recover=self.recover,
        )
        self.inventory = inventory.Inventory(
            store,
            exclude_scans=self.scanner.exclude_scans,
            modes=self.plans.default_modes,
            clock=clock,
            on_change=self.plan_changed,
            on_language=lambda tx, library_id: self.picture_chooser.choose_library(tx, library_id, clock()),
        )
        self.configuration = configuration.Configuration(
            config, use=self.backups.use, clock=clock, apply=self._setting_readers(), on_change=self.plan_changed
        )
        self.database_backups = database_backups.DatabaseBackups(store, clock=clock, scheduler=self.scheduler)
        self.providers = ExternalAPIManager(store, config=config, clock=clock)
        self.provider_keys = KeyService(config.home, self.providers)
        self.doctor = doctor.Doctor(
            store,
            folder=folder,
            use=self.backups.use,
            running=self.queue.active_operations,
            now=clock,
            started=self.started,
            jobs=self.jobs,
            cluster=self.cluster,
            providers=self.providers.status,
        )

    def recover(self) -> RecoverReport:
        """Recover the unfinished work of a killed process; every `open` does it."""
        collected = self.worker_journals.collect(
            self.backups_folder,
            lambda active: recovery.unresolved_items(self.store, skip=active),
            active=self.queue.active_operations,
        )
        report = recovery.recover(
            self.store,
            self.backups_folder,
            skip=collected.active,
            still_written=collected.still_written,
            clock=self.clock,
        )
        report.problems += collected.problems
        if report.undone or report.finished:
            self.plan_changed()
        return report

    def _build_reading(self, store: database.Database, clock: Callable[[], datetime]) -> None:
        """Build the services that only read: search, charts, checks, details."""
        self.search = plan_search.Finder(store)
        self.media = media_browser.MediaBrowser(store, self.plans.newest_version)
        self.charts = charts.Charts(store, self.plans, clock=clock)
        index = people_index.PeopleIndex(store)
        self.suggestions = suggestions.Suggestions(
            store, index, self.plans.newest_version, placeholder_keys=self._placeholder_keys
        )
        self.checks = check_service.Checks(
            store,
            index,
            self.decisions,
            version=self.plans.newest_version,
            placeholder_keys=self._placeholder_keys,
            clock=clock,
        )
        self.snapshots = Snapshots(
            store,
            version=self.plans.newest_version,
            findings=self.checks.findings,
            clock=clock,
            is_enabled=lambda: self.settings.snapshots,
            follows_progress=self.is_served,
            scheduler=self.scheduler,
        )
        self.queries = Queries(self.snapshots, self.home, max_download=lambda: int(self.settings.query_download_limit))
        self.saved_queries = SavedQueries(store, clock=clock)
        self.files = file_details.Details(
            store, self.plans, clock=clock, sidecar_name=lambda: self.settings.sidecar_name
        )
        self.originals = originals.Originals(store)
        self.thumbnails = thumbnails.Thumbnails(
            store, folder=store.home / "thumbnails", budget_bytes=lambda: int(self.settings.thumbnail_budget)
        )
        self.thumbnail_jobs = thumbnail_job.ThumbnailJobs(
            store, self.thumbnails, modes=self.plans.default_modes, queue=self.queue, clock=clock
        )
        self.queue.register(thumbnail_job.KIND, self.thumbnail_jobs.handle, title="Thumbnails", counts_errors=False)
        if self.is_served:
            self.events.subscribe(self.thumbnail_jobs.follow_scans)

    def _open_queue(self) -> None:
        logs_folder, clock = self.home / "logs", self.clock
        self.event_rows = events_store.Events(self.store)
        self.events = EventBus(self.event_rows.begin_run())
        self.event_log = Recorder(self.events, self.event_rows, clock=clock)
        self.progress_log = ProgressLog(logs_folder)
        self.requests = idempotency.Requests(self.store, clock=clock)
        rows = jobs_store.JobRows(self.store)
        self.scheduler = Scheduler(ScheduleRows(self.store), clock=clock)
        self.queue = JobQueueService(
            rows, events=self.events, clock=clock, progress_sink=self.progress_log, scheduler=self.scheduler
        )
        self.jobs = job_service.JobService(
            self.queue,
            rows,
            folder=logs_folder,
            retry_operation=lambda operation_id, source, request: (
                self.retries.start(operation_id, source=source, request=request).id
            ),
            requests=self.requests,
            require=lambda permission: self.authority.require(permission),  # noqa: PLW0108 - it is built later
            may_continue=lambda operation_id: self.authority.may_continue(operation_id),  # noqa: PLW0108
            keep_days=lambda: self.settings.log_retention_days,
            clock=clock,
        )

    def _register_jobs(self) -> None:
        """Register the handler of each kind of job. Operations run concurrently, but never on the same file."""
        self.events.subscribe(job_log.log_event)
        for kind, title in (("write", "Write"), ("rollback", "Roll back"), ("publish", "Publish")):
            self.queue.register(
                kind,
                self.runs.run,
                title=title,
                max_concurrent=None,
                is_operation=True,
                stall_timeout=lambda: float(self.settings.metadata_operation_timeout_seconds),
                cancel_idle=lambda job: self.operations.cancel_idle(job.operation_id or 0),
                pause_wait_seconds=PAUSE_WAIT_SECONDS,
            )
        self.queue.register(
            scan_jobs.KIND, self.scans.handle, title="Scan", stall_timeout=self._stall_timeout, counts_errors=False
        )
        self.queue.register(
            rescan.KIND,
            self.rescans.handle,
            title="Rescan",
            stall_timeout=self._stall_timeout,
        )
        self.queue.register(
            hash_verification.KIND, self.verification.handle, title="Verification", stall_timeout=self._stall_timeout
        )

    def _executor(self, files: int = 0, seconds: float = math.inf) -> Executor:
        """
        Return the executor for work on files, by the present setting.

        `files`: how many files are read or written, 0 for a rescan or side files.
        `seconds`: how long this takes by the estimate.
        """
        kind = self.settings.executor
        cluster = self.cluster()
        if cluster is not None:
            return cluster
        is_worth_it = seconds >= _MIN_PROCESS_SECONDS if self.is_served else files >= _MIN_PROCESS_FILES
        return self.processes if kind == "processes" or (kind == "auto" and is_worth_it) else self.threads

    def cluster(self) -> Cluster | None:
        """Return the cluster of the present setting; None if it names no cluster."""
        address = self.settings.executor
        if not is_cluster(address):
            return None
        return self._clusters.get(address) or self._clusters.setdefault(address, Cluster(address))

    def close_executors(self) -> None:
        """Kill the worker processes and leave the clusters."""
        self.processes.close()
        for cluster in self._clusters.values():
            cluster.close()

    def warm(self) -> None:
        """Prepare worker processes if this process serves a dashboard and uses them."""
        if self.is_served and self._executor() is self.processes:
            self.processes.warm()

    def keep_budgets(self) -> None:
        """Remove pictures above a budget that was lowered while the home was closed. A service counts the files."""
        self.picture_selection.choose_unscored()
        if self.is_served or self.artwork.cache.is_over_budget():
            self.artwork.cache.keep_budget()
        if self.is_served:
            self.thumbnails.keep_budget()

    def _verified(self) -> None:
        self.hash_cache.clear_memory()  # a hash that differs is not used any more
        self.plan_changed()

    def _last_scan(self) -> Mapping[str, Any] | None:
        """Return the summary of the last scan that completed; None if there is none."""
        items = self.jobs.list((scan_jobs.KIND,), ("completed",), per_page=1).items
        return items[0].summary if items else None

    def _stall_timeout(self) -> float:
        return float(self.settings.metadata_operation_timeout_seconds)

    def _setting_readers(self) -> dict[str, Callable[[Any], None]]:
        """Return the callbacks for changed settings, by setting; all other services read a setting at each use."""
        operations, storage = self.runs, self.backup_storage
        return {
            "metadata_max_concurrent_writes": lambda value: setattr(operations, "workers", value),
            "faststart": lambda value: setattr(operations, "faststart", value),
            "backup_budget": lambda value: setattr(storage, "budget", int(value)),
            "metadata_language": lambda _: self.picture_selection.choose_all(),
            "artwork_budget": lambda _: self.artwork.cache.keep_budget(),
            "thumbnail_budget": lambda _: self.thumbnails.keep_budget(),
            "automation_paused": lambda _: self._connections_changed(),
            "log_retention_days": logs.keep,
        }

    def _tidy(self, event: Event) -> None:
        """Delete expired and excess backups after an operation, and old jobs after any other job; learn its speed."""
        if event.name == "write:completed":
            self.plans.rates.forget()
        if event.name in ("write:completed", "rollback:completed"):
            self.backups.tidy()
        elif event.name in ("scan:completed", "rescan:completed"):
            self.jobs.tidy()
            self.providers.tidy()
        elif event.name == "enrich:completed":
            self.jobs.tidy()

    def plan_changed(self) -> None:
        self.events.emit("plan:changed")

    def _locks_changed(self) -> None:
        self.events.emit("locks:changed")

    def _views_changed(self) -> None:
        self.events.emit("views:changed")
