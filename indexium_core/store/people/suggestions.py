"""
The data for suggestions of people for a file: the files around it, and the people that the user declined.

Nothing here changes the people of a file. Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.plan_version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The file for which people are suggested."""

    library_id: int
    folder: str
    file_name: str
    people: list[str]  # after the planned write
    named: list[str]  # in its comment
    file_hash: str | None
    faces: list[str]  # names of face regions in the photo


class Sibling(NamedTuple):
    """Another file of the folder, or a file whose name contains a word."""

    file_id: int
    file_name: str
    is_in_folder: bool  # in the folder of the subject


class EditRow(NamedTuple):
    """An edit of the people of a file."""

    people: list[str]
    db_people: list[str]  # the people in the database when the edit was made
    in_force: bool


def subject(reader: Connection, version: Version, file_id: int) -> Subject | None:
    """Return the file; None if it does not exist."""
    rows = reader.execute(_sql("subject"), version.parameters | {"file_id": file_id}).fetch_dicts()
    return next((Subject(**row) for row in rows), None)


def copies(reader: Connection, file_id: int, file_hash: str | None) -> list[int]:
    """Return the file itself and all other files with its payload."""
    if file_hash is None:
        return [file_id]
    return [copy for (copy,) in reader.execute(_sql("copies"), {"file_hash": file_hash}).fetchall()]


def siblings(reader: Connection, subject: Subject, *, word: str, copies: Sequence[int], limit: int) -> list[Sibling]:
    """Return present files of the folder, then those of the library whose folded path contains `word` ("": none)."""
    parameters = {"library_id": subject.library_id, "folder": subject.folder, "word": word, "limit": limit}
    return [Sibling(*row) for row in reader.execute(_sql("siblings"), parameters | {"copies": list(copies)}).fetchall()]


def all_names(reader: Connection) -> list[str]:
    """Return the names of all people."""
    return [name for (name,) in reader.execute(_sql("all_names")).fetchall()]


def known_keys(reader: Connection, keys: Collection[str]) -> set[str]:
    """Return which of these keys belong to people."""
    return {key for (key,) in reader.execute(_sql("known_keys"), [list(keys)]).fetchall()}


def edits(reader: Connection, file_id: int) -> list[EditRow]:
    """Return all edits of a file, including those that are no longer in force."""
    return [EditRow(*row) for row in reader.execute(_sql("edits"), {"file_id": file_id}).fetchall()]


def declined(reader: Connection, file_id: int) -> set[str]:
    """Return the keys of the people that the user declined for a file."""
    return {key for (key,) in reader.execute(_sql("declined"), {"file_id": file_id}).fetchall()}


def decline(tx: Connection, file_ids: Collection[int], keys: Collection[str], *, at: datetime) -> None:
    """Store that the user declines people, by `person_key`, for files."""
    tx.execute(_sql("decline"), {"file_ids": list(file_ids), "keys": list(keys), "at": at})


def _sql(name: str) -> str:
    return sql.load("suggestions")[name]
