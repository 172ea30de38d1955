"""Films and series: what the files are, what providers know of them, their pictures, and what is published."""

from __future__ import annotations

from datetime import timedelta

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.artwork import artwork_job
from indexium_core.flows.artwork.artwork_job import ArtworkJobs
from indexium_core.flows.artwork.artwork_manager import ArtworkManager
from indexium_core.flows.artwork.asset_selection import AssetSelectionService
from indexium_core.flows.artwork.cache_service import CacheService
from indexium_core.flows.artwork.local_artwork import LocalArtwork
from indexium_core.flows.automation.automatic_libraries import AutomaticLibraries
from indexium_core.flows.enrichment import batch_enrichment
from indexium_core.flows.enrichment.enricher import TitleEnricher
from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
from indexium_core.flows.enrichment.picture_search import PictureSearch
from indexium_core.flows.matching.match_finder import MatchFinder, emit
from indexium_core.flows.matching.match_service import TitleMatchService
from indexium_core.flows.publishing.planner import PublicationPlanner
from indexium_core.flows.publishing.publication_steps import PublicationSteps
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.publishing.recovery_service import DisasterRecoveryService
from indexium_core.flows.titles import title_service
from indexium_core.flows.titles.identification import Identifier
from indexium_core.flows.titles.series_manager import SeriesManager
from indexium_core.flows.titles.title_service import TitleService
from indexium_core.flows.writing.side_files.publication_writer import PublicationWriter
from indexium_core.model.operations.actor import reads_whole_home
from indexium_core.store.recovery import files

_DECISION_PAUSE = timedelta(seconds=1)  # while a dashboard is served: other decisions follow within this time


class TitleServices:
    """The services of films and series."""

    def __init__(
        self, core: Core, accounts: AccountServices, planning: PlanningServices, writing: WritingServices
    ) -> None:
        self.automatic_libraries = AutomaticLibraries(core.store, core.settings)
        self._build_artwork(core, accounts, planning, writing)
        self._build_titles(core, planning)
        self._build_matches(core, planning)
        self._build_publications(core, accounts, planning, writing)

    def _build_artwork(
        self, core: Core, accounts: AccountServices, planning: PlanningServices, writing: WritingServices
    ) -> None:
        store, config, clock, chooser = core.store, core.settings, core.clock, core.picture_chooser

        def may_store() -> bool:  # a job, or a change whose right was checked, or somebody who may edit titles
            return reads_whole_home() or accounts.authority.may("titles.edit")

        self.picture_cache = CacheService(
            store,
            chooser,
            folder=store.home / files.PICTURES,
            budget_bytes=lambda: int(config.artwork_budget),
            orphan_days=lambda: config.cache_orphan_days,
            clock=clock,
        )
        local = LocalArtwork(store, chooser, may_store=may_store, clock=clock)
        self.picture_selection = AssetSelectionService(
            store, chooser, local, undo=planning.steps, events=core.events, clock=clock
        )
        self.artwork = ArtworkManager(
            store,
            self.picture_cache,
            core.providers.images,
            local,
            selection=self.picture_selection,
            chooser=chooser,
            may_store=may_store,
            config=config,
            clock=clock,
        )
        self.artwork_jobs = ArtworkJobs(
            store,
            self.artwork,
            queue=core.queue,
            ui_priority=core.ui_priority,
            gets_pictures=self.automatic_libraries.gets_pictures,
        )
        core.queue.register(artwork_job.KIND, self.artwork_jobs.handle, title="Pictures", counts_errors=False)
        core.events.subscribe(self.artwork_jobs.follow_identification)
        if core.is_served:
            core.events.subscribe(self.artwork_jobs.follow_enrichment)
        writing.configuration.follow("metadata_language", lambda _: self.picture_selection.choose_all())
        writing.configuration.follow("artwork_budget", lambda _: self.picture_cache.keep_budget())

    def _build_titles(self, core: Core, planning: PlanningServices) -> None:
        store, clock = core.store, core.clock
        self.publication_planner = PublicationPlanner(
            store,
            clock=clock,
            placeholder_keys=core.placeholder_keys,
            has_picture=lambda content_hash: self.picture_cache.retrieve_asset(content_hash) is not None,
        )
        self.titles = TitleService(
            store,
            Identifier(store, executor=core.executors.choose, clock=clock),
            decisions=planning.decisions,
            bulk=planning.bulk,
            queue=core.queue,
            events=core.events,
            undo=planning.steps,
            refresh_publications=self.publication_planner.refresh,
            clock=clock,
            is_served=core.is_served,
        )
        self.series = SeriesManager(store, posters=self.artwork.poster_addresses)
        core.queue.register(title_service.KIND, self.titles.handle, title="Identification", counts_errors=False)
        if core.is_served:
            core.events.subscribe(self.titles.follow_scans)

    def _build_matches(self, core: Core, planning: PlanningServices) -> None:
        store, clock = core.store, core.clock
        finder = MatchFinder(store, core.providers, events=core.events, clock=clock)
        self.enrichment = EnrichmentService(
            store,
            TitleEnricher(
                store,
                core.providers,
                clock=clock,
                find=finder.find,
                record_images=self.artwork.put,
                add_people=planning.people.add_to_files,
            ),
            providers=core.providers,
            queue=core.queue,
            events=core.events,
            config=core.settings,
            pictures=self.artwork.addresses,
            looked_up=self.automatic_libraries.looked_up,
            clock=clock,
            decision_pause=_DECISION_PAUSE if core.is_served else timedelta(0),
        )
        self.matches = TitleMatchService(
            store,
            finder,
            events=core.events,
            undo=planning.steps,
            choose_pictures=core.picture_chooser.choose_again,
            on_accept=self.enrichment.follow_acceptance,
            on_confirm=self.enrichment.follow_confirmation,
            clock=clock,
        )
        self.picture_search = PictureSearch(
            store, core.providers, record_images=self.artwork.put, emit=lambda items: emit(core.events, items)
        )
        core.queue.register(
            batch_enrichment.KIND, self.enrichment.handle, title="Enrichment", max_concurrent=batch_enrichment.MAX_JOBS
        )
        core.events.subscribe(self.matches.follow_identification)
        core.events.subscribe(self.enrichment.follow_identification)

    def _build_publications(
        self, core: Core, accounts: AccountServices, planning: PlanningServices, writing: WritingServices
    ) -> None:
        store, config, clock = core.store, core.settings, core.clock
        self.publications = PublishService(
            store,
            self.publication_planner,
            PublicationWriter(
                store,
                writing.operations,
                gate=accounts.gate,
                owner=core.queue.owner,
                clock=clock,
                keep_days=lambda: int(config.metadata_backup_retention_days),
            ),
            PublicationSteps(store, self.picture_selection.steps, undo=planning.steps, events=core.events, clock=clock),
            events=core.events,
            clock=clock,
            fetch_pictures=self.artwork_jobs.add_if_allowed,
        )
        core.events.subscribe(self.publications.follow_rollback)
        self.disaster_recovery = DisasterRecoveryService(store, self.publications, self.picture_cache)
        core.events.subscribe(self.disaster_recovery.follow_rollback)
