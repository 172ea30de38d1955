"""
Players are read back: a title is seen, not there yet, or shown in another way, with the reasons.

What a player should show comes from the present files and its rules. The titles of a message are read after the player
had time, and again later until they are seen.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors
from indexium_core.flows.players.player_contacts import PlayerContacts
from indexium_core.flows.publishing import publication_details
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.flows.publishing.planned_files import PlannedRow
from indexium_core.flows.publishing.publication_planner import PublicationPlanner
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.model import job_kinds
from indexium_core.model.connections import player_comparison
from indexium_core.model.connections.player_connection import (
    PROGRAM_NAMES,
    PlayerConnection,
    PlayerReading,
    ReadState,
    TitleShown,
    seconds_to_reading,
)
from indexium_core.model.publishing.player_views import FileAction, rollback_notes
from indexium_core.model.publishing.subjects import Entity
from indexium_core.sources.players.program import has_folder, outside_reason
from indexium_core.store.connections import players as store
from indexium_core.store.connections.players import LastMessage, TitleFacts
from indexium_core.store.database import Database

_STATE_SEEN: ReadState = "seen"


class ReadBack:
    """Reads players back. One instance serves a home; it may be used from any thread."""

    def __init__(
        self,
        database: Database,
        contacts: PlayerContacts,
        planner: PublicationPlanner,
        *,
        scheduler: Scheduler,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._contacts, self._planner = database, contacts, planner
        self._scheduler, self._clock = scheduler, clock
        self._planning = threading.Lock()  # so that a later moment never replaces an earlier one

    def schedule(self) -> None:
        """Read the titles that wait for it, each at its moment."""
        with self._planning:
            moment = store.next_reading(self._database.read())
            self._scheduler.forget(job_kinds.PLAYER_READING)
            if moment is not None:
                seconds = max(1.0, (moment - self._clock()).total_seconds())
                self._scheduler.add_later(job_kinds.PLAYER_READING, seconds, has_work=self._has_work)

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Read the titles whose moment has come: the handler of the queue."""
        counts, problems = {"seen": 0, "not_yet": 0, "differs": 0}, []
        due = store.due_readings(self._database.read(), self._clock())
        for player_id, entities in due.items():
            player = self._contacts.get(player_id)
            if job.should_stop():
                break
            if not player.enabled:
                continue
            try:
                for each in self.read(player, entities):
                    counts[each.state] += 1
            except errors.PlayerError as error:
                problems.append(error.message)
                self._put_off(player, entities)
        self.schedule()
        words = f"{counts['seen']:,} seen, {counts['not_yet']:,} not yet, {counts['differs']:,} differ"
        return {**counts, "failed": len(problems), "message": ". ".join([words, *problems])}

    def read(self, player: PlayerConnection, entities: Collection[Entity]) -> list[PlayerReading]:
        """
        Read titles of a player, store what it shows, and return it.

        Raises:
            PlayerError: The player gives no usable answer.

        """
        try:
            client = self._contacts.client(player)
            about = client.about()
            planned = {each.row.entity: each for each in self._planner.compute(entities)}
            facts = store.title_facts(self._database.read(), planned)
            known = [_with_path(facts[entity], row) for entity, row in planned.items() if entity in facts]
            titles, outside = self._contacts.titles(player, [(each, ()) for each in known])
            shown = client.shown(titles) if titles else {}
            outside |= {
                each.entity: outside_reason(player.name, each, about.folders)
                for each in titles
                if each.entity not in shown and about.folders and not has_folder(about.folders, each.path)
            }
        except errors.PlayerError as error:
            self._contacts.record(player, error)
            raise
        version = about.version
        self._contacts.record(player, None, version=version)
        last, disk = store.last_messages(self._database.read(), player.id), FolderReader({})
        readings = []
        for each in known:
            entity = each.entity
            reasons = (
                [outside[entity]]
                if entity in outside
                else self._reasons(player, version, planned[entity], shown.get(entity), disk)
            )
            is_known, is_outside = entity in shown, entity in outside
            readings.append(
                self._reading(player, each, last.get(entity), reasons, is_known=is_known, is_outside=is_outside)
            )
        self._store(player, readings, {entity: last[entity] for entity in entities if entity in last})
        return readings

    def _reasons(
        self, player: PlayerConnection, version: str, planned: PlannedRow, shown: TitleShown | None, disk: FolderReader
    ) -> list[str]:
        if shown is None:
            return [f"{player.name} does not have it yet."]
        try:
            view = player_comparison.view_for(player.kind, version, publication_details.shown_now(planned, disk))
        except errors.MetadataError as error:
            return [error.message]
        if view is None:
            notes = rollback_notes([FileAction(kind="nfo", action="create")])
            return [each.reason for each in notes if each.player == PROGRAM_NAMES[player.kind]]
        return player_comparison.differences(player.kind, view, shown, poster_bytes=_size(planned, view.poster))

    def _reading(
        self,
        player: PlayerConnection,
        facts: TitleFacts,
        last: LastMessage | None,
        reasons: list[str],
        *,
        is_known: bool,
        is_outside: bool,
    ) -> PlayerReading:
        now, state = self._clock(), _STATE_SEEN
        if reasons:
            is_early = last is not None and last.notified_at is not None and now < last.notified_at + _time_of(player)
            is_waiting = last is not None and last.is_waiting
            state = "not_yet" if not is_known or is_early or is_waiting else "differs"
            if is_waiting:
                reasons = [*reasons, f"{player.name} has still to be told."]
            elif is_early and not is_outside:  # it was told nothing about a title outside its folders
                reasons = [*reasons, f"{player.name} was told just now."]
        return PlayerReading(
            player_id=player.id,
            entity_type=facts.entity.entity_type,
            entity_id=facts.entity.entity_id,
            name=facts.name,
            read_at=now,
            state=state,
            reasons=reasons,
        )

    def _store(
        self, player: PlayerConnection, readings: Sequence[PlayerReading], last: Mapping[Entity, LastMessage]
    ) -> None:
        states = {Entity(each.entity_type, each.entity_id): each.state for each in readings}
        # What is not published any more is not read again.
        again = {entity for entity in last if states.get(entity, "seen") != "seen"}
        following = self._following(player, last, again)
        with self._database.atomic() as tx:
            store.store_readings(tx, readings, following)

    def _put_off(self, player: PlayerConnection, entities: Collection[Entity]) -> None:
        """Read titles later, because the player does not answer."""
        last = store.last_messages(self._database.read(), player.id)
        messages = {entity: last[entity] for entity in entities if entity in last}
        following = self._following(player, messages, messages)
        with self._database.atomic() as tx:
            store.store_readings(tx, [], following)

    def _following(
        self, player: PlayerConnection, last: Mapping[Entity, LastMessage], again: Collection[Entity]
    ) -> dict[datetime | None, list[int]]:
        """Return the moments of the next readings with the messages that these are about; None: no reading follows."""
        following: dict[datetime | None, list[int]] = {}
        for entity, message in last.items():
            seconds = seconds_to_reading(player.kind, message.readings + 1) if entity in again else None
            moment = None if seconds is None else self._clock() + timedelta(seconds=seconds)
            following.setdefault(moment, []).extend(message.messages)
        return following

    def _has_work(self) -> bool:
        return bool(store.due_readings(self._database.read(), self._clock()))


def _time_of(player: PlayerConnection) -> timedelta:
    return timedelta(seconds=seconds_to_reading(player.kind, 0) or 0)


def _with_path(facts: TitleFacts, planned: PlannedRow) -> TitleFacts:
    return TitleFacts(
        entity=facts.entity,
        name=facts.name,
        path=planned.anchor,
        media=facts.media,
        season=facts.season,
        number=facts.number,
    )


def _size(planned: PlannedRow, name: str) -> int | None:
    """Return the size of a picture in the folder of a title; None if it is not there."""
    try:
        return os.stat(os.path.join(planned.folder, os.fsencode(name))).st_size if name else None  # noqa: PTH116, PTH118 - bytes
    except OSError:
        return None
