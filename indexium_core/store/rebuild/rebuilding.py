"""
Fill a new database from several sources, table by table.

The first source that has a table whole fills it. If a source has only a part of a table, the next source adds the rows
whose keys are missing. Each part is one transaction, and a table that was copied whole is compared with its source by
its number of rows and a checksum.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.database import DatabaseProgress, TableOrigin
from indexium_core.store import change_counter, sql, survival
from indexium_core.store.connection import OUT_OF_MEMORY, Parameters
from indexium_core.store.database import Database
from indexium_core.store.database_file import ROW_GROUP_SIZE, attachment
from indexium_core.store.home_files import CONFIG, is_full
from indexium_core.store.rebuild import integrity
from indexium_core.store.survival import Survival

_SQL = sql.load("rebuild")
_ALIAS = "source"
_COPIED = frozenset(survival.TABLES) - set(survival.of(Survival.COMPUTED)) - {"schema_migrations"}
_FIRST = ("libraries", "scanned_files")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A database file with the same migrations, from which rows are taken."""

    label: str
    path: Path
    changes: int = 0  # its change counter: of two sources, the larger one is newer
    last_operation: int = 0  # the largest number of an operation
    problem: str = ""  # why it is not the newest database of the home, a sentence
    is_of_other_home: bool = False


def fill(
    database: Database, sources: Sequence[Source], on_progress: DatabaseProgress
) -> tuple[list[TableOrigin], list[str]]:
    """
    Fill the tables of a new database; return the origins of the rows, and a sentence for each problem.

    Raises:
        StoreError: The disk is full, or a copy differs from its source.

    """
    tables = sorted(set(integrity.tables(database.read())) & _COPIED, key=lambda name: (name not in _FIRST, name))
    origins, problems = list[TableOrigin](), list[str]()
    for number, table in enumerate(tables):
        on_progress(number, len(tables), table)
        copied = lost = 0
        _change(database, sql.with_parts(_SQL["clear_table"], table=table))
        for source in sources:
            with _attached(database, source):
                rows, missing = _Copy(database, table, source).run(is_first=not copied)
            if rows:
                origins.append(TableOrigin(table=table, source=source.label, rows=rows))
            copied, lost = copied + rows, lost + (missing or 0)
            if missing == 0:
                break
        if lost:
            problems.append(f"The table {table} is damaged: up to {lost:,} rows of it cannot be read.")
    on_progress(len(tables), len(tables), "")
    return origins, problems


@contextlib.contextmanager
def _attached(database: Database, source: Source) -> Iterator[None]:
    database.read().execute(attachment(source.path, _ALIAS, read_only=True))
    try:
        yield
    finally:
        database.read().execute(f"DETACH {_ALIAS}")


class _Copy:
    """The copy of one table from one source."""

    def __init__(self, database: Database, table: str, source: Source) -> None:
        self._database, self._table, self._source = database, table, source
        self._reader = database.read()
        own, theirs = (self._columns_in(name) for name in (self._reader.value(_SQL["present_database"]), _ALIAS))
        self._columns = ", ".join(f'"{column}"' for column in own if column in theirs)
        self._key = ", ".join(self._reader.value(_SQL["key_of"], [table]) or [])

    def run(self, *, is_first: bool) -> tuple[int, int | None]:
        """
        Copy the rows; return their number, and the number of lost ones: None if the source does not have the table.

        `is_first`: no source has filled a part of the table.
        """
        if not self._columns or not (is_first or self._key):
            return 0, None
        if is_first:
            origin = self._text("rows_of_source")
            rows = self._try("insert_rows", origin)
            if rows is not None:
                self._compare(origin)
                return rows, 0
        return self._in_row_groups("insert_rows" if is_first else "insert_absent_rows")

    def _columns_in(self, name: str) -> list[str]:
        rows = self._reader.execute(_SQL["columns_of"], {"database": name, "name": self._table}).fetchall()
        return [column for (column,) in rows]

    def _text(self, name: str, rows: str = "") -> str:
        return sql.with_parts(_SQL[name], table=self._table, columns=self._columns, key=self._key, rows=rows)

    def _compare(self, origin: str) -> None:
        if integrity.digest(self._reader, origin) != integrity.digest(self._reader, self._text("own_rows")):
            message = f"The copy of the table {self._table} differs from its source, so the database was not replaced."
            raise errors.StoreError(f"{message} Check the disk of the home, then try again.")

    def _in_row_groups(self, insert: str) -> tuple[int, int | None]:
        """Copy every readable part of the table. DuckDB reads the blocks of a row group together."""
        try:
            total = int(self._reader.value(self._text("last_row_of_source")))
        except errors.StoreError:
            return 0, None
        copied = lost = 0
        for first in range(0, total, ROW_GROUP_SIZE):
            rows = self._try(insert, self._text("row_group_of_source"), [first, first + ROW_GROUP_SIZE])
            copied += rows or 0
            lost += min(ROW_GROUP_SIZE, total - first) if rows is None else 0
        return copied, lost

    def _try(self, insert: str, rows: str, parameters: Parameters = ()) -> int | None:
        """Run an INSERT and return its number of rows; None if the source is damaged."""
        try:
            return _change(self._database, self._text(insert, rows), parameters)
        except errors.StoreError as error:
            cause = error.__cause__
            if error.reason == OUT_OF_MEMORY or not isinstance(cause, duckdb.Error) or is_full(cause):
                raise
            logger.warning("rebuild.unreadable", extra={"table": self._table, "error": str(cause)})
            return None


def complete(database: Database, sources: Sequence[Source]) -> list[str]:
    """
    Make a filled database consistent: names, library folders, sequences; drop orphaned rows.

    Returns a sentence for each change that concerns people.
    """
    sentences = list[str]()
    if libraries := _change(database, _SQL["libraries_of_files"]):
        sentences.append(
            f"{wording.plural(libraries, 'library folder comes', 'library folders come')} from the paths of the files."
        )
    _change(database, _SQL["add_built_in_views"])
    purposes = sql.purposes("integrity")
    for name, statement in integrity.orphan_statements().items():
        table = name.removeprefix(integrity.ORPHANED)
        if count := _change(database, sql.with_parts(_SQL["delete_rows"], table=table, rows=statement)):
            sentences.append(f"{purposes[name]}: {wording.plural(count, 'row was', 'rows were')} dropped.")
    continue_numbers(database, sources)
    return sentences


def source(label: str, path: Path, *, home: Path | None = None) -> Source:
    """Return a copy of a database as a source; with `home`, of its present database. duckdb.Error: it is damaged."""
    with contextlib.closing(duckdb.connect(str(path), read_only=True, config=CONFIG)) as raw:
        return Source(
            label=label,
            path=path,
            changes=change_counter.counted(raw),
            last_operation=change_counter.last_operation(raw),
            problem="" if home is None else change_counter.why_not_newest(home, raw),
            is_of_other_home=home is not None and not change_counter.is_of_home(home, raw),
        )


def snapshot_moment(path: Path) -> datetime:
    """Return the moment that a snapshot shows; duckdb.Error: it cannot be read."""
    with contextlib.closing(duckdb.connect(str(path), read_only=True, config=CONFIG)) as raw:
        [(moment,)] = raw.execute(_SQL["snapshot_moment"]).fetchall()
    return moment  # type: ignore[no-any-return]


def _change(database: Database, statement: str, parameters: Parameters = ()) -> int:
    """Run one INSERT, UPDATE or DELETE in a transaction, and return its number of rows."""
    return database.run(lambda tx: int(tx.value(statement, parameters)))


def continue_numbers(database: Database, sources: Sequence[Source] = (), *, last_operation: int = 0) -> None:
    """
    Let every sequence continue after the largest used number, and keep the identity of the home.

    `last_operation`: the largest number of an operation that has a journal.
    """
    upcoming = integrity.exhausted_sequences(database.read())
    if integrity.upcoming_numbers(database.read())["operation_ids"] <= last_operation:
        upcoming["operation_ids"] = last_operation + 1
    for source in reversed(sources):  # the values of the first source replace those of the others
        with contextlib.suppress(errors.StoreError), _attached(database, source):
            for name, number in database.read().execute(_SQL["source_sequences"]).fetchall():
                upcoming[name] = max(number, upcoming.get(name, 0))
            _change(database, _SQL["keep_identity"])
    with database.atomic() as tx:
        for name, number in upcoming.items():
            tx.execute(sql.with_parts(_SQL["continue_sequence"], sequence=name, number=str(number)))


def count_replacement(database: Database, number: int) -> None:
    """Let the change counter continue after `number`, so that no older copy can take the place of this database."""
    with database.atomic() as tx:
        number = max(number + 1, integrity.upcoming_numbers(tx)["changes"])
        tx.execute(sql.with_parts(_SQL["continue_sequence"], sequence="changes", number=str(number)))
        tx.execute(sql.load("database")["count_change"])
