"""
What the checks find, read in sets, and what somebody said to be right.

The statements that find something answer with subjects only, so that all findings of a large library can be kept in
mind while a page of them is read in full. Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.planning.plans import Version

__all__ = [
    "FileRow",
    "FindingColumns",
    "IgnoredFinding",
    "NameInFiles",
    "NameUse",
    "alias_keys",
    "copies",
    "decided_so",
    "differ",
    "dismiss",
    "dismissals",
    "facts_mark",
    "files",
    "files_of_payloads",
    "files_with",
    "forget_dismissals",
    "names",
    "names_in_files",
    "naming",
    "naming_exactly",
    "people",
    "targets",
    "using",
]


_ALL = 2**31  # more than there are files


class FindingColumns(NamedTuple):
    """Things that were found, in columns of one length, for there may be as many as files."""

    subjects: Any  # an array: what each is about
    facts: Any  # an array of digests
    right: Any  # an array: whether somebody said that it is right


class NameUse(NamedTuple):
    """A spelling, and where it is."""

    name: str
    files: int
    film: int | None  # digest of the film, where all the files are one


class NameInFiles(NamedTuple):
    """A spelling, in numbers."""

    name: str
    is_known: bool  # a person has it
    assigned: int  # files that have that person, as the database knows
    named: int  # files whose comment has it
    files: int  # … either
    first: list[int]  # the first of these


class IgnoredFinding(NamedTuple):
    """What somebody said to be right."""

    subject: str
    facts: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file that a finding is about."""

    file_id: int
    file_hash: str | None
    path_bytes: bytes
    file_name: str
    file_path: str
    folder: str
    library: str
    people: list[str]  # who will be in it
    named: list[str]  # whom its comment names
    known: list[str]  # who is in it as the database knows
    risk: str | None  # what the plan says of it; None: it is in no plan


def facts_mark(reader: Connection) -> tuple[Any, ...]:
    """Return what differs whenever anything has changed that a check looks at."""
    return reader.execute(_sql("facts_mark")).fetchone() or ()


def differ(reader: Connection, placeholder_keys: Collection[str]) -> FindingColumns:
    """Return the files (by id) that name somebody, placeholders aside, whom the database does not have in them."""
    return _found(reader.execute(_sql("differ"), {"placeholders": list(placeholder_keys)}))


def copies(reader: Connection, version: Version, placeholder_keys: Collection[str]) -> FindingColumns:
    """Return the payloads of several files that would not all say the same people, placeholders aside."""
    return _found(reader.execute(_sql("copies"), asdict(version) | {"placeholders": list(placeholder_keys)}))


def names(reader: Connection, version: Version) -> list[NameUse]:
    """Return every spelling in use."""
    return [NameUse(*row) for row in reader.execute(_sql("names"), asdict(version)).fetchall()]


def people(reader: Connection) -> dict[str, str]:
    """Return everybody whom the database knows: the key by name."""
    return dict(reader.execute(_sql("people")).fetchall())


def alias_keys(reader: Connection) -> set[str]:
    """Return the keys of other spellings that are known."""
    return {key for (key,) in reader.execute(_sql("aliases")).fetchall()}


def files(reader: Connection, version: Version, file_ids: Collection[int]) -> dict[int, FileRow]:
    """Return some files, in the order of their paths."""
    found = reader.execute(_sql("files"), asdict(version) | {"file_ids": list(file_ids)}).fetchall()
    rows = [FileRow(**dict(zip(reader.columns, row, strict=True))) for row in found]
    return {row.file_id: row for row in rows}


def files_of_payloads(reader: Connection, hashes: Collection[str]) -> dict[str, list[int]]:
    """Return the present files of each payload."""
    return dict(reader.execute(_sql("files_of_payloads"), {"hashes": list(hashes)}).fetchall())


def names_in_files(reader: Connection, asked: Collection[str], *, limit: int) -> dict[str, NameInFiles]:
    """Return where some spellings are, the first `limit` files of each."""
    found = reader.execute(_sql("names_in_files"), {"names": list(asked), "limit": limit}).fetchall()
    return {row[0]: NameInFiles(*row) for row in found}


def naming(reader: Connection, keys: Collection[str], *, limit: int) -> dict[str, tuple[list[int], int]]:
    """Return which present files (the first `limit` of them, 0 for all, and how many) name somebody with each key."""
    found = reader.execute(_sql("naming"), {"keys": list(keys), "limit": limit or _ALL}).fetchall()
    return {key: (first, count) for key, first, count in found}


def naming_exactly(reader: Connection, name: str) -> list[int]:
    """Return the present files whose comment has exactly this spelling."""
    return [file_id for (file_id,) in reader.execute(_sql("naming_exactly"), {"name": name}).fetchall()]


def decided_so(reader: Connection, name: str) -> list[int]:
    """Return the files whose edit in force has exactly this spelling."""
    return [file_id for (file_id,) in reader.execute(_sql("decided_so"), {"name": name}).fetchall()]


def using(
    reader: Connection, version: Version, keys: Collection[str], *, limit: int
) -> dict[str, tuple[list[int], int]]:
    """Return which files (the first `limit` of them, 0 for all, and how many) have or will have a name of each key."""
    parameters = asdict(version) | {"keys": list(keys), "limit": limit or _ALL}
    return {key: (first, count) for key, first, count in reader.execute(_sql("using"), parameters).fetchall()}


def targets(reader: Connection, file_ids: Collection[int]) -> list[tuple[int, str | None, bytes]]:
    """Return id, payload and path of files."""
    return reader.execute(_sql("targets"), {"file_ids": list(file_ids)}).fetchall()


def files_with(reader: Connection, asked: Collection[str], *, limit: int) -> dict[str, tuple[list[int], int]]:
    """Return in which files (the first of them, and how many) people are; to be asked with a cursor of `Casts`."""
    found = reader.execute(_sql("with_casts"), {"names": list(asked), "limit": limit}).fetchall()
    return {name: (first, count) for name, first, count in found}


def dismissals(reader: Connection, kind: str) -> list[IgnoredFinding]:
    """Return the findings of a kind that somebody said to be right, whether or not they are still there."""
    return [IgnoredFinding(*row) for row in reader.execute(_sql("dismissals"), {"kind": kind}).fetchall()]


def dismiss(tx: Connection, kind: str, rows: Sequence[IgnoredFinding], *, at: datetime) -> None:
    """Remember that findings are right as they are."""
    forget_dismissals(tx, kind, [row.subject for row in rows])
    facts = {"subjects": [row.subject for row in rows], "facts": [row.facts for row in rows]}
    tx.execute(_sql("dismiss"), facts | {"titles": [row.title for row in rows], "kind": kind, "at": at})


def forget_dismissals(tx: Connection, kind: str, subjects: Collection[str]) -> None:
    """Forget what was said of findings."""
    tx.execute(_sql("forget_dismissals"), {"kind": kind, "subjects": list(subjects)})


def _found(result: Connection) -> FindingColumns:
    columns = result.fetchnumpy()
    return FindingColumns(columns["subjects"], columns["facts"], np.asarray(columns["right"], dtype=bool))


def _sql(name: str) -> str:
    return sql.load("checks")[name]
