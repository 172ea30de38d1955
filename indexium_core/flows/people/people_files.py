"""
Reading files that say who is in which video: CSV, JSON, and the database of the old Indexium.

Every reader gives entries, one per row; what is wrong with a single row is said in the entry and the reading goes on. A
file that cannot be understood as a whole is one `UsageError`. Cells are data, whatever they begin with.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from indexium_core import errors
from indexium_core.store.people import legacy

__all__ = ["PeopleEntry", "encoding_of", "numbered", "read", "read_faces"]

_HASH = re.compile(r"[xf]1:[0-9a-f]{32}")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COLUMNS = "path (or file_hash) and person (or people, split by ;)"
_LONGEST_CELL = 131_072  # characters; a name has 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleEntry:
    """One row as it was read: a file, by path or hash or both, and the names given for it."""

    line: int  # where it begins; of an old database, the id of its row
    table: str = ""  # of an old database, the table of that row
    path: bytes | None = None  # as written, perhaps relative
    file_hash: str | None = None
    previous_hashes: tuple[str, ...] = ()  # others that the same film has had
    names: tuple[str, ...] = ()  # as written; none is allowed
    origin: str = "import"
    problem: str = ""  # why the row cannot be taken, "" if it can

    @property
    def where(self) -> str:
        """Where the row is, as a person finds it: `line 6`, `faces, row 17`."""
        return f"{self.table}, row {self.line}" if self.table else f"line {self.line}"


def read(path: Path) -> list[PeopleEntry]:
    """
    Read a file of any of the kinds, told apart by what is in it.

    Raises:
        UsageError: It cannot be opened, is empty, or is malformed; with the line, and the column where there is one.

    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise errors.UsageError(message) from error
    if legacy.is_legacy(raw[:16]):
        return _legacy(path)
    text = _decode(raw, path)
    if not text.strip():
        message = f"{path} is empty. Expected are rows with {_COLUMNS}."
        raise errors.UsageError(message)
    reader = _json if path.suffix.lower() == ".json" or text.lstrip()[0] in "{[" else _csv
    return list(reader(text, path))


def read_faces(path: Path) -> list[legacy.LegacyFace]:
    """Return whom an old database takes the unnamed faces of its films for; nobody for a file of another kind."""
    with path.open("rb") as file:
        return legacy.read_faces(path) if legacy.is_legacy(file.read(16)) else []


def _decode(raw: bytes, path: Path) -> str:
    """Decode text; in UTF-8, bytes that are none are kept, for names of files may hold such."""
    encoding = encoding_of(raw)
    try:
        text = raw.decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError as error:
        message = f"{path} is no readable text: {error.reason} at byte {error.start}. Save it as UTF-8."
        raise errors.UsageError(message) from error
    return text.removeprefix("\ufeff")


def encoding_of(raw: bytes) -> str:
    """Return in which encoding a text is, by its first bytes."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return encoding
    # Without a mark, the zero byte of a first plain letter tells.
    return {0: "utf-16-be", 1: "utf-16-le"}.get(raw[:2].find(b"\0"), "utf-8")


def _legacy(path: Path) -> list[PeopleEntry]:
    return [
        PeopleEntry(
            line=person.row,
            table=person.table,
            path=person.path,
            names=(person.name,),
            origin=person.origin,
            problem="" if person.path else f"the old database does not say where file {person.file_hash} is",
        )
        for person in legacy.read(path)
        if person.name.strip()
    ]


# --- CSV ---------------------------------------------------------------------------------------------------------


def _csv(text: str, path: Path) -> Iterator[PeopleEntry]:
    header_line = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = numbered(reader, path)
    first, header = next((row for row in rows if any(row[1])), (1, []))
    names = [cell.strip().casefold() for cell in header]
    if not {"path", "path_raw", "file_hash"} & set(names) or not {"person", "people"} & set(names):
        message = f"{path}, line {first}: the columns {_COLUMNS} are expected, not “{header_line[:80]}”."
        raise errors.UsageError(message)
    for line, cells in rows:
        if len(cells) > len(names):
            problem = f"it has {len(cells)} cells, the header has {len(names)}; put quotes around a cell with a comma"
            yield PeopleEntry(line=line, problem=problem)
        elif any(cells):
            yield _csv_entry(line, dict(zip(names, cells, strict=False)))


def numbered(reader: Any, path: Path | str, *, longest: int = _LONGEST_CELL) -> Iterator[tuple[int, list[str]]]:
    """
    Yield each row with the line on which it begins.

    Raises:
        UsageError: It is no CSV, or a cell has more than `longest` characters; names `path`.

    """
    while True:
        line = reader.line_num + 1
        csv.field_size_limit(longest)  # one for the whole process, so it is set for each row
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = "a quote is not closed" if "unexpected end" in str(error) else str(error)
            message = f"{path}, line {line}: {reason}."
            raise errors.UsageError(message) from error
        yield line, cells


def _csv_entry(line: int, cells: dict[str, str]) -> PeopleEntry:
    raw = unquote_to_bytes(cells.get("path_raw", ""))
    path, problem = (raw, "") if raw else _path(cells.get("path", ""))
    file_hash = cells.get("file_hash", "").strip() or None
    names = (cells.get("person", ""), *cells.get("people", "").split(";"))
    given = tuple(name for name in names if name.strip())
    if not given and "people" not in cells:
        problem = problem or "it names nobody"
    return _entry(line, path, file_hash, given, problem, previous=tuple(cells.get("previous_hashes", "").split()))


def _entry(
    line: int,
    path: bytes | None,
    file_hash: str | None,
    names: tuple[str, ...],
    problem: str,
    *,
    previous: tuple[str, ...] = (),
) -> PeopleEntry:
    wrong = [each for each in (file_hash, *previous) if each and not _HASH.fullmatch(each)]
    if wrong:
        problem = (
            problem or f"“{wrong[0][:80]}” is no file_hash of this program (that of an old one means nothing here)"
        )
    if not path and not file_hash:
        problem = problem or "it names no file"
    return PeopleEntry(
        line=line, path=path, file_hash=file_hash, previous_hashes=previous, names=names, problem=problem
    )


def _path(text: str) -> tuple[bytes | None, str]:
    """Return a path as bytes, or why there is none."""
    try:
        path = os.fsencode(text)
    except UnicodeEncodeError:
        return None, "its path is no valid text"
    return (None, "its path holds a zero byte") if b"\0" in path else (path or None, "")


# --- JSON --------------------------------------------------------------------------------------------------------


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, so that a path that is there twice is not lost."""


def _json(text: str, path: Path) -> Iterator[PeopleEntry]:
    try:
        top = json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        message = f"{path}, line {error.lineno}, column {error.colno}: {error.msg}."
        raise errors.UsageError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path} cannot be read as JSON: {error}."
        raise errors.UsageError(message) from error
    if not isinstance(top, _Pairs):
        message = f'{path} must hold one object of paths with lists of names: {{"film.mp4": ["Ann Lee"]}}.'
        raise errors.UsageError(message)
    exported = _exported(top)
    if exported is not None:
        for line, row in zip(_lines_of(text, "file_hash", len(exported)), exported, strict=True):
            yield _exported_entry(line, row)
        return
    for line, (key, value) in zip(_lines(text, [key for key, _ in top]), top, strict=True):
        yield _json_entry(line, key, [value] if isinstance(value, str) else value)


def _exported(top: _Pairs) -> list[dict[str, Any]] | None:
    """Return the rows of what `people export --json` printed; None for anything else."""
    found = dict(top)
    rows = found.get("items")
    if set(found) != {"items", "total"} or not isinstance(rows, list) or isinstance(rows, _Pairs):
        return None
    return [dict(row) for row in rows] if all(isinstance(row, _Pairs) for row in rows) else None


def _exported_entry(line: int, row: dict[str, Any]) -> PeopleEntry:
    """Return a row of an export: its cells are those of the CSV, but for a list of hashes."""
    previous = row.get("previous_hashes")
    cells = {name: value for name, value in row.items() if isinstance(value, str)}
    if isinstance(previous, list):
        cells["previous_hashes"] = " ".join(str(each) for each in previous)
    return _csv_entry(line, cells)


def _lines_of(text: str, key: str, count: int) -> Iterator[int]:
    """Yield the lines on which a key of rows stands, one for each row."""
    line, position, wanted = 1, 0, json.dumps(key)
    for _ in range(count):
        found = text.find(wanted, position)
        if found >= 0:
            line += text.count("\n", position, found)
            position = found + len(wanted)
        yield line


def _json_entry(line: int, key: str, names: Any) -> PeopleEntry:
    if isinstance(names, _Pairs) or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return PeopleEntry(line=line, problem=f"what “{key[:80]}” has is no list of names")
    file_hash = key if _HASH.fullmatch(key) else None
    path, problem = (None, "") if file_hash else _path(key)
    return _entry(line, path, file_hash, tuple(name for name in names if name.strip()), problem)


def _lines(text: str, keys: list[str]) -> Iterator[int]:
    """Yield the line of each key, in order; from a key on that is written in some unusual way, the last one found."""
    text = text.replace("\\/", "/")
    line, position = 1, 0
    for key in keys:
        spellings = (json.dumps(key, ensure_ascii=False), json.dumps(key))
        found = min((at for at in (text.find(spelling, position) for spelling in spellings) if at >= 0), default=-1)
        if found < 0:
            text = ""
        line += text.count("\n", position, max(found, position))
        position = max(found, position)
        yield line
