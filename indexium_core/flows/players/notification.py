"""
Messages to players: what was published, once for each batch.

A message is stored together with the result of a publication, and stays until the player was told. A player that cannot
be told delays nothing else; it is retried, ever more rarely.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors, logs
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.model import job_kinds, wording
from indexium_core.model.connections.player_connection import (
    NotificationResult,
    PlayerConnection,
    PlayerNotice,
    PlayerReading,
    seconds_to_reading,
)
from indexium_core.model.event import Event
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store.connections import players as store
from indexium_core.store.connections.players import WaitingTitle
from indexium_core.store.database import Database

_OPERATIONS = frozenset({"write:completed", "rollback:completed", "publish:completed"})
_KEEP = timedelta(days=30)  # messages that have ended, for the log of publications
_THREADS = 4


class PlayerNotification:
    """Tells players. One instance serves a home; it may be used from any thread."""

    def __init__(
        self,
        database: Database,
        contacts: PlayerContacts,
        *,
        queue: JobQueueService,
        scheduler: Scheduler,
        clock: Callable[[], datetime],
        on_notified: Callable[[], None],
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        """`on_notified` is called after a batch: some titles are to be read back. Paused, messages wait."""
        self._is_paused = is_paused
        self._database, self._contacts = database, contacts
        self._queue, self._scheduler, self._clock, self._on_notified = queue, scheduler, clock, on_notified
        self._planning = threading.Lock()  # so that a later moment never replaces an earlier one

    def follow_operation(self, event: Event) -> None:
        """Tell the players in a job after an operation that wrote side files: a subscriber of events."""
        if event.name in _OPERATIONS and not self._is_paused() and store.due_players(self._database.read()):
            self._queue.add_job(job_kinds.PLAYER_NOTIFICATION)

    def resume(self) -> None:
        """Tell the players what a former process has left, each at its moment."""
        with self._planning:
            due = store.due_players(self._database.read())
            if not due or self._is_paused():
                return
            now = self._clock()
            seconds = min(0.0 if moment is None else (moment - now).total_seconds() for moment in due.values())
            self._scheduler.forget(job_kinds.PLAYER_NOTIFICATION)
            self._scheduler.add_later(job_kinds.PLAYER_NOTIFICATION, max(0.0, seconds), has_work=self._has_work)

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Tell each player whose moment has come, at the same time: the handler of the queue."""
        del job
        if self._is_paused():
            return {"message": "All automation is paused, so the messages wait."}
        now, due = self._clock(), store.due_players(self._database.read())
        wanted = [player_id for player_id, moment in due.items() if moment is None or moment <= now]
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="players") as pool:
            notices = list(pool.map(logs.carry(self.tell), wanted))
        self.resume()
        failed = sum(each.waiting > 0 for each in notices)
        message = " ".join(each.message for each in notices) or "No player has to be told anything now."
        return {"notified": sum(each.notified for each in notices), "failed": failed, "message": message}

    def tell(self, player_id: int) -> PlayerNotice:
        """Tell a player everything that waits for it, and return what became of it; it raises no PlayerError."""
        player = self._contacts.get(player_id)
        waiting: list[WaitingTitle] = []
        try:
            with self._contacts.alone(player) as client:
                waiting = store.waiting(self._database.read(), player_id)
                if not waiting:
                    return _notice(player, 0, 0, f"{player.name} has to be told nothing.")
                book = _StoredBook(self._database, player, waiting, clock=self._clock)
                titles, unmapped = self._contacts.titles(player, [(each.facts, each.pictures) for each in waiting])
                result = client.tell(titles, book) if titles else NotificationResult(known=0, new=0)
        except errors.PlayerError as error:
            self._contacts.record(player, error)
            left = store.waiting(self._database.read(), player_id)
            self._show(left)
            return _notice(player, len(waiting) - len(left) if waiting else 0, len(left), error.message)
        outside = {**unmapped, **result.outside}
        book.leave_out(outside)
        if titles:
            self._contacts.record(player, None)
        self._on_notified()
        return _notice(player, len(waiting) - len(outside), 0, _summary(player, result, outside))

    def _show(self, left: Sequence[WaitingTitle]) -> None:
        messages = [number for each in left for number in each.messages]
        with self._database.atomic() as tx:
            store.show_notified(tx, messages, before=self._clock() - _KEEP)

    def _has_work(self) -> bool:
        return bool(store.due_players(self._database.read()))


class _StoredBook:
    """The messages of one batch in the store: a `MessageBook`."""

    def __init__(
        self,
        database: Database,
        player: PlayerConnection,
        waiting: Sequence[WaitingTitle],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._player, self._clock = database, player, clock
        self._waiting = {each.facts.entity: each for each in waiting}

    def kept(self, entity: Entity) -> Mapping[str, Any] | None:
        return store.kept(self._database.read(), self._player.id, entity)

    def keep(self, entity: Entity, watch_state: Mapping[str, Any]) -> None:
        with self._database.atomic() as tx:
            store.keep(tx, self._player.id, entity, watch_state)

    def notified(self, entities: Sequence[Entity]) -> None:
        seconds = seconds_to_reading(self._player.kind, 0)
        now = self._clock()
        self._note(entities, "notified", now if seconds is None else now + timedelta(seconds=seconds))

    def leave_out(self, outside: Mapping[Entity, str]) -> None:
        """Note that the player cannot find some titles, and why."""
        if not outside:
            return
        self._note(list(outside), "outside", None)
        readings = [
            PlayerReading(
                player_id=self._player.id,
                entity_type=entity.entity_type,
                entity_id=entity.entity_id,
                name=self._waiting[entity].facts.name,
                read_at=self._clock(),
                state="not_yet",
                reasons=[reason],
            )
            for entity, reason in outside.items()
        ]
        with self._database.atomic() as tx:
            store.store_readings(tx, readings, {})

    def _note(self, entities: Sequence[Entity], state: str, read_after: datetime | None) -> None:
        messages = [number for entity in entities for number in self._waiting[entity].messages]
        if not messages:
            return
        now = self._clock()
        with self._database.atomic() as tx:
            store.set_notified(tx, messages, at=now, read_after=read_after, state=state)
            for entity in entities:
                store.forget_kept(tx, self._player.id, entity)
            store.show_notified(tx, messages, before=now - _KEEP)


def _notice(player: PlayerConnection, notified: int, waiting: int, message: str) -> PlayerNotice:
    return PlayerNotice(id=player.id, name=player.name, notified=notified, waiting=waiting, message=message)


def _summary(player: PlayerConnection, result: NotificationResult, outside: Mapping[Entity, str]) -> str:
    parts = [f"{wording.plural(result.known, 'title')} to refresh"] if result.known else []
    parts += [f"{result.new:,} to look for"] if result.new else []
    parts += [f"{len(outside):,} that it does not have"] if outside else []
    return f"{player.name}: {', '.join(parts) or 'nothing'}."
