"""What all services of a home use: the database, settings, events, the queue of jobs, executors, and providers."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.flows.home.clock import ElapsedTime, StartTime
from indexium_core.jobs.event_bus import EventBus, Recorder
from indexium_core.jobs.progress_log import ProgressLog
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.event import Event
from indexium_core.model.people import placeholders
from indexium_core.settings import Settings
from indexium_core.store import home_files
from indexium_core.store.database import Database
from indexium_core.store.events import Events
from indexium_core.store.jobs import JobRows
from indexium_core.store.schedules import ScheduleRows

if TYPE_CHECKING:
    from indexium_core.assembly.file_executors import FileExecutors
    from indexium_core.flows.artwork.picture_chooser import PictureChooser
    from indexium_core.flows.jobs.idempotency import Requests
    from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
    from indexium_core.flows.providers.key_service import KeyService
    from indexium_core.jobs.executors import Executor
    from indexium_core.store.operations.ledger import Ledger


class Core(ServiceGroup):
    """The parts that no capability owns. Those that run or record from the start are made at once."""

    def __init__(self, store: Database, config: Settings, *, clock: Callable[[], datetime], is_served: bool) -> None:
        """`clock` returns the current time (UTC); `is_served`: this process serves a dashboard of the home."""
        super().__init__()
        self.store, self.settings, self.clock, self.is_served = store, config, clock, is_served
        self.home = store.home
        self.elapsed = ElapsedTime(store.read(), clock)  # read before the first write
        self.started = StartTime.now()
        self.backups_folder = store.home / home_files.JOURNALS
        self.logs_folder = store.home / "logs"
        self.event_rows = Events(store)
        self.events = EventBus(self.event_rows.begin_run())
        self.event_log = Recorder(self.events, self.event_rows, clock=clock)
        self.events.subscribe(_log, names={"job:changed"})
        self.progress_log = ProgressLog(self.logs_folder)
        self.job_rows = JobRows(store)
        self.scheduler = Scheduler(ScheduleRows(store), clock=clock)
        self.queue = JobQueueService(
            self.job_rows, events=self.events, clock=clock, progress_sink=self.progress_log, scheduler=self.scheduler
        )
        self.ui_priority = UiPriority()

    @on_demand
    def ledger(self) -> Ledger:
        from indexium_core.store.operations.ledger import Ledger

        return Ledger(self.store)

    @on_demand
    def requests(self) -> Requests:
        from indexium_core.flows.jobs.idempotency import Requests

        return Requests(self.store, clock=self.clock)

    @on_demand
    def executors(self) -> FileExecutors:
        from indexium_core.assembly.file_executors import FileExecutors

        return FileExecutors(self.home, self.settings, is_served=self.is_served)

    def executor(self, files: int = 0, seconds: float = math.inf) -> Executor:
        """Return the executor for work on files, as `FileExecutors.choose`."""
        return self.executors.choose(files, seconds)

    @on_demand
    def providers(self) -> ExternalAPIManager:
        from indexium_core.flows.providers.external_api_manager import ExternalAPIManager

        return ExternalAPIManager(self.store, config=self.settings, clock=self.clock)

    @on_demand
    def provider_keys(self) -> KeyService:
        from indexium_core.flows.providers.key_service import KeyService

        return KeyService(self.settings.home, self.providers)

    @on_demand
    def picture_chooser(self) -> PictureChooser:
        from indexium_core.flows.artwork.picture_chooser import PictureChooser

        return PictureChooser(self.settings)

    def plan_changed(self) -> None:
        """Tell that the plan has changed."""
        self.events.emit("plan:changed")

    def placeholder_keys(self) -> frozenset[str]:
        """Return the names that stand for no person, as keys."""
        return placeholders.keys(self.settings.placeholder_names)

    def stall_timeout(self) -> float:
        """Return the seconds without progress after which a job that reads or writes files is stopped."""
        return float(self.settings.metadata_operation_timeout_seconds)


def _log(event: Event) -> None:
    from indexium_core.flows.jobs import job_log

    job_log.log_event(event)
