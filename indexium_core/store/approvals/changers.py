"""
Who changed what would be written (tables `*changers`), and whose work a program does (`program_makers`).

Each transaction that changes something records its actor before it commits: so every way in is known, also jobs,
schedules and calls that do not exist yet. The order is that of the commits, because a clock can be set back.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import duckdb

from indexium_core.model.operations.actor import Actor, current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection

# Tables that say nothing of what would be written: who may do what, and what people and Indexium did.
_OTHER = """
    account_events approval_entries approval_items approvals audit_events cache_inventory changers
    file_changers job_dependencies job_queue operation_state player_keeps player_messages players
    program_makers provider_requests requests saved_queries saved_views schedules schema_migrations steps
    title_changers user_identities user_libraries users webhook_events webhook_sources
"""
OTHER = frozenset(_OTHER.split())
_MARKS, _FILES = "plan_marks", "scanned_files"
_SQL = sql.compose("changers")


class ChangeRecorder:
    """Records the actor of each transaction of an open database that changes something."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, *, kept: Collection[str]) -> None:
        """`kept`: the tables that survive a lost database; those but `OTHER` say what would be written."""
        self._content = frozenset(kept) - OTHER
        self._mark = 0
        self._read_mark(raw)

    def before_commit(self, raw: duckdb.DuckDBPyConnection, written: frozenset[str]) -> None:
        """
        Record the present actor as one who changed something, if a transaction wrote a table with content.

        It is recorded with the files whose plans change. A transaction that stores what a file has now changes no plan
        by itself: it brings the former changes of a file to its new hash and path.
        """
        actor, former = current_actor(), self._mark
        if _MARKS in written:
            self._read_mark(raw)
        is_marked = self._mark > former  # a refresh of the plan, which everybody causes who looks, only removes marks
        if is_marked and _FILES in written:
            raw.execute(_SQL["follow_files"], {"after_mark": former})
        if actor.kind == "system":
            return
        if is_marked or written & self._content:
            _record(raw, actor)
        if is_marked and _FILES not in written:
            raw.execute(_SQL["record_files"], {"after_mark": former, **actor.columns})

    def _read_mark(self, raw: duckdb.DuckDBPyConnection) -> None:
        row = raw.execute(_SQL["last_mark"]).fetchone()
        self._mark = max(self._mark, row[0] if row and row[0] is not None else 0)


class Author(NamedTuple):
    """Who changed what would be written of some items of a request."""

    actor: Actor
    items: frozenset[str]


def record_change(tx: Connection) -> None:
    """Record that the present actor changes something that is in no table, such as a setting."""
    _record(tx, current_actor())


def record_targets(tx: Connection, targets: Collection[bytes]) -> None:
    """
    Record that the present actor changes the people of hashes and paths (see `assignments`) that no file has.

    The change counts for the file that comes.
    """
    actor = current_actor()
    if targets and actor.kind != "system":
        _record(tx, actor)
        tx.execute(_SQL["record_targets"], {"targets": list(targets), **actor.columns})


def record_titles(tx: Connection, subjects: Collection[str]) -> None:
    """
    Record that the present actor changes what is published of titles.

    A subject is `title:5`, `moved:7` for a file that moves between titles, or `movie:5` for the side files of a title.
    """
    actor = current_actor()
    if subjects and actor.kind != "system":
        _record(tx, actor)
        tx.execute(_SQL["record_titles"], {"subjects": sorted(set(subjects)), **actor.columns})


def _record(tx: Connection | duckdb.DuckDBPyConnection, actor: Actor) -> None:
    """Record an actor as one who changes something now, unless that is known: most changes follow no new proposal."""
    row = tx.execute(_SQL["counts"], actor.columns).fetchone()
    if row is None or not row[0]:
        for name in ("record_change", "forget_former_change"):
            tx.execute(_SQL[name], actor.columns)


def newest_change(reader: Connection) -> int:
    """Return the number of the newest change."""
    return int(reader.value(_SQL["newest_change"]))


def changed_since(reader: Connection, number: int) -> list[Actor]:
    """Return who changed something after the change with this number."""
    return [Actor(*row) for row in reader.execute(_SQL["changed_since"], {"number": number}).fetchall()]


def authors(reader: Connection, approval_id: int) -> list[Author]:
    """
    Return who changed the plan of items of a request since a person proposed it.

    If a program proposed it: since the last write of everything that they had planned.
    """
    rows = reader.execute(_SQL["authors"], {"id": approval_id}).fetchall()
    return [Author(Actor(kind, actor_id, name), frozenset(items)) for kind, actor_id, name, items in rows]


def record_maker(tx: Connection, program: Actor, makers: Collection[Actor] = ()) -> None:
    """Record that the present actor, or these people, made or changed a program: its work is theirs, too."""
    for maker in makers or (current_actor(),):
        tx.execute(_SQL["record_maker"], {"program_kind": program.kind, "program_id": program.id, **maker.columns})


def makers(reader: Connection, program: Actor) -> list[Actor]:
    """Return who made or changed a program: a token, a schedule, or a sender of events."""
    facts = {"program_kind": program.kind, "program_id": program.id}
    return [Actor(*row) for row in reader.execute(_SQL["makers"], facts).fetchall()]
