"""The services of films and series, and the callbacks between them: a part of the assembly of a home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from indexium_core.flows.artwork import artwork_job
from indexium_core.flows.artwork.artwork_manager import ArtworkManager
from indexium_core.flows.artwork.asset_selection import AssetSelectionService
from indexium_core.flows.artwork.cache_service import CacheService
from indexium_core.flows.artwork.local_artwork import LocalArtwork
from indexium_core.flows.artwork.picture_chooser import PictureChooser
from indexium_core.flows.enrichment import batch_enrichment
from indexium_core.flows.enrichment.enricher import TitleEnricher
from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
from indexium_core.flows.enrichment.picture_search import PictureSearch
from indexium_core.flows.matching.match_finder import emit
from indexium_core.flows.matching.match_service import TitleMatchService
from indexium_core.flows.publishing.planner import PublicationPlanner
from indexium_core.flows.publishing.publication_steps import PublicationSteps
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.publishing.recovery_service import DisasterRecoveryService
from indexium_core.flows.titles import title_service
from indexium_core.flows.titles.identification import Identifier
from indexium_core.flows.titles.series_manager import SeriesManager
from indexium_core.flows.writing.side_files.publication_writer import PublicationWriter
from indexium_core.model.people import placeholders
from indexium_core.settings import Settings
from indexium_core.store import database
from indexium_core.store.recovery import files

if TYPE_CHECKING:
    from indexium_core.flows.accounts.approval_gate import ApprovalGate
    from indexium_core.flows.people.people_service import PeopleService
    from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
    from indexium_core.flows.review.bulk_edits import BulkEdits
    from indexium_core.flows.review.decisions import Decisions
    from indexium_core.flows.review.undo_steps import StepService
    from indexium_core.flows.writing.writer import MetadataWriter
    from indexium_core.jobs.event_bus import EventBus
    from indexium_core.jobs.executors import Executor
    from indexium_core.jobs.queue import JobQueueService
    from indexium_core.jobs.ui_priority import UiPriority

_DECISION_PAUSE = timedelta(seconds=1)  # while a dashboard is served: other decisions follow within this time


class TitleAssembly:
    """Builds the services of films and series from those of the home."""

    settings: Settings
    events: EventBus
    queue: JobQueueService
    steps: StepService
    decisions: Decisions
    bulk: BulkEdits
    people: PeopleService
    providers: ExternalAPIManager
    picture_chooser: PictureChooser
    operations: MetadataWriter
    gate: ApprovalGate
    ui_priority: UiPriority
    is_served: bool

    def _executor(self, files: int = 0, seconds: float = 0.0) -> Executor:
        """Return the executor for work on files."""
        raise NotImplementedError

    def _placeholder_keys(self) -> frozenset[str]:
        return placeholders.keys(self.settings.placeholder_names)

    def _build_titles(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        """Build the services of films and series."""
        self.titles = title_service.TitleService(
            store,
            Identifier(store, executor=self._executor, clock=clock),
            decisions=self.decisions,
            bulk=self.bulk,
            queue=self.queue,
            events=self.events,
            undo=self.steps,
            clock=clock,
            is_served=self.is_served,
        )
        self._build_artwork(store, clock)
        self.series = SeriesManager(store, posters=self.artwork.poster_addresses)
        self.matches = TitleMatchService(
            store,
            self.providers,
            events=self.events,
            undo=self.steps,
            choose_pictures=self.picture_chooser.choose_again,
            clock=clock,
        )
        self.queue.register(title_service.KIND, self.titles.handle, title="Identification", counts_errors=False)
        if self.is_served:
            self.events.subscribe(self.titles.follow_scans)
        self.enrichment = EnrichmentService(
            store,
            TitleEnricher(
                store,
                self.providers,
                clock=clock,
                find=self.matches.find,
                record_images=self.artwork.put,
                add_people=self.people.add_to_files,
            ),
            providers=self.providers,
            queue=self.queue,
            events=self.events,
            config=config,
            pictures=self.artwork.addresses,
            clock=clock,
            decision_pause=_DECISION_PAUSE if self.is_served else timedelta(0),
        )
        self.queue.register(
            batch_enrichment.KIND,
            self.enrichment.handle,
            title="Enrichment",
            max_concurrent=batch_enrichment.MAX_JOBS,
        )
        self.picture_search = PictureSearch(
            store,
            self.providers,
            record_images=self.artwork.put,
            emit=lambda items: emit(self.events, items),
        )
        self.events.subscribe(self.matches.follow_identification)
        self.events.subscribe(self.enrichment.follow_identification)
        self.matches.on_accept = self.enrichment.follow_acceptance
        self.matches.on_confirm = self.enrichment.follow_confirmation
        self.publication_planner = planner = PublicationPlanner(
            store,
            clock=clock,
            placeholder_keys=self._placeholder_keys,
            has_picture=lambda content_hash: self.artwork.cache.retrieve_asset(content_hash) is not None,
        )
        self.titles.refresh_publications = planner.refresh
        self.publications = PublishService(
            store,
            planner,
            PublicationWriter(
                store,
                self.operations,
                gate=self.gate,
                owner=self.queue.owner,
                clock=clock,
                keep_days=lambda: int(config.metadata_backup_retention_days),
            ),
            PublicationSteps(store, self.picture_selection.steps, undo=self.steps, events=self.events, clock=clock),
            events=self.events,
            clock=clock,
            fetch_pictures=self.artwork_jobs.add_if_allowed,
        )
        self.events.subscribe(self.publications.follow_rollback)
        self.disaster_recovery = DisasterRecoveryService(store, self.publications, self.artwork.cache)
        self.events.subscribe(self.disaster_recovery.follow_rollback)

    def _build_artwork(self, store: database.Database, clock: Callable[[], datetime]) -> None:
        """Build the services of the pictures of films and series."""
        chooser = self.picture_chooser
        cache = CacheService(
            store,
            chooser,
            folder=store.home / files.PICTURES,
            budget_bytes=lambda: int(self.settings.artwork_budget),
            orphan_days=lambda: self.settings.cache_orphan_days,
            clock=clock,
        )
        local = LocalArtwork(store, chooser, clock=clock)
        self.picture_selection = AssetSelectionService(
            store, chooser, local, undo=self.steps, events=self.events, clock=clock
        )
        self.artwork = ArtworkManager(
            store,
            cache,
            self.providers.images,
            local,
            selection=self.picture_selection,
            chooser=chooser,
            config=self.settings,
            clock=clock,
        )
        self.artwork_jobs = artwork_job.ArtworkJobs(store, self.artwork, queue=self.queue, ui_priority=self.ui_priority)
        self.queue.register(artwork_job.KIND, self.artwork_jobs.handle, title="Pictures", counts_errors=False)
        self.events.subscribe(self.artwork_jobs.follow_identification)
        if self.is_served:
            self.events.subscribe(self.artwork_jobs.follow_enrichment)
