"""
Read the newest snapshot of a home: from another process, without the service, and while the service writes.

A snapshot is a numbered DuckDB file. The file `newest` beside it names the newest one; it is replaced atomically.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexium_core import errors, settings
from indexium_core.model import wording
from indexium_core.store.database_file import attachment
from indexium_core.store.home_files import SNAPSHOTS
from indexium_core.store.snapshot import tables
from indexium_core.store.sql import quoted

if TYPE_CHECKING:
    import duckdb

POINTER = "newest"  # the file among the snapshots that names the newest one
_CONFIG = {"TimeZone": "UTC", "autoinstall_known_extensions": False}
_ATTEMPTS, _PAUSE_SECONDS = 50, 0.02  # an older snapshot may be deleted between the two steps of an opening


def newest(home: Path) -> Path:
    """
    Return the file of the newest snapshot.

    Raises:
        UsageError: The home has no snapshot.

    """
    folder = home / SNAPSHOTS
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return folder / (folder / POINTER).read_text(encoding="utf-8").strip()
    message = f"The home {home} has no snapshot yet. Scan a folder, or run 'indexium snapshot'."
    raise errors.UsageError(message, code="no_snapshot")


def connect(home: Path | str | None = None, *, external: bool = False) -> duckdb.DuckDBPyConnection:
    """
    Return a read-only DuckDB connection to the newest snapshot of a home.

    The connection keeps its snapshot, also when a newer one appears: connect again to see newer data. The table
    `snapshot` has the moment that the tables show (`snapshot_at`); docs/snapshots.md lists all tables and columns.

    Args:
        home: Folder of the home; default: the folder in the settings.
        external: Whether SQL may read files and Python data frames. The snapshot stays read-only.

    Raises:
        UsageError: The home has no snapshot.
        StoreError: The snapshot cannot be read.

    """
    return open_newest(settings.load(home).home, external=external)


def open_newest(
    home: Path, *, external: bool = False, files: Sequence[Path] = (), config: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """
    Return a locked connection to the newest snapshot of a home, see `connect`.

    `files`: files that SQL may write and read, also without external access; `config`: further settings of DuckDB.
    """
    import duckdb

    settings_of_duckdb: dict[str, Any] = {**_CONFIG, "python_enable_replacements": external}
    for attempt in range(_ATTEMPTS):
        path = newest(home)
        # An instance of its own: DuckDB gives all connections of a process to one file the same settings.
        connection = duckdb.connect(":memory:", config=settings_of_duckdb)
        try:
            connection.execute(attachment(path, "snapshot", read_only=True))
        except duckdb.Error as error:
            connection.close()
            if attempt + 1 < _ATTEMPTS and (not path.exists() or newest(home) != path):
                time.sleep(_PAUSE_SECONDS)
                continue
            message = f"The snapshot {path} cannot be read: {str(error).partition(chr(10))[0]}"
            raise errors.StoreError(f"{message}. 'indexium snapshot' makes a new one.") from error
        try:
            _lock(connection, config or {}, external=external, files=files)
        except BaseException:
            connection.close()
            raise
        return connection
    raise AssertionError("unreachable")


def notice_of_present(home: Path, reason: errors.StoreError) -> str:
    """Return a sentence about the newest snapshot, because there is no newer one for this reason; "" without any."""
    try:
        with open_newest(home) as connection:
            [(moment,)] = connection.execute("FROM snapshot.main.snapshot SELECT snapshot_at").fetchall()
    except errors.IndexiumError:
        return ""
    return f"{reason.message} The answer shows the state of {wording.when(moment)}, without later changes."


def _lock(
    connection: duckdb.DuckDBPyConnection, config: Mapping[str, Any], *, external: bool, files: Sequence[Path]
) -> None:
    connection.execute("USE snapshot")
    for name, value in config.items():
        connection.execute(f"SET {name} = {quoted(str(value))}")
    if not external:
        connection.execute(f"SET allowed_paths = [{', '.join(quoted(str(file)) for file in files)}]")
        connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def export_parquet(home: Path, folder: Path) -> list[Path]:
    """
    Write every table of the newest snapshot into `folder`, as `<table>.parquet`; return the files.

    Raises:
        UsageError: The home has no snapshot, or the folder cannot be written.

    """
    import duckdb

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"The folder {folder} cannot be created: {error.strerror}. Choose another folder."
        raise errors.UsageError(message) from error
    files = []
    with connect(home, external=True) as connection:
        for name in (table.name for table in tables()):
            path = folder / f"{name}.parquet"
            unfinished = path.with_suffix(".parquet.part")
            try:
                connection.table(name).write_parquet(str(unfinished), compression="zstd", overwrite=True)
                unfinished.replace(path)
            except (duckdb.Error, OSError) as error:
                unfinished.unlink(missing_ok=True)
                message = f"The file {path} cannot be written: {str(error).partition(chr(10))[0]}."
                raise errors.UsageError(f"{message} Check the folder and its free space.") from error
            files.append(path)
    return files
