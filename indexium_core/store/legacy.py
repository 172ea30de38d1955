"""
Reading the SQLite database of the old Indexium: who was in which file, and where that file was last seen.

It is opened read-only, may be in use, and may lack tables and columns. Its `file_hash` covers the metadata too, so it
means nothing here; files are found by path. Nothing in it is ever unpickled.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from indexium_core import errors
from indexium_core.store import sql

__all__ = ["LegacyPerson", "is_legacy", "read"]

_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPerson:
    """One person in one file of an old database."""

    path: bytes | None  # where the file was last seen; None if the database does not say
    file_hash: str  # the old hash, to name the file by
    name: str
    origin: str  # face, hand


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
        for file_hash, name in _rows(old, statement) if there else ():
            where = _path(paths.get(file_hash))
            found.append(LegacyPerson(path=where, file_hash=str(file_hash), name=_text(name), origin=origin))
    return found


def _has(old: sqlite3.Connection, table: str, *needed: str) -> bool:
    names = {name for (name,) in old.execute(sql.load("legacy")["columns"], [table])}
    return names.issuperset(needed)


def _rows(old: sqlite3.Connection, statement: str) -> list[tuple[Any, Any]]:
    return old.execute(sql.load("legacy")[statement]).fetchall()


def _path(value: object) -> bytes | None:
    if isinstance(value, str):
        return os.fsencode(value) or None
    return value or None if isinstance(value, bytes) else None


def _text(value: object) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
