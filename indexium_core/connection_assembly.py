"""The services that connect a home with other programs: a part of the assembly of a home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from indexium_core.flows.players import notification, read_back, watch_copies
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.flows.players.player_service import PlayerService
from indexium_core.settings import Settings
from indexium_core.store import database
from indexium_core.title_assembly import TitleAssembly

if TYPE_CHECKING:
    from indexium_core.jobs.schedules.scheduler import Scheduler


class ConnectionAssembly(TitleAssembly):
    """Builds the services of connections from those of the home and of its titles."""

    scheduler: Scheduler

    def _build_connections(self, store: database.Database, config: Settings, clock: Callable[[], datetime]) -> None:
        """Build the services of connections."""
        self._build_players(store, config, clock)

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
            store, contacts, queue=self.queue, scheduler=self.scheduler, clock=clock, on_notified=reading.schedule
        )
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
