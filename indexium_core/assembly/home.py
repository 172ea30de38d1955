"""All services of an open home, and what happens by itself: after an event, and at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from indexium_core import logs
from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.connections import ConnectionServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.following import FollowingServices
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.reading import ReadingServices
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.home import schedules
from indexium_core.flows.snapshots import occasions
from indexium_core.model import job_kinds
from indexium_core.model.event import Event
from indexium_core.settings import Settings
from indexium_core.store import start_work
from indexium_core.store.database import Database

if TYPE_CHECKING:
    from indexium_core.flows.home.overview import OverviewService
    from indexium_core.flows.home.retention import Retention
    from indexium_core.flows.home.schedules import Schedules

_RATING_OCCASIONS = ("plan:changed", "write:completed", "rollback:completed", "scan:completed")


class Assembly(ServiceGroup):
    """The groups of services of an open home. `Library` publishes the services."""

    def __init__(self, store: Database, config: Settings, *, clock: Callable[[], datetime], is_served: bool) -> None:
        """`clock` returns the current time (UTC); `is_served`: this process serves a dashboard of the home."""
        super().__init__()
        self.core = core = Core(store, config, clock=clock, is_served=is_served)
        self.accounts = AccountServices(core)
        self.planning = PlanningServices(core, self.accounts)
        self.writing = WritingServices(core, self.accounts, self.planning)
        self.titles = TitleServices(core, self.accounts, self.planning, self.writing)
        self.following = FollowingServices(core, self.accounts, self.planning, self.writing, self.titles)
        self.reading = ReadingServices(core, self.planning, self.writing)
        self.connections = ConnectionServices(core, self.writing, self.titles)
        self._register_schedules(core, config)
        self.writing.follow_setting("log_retention_days", logs.keep)
        core.events.subscribe(self._tidy)
        changes = occasions.CHANGES | occasions.PROGRESS if is_served else occasions.CHANGES
        core.events.subscribe(lambda event: self.reading.snapshots.on_event(event), names=changes)

    @property
    def _groups(self) -> tuple[ServiceGroup, ...]:
        """The groups, each after those from which it takes services; this one has those of all."""
        earlier = (self.core, self.accounts, self.planning, self.writing)
        return (*earlier, self.titles, self.following, self.reading, self.connections, self)

    def service(self, name: str) -> Any:
        """Return the service of this name, which one of the groups makes."""
        return next(getattr(group, name) for group in self._groups if group.has(name))

    def make_all(self) -> None:
        """Make every service of every group now. A process that serves pays for them at its start."""
        for group in self._groups:
            ServiceGroup.make_all(group)

    @on_demand
    def retention(self) -> Retention:
        from indexium_core.flows.home.retention import Retention

        core = self.core
        return Retention(
            is_plausible=core.elapsed.is_plausible,
            backups=self.writing.backup_storage.tidy,
            jobs=self.following.jobs.tidy,
            others=(
                core.providers.tidy,
                self.writing.rescans.prune_audit,
                lambda: core.event_rows.prune(now=core.clock()),
            ),
        )

    @on_demand
    def schedules(self) -> Schedules:
        from indexium_core.flows.home.schedules import Schedules

        return Schedules(
            self.core.scheduler,
            self.writing.configuration,
            on_change=lambda: self.reading.snapshots.take_soon(),
        )

    @on_demand
    def overview(self) -> OverviewService:
        from indexium_core.flows.home.overview import OverviewParts, OverviewService

        writing, following, titles = self.writing, self.following, self.titles
        return OverviewService(
            OverviewParts(
                plans=self.planning.plans,
                history=writing.history,
                inventory=writing.inventory,
                scans=writing.scans,
                jobs=following.jobs,
                titles=titles.titles,
                matches=titles.matches,
                approvals=following.approvals,
                sign_in=self.accounts.sign_in,
                operations=writing.operations,
                clock=self.core.clock,
            )
        )

    def _register_schedules(self, core: Core, config: Settings) -> None:
        """Register the schedules of a home, and the handler of each kind of job that they or a delay start."""
        writing, updates = self.writing, self.connections
        for kind, title, handler in (
            (job_kinds.DATABASE_BACKUP, "Backup of the database", lambda job: writing.database_backups.handle(job)),
            (job_kinds.SNAPSHOT, "Snapshot", lambda job: self.reading.snapshots.handle(job)),
            (job_kinds.RATINGS, "Ratings", lambda job: writing.rating_writes.handle(job)),
            (
                job_kinds.PICTURE_COLLECTION,
                "Collection of pictures",
                lambda job: self.titles.picture_cache.handle_collection(job),
            ),
            (job_kinds.WATCH_STATES, "Copy of watch states", lambda job: updates.watch_copies.handle(job)),
            (job_kinds.RETENTION, "Retention", lambda job: self.retention.handle(job)),
        ):
            core.queue.register(kind, handler, title=title, is_awaited=True)
        for kind, title, handler in (
            (job_kinds.NIGHTLY_SCAN, "Nightly scan", lambda job: updates.scheduled_updates.handle_scan(job)),
            (
                job_kinds.RECONCILIATION,
                "Search for missed events",
                lambda job: updates.scheduled_updates.handle_reconciliation(job),
            ),
            (
                job_kinds.TITLE_REFRESH,
                "Look-up of old titles",
                lambda job: updates.scheduled_updates.handle_refresh(job),
            ),
            (job_kinds.RECOVERY_DRILL, "Recovery drill", lambda job: updates.scheduled_updates.handle_drill(job)),
        ):
            core.queue.register(kind, handler, title=title)
        core.scheduler.register(
            *schedules.of_home(
                config,
                is_working=lambda: bool(core.queue.active_operations()),
                has_players=updates.has_players,
            )
        )

    def start_rating_writes(self) -> None:
        """Write each rating soon after it is set; a service also writes those that wait already."""
        self.core.events.subscribe(lambda _: self.writing.rating_writes.schedule(), names=_RATING_OCCASIONS)
        if self.core.is_served:
            self.writing.rating_writes.schedule()

    def keep_budgets(self) -> None:
        """Remove pictures above a budget that was lowered while the home was closed. A service counts the files."""
        core = self.core
        if start_work.unscored_titles(core.store.read()):
            self.titles.picture_selection.choose_unscored()
        if core.is_served or start_work.cached_bytes(core.store.read()) > int(core.settings.artwork_budget):
            self.titles.picture_cache.keep_budget()
        if core.is_served:
            self.reading.thumbnails.keep_budget()

    def _tidy(self, event: Event) -> None:
        """Delete expired and excess backups after an operation, and old jobs after any other job; learn its speed."""
        if event.name == "write:completed":
            self.planning.plans.rates.forget()
        if event.name in ("write:completed", "rollback:completed"):
            self.writing.backup_storage.tidy()
        elif event.name in ("scan:completed", "rescan:completed"):
            self.following.jobs.tidy()
            self.core.providers.tidy()
        elif event.name == "enrich:completed":
            self.following.jobs.tidy()
