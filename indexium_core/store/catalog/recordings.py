"""
Recordings whose files are elsewhere: at other paths, or only as copies.

Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
        for statement in (
            "hand_over_decisions",
            "hand_over_values",
            "hand_over_locks",
            "hand_over_titles",
            "mark_heirs",
        ):
            tx.execute(_sql(statement))
    tx.execute(_sql("drop_heirs"))


def _sql(name: str) -> str:
    return sql.load("recordings")[name]
