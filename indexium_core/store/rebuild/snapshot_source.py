"""
A snapshot as a source of a rebuild: its tables of the home become a database with the present schema.

The database has the schema of the time of the snapshot first, then the newer migrations change it, as they change a
backup. It lacks the tables that a snapshot does not have, so that the rebuild takes them from another source.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import duckdb

from indexium_core import errors
from indexium_core.model.people import people_comment
from indexium_core.store import home_files, migrations, sql, survival
from indexium_core.store.database_file import attachment
from indexium_core.store.home_files import CONFIG
from indexium_core.store.survival import Survival

_SQL = sql.load("rebuild")


def to_database(snapshot: Path, target: Path) -> None:
    """
    Make a database from the tables of the home that a snapshot has.

    Args:
        snapshot: The file of the snapshot. Its private part is beside it, or in it: earlier versions made one file.
        target: The new file.

    Raises:
        duckdb.Error: The snapshot is damaged, or the disk is full.
        HomeVersionError: A newer version of Indexium made the snapshot.
        UsageError: It has no tables of the home: an earlier version did not store them, or the private part is missing.

    """
    target.unlink(missing_ok=True)
    with contextlib.closing(duckdb.connect(str(target), config=CONFIG)) as raw:
        raw.execute(attachment(snapshot, "source", read_only=True))
        private = home_files.private_part_of(snapshot)
        raw.execute(attachment(private if private.exists() else snapshot, "kept", read_only=True))
        tables = {table for (table,) in raw.execute(_SQL["tables_of_snapshot"]).fetchall()}
        if not tables:
            reason = f"it has only tables for analysts, and the file {private.name} is not beside it"
            raise errors.UsageError(f"The snapshot {snapshot.name} is not used: {reason}.")
        if not raw.execute(_SQL["is_of_one_moment"]).fetchall()[0][0]:
            raise errors.UsageError(f"The snapshot {snapshot.name} is not used: {private.name} is of another moment.")
        version = _value(raw, "schema_of_snapshot")
        known = migrations.available()
        if version > known[-1].version:
            raise errors.HomeVersionError
        migrations.apply_to_empty(raw, [migration for migration in known if migration.version <= version])
        for table in sorted(tables - {"schema_migrations"}):
            _fill(raw, table)
        _fold(raw)
        for name, number in raw.execute(_SQL["snapshot_sequences"]).fetchall():
            raw.execute(sql.with_parts(_SQL["continue_sequence"], sequence=name, number=str(number)))
        raw.execute(_SQL["snapshot_identity"])
        raw.execute("DETACH source; DETACH kept")
        migrations.apply(raw, migrations.pending(raw))
        for table in survival.of(Survival.REPEATED):
            raw.execute(sql.with_parts(_SQL["drop_table"], table=table))


def _fill(raw: duckdb.DuckDBPyConnection, table: str) -> None:
    """Copy the rows of a table, in the columns that the schema of the snapshot has."""
    rows = sql.with_parts(_SQL.get(f"snapshot_{table}", _SQL["snapshot_rows"]), table=table)
    names = {"database": raw.execute(_SQL["present_database"]).fetchall()[0][0], "name": table}
    own = [column for (column,) in raw.execute(_SQL["columns_of"], names).fetchall()]
    found = {name for name, *_ in raw.execute(f"DESCRIBE {rows}").fetchall()}
    columns = ", ".join(f'"{column}"' for column in own if column in found)
    raw.execute(sql.with_parts(_SQL["clear_table"], table=table))
    raw.execute(sql.with_parts(_SQL["insert_columns"], table=table, columns=columns, rows=rows))


def _fold(raw: duckdb.DuckDBPyConnection) -> None:
    """Compute the keys of texts that DuckDB cannot compute."""
    paths, names = raw.execute(_SQL["texts_to_fold"]).fetchall()[0]
    raw.execute(_SQL["fold_paths"], [paths, [people_comment.fold(path) for path in paths]])
    raw.execute(_SQL["fold_people"], [names, [people_comment.person_key(name) for name in names]])


def _value(raw: duckdb.DuckDBPyConnection, name: str) -> int:
    row = raw.execute(_SQL[name]).fetchone()
    return int(row[0]) if row else 0
