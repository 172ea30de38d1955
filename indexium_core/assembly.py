"""
The services of an open home, put together: the one place where a database, a planner or a writer is built.

`Library` is this with all that can be done to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from indexium_core import logs, settings
from indexium_core.flows.checks import check_service
from indexium_core.flows.exchange import export_plan, import_changes
from indexium_core.flows.history import history_service, interrupted, retry, story
from indexium_core.flows.home import backup_room, backups, configuration
from indexium_core.flows.home import clock as clockwork
from indexium_core.flows.jobs import idempotency, job_log, job_service
from indexium_core.flows.people import people_service, suggestions
from indexium_core.flows.planning import charts, file_details, plan_search, planner
from indexium_core.flows.properties import audit, field_locks, rescan
from indexium_core.flows.review import bulk_edits, decisions, saved_views, templates, undo_steps
from indexium_core.flows.scanning import inventory, scan_jobs, scanner, thumbnails
from indexium_core.flows.writing import operation_runner, recovery, writer
from indexium_core.flows.writing.recovery import RecoverReport
from indexium_core.jobs.events import Event, EventBus, Recorder
from indexium_core.jobs.executors import Executor, Processes, Threads
from indexium_core.jobs.progress_log import ProgressLog
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.run import JobRun
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.people import placeholders
from indexium_core.store import database
from indexium_core.store import events as events_store
from indexium_core.store import jobs as jobs_store
from indexium_core.store.operations import backups as backups_store
from indexium_core.store.operations import ledger
from indexium_core.store.people import casts

__all__ = ["PROCESSES", "Assembly"]

PROCESSES = "processes.lock"  # file of a home that every process holds which works for it


class Assembly:
    """The services of an open home, and who is told of what."""

    def __init__(
        self,
        store: database.Database,
        config: settings.Settings,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        """
        Put the services of a home together.

        Args:
            store: Its database.
            config: Its settings.
            clock: Source of the present moment (UTC).

        """
        self._store = store
        self._clock = clock
        self.home = store.home
        self.settings = config
        self._passed = clockwork.ElapsedTime(store.read(), clock)  # before anything is written down
        self._open_queue()
        self._ui_priority = UiPriority()
        self._threads, self._processes = Threads(), Processes(store.home / PROCESSES)
        self._started = clockwork.StartTime.now()
        self.instance_id = uuid.uuid4().hex  # tells a page after a restart that it must load again
        self.home_id = store.mark  # tells it whether the ids that it keeps are of this home
        self.notices: list[str] = []  # sentences for the person who opened it
        self.recovered = RecoverReport()  # what was put right when it was opened
        self._backups_folder = store.home / "backups"
        self._build_planning(store, config, clock)
        self._build_writing(store, config, clock)
        self._build_looking(store, clock)
        self.events.subscribe(self._tidy)

    def _build_planning(
        self, store: database.Database, config: settings.Settings, clock: Callable[[], datetime]
    ) -> None:
        """Put together what plans and decides."""
        self._planner = planner.MetadataPlanner(store, config=config, clock=clock)
        self._decisions = decisions.Decisions(store, modes=self._planner.default_modes, clock=clock)
        self._bulk = bulk_edits.BulkEdits(store, modes=self._planner.default_modes, clock=clock)
        self._review = undo_steps.ReviewSteps(store, clock=clock)
        self.templates = templates.Templates(
            store, self._decisions, self._bulk, clock=clock, on_change=self._plan_changed
        )
        self._changes = import_changes.PlanImport(store, self._planner, self._decisions, clock=clock)
        self._exporter = export_plan.Exporter(store, self._planner)
        self.people = people_service.PeopleService(
            store, placeholder_keys=self._placeholder_keys, clock=clock, on_change=self._plan_changed
        )
        self.views = saved_views.ViewService(store, clock=clock, on_change=self._views_changed)
        self.locks = field_locks.LockService(
            store, modes=self._planner.default_modes, clock=clock, on_change=self._locks_changed
        )
        self._auditor = audit.Auditor(store, modes=self._planner.default_modes, job=self.jobs.get, clock=clock)

    def _build_writing(
        self, store: database.Database, config: settings.Settings, clock: Callable[[], datetime]
    ) -> None:
        """Put together what scans, writes, takes back and keeps what that needs."""
        folder = self._backups_folder
        self._scanner = scanner.Scanner(store, config=config, clock=clock, executor=self._executor, events=self.events)
        self._keeper = backup_room.BackupRoom(store, folder=folder, budget=int(config.backup_budget), clock=clock)
        self._operations = operation_runner.Operations(
            store,
            workers=config.metadata_max_concurrent_writes,
            events=self.events,
            backups=folder,
            clock=clock,
            preserve_mtime=lambda: config.preserve_mtime,
            faststart=config.faststart,
            make_room=lambda size, item_id: self._keeper.make_room(size, item_id=item_id),
            ui_priority=self._ui_priority,
            executor=self._executor,
        )
        self._writer = writer.MetadataWriter(
            store, self._planner, self._operations, self._queue, config=config, clock=clock
        )
        self._rescanner = rescan.Rescanner(
            store,
            modes=self._planner.default_modes,
            events=self.events,
            config=config,
            clock=clock,
            executor=self._executor,
        )
        self._scan_jobs = scan_jobs.ScanJobs(store, self._scanner, self._queue, on_change=self._plan_changed)
        self._register_jobs()
        book = ledger.Ledger(store)
        self._history = history_service.HistoryService(book, self._writer, backups=folder)
        self._backups = backups.BackupManager(
            backups_store.Backups(store),
            self._history,
            self._keeper,
            folder=folder,
            config=config,
            at_work=self._queue.active_operations,
            passed=self._passed,
        )
        self._storyteller = story.StoryBuilder(store, self._history, folder=store.home / "logs", job=self.jobs.get)
        self._interruptions = interrupted.Interruptions(store, at_work=self._queue.active_operations)
        self._retrier = retry.RetryService(
            book, self._planner, self._writer, self._history, self._scanner, recover=self.recover
        )
        self.holdings = inventory.Inventory(
            store, still=self._scanner.still, modes=self._planner.default_modes, clock=clock
        )
        self.configuration = configuration.Configuration(
            config, use=self._backups.use, clock=clock, apply=self._setting_readers()
        )

    def recover(self) -> RecoverReport:
        """Put right what a killed process left; every `open` does it."""
        busy = self._queue.active_operations()
        report = recovery.recover(self._store, self._backups_folder, skip=busy, clock=self._clock)
        if report.undone or report.finished:
            self._plan_changed()
        return report

    def _build_looking(self, store: database.Database, clock: Callable[[], datetime]) -> None:
        """Put together what only looks, and what settles what it finds."""
        self._finder = plan_search.Finder(store)
        self.charts = charts.Charts(store, self._planner, clock=clock)
        cast = casts.Casts(store)
        self._suggestions = suggestions.Suggestions(
            store, cast, self._planner.newest_version, placeholder_keys=self._placeholder_keys, clock=clock
        )
        self.findings = check_service.Checks(
            store,
            cast,
            self._decisions,
            version=self._planner.newest_version,
            placeholder_keys=self._placeholder_keys,
            clock=clock,
            on_change=self._plan_changed,
        )
        self._details = file_details.Details(store, self._planner, clock=clock)
        self._thumbnails = thumbnails.Thumbnails(
            store, folder=store.home / "thumbnails", budget=lambda: int(self.settings.thumbnail_budget)
        )

    def _open_queue(self) -> None:
        logs_folder, clock = self.home / "logs", self._clock
        self._event_rows = events_store.Events(self._store)
        self.events = EventBus(self._event_rows.begin_run())
        self._recorder = Recorder(self.events, self._event_rows, clock=clock)
        self._progress_log = ProgressLog(logs_folder)
        self.requests = idempotency.Requests(self._store, clock=clock)
        rows = jobs_store.JobRows(self._store)
        self._queue = JobQueueService(rows, events=self.events, clock=clock, progress_sink=self._progress_log)
        self.jobs = job_service.JobService(
            self._queue,
            rows,
            folder=logs_folder,
            retry_operation=lambda operation_id, source, asked: (
                self._retrier.start(operation_id, source=source, asked=asked).id
            ),
            requests=self.requests,
            keep_days=lambda: self.settings.log_retention_days,
            clock=clock,
        )

    def _register_jobs(self) -> None:
        """Say how each kind of job is done. Operations run side by side: no two are ever at one file."""
        self.events.subscribe(job_log.follow)
        for kind, title in (("write", "Write"), ("rollback", "Roll back")):
            self._queue.register(
                kind,
                lambda job: self._operations.launch(cast("JobRun", job)),
                title=title,
                max_concurrent=None,
                is_operation=True,
                stall_timeout=lambda: float(self.settings.metadata_operation_timeout_seconds),
                cancel_idle=lambda job: self._writer.give_up(job.operation_id or 0),
                pause_wait_seconds=operation_runner.HUNG,
            )
        self._queue.register(
            scan_jobs.KIND, self._scan_jobs.work, title="Scan", stall_timeout=self._stall_timeout, counts_errors=False
        )
        self._queue.register(
            "rescan",
            self._rescanner.handle,
            title="Rescan",
            stall_timeout=lambda: self.settings.metadata_operation_timeout_seconds,
        )

    def _executor(self) -> Executor:
        """Return where files are read and written from now on."""
        return self._processes if self.settings.executor == "processes" else self._threads

    def _placeholder_keys(self) -> frozenset[str]:
        return placeholders.keys(self.settings.placeholder_names)

    def _stall_timeout(self) -> float:
        return float(self.settings.metadata_operation_timeout_seconds)

    def _setting_readers(self) -> dict[str, Callable[[Any], None]]:
        """Return who has to be told of a changed setting; all others read it each time."""
        operations, keeper = self._operations, self._keeper
        return {
            "metadata_max_concurrent_writes": lambda value: setattr(operations, "workers", value),
            "faststart": lambda value: setattr(operations, "faststart", value),
            "backup_budget": lambda value: setattr(keeper, "budget", int(value)),
            "log_retention_days": logs.keep,
        }

    def _tidy(self, event: Event) -> None:
        """After each operation backups that are past their time or over the budget go, after the others old jobs."""
        if event.name in ("write:completed", "rollback:completed"):
            self._backups.tidy()
        elif event.name in ("scan:completed", "rescan:completed"):
            self.jobs.tidy()

    def _plan_changed(self) -> None:
        self.events.emit("plan:changed")

    def _locks_changed(self) -> None:
        self.events.emit("locks:changed")

    def _views_changed(self) -> None:
        self.events.emit("views:changed")
