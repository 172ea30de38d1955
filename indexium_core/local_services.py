"""The services of an open home in this process, as `Library` publishes them: each name leads to its group."""

from __future__ import annotations

from typing import TypeVar, cast

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.connections import ConnectionServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.following import FollowingServices
from indexium_core.assembly.home import Assembly
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.reading import ReadingServices
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.accounts.authority import CheckedService
from indexium_core.services import LibraryServices

Service = TypeVar("Service")


class LocalServices(LibraryServices):
    """The services of the groups. Those of `LibraryServices` check what the present actor may do."""

    def __init__(self, parts: Assembly) -> None:
        self.authority = parts.accounts.authority
        self._take_core(parts.core)
        self._take_accounts(parts.accounts)
        self._take_planning(parts.planning)
        self._take_writing(parts.writing)
        self._take_titles(parts.titles)
        self._take_following(parts.following)
        self._take_reading(parts.reading)
        self._take_connections(parts.connections)
        self.schedules = self._checked("schedules", parts.schedules)

    def _checked(self, name: str, service: Service) -> Service:
        """Return a service whose calls need the permissions that `model/accounts/required.py` lists by its name."""
        return cast("Service", CheckedService(service, name, self.authority))

    def _take_core(self, core: Core) -> None:
        self.events, self.requests, self.ui_priority = core.events, core.requests, core.ui_priority
        self.event_log = self._checked("event_log", core.event_log)
        self.providers = self._checked("providers", core.providers)
        self.provider_keys = self._checked("provider_keys", core.provider_keys)

    def _take_accounts(self, accounts: AccountServices) -> None:
        self.sign_in, self.token_check, self.open_id = accounts.sign_in, accounts.token_check, accounts.open_id
        self.first_person = accounts.first_person
        self.users = self._checked("users", accounts.users)
        self.tokens = self._checked("tokens", accounts.tokens)
        self.activity = self._checked("activity", accounts.activity)
        self.second_factor = self._checked("second_factor", accounts.second_factor)
        self.identities = self._checked("identities", accounts.identities)

    def _take_planning(self, planning: PlanningServices) -> None:
        self.fields = self._checked("fields", planning.fields)
        self.locks = self._checked("locks", planning.locks)
        self.audit = self._checked("audit", planning.audit)
        self.people = self._checked("people", planning.people)
        self.decisions = self._checked("decisions", planning.decisions)
        self.bulk = self._checked("bulk", planning.bulk)
        self.steps = self._checked("steps", planning.steps)
        self.templates = self._checked("templates", planning.templates)
        self.views = self._checked("views", planning.views)
        self.plans = self._checked("plans", planning.plans)
        self.exporter = self._checked("exporter", planning.exporter)
        self.changes = self._checked("changes", planning.changes)

    def _take_writing(self, writing: WritingServices) -> None:
        self.scans = self._checked("scans", writing.scans)
        self.inventory = self._checked("inventory", writing.inventory)
        self.hash_cache = self._checked("hash_cache", writing.hash_cache)
        self.verification = self._checked("verification", writing.verification)
        self.rescans = self._checked("rescans", writing.rescans)
        self.operations = self._checked("operations", writing.operations)
        self.history = self._checked("history", writing.history)
        self.stories = self._checked("stories", writing.stories)
        self.interruptions = self._checked("interruptions", writing.interruptions)
        self.backups = self._checked("backups", writing.backups)
        self.database_backups = self._checked("database_backups", writing.database_backups)
        self.configuration = self._checked("configuration", writing.configuration)

    def _take_titles(self, titles: TitleServices) -> None:
        self.titles = self._checked("titles", titles.titles)
        self.series = self._checked("series", titles.series)
        self.artwork = self._checked("artwork", titles.artwork)
        self.artwork_jobs = self._checked("artwork_jobs", titles.artwork_jobs)
        self.picture_selection = self._checked("picture_selection", titles.picture_selection)
        self.picture_search = self._checked("picture_search", titles.picture_search)
        self.matches = self._checked("matches", titles.matches)
        self.enrichment = self._checked("enrichment", titles.enrichment)
        self.publications = self._checked("publications", titles.publications)
        self.disaster_recovery = self._checked("disaster_recovery", titles.disaster_recovery)

    def _take_following(self, following: FollowingServices) -> None:
        self.approvals = self._checked("approvals", following.approvals)
        self.retries = self._checked("retries", following.retries)
        self.jobs = self._checked("jobs", following.jobs)
        self.doctor = self._checked("doctor", following.doctor)

    def _take_reading(self, reading: ReadingServices) -> None:
        self.suggestions = self._checked("suggestions", reading.suggestions)
        self.search = self._checked("search", reading.search)
        self.thumbnail_jobs = self._checked("thumbnail_jobs", reading.thumbnail_jobs)
        self.media = self._checked("media", reading.media)
        self.files = self._checked("files", reading.files)
        self.checks = self._checked("checks", reading.checks)
        self.snapshots = self._checked("snapshots", reading.snapshots)
        self.queries = self._checked("queries", reading.queries)
        self.saved_queries = self._checked("saved_queries", reading.saved_queries)
        self.charts = self._checked("charts", reading.charts)
        self.originals = self._checked("originals", reading.originals)
        self.thumbnails = self._checked("thumbnails", reading.thumbnails)

    def _take_connections(self, connections: ConnectionServices) -> None:
        self.webhooks = self._checked("webhooks", connections.webhooks)
        self.automation = self._checked("automation", connections.automation)
        self.players = self._checked("players", connections.players)
