"""
A snapshot: the published tables, which analysts query, and the tables of the home that no file holds.

`snapshot.sql` has one statement for each published table. The comment of the statement describes the table, and the
comment at the end of a line describes the column that the line selects. The schema `home` has the tables of
`recovery.survival` with their own columns, for a rebuild of the database; `kept.sql` has the statements of the tables
of which the files hold a part.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from indexium_core.model.fields.table import CREATION_TIME, DATE
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.recovery import database_file, survival

_SQL, _KEPT = sql.load("snapshot"), sql.load("kept")
_FINDINGS_PER_STATEMENT = 5_000  # no other thread runs while DuckDB reads the lists: 1 ms for a thousand findings
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


def write(reader: Connection, path: Path, values: Mapping[str, Any], findings: Findings) -> None:
    """
    Copy the published tables and the tables that no file holds, as of one moment, into a new database file.

    Args:
        reader: A cursor of the database.
        path: The new file.
        values: The parameters of the statements: the version of the plan, the present moment, the program, the home.
        findings: The rows of the table `checks`.

    Raises:
        StoreError: The disk is full, or the file exists.

    """
    reader.execute(database_file.attachment(path, "snapshot"))
    values = {**values, **findings.part(0, 0), "created": CREATION_TIME, "date": DATE}
    try:
        reader.execute("BEGIN")
        try:
            synced = 0
            for name, text in _copies(reader):
                reader.execute(f"CREATE TABLE snapshot.{name} AS {text}", sql.parameters(text, values))
                size = path.stat().st_size
                if size - synced >= _SYNC_BYTES:
                    _sync(path)
                    synced = size
            for name, number in reader.execute(_KEPT["sequences"]).fetchall():
                reader.execute(f"CREATE SEQUENCE snapshot.home.{name} START {int(number)}")
            for first in range(0, len(findings.kinds), _FINDINGS_PER_STATEMENT):
                reader.execute(
                    f"INSERT INTO snapshot.checks {_SQL['checks']}", findings.part(first, _FINDINGS_PER_STATEMENT)
                )
            reader.execute(_comments())
            reader.execute("COMMIT")
        except BaseException:
            reader.execute("ROLLBACK")
            raise
    finally:
        reader.execute("DETACH snapshot")


def _copies(reader: Connection) -> Iterator[tuple[str, str]]:
    """Yield the tables of a snapshot with their SELECT statements."""
    for table in tables():
        yield table.name, _SQL[table.name]
    reader.execute("CREATE SCHEMA snapshot.home")
    for name in survival.of(*survival.KEPT):
        yield f"home.{name}", _KEPT.get(name) or f"FROM {name}"


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
