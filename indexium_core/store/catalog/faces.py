"""
Face suggestions from a legacy .db file: people who may be in a video. They are never assignments.

A row belongs to a payload, or to a path until a scan finds the file. Mutators take the connection of an open
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.people import people_comment
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class Face(NamedTuple):
    """A person that a legacy program recognised in a file."""

    name: str
    confidence: float | None  # 0 to 1
    faces: int  # number of recognised faces


def of_file(reader: Connection, file_id: int) -> list[Face]:
    """Return the face suggestions of a file."""
    if not reader.value(_sql("any")):
        return []
    return [Face(*row) for row in reader.execute(_sql("of_file"), {"file_id": file_id}).fetchall()]


def add(tx: Connection, rows: Sequence[tuple[bytes, Face]], *, at: datetime) -> None:
    """Store suggestions by the absolute paths of their files, and replace earlier suggestions of the same files."""
    if not rows:
        return
    tx.execute(_sql("delete"), {"paths": sorted({path for path, _ in rows})})
    columns = {
        "paths": [path for path, _ in rows],
        "names": [face.name for _, face in rows],
        "keys": [people_comment.person_key(face.name) for _, face in rows],
        "confidences": [face.confidence for _, face in rows],
        "faces": [face.faces for _, face in rows],
    }
    tx.execute(_sql("add"), {**columns, "at": at})
    tx.execute(_sql("adopt"))


def adopt(tx: Connection) -> None:
    """Assign the rows of scanned paths to their payloads. Each scan does this."""
    if tx.value(_sql("any_waiting")):
        tx.execute(_sql("adopt"))


def follow(tx: Connection) -> None:
    """Copy the suggestions of old hashes to the new hashes in the table `rehashed`."""
    if tx.value(_sql("any")):
        tx.execute(_sql("follow"))


def _sql(name: str) -> str:
    return sql.load("faces")[name]
