"""
The media properties of files, as a person sees them.

What a scan, a rescan or a write of ours found goes through `put` or `follow_write`, which leave locked fields alone;
only `set_by_hand` writes one. All work is done in sets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.files.media import FileFacts
from indexium_core.model.files.properties import FIELDS, MediaProperties, MediaReading, Value, of_streams
from indexium_core.model.query import CompiledQuery
from indexium_core.store import sql
from indexium_core.store.catalog import audit
from indexium_core.store.connection import Connection
from indexium_core.store.people import people
from indexium_core.store.planning.plans import Version
from indexium_core.store.rows import ScannedFile, printable

__all__ = [
    "Due",
    "PropertyProblem",
    "Stored",
    "Taken",
    "batch",
    "count_all",
    "follow_write",
    "found",
    "of",
    "put",
    "put_facts",
    "put_problems",
    "selected_files",
    "set_by_hand",
]


class Due(NamedTuple):
    """A file that is to be read."""

    file_id: int
    path: bytes
    library_id: int


class PropertyProblem(NamedTuple):
    """Why a file could not be read."""

    code: str
    message: str


class Taken(NamedTuple):
    """What storing what was read has come to."""

    updated: set[int]  # files of which something is new
    locked: dict[str, int]  # fields that are something else now and were kept by a lock → of how many files


class Stored(NamedTuple):
    """What is known of one file."""

    properties: MediaProperties
    tool: str  # which one answered: pyav, ffprobe; "" where none did yet
    read_at: datetime | None
    problem: PropertyProblem | None  # of the last rescan


def put(
    tx: Connection,
    readings: Mapping[int, MediaReading],
    *,
    held: Sequence[str] = (),
    actor: str,
    at: datetime,
    job_id: int | None = None,
) -> Taken:
    """
    Store what was read of files, by file id, and note each change of a value in the audit.

    Locked fields stay. So do those of `held`, and what a reading does not know, where something is stored of them.

    Args:
        tx: The open transaction.
        readings: What was read.
        held: Fields that are not to be refreshed.
        actor: Who reads: `scan` or `rescan`.
        at: When.
        job_id: By which job.

    Returns:
        The files of which something is new, and of how many a lock kept which field as it was.

    """
    if not readings:
        return Taken(set(), {})
    facts: dict[str, list[Any]] = {
        "file_id": list(readings),
        "held": [[*held, *each.unknown] for each in readings.values()],
        "tool": [each.tool for each in readings.values()],
    }
    rows = [dataclasses.asdict(each.properties) for each in readings.values()]
    columns = {name: [_text(row[name]) for row in rows] for name in FIELDS}
    tx.execute(_sql("incoming"), facts | columns)
    tx.execute(_sql("rule"))
    tx.execute(_sql("merged"))
    tx.execute(_sql("changes"))
    tx.execute(_sql("note_changes"), {"at": at, "actor": actor, "job_id": job_id})
    tx.execute(_sql("insert_new"), {"at": at})
    tx.execute(_sql("update_known"), {"at": at})
    changed = {file_id for (file_id,) in tx.execute(_sql("updated")).fetchall()}
    locked = dict(tx.execute(_sql("kept_by_locks")).fetchall())
    tx.execute(_sql("done"))
    return Taken(changed, locked)


def put_facts(tx: Connection, files: Mapping[int, ScannedFile], *, at: datetime) -> None:
    """Store what a scan has read of files, where it could read their streams at all."""
    readings = {file_id: _reading(file.facts, file.stat.size) for file_id, file in files.items() if file.facts.streams}
    put(tx, readings, actor="scan", at=at)


def _reading(facts: FileFacts, size: int) -> MediaReading:
    properties, unknown = of_streams(facts.streams, duration=facts.duration, size=size)
    return MediaReading(properties=properties, unknown=unknown)


def put_problems(tx: Connection, problems: Mapping[int, PropertyProblem]) -> None:
    """Note why files could not be read, by file id; what is known of them stays."""
    if problems:
        facts = {
            "file_id": list(problems),
            "code": [each.code for each in problems.values()],
            "message": [printable(each.message) for each in problems.values()],
        }
        tx.execute(_sql("problems"), facts)
        tx.execute(_sql("new_problems"), facts)


def follow_write(tx: Connection, files: Mapping[int, ScannedFile]) -> None:
    """Let size and length of files follow a write of ours, where they are not locked."""
    facts = {
        "file_id": list(files),
        "size": [file.stat.size for file in files.values()],
        "duration": [file.facts.duration for file in files.values()],
    }
    tx.execute(_sql("follow_write"), facts)


def of(reader: Connection, file_id: int) -> Stored | None:
    """Return what is known of one file, None where nothing is."""
    row = reader.execute(_sql("of"), {"file_id": file_id}).fetchone()
    if row is None:
        return None
    tool, read_at, code, message = row[len(FIELDS) :]
    found = MediaProperties(**dict(zip(FIELDS, row, strict=False)))
    return Stored(found, tool, read_at, PropertyProblem(code, message) if code else None)


def batch(reader: Connection, *, after: int, count: int, file_ids: Sequence[int] | None = None) -> list[Due]:
    """Return the next files behind the one with the id `after`: of all, or of those that are named."""
    facts = {"after": after, "count": count, "file_ids": None if file_ids is None else list(file_ids)}
    rows = reader.execute(_sql("batch"), facts).fetchall()
    return [Due(file_id, bytes(path), library_id) for file_id, path, library_id in rows]


def count_all(reader: Connection) -> int:
    """Return how many files there are."""
    return int(reader.value(_sql("count_all")))


def found(reader: Connection, query: CompiledQuery, version: Version) -> list[int]:
    """Return the ids of the files that a search finds among all that were scanned, also those that are in no plan."""
    where, parameters = query.named()
    text = _sql("found").replace("TRUE /* search */", where)
    facts = {"variant_id": version.variant_id, "plan_id": version.plan_id} | people.resolve_spellings(
        reader, parameters
    )
    ids: list[int] = reader.execute(text, facts).fetchnumpy()["file_id"].tolist()
    return ids


def selected_files(tx: Connection) -> list[int]:
    """Return the ids of the selected files: the table over which decisions are made."""
    return [file_id for (file_id,) in tx.execute(_sql("selected_files")).fetchall()]


def set_by_hand(tx: Connection, file_ids: Sequence[int], field: str, value: Value, *, actor: str, at: datetime) -> None:
    """Let one field of files be what a person says, and note it in the audit; the lock is the caller's."""
    ids = {"file_id": list(file_ids)}
    wanted = None if value is None else str(value)
    tx.execute(_sql("rows_for"), ids)
    before = dict(tx.execute(_sql("values_of"), ids | {"field": field}).fetchall())
    tx.execute(_sql("set_by_hand"), ids | {"field": field, "value": wanted})
    audit.add(tx, before, field=field, new=wanted, actor=actor, action="edit", at=at)


def _text(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value


def _sql(name: str) -> str:
    return sql.load("properties")[name]
