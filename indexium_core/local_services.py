"""The services of an open home in this process, as `Library` publishes them: each name leads to its group."""

from __future__ import annotations

from typing import TypeVar

from indexium_core.assembly.accounts import AccountServices
from indexium_core.assembly.connections import ConnectionServices
from indexium_core.assembly.core import Core
from indexium_core.assembly.following import FollowingServices
from indexium_core.assembly.home import Assembly
from indexium_core.assembly.planning import PlanningServices
from indexium_core.assembly.reading import ReadingServices
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.accounts.authority import checked
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
        self.schedules = self._checked(parts.schedules)

    def _checked(self, service: Service) -> Service:
        """Return a service whose calls ask what the present actor may do."""
        return checked(service, self.authority)

    def _take_core(self, core: Core) -> None:
        self.events, self.requests, self.ui_priority = core.events, core.requests, core.ui_priority
        self.event_log = self._checked(core.event_log)
        self.providers = self._checked(core.providers)
        self.provider_keys = self._checked(core.provider_keys)

    def _take_accounts(self, accounts: AccountServices) -> None:
        self.sign_in, self.token_check, self.open_id = accounts.sign_in, accounts.token_check, accounts.open_id
        self.first_person = accounts.first_person
        self.users = self._checked(accounts.users)
        self.tokens = self._checked(accounts.tokens)
        self.activity = self._checked(accounts.activity)
        self.second_factor = self._checked(accounts.second_factor)
        self.identities = self._checked(accounts.identities)

    def _take_planning(self, planning: PlanningServices) -> None:
        self.fields = self._checked(planning.fields)
        self.locks = self._checked(planning.locks)
        self.audit = self._checked(planning.audit)
        self.people = self._checked(planning.people)
        self.decisions = self._checked(planning.decisions)
        self.bulk = self._checked(planning.bulk)
        self.steps = self._checked(planning.steps)
        self.templates = self._checked(planning.templates)
        self.views = self._checked(planning.views)
        self.plans = self._checked(planning.plans)
        self.exporter = self._checked(planning.exporter)
        self.changes = self._checked(planning.changes)

    def _take_writing(self, writing: WritingServices) -> None:
        self.scans = self._checked(writing.scans)
        self.inventory = self._checked(writing.inventory)
        self.hash_cache = self._checked(writing.hash_cache)
        self.verification = self._checked(writing.verification)
        self.rescans = self._checked(writing.rescans)
        self.operations = self._checked(writing.operations)
        self.history = self._checked(writing.history)
        self.stories = self._checked(writing.stories)
        self.interruptions = self._checked(writing.interruptions)
        self.backups = self._checked(writing.backups)
        self.database_backups = self._checked(writing.database_backups)
        self.configuration = self._checked(writing.configuration)

    def _take_titles(self, titles: TitleServices) -> None:
        self.titles = self._checked(titles.titles)
        self.series = self._checked(titles.series)
        self.artwork = self._checked(titles.artwork)
        self.artwork_jobs = self._checked(titles.artwork_jobs)
        self.picture_selection = self._checked(titles.picture_selection)
        self.picture_search = self._checked(titles.picture_search)
        self.matches = self._checked(titles.matches)
        self.enrichment = self._checked(titles.enrichment)
        self.publications = self._checked(titles.publications)
        self.disaster_recovery = self._checked(titles.disaster_recovery)

    def _take_following(self, following: FollowingServices) -> None:
        self.approvals = self._checked(following.approvals)
        self.retries = self._checked(following.retries)
        self.jobs = self._checked(following.jobs)
        self.doctor = self._checked(following.doctor)

    def _take_reading(self, reading: ReadingServices) -> None:
        self.suggestions = self._checked(reading.suggestions)
        self.search = self._checked(reading.search)
        self.thumbnail_jobs = self._checked(reading.thumbnail_jobs)
        self.media = self._checked(reading.media)
        self.files = self._checked(reading.files)
        self.checks = self._checked(reading.checks)
        self.snapshots = self._checked(reading.snapshots)
        self.queries = self._checked(reading.queries)
        self.saved_queries = self._checked(reading.saved_queries)
        self.charts = self._checked(reading.charts)
        self.originals = self._checked(reading.originals)
        self.thumbnails = self._checked(reading.thumbnails)

    def _take_connections(self, connections: ConnectionServices) -> None:
        self.webhooks = self._checked(connections.webhooks)
        self.automation = self._checked(connections.automation)
        self.players = self._checked(connections.players)
