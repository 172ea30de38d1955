"""
Reader of a legacy .db file, the SQLite database of the old Indexium: people of files, and the last known paths.

The database is opened read-only, may be in use, and may lack tables and columns. Its `file_hash` also covers the
metadata, so it does not equal a hash of this program; files are matched by path. Pickled data is never loaded. The
suggested person of an unconfirmed face is not a fact: `read_faces` returns such faces separately.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from indexium_core import errors
from indexium_core.store import sql

__all__ = ["LegacyFace", "LegacyPerson", "is_legacy", "read", "read_faces", "write"]

_MAGIC = b"SQLite format 3\x00"
_REJECTED = frozenset({"rejected", "dismissed", "declined"})  # values of suggestion_status
_MAX_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPerson:
    """One person in one file of a legacy database."""

    path: bytes | None  # the last known path; None: the database has none
    file_hash: str  # the legacy hash, for messages
    name: str
    origin: str  # face, hand
    table: str  # the source table
    row: int  # the id of the first row of this person and file


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyFace:
    """The unconfirmed faces of one suggested person in one file."""

    path: bytes  # the last known path of the file
    name: str
    confidence: float | None  # 0 to 1, the highest of the faces; None: the database has none
    faces: int


def is_legacy(head: bytes) -> bool:
    """Return whether a file with these first bytes is a SQLite database."""
    return head.startswith(_MAGIC)


def read(path: Path) -> list[LegacyPerson]:
    """
    Return the people of all files of a legacy database.

    People from faces come first. Each table is read in the order of its rows.

    Raises:
        UsageError: The file cannot be read, or is not a database of the old Indexium.

    """
    with _connection(path) as old:
        return _people(old, path)


def read_faces(path: Path) -> list[LegacyFace]:
    """
    Return the unconfirmed faces of each file; rejected suggestions are omitted.

    Raises:
        UsageError: The file cannot be read.

    """
    with _connection(path) as old:
        has_faces = _has_columns(old, "faces", "file_hash", "person_name")
        return _faces(old) if has_faces and _has_columns(old, "scanned_files", "last_known_filepath") else []


def write(path: Path, faces: Iterable[LegacyFace]) -> None:
    """Create a legacy database with unconfirmed faces."""
    statements = sql.load("legacy")
    with contextlib.closing(sqlite3.connect(path)) as old, old:
        old.execute(statements["make_files"])
        old.execute(statements["make_faces"])
        for face in faces:
            file_path = os.fsdecode(face.path)
            old.execute(statements["put_file"], [file_path, file_path])
            old.executemany(statements["put_face"], [(file_path, face.name, face.confidence)] * face.faces)


def _faces(old: sqlite3.Connection) -> list[LegacyFace]:
    paths = {file_hash: _path(path) for file_hash, path in _rows(old, "paths")}
    counts: dict[tuple[bytes, str], tuple[float | None, int]] = {}
    for file_hash, *columns in old.execute(sql.load("legacy")["suggestions"]):
        path = paths.get(file_hash)
        for name, confidence in _suggested_people(*columns) if path else ():
            key = (path or b"", name)
            highest, faces = counts.get(key, (None, 0))
            if highest is None or (confidence is not None and confidence > highest):
                highest = confidence
            counts[key] = (highest, faces + 1)
    return [
        LegacyFace(path=path, name=name, confidence=confidence, faces=faces)
        for (path, name), (confidence, faces) in counts.items()
    ]


def _suggested_people(
    name: object, confidence: object, status: object, candidates: object
) -> list[tuple[str, float | None]]:
    """Return the people that one face may show, with the confidence of each."""
    best = _text(name).strip() if name else ""
    is_rejected = isinstance(status, str) and status.strip().casefold() in _REJECTED
    people = {} if is_rejected or not best else {best: _confidence(confidence)}
    people |= {other: value for other, value in _candidates(candidates) if value and other != best}
    return list(people.items())


def _candidates(text: object) -> Iterator[tuple[str, float | None]]:
    """Yield the candidates of a JSON list of objects with a name and a confidence. Other values are ignored."""
    try:
        entries = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and entry["name"].strip():
            yield entry["name"].strip(), _confidence(entry.get("confidence"))


def _confidence(value: object) -> float | None:
    """Return a confidence between 0 and 1; values above 1 are percentages."""
    if not isinstance(value, int | float) or not value >= 0 or value > _MAX_PERCENT:
        return None
    return float(value) if value <= 1 else value / _MAX_PERCENT


@contextlib.contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database read-only; an SQLite error in the block raises `UsageError`."""
    try:
        with contextlib.closing(_open(path)) as old:
            yield old
    except sqlite3.Error as error:
        message = f"The database {path} cannot be read: {error}. Close the program that has it open, or use a copy."
        raise errors.UsageError(message) from error


def _open(path: Path) -> sqlite3.Connection:
    absolute = os.fsencode(path.absolute())
    with path.open("rb") as file:
        has_write_ahead_log = file.read(20)[18:20] == b"\x02\x02"
    # A connection to a database with a write-ahead log leaves two files beside it, unless it is opened as immutable.
    is_idle = has_write_ahead_log and not path.with_name(path.name + "-wal").exists()
    old = sqlite3.connect(f"file:{quote(absolute)}?mode=ro{'&immutable=1' if is_idle else ''}", uri=True)
    old.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return old


def _people(old: sqlite3.Connection, path: Path) -> list[LegacyPerson]:
    has_faces = _has_columns(old, "faces", "file_hash", "person_name")
    has_people = _has_columns(old, "video_people", "file_hash", "person_name")
    if not has_faces and not has_people:
        message = f"The database {path} has no people: it needs the table 'faces' or 'video_people' of Indexium."
        raise errors.UsageError(message)
    has_paths = _has_columns(old, "scanned_files", "file_hash", "last_known_filepath")
    paths: dict[Any, Any] = dict(_rows(old, "paths")) if has_paths else {}
    return [
        LegacyPerson(
            path=_path(paths.get(file_hash)),
            file_hash=str(file_hash),
            name=_text(name),
            origin=origin,
            table=table,
            row=row,
        )
        for exists, table, origin in ((has_faces, "faces", "face"), (has_people, "video_people", "hand"))
        for file_hash, name, row in (_rows(old, table) if exists else ())
    ]


def _has_columns(old: sqlite3.Connection, table: str, *needed: str) -> bool:
    names = {name for (name,) in old.execute(sql.load("legacy")["columns"], [table])}
    return names.issuperset(needed)


def _rows(old: sqlite3.Connection, statement: str) -> list[tuple[Any, ...]]:
    return old.execute(sql.load("legacy")[statement]).fetchall()


def _path(value: object) -> bytes | None:
    if isinstance(value, str):
        return os.fsencode(value) or None
    return value or None if isinstance(value, bytes) else None


def _text(value: object) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
