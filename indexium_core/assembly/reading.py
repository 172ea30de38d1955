"""The services that only read: search, charts, checks, details, pictures, and the tables for analysts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.snapshots import occasions
from indexium_core.model import job_kinds

if TYPE_CHECKING:
    from indexium_core.flows.checks.check_service import Checks
    from indexium_core.flows.people.suggestions import Suggestions
    from indexium_core.flows.pictures.originals import Originals
    from indexium_core.flows.pictures.thumbnail_job import ThumbnailJobs
    from indexium_core.flows.pictures.thumbnails import Thumbnails
    from indexium_core.flows.planning.charts import Charts
    from indexium_core.flows.planning.file_details import Details
    from indexium_core.flows.planning.media_browser import MediaBrowser
    from indexium_core.flows.planning.plan_search import Finder
    from indexium_core.flows.snapshots.queries import Queries
    from indexium_core.flows.snapshots.query_results import QueryResults
    from indexium_core.flows.snapshots.saved_queries import SavedQueries
    from indexium_core.flows.snapshots.snapshots import Snapshots


class ReadingServices(ServiceGroup):
    """What shows the home and changes no file of it."""

    def __init__(self, core: Core, planning: PlanningServices, writing: WritingServices) -> None:
        super().__init__()
        self._core, self._planning = core, planning
        core.store.follow(self._on_commit)
        core.queue.register(
            job_kinds.THUMBNAILS, lambda job: self.thumbnail_jobs.handle(job), title="Thumbnails", counts_errors=False
        )
        if core.is_served:
            core.events.subscribe(lambda event: self.thumbnail_jobs.follow_scans(event), names={"scan:completed"})
        writing.follow_setting("thumbnail_budget", lambda _: self.thumbnails.keep_budget())

    @on_demand
    def search(self) -> Finder:
        from indexium_core.flows.planning.plan_search import Finder

        return Finder(self._core.store)

    @on_demand
    def media(self) -> MediaBrowser:
        from indexium_core.flows.planning.media_browser import MediaBrowser

        return MediaBrowser(self._core.store, self._planning.newest_version)

    @on_demand
    def charts(self) -> Charts:
        from indexium_core.flows.planning.charts import Charts

        return Charts(self._core.store, self._planning.plans, clock=self._core.clock)

    @on_demand
    def suggestions(self) -> Suggestions:
        from indexium_core.flows.people.suggestions import Suggestions

        core, planning = self._core, self._planning
        return Suggestions(
            core.store, planning.people_index, planning.newest_version, placeholder_keys=core.placeholder_keys
        )

    @on_demand
    def checks(self) -> Checks:
        from indexium_core.flows.checks.check_service import Checks

        core, planning = self._core, self._planning
        return Checks(
            core.store,
            planning.people_index,
            planning.decisions,
            version=planning.newest_version,
            placeholder_keys=core.placeholder_keys,
            clock=core.clock,
            on_change=lambda: core.events.emit("checks:changed"),
        )

    @on_demand
    def snapshots(self) -> Snapshots:
        from indexium_core.flows.snapshots.snapshots import Snapshots

        core, config = self._core, self._core.settings
        return Snapshots(
            core.store,
            version=self._planning.newest_version,
            findings=lambda: self.checks.findings(),
            clock=core.clock,
            is_enabled=lambda: config.snapshots,
            scheduler=core.scheduler,
        )

    def _on_commit(self, written: frozenset[str]) -> None:
        if written & occasions.DECIDED:
            self.snapshots.follow_decision()

    @on_demand
    def queries(self) -> Queries:
        from indexium_core.flows.snapshots.queries import Queries

        core, config = self._core, self._core.settings
        return Queries(self.snapshots, core.home, max_download=lambda: int(config.query_download_limit))

    @on_demand
    def query_results(self) -> QueryResults:
        from indexium_core.flows.snapshots.query_results import QueryResults
        from indexium_core.model.planning.plan import Selection

        plans, config = self._planning.plans, self._core.settings
        return QueryResults(
            self.queries,
            lambda ids: plans.summary(plans.plan(), Selection(included=frozenset(ids))),
            may_edit=lambda: config.metadata_enable_inline_edit,
        )

    @on_demand
    def saved_queries(self) -> SavedQueries:
        from indexium_core.flows.snapshots.saved_queries import SavedQueries

        return SavedQueries(self._core.store, clock=self._core.clock)

    @on_demand
    def files(self) -> Details:
        from indexium_core.flows.planning.file_details import Details

        core, config, planning = self._core, self._core.settings, self._planning
        return Details(
            core.store,
            planning.plans,
            planning.people_index,
            clock=core.clock,
            sidecar_name=lambda: config.sidecar_name,
            rollback_days=lambda: config.metadata_backup_retention_days,
        )

    @on_demand
    def originals(self) -> Originals:
        from indexium_core.flows.pictures.originals import Originals

        return Originals(self._core.store)

    @on_demand
    def thumbnails(self) -> Thumbnails:
        from indexium_core.flows.pictures.thumbnails import Thumbnails

        core, config = self._core, self._core.settings
        return Thumbnails(
            core.store, folder=core.home / "thumbnails", budget_bytes=lambda: int(config.thumbnail_budget)
        )

    @on_demand
    def thumbnail_jobs(self) -> ThumbnailJobs:
        from indexium_core.flows.pictures.thumbnail_job import ThumbnailJobs

        core = self._core
        return ThumbnailJobs(
            core.store, self.thumbnails, modes=self._planning.modes, queue=core.queue, clock=core.clock
        )
