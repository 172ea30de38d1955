"""
A snapshot: a file with the published tables, which analysts query, and a file with the tables that no file holds.

`snapshot.sql` has one statement for each published table. The comment of the statement describes the table, and the
comment at the end of a line describes the column that the line selects. The second file is private: no query opens it.
Its schema `home` has the tables of `recovery.survival` with their own columns, for a rebuild of the database;
`kept.sql` has the statements of the tables of which the files hold a part. Both files show the same moment.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from indexium_core.model.fields.table import CREATION_TIME, DATE
from indexium_core.store import database_file, sql, survival
from indexium_core.store.connection import Connection

_SQL, _KEPT = sql.load("snapshot"), sql.load("kept")
_FINDINGS_PER_STATEMENT = 5_000  # no other thread runs while DuckDB reads the lists: 1 ms for a thousand findings
_TEMPORARY = "snapshot_kept_"  # before the names of tables in memory that become those of the private file
_SYNC_BYTES = 4_000_000  # else the last COMMIT syncs the whole file, and commits of other threads wait for the disk
_COLUMN = re.compile(r'"?(\w+)"?,? -- (.+)$', re.MULTILINE)


class PublishedColumn(NamedTuple):
    """A column of a published table."""

    name: str
    description: str


class PublishedTable(NamedTuple):
    """A table that every snapshot has. Its columns keep their names and meaning in later versions."""

    name: str
    description: str
    columns: tuple[PublishedColumn, ...]


class Findings(NamedTuple):
    """The rows of the table `checks`, as lists of one length."""

    kinds: list[str]
    subjects: list[str]
    ignored: list[bool]

    def part(self, first: int, count: int) -> dict[str, list[Any]]:
        """Return some of the findings as the parameters of the statement `checks`."""
        return {f"check_{name}": values[first : first + count] for name, values in self._asdict().items()}


@cache
def tables() -> tuple[PublishedTable, ...]:
    """Return the published tables in the order of the documentation."""
    purposes = sql.purposes("snapshot")
    return tuple(
        PublishedTable(name, purposes[name], tuple(PublishedColumn(*each) for each in _COLUMN.findall(text)))
        for name, text in _SQL.items()
    )


def write(
    reader: Connection, path: Path, values: Mapping[str, Any], findings: Findings, *, private: Path | None = None
) -> None:
    """
    Copy the published tables, and the tables that no file holds, as of one moment, into new database files.

    Args:
        reader: A cursor of the database.
        path: The new file of the published tables.
        values: The parameters of the statements: the version of the plan, the present moment, the program, the home.
        findings: The rows of the table `checks`.
        private: The new file of the tables that no file holds; None: they are not copied.

    Raises:
        StoreError: The disk is full, or a file exists.

    """
    values = {**values, **findings.part(0, 0), "created": CREATION_TIME, "date": DATE}
    kept = {} if private is None else {name: _KEPT.get(name) or f"FROM {name}" for name in survival.of(*survival.KEPT)}
    try:
        with _attached(reader, path, "snapshot"):
            sequences = _write_published(reader, path, values, findings, kept)
        if private is not None:
            with _attached(reader, private, "kept"):
                _write_kept(reader, kept, sequences, values["snapshot_at"])
    finally:
        for name in kept:
            reader.execute(f"DROP TABLE IF EXISTS temp.{_TEMPORARY}{name}")


def _write_published(
    reader: Connection, path: Path, values: Mapping[str, Any], findings: Findings, kept: Mapping[str, str]
) -> list[tuple[str, int]]:
    """
    Fill the file of the published tables, and return the sequences with the next numbers that they give.

    The tables `kept` come into memory meanwhile: a transaction of DuckDB, which sees one moment, writes into one file.
    """
    synced = 0
    for table in tables():
        text = _SQL[table.name]
        reader.execute(f"CREATE TABLE snapshot.{table.name} AS {text}", sql.parameters(text, values))
        size = path.stat().st_size
        if size - synced >= _SYNC_BYTES:
            _sync(path)
            synced = size
    for name, text in kept.items():
        reader.execute(f"CREATE TEMP TABLE {_TEMPORARY}{name} AS {text}", sql.parameters(text, values))
    sequences = reader.execute(_KEPT["sequences"]).fetchall()
    for first in range(0, len(findings.kinds), _FINDINGS_PER_STATEMENT):
        reader.execute(f"INSERT INTO snapshot.checks {_SQL['checks']}", findings.part(first, _FINDINGS_PER_STATEMENT))
    reader.execute(_comments())
    return sequences


def _write_kept(
    reader: Connection, kept: Mapping[str, str], sequences: Sequence[tuple[str, int]], moment: datetime
) -> None:
    """Fill the private file from the tables in memory."""
    reader.execute("CREATE SCHEMA kept.home")
    reader.execute("CREATE TABLE kept.snapshot AS SELECT $1::TIMESTAMPTZ AS snapshot_at", [moment])
    for name in kept:
        reader.execute(f"CREATE TABLE kept.home.{name} AS FROM temp.{_TEMPORARY}{name}")
    for name, number in sequences:
        reader.execute(f"CREATE SEQUENCE kept.home.{name} START {int(number)}")


@contextlib.contextmanager
def _attached(reader: Connection, path: Path, name: str) -> Iterator[None]:
    """Attach a new file and fill it in one transaction, which the block runs."""
    reader.execute(database_file.attachment(path, name))
    try:
        reader.execute("BEGIN")
        try:
            yield
            reader.execute("COMMIT")
        except BaseException:
            reader.execute("ROLLBACK")
            raise
    finally:
        reader.execute(f"DETACH {name}")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@cache
def _comments() -> str:
    """Return the statements that describe all tables and columns, as one text, which is parsed once."""
    comments = []
    for table in tables():
        comments.append(f"COMMENT ON TABLE snapshot.{table.name} IS {sql.quoted(table.description)}")
        comments += [
            f'COMMENT ON COLUMN snapshot.{table.name}."{column.name}" IS {sql.quoted(column.description)}'
            for column in table.columns
        ]
    return "; ".join(comments)
