"""The services of an open home in this process, as `Library` publishes them: each name leads to its group."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from indexium_core.assembly.home import Assembly
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.flows.accounts.authority import CheckedService
from indexium_core.services import LibraryServices

if TYPE_CHECKING:
    from indexium_core.flows.accounts.activity_service import ActivityService
    from indexium_core.flows.accounts.first_person import FirstPerson
    from indexium_core.flows.accounts.open_id.identity_service import IdentityService
    from indexium_core.flows.accounts.open_id.open_id_sign_in import OpenIdSignIn
    from indexium_core.flows.accounts.second_factor_service import SecondFactorService
    from indexium_core.flows.accounts.sign_in import SignIn
    from indexium_core.flows.accounts.token_check import TokenCheck
    from indexium_core.flows.accounts.token_service import TokenService
    from indexium_core.flows.accounts.user_service import UserService
    from indexium_core.flows.approvals.approval_service import Approvals
    from indexium_core.flows.artwork.artwork_job import ArtworkJobs
    from indexium_core.flows.artwork.artwork_manager import ArtworkManager
    from indexium_core.flows.artwork.asset_selection import AssetSelectionService
    from indexium_core.flows.automation.automation_service import AutomationService
    from indexium_core.flows.checks.check_service import Checks
    from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
    from indexium_core.flows.enrichment.picture_search import PictureSearch
    from indexium_core.flows.exchange.export_plan import Exporter
    from indexium_core.flows.exchange.import_changes import PlanImport
    from indexium_core.flows.fields.custom_fields import CustomFields
    from indexium_core.flows.history.history_service import HistoryService
    from indexium_core.flows.history.interrupted import Interruptions
    from indexium_core.flows.history.retry import RetryService
    from indexium_core.flows.history.story import StoryBuilder
    from indexium_core.flows.home.backups import BackupManager
    from indexium_core.flows.home.configuration import Configuration
    from indexium_core.flows.home.database_backups import DatabaseBackups
    from indexium_core.flows.home.doctor import Doctor
    from indexium_core.flows.home.schedule_service import Schedules
    from indexium_core.flows.jobs.idempotency import Requests
    from indexium_core.flows.jobs.job_service import JobService
    from indexium_core.flows.matching.match_service import TitleMatchService
    from indexium_core.flows.people.people_service import PeopleService
    from indexium_core.flows.people.suggestions import Suggestions
    from indexium_core.flows.pictures.originals import Originals
    from indexium_core.flows.pictures.thumbnail_job import ThumbnailJobs
    from indexium_core.flows.pictures.thumbnails import Thumbnails
    from indexium_core.flows.planning.charts import Charts
    from indexium_core.flows.planning.file_details import Details
    from indexium_core.flows.planning.media_browser import MediaBrowser
    from indexium_core.flows.planning.plan_search import Finder
    from indexium_core.flows.planning.planner import MetadataPlanner
    from indexium_core.flows.players.player_service import PlayerService
    from indexium_core.flows.properties.audit import Auditor
    from indexium_core.flows.properties.field_locks import LockService
    from indexium_core.flows.properties.rescan import Rescanner
    from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
    from indexium_core.flows.providers.key_service import KeyService
    from indexium_core.flows.publishing.publish_service import PublishService
    from indexium_core.flows.publishing.recovery_service import DisasterRecoveryService
    from indexium_core.flows.review.bulk_edits import BulkEdits
    from indexium_core.flows.review.decisions import Decisions
    from indexium_core.flows.review.saved_views import ViewService
    from indexium_core.flows.review.templates import Templates
    from indexium_core.flows.review.undo_steps import StepService
    from indexium_core.flows.scanning.hash_cache import HashCache
    from indexium_core.flows.scanning.hash_verification import HashVerification
    from indexium_core.flows.scanning.inventory import Inventory
    from indexium_core.flows.scanning.scan_jobs import ScanJobs
    from indexium_core.flows.snapshots.queries import Queries
    from indexium_core.flows.snapshots.saved_queries import SavedQueries
    from indexium_core.flows.snapshots.snapshots import Snapshots
    from indexium_core.flows.titles.series_manager import SeriesManager
    from indexium_core.flows.titles.title_service import TitleService
    from indexium_core.flows.webhooks.webhook_service import WebhookService
    from indexium_core.flows.writing.writer import MetadataWriter
    from indexium_core.jobs.event_bus import Recorder

Service = TypeVar("Service")


class LocalServices(LibraryServices, ServiceGroup):
    """The services of the groups. Those of `LibraryServices` check what the present actor may do."""

    def __init__(self, parts: Assembly) -> None:
        super().__init__()
        self._parts = parts
        self.authority = parts.accounts.authority
        self.events, self.ui_priority = parts.core.events, parts.core.ui_priority

    def _checked(self, name: str, service: Service) -> Service:
        """Return a service whose calls need the permissions that `model/accounts/required.py` lists by its name."""
        return cast("Service", CheckedService(service, name, self.authority))

    @on_demand
    def requests(self) -> Requests:
        return self._parts.core.requests

    @on_demand
    def sign_in(self) -> SignIn:
        return self._parts.accounts.sign_in

    @on_demand
    def token_check(self) -> TokenCheck:
        return self._parts.accounts.token_check

    @on_demand
    def open_id(self) -> OpenIdSignIn:
        return self._parts.accounts.open_id

    @on_demand
    def first_person(self) -> FirstPerson:
        return self._parts.accounts.first_person

    @on_demand
    def event_log(self) -> Recorder:
        return self._checked("event_log", self._parts.core.event_log)

    @on_demand
    def providers(self) -> ExternalAPIManager:
        return self._checked("providers", self._parts.core.providers)

    @on_demand
    def provider_keys(self) -> KeyService:
        return self._checked("provider_keys", self._parts.core.provider_keys)

    @on_demand
    def users(self) -> UserService:
        return self._checked("users", self._parts.accounts.users)

    @on_demand
    def tokens(self) -> TokenService:
        return self._checked("tokens", self._parts.accounts.tokens)

    @on_demand
    def activity(self) -> ActivityService:
        return self._checked("activity", self._parts.accounts.activity)

    @on_demand
    def second_factor(self) -> SecondFactorService:
        return self._checked("second_factor", self._parts.accounts.second_factor)

    @on_demand
    def identities(self) -> IdentityService:
        return self._checked("identities", self._parts.accounts.identities)

    @on_demand
    def fields(self) -> CustomFields:
        return self._checked("fields", self._parts.planning.fields)

    @on_demand
    def locks(self) -> LockService:
        return self._checked("locks", self._parts.planning.locks)

    @on_demand
    def audit(self) -> Auditor:
        return self._checked("audit", self._parts.planning.audit)

    @on_demand
    def people(self) -> PeopleService:
        return self._checked("people", self._parts.planning.people)

    @on_demand
    def decisions(self) -> Decisions:
        return self._checked("decisions", self._parts.planning.decisions)

    @on_demand
    def bulk(self) -> BulkEdits:
        return self._checked("bulk", self._parts.planning.bulk)

    @on_demand
    def steps(self) -> StepService:
        return self._checked("steps", self._parts.planning.steps)

    @on_demand
    def templates(self) -> Templates:
        return self._checked("templates", self._parts.planning.templates)

    @on_demand
    def views(self) -> ViewService:
        return self._checked("views", self._parts.planning.views)

    @on_demand
    def plans(self) -> MetadataPlanner:
        return self._checked("plans", self._parts.planning.plans)

    @on_demand
    def exporter(self) -> Exporter:
        return self._checked("exporter", self._parts.planning.exporter)

    @on_demand
    def changes(self) -> PlanImport:
        return self._checked("changes", self._parts.planning.changes)

    @on_demand
    def scans(self) -> ScanJobs:
        return self._checked("scans", self._parts.writing.scans)

    @on_demand
    def inventory(self) -> Inventory:
        return self._checked("inventory", self._parts.writing.inventory)

    @on_demand
    def hash_cache(self) -> HashCache:
        return self._checked("hash_cache", self._parts.writing.hash_cache)

    @on_demand
    def verification(self) -> HashVerification:
        return self._checked("verification", self._parts.writing.verification)

    @on_demand
    def rescans(self) -> Rescanner:
        return self._checked("rescans", self._parts.writing.rescans)

    @on_demand
    def operations(self) -> MetadataWriter:
        return self._checked("operations", self._parts.writing.operations)

    @on_demand
    def history(self) -> HistoryService:
        return self._checked("history", self._parts.writing.history)

    @on_demand
    def stories(self) -> StoryBuilder:
        return self._checked("stories", self._parts.writing.stories)

    @on_demand
    def interruptions(self) -> Interruptions:
        return self._checked("interruptions", self._parts.writing.interruptions)

    @on_demand
    def backups(self) -> BackupManager:
        return self._checked("backups", self._parts.writing.backups)

    @on_demand
    def database_backups(self) -> DatabaseBackups:
        return self._checked("database_backups", self._parts.writing.database_backups)

    @on_demand
    def configuration(self) -> Configuration:
        return self._checked("configuration", self._parts.writing.configuration)

    @on_demand
    def titles(self) -> TitleService:
        return self._checked("titles", self._parts.titles.titles)

    @on_demand
    def series(self) -> SeriesManager:
        return self._checked("series", self._parts.titles.series)

    @on_demand
    def artwork(self) -> ArtworkManager:
        return self._checked("artwork", self._parts.titles.artwork)

    @on_demand
    def artwork_jobs(self) -> ArtworkJobs:
        return self._checked("artwork_jobs", self._parts.titles.artwork_jobs)

    @on_demand
    def picture_selection(self) -> AssetSelectionService:
        return self._checked("picture_selection", self._parts.titles.picture_selection)

    @on_demand
    def picture_search(self) -> PictureSearch:
        return self._checked("picture_search", self._parts.titles.picture_search)

    @on_demand
    def matches(self) -> TitleMatchService:
        return self._checked("matches", self._parts.titles.matches)

    @on_demand
    def enrichment(self) -> EnrichmentService:
        return self._checked("enrichment", self._parts.titles.enrichment)

    @on_demand
    def publications(self) -> PublishService:
        return self._checked("publications", self._parts.titles.publications)

    @on_demand
    def disaster_recovery(self) -> DisasterRecoveryService:
        return self._checked("disaster_recovery", self._parts.titles.disaster_recovery)

    @on_demand
    def approvals(self) -> Approvals:
        return self._checked("approvals", self._parts.following.approvals)

    @on_demand
    def retries(self) -> RetryService:
        return self._checked("retries", self._parts.following.retries)

    @on_demand
    def jobs(self) -> JobService:
        return self._checked("jobs", self._parts.following.jobs)

    @on_demand
    def doctor(self) -> Doctor:
        return self._checked("doctor", self._parts.following.doctor)

    @on_demand
    def suggestions(self) -> Suggestions:
        return self._checked("suggestions", self._parts.reading.suggestions)

    @on_demand
    def search(self) -> Finder:
        return self._checked("search", self._parts.reading.search)

    @on_demand
    def thumbnail_jobs(self) -> ThumbnailJobs:
        return self._checked("thumbnail_jobs", self._parts.reading.thumbnail_jobs)

    @on_demand
    def media(self) -> MediaBrowser:
        return self._checked("media", self._parts.reading.media)

    @on_demand
    def files(self) -> Details:
        return self._checked("files", self._parts.reading.files)

    @on_demand
    def checks(self) -> Checks:
        return self._checked("checks", self._parts.reading.checks)

    @on_demand
    def snapshots(self) -> Snapshots:
        return self._checked("snapshots", self._parts.reading.snapshots)

    @on_demand
    def queries(self) -> Queries:
        return self._checked("queries", self._parts.reading.queries)

    @on_demand
    def saved_queries(self) -> SavedQueries:
        return self._checked("saved_queries", self._parts.reading.saved_queries)

    @on_demand
    def charts(self) -> Charts:
        return self._checked("charts", self._parts.reading.charts)

    @on_demand
    def originals(self) -> Originals:
        return self._checked("originals", self._parts.reading.originals)

    @on_demand
    def thumbnails(self) -> Thumbnails:
        return self._checked("thumbnails", self._parts.reading.thumbnails)

    @on_demand
    def webhooks(self) -> WebhookService:
        return self._checked("webhooks", self._parts.connections.webhooks)

    @on_demand
    def automation(self) -> AutomationService:
        return self._checked("automation", self._parts.connections.automation)

    @on_demand
    def players(self) -> PlayerService:
        return self._checked("players", self._parts.connections.players)

    @on_demand
    def schedules(self) -> Schedules:
        return self._checked("schedules", self._parts.schedules)
