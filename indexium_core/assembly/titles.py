"""Films and series: what the files are, what providers know of them, their pictures, and what is published."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.model import job_kinds
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.operations.actor import reads_whole_home
from indexium_core.store import home_files

if TYPE_CHECKING:
    from indexium_core.flows.artwork.artwork_job import ArtworkJobs
    from indexium_core.flows.artwork.artwork_manager import ArtworkManager
    from indexium_core.flows.artwork.asset_selection import AssetSelectionService
    from indexium_core.flows.artwork.cache_service import CacheService
    from indexium_core.flows.artwork.local_artwork import LocalArtwork
    from indexium_core.flows.automation.automatic_libraries import AutomaticLibraries
    from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
    from indexium_core.flows.enrichment.picture_search import PictureSearch
    from indexium_core.flows.matching.match_finder import MatchFinder
    from indexium_core.flows.matching.match_service import TitleMatchService
    from indexium_core.flows.publishing.disaster_recovery import DisasterRecoveryService
    from indexium_core.flows.publishing.publication_planner import PublicationPlanner
    from indexium_core.flows.publishing.publication_steps import PublicationSteps
    from indexium_core.flows.publishing.publish_service import PublishService
    from indexium_core.flows.titles.series_manager import SeriesManager
    from indexium_core.flows.titles.title_service import TitleService

_DECISION_PAUSE = timedelta(seconds=1)  # while a dashboard is served: other decisions follow within this time
_ENRICHMENTS = 2  # jobs at once, so that one title does not wait for the end of a whole library


class TitleServices(ServiceGroup):
    """The services of films and series."""

    def __init__(
        self, core: Core, accounts: AccountServices, planning: PlanningServices, writing: WritingServices
    ) -> None:
        super().__init__()
        self._core, self._accounts, self._planning, self._writing = core, accounts, planning, writing
        planning.undo_of |= {
            "value": lambda *step, at: self.titles.undo_values(*step, at=at),
            "move": lambda *step, at: self.titles.undo_move(*step, at=at),
            "match": lambda *step, at: self.matches.undo_step(*step, at=at),
            "picture": lambda *step, at: self.picture_selection.steps.undo(*step, at=at),
            "side_file": lambda *step, at: self._publication_steps.undo_choice(*step, at=at),
            "discard": lambda *step, at: self._publication_steps.undo_discard(*step, at=at),
        }
        core.queue.register(
            job_kinds.ARTWORK, lambda job: self.artwork_jobs.handle(job), title="Pictures", counts_errors=False
        )
        core.queue.register(
            job_kinds.IDENTIFICATION, lambda job: self.titles.handle(job), title="Identification", counts_errors=False
        )
        core.queue.register(
            job_kinds.ENRICHMENT,
            lambda job: self.enrichment.handle(job),
            title="Enrichment",
            max_concurrent=_ENRICHMENTS,
        )
        subscribe = core.events.subscribe
        subscribe(lambda event: self.artwork_jobs.follow_identification(event), names={"identify:completed"})
        if core.is_served:
            subscribe(lambda event: self.artwork_jobs.follow_enrichment(event), names={"enrich:completed"})
            subscribe(lambda event: self.titles.follow_scans(event), names={"scan:completed"})
        subscribe(lambda event: self.matches.follow_identification(event), names={"identify:completed"})
        subscribe(lambda event: self.enrichment.follow_identification(event), names={"identify:completed"})
        subscribe(lambda event: self.publications.follow_rollback(event), names={"rollback:completed"})
        subscribe(lambda event: self.disaster_recovery.follow_rollback(event), names={"rollback:completed"})
        writing.follow_setting("metadata_language", lambda _: self.picture_selection.choose_all())
        writing.follow_setting("artwork_budget", lambda _: self.picture_cache.keep_budget())

    @on_demand
    def automatic_libraries(self) -> AutomaticLibraries:
        from indexium_core.flows.automation.automatic_libraries import AutomaticLibraries

        return AutomaticLibraries(self._core.store, self._core.settings)

    # Pictures.

    def _may_store(self) -> bool:
        """Return whether pictures may be stored: by a job, after a check of a right, or for who may edit titles."""
        return reads_whole_home() or self._accounts.authority.may(TITLES_EDIT)

    @on_demand
    def picture_cache(self) -> CacheService:
        from indexium_core.flows.artwork.cache_service import CacheService

        core, config = self._core, self._core.settings
        return CacheService(
            core.store,
            core.picture_chooser,
            folder=core.home / home_files.PICTURES,
            budget_bytes=lambda: int(config.artwork_budget),
            orphan_days=lambda: config.cache_orphan_days,
            clock=core.clock,
        )

    @on_demand
    def _local_artwork(self) -> LocalArtwork:
        from indexium_core.flows.artwork.local_artwork import LocalArtwork

        core = self._core
        return LocalArtwork(core.store, core.picture_chooser, may_store=self._may_store, clock=core.clock)

    @on_demand
    def picture_selection(self) -> AssetSelectionService:
        from indexium_core.flows.artwork.asset_selection import AssetSelectionService

        core = self._core
        return AssetSelectionService(
            core.store,
            core.picture_chooser,
            self._local_artwork,
            events=core.events,
            clock=core.clock,
        )

    @on_demand
    def artwork(self) -> ArtworkManager:
        from indexium_core.flows.artwork.artwork_manager import ArtworkManager

        core = self._core
        return ArtworkManager(
            core.store,
            self.picture_cache,
            core.providers.images,
            self._local_artwork,
            selection=self.picture_selection,
            chooser=core.picture_chooser,
            may_store=self._may_store,
            config=core.settings,
            clock=core.clock,
        )

    @on_demand
    def artwork_jobs(self) -> ArtworkJobs:
        from indexium_core.flows.artwork.artwork_job import ArtworkJobs

        core = self._core
        return ArtworkJobs(
            core.store,
            self.artwork,
            queue=core.queue,
            ui_priority=core.ui_priority,
            gets_pictures=self.automatic_libraries.gets_pictures,
        )

    # Titles.

    @on_demand
    def publication_planner(self) -> PublicationPlanner:
        from indexium_core.flows.publishing.publication_planner import PublicationPlanner

        core = self._core
        return PublicationPlanner(
            core.store,
            clock=core.clock,
            placeholder_keys=core.placeholder_keys,
            has_picture=lambda content_hash: self.picture_cache.retrieve_asset(content_hash) is not None,
        )

    @on_demand
    def titles(self) -> TitleService:
        from indexium_core.flows.titles.identification import Identifier
        from indexium_core.flows.titles.title_service import TitleService

        core, planning = self._core, self._planning
        return TitleService(
            core.store,
            Identifier(core.store, executor=core.executor, clock=core.clock),
            decisions=planning.decisions,
            bulk=planning.bulk,
            queue=core.queue,
            events=core.events,
            refresh_publications=self.publication_planner.refresh,
            clock=core.clock,
            is_served=core.is_served,
        )

    @on_demand
    def series(self) -> SeriesManager:
        from indexium_core.flows.titles.series_manager import SeriesManager

        return SeriesManager(self._core.store, posters=self.artwork.poster_addresses)

    # Matches and values of providers.

    @on_demand
    def _match_finder(self) -> MatchFinder:
        from indexium_core.flows.matching.match_finder import MatchFinder

        core = self._core
        return MatchFinder(core.store, core.providers, events=core.events, clock=core.clock)

    @on_demand
    def enrichment(self) -> EnrichmentService:
        from indexium_core.flows.enrichment.enricher import TitleEnricher
        from indexium_core.flows.enrichment.enrichment_service import EnrichmentService

        core = self._core
        return EnrichmentService(
            core.store,
            TitleEnricher(
                core.store,
                core.providers,
                clock=core.clock,
                find=self._match_finder.find,
                record_images=self.artwork.put,
                add_people=self._planning.people.add_to_files,
            ),
            providers=core.providers,
            queue=core.queue,
            events=core.events,
            config=core.settings,
            pictures=self.artwork.addresses,
            looked_up=self.automatic_libraries.looked_up,
            clock=core.clock,
            decision_pause=_DECISION_PAUSE if core.is_served else timedelta(0),
        )

    @on_demand
    def matches(self) -> TitleMatchService:
        from indexium_core.flows.matching.match_service import TitleMatchService

        core = self._core
        return TitleMatchService(
            core.store,
            self._match_finder,
            events=core.events,
            steps=self._planning.steps,
            choose_pictures=core.picture_chooser.choose_again,
            on_accept=self.enrichment.follow_acceptance,
            on_confirm=self.enrichment.follow_confirmation,
            clock=core.clock,
        )

    @on_demand
    def picture_search(self) -> PictureSearch:
        from indexium_core.flows.enrichment.picture_search import PictureSearch
        from indexium_core.flows.matching.match_finder import emit

        core = self._core
        return PictureSearch(
            core.store,
            core.providers,
            record_images=self.artwork.put,
            emit=lambda items: emit(core.events, items),
        )

    # What is published.

    @on_demand
    def _publication_steps(self) -> PublicationSteps:
        from indexium_core.flows.publishing.publication_steps import PublicationSteps

        core = self._core
        return PublicationSteps(core.store, self.picture_selection.steps, events=core.events, clock=core.clock)

    @on_demand
    def publications(self) -> PublishService:
        from indexium_core.flows.publishing.publish_service import PublishService
        from indexium_core.flows.writing.publication_writer import PublicationWriter

        core, config = self._core, self._core.settings
        return PublishService(
            core.store,
            self.publication_planner,
            PublicationWriter(
                core.store,
                self._writing.operations,
                gate=self._accounts.gate,
                owner=core.queue.owner,
                clock=core.clock,
                keep_days=lambda: int(config.metadata_backup_retention_days),
            ),
            self._publication_steps,
            events=core.events,
            clock=core.clock,
            fetch_pictures=self.artwork_jobs.add_if_allowed,
        )

    @on_demand
    def disaster_recovery(self) -> DisasterRecoveryService:
        from indexium_core.flows.publishing.disaster_recovery import DisasterRecoveryService

        return DisasterRecoveryService(self._core.store, self.publications, self.picture_cache)
