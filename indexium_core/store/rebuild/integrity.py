"""The integrity of the database: readable tables, complete columns, rows that belong together, unused ids."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import duckdb

from indexium_core.store import migrations, sql
from indexium_core.store.connection import Connection

_SQL = sql.load("integrity")
ORPHANED = "orphaned_"  # start of the names of the statements that select rows without an owner


class OrphanedRows(NamedTuple):
    """Rows of a table that belong to a row that does not exist."""

    table: str
    description: str  # such as "Files without a library folder"
    rows: int


def tables(reader: Connection) -> list[str]:
    """Return the names of all tables."""
    return [name for (name,) in reader.execute(_SQL["own_tables"]).fetchall()]


def digest(reader: Connection, rows: str) -> tuple[int, int]:
    """
    Read every value of some rows, and return their number and a checksum.

    `rows`: a SELECT, or `FROM` and the name of a table.

    Raises:
        StoreError: A part of them is damaged.

    """
    count, total = reader.execute(sql.with_parts(_SQL["whole_table"], rows=rows)).fetchone() or (0, 0)
    return int(count), int(total)


def missing_columns(reader: Connection) -> list[str]:
    """Return the columns `table.column` of the migrations that the database lacks, or has with another type."""
    found = set(reader.execute(_SQL["own_columns"]).fetchall())
    return [f"{table}.{column}" for table, column, kind in _expected() if (table, column, kind) not in found]


@cache
def _expected() -> tuple[tuple[str, str, str], ...]:
    with contextlib.closing(duckdb.connect(":memory:")) as raw:
        migrations.apply_to_empty(raw, migrations.available())
        return tuple(sorted(raw.execute(_SQL["own_columns"]).fetchall()))


def orphans(reader: Connection) -> list[OrphanedRows]:
    """Return the tables that have orphaned rows."""
    purposes = sql.purposes("integrity")
    found = [
        OrphanedRows(name.removeprefix(ORPHANED), purposes[name], len(reader.execute(text).fetchall()))
        for name, text in orphan_statements().items()
    ]
    return [each for each in found if each.rows]


def orphan_statements() -> Mapping[str, str]:
    """Return the statements that select orphaned rows, in an order in which deletions need no repetition."""
    return {name: text for name, text in _SQL.items() if name.startswith(ORPHANED)}


def miscounted_operations(reader: Connection) -> list[int]:
    """Return the ended operations whose number of written files is wrong."""
    return [operation_id for (operation_id,) in reader.execute(_SQL["miscounted_operations"]).fetchall()]


def upcoming_numbers(reader: Connection) -> dict[str, int]:
    """Return each sequence with the next number that it gives."""
    return dict(reader.execute(_SQL["sequences"]).fetchall())


def exhausted_sequences(reader: Connection) -> dict[str, int]:
    """Return the sequences that would give a number that a row has, with the next unused number."""
    upcoming = upcoming_numbers(reader)
    used = reader.execute(_SQL["used_numbers"]).fetchall()
    return {name: number + 1 for name, number in used if upcoming.get(name, 0) <= number}
