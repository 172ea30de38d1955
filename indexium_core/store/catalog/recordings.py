"""
Recordings whose files are elsewhere: at other paths, or only as copies.

Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.operations.actor import current_actor
from indexium_core.store import rows, sql
from indexium_core.store.connection import Connection
from indexium_core.store.rows import ScannedFile


class FileElsewhere(NamedTuple):
    """A file as the last scan found it."""

    file_id: int
    library_id: int
    path_bytes: bytes
    device: int | None
    inode: int | None
    size: int
    mtime_ns: int
    state: str
    file_hash: str


def elsewhere(reader: Connection, files: Sequence[ScannedFile]) -> list[FileElsewhere]:
    """
    Return the present files at other paths that have the media of one of `files`: copies, or files that were moved.

    A file whose path has other content on the disk was moved, although no scan has read that path yet.
    """
    hashed = [file for file in files if file.facts.file_hash]
    if not hashed:
        return []
    parameters = {
        "path_bytes": [file.path_bytes for file in hashed],
        "file_hash": [file.facts.file_hash for file in hashed],
        **rows.columns_of_identities(file.stat for file in hashed),
    }
    return [FileElsewhere._make(row) for row in reader.execute(_sql("elsewhere"), parameters).fetchall()]


def hand_over(tx: Connection) -> None:
    """
    Give what a person decided about missing files to a present copy of each that has no such decision of its own.

    Call it at the end of a scan, when no path is left at which one of these files may be.
    """
    tx.execute(_sql("heirs"))
    if tx.value(_sql("any_heirs")):
        tx.execute(_sql("hand_over_decisions"))
        _hand_over_others(tx)
    tx.execute(_sql("drop_heirs"))


def take_over(tx: Connection, former: Mapping[int, int], *, at: datetime, step: int) -> None:
    """
    Give present files the people of missing ones that are the same recordings, and what was decided about these.

    All of it also stays with the missing files, and the decisions about the present ones belong to a step.

    Args:
        tx: The transaction.
        former: The ids of the missing files by those of the present ones.
        at: The time.
        step: The step.

    """
    tx.execute(_sql("given_heirs"), {"former": list(former.values()), "heirs": list(former)})
    tx.execute(_sql("copy_people"), {"at": at})
    tx.execute(_sql("copy_decisions"), {"at": at, "step": step, **current_actor().columns})
    _hand_over_others(tx)
    tx.execute(_sql("drop_heirs"))


def _hand_over_others(tx: Connection) -> None:
    """Hand over what is no decision of a step."""
    for statement in ("hand_over_values", "hand_over_locks", "hand_over_titles", "mark_heirs"):
        tx.execute(_sql(statement))


def _sql(name: str) -> str:
    return sql.load("recordings")[name]
