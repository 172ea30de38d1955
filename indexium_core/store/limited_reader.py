"""
A cursor that has only what belongs to some libraries: for a person or a token that may not see the others.

Each table that knows files, titles or work is hidden behind a temporary view of the same name. So every statement that
runs on the cursor reads the view, also those inside the views and macros of the database, and no caller can forget the
limit. A test compares the views with the tables of the database: a new table joins `limited_reader.sql` or `OPEN`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from indexium_core.store import database_file, sql
from indexium_core.store.connection import Connection, Parameters

_HOME = f"{database_file.NAME}.main"  # the schema with the tables themselves
# Tables without a view: each service shows of them only what it may.
_WITHOUT_FILES = """
    api_tokens changers copied_people custom_fields edit_templates film_hashes finished_upgrades hash_cache id_kinds
    issue_sets job_dependencies operation_state
    plan_variants plans player_contacts players program_makers provider_cache provider_ids provider_ranks
    provider_requests recovery_codes rejected_assets requests saved_queries saved_views schedules schema_migrations
    second_factors title_changers title_names user_credentials user_identities user_libraries user_sessions users
    webhook_files webhook_sources
"""
OPEN = frozenset(_WITHOUT_FILES.split())


class Limits(NamedTuple):
    """What a cursor shows: the own work of an actor, and the files of some libraries."""

    own_kind: str
    own_id: str
    own_libraries: tuple[int, ...]


class LimitedCursor:
    """The cursor of a thread for all actors with some libraries, because the views take 0.1 s to make."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._limits: Limits | None = None  # for which the variables are set
        parts = sql.load("own_items")
        own_rows = sql.with_parts(parts["own_rows"], home=_HOME)
        own_items = sql.with_parts(parts["own_items"], all_items=own_rows, is_seen="TRUE")
        for name, text in sql.load("limited_reader").items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {sql.with_parts(text, home=_HOME, own_items=own_items)}")

    def limit(self, limits: Limits) -> None:
        """Show what belongs to some libraries, until another call."""
        if limits != self._limits:
            self._limits = None
            variables = {**limits._asdict(), "own_libraries": list(limits.own_libraries)}
            for name, value in variables.items():
                self.connection.execute(f"SET VARIABLE {name} = $1", [value])
            self._limits = limits


class LimitedReader(Connection):
    """The cursor of a thread as one actor sees it. Another actor may use the cursor between two statements."""

    def __init__(self, cursor: LimitedCursor, limits: Limits) -> None:
        self.__dict__ |= vars(cursor.connection)
        self._cursor, self._limits = cursor, limits

    def execute(self, text: str, parameters: Parameters = ()) -> Connection:
        """Run one statement for the actor, see `Connection.execute`."""
        self._cursor.limit(self._limits)
        return self._cursor.connection.execute(text, parameters)


def seen(reader: Connection, noun: str, ids: Sequence[int]) -> set[int]:
    """Return those of the ids of things that a limited reader sees; `noun`: a statement of `visible.sql`."""
    return {number for (number,) in reader.execute(sql.load("visible")[noun], {"ids": list(ids)}).fetchall()}


def sees_operation(reader: Connection, operation_id: int) -> bool:
    """Return whether a reader, limited or not, sees every file of an operation."""
    return not isinstance(reader, LimitedReader) or bool(seen(reader, "operation", [operation_id]))


def hidden_tables() -> frozenset[str]:
    """Return the names of the views."""
    return frozenset(sql.load("limited_reader"))
