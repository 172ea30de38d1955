"""
Reading the SQLite database of the old Indexium: who was in which file, and where that file was last seen.

It is opened read-only, may be in use, and may lack tables and columns. Its `file_hash` covers the metadata too, so it
means nothing here; files are found by path. Nothing in it is ever unpickled. Whom it took a face for, where nobody has
put a name to it, is no fact, and is read apart from the people.
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
_REJECTED = frozenset({"rejected", "dismissed", "declined"})  # what somebody said of a suggestion
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPerson:
    """One person in one file of an old database."""

    path: bytes | None  # where the file was last seen; None if the database does not say
    file_hash: str  # the old hash, to name the file by
    name: str
    origin: str  # face, hand
    table: str  # where this is said …
    row: int  # … and the id of the first row there that says it


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyFace:
    """Somebody whom the program took faces of one file for."""

    path: bytes  # where the file was last seen
    name: str
    confidence: float | None  # 0 to 1, of the surest of the faces; None if the database does not say
    faces: int


def is_legacy(beginning: bytes) -> bool:
    """Say whether a file that begins like this is a SQLite database."""
    return beginning.startswith(_MAGIC)


def read(path: Path) -> list[LegacyPerson]:
    """
    Return everybody in every file of an old database, faces first, in the order in which they were entered.

    Raises:
        UsageError: The file cannot be read, or is no database of the old Indexium.

    """
    try:
        with contextlib.closing(_open(path)) as old:
            return _people(old, path)
    except sqlite3.Error as error:
        message = f"The database {path} cannot be read: {error}. Close the program that has it open, or use a copy."
        raise errors.UsageError(message) from error


def read_faces(path: Path) -> list[LegacyFace]:
    """
    Return whom the program took the unnamed faces of each file for, suggestions that were rejected aside.

    Raises:
        UsageError: The file cannot be read.

    """
    try:
        with contextlib.closing(_open(path)) as old:
            has_faces = _has(old, "faces", "file_hash", "person_name")
            return _faces(old) if has_faces and _has(old, "scanned_files", "last_known_filepath") else []
    except sqlite3.Error as error:
        message = f"The database {path} cannot be read: {error}. Close the program that has it open, or use a copy."
        raise errors.UsageError(message) from error


def write(path: Path, faces: Iterable[LegacyFace]) -> None:
    """Make a database as the old Indexium would have left it, with faces that nobody put a name to."""
    statements = sql.load("legacy")
    with contextlib.closing(sqlite3.connect(path)) as old, old:
        old.execute(statements["make_files"])
        old.execute(statements["make_faces"])
        for face in faces:
            where = os.fsdecode(face.path)
            old.execute(statements["put_file"], [where, where])
            old.executemany(statements["put_face"], [(where, face.name, face.confidence)] * face.faces)


def _faces(old: sqlite3.Connection) -> list[LegacyFace]:
    paths = {file_hash: _path(path) for file_hash, path in _rows(old, "paths")}
    found: dict[tuple[bytes, str], tuple[float | None, int]] = {}
    for file_hash, *told in old.execute(sql.load("legacy")["suggestions"]):
        path = paths.get(file_hash)
        for name, confidence in _taken_for(*told) if path else ():
            place = (path or b"", name)
            surest, faces = found.get(place, (None, 0))
            surest = confidence if surest is None or (confidence is not None and confidence > surest) else surest
            found[place] = (surest, faces + 1)
    return [
        LegacyFace(path=path, name=name, confidence=confidence, faces=faces)
        for (path, name), (confidence, faces) in found.items()
    ]


def _taken_for(name: object, confidence: object, status: object, candidates: object) -> list[tuple[str, float | None]]:
    """Return everybody whom one face was taken for, with how surely."""
    best = _text(name).strip() if name else ""
    rejected = isinstance(status, str) and status.strip().casefold() in _REJECTED
    told = {} if rejected or not best else {best: _share(confidence)}
    told |= {other: share for other, share in _candidates(candidates) if share and other != best}
    return list(told.items())


def _candidates(text: object) -> Iterator[tuple[str, float | None]]:
    """Yield the entries of a list of candidates: JSON objects of a name and a confidence. Anything else is nothing."""
    try:
        listed = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and entry["name"].strip():
            yield entry["name"].strip(), _share(entry.get("confidence"))


def _share(value: object) -> float | None:
    """Return a confidence between 0 and 1; percents are taken for what they are."""
    if not isinstance(value, int | float) or not value >= 0 or value > _PERCENT:
        return None
    return float(value) if value <= 1 else value / _PERCENT


def _open(path: Path) -> sqlite3.Connection:
    absolute = os.fsencode(path.absolute())
    with path.open("rb") as file:
        write_ahead = file.read(20)[18:20] == b"\x02\x02"
    # Reading a database with a write-ahead log leaves two files beside it, unless it is said that nobody writes.
    idle = write_ahead and not path.with_name(path.name + "-wal").exists()
    old = sqlite3.connect(f"file:{quote(absolute)}?mode=ro{'&immutable=1' if idle else ''}", uri=True)
    old.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return old


def _people(old: sqlite3.Connection, path: Path) -> list[LegacyPerson]:
    has_faces = _has(old, "faces", "file_hash", "person_name")
    has_people = _has(old, "video_people", "file_hash", "person_name")
    if not has_faces and not has_people:
        message = (
            f"The database {path} holds no people: it has neither 'faces' nor 'video_people' as Indexium has them."
        )
        raise errors.UsageError(message)
    has_paths = _has(old, "scanned_files", "file_hash", "last_known_filepath")
    paths: dict[Any, Any] = dict(_rows(old, "paths")) if has_paths else {}
    found: list[LegacyPerson] = []
    for there, statement, origin in ((has_faces, "faces", "face"), (has_people, "video_people", "hand")):
        for file_hash, name, row in _rows(old, statement) if there else ():
            found.append(
                LegacyPerson(
                    path=_path(paths.get(file_hash)),
                    file_hash=str(file_hash),
                    name=_text(name),
                    origin=origin,
                    table=statement,
                    row=row,
                )
            )
    return found


def _has(old: sqlite3.Connection, table: str, *needed: str) -> bool:
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
