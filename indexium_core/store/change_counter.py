"""
The change counter of a home, and the traces of a database that is lost.

The database counts its changes, at most once a minute, and a small file beside it gets the number when it is durable in
the database. So the number of the file is never larger, unless another file took the place of the database: an older
copy, or the database of another home. A home without a database is new only if nothing shows that it had one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shlex
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.store import home_files, sql, survival

_PAUSE_SECONDS = 60.0  # between two numbers: each costs a statement and a small file
_COUNTED = frozenset(survival.of(*survival.KEPT))
_SQL = sql.load("database")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Count:
    """The change counter of a home."""

    home: str  # what identifies the home, see `Database.mark`
    changes: int
    at: str  # time of the last change, ISO 8601


class ChangeCounter:
    """Counts the changes of an open database, and keeps the file up to date."""

    def __init__(self, home: Path, raw: duckdb.DuckDBPyConnection) -> None:
        self._path = home / home_files.COUNTER
        self.home = _mark(raw)  # a value that differs from that of every other home
        self._counted_at: float | None = None
        self._number: int | None = None  # not in the file yet
        found, known = _read(home), counted(raw)
        if known > (found.changes if found else 0):  # a replacement deleted the file, or a kill came before it
            self._write(known)

    def before_commit(self, raw: duckdb.DuckDBPyConnection, written: frozenset[str]) -> int | None:
        """Count a transaction that wrote these tables; return the new number, None if it is not counted."""
        is_early = self._counted_at is not None and time.monotonic() - self._counted_at < _PAUSE_SECONDS
        if is_early or not written & _COUNTED:
            return None
        row = raw.execute(_SQL["count_change"]).fetchone()
        return int(row[0]) if row else None

    def after_commit(self, number: int | None) -> None:
        """
        Keep the number of a committed transaction, and store the one before.

        A power cut can lose the log of the database with its name, but not a minute after its last sync.
        """
        if number is not None:
            self._counted_at = time.monotonic()
            self.store()
            self._number = number

    def store(self) -> None:
        """Store the last number, which the database file has, because it is closed or older than a minute."""
        if self._number is not None:
            self._write(self._number)

    def _write(self, changes: int) -> None:
        """Replace the file. It is not synced: a file that lags behind reports nothing wrong."""
        values = {"home": self.home, "changes": changes, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        unfinished = self._path.with_name(f"{home_files.COUNTER}.part")
        try:
            unfinished.write_text(json.dumps(values), encoding="utf-8")
            unfinished.replace(self._path)
        except OSError as error:  # the change is committed; the next one writes the file
            logger.warning("store.change_not_counted", extra={"error": str(error)})


def counted(raw: duckdb.DuckDBPyConnection) -> int:
    """Return the change counter of an open database; 0 if an earlier version made it."""
    row = raw.execute(_SQL["counted_changes"]).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def last_operation(raw: duckdb.DuckDBPyConnection) -> int:
    """Return the largest number of an operation that an open database gave."""
    row = raw.execute(_SQL["last_operation"]).fetchone()
    return int(row[0] or 0) if row else 0


def last_number(home: Path) -> int:
    """Return the change counter in the file of a home; 0 without one."""
    found = _read(home)
    return found.changes if found else 0


def require_home_without_traces(home: Path) -> None:
    """Raise StoreError (`database_lost`) if a home without a database had one."""
    traces = [
        wording.plural(len(found), *words)
        for found, words in (
            (home_files.journals(home / home_files.JOURNALS), ("journal", "journals")),
            (home_files.backups(home), ("backup of the database", "backups of the database")),
            (home_files.snapshots(home), ("snapshot", "snapshots")),
        )
        if found
    ]
    if home_files.log_of(home / home_files.FILE_NAME).exists():
        traces.append("the log of the database")
    found = _read(home)
    if found is not None and found.changes:
        traces.append(f"the number of its changes ({found.changes:,}, the last at {_shown(found.at)})")
    if traces:
        what = f"The database of the home {home} is missing, but the home has {wording.list_of(traces)}."
        rest = "To start with an empty home, choose another folder with --home."
        raise errors.StoreError(f"{what} {remedies(home)} {rest}", code="database_lost")


def require_newest(home: Path, raw: duckdb.DuckDBPyConnection) -> None:
    """Raise StoreError (`database_lost`) if the home shows that an older or another database is in its place."""
    if reason := why_not_newest(home, raw):
        rest = f"To keep this database, run 'indexium db restore {shlex.quote(str(home / home_files.FILE_NAME))}'."
        raise errors.StoreError(f"{reason} {remedies(home)} {rest}", code="database_lost")


def is_of_home(home: Path, raw: duckdb.DuckDBPyConnection) -> bool:
    """Return whether nothing shows that a database is that of another home."""
    found = _read(home)
    return found is None or found.home == _mark(raw)


def why_not_newest(home: Path, raw: duckdb.DuckDBPyConnection) -> str:
    """Return the sentence that says why a database is not the newest one of a home; "" if nothing shows that."""
    found, path = _read(home), home / home_files.FILE_NAME
    if not is_of_home(home, raw):
        return f"The database {path} is not that of this home: it was created at another time."
    if found is not None and found.changes > counted(raw):
        return f"The database {path} is an older copy: it lacks changes that were made until {_shown(found.at)}."
    known = last_operation(raw)
    later = [
        path for path in (home / home_files.JOURNALS).glob("*.journal") if (home_files.operation_of(path) or 0) > known
    ]
    newest = home_files.last_operation(path for path in later if home_files.is_journal(path))
    if newest:
        return f"The database {path} is an older copy: it lacks operation {newest}, of which there is a journal."
    return ""


def remedies(home: Path) -> str:
    """Return the sentences about what a person can do without the database of a home."""
    backup = next((each for each in home_files.backups(home) if home_files.is_sound(each.path)), None)
    remedy = "'indexium db rebuild' builds a new one from everything that is readable"
    if backup is not None:
        when = f"{backup.created_at.astimezone():%Y-%m-%d %H:%M}"
        remedy = f"'indexium db restore' restores the backup {backup.name} of {when}; {remedy}"
    return f"No video is affected. {remedy[:1].upper()}{remedy[1:]}."


def _read(home: Path) -> Count | None:
    """Return the file of a home; None if there is none, or another program changed it."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        values = json.loads((home / home_files.COUNTER).read_text(encoding="utf-8"))
        return Count(str(values["home"]), int(values["changes"]), str(values["at"]))
    return None


def _mark(raw: duckdb.DuckDBPyConnection) -> str:
    row = raw.execute(_SQL["identity"]).fetchone()
    return f"{int(row[0]) if row else 0:x}"


def _shown(at: str) -> str:
    with contextlib.suppress(ValueError):
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"
    return at
