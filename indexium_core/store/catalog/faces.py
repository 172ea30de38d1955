"""
Faces that a former program recognised: who may be in a film, never who is.

Like an assignment, a row belongs to a payload, or to a path as long as no scan has met it. Mutators take the connection
of an open transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.people import people_comment
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["Face", "FaceRow", "add", "adopt", "follow", "of_file"]


class Face(NamedTuple):
    """Somebody whom a former program recognised in a file."""

    name: str
    confidence: float | None  # 0 to 1
    faces: int  # pictures of them


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceRow:
    """The same as it is imported: one name in one film."""

    path_bytes: bytes  # absolute
    name: str  # valid and clean
    confidence: float | None  # 0 to 1
    faces: int


def of_file(reader: Connection, file_id: int) -> list[Face]:
    """Return whom a former program recognised in a file."""
    if not reader.value(_sql("any")):
        return []
    return [Face(*row) for row in reader.execute(_sql("of_file"), {"file_id": file_id}).fetchall()]


def add(tx: Connection, rows: Sequence[FaceRow], *, at: datetime) -> None:
    """Store what was recognised; what was imported before of the same films is replaced."""
    if not rows:
        return
    tx.execute(_sql("forget"), {"paths": sorted({row.path_bytes for row in rows})})
    columns = {
        "paths": [row.path_bytes for row in rows],
        "names": [row.name for row in rows],
        "keys": [people_comment.person_key(row.name) for row in rows],
        "confidences": [row.confidence for row in rows],
        "faces": [row.faces for row in rows],
    }
    tx.execute(_sql("add"), {**columns, "at": at})
    tx.execute(_sql("adopt"))


def adopt(tx: Connection) -> None:
    """Hand what waits for a path to the payload that is there now. Scans do this."""
    if tx.value(_sql("any_waiting")):
        tx.execute(_sql("adopt"))


def follow(tx: Connection) -> None:
    """Let faces go along where hashes of films became others (`rehashed`)."""
    if tx.value(_sql("any")):
        tx.execute(_sql("follow"))


def _sql(name: str) -> str:
    return sql.load("faces")[name]
