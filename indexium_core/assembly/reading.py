"""The services that only read: search, charts, checks, details, pictures, and the tables for analysts."""

from __future__ import annotations

from indexium_core.assembly.core import Core
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.checks.check_service import Checks
from indexium_core.flows.people.suggestions import Suggestions
from indexium_core.flows.pictures import thumbnail_job
from indexium_core.flows.pictures.originals import Originals
from indexium_core.flows.pictures.thumbnail_job import ThumbnailJobs
from indexium_core.flows.pictures.thumbnails import Thumbnails
from indexium_core.flows.planning.charts import Charts
from indexium_core.flows.planning.file_details import Details
from indexium_core.flows.planning.media_browser import MediaBrowser
from indexium_core.flows.planning.plan_search import Finder
from indexium_core.flows.snapshots.queries import Queries
from indexium_core.flows.snapshots.saved_queries import SavedQueries
from indexium_core.flows.snapshots.snapshots import Snapshots


class ReadingServices:
    """What shows the home and changes no file of it."""

    def __init__(self, core: Core, planning: PlanningServices, writing: WritingServices) -> None:
        store, config, clock, plans = core.store, core.settings, core.clock, planning.plans
        self.search = Finder(store)
        self.media = MediaBrowser(store, plans.newest_version)
        self.charts = Charts(store, plans, clock=clock)
        index = planning.people_index
        self.suggestions = Suggestions(store, index, plans.newest_version, placeholder_keys=core.placeholder_keys)
        self.checks = Checks(
            store,
            index,
            planning.decisions,
            version=plans.newest_version,
            placeholder_keys=core.placeholder_keys,
            clock=clock,
        )
        self.snapshots = Snapshots(
            store,
            version=plans.newest_version,
            findings=self.checks.findings,
            clock=clock,
            is_enabled=lambda: config.snapshots,
            follows_progress=core.is_served,
            scheduler=core.scheduler,
        )
        self.queries = Queries(self.snapshots, core.home, max_download=lambda: int(config.query_download_limit))
        self.saved_queries = SavedQueries(store, clock=clock)
        self.files = Details(store, plans, index, clock=clock, sidecar_name=lambda: config.sidecar_name)
        self.originals = Originals(store)
        self.thumbnails = Thumbnails(
            store, folder=store.home / "thumbnails", budget_bytes=lambda: int(config.thumbnail_budget)
        )
        self.thumbnail_jobs = ThumbnailJobs(store, self.thumbnails, modes=planning.modes, queue=core.queue, clock=clock)
        core.queue.register(thumbnail_job.KIND, self.thumbnail_jobs.handle, title="Thumbnails", counts_errors=False)
        if core.is_served:
            core.events.subscribe(self.thumbnail_jobs.follow_scans)
        writing.configuration.follow("thumbnail_budget", lambda _: self.thumbnails.keep_budget())
