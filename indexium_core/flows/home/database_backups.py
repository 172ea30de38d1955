"""
Backups of the database, and the check of the database.

One backup is made each day while Indexium runs, the first one minutes after the first decision; others on request.
"""

from __future__ import annotations

import builtins
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.scanning.folder_health import Check, CheckState
from indexium_core.model import wording
from indexium_core.model.database import DatabaseBackup, DatabaseProgress
from indexium_core.model.remote_calls import remote
from indexium_core.store import sql
from indexium_core.store.database import Database
from indexium_core.store.recovery import files, integrity

KEPT = 7  # daily backups; the others stay until a person deletes them
_DAY = timedelta(days=1)
_FIRST_AFTER = timedelta(minutes=2)  # after the first decision: the first backup of a home
_PAUSE_SECONDS = 60.0  # between two checks of the time
_REBUILD = "Run 'indexium db rebuild': it keeps everything that is readable."
logger = logging.getLogger(__name__)


class DatabaseBackups:
    """The backups of the database of an open home."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime], is_busy: Callable[[], bool]) -> None:
        """`is_busy` returns whether an operation runs: a daily backup waits for its end."""
        self._database, self._clock, self._is_busy = database, clock, is_busy
        self._home, self._created_at = database.home, database.created_at
        self._making = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @remote()
    def list(self) -> builtins.list[DatabaseBackup]:
        """Return the backups, newest first."""
        return files.backups(self._home)

    @remote()
    def make(self) -> DatabaseBackup:
        """
        Make a backup now, also while other work runs, and verify it. It stays until a person deletes it.

        Raises:
            StoreError: The disk of the home is full, or the database is damaged.

        """
        return self._make("manual")

    def _make(self, kind: str) -> DatabaseBackup:
        with self._making, files.reporting_full_disk(self._home, "the backup of the database was not made"):
            path = files.new_path(self._home, kind, self._clock())
            for leftover in path.parent.glob("*.part*"):  # of a process that was killed
                leftover.unlink()
            unfinished = path.with_name(f"{path.name}.part")
            try:
                rows = self._database.copy_to(unfinished)
                if files.log_of(unfinished).exists() or files.verify(unfinished) != rows:
                    message = f"The backup {path} differs from the database. Check the disk, then try again."
                    raise errors.StoreError(message)
                files.sync_and_rename(unfinished, path)
            finally:
                for leftover in (unfinished, files.log_of(unfinished)):
                    leftover.unlink(missing_ok=True)
        logger.info("database.backed_up", extra={"path": str(path)})
        return next(each for each in self.list() if each.path == path)

    def start(self, *, repeat: bool) -> None:
        """Make the backup of this day in the background if it is due; `repeat`: also on the next days."""
        if repeat or self._is_due():
            self._thread = threading.Thread(
                target=self._follow, args=(repeat,), name="indexium-database-backups", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """End the thread, after the backup that it makes; make the first backup of the home if it is due."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self._make_daily(is_first=True)

    def _follow(self, repeat: bool) -> None:  # noqa: FBT001 - an argument of a thread
        while True:
            self._make_daily()
            if not repeat or self._closing.wait(_PAUSE_SECONDS):
                return

    def _make_daily(self, *, is_first: bool = False) -> None:
        """Make a daily backup if it is due (`is_first`: only the first), and delete the oldest; errors are logged."""
        try:
            if self._is_busy() or (is_first and self._newest() is not None) or not self._is_due():
                return
            self._make("daily")
            for old in [each for each in self.list() if each.kind == "daily"][KEPT:]:
                old.path.unlink(missing_ok=True)
        except (errors.IndexiumError, OSError) as error:
            logger.warning("database.backup_failed", extra={"error": str(error)})

    def _is_due(self) -> bool:
        """Return whether the newest backup is older than a day; without one, whether there is something to lose."""
        newest, now = self._newest(), self._clock()
        if newest is not None:
            return now - newest >= _DAY
        first = self._database.read().value(sql.load("database")["first_decision"])
        return now - self._created_at >= _DAY or (first is not None and now - first >= _FIRST_AFTER)

    def _newest(self) -> datetime | None:
        times = [each.created_at for each in self.list() if each.kind in ("daily", "manual")]
        return max(times, default=None)

    @remote()
    def check(self, on_progress: DatabaseProgress = lambda *_: None) -> builtins.list[Check]:
        """
        Read the whole database and its backups; return the result of each check, problems with their remedies.

        `on_progress` is called for each table and each backup.
        """
        reader, backups = self._database.read(), self.list()
        tables = integrity.tables(reader)
        total, found = len(tables) + len(backups), list[Check]()
        rows = 0
        for number, table in enumerate(tables):
            on_progress(number, total, table)
            try:
                rows += integrity.digest(reader, f"FROM {table}")[0]
            except errors.StoreError as error:
                cause = str(error.__cause__ or error).partition("\n")[0].rstrip(".")
                found.append(_check("database", "problem", f"The table {table} cannot be read: {cause}.", _REBUILD))
        if not found:
            message = f"All {len(tables)} tables are readable: {wording.plural(rows, 'row')}."
            found.append(_check("database", "ok", message))
            found += self._contents()
        for number, backup in enumerate(backups, len(tables)):
            on_progress(number, total, backup.name)
            found.append(_checked_backup(backup))
        if not any(backup.kind in ("daily", "manual") for backup in backups):
            message = "There is no backup of the database yet."
            found.append(_check("backups", "warning", message, "Run 'indexium db backup'."))
        on_progress(total, total, "")
        return found

    def _contents(self) -> builtins.list[Check]:
        """Return the problems of readable tables."""
        reader = self._database.read()
        found = list[Check]()
        if missing := integrity.missing_columns(reader):
            names = wording.list_of(missing, most=5)
            found.append(_check("schema", "problem", f"The database lacks columns: {names}.", _REBUILD))
        for each in integrity.orphans(reader):
            message = f"{each.description}: {wording.plural(each.rows, 'row')}."
            found.append(_check("rows", "problem", message, f"{_REBUILD} It drops these rows."))
        if numbers := integrity.exhausted_sequences(reader):
            names = wording.list_of(list(numbers))
            message = f"New rows would get the numbers of existing rows: {names}."
            found.append(_check("numbers", "problem", message, _REBUILD))
        if operations := integrity.miscounted_operations(reader):
            names = wording.list_of([str(number) for number in operations], most=5)
            message = f"The number of written files is wrong for these operations: {names}."
            found.append(_check("history", "problem", message, _REBUILD))
        return found


def check_closed(
    home: Path, error: errors.StoreError, *, clock: Callable[[], datetime], on_progress: DatabaseProgress
) -> list[Check]:
    """Return the checks of a home that does not open because of an error: of its tables if possible, of its backups."""
    try:
        with Database.open(home) as database:
            return DatabaseBackups(database, clock=clock, is_busy=lambda: False).check(on_progress)
    except errors.StoreError:
        return [_check("database", "problem", error.message), *map(_checked_backup, files.backups(home))]


def _check(name: str, state: CheckState, message: str, remedy: str = "") -> Check:
    return Check(name=name, state=state, message=message, remedy=remedy)


def _checked_backup(backup: DatabaseBackup) -> Check:
    """Return whether a backup can be restored. The replaced database of a rebuild may be damaged."""
    name = f"backup {backup.name}"
    try:
        rows = sum(files.verify(backup.path).values())
    except errors.IndexiumError as error:
        state: CheckState = "warning" if backup.kind == "replaced" else "problem"
        return _check(name, state, error.message, f"Delete {backup.path}, then run 'indexium db backup'.")
    return _check(name, "ok", f"It can be restored: {wording.plural(rows, 'row')}.")
