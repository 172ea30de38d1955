"""The rows of players: connections, the messages to them, and what they show."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.connections import folder_map
from indexium_core.model.connections.folder_map import FolderRule
from indexium_core.model.connections.player_connection import PlayerConnection, PlayerReading
from indexium_core.model.publishing.subjects import Entity, columns_of
from indexium_core.store import sql
from indexium_core.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFacts:
    """A title with its paths here."""

    entity: Entity
    name: str
    path: bytes = b""  # of the media file, or of the folder; b"": not known
    media: bytes = b""  # a media file of a series or a season
    season: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTitle:
    """A title of which a player has to be told."""

    facts: TitleFacts
    messages: list[int]
    pictures: list[bytes]


class LastMessage(NamedTuple):
    """When a player was told of a title the last time, and how often it was read back since."""

    notified_at: datetime | None
    readings: int
    messages: list[int]
    is_waiting: bool  # it has to be told again


def all_players(reader: Connection) -> list[PlayerConnection]:
    """Return the players, without the origin of their keys."""
    return [_player(row) for row in reader.execute(_sql("all")).fetch_dicts()]


def add(tx: Connection, player: PlayerConnection) -> None:
    """Store a new player."""
    values = {"id": player.id, "kind": player.kind, "key_name": player.key_name} | _decided(player)
    tx.execute(_sql("add"), values)


def next_id(tx: Connection) -> int:
    """Return the id of a new player."""
    return int(tx.value(_sql("next_id")))


def change(tx: Connection, player: PlayerConnection) -> None:
    """Store what a person decided about a player."""
    tx.execute(_sql("change"), {"id": player.id} | _decided(player))


def remove(tx: Connection, player_id: int) -> None:
    """Delete a player with everything that belongs to it."""
    for each in ("player", "contact", "messages", "keeps", "reads"):
        tx.execute(_sql(f"remove_{each}"), {"id": player_id})


def set_contact(tx: Connection, player: PlayerConnection) -> None:
    """Store how the last contact with a player ended."""
    tx.execute(_sql("remove_contact"), {"id": player.id})
    values = {
        "id": player.id,
        "state": player.state,
        "reason": player.reason,
        "attempts": player.attempts,
        "at": player.contact_at,
        "next_attempt_at": player.next_attempt_at,
    }
    tx.execute(_sql("add_contact"), values)
    if player.version:
        tx.execute(_sql("set_version"), {"id": player.id, "version": player.version})


def forget_contact(tx: Connection, player_id: int) -> None:
    """Forget how the last contact with a player ended: it has another address or key."""
    tx.execute(_sql("remove_contact"), {"id": player_id})


# Messages.


def follow_items(tx: Connection, item_ids: Collection[int], *, at: datetime) -> None:
    """Store a message to each enabled player about the titles of items that have written their side files."""
    tx.execute(_sql("follow_items"), {"ids": list(item_ids), "at": at})


def add_message(tx: Connection, players: Sequence[int], entity: Entity, path: bytes, *, at: datetime) -> None:
    """Store a message about one title."""
    tx.execute(_sql("add_message"), {**entity._asdict(), "players": list(players), "path": path, "at": at})


def due_players(reader: Connection) -> dict[int, datetime | None]:
    """Return the enabled players that have to be told something, with the moment of the next attempt."""
    return dict(reader.execute(_sql("due_players")).fetchall())


def waiting(reader: Connection, player_id: int) -> list[WaitingTitle]:
    """Return the titles of which a player has to be told, the oldest message first."""
    rows = reader.execute(_sql("waiting"), {"id": player_id}).fetch_dicts()
    return [WaitingTitle(facts=_facts(row), messages=row["messages"], pictures=row["pictures"]) for row in rows]


def set_notified(
    tx: Connection, messages: Sequence[int], *, at: datetime, read_after: datetime | None, state: str = "notified"
) -> None:
    """Store that a player was told (`told`), or that it cannot find a title (`outside`)."""
    tx.execute(_sql("set_notified"), {"ids": list(messages), "state": state, "at": at, "read_after": read_after})


def show_notified(tx: Connection, messages: Sequence[int], *, before: datetime) -> None:
    """Copy the state of messages to the log of publications, and delete those that ended before a moment."""
    tx.execute(_sql("show_notified"), {"ids": list(messages)})
    tx.execute(_sql("forget_old"), {"before": before})


def kept(reader: Connection, player_id: int, entity: Entity) -> Mapping[str, Any] | None:
    """Return the watch state of a title that is to be restored."""
    found = reader.value(_sql("kept"), {"id": player_id, **entity._asdict()})
    return None if found is None else json.loads(found)


def keep(tx: Connection, player_id: int, entity: Entity, watch_state: Mapping[str, Any]) -> None:
    """Keep the watch state of a title."""
    facts = {"id": player_id, **entity._asdict(), "watch_state": json.dumps(dict(watch_state))}
    tx.execute(_sql("keep"), facts)


def forget_kept(tx: Connection, player_id: int, entity: Entity) -> None:
    """Delete the watch state of a title, because it was restored."""
    tx.execute(_sql("forget_kept"), {"id": player_id, **entity._asdict()})


# Readings.


def due_readings(reader: Connection, now: datetime) -> dict[int, list[Entity]]:
    """Return the titles that are to be read back, by player."""
    found: dict[int, list[Entity]] = {}
    for player_id, *address in reader.execute(_sql("due_readings"), {"now": now}).fetchall():
        found.setdefault(player_id, []).append(Entity(*address))
    return found


def next_reading(reader: Connection) -> datetime | None:
    """Return when the next title is to be read back."""
    found: datetime | None = reader.value(_sql("next_reading"))
    return found


def last_messages(reader: Connection, player_id: int) -> dict[Entity, LastMessage]:
    """Return the titles of which a player was told, or has to be told."""
    rows = reader.execute(_sql("last_messages"), {"id": player_id}).fetchall()
    return {Entity(kind, number): LastMessage(*rest) for kind, number, *rest in rows}


def known_titles(reader: Connection, player_id: int) -> list[Entity]:
    """Return the titles that a player may show with our files."""
    return [Entity(*row) for row in reader.execute(_sql("known_titles"), {"id": player_id}).fetchall()]


def title_facts(reader: Connection, entities: Collection[Entity]) -> dict[Entity, TitleFacts]:
    """Return names and numbers of titles that are published."""
    rows = reader.execute(_sql("titles"), columns_of(entities)).fetch_dicts()
    return {facts.entity: facts for facts in map(_facts, rows)}


def store_readings(
    tx: Connection, readings: Sequence[PlayerReading], next_readings: Mapping[datetime | None, Sequence[int]]
) -> None:
    """Store readings of one player; `next_readings` has messages by the moment of the next reading."""
    if readings:
        entities = [Entity(each.entity_type, each.entity_id) for each in readings]
        rows = columns_of(entities) | {"id": readings[0].player_id}
        tx.execute(_sql("remove_readings"), rows)
        states = {"at": readings[0].read_at, "states": [each.state for each in readings]}
        reasons = [json.dumps(each.reasons, ensure_ascii=False) for each in readings]
        tx.execute(_sql("add_readings"), {**rows, **states, "reasons": reasons})
    for moment, messages in next_readings.items():
        tx.execute(_sql("set_next_reading"), {"ids": list(messages), "read_after": moment})


def readings(reader: Connection, player_id: int, *, state: str, limit: int, offset: int) -> list[PlayerReading]:
    """Return a page of the last readings of a player."""
    facts = {"id": player_id, "state": state, "limit": limit, "offset": offset}
    rows = reader.execute(_sql("readings"), facts).fetch_dicts()
    return [PlayerReading(**row | {"reasons": json.loads(row["reasons"])}) for row in rows]


def _player(row: Mapping[str, Any]) -> PlayerConnection:
    pairs = json.loads(row["path_map"])
    values = {name: value for name, value in row.items() if name != "path_map"}
    return PlayerConnection(**values, folders=folder_map.rules_of(pairs))


def _decided(player: PlayerConnection) -> dict[str, Any]:
    return {
        "name": player.name,
        "url": player.url,
        "path_map": json.dumps([_pair(each) for each in player.folders], ensure_ascii=False),
        "enabled": player.enabled,
    }


def _pair(rule: FolderRule) -> list[str]:
    return [rule.theirs, rule.ours]


def _facts(row: Mapping[str, Any]) -> TitleFacts:
    facts = TitleFacts(
        entity=Entity(row["entity_type"], row["entity_id"]),
        name=row["name"] or "",
        media=row["media"] or b"",
        season=row["season_number"],
        number=row["number"],
    )
    return replace(facts, path=row["path_bytes"]) if "path_bytes" in row else facts


def _sql(name: str) -> str:
    return sql.compose("players")[name]
