"""
Numbered changes of the schema, each applied in one transaction together with its record.

Everything here works on a raw DuckDB connection, before the database is handed to anybody.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import resources

import duckdb

from indexium_core import errors
from indexium_core.store import sql
from indexium_core.version import __version__

__all__ = ["Migration", "applied", "apply", "available", "pending"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file of `store/sql/migrations`, named `<number>_<name>.sql`."""

    version: int
    name: str
    text: str


def available() -> list[Migration]:
    """Return every migration that this program knows, in order."""
    found = []
    for entry in resources.files(sql.__name__).joinpath("migrations").iterdir():
        stem, _, extension = entry.name.rpartition(".")
        number, _, name = stem.partition("_")
        if extension == "sql" and number.isdecimal():
            found.append(Migration(version=int(number), name=name, text=entry.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.version)


def applied(raw: duckdb.DuckDBPyConnection) -> list[int]:
    """
    Return the numbers of the migrations that a database has had, `[]` for an empty one. Reads only.

    Raises:
        StoreError: The database holds other tables than ours.

    """
    statements = sql.load("database")
    row = raw.execute(statements["count_tables"]).fetchone()
    tables, ours = row or (0, 0)
    if ours:
        return [version for (version,) in raw.execute(statements["applied_migrations"]).fetchall()]
    if tables:
        raise errors.StoreError("The database was not made by Indexium. Move it away, or choose another home.")
    return []


def pending(raw: duckdb.DuckDBPyConnection) -> list[Migration]:
    """
    Return the migrations that a database still needs, in order. Reads only.

    Raises:
        HomeVersionError: The database has had migrations that this program does not know.

    """
    known = available()
    done = applied(raw)
    if done and max(done) > max(migration.version for migration in known):
        raise errors.HomeVersionError
    return [migration for migration in known if migration.version not in done]


def apply(raw: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> None:
    """
    Apply `migrations`, each in a transaction of its own with its record; one that fails leaves no trace.

    Raises:
        duckdb.Error: A migration failed; the ones before it are in force.

    """
    statements = sql.load("database")
    for migration in migrations:
        raw.begin()
        try:
            raw.execute(statements["create_migrations"])
            raw.execute(migration.text)
            raw.execute(statements["record_migration"], [migration.version, migration.name, __version__])
            raw.commit()
        except BaseException:
            raw.rollback()
            raise
        logger.info("store.migrated", extra={"version": migration.version, "migration": migration.name})
