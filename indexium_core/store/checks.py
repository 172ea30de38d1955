"""
Findings of the checks, read in sets, and the findings that the user ignores.

The statements that detect findings return subjects only, so that all findings of a large library fit into memory; one
page of them is then read in full. Mutators take the connection of an open transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from indexium_core.model.check import CheckFile, CheckName
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.plan_version import Version

_NO_LIMIT = 2**31  # more than any number of files


class FindingColumns(NamedTuple):
    """Findings of one kind, as arrays of one length; there may be as many findings as files."""

    subjects: Any  # array: what each finding is about
    digests: Any  # array of UBIGINT: digests of the data behind the findings
    ignored: Any  # array of bool: the user ignores the finding
    is_sure: Any  # array of bool: *Answer all* includes it


class NameUse(NamedTuple):
    """A spelling and the files that use it."""

    name: str
    files: int
    film: int | None  # digest of the payload or path, if all these files are copies of one file


class SameName(NamedTuple):
    """An unmatched file of a legacy .db file, and the only file here with its name."""

    path: str
    file_id: int
    names: list[str]  # its people
    faces: int  # number of its suggestions
    items: int  # number of its entries in the history


class FormerRecording(NamedTuple):
    """What is known of another recording, for a file that may be that recording."""

    file_id: int | None  # of its missing file; None: only its people are known
    evidence: str  # digest, rewrite, path, duration: what both have in common
    is_photo: bool
    names: list[str]  # its people: those of an edit, else those of the database
    facts: list[str]  # other decisions: kinds, `lock:` with a field, title
    path: str | None  # where it was; None: at the path of the file


class IgnoredFinding(NamedTuple):
    """A finding that the user ignores."""

    subject: str
    digest: int
    title: str


def change_token(reader: Connection) -> tuple[Any, ...]:
    """Return a value that changes with everything that a check reads."""
    return tuple(reader.execute(_sql("change_token")).fetchall())


def differ(reader: Connection, placeholder_keys: Collection[str]) -> FindingColumns:
    """Return the findings of files that name people not assigned to them in the database; placeholders do not count."""
    return _columns(reader.execute(_sql("differ"), {"placeholders": list(placeholder_keys)}))


def face_names(reader: Connection) -> list[str]:
    """Return every name of a face region."""
    return [name for (name,) in reader.execute(_sql("face_names")).fetchall()]


def faces(
    reader: Connection, version: Version, *, key_by_name: Mapping[str, str], placeholder_keys: Collection[str]
) -> FindingColumns:
    """Return the findings of photos with a face of a person who is not among their people. Arguments: `copies`."""
    parameters = version.parameters | _keyed(key_by_name) | {"placeholders": list(placeholder_keys)}
    return _columns(reader.execute(_sql("faces"), parameters))


def shared_keys(reader: Connection) -> list[str]:
    """Return the keys of the names that match several people."""
    return [key for (key,) in reader.execute(_sql("shared_keys")).fetchall()]


def ambiguous_person(reader: Connection) -> FindingColumns:
    """Return the names in files that match several people, none of them assigned; a subject is `<file_id> <key>`."""
    return _columns(reader.execute(_sql("ambiguous_person"), {"keys": shared_keys(reader)}))


def corruption(reader: Connection) -> FindingColumns:
    """Return the findings of files whose media changed without a new size or modification time."""
    return _columns(reader.execute(_sql("corruption")))


def same_name(reader: Connection) -> FindingColumns:
    """Return the findings of unmatched files of a legacy .db file whose name one file here has."""
    return _columns(reader.execute(_sql("same_name")))


def other_recording(reader: Connection) -> FindingColumns:
    """Return the findings of files that may be a recording whose people wait; a subject is the id of the file."""
    return _columns(reader.execute(_sql("other_recording")))


def copied_people(reader: Connection) -> FindingColumns:
    """Return the findings of files with people of another recording; a subject is the id of the file."""
    return _columns(reader.execute(_sql("copied_people")))


def former_recordings(reader: Connection, kind: str, subjects: Collection[str]) -> dict[str, FormerRecording]:
    """Return the other recordings of the findings of the kind `other_recording` or `copied_people`, by subject."""
    parameters = {"file_ids": [int(each) for each in subjects]}
    rows = reader.execute(_sql(f"{kind}_names"), parameters).fetchall()
    return {subject: FormerRecording(*facts) for subject, *facts in rows}


def several_files(reader: Connection) -> FindingColumns:
    """Return the findings of films and episodes with several main files; a subject is the id of the title."""
    return _columns(reader.execute(_sql("several_files")))


def shared_id(reader: Connection) -> FindingColumns:
    """Return the findings of films and series with one id; a subject is the ids of their rows, with spaces between."""
    return _columns(reader.execute(_sql("shared_id"), {"ids": None}))


def same_name_files(reader: Connection, paths: Collection[str]) -> dict[str, SameName]:
    """Return some of these unmatched files, by path."""
    rows = reader.execute(_sql("same_name_files"), {"paths": list(paths)}).fetchall()
    return {row[0]: SameName(*row) for row in rows}


def copies(
    reader: Connection, version: Version, *, key_by_name: Mapping[str, str], placeholder_keys: Collection[str]
) -> FindingColumns:
    """
    Return the payloads whose files would not all have the same people; placeholders do not count.

    Args:
        reader: A connection.
        version: The plan version that gives the people of each file.
        key_by_name: The `person_key` of every spelling in use.
        placeholder_keys: The keys of placeholder names.

    """
    parameters = version.parameters | _keyed(key_by_name) | {"placeholders": list(placeholder_keys)}
    return _columns(reader.execute(_sql("copies"), parameters))


def name_uses(reader: Connection, version: Version) -> list[NameUse]:
    """Return every spelling in use."""
    return [NameUse(*row) for row in reader.execute(_sql("name_uses"), version.parameters).fetchall()]


def person_keys(reader: Connection) -> dict[str, str]:
    """Return the key of every person, by name."""
    return dict(reader.execute(_sql("person_keys")).fetchall())


def alias_keys(reader: Connection) -> set[str]:
    """Return the keys of all aliases."""
    return {key for (key,) in reader.execute(_sql("alias_keys")).fetchall()}


def files(reader: Connection, version: Version, file_ids: Collection[int]) -> dict[int, CheckFile]:
    """Return some files by id, in the order of their paths."""
    rows = reader.execute(_sql("files"), version.parameters | {"file_ids": list(file_ids)}).fetch_dicts()
    return {row["file_id"]: CheckFile(**row) for row in rows}


def files_of_payloads(reader: Connection, hashes: Collection[str]) -> dict[str, list[int]]:
    """Return the present files of each payload."""
    return dict(reader.execute(_sql("files_of_payloads"), {"hashes": list(hashes)}).fetchall())


def names_in_files(reader: Connection, names: Collection[str], *, limit: int) -> dict[str, CheckName]:
    """Return the numbers of files of each spelling, with its first `limit` files."""
    result = reader.execute(_sql("names_in_files"), {"names": list(names), "limit": limit}).fetch_dicts()
    return {row["name"]: CheckName(**row) for row in result}


def files_naming(reader: Connection, keys: Collection[str], *, limit: int) -> dict[str, tuple[list[int], int]]:
    """Return for each key the present files whose comment has such a name: the first `limit` (0: all), and a count."""
    result = reader.execute(_sql("files_naming"), {"keys": list(keys), "limit": limit or _NO_LIMIT}).fetchall()
    return {key: (first, count) for key, first, count in result}


def files_with_spelling(reader: Connection, name: str) -> list[int]:
    """Return the present files whose comment has exactly this spelling."""
    return [file_id for (file_id,) in reader.execute(_sql("files_with_spelling"), {"name": name}).fetchall()]


def edits_with_spelling(reader: Connection, name: str) -> list[int]:
    """Return the files whose edit in force has exactly this spelling."""
    return [file_id for (file_id,) in reader.execute(_sql("edits_with_spelling"), {"name": name}).fetchall()]


def files_using(
    reader: Connection, version: Version, key_by_name: Mapping[str, str], *, limit: int
) -> dict[str, tuple[list[int], int]]:
    """Return for each key the files that have or will have such a name: the first `limit` (0: all), and the count."""
    parameters = version.parameters | _keyed(key_by_name) | {"limit": limit or _NO_LIMIT}
    result = reader.execute(_sql("files_using"), parameters).fetchall()
    return {key: (first, count) for key, first, count in result}


def assignment_targets(reader: Connection, file_ids: Collection[int]) -> list[tuple[int, str | None, bytes]]:
    """Return id, payload and path of files."""
    return reader.execute(_sql("assignment_targets"), {"file_ids": list(file_ids)}).fetchall()


def files_with_people(
    reader: Connection, names: Collection[str], *, index: str, limit: int
) -> dict[str, tuple[list[int], int]]:
    """Return the files of each person: the first `limit`, and the count. `index`: the name of the `PeopleIndex`."""
    text = sql.with_parts(_sql("files_with_people"), derived=index)
    result = reader.execute(text, {"names": list(names), "limit": limit}).fetchall()
    return {name: (first, count) for name, first, count in result}


def ignored_findings(reader: Connection, kind: str) -> list[IgnoredFinding]:
    """Return the ignored findings of a kind, including those that no check detects any more."""
    return [IgnoredFinding(*row) for row in reader.execute(_sql("ignored_findings"), {"kind": kind}).fetchall()]


def ignore(tx: Connection, kind: str, findings: Sequence[IgnoredFinding], *, at: datetime) -> None:
    """Store ignored findings; they replace older entries for the same subjects."""
    unignore(tx, kind, [each.subject for each in findings])
    columns = {"subjects": [each.subject for each in findings], "facts": [each.digest for each in findings]}
    tx.execute(_sql("ignore"), columns | {"titles": [each.title for each in findings], "kind": kind, "at": at})


def unignore(tx: Connection, kind: str, subjects: Collection[str]) -> None:
    """List findings again that were ignored."""
    tx.execute(_sql("unignore"), {"kind": kind, "subjects": list(subjects)})


def _keyed(key_by_name: Mapping[str, str]) -> dict[str, list[str]]:
    return {"names": list(key_by_name), "name_keys": list(key_by_name.values())}


def _columns(result: Connection) -> FindingColumns:
    columns = result.fetchnumpy()
    subjects, ignored = columns["subjects"], np.asarray(columns["ignored"], dtype=bool)
    is_sure = np.asarray(columns.get("is_sure", np.ones(len(subjects))), dtype=bool)
    return FindingColumns(subjects, columns["digests"], ignored, is_sure)


def _sql(name: str) -> str:
    return sql.compose("checks", "external_ids", "digests")[name]
