"""
The media properties of files.

Scans, rescans and writes store them by `put` and `follow_write`, which do not change locked fields. Only `set_by_hand`
changes a locked field. Every function handles all files of a batch in a fixed number of statements.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.files.properties import FIELDS, MediaProperties, MediaReading, Value, reading_of, wall_time
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.query import CompiledQuery
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.catalog import audit
from indexium_core.store.connection import Connection
from indexium_core.store.people import people
from indexium_core.store.plan_version import Version
from indexium_core.store.rows import ScannedFile


class FileToRescan(NamedTuple):
    """A file that a rescan has to read."""

    file_id: int
    path: bytes
    library_id: int


class PropertyProblem(NamedTuple):
    """The error for which a file could not be read."""

    code: str
    message: str


class PutReport(NamedTuple):
    """The result of `put`."""

    updated: set[int]  # ids of files with a changed property
    locked: dict[str, int]  # field → files in which a lock kept a different value


class StoredProperties(NamedTuple):
    """The stored properties of one file."""

    properties: MediaProperties
    tool: str  # the tool that read them: pyav, ffprobe; "" before the first reading
    read_at: datetime | None
    problem: PropertyProblem | None  # error of the last rescan


def put(
    tx: Connection,
    readings: Mapping[int, MediaReading],
    *,
    keep: Sequence[str] = (),
    action: str,
    at: datetime,
    job_id: int | None = None,
) -> PutReport:
    """
    Store readings by file id, and add an audit event for each changed value.

    Locked fields do not change. The fields in `keep`, and the fields for which a reading has no value, change only if
    no value is stored yet. `action` is `scan` or `rescan`.
    """
    if not readings:
        return PutReport(set(), {})
    facts: dict[str, list[Any]] = {
        "file_id": list(readings),
        "keep": [[*keep, *each.unknown] for each in readings.values()],
        "tool": [each.tool for each in readings.values()],
    }
    rows = [dataclasses.asdict(each.properties) for each in readings.values()]
    columns = {name: [_text(row[name]) for row in rows] for name in FIELDS}
    tx.execute(_sql("incoming"), facts | columns)
    for name in ("define_merged_value", "define_field_pairs", "merged", "changes"):
        tx.execute(_sql(name))
    tx.execute(_sql("add_events"), {"at": at, "action": action, "job_id": job_id, **current_actor().columns})
    tx.execute(_sql("insert_new"), {"at": at})
    tx.execute(_sql("update_known"), {"at": at})
    updated = {file_id for (file_id,) in tx.execute(_sql("updated")).fetchall()}
    locked = dict(tx.execute(_sql("kept_by_locks")).fetchall())
    tx.execute(_sql("drop_tables"))
    return PutReport(updated, locked)


def put_facts(tx: Connection, files: Mapping[int, ScannedFile], *, at: datetime) -> None:
    """Store the properties of scanned photos, and of scanned files that have streams."""
    read = {file_id: file for file_id, file in files.items() if file.facts.streams or file.facts.photo}
    put(tx, {file_id: reading_of(file.facts, file.stat.size) for file_id, file in read.items()}, action="scan", at=at)


def put_problems(tx: Connection, problems: Mapping[int, PropertyProblem]) -> None:
    """Store the errors of files that could not be read, by file id. Their properties do not change."""
    if problems:
        facts = {
            "file_id": list(problems),
            "code": [each.code for each in problems.values()],
            "message": [replace_surrogates(each.message) for each in problems.values()],
        }
        tx.execute(_sql("problems"), facts)
        tx.execute(_sql("new_problems"), facts)


def follow_write(tx: Connection, files: Mapping[int, ScannedFile]) -> None:
    """Store the size, duration and moment of written files, except for locked fields."""
    facts = {
        "file_id": list(files),
        "size": [file.stat.size for file in files.values()],
        "duration": [file.facts.duration for file in files.values()],
        "taken": [wall_time(file.facts.taken) for file in files.values()],
    }
    tx.execute(_sql("follow_write"), facts)


def of(reader: Connection, file_id: int) -> StoredProperties | None:
    """Return the stored properties of one file, or None."""
    row = reader.execute(_sql("of"), {"file_id": file_id}).fetchone()
    if row is None:
        return None
    tool, read_at, code, message = row[len(FIELDS) :]
    properties = MediaProperties(**dict(zip(FIELDS, row, strict=False)))
    return StoredProperties(properties, tool, read_at, PropertyProblem(code, message) if code else None)


def batch(reader: Connection, *, after: int, count: int, file_ids: Sequence[int] | None = None) -> list[FileToRescan]:
    """Return the next `count` files with an id above `after`: of all files, or of those in `file_ids`."""
    facts = {"after": after, "count": count, "file_ids": None if file_ids is None else list(file_ids)}
    rows = reader.execute(_sql("batch"), facts).fetchall()
    return [FileToRescan(file_id, bytes(path), library_id) for file_id, path, library_id in rows]


def count_all(reader: Connection) -> int:
    """Return the number of files."""
    return int(reader.value(_sql("count_all")))


def matching_ids(reader: Connection, query: CompiledQuery, version: Version) -> list[int]:
    """Return the ids of all scanned files that match a search, including files that are not in a plan."""
    ids: list[int] = _matching(reader, "matching_ids", query, version).fetchnumpy()["file_id"].tolist()
    return ids


def select_matching(reader: Connection, query: CompiledQuery, version: Version) -> None:
    """Select the files of `matching_ids`: store them in the table over which decisions are made."""
    _matching(reader, "select_matching", query, version)


def count_outside(reader: Connection, query: CompiledQuery, version: Version) -> int:
    """Return the number of files that match a search and are not in the plan."""
    (files,) = _matching(reader, "count_outside", query, version).fetchone() or (0,)
    return int(files)


def _matching(reader: Connection, statement: str, query: CompiledQuery, version: Version) -> Connection:
    """Run a statement about all scanned files that match a search."""
    where, parameters = query.named()
    facts = {"variant_id": version.variant_id, "plan_id": version.plan_id, "libraries": reader.libraries}
    text = _sql(statement).replace("TRUE /* search */", where)
    return reader.execute(text, facts | people.resolve_spellings(reader, parameters))


def selected_files(tx: Connection) -> list[int]:
    """Return the ids of the selected files: the table over which decisions are made."""
    return [file_id for (file_id,) in tx.execute(_sql("selected_files")).fetchall()]


def set_by_hand(tx: Connection, file_ids: Sequence[int], field: str, value: Value, *, at: datetime) -> None:
    """Set one field of files, and add audit events. The caller locks the field."""
    ids = {"file_id": list(file_ids)}
    new = None if value is None else str(value)
    tx.execute(_sql("add_rows"), ids)
    before = dict(tx.execute(_sql("values_of"), ids | {"field": field}).fetchall())
    tx.execute(_sql("set_by_hand"), ids | {"field": field, "value": new})
    audit.add(tx, before, field=field, new=new, action="edit", at=at)


def _text(value: Any) -> Any:
    return replace_surrogates(value) if isinstance(value, str) else value


def _sql(name: str) -> str:
    return sql.compose("properties")[name]
