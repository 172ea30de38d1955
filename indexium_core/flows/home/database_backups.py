"""
Backups of the database, and the check of the database.

The schedule `database-backup` makes one each day, the first one minutes after the first decision; others on request.
"""

from __future__ import annotations

import builtins
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.database import DatabaseBackup, DatabaseProgress
from indexium_core.model.health import Check, CheckState
from indexium_core.model.remote_calls import remote
from indexium_core.store import home_files, sql, survival
from indexium_core.store.database import Database
from indexium_core.store.rebuild import integrity
from indexium_core.store.survival import Survival

KEPT = 7  # daily backups; the others stay until a person deletes them
_FIRST_AFTER = timedelta(minutes=2)  # after the first decision: the first backup of a home
_DECIDED = frozenset(survival.of(Survival.DECIDED))
_REBUILD = "Run 'indexium db rebuild': it keeps everything that is readable."
logger = logging.getLogger(__name__)


class DatabaseBackups:
    """The backups of the database of an open home."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime], scheduler: Scheduler | None = None
    ) -> None:
        """`scheduler` starts the first backup; None: only requested backups are made."""
        self._database, self._clock, self._scheduler = database, clock, scheduler
        self._home = database.home
        self._making = threading.Lock()
        self._awaits_first = False  # there is no backup yet, and the first decision leads to one

    @reads_home
    @remote()
    def list(self) -> builtins.list[DatabaseBackup]:
        """Return the backups, newest first."""
        return home_files.backups(self._home)

    @needs(SETTINGS_MANAGE)
    @remote()
    def make(self) -> DatabaseBackup:
        """
        Make a backup now, also while other work runs, and verify it. It stays until a person deletes it.

        Raises:
            StoreError: The disk of the home is full, or the database is damaged.

        """
        return self._make("manual")

    def _make(self, kind: str) -> DatabaseBackup:
        with self._making, home_files.reporting_full_disk(self._home, "the backup of the database was not made"):
            path = home_files.new_path(self._home, kind, self._clock())
            for leftover in path.parent.glob("*.part*"):  # of a process that was killed
                leftover.unlink()
            unfinished = path.with_name(f"{path.name}.part")
            try:
                rows = self._database.copy_to(unfinished)
                if home_files.log_of(unfinished).exists() or home_files.verify(unfinished) != rows:
                    message = f"The backup {path} differs from the database. Check the disk, then try again."
                    raise errors.StoreError(message)
                home_files.sync_and_rename(unfinished, path)
            finally:
                for leftover in (unfinished, home_files.log_of(unfinished)):
                    leftover.unlink(missing_ok=True)
        logger.info("database.backed_up", extra={"path": str(path)})
        return next(each for each in self.list() if each.path == path)

    @needs(SETTINGS_MANAGE)
    def start(self) -> None:
        """Make the first backup of the home after its first decision, also after one of an earlier process."""
        if self._newest() is not None:
            return
        self._awaits_first = True
        self._database.follow(self._on_commit)
        self._await_first()

    def close(self) -> None:
        """Make the first backup of the home if it is due; errors are logged."""
        try:
            if self._awaits_first and self._seconds_to_first() == 0:
                self._make_daily()
        except (errors.IndexiumError, OSError) as error:
            logger.warning("database.backup_failed", extra={"error": str(error)})
        self._awaits_first = False

    def handle(self, _job: JobContext) -> Mapping[str, Any]:
        """Run a job of the schedule. A stop does not end it: a backup is short, and half of one is of no use."""
        return {"message": self._make_daily().name}

    def _make_daily(self) -> DatabaseBackup:
        """Make a daily backup, and delete the oldest."""
        made = self._make("daily")
        self._awaits_first = False
        for old in [each for each in self.list() if each.kind == "daily"][KEPT:]:
            old.path.unlink(missing_ok=True)
        return made

    def _on_commit(self, written: frozenset[str]) -> None:
        if self._awaits_first and written & _DECIDED:
            self._await_first()

    def _await_first(self) -> None:
        seconds = self._seconds_to_first()
        if seconds is not None and self._scheduler is not None:
            self._scheduler.add_later(job_kinds.DATABASE_BACKUP, seconds, has_work=lambda: self._newest() is None)

    def _seconds_to_first(self) -> float | None:
        """Return the seconds to the first backup of the home; None while there is nothing to lose, or if it exists."""
        first: datetime | None = self._database.read().value(sql.load("database")["first_decision"])
        if first is None or self._newest() is not None:
            return None
        return max(0.0, (first + _FIRST_AFTER - self._clock()).total_seconds())

    def _newest(self) -> datetime | None:
        return home_files.newest_backup(self._home)

    @reads_home
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
            return DatabaseBackups(database, clock=clock).check(on_progress)
    except errors.StoreError:
        return [_check("database", "problem", error.message), *map(_checked_backup, home_files.backups(home))]


def _check(name: str, state: CheckState, message: str, remedy: str = "") -> Check:
    return Check(name=name, state=state, message=message, remedy=remedy)


def _checked_backup(backup: DatabaseBackup) -> Check:
    """Return whether a backup can be restored. The replaced database of a rebuild may be damaged."""
    name = f"backup {backup.name}"
    try:
        rows = sum(home_files.verify(backup.path).values())
    except errors.IndexiumError as error:
        state: CheckState = "warning" if backup.kind == "replaced" else "problem"
        return _check(name, state, error.message, f"Delete {backup.path}, then run 'indexium db backup'.")
    return _check(name, "ok", f"It can be restored: {wording.plural(rows, 'row')}.")
