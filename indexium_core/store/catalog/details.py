"""One file in full, read for a person who looks at it: a handful of statements, none of which depends on the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.files.details import FileCopy, StandingDecision
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = [
    "Assignment",
    "ItemRow",
    "Picture",
    "assignments",
    "copies",
    "decisions",
    "file",
    "file_at",
    "file_below",
    "files_of_hash",
    "history",
    "is_held",
    "names_like",
    "picture_of",
]

_JSON = ("streams", "tags", "comment_fields")


class Assignment(NamedTuple):
    """That somebody is in the file, by the database."""

    name: str
    origin: str  # face, hand, import, file
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """The file in one operation, as the ledger has it."""

    operation_id: int
    item_id: int
    operation_type: str
    at: datetime
    note: str
    operation_status: str
    status: str
    code: str
    message: str
    before: str | None
    after: str | None
    tags_added: list[str]
    tags_removed: list[str]
    strategy: str
    kind: str | None  # of its backup: journal, delta, original, tags
    dropped_at: datetime | None  # the backup is gone
    evicted_reason: str | None
    expires_at: datetime | None
    taken_back_by: int | None  # the operation that did
    superseded_by: int | None  # the newest operation that stands on it


class Picture(NamedTuple):
    """What is needed to read a picture from a file."""

    path: bytes
    container: str
    file_hash: str  # "" where it has none
    size: int
    mtime_ns: int
    duration: float  # seconds; 0 where it is not known


def file(reader: Connection, file_id: int) -> dict[str, Any] | None:
    """Return the columns of `file` in details.sql, JSON read; None where there is no such file."""
    found = _rows(reader, "file", {"file_id": file_id})
    if not found:
        return None
    return found[0] | {name: json.loads(found[0][name]) if found[0][name] else None for name in _JSON}


def file_at(reader: Connection, path: bytes) -> int | None:
    """Return the file with this path, None where no scan has met one."""
    found = reader.value(_sql("file_at"), {"path": path})
    return None if found is None else int(found)


def files_of_hash(reader: Connection, file_hash: str) -> list[int]:
    """Return the files with this payload."""
    return [int(row[0]) for row in reader.execute(_sql("files_of_hash"), {"file_hash": file_hash}).fetchall()]


def file_below(reader: Connection, path: bytes) -> int | None:
    """Return the file with this path below a library, None where there is none or several libraries have one."""
    found = reader.execute(_sql("file_below"), {"path": path}).fetchall()
    return int(found[0][0]) if len(found) == 1 else None


def copies(reader: Connection, file_id: int, file_hash: str | None, *, count: int) -> tuple[list[FileCopy], int]:
    """Return the first `count` other files with the same film, and how many there are."""
    if file_hash is None:
        return [], 0
    facts = {"file_id": file_id, "file_hash": file_hash, "count": count}
    found = reader.execute(_sql("copies"), facts).fetchall()
    return [FileCopy(file_id=row[0], file_path=row[1]) for row in found], found[0][2] if found else 0


def assignments(reader: Connection, file_hash: str | None, path: bytes) -> list[Assignment]:
    """Return who is in the file by the database, in order."""
    found = reader.execute(_sql("people"), {"file_hash": file_hash, "path": path}).fetchall()
    return [Assignment._make(row) for row in found]


def decisions(reader: Connection, file_id: int, *, now: datetime) -> list[StandingDecision]:
    """Return the decisions in force for the file, newest first."""
    return [StandingDecision(**row) for row in _rows(reader, "decisions", {"file_id": file_id, "now": now})]


def history(reader: Connection, file_id: int, *, count: int) -> tuple[list[ItemRow], int]:
    """Return the first `count` operations on the file, newest first, and how many there are."""
    found = _rows(reader, "history", {"file_id": file_id, "count": count})
    total = found[0]["total"] if found else 0
    return [ItemRow(**{name: row[name] for name in row if name != "total"}) for row in found], total


def is_held(reader: Connection, file_id: int) -> bool:
    """Tell whether an operation that is not over has still to write the file."""
    return bool(reader.value(_sql("held"), {"file_id": file_id}))


def picture_of(reader: Connection, file_id: int) -> Picture | None:
    """Return what is needed to read a picture from a file, None where there is no file that could have one."""
    row = reader.execute(_sql("picture_of"), {"file_id": file_id}).fetchone()
    return None if row is None else Picture(bytes(row[0]), *row[1:])


def names_like(reader: Connection, folded: str, *, count: int) -> list[tuple[str, int]]:
    """Return people whose folded name has a text, and in how many films each is."""
    found = reader.execute(_sql("names_like"), {"text": folded, "count": count}).fetchall()
    return [(name, int(files)) for name, files in found]


def _rows(reader: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = reader.execute(_sql(name), parameters).fetchall()
    return [dict(zip(reader.columns, row, strict=True)) for row in found]


def _sql(name: str) -> str:
    return sql.load("details")[name]
