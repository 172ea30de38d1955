"""
The files of the database: its backups, and the atomic replacement of the database by another file.

A replacement is decided by one rename: the new file gets the name `indexium.duckdb.next-<time>`. Before it, the old
database is in force. After it, `finish_replacement` moves the old database and its log into the folder of the backups
and the new file into place. Each start calls it first, so that a kill between these steps loses nothing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from indexium_core import errors
from indexium_core.model.database import DatabaseBackup
from indexium_core.store import migrations, sql
from indexium_core.store.connection import failure_message

FILE_NAME = "indexium.duckdb"
COUNTER = "change-counter.json"  # see `change_counter`
FOLDER = "database-backups"
JOURNALS = "backups"  # folder of the home with the journals of the operations
CLUSTER_ID = "cluster.id"  # exists as soon as a worker of a cluster has written for the home
PROCESSES = "processes.lock"  # file of a home, locked by every worker process of the home
PICTURES = "cache"  # folder of the home with the originals of pictures
SNAPSHOTS = "snapshot"  # folder of the home with the snapshots
_JOURNAL_NAME = re.compile(r"(\d+)(?:-\d+)?(?:\.\d+)?\.(?:journal|settled)")  # number, copy, run
_JOURNAL_START = b"INDEXIUM"
WORK = "database-rebuild"  # folder of the home in which a new database is made
# SQL never reads Python variables as tables, and DuckDB never downloads extensions.
CONFIG: dict[str, Any] = {
    "TimeZone": "UTC",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
}
_ATTEMPTS, _PAUSE_SECONDS = 100, 0.02  # DuckDB may merge the log of a closed database with a delay
_STAMP = "%Y%m%d-%H%M%S"
_NEXT = f"{FILE_NAME}.next-"
_BEFORE = f"{FILE_NAME}.before-"


def folder_of(home: Path) -> Path:
    """Return the folder of the backups of the database."""
    return home / FOLDER


def log_of(path: Path) -> Path:
    """Return the path of the log of a database. The file exists while a process writes, and after a kill."""
    return path.with_name(path.name + ".wal")


def backups(home: Path) -> list[DatabaseBackup]:
    """Return the backups of a home, newest first."""
    found = [_backup(path, path.stem.partition("-")[0]) for path in folder_of(home).glob("*-*.duckdb")]
    copies = (path for path in home.glob(f"{_BEFORE}*") if path.name.removeprefix(_BEFORE).isdecimal())
    found += [_backup(path, "migration") for path in copies]
    # Names have seconds; a second backup of one second has a longer name.
    return sorted(found, key=lambda backup: (backup.created_at, len(backup.name), backup.name), reverse=True)


def newest_backup(home: Path) -> datetime | None:
    """Return the time of the newest backup that was made for a restoration, not by a migration or a replacement."""
    return max((each.created_at for each in backups(home) if each.kind in ("daily", "manual")), default=None)


def _backup(path: Path, kind: str) -> DatabaseBackup:
    status = path.stat()
    name = path.name.removeprefix(f"{FILE_NAME}.").removesuffix(".duckdb")
    created_at = datetime.fromtimestamp(status.st_mtime, UTC)
    with contextlib.suppress(ValueError):
        day, time_of_day = name.split("-")[1:3]
        created_at = datetime.fromisoformat(f"{day}T{time_of_day}").replace(tzinfo=UTC)  # as `_STAMP`
    return DatabaseBackup(name=name, kind=kind, path=path, created_at=created_at, size=status.st_size)


def new_path(home: Path, kind: str, now: datetime) -> Path:
    """Return an unused path for a backup, and create its folder."""
    folder = folder_of(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"{kind}-{now.astimezone(UTC).strftime(_STAMP)}"
    path, number = folder / f"{stem}.duckdb", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.duckdb"
    return path


def journals(folder: Path) -> list[Path]:
    """Return all journals in a folder of journals, also those that earlier versions moved into its folder `lost`."""
    return [
        path for pattern in ("*.journal", "lost/*.journal", "lost/*.settled") for path in sorted(folder.glob(pattern))
    ]


def had_cluster(home: Path) -> bool:
    """Return whether workers of a cluster have written for a home, so that library folders may have their journals."""
    try:
        return (home / CLUSTER_ID).exists()
    except OSError:  # in doubt, recovery looks, and reports the error
        return True


def snapshots(home: Path) -> list[Path]:
    """Return the files of all snapshots of a home, newest first."""
    found = (path for path in (home / SNAPSHOTS).glob("*.duckdb") if path.stem.isdecimal())
    return sorted(found, key=lambda path: int(path.stem), reverse=True)


def private_part_of(snapshot: Path) -> Path:
    """Return the path of the file that a snapshot has beside it: the tables that no file holds, for a rebuild."""
    return snapshot.with_suffix(".private")


def operation_of(journal: Path) -> int | None:
    """Return the number of the operation of a journal, by its name; None if the name has none."""
    found = _JOURNAL_NAME.fullmatch(journal.name)
    return int(found[1]) if found else None


def last_operation(found: Iterable[Path]) -> int:
    """Return the largest number of an operation of journals; 0 without one."""
    return max((operation_of(path) or 0 for path in found), default=0)


def is_journal(path: Path) -> bool:
    """Return whether a file begins as a journal."""
    try:
        with path.open("rb") as file:
            return file.read(len(_JOURNAL_START)) == _JOURNAL_START
    except OSError:
        return False


def is_empty(path: Path) -> bool:
    """Return whether a file is a database without tables."""
    try:
        with contextlib.closing(duckdb.connect(str(path), read_only=True, config=CONFIG)) as raw:
            return not migrations.applied(raw)
    except (duckdb.Error, OSError, errors.IndexiumError):
        return False


def is_sound(path: Path) -> bool:
    """Return whether a file opens as a database of this version of Indexium or of an earlier one. Quick."""
    try:
        with contextlib.closing(duckdb.connect(str(path), read_only=True, config=CONFIG)) as raw:
            return _is_ours(raw)
    except (duckdb.Error, OSError, errors.IndexiumError):
        return False


def _is_ours(raw: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a database is one of Indexium; HomeVersionError: a newer version made it."""
    try:
        migrations.pending(raw)
        return bool(migrations.applied(raw))
    except errors.StoreError:  # it has other tables
        return False


def verify(path: Path) -> dict[str, int]:
    """
    Read every byte of a closed database, and return the number of rows of each table.

    Raises:
        HomeVersionError: A newer version of Indexium made it.
        StoreError: It is damaged, or is not a database of Indexium.

    """
    statements = sql.load("integrity")
    try:
        with contextlib.closing(duckdb.connect(str(path), read_only=True, config=CONFIG)) as raw:
            if not _is_ours(raw):
                raise errors.StoreError(f"The file {path} is not a database of Indexium. Choose another backup.")
            tables = [name for (name,) in raw.execute(statements["own_tables"]).fetchall()]
            text = statements["whole_table"]
            rows = {name: raw.execute(sql.with_parts(text, rows=f"FROM {name}")).fetchone() for name in tables}
            return {name: int(row[0]) if row else 0 for name, row in rows.items()}
    except (duckdb.Error, OSError) as error:
        message = failure_message(f"The database {path} is damaged", error)
        raise errors.StoreError(f"{message} Choose another backup: 'indexium db list' shows all.") from error


def prepared_copy(source: Path, target: Path, *, with_log: bool = True) -> None:
    """
    Copy a closed database, merge its log, and apply missing migrations.

    Raises:
        OSError: The copy cannot be written.
        duckdb.Error: The database is damaged.

    """
    for leftover in (target, log_of(target)):
        leftover.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    if with_log and log_of(source).exists():
        shutil.copyfile(log_of(source), log_of(target))
    with contextlib.closing(duckdb.connect(str(target), config=CONFIG)) as raw:
        migrations.apply(raw, migrations.pending(raw))
    sync(target, os.O_RDONLY)


def replace_database(home: Path, new: Path, now: datetime) -> Path | None:
    """
    Replace the database of a home by a closed database in it; return the path of the old one, None without one.

    Raises:
        StoreError: The new database still has a log: on a full disk, DuckDB closes a database without merging its log.
            Or the replacement was decided, but not completed.

    """
    for _ in range(_ATTEMPTS):
        if not log_of(new).exists():
            break
        time.sleep(_PAUSE_SECONDS)
    else:
        message = f"The new database is incomplete, so the database of the home {home} was not changed."
        raise errors.StoreError(f"{message} Free some space on its disk, then try again.")
    sync(new, os.O_RDONLY)
    kept = new_path(home, "replaced", now)
    new.replace(home / f"{_NEXT}{kept.stem.removeprefix('replaced-')}")
    try:
        finish_replacement(home)
    except OSError as error:
        message = failure_message(f"The database of the home {home} is replaced at the next start", error)
        raise errors.StoreError(f"{message} The new database is complete: start Indexium again.") from error
    return kept if kept.exists() else None


def finish_replacement(home: Path) -> None:
    """Complete a replacement that was decided; without one, do nothing."""
    for new in home.glob(f"{_NEXT}*"):
        path, folder = home / FILE_NAME, folder_of(home)
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = folder / f"replaced-{new.name.removeprefix(_NEXT)}.duckdb"
        sync(home, os.O_RDONLY | os.O_DIRECTORY)
        for old, target in ((log_of(path), log_of(kept)), (path, kept)):
            if old.exists():
                old.replace(target)
        sync(folder, os.O_RDONLY | os.O_DIRECTORY)
        (home / COUNTER).unlink(missing_ok=True)  # of the old database; the next start writes that of the new one
        new.replace(path)
        sync(home, os.O_RDONLY | os.O_DIRECTORY)


def sync_and_rename(unfinished: Path, path: Path) -> None:
    """Make a file durable under its final name; after a crash, `path` has the whole new file or the old one."""
    sync(unfinished, os.O_RDONLY)
    unfinished.replace(path)
    sync(path.parent, os.O_RDONLY | os.O_DIRECTORY)


def sync(path: Path, flags: int) -> None:
    """Make a file or a folder durable."""
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_full(error: BaseException) -> bool:
    """Return whether an error of the system or of DuckDB reports that the disk or its quota is full."""
    text = str(error)
    is_number = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    return is_number or "No space left" in text or "quota exceeded" in text


@contextlib.contextmanager
def reporting_full_disk(home: Path, action: str) -> Iterator[None]:
    """Raise a `StoreError` with the remedy for errors of the disk in the block, which does `action`."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if is_full(error):
            message = f"The disk of the home {home} is full, so {action}. Free some space on it, then try again."
            raise errors.StoreError(message) from error
        message = failure_message(f"In the home {home}, {action}", error)
        raise errors.StoreError(f"{message} Check the folder and its disk, then try again.") from error
