"""
Replace the database of a closed home: by one of its backups, or by a new one that is built from all that is readable.

The new database is made in a folder of the home, beside the old one. Only the last step, the replacement, changes the
home; it is atomic (`store/home_files.py`). After an interruption, the old database is still in force and the next
start deletes the folder. The old database is kept among the backups.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from indexium_core import errors
from indexium_core.files import reader
from indexium_core.flows.home import journal_history, orphaned_journals
from indexium_core.flows.home.journal_history import AddedHistory
from indexium_core.flows.scanning import file_facts
from indexium_core.model import wording
from indexium_core.model.database import DatabaseBackup, DatabaseProgress, RebuildReport, RestoreReport, TableOrigin
from indexium_core.model.fields import custom
from indexium_core.model.operations.actor import SYSTEM, acting_as
from indexium_core.store import change_counter, home_files
from indexium_core.store.catalog import custom_fields
from indexium_core.store.connection import failure_message
from indexium_core.store.database import Database
from indexium_core.store.lock import HomeLock
from indexium_core.store.operations import backups as backups_store
from indexium_core.store.rebuild import integrity, journal_rows, rebuilding, snapshot_source
from indexium_core.store.rebuild.rebuilding import Source

_OLD = "old database"
# Of sources with one counter, the old database is the newest one, but an older copy is the oldest.
_NOW, _EARLIEST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
_UNCHANGED = "the database was not changed"
logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def restore(
    home: Path, name: str, *, clock: Clock, kept_for: timedelta, on_progress: DatabaseProgress
) -> RestoreReport:
    """
    Replace the database of a home by a backup: its name, or the path of a file; "" is the newest one.

    The history gets the writes after the backup from their journals, so that they can still be rolled back.

    Args:
        home: The closed home.
        name: The backup.
        clock: Returns the current time (UTC).
        kept_for: For how long a write can be rolled back.
        on_progress: Called for each file of a journal.

    Raises:
        HomeInUseError: A process uses the home.
        HomeVersionError: A newer version of Indexium made the backup.
        StoreError: The backup is damaged, or the disk is full; the database was not changed.
        UsageError: There is no such backup.

    """
    with _taken(home) as work:
        backup = _chosen(home, name)
        home_files.verify(backup.path)
        with home_files.reporting_full_disk(home, f"the backup {backup.name} cannot be restored and {_UNCHANGED}"):
            (work / "home").mkdir(mode=0o700)
            new = work / "home" / home_files.FILE_NAME
            home_files.prepared_copy(backup.path, new)
            home_files.verify(new)
            with acting_as(SYSTEM), Database.open(work / "home") as database:
                added = _add_journals(database, home, kept_for, on_progress, clock)
                rebuilding.count_replacement(database, change_counter.last_number(home))
            kept = _replace(home, new, added.moves, clock)
    return RestoreReport(backup=backup, kept=kept, writes=added.writes, problems=added.problems)


def rebuild(home: Path, *, clock: Clock, kept_for: timedelta, on_progress: DatabaseProgress) -> RebuildReport:
    """
    Build a new database from the old one, the last backup, the last snapshot and the journals, and replace the old one.

    The source that was changed last comes first, table by table. Without any of them, the new database is empty.

    Args:
        home: The closed home.
        clock: Returns the current time (UTC).
        kept_for: For how long a write can be rolled back.
        on_progress: Called for each table and each file of a journal.

    Raises:
        HomeInUseError: A process uses the home.
        HomeVersionError: A newer version of Indexium made the database.
        StoreError: The disk is full, or a check of the new database failed; the database was not changed.

    """
    started = time.monotonic()
    with _taken(home) as work, home_files.reporting_full_disk(home, f"the rebuild stopped and {_UNCHANGED}"):
        sources, problems = _sources(home, work)
        moves: dict[Path, Path] = {}
        with acting_as(SYSTEM), Database.open(work / "home") as database:  # it brings back what others decided
            origins, lost = rebuilding.fill(database, sources, on_progress)
            notes = rebuilding.complete(database, sources)
            is_whole = not problems and not lost and sources and sources[0].label == _OLD
            if not is_whole or orphaned_journals.unknown(
                home / home_files.JOURNALS, backups_store.Backups(database).journals()
            ):
                added = _add_journals(database, home, kept_for, on_progress, clock)
                if added.writes:
                    origins.append(TableOrigin(table="metadata_history", source="journals", rows=added.writes))
                notes, moves = notes + added.problems, added.moves
            journal_rows.count_again(database, integrity.miscounted_operations(database.read()))
            _validate(database)
            probed, differing = _probe(database)
            rebuilding.count_replacement(database, change_counter.last_number(home))
        kept = _replace(home, work / "home" / home_files.FILE_NAME, moves, clock)
    logger.info("database.rebuilt", extra={"seconds": round(time.monotonic() - started, 3)})
    return RebuildReport(
        origins=origins,
        kept=kept,
        probed=probed,
        differing=differing,
        problems=problems + lost + notes,
        seconds=time.monotonic() - started,
    )


@contextlib.contextmanager
def _taken(home: Path) -> Iterator[Path]:
    """Lock the home, complete an interrupted replacement, and provide an empty folder for the new database."""
    if not home.is_dir():
        raise errors.UsageError(f"The home {home} does not exist. Choose a home with --home.")
    lock, work = HomeLock.take(home), home / home_files.WORK
    try:
        with home_files.reporting_full_disk(home, _UNCHANGED):
            home_files.finish_replacement(home)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        lock.release()


def _chosen(home: Path, name: str) -> DatabaseBackup:
    known = home_files.backups(home)
    if not name:
        for backup in known:
            if backup.kind != "replaced" and home_files.is_sound(backup.path):
                return backup
        message = f"The home {home} has no backup that can be restored. Name a file, or run 'indexium db rebuild'."
        raise errors.UsageError(message)
    path = Path(name)
    found = next((backup for backup in known if backup.name == name or backup.path == path.absolute()), None)
    if found is None and path.is_file():
        status = path.stat()
        created_at = datetime.fromtimestamp(status.st_mtime, UTC)
        found = DatabaseBackup(name=path.name, kind="file", path=path, created_at=created_at, size=status.st_size)
    if found is None:
        raise errors.UsageError(f"There is no backup {name}. 'indexium db list' shows all backups.")
    return found


def _replace(home: Path, new: Path, moves: Mapping[Path, Path], clock: Clock) -> Path | None:
    """
    Give journals the names that the new database has, and replace the database; return the path of the old one.

    After a kill between the steps, the next start finds journals that the old database lacks, and asks for a rebuild.
    """
    for path, target in moves.items():
        path.rename(target)
    try:
        return home_files.replace_database(home, new, clock())
    except BaseException:
        for path, target in moves.items():
            target.rename(path)
        raise


def _sources(home: Path, work: Path) -> tuple[list[Source], list[str]]:
    """Return the readable sources, newest first, as files with the present schema; and a sentence for each problem."""
    found, problems = list[tuple[datetime, Source]](), list[str]()
    old, copy = home / home_files.FILE_NAME, work / "old.duckdb"
    for with_log in (True, False):  # the log may be all that is damaged
        if found or not old.exists() or not (with_log or home_files.log_of(old).exists()):
            break
        try:
            home_files.prepared_copy(old, copy, with_log=with_log)
            source = rebuilding.source(_OLD, copy, home=home)
            if home_files.is_empty(old) or source.is_of_other_home:
                problems.append(source.problem or "The old database is empty, so it is not used.")
                break
            problems += [source.problem] if source.problem else []
            found.append((_EARLIEST if source.problem else _NOW, source))
        except duckdb.Error as error:
            if home_files.is_full(error):
                raise
            what = "The old database cannot be opened" + ("" if with_log else " without its log either")
            reason = str(error).partition("\n")[0].replace(str(copy), str(old))
            problems.append(f"{what}: {reason}")
    found += _newest_backup(home, work)
    snapshot, unused = _newest_snapshot(home, work)
    found += snapshot
    return [source for _, source in sorted(found, key=_age, reverse=True)], problems + unused


def _age(found: tuple[datetime, Source]) -> tuple[int, int, datetime]:
    """Return what sorts a source behind newer ones; the counter of an earlier version of Indexium is 0."""
    moment, source = found
    return source.changes, source.last_operation, moment


def _newest_backup(home: Path, work: Path) -> list[tuple[datetime, Source]]:
    """Return the newest sound backup with its time."""
    copy = work / "backup.duckdb"
    for backup in home_files.backups(home):
        if backup.kind != "replaced" and home_files.is_sound(backup.path):
            try:
                home_files.prepared_copy(backup.path, copy)
            except duckdb.Error as error:
                if home_files.is_full(error):
                    raise
                continue  # an older backup may be complete
            return [(backup.created_at, rebuilding.source(f"backup {backup.name}", copy))]
    return []


def _newest_snapshot(home: Path, work: Path) -> tuple[list[tuple[datetime, Source]], list[str]]:
    """Return the newest snapshot that is readable with its time, and a sentence for each one that cannot be used."""
    copy, problems = work / "snapshot.duckdb", list[str]()
    for path in home_files.snapshots(home):
        try:
            snapshot_source.to_database(path, copy)
            moment = rebuilding.snapshot_moment(path)
        except errors.IndexiumError as error:
            problems.append(error.message)
        except duckdb.Error as error:
            if home_files.is_full(error):
                raise
            problems.append(failure_message(f"The snapshot {path.name} cannot be read", error))
        else:
            label = f"snapshot {path.stem} of {moment:%Y-%m-%d %H:%M} UTC"
            return [(moment, rebuilding.source(label, copy))], problems
    return [], problems


def _add_journals(
    database: Database, home: Path, kept_for: timedelta, on_progress: DatabaseProgress, clock: Clock
) -> AddedHistory:
    """
    Undo interrupted writes, and add complete ones that the database does not know.

    The undo comes before the replacement: the history of a journal is read from its files, which must be whole. If the
    replacement then fails, the old database is in force, and its next start reads the same journal: every file in it is
    restored already.
    """
    folder = home / home_files.JOURNALS
    orphaned_journals.recover(folder, backups_store.Backups(database).journals())
    rebuilding.continue_numbers(database, last_operation=home_files.last_operation(home_files.journals(folder)))
    with custom.active(custom_fields.definitions(database.read())):
        added = journal_history.add_history(database, folder, on_progress, kept_for=kept_for)
    rebuilding.continue_numbers(database)
    journal_rows.skip_rolled_back(database, clock())
    return added


def _validate(database: Database) -> None:
    """Raise StoreError unless the new database is complete."""
    reader = database.read()
    for table in integrity.tables(reader):
        integrity.digest(reader, f"FROM {table}")
    faults = [*integrity.missing_columns(reader), *(each.description for each in integrity.orphans(reader))]
    faults += integrity.exhausted_sequences(reader)
    if faults:
        names = wording.list_of(faults, most=5)
        raise errors.StoreError(f"A check of the new database failed ({names}), so {_UNCHANGED}. Please report it.")


def _probe(database: Database) -> tuple[int, list[str]]:
    """Compare a sample of files with their rows; return its size and the paths that differ."""
    count, differing = 0, list[bytes]()
    for path, size, mtime_ns, comment, file_hash in journal_rows.probes(database):
        with contextlib.suppress(errors.MetadataError), reader.FileReader(path) as file:
            if (file.stat.size, file.stat.mtime_ns) == (size, mtime_ns):
                facts, _ = file_facts.probe_file(path, file.stat, full=False, faststart="keep")
                count += 1
                is_sample = file_hash is None or file_hash.startswith("x1:")
                if facts.comment != comment or (is_sample and facts.file_hash != file_hash):
                    differing.append(path)
    journal_rows.read_again(database, differing)
    return count, [path.decode("utf-8", "replace") for path in differing]
