"""The table of what starts by itself: each schedule of a home, and each kind of delayed job, with its handler."""

from __future__ import annotations

from indexium_core.flows.artwork import cache_service
from indexium_core.flows.artwork.cache_service import CacheService
from indexium_core.flows.automation import scheduled_updates
from indexium_core.flows.automation.scheduled_updates import ScheduledUpdates
from indexium_core.flows.home import database_backups, retention
from indexium_core.flows.home.database_backups import DatabaseBackups
from indexium_core.flows.home.retention import Retention
from indexium_core.flows.players import watch_copies
from indexium_core.flows.players.watch_copies import WatchCopies
from indexium_core.flows.ratings import rating_writes
from indexium_core.flows.ratings.rating_writes import RatingWrites
from indexium_core.flows.snapshots import snapshots
from indexium_core.flows.snapshots.snapshots import Snapshots
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.schedules.scheduler import ScheduleKind
from indexium_core.model.schedules.cron import ON_CHANGE
from indexium_core.settings import Settings


def register(
    queue: JobQueueService,
    config: Settings,
    *,
    backups: DatabaseBackups,
    copies: Snapshots,
    ratings: RatingWrites,
    pictures: CacheService,
    keeping: Retention,
    updates: ScheduledUpdates,
    watched: WatchCopies,
) -> tuple[ScheduleKind, ...]:
    """Register the handlers with the queue; return the schedules with their default times."""

    def is_paused() -> bool:
        return config.automation_paused

    for kind, title, handler in (
        (database_backups.KIND, "Backup of the database", backups.handle),
        (snapshots.KIND, "Snapshot", copies.handle),
        (rating_writes.KIND, "Ratings", ratings.handle),
        (cache_service.COLLECT, "Collection of pictures", pictures.handle_collection),
        (watch_copies.KIND, "Copy of watch states", watched.handle),
        (retention.KIND, "Retention", keeping.handle),
    ):
        queue.register(kind, handler, title=title, is_awaited=True)
    for kind, title, handler in (
        (scheduled_updates.SCAN, "Nightly scan", updates.handle_scan),
        (scheduled_updates.RECONCILIATION, "Search for missed events", updates.handle_reconciliation),
        (scheduled_updates.REFRESH, "Look-up of old titles", updates.handle_refresh),
        (scheduled_updates.DRILL, "Recovery drill", updates.handle_drill),
    ):
        queue.register(kind, handler, title=title)
    return (
        ScheduleKind(
            name="database-backup",
            kind=database_backups.KIND,
            cron="0 3 * * *",
            must_wait=lambda: bool(queue.active_operations()),
        ),
        ScheduleKind(name="picture-collection", kind=cache_service.COLLECT, cron="0 3 * * *"),
        ScheduleKind(
            name="retention",
            kind=retention.KIND,
            cron="30 3 * * *",
            must_wait=lambda: bool(queue.active_operations()),
        ),
        *(
            ScheduleKind(name=name, kind=kind, cron=text, is_off_at_first=is_off, must_wait=is_paused)
            for name, kind, text, is_off in (
                ("scan", scheduled_updates.SCAN, "0 2 * * *", False),  # of the libraries that ask for it
                ("reconciliation", scheduled_updates.RECONCILIATION, "30 4 * * 0", False),  # if there is a sender
                ("title-refresh", scheduled_updates.REFRESH, "30 2 * * *", True),
                ("recovery-drill", scheduled_updates.DRILL, "0 5 1 * *", True),
            )
        ),
        ScheduleKind(
            name="snapshot",
            kind=snapshots.KIND,
            cron=ON_CHANGE,
            setting="snapshots",
            is_on=lambda: config.snapshots,
        ),
        ScheduleKind(name="watch-states", kind=watch_copies.KIND, cron="30 5 * * *", is_on=watched.has_players),
    )
