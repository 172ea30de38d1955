"""All services of an open home, and what happens by itself: after an event, and at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from indexium_core import logs
from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.connections import ConnectionServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.following import FollowingServices
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.reading import ReadingServices
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.home import schedule_kinds
from indexium_core.flows.home.retention import Retention
from indexium_core.flows.home.schedule_service import Schedules
from indexium_core.model.event import Event
from indexium_core.settings import Settings
from indexium_core.store.database import Database


class Assembly:
    """The groups of services of an open home. `Library` publishes the services."""

    def __init__(self, store: Database, config: Settings, *, clock: Callable[[], datetime], is_served: bool) -> None:
        """`clock` returns the current time (UTC); `is_served`: this process serves a dashboard of the home."""
        self.core = core = Core(store, config, clock=clock, is_served=is_served)
        self.accounts = AccountServices(core)
        self.planning = PlanningServices(core, self.accounts)
        self.writing = WritingServices(core, self.accounts, self.planning)
        self.titles = TitleServices(core, self.accounts, self.planning, self.writing)
        self.following = FollowingServices(core, self.accounts, self.planning, self.writing, self.titles)
        self.reading = ReadingServices(core, self.planning, self.writing)
        self.connections = ConnectionServices(core, self.writing, self.titles)
        self.retention = Retention(
            is_plausible=core.elapsed.is_plausible,
            backups=self.writing.backups.tidy,
            jobs=self.following.jobs.tidy,
            others=(
                core.providers.tidy,
                self.writing.rescans.prune_audit,
                lambda: core.event_rows.prune(now=core.clock()),
            ),
        )
        core.scheduler.register(
            *schedule_kinds.register(
                core.queue,
                config,
                backups=self.writing.database_backups,
                copies=self.reading.snapshots,
                ratings=self.writing.rating_writes,
                pictures=self.titles.picture_cache,
                keeping=self.retention,
                updates=self.connections.scheduled_updates,
                watched=self.connections.watch_copies,
            )
        )
        self.schedules = Schedules(
            core.scheduler, self.writing.configuration, on_change=self.reading.snapshots.take_soon
        )
        self.writing.configuration.follow("log_retention_days", logs.keep)
        core.events.subscribe(self._tidy)
        core.events.subscribe(self.reading.snapshots.on_event)

    def keep_budgets(self) -> None:
        """Remove pictures above a budget that was lowered while the home was closed. A service counts the files."""
        self.titles.picture_selection.choose_unscored()
        if self.core.is_served or self.titles.picture_cache.is_over_budget():
            self.titles.picture_cache.keep_budget()
        if self.core.is_served:
            self.reading.thumbnails.keep_budget()

    def _tidy(self, event: Event) -> None:
        """Delete expired and excess backups after an operation, and old jobs after any other job; learn its speed."""
        if event.name == "write:completed":
            self.planning.plans.rates.forget()
        if event.name in ("write:completed", "rollback:completed"):
            self.writing.backups.tidy()
        elif event.name in ("scan:completed", "rescan:completed"):
            self.following.jobs.tidy()
            self.core.providers.tidy()
        elif event.name == "enrich:completed":
            self.following.jobs.tidy()
