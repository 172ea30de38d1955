"""NFO files in the ledger whose lists are not yet ours item by item, because an earlier version wrote them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.people.people_comment import person_key
from indexium_core.model.publishing.nfo_ownership import PEOPLE, item_key
from indexium_core.model.publishing.subjects import Entity, columns_of
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class EarlierFile(NamedTuple):
    """One publication of an NFO file."""

    item_id: int
    entity: Entity
    path_bytes: bytes
    action: str  # create, update, replace
    before_hash: str | None  # None: there was no file
    after_hash: str | None
    body: bytes | None  # deflated
    own_elements: str | None  # JSON
    journal: str | None  # its name


def exist(reader: Connection) -> bool:
    """Return whether the ledger has NFO files of an earlier version."""
    return bool(reader.value(_sql("has_earlier")))


def finish(tx: Connection, *, at: datetime) -> None:
    """Store that the ledger has no file of an earlier version any more."""
    tx.execute(_sql("finish"), {"at": at})


def files(reader: Connection) -> list[EarlierFile]:
    """Return all publications of the paths that have such a file, by path, the first one first."""
    rows = reader.execute(_sql("earlier_files")).fetchall()
    return [EarlierFile(item, Entity(kind, number), *rest) for item, kind, number, *rest in rows]


def our_names(reader: Connection, entities: Collection[Entity]) -> Mapping[Entity, Mapping[str, frozenset[str]]]:
    """Return, by the name of a list in the ledger, the keys (`person_key`) of our values of titles and videos."""
    found: dict[Entity, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    wanted = columns_of(entities)
    for kind, number, name in reader.execute(_sql("people_of_entities"), wanted).fetchall():
        for each in (PEOPLE, "cast"):
            found[Entity(kind, number)][each].add(person_key(name))
    for kind, number, field, value in reader.execute(_sql("lists_of_entities"), wanted).fetchall():
        for item in json.loads(value) or ():
            name = f"crew.{item['job']}" if field == "crew" else field
            found[Entity(kind, number)][name].add(person_key(item_key(item)[0]))
    return {entity: {name: frozenset(keys) for name, keys in lists.items()} for entity, lists in found.items()}


def store(tx: Connection, changed: Sequence[tuple[EarlierFile, str]]) -> None:
    """Store what is ours in each publication of a file, and in the file of the ledger that the last one left."""
    facts = {
        "item_ids": [each.item_id for each, _ in changed],
        "paths": [each.path_bytes for each, _ in changed],
        "hashes": [each.after_hash for each, _ in changed],
        "own": [own for _, own in changed],
    }
    for statement in map(_sql, ("store_own_of_items", "store_own_of_files")):
        tx.execute(statement, sql.parameters(statement, facts))
    tx.execute(_sql("empty_unknown_own"))


def plan_again(tx: Connection) -> None:
    """Let the publications become conflicts that an earlier version planned and nobody has written yet."""
    tx.execute(_sql("spoil_planned"))


def forget_values(tx: Connection, entity: Entity, fields: Mapping[str, Sequence[Any]]) -> None:
    """Delete the values of NFO files that are our own values; `fields` has these by name."""
    for name, values in fields.items():
        facts = {"field": name, "values": [json.dumps(each, ensure_ascii=False) for each in values]}
        tx.execute(_sql("forget_nfo_values"), {**entity._asdict(), **facts})


def _sql(name: str) -> str:
    return sql.compose("earlier_ledgers")[name]
