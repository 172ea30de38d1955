"""Scans without a queue, small films to scan, and their rows in the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from indexium_core.files import walk
from indexium_core.flows.scanning import reading, roots
from indexium_core.flows.scanning.scanner import Scanner
from indexium_core.model.files.scan_reports import ScanReport
from indexium_core.store.database import Database
from tests.support import media

OLD = 1_600_000_000 * 10**9  # modification time of the films, in nanoseconds


class Alone:
    """A job without a queue: it has no observers, and never stops."""

    job_id = 0
    payload: Mapping[str, Any] = {}
    checkpoint = None

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None: ...

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None: ...

    def should_stop(self) -> bool:
        return False


class Scans:
    """Runs complete scans."""

    def __init__(self, database: Database, scanner: Scanner) -> None:
        self._database, self._scanner = database, scanner

    def scan(self, dirs: Sequence[roots.FolderName] = (), **how: Any) -> ScanReport:
        return self._scanner.scan(Alone(), roots.select_libraries(self._database, dirs), **how)


def clip(folder: Path, name: str, form: str = "mp4", **wanted: Any) -> Path:
    """Put a clip with an old mtime into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = media.build(form, folder, name=name, **wanted)
    os.utime(path, ns=(OLD, OLD))
    return path


def films(folder: Path, count: int) -> list[Path]:
    """Put many small files into the folder: no films, but candidates."""
    paths = [folder / f"{number:03}.mp4" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(b"no film %d" % number)
        os.utime(path, ns=(OLD + number, OLD + number))
    return paths


def rows(database: Database) -> dict[str, dict[str, Any]]:
    """Return all rows of files by name."""
    connection = database.read().execute("SELECT * FROM scanned_files ORDER BY file_id")
    names = connection.columns
    return {row["file_name"]: row for row in (dict(zip(names, row, strict=True)) for row in connection.fetchall())}


def states(database: Database) -> dict[str, str]:
    return {name: row["state"] for name, row in rows(database).items()}


def library_row(database: Database) -> dict[str, Any]:
    """Return the row of the first library."""
    connection = database.read().execute("SELECT * FROM libraries")
    names = connection.columns
    return dict(zip(names, connection.fetchall()[0], strict=True))


def marks(database: Database) -> int:
    """Return the number of marks of changed files for the plan."""
    return int(database.read().value("SELECT count(*) FROM plan_marks"))


def before_reading(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Call a function when a scan has walked the folders and has read no file."""
    real = reading.read_all

    def read_all(*args: Any, **kwargs: Any) -> Iterator[Any]:
        action()
        return real(*args, **kwargs)

    monkeypatch.setattr(reading, "read_all", read_all)


def closed(monkeypatch: pytest.MonkeyPatch, folder: bytes) -> None:
    """Make the listing of a folder fail."""
    real = os.scandir

    def scandir(path: bytes) -> Any:
        if path == folder:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walk.os, "scandir", scandir)
