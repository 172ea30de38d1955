"""The rows for the details page of one file: independent statements, each with its own function."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.people.copies import FileCopy
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_JSON_COLUMNS = ("streams", "tags", "comment_fields")


class OriginalSource(NamedTuple):
    """What reading the bytes of a file for a person needs."""

    path: bytes
    root: bytes  # of its library folder
    container: str
    size: int  # at the scan
    mtime_ns: int


class Assignment(NamedTuple):
    """One person that the database assigns to the file."""

    name: str
    qualifier: str  # tells people with one name apart; "" for none
    origin: str  # face, hand, import, file
    since: datetime


class ThumbnailSource(NamedTuple):
    """The facts of a file from which a thumbnail is made."""

    path: bytes
    container: str
    file_hash: str  # "" if there is none
    size: int
    mtime_ns: int
    duration: float  # seconds; 0 if unknown


def file(reader: Connection, file_id: int) -> dict[str, Any] | None:
    """Return the columns of the statement `file` with JSON columns parsed; None if there is no such file."""
    rows = _rows(reader, "file", {"file_id": file_id})
    if not rows:
        return None
    return rows[0] | {name: json.loads(rows[0][name]) if rows[0][name] else None for name in _JSON_COLUMNS}


def file_at(reader: Connection, path: bytes) -> int | None:
    """Return the id of the file at a path, or None."""
    file_id = reader.value(_sql("file_at"), {"path": path})
    return None if file_id is None else int(file_id)


def files_of_hash(reader: Connection, file_hash: str) -> list[int]:
    """Return the ids of the files with a payload."""
    return [int(row[0]) for row in reader.execute(_sql("files_of_hash"), {"file_hash": file_hash}).fetchall()]


def file_below(reader: Connection, path: bytes) -> int | None:
    """Return the id of the file at a path relative to its library; None unless exactly one library has such a file."""
    rows = reader.execute(_sql("file_below"), {"path": path}).fetchall()
    return int(rows[0][0]) if len(rows) == 1 else None


def copies(reader: Connection, file_id: int, file_hash: str | None, *, count: int) -> tuple[list[FileCopy], int]:
    """Return the first `count` other files with the same payload, and the number of all these files."""
    if file_hash is None:
        return [], 0
    facts = {"file_id": file_id, "file_hash": file_hash, "count": count}
    rows = reader.execute(_sql("copies"), facts).fetchall()
    return [FileCopy(file_id=row[0], file_path=row[1]) for row in rows], rows[0][2] if rows else 0


def assignments(reader: Connection, file_hash: str | None, path: bytes) -> list[Assignment]:
    """Return the people that the database assigns to a file, in order."""
    rows = reader.execute(_sql("people"), {"file_hash": file_hash, "path": path}).fetchall()
    return [Assignment._make(row) for row in rows]


def history(reader: Connection, file_id: int, *, count: int) -> tuple[list[dict[str, Any]], int]:
    """Return the first `count` rows of the statement `history`, and the number of all operations on the file."""
    rows = _rows(reader, "history", {"file_id": file_id, "count": count})
    return rows, rows[0]["total"] if rows else 0


def is_being_written(reader: Connection, file_id: int) -> bool:
    """Return whether an unfinished operation still has to write a file."""
    return bool(reader.value(_sql("is_being_written"), {"file_id": file_id}))


def thumbnail_source(reader: Connection, file_id: int) -> ThumbnailSource | None:
    """Return the facts for a thumbnail of a file; None if the file does not exist or its state allows no thumbnail."""
    row = reader.execute(_sql("thumbnail_source"), {"file_id": file_id}).fetchone()
    return None if row is None else ThumbnailSource(bytes(row[0]), *row[1:])


def with_pictures(
    reader: Connection, *, after: int, count: int, file_ids: Sequence[int] | None
) -> list[tuple[int, ThumbnailSource]]:
    """Return the next videos and photos of online libraries behind an id; `file_ids` None: of all files."""
    facts = {"after": after, "count": count, "file_ids": None if file_ids is None else list(file_ids)}
    rows = reader.execute(_sql("with_pictures"), facts).fetchall()
    return [(file_id, ThumbnailSource(bytes(path), *rest)) for file_id, path, *rest in rows]


def count_with_pictures(reader: Connection, *, after: int, file_ids: Sequence[int] | None) -> int:
    """Return how many videos and photos of online libraries are behind an id."""
    facts = {"after": after, "file_ids": None if file_ids is None else list(file_ids)}
    return int(reader.value(_sql("count_with_pictures"), facts))


def original_source(reader: Connection, file_id: int) -> OriginalSource | None:
    """Return the facts for reading a file; None if the file does not exist or cannot be read."""
    row = reader.execute(_sql("original_source"), {"file_id": file_id}).fetchone()
    return None if row is None else OriginalSource(bytes(row[0]), bytes(row[1]), *row[2:])


def names_like(reader: Connection, folded: str, key: str, *, count: int) -> list[str]:
    """Return the names of people whose folded name contains a text or who have an alias `key`."""
    rows = reader.execute(_sql("names_like"), {"text": folded, "key": key, "count": count}).fetchall()
    return [name for (name,) in rows]


def _rows(reader: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return reader.execute(_sql(name), parameters).fetch_dicts()


def _sql(name: str) -> str:
    return sql.load("details")[name]
