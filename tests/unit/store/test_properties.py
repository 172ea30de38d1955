"""Properties, locks and the audit in the store: atomic, with a constant number of statements."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from indexium_core.model.files.properties import FIELDS, MediaProperties, MediaReading
from indexium_core.store.catalog import audit, locks, properties
from indexium_core.store.catalog.properties import PropertyProblem
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from tests.support.catalog import NOW, ids, scanned, store
from tests.support.source import public_names

Change = Callable[[Connection, list[int]], object]


class _StopError(Exception):
    """An error in a transaction."""


READ = MediaReading(properties=MediaProperties(resolution="1x1", size=1), unknown=("duration",))


def _written(tx: Connection, file_ids: list[int]) -> None:
    properties.follow_write(tx, {file_id: scanned(f"{file_id}.mp4", size=5) for file_id in file_ids})


CHANGES: dict[str, Change] = {
    "properties.put": lambda tx, each: properties.put(tx, dict.fromkeys(each, READ), action="rescan", at=NOW),
    "properties.put_facts": lambda tx, each: properties.put_facts(
        tx, {file_id: scanned(f"{file_id}.mp4", duration=9.0) for file_id in each}, at=NOW
    ),
    "properties.put_problems": lambda tx, each: properties.put_problems(
        tx, dict.fromkeys(each, PropertyProblem("corrupt", "It is damaged."))
    ),
    "properties.follow_write": _written,
    "properties.set_by_hand": lambda tx, each: properties.set_by_hand(tx, each, "hdr", "pq", at=NOW),
    "locks.lock": lambda tx, each: locks.lock(tx, each, FIELDS, at=NOW),
    "locks.unlock": lambda tx, each: locks.unlock(tx, each, ["people"], at=NOW),
    "audit.add": lambda tx, each: audit.add(tx, dict.fromkeys(each), field="hdr", new="pq", action="edit", at=NOW),
    "audit.prune": lambda tx, _: audit.prune(tx, before=NOW, max_events=0),
}


@pytest.fixture
def files(database: Database) -> list[int]:
    store(database, [scanned(f"{number}.mp4") for number in range(1, 10)])
    found = list(ids(database).values())
    with database.atomic() as tx:
        locks.lock(tx, found, ["people"], at=NOW)
    return found


def content(reader: Connection) -> list[Any]:
    return [
        reader.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
        for table in ("media_properties", "field_locks", "audit_events")
    ]


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_atomic(database: Database, files: list[int], name: str) -> None:
    before = content(database.read())
    with contextlib.suppress(_StopError), database.atomic() as tx:
        CHANGES[name](tx, files)
        raise _StopError
    assert content(database.read()) == before

    with database.atomic() as tx:
        CHANGES[name](tx, files)
    assert content(database.read()) != before


@pytest.mark.parametrize("name", CHANGES)
def test_statement_count_does_not_depend_on_file_count(database: Database, files: list[int], name: str) -> None:
    counted = []
    for few in (files[:1], files):
        with database.atomic() as tx:
            before = database.statements
            CHANGES[name](tx, few)
            counted.append(database.statements - before)
    assert counted[0] == counted[1]


def test_every_property_mutator_is_in_table() -> None:
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in (properties, locks, audit)
        for name in public_names(module)
        if "tx" in getattr(getattr(module, name), "__annotations__", {})
    }
    assert found - {"properties.selected_files"} == set(CHANGES)
