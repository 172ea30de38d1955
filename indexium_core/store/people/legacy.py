"""
Reader of a legacy .db file, the SQLite database of the old Indexium: people of files, suggestions, and past operations.

The database is opened read-only, may be in use, and may lack tables and columns. All tables are read in one
transaction. A table that cannot be read is a problem of the result, and the other tables are still read. Pickled data
is never loaded. The suggested person of an unconfirmed face is not a fact: `faces` has such faces separately.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from indexium_core import errors
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql

_STATES = frozenset({"completed", "completed_with_errors", "failed", "cancelled", "rolled_back"})
_NEVER = datetime.min.replace(tzinfo=UTC)
_LAST_SECOND = 253_402_300_799  # of the year 9999
Row = TypeVar("Row")
_MAGIC = b"SQLite format 3\x00"
_REJECTED = frozenset({"rejected", "dismissed", "declined"})  # values of suggestion_status
_MAX_PERCENT = 100
_MAX_VALUE_BYTES = 16_000_000  # of one value; a table with a larger one is a problem
_TABLES = {  # the columns without which a table cannot be read
    "scanned_files": ("file_hash", "last_known_filepath"),
    "faces": ("file_hash", "person_name"),
    "video_people": ("file_hash", "person_name"),
    "metadata_operations": ("id",),
    "metadata_operation_items": ("id", "operation_id", "file_hash", "file_path", "status"),
    "metadata_history": ("operation_item_id", "original_comment"),
}
_PEOPLE = ("faces", "video_people")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyItem:
    """One file of a legacy operation."""

    file_hash: str  # the legacy hash before the write
    path: bytes
    status: str  # success, failed, skipped
    message: str
    previous_comment: str | None
    new_comment: str | None
    tags_added: list[str]
    tags_removed: list[str]
    processed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyOperation:
    """One operation of a legacy database."""

    number: int  # its id there
    operation_type: str  # write, rollback
    status: str  # completed, completed_with_errors, failed, cancelled, rolled_back
    started_at: datetime | None  # UTC; None: the database has no time of it
    completed_at: datetime | None
    file_count: int
    success_count: int
    failure_count: int
    error_message: str
    user_note: str
    items: list[LegacyItem]


def chronological(operation: LegacyOperation) -> tuple[datetime, int]:
    """Return the key by which operations are in order."""
    return operation.started_at or _NEVER, operation.number


def operation_of(row: Sequence[Any], items: list[LegacyItem]) -> LegacyOperation:
    """Return a row of `metadata_operations` in legacy.sql with its items."""
    number, kind, status, started, completed, files, successes, failures, message, note = row
    counts = Counter(each.status for each in items)
    times = [each.processed_at for each in items if each.processed_at is not None]
    ended = _moment(completed) or max(times, default=None)
    written, failed = (counts["success"], counts["failed"]) if items else (_count(successes), _count(failures))
    state = _text_of(status).strip().lower()
    error = _text_of(message)
    if state == "completed" and failed:
        state = "completed_with_errors"
    elif state not in _STATES:
        error = error or f"The old Indexium did not complete it (its state there: {state or 'none'})."
        state = "cancelled"
    return LegacyOperation(
        number=number if isinstance(number, int) else 0,
        operation_type="rollback" if _text_of(kind).strip().lower() == "rollback" else "write",
        status=state,
        started_at=_moment(started) or min(times, default=ended),
        completed_at=ended,
        file_count=len(items) or max(_count(files), written + failed),
        success_count=written,
        failure_count=failed,
        error_message=error,
        user_note=_text_of(note),
        items=items,
    )


def item_of(row: Sequence[Any], original_comment: object) -> LegacyItem:
    """Return a row of `metadata_operation_items` in legacy.sql; `original_comment` is the comment in its backup."""
    _, _, file_hash, path, status, previous, new, added, removed, message, processed = row
    state = _text_of(status).strip().lower()
    is_known = state in ("success", "failed", "skipped")
    previous = original_comment if previous is None else previous
    return LegacyItem(
        file_hash=_text_of(file_hash),
        path=os.fsencode(path).replace(b"\0", b"") if isinstance(path, str | bytes) else b"",
        status=state if is_known else "skipped",
        message=_text_of(message) or ("" if is_known else "The old Indexium did not process this file."),
        previous_comment=None if previous is None else _text_of(previous),
        new_comment=None if new is None else _text_of(new),
        tags_added=_names(added),
        tags_removed=_names(removed),
        processed_at=_moment(processed),
    )


def _text_of(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else replace_surrogates(str(value))


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0


def _names(value: object) -> list[str]:
    """Return the texts of a JSON list; other values are ignored."""
    try:
        entries = json.loads(value) if isinstance(value, str | bytes) else None
    except (ValueError, RecursionError):
        return []
    texts = [_text_of(each).strip() for each in entries if isinstance(each, str)] if isinstance(entries, list) else []
    return [text for text in texts if text]


def _moment(value: object) -> datetime | None:
    """Return a time in UTC: a text of SQLite or Python (without a zone, it is UTC), or seconds since 1970."""
    try:
        if isinstance(value, int | float) and 0 <= value <= _LAST_SECOND:
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(_text_of(value).strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPerson:
    """One person in one file of a legacy database."""

    file_hash: str  # the legacy hash
    name: str
    origin: str  # face, hand
    table: str  # the source table
    row: int  # the id of the first row of this person and file


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyFace:
    """The unconfirmed faces of one suggested person in one file."""

    path: bytes | None  # the last known path; None: the database has none
    file_hash: str = ""  # the legacy hash
    name: str
    confidence: float | None  # 0 to 1, the highest of the faces; None: the database has none
    faces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyDatabase:
    """Everything that a legacy database has for an import."""

    paths: dict[str, bytes | None] = field(default_factory=dict)  # the last known path by legacy hash
    people: list[LegacyPerson] = field(default_factory=list)  # those from faces first, then in the order of the rows
    faces: list[LegacyFace] = field(default_factory=list)  # without rejected suggestions
    operations: list[LegacyOperation] = field(default_factory=list)  # oldest first
    problems: list[str] = field(default_factory=list)  # a sentence for each table that was not read

    def all_paths(self) -> list[bytes]:
        """Return the paths of all files, once each: the last known ones, then those of past operations."""
        past = (item.path for operation in self.operations for item in operation.items)
        return list(dict.fromkeys(path for path in (*self.paths.values(), *past) if path))


def is_legacy(head: bytes) -> bool:
    """Return whether a file with these first bytes is a SQLite database."""
    return head.startswith(_MAGIC)


def read(path: Path, *, is_complete: bool = False) -> LegacyDatabase:
    """
    Return the content of a legacy database; `is_complete`: a table of people that cannot be read is an error.

    Raises:
        UsageError: The file cannot be read, or is not a database of the old Indexium.

    """
    with _connection(path) as old:
        reader = _LegacyReader(old)
        if not reader.tables.intersection((*_PEOPLE, "metadata_operations")):
            message = (
                f"The database {path} has no people and no history of Indexium: it needs the table 'faces', "
                "'video_people' or 'metadata_operations'. Choose the .db file of the old Indexium."
            )
            raise errors.UsageError(message)
        content = reader.content()
    if is_complete and reader.failed.intersection((*_PEOPLE, "scanned_files")):
        message = f"{content.problems[0]} So the people of its files cannot be replaced; import it without replacing."
        raise errors.UsageError(message)
    return content


class _LegacyReader:
    """Reads the tables of an open database, each on its own."""

    def __init__(self, old: sqlite3.Connection) -> None:
        self._old = old
        self.tables = {table for table, needed in _TABLES.items() if _has_columns(old, table, *needed)}
        self.failed = set[str]()
        self._problems = list[str]()

    def content(self) -> LegacyDatabase:
        """Return the content of all tables that can be read."""
        paths: dict[str, bytes | None] = {
            _text(file_hash): _path(path) for file_hash, path in self._table("scanned_files", _rows)
        }
        people = [
            LegacyPerson(
                file_hash=_text(file_hash),
                name=_text(name),
                origin=origin,
                table=table,
                row=row,
            )
            for table, origin in zip(_PEOPLE, ("face", "hand"), strict=True)
            for file_hash, name, row in self._table(table, _rows)
        ]
        faces = self._table("faces", lambda old, _: _faces(old, paths))
        originals = dict(self._table("metadata_history", _rows))
        items: dict[Any, list[LegacyItem]] = {}
        for row in self._table("metadata_operation_items", _rows):
            items.setdefault(row[0], []).append(item_of(row, originals.get(row[1])))
        operations = [operation_of(row, items.get(row[0], [])) for row in self._table("metadata_operations", _rows)]
        return LegacyDatabase(
            paths=paths,
            people=people,
            faces=faces,
            operations=sorted(operations, key=chronological),
            problems=self._problems,
        )

    def _table(self, table: str, read: Callable[[sqlite3.Connection, str], list[Row]]) -> list[Row]:
        """Return what `read` returns for a table; `[]` if the table does not exist or cannot be read."""
        if table not in self.tables or table in self.failed:
            return []
        try:
            return read(self._old, table)
        except sqlite3.Error as error:
            if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            self.failed.add(table)
            self._problems.append(f"The table {table} of the database cannot be read and was left out: {error}.")
            return []


def write(path: Path, faces: Iterable[LegacyFace], operations: Iterable[LegacyOperation] = ()) -> None:
    """Create a legacy database with unconfirmed faces and operations."""
    statements = sql.load("legacy")
    with contextlib.closing(sqlite3.connect(path)) as old, old:
        old.execute(statements["make_files"])
        old.execute(statements["make_faces"])
        for face in faces:
            file_path = os.fsdecode(face.path or b"")
            old.execute(statements["put_file"], [file_path, file_path])
            old.executemany(statements["put_face"], [(file_path, face.name, face.confidence)] * face.faces)
        old.execute(statements["make_operations"])
        old.execute(statements["make_items"])
        for each in operations:
            times = [moment and f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (each.started_at, each.completed_at)]
            values = (each.number, each.operation_type, each.status, *times, each.user_note)
            old.execute(statements["put_operation"], values)
            old.executemany(statements["put_item"], [_item_values(each.number, item) for item in each.items])


def _item_values(number: int, item: LegacyItem) -> tuple[Any, ...]:
    tags = (json.dumps(item.tags_added), json.dumps(item.tags_removed))
    return (number, item.file_hash, os.fsdecode(item.path), item.status, item.previous_comment, item.new_comment, *tags)


def _faces(old: sqlite3.Connection, paths: dict[str, bytes | None]) -> list[LegacyFace]:
    counts: dict[tuple[str, str], tuple[float | None, int]] = {}
    for file_hash, *columns in old.execute(sql.load("legacy")["suggestions"]):
        for name, confidence in _suggested_people(*columns):
            key = (_text(file_hash), name)
            highest, faces = counts.get(key, (None, 0))
            if highest is None or (confidence is not None and confidence > highest):
                highest = confidence
            counts[key] = (highest, faces + 1)
    return [
        LegacyFace(path=paths.get(file_hash), file_hash=file_hash, name=name, confidence=confidence, faces=faces)
        for (file_hash, name), (confidence, faces) in counts.items()
    ]


def _suggested_people(
    name: object, confidence: object, status: object, candidates: object
) -> list[tuple[str, float | None]]:
    """Return the people that one face may show, with the confidence of each."""
    best = _text(name).strip() if name else ""
    is_rejected = isinstance(status, str) and status.strip().casefold() in _REJECTED
    people = {} if is_rejected or not best else {best: _confidence(confidence)}
    people |= {other: value for other, value in _candidates(candidates) if value and other != best}
    return list(people.items())


def _candidates(text: object) -> Iterator[tuple[str, float | None]]:
    """Yield the candidates of a JSON list of objects with a name and a confidence. Other values are ignored."""
    try:
        entries = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and entry["name"].strip():
            yield entry["name"].strip(), _confidence(entry.get("confidence"))


def _confidence(value: object) -> float | None:
    """Return a confidence between 0 and 1; values above 1 are percentages."""
    if not isinstance(value, int | float) or not value >= 0 or value > _MAX_PERCENT:
        return None
    return float(value) if value <= 1 else value / _MAX_PERCENT


@contextlib.contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database read-only, in one transaction; an SQLite error in the block raises `UsageError`."""
    try:
        with contextlib.closing(_open(path)) as old:
            old.execute(sql.load("legacy")["begin"])
            yield old
    except sqlite3.Error as error:
        remedy = "Close the program that has it open, or use a copy."
        code = _code(error)
        if code == sqlite3.SQLITE_READONLY:
            remedy = "Its last change was interrupted. Open it once in the program that made it."
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            remedy = "It is damaged or incomplete. Use another copy of it."
        raise errors.UsageError(f"The database {path} cannot be read: {error}. {remedy}") from error


def _open(path: Path) -> sqlite3.Connection:
    absolute = os.fsencode(path.absolute())
    with path.open("rb") as file:
        has_write_ahead_log = file.read(20)[18:20] == b"\x02\x02"
    # A connection to a database with a write-ahead log leaves two files beside it, unless it is opened as immutable.
    is_idle = has_write_ahead_log and not path.with_name(path.name + "-wal").exists()
    old = sqlite3.connect(f"file:{quote(absolute)}?mode=ro{'&immutable=1' if is_idle else ''}", uri=True)
    old.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    old.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    return old


def _code(error: sqlite3.Error) -> int:
    """Return the primary error code of SQLite; errors of the Python module have none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _has_columns(old: sqlite3.Connection, table: str, *needed: str) -> bool:
    names = {name for (name,) in old.execute(sql.load("legacy")["columns"], [table])}
    return names.issuperset(needed)


def _rows(old: sqlite3.Connection, statement: str) -> list[tuple[Any, ...]]:
    return old.execute(sql.load("legacy")[statement]).fetchall()


def _path(value: object) -> bytes | None:
    path = os.fsencode(value) if isinstance(value, str) else value if isinstance(value, bytes) else b""
    return None if not path or b"\0" in path else path


def _text(value: object) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
