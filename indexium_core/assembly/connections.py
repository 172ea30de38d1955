"""The services that connect a home with other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexium_core.assembly.core import Core
from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.assembly.titles import TitleServices
from indexium_core.assembly.writing import WritingServices
from indexium_core.model import job_kinds
from indexium_core.model.operations.actor import whole_home
from indexium_core.store import start_work

if TYPE_CHECKING:
    from indexium_core.flows.automation.automation_service import AutomationService
    from indexium_core.flows.automation.library_updates import LibraryUpdater
    from indexium_core.flows.automation.scheduled_updates import ScheduledUpdates
    from indexium_core.flows.players.notification import PlayerNotification
    from indexium_core.flows.players.player_contacts import PlayerContacts
    from indexium_core.flows.players.player_service import PlayerService
    from indexium_core.flows.players.read_back import ReadBack
    from indexium_core.flows.players.watch_copies import WatchCopies
    from indexium_core.flows.webhooks.event_intake import EventIntake
    from indexium_core.flows.webhooks.event_spool import EventSpool
    from indexium_core.flows.webhooks.reactions import Reactions
    from indexium_core.flows.webhooks.webhook_service import WebhookService


class ConnectionServices(ServiceGroup):
    """Players, senders of events, and what a library does by itself."""

    def __init__(self, core: Core, writing: WritingServices, titles: TitleServices) -> None:
        super().__init__()
        self._core, self._writing, self._titles = core, writing, titles
        register = core.queue.register
        register(
            job_kinds.PLAYER_NOTIFICATION,
            lambda job: self._messages.handle(job),
            title="Messages to players",
            is_awaited=True,
        )
        register(job_kinds.PLAYER_READING, lambda job: self._reading.handle(job), title="Reading of players")
        register(
            job_kinds.WEBHOOK_EVENTS,
            lambda job: self.event_intake.handle(job),
            title="Events of senders",
            is_awaited=True,
        )
        register(
            job_kinds.REACTION,
            lambda job: self._reactions.handle(job),
            title="Reaction to events",
            counts_errors=False,
        )
        core.events.subscribe(
            lambda event: self._messages.follow_operation(event),
            names={"write:completed", "rollback:completed", "publish:completed"},
        )
        writing.follow_setting("automation_paused", lambda _: self._connections_changed())
        if core.is_served:  # a service tells players what a former process has left
            self._messages.resume()
            self._reading.schedule()

    # Players.

    @on_demand
    def contacts(self) -> PlayerContacts:
        from indexium_core.flows.players.player_contacts import PlayerContacts

        core, config = self._core, self._core.settings
        return PlayerContacts(
            core.store,
            core.home,
            core.providers.network,
            timeout=lambda: float(config.player_timeout_seconds),
            clock=core.clock,
        )

    @on_demand
    def _reading(self) -> ReadBack:
        from indexium_core.flows.players.read_back import ReadBack

        core = self._core
        return ReadBack(
            core.store,
            self.contacts,
            self._titles.publication_planner,
            scheduler=core.scheduler,
            clock=core.clock,
        )

    @on_demand
    def _messages(self) -> PlayerNotification:
        from indexium_core.flows.players.notification import PlayerNotification

        core, config = self._core, self._core.settings
        return PlayerNotification(
            core.store,
            self.contacts,
            queue=core.queue,
            scheduler=core.scheduler,
            clock=core.clock,
            on_notified=self._reading.schedule,
            is_paused=lambda: config.automation_paused,
        )

    @on_demand
    def watch_copies(self) -> WatchCopies:
        from indexium_core.flows.players.watch_copies import WatchCopies

        return WatchCopies(self.contacts, self._core.home, clock=self._core.clock)

    @on_demand
    def players(self) -> PlayerService:
        from indexium_core.flows.players.player_service import PlayerService

        core = self._core
        return PlayerService(
            core.store,
            core.home,
            self.contacts,
            self._titles.publication_planner,
            notification=self._messages,
            reading=self._reading,
            watched=self.watch_copies,
            clock=core.clock,
            on_change=lambda: core.events.emit("players:changed"),
        )

    def has_players(self) -> bool:
        """Return whether a player is on. The clock of schedules asks often."""
        contacts = ConnectionServices.contacts.made(self)
        if contacts is not None:
            return contacts.has_enabled
        with whole_home():  # also if an actor with some libraries looks at the schedules
            return start_work.has_players(self._core.store.read())

    # What a library does by itself.

    @on_demand
    def automation(self) -> AutomationService:
        from indexium_core.flows.automation.automation_service import AutomationService

        core, writing = self._core, self._writing
        return AutomationService(
            core.store,
            self._titles.automatic_libraries,
            set_paused=lambda is_paused: writing.configuration.set("automation_paused", str(is_paused).lower()),
            on_change=self._connections_changed,
            clock=core.clock,
        )

    @on_demand
    def updater(self) -> LibraryUpdater:
        from indexium_core.flows.automation.library_updates import LibraryUpdater

        core, titles = self._core, self._titles
        return LibraryUpdater(
            core.store,
            self.automation,
            queue=core.queue,
            scans=self._writing.scans,
            titles=titles.titles,
            enrichment=titles.enrichment,
            pictures=titles.artwork_jobs,
            publications=titles.publications,
            config=core.settings,
            may_download=lambda: titles.artwork.may_download,
        )

    @on_demand
    def scheduled_updates(self) -> ScheduledUpdates:
        from indexium_core.flows.automation.scheduled_updates import ScheduledUpdates

        core = self._core
        return ScheduledUpdates(
            core.store, self.updater, self.automation, self._titles.disaster_recovery, clock=core.clock
        )

    # Senders of events.

    @on_demand
    def _spool(self) -> EventSpool:
        from indexium_core.flows.webhooks.event_spool import EventSpool

        return EventSpool(self._core.home)

    @on_demand
    def event_intake(self) -> EventIntake:
        from indexium_core.flows.webhooks.event_intake import EventIntake

        core = self._core
        return EventIntake(
            core.store,
            self._spool,
            self.automation,
            queue=core.queue,
            scheduler=core.scheduler,
            config=core.settings,
            on_change=self._events_changed,
            clock=core.clock,
        )

    @on_demand
    def webhooks(self) -> WebhookService:
        from indexium_core.flows.webhooks.webhook_service import WebhookService

        core = self._core
        return WebhookService(
            core.store,
            self._spool,
            self.event_intake,
            ui_priority=core.ui_priority,
            on_change=self._connections_changed,
            clock=core.clock,
        )

    @on_demand
    def _reactions(self) -> Reactions:
        from indexium_core.flows.webhooks.reactions import Reactions

        core = self._core
        return Reactions(core.store, self.updater, self.automation, on_change=self._events_changed, clock=core.clock)

    def _connections_changed(self) -> None:
        """Tell pages, and look at the events: a change may let a reaction start."""
        self._events_changed()
        if self._core.is_served:
            self.event_intake.wake()
            self._messages.resume()

    def _events_changed(self) -> None:
        self._core.events.emit("connections:changed")
