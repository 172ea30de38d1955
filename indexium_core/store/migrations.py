"""
Numbered migrations of the schema. Each runs in a transaction together with its record.

An empty database gets all of them in one transaction. The functions use a raw DuckDB connection, before the database is
in use.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from dataclasses import dataclass
from importlib import resources

import duckdb

from indexium_core import errors
from indexium_core.store import sql
from indexium_core.store.connection import transaction
from indexium_core.version import __version__

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file of `store/sql/migrations`, named `<number>_<name>.sql`."""

    version: int
    name: str
    text: str


def available() -> list[Migration]:
    """Return all migrations of this program, in order."""
    return list(_read())


@functools.cache
def _read() -> tuple[Migration, ...]:
    """Read the migrations once, because a process may open several homes."""
    migrations = []
    for entry in resources.files(sql.__name__).joinpath("migrations").iterdir():
        stem, _, extension = entry.name.rpartition(".")
        number, _, name = stem.partition("_")
        if extension == "sql" and number.isdecimal():
            migrations.append(Migration(version=int(number), name=name, text=entry.read_text(encoding="utf-8")))
    return tuple(sorted(migrations, key=lambda migration: migration.version))


def applied(raw: duckdb.DuckDBPyConnection) -> list[int]:
    """
    Return the numbers of the applied migrations, `[]` for an empty database. Reads only.

    Raises:
        StoreError: The database has tables, but not those of Indexium.

    """
    statements = sql.load("database")
    with contextlib.suppress(duckdb.CatalogException):  # there is no such table
        return [version for (version,) in raw.execute(statements["applied_migrations"]).fetchall()]
    row = raw.execute(statements["count_tables"]).fetchone()
    if row and row[0]:
        raise errors.StoreError("The database was not made by Indexium. Move it away, or choose another home.")
    return []


def pending(raw: duckdb.DuckDBPyConnection) -> list[Migration]:
    """
    Return the missing migrations of a database, in order. Reads only.

    Raises:
        HomeVersionError: The database has migrations of a newer program.

    """
    known = available()
    done = applied(raw)
    if done and max(done) > max(migration.version for migration in known):
        raise errors.HomeVersionError
    return [migration for migration in known if migration.version not in done]


def apply(raw: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> None:
    """
    Apply migrations, each in its own transaction with its record; a failed one changes nothing.

    Raises:
        duckdb.Error: A migration failed; the ones before it stay applied.

    """
    for migration in migrations:
        with transaction(raw):
            _apply(raw, migration)
        logger.info("store.migrated", extra={"version": migration.version, "migration": migration.name})


def apply_to_empty(raw: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> None:
    """
    Apply the first migrations to an empty database, in one transaction: this takes three quarters of the time.

    Raises:
        duckdb.Error: A migration failed; the database stays empty.

    """
    with transaction(raw):
        for migration in migrations:
            _apply(raw, migration)


def _apply(raw: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    statements = sql.load("database")
    raw.execute(statements["create_migrations"])
    raw.execute(migration.text)
    raw.execute(statements["record_migration"], [migration.version, migration.name, __version__])
