"""The services that connect a home with other programs: a part of the assembly of a home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from indexium_core.flows.accounts.activity_service import ActivityService
from indexium_core.flows.accounts.authority import Authority
from indexium_core.flows.accounts.first_person import FirstPerson
from indexium_core.flows.accounts.library_limits import LibraryLimits
from indexium_core.flows.accounts.open_id.identity_service import IdentityService
from indexium_core.flows.accounts.open_id.open_id_provider import OpenIdProvider
from indexium_core.flows.accounts.open_id.open_id_sign_in import OpenIdSignIn
from indexium_core.flows.accounts.second_factor_service import SecondFactorService
from indexium_core.flows.accounts.sign_in import SignIn
from indexium_core.flows.accounts.token_check import TokenCheck
from indexium_core.flows.accounts.token_service import TokenService
from indexium_core.flows.accounts.user_service import UserService
from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.automation.library_updates import LibraryUpdater
from indexium_core.flows.automation.scheduled_updates import ScheduledUpdates
from indexium_core.flows.players import notification, read_back, watch_copies
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.flows.players.player_service import PlayerService
from indexium_core.flows.webhooks import event_intake, reactions
from indexium_core.flows.webhooks.event_intake import EventIntake
from indexium_core.flows.webhooks.event_spool import EventSpool
from indexium_core.flows.webhooks.reactions import Reactions
from indexium_core.flows.webhooks.webhook_service import WebhookService
from indexium_core.settings import Settings
from indexium_core.store import database
from indexium_core.store.operations import ledger
from indexium_core.title_assembly import TitleAssembly

if TYPE_CHECKING:
    from indexium_core.flows.home.configuration import Configuration
    from indexium_core.flows.scanning.scan_jobs import ScanJobs
    from indexium_core.jobs.schedules.scheduler import Scheduler


class ConnectionAssembly(TitleAssembly):
    """Builds the services of connections from those of the home and of its titles."""

    configuration: Configuration
    scans: ScanJobs
    scheduler: Scheduler

    def _build_connections(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        """Build the services of connections."""
        self._build_players(store, config, clock)
        self._build_automation(store, config, clock)
        self._build_webhooks(store, config, clock)
        self.sign_in = SignIn(store, config=config, clock=clock)
        self.users = UserService(store, self.sign_in, clock=clock)
        self.token_check = TokenCheck(store, self.sign_in, clock=clock)
        self.authority = Authority(
            self.sign_in,
            self.token_check,
            LibraryLimits(store),
            may_propose=lambda: self.gate.rule.is_on,
            is_continued_by=ledger.Ledger(store).is_continued_by,
        )
        store.limit(lambda: self.authority.libraries)
        self.tokens = TokenService(store, self.sign_in, self.token_check, clock=clock)
        self.first_person = FirstPerson(self.sign_in, self.users)
        self.activity = ActivityService(store, self.authority)
        self.second_factor = SecondFactorService(store, self.sign_in, self.users, clock=clock)
        provider = OpenIdProvider(self.providers.network, store.home, config)
        self.open_id = OpenIdSignIn(store, self.sign_in, self.users, provider, config=config, clock=clock)
        self.identities = IdentityService(store, self.users, self.open_id, clock=clock)

    def _build_automation(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        self.automation = AutomationService(
            store,
            self.publications,
            config=config,
            set_paused=lambda is_paused: self.configuration.set("automation_paused", str(is_paused).lower()),
            on_change=self._connections_changed,
            clock=clock,
        )
        self.updater = LibraryUpdater(
            store,
            self.automation,
            queue=self.queue,
            scans=self.scans,
            titles=self.titles,
            enrichment=self.enrichment,
            pictures=self.artwork_jobs,
            publications=self.publications,
            config=config,
            may_download=lambda: self.artwork.may_download,
        )

        self.scheduled_updates = ScheduledUpdates(
            store, self.updater, self.automation, self.disaster_recovery, clock=clock
        )
        self.enrichment.libraries_by_themselves = self.automation.looked_up
        self.artwork_jobs.follows = self.automation.gets_pictures

    def _build_webhooks(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        spool = EventSpool(store.home)
        self.event_intake = EventIntake(
            store,
            spool,
            self.automation,
            queue=self.queue,
            scheduler=self.scheduler,
            config=config,
            on_change=self._events_changed,
            clock=clock,
        )
        self.webhooks = WebhookService(
            store,
            spool,
            self.event_intake,
            ui_priority=self.ui_priority,
            on_change=self._connections_changed,
            clock=clock,
        )
        handler = Reactions(store, self.updater, self.automation, on_change=self._events_changed, clock=clock).handle
        self.queue.register(event_intake.KIND, self.event_intake.handle, title="Events of senders", is_awaited=True)
        self.queue.register(reactions.KIND, handler, title="Reaction to events", counts_errors=False)

    def _connections_changed(self) -> None:
        """Tell pages, and look at the events: a change may let a reaction start."""
        self._events_changed()
        if self.is_served:
            self.event_intake.wake()
            self.resume_messages()

    def _events_changed(self) -> None:
        self.events.emit("connections:changed")

    def _build_players(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        """Build the services of players. A service tells them what a former process has left."""
        contacts = PlayerContacts(
            store,
            store.home,
            self.providers.network,
            timeout=lambda: float(config.player_timeout_seconds),
            clock=clock,
        )
        planner = self.publication_planner
        reading = read_back.ReadBack(store, contacts, planner, scheduler=self.scheduler, clock=clock)
        messages = notification.PlayerNotification(
            store,
            contacts,
            queue=self.queue,
            scheduler=self.scheduler,
            clock=clock,
            on_notified=reading.schedule,
            is_paused=lambda: config.automation_paused,
        )
        self.resume_messages = messages.resume
        self.watch_copies = watch_copies.WatchCopies(contacts, store.home, clock=clock)
        self.players = PlayerService(
            store,
            store.home,
            contacts,
            planner,
            notification=messages,
            reading=reading,
            watched=self.watch_copies,
            clock=clock,
            on_change=self._players_changed,
        )
        self.queue.register(notification.KIND, messages.handle, title="Messages to players", is_awaited=True)
        self.queue.register(read_back.KIND, reading.handle, title="Reading of players")
        self.events.subscribe(messages.follow_operation)
        if self.is_served:
            messages.resume()
            reading.schedule()

    def _players_changed(self) -> None:
        self.events.emit("players:changed")
