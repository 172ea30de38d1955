"""
What decides over suggestions for a file: where it is, which files are around it, and whom somebody did not want there.

Nothing here changes who is in a file. Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.planning.plans import Version

__all__ = [
    "EditRow",
    "Sibling",
    "Subject",
    "copies",
    "decline",
    "declined",
    "edits",
    "known",
    "known_keys",
    "siblings",
    "subject",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The file that people are looked for in."""

    library_id: int
    folder: str
    file_name: str
    people: list[str]  # who will be in it
    named: list[str]  # whom it names now
    file_hash: str | None


class Sibling(NamedTuple):
    """Another file of the folder, or one whose name holds the word that was asked for."""

    file_id: int
    file_name: str
    is_beside: bool  # in the same folder


class EditRow(NamedTuple):
    """What somebody decided about the people of a file."""

    people: list[str]
    db_people: list[str]  # what the database said then
    in_force: bool


def subject(reader: Connection, version: Version, file_id: int) -> Subject | None:
    """Return the file; None where there is none."""
    row = reader.execute(_sql("subject"), asdict(version) | {"file_id": file_id}).fetchone()
    return Subject(**dict(zip(reader.columns, row, strict=True))) if row else None


def copies(reader: Connection, file_id: int, file_hash: str | None) -> list[int]:
    """Return the file itself and all others of the same payload."""
    if file_hash is None:
        return [file_id]
    return [found for (found,) in reader.execute(_sql("copies"), {"file_hash": file_hash}).fetchall()]


def siblings(reader: Connection, asked: Subject, *, word: str, copies: Sequence[int], limit: int) -> list[Sibling]:
    """Return present files of the folder, then those of the library whose folded path holds `word` ("" for none)."""
    facts = {"library_id": asked.library_id, "folder": asked.folder, "word": word, "limit": limit}
    return [Sibling(*row) for row in reader.execute(_sql("siblings"), facts | {"copies": list(copies)}).fetchall()]


def known(reader: Connection) -> list[str]:
    """Return everybody whom the database knows."""
    return [name for (name,) in reader.execute(_sql("known")).fetchall()]


def known_keys(reader: Connection, keys: Collection[str]) -> set[str]:
    """Return those of these keys that people have."""
    return {key for (key,) in reader.execute(_sql("known_keys"), [list(keys)]).fetchall()}


def edits(reader: Connection, file_id: int) -> list[EditRow]:
    """Return every edit that a file has had."""
    return [EditRow(*row) for row in reader.execute(_sql("edits"), {"file_id": file_id}).fetchall()]


def declined(reader: Connection, file_id: int) -> set[str]:
    """Return the keys of those whom somebody did not want in a file."""
    return {key for (key,) in reader.execute(_sql("declined"), {"file_id": file_id}).fetchall()}


def decline(tx: Connection, file_ids: Collection[int], keys: Collection[str], *, at: datetime) -> None:
    """Remember that somebody does not want people (by `person_key`) in files."""
    tx.execute(_sql("decline"), {"file_ids": list(file_ids), "keys": list(keys), "at": at})


def _sql(name: str) -> str:
    return sql.load("suggestions")[name]
