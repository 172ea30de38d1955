"""The services that connect a home with other programs."""

from __future__ import annotations

from indexium_core.assembly.core import Core
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.automation.library_updates import LibraryUpdater
from indexium_core.flows.automation.scheduled_updates import ScheduledUpdates
from indexium_core.flows.players import notification, read_back
from indexium_core.flows.players.notification import PlayerNotification
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.flows.players.player_service import PlayerService
from indexium_core.flows.players.read_back import ReadBack
from indexium_core.flows.players.watch_copies import WatchCopies
from indexium_core.flows.webhooks import event_intake, reactions
from indexium_core.flows.webhooks.event_intake import EventIntake
from indexium_core.flows.webhooks.event_spool import EventSpool
from indexium_core.flows.webhooks.reactions import Reactions
from indexium_core.flows.webhooks.webhook_service import WebhookService


class ConnectionServices:
    """Players, senders of events, and what a library does by itself."""

    def __init__(self, core: Core, writing: WritingServices, titles: TitleServices) -> None:
        self._core = core
        self._build_players(core, titles)
        self._build_automation(core, writing, titles)
        self._build_webhooks(core)
        writing.configuration.follow("automation_paused", lambda _: self._connections_changed())

    def _build_players(self, core: Core, titles: TitleServices) -> None:
        """Build the services of players. A service tells them what a former process has left."""
        store, config, clock = core.store, core.settings, core.clock
        contacts = PlayerContacts(
            store,
            store.home,
            core.providers.network,
            timeout=lambda: float(config.player_timeout_seconds),
            clock=clock,
        )
        planner = titles.publication_planner
        reading = ReadBack(store, contacts, planner, scheduler=core.scheduler, clock=clock)
        self._messages = PlayerNotification(
            store,
            contacts,
            queue=core.queue,
            scheduler=core.scheduler,
            clock=clock,
            on_notified=reading.schedule,
            is_paused=lambda: config.automation_paused,
        )
        self.watch_copies = WatchCopies(contacts, store.home, clock=clock)
        self.players = PlayerService(
            store,
            store.home,
            contacts,
            planner,
            notification=self._messages,
            reading=reading,
            watched=self.watch_copies,
            clock=clock,
            on_change=lambda: core.events.emit("players:changed"),
        )
        core.queue.register(notification.KIND, self._messages.handle, title="Messages to players", is_awaited=True)
        core.queue.register(read_back.KIND, reading.handle, title="Reading of players")
        core.events.subscribe(self._messages.follow_operation)
        if core.is_served:
            self._messages.resume()
            reading.schedule()

    def _build_automation(self, core: Core, writing: WritingServices, titles: TitleServices) -> None:
        store, config, clock = core.store, core.settings, core.clock
        self.automation = AutomationService(
            store,
            titles.automatic_libraries,
            set_paused=lambda is_paused: writing.configuration.set("automation_paused", str(is_paused).lower()),
            on_change=self._connections_changed,
            clock=clock,
        )
        self.updater = LibraryUpdater(
            store,
            self.automation,
            queue=core.queue,
            scans=writing.scans,
            titles=titles.titles,
            enrichment=titles.enrichment,
            pictures=titles.artwork_jobs,
            publications=titles.publications,
            config=config,
            may_download=lambda: titles.artwork.may_download,
        )
        self.scheduled_updates = ScheduledUpdates(
            store, self.updater, self.automation, titles.disaster_recovery, clock=clock
        )

    def _build_webhooks(self, core: Core) -> None:
        store, clock, spool = core.store, core.clock, EventSpool(core.home)
        self.event_intake = EventIntake(
            store,
            spool,
            self.automation,
            queue=core.queue,
            scheduler=core.scheduler,
            config=core.settings,
            on_change=self._events_changed,
            clock=clock,
        )
        self.webhooks = WebhookService(
            store,
            spool,
            self.event_intake,
            ui_priority=core.ui_priority,
            on_change=self._connections_changed,
            clock=clock,
        )
        reaction = Reactions(store, self.updater, self.automation, on_change=self._events_changed, clock=clock)
        core.queue.register(event_intake.KIND, self.event_intake.handle, title="Events of senders", is_awaited=True)
        core.queue.register(reactions.KIND, reaction.handle, title="Reaction to events", counts_errors=False)

    def _connections_changed(self) -> None:
        """Tell pages, and look at the events: a change may let a reaction start."""
        self._events_changed()
        if self._core.is_served:
            self.event_intake.wake()
            self._messages.resume()

    def _events_changed(self) -> None:
        self._core.events.emit("connections:changed")
