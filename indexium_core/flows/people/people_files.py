"""
Readers of files that list the people of videos: CSV, JSON, and a legacy .db file.

Each reader returns one entry per row. An error in a row is stored in its entry, and the reader continues. A file that
cannot be read as a whole raises one `UsageError`. Cells are data: none is interpreted as a formula.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from indexium_core import errors
from indexium_core.model.planning.cells import plain
from indexium_core.store.people import legacy

_HASH = re.compile(r"[xf]1:[0-9a-f]{32}")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COLUMNS = "path (or file_hash) and person (or people, split by ;)"
_ORIGINS = ("face", "hand", "import", "file")  # of an assignment
_MAX_CELL_LENGTH = 131_072  # characters; a name has 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleEntry:
    """One row as read: a file, by path or hash or both, and its names."""

    line: int  # the first line of the row; for a legacy database, the id of the row
    table: str = ""  # for a legacy database, the table of the row
    path: bytes | None = None  # as written; may be relative
    file_hash: str | None = None
    previous_hashes: tuple[str, ...] = ()  # earlier hashes of the same film
    names: tuple[str, ...] = ()  # as written; may be empty
    qualifier: str | None = None  # of the person; "": the person without one; None: the source has no such column
    aliases: tuple[str, ...] = ()  # of the person, as written
    origin: str = "import"
    problem: str = ""  # why the row is rejected; "" for a valid row

    @property
    def where(self) -> str:
        """The position of the row in words: `line 6`, `faces, row 17`."""
        return f"{self.table}, row {self.line}" if self.table else f"line {self.line}"


def read(path: Path) -> list[PeopleEntry]:
    """
    Read a CSV or JSON file; its content determines its format.

    Raises:
        UsageError: The file cannot be opened, is empty, or is malformed; the message has the line and the column.

    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be read: {error.strerror}.") from error
    text = _decode(raw, path)
    if not text.strip():
        raise errors.UsageError(f"{path} is empty. It must have rows with {_COLUMNS}.")
    reader = _json if path.suffix.lower() == ".json" or text.lstrip()[0] in "{[" else _csv
    return list(reader(text, path))


def is_legacy(path: Path) -> bool:
    """Return whether a file is a SQLite database. UsageError: it cannot be opened."""
    try:
        with path.open("rb") as file:
            return legacy.is_legacy(file.read(16))
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be read: {error.strerror}.") from error


def paths_in(path: Path) -> list[bytes]:
    """Return the paths of the files that a file names, as written; errors as `read`."""
    return legacy.read(path).all_paths() if is_legacy(path) else paths_of(read(path))


def paths_of(entries: Iterable[PeopleEntry]) -> list[bytes]:
    """Return the paths of rows, as written."""
    return [entry.path for entry in entries if entry.path]


def legacy_entries(
    people: Iterable[legacy.LegacyPerson], path_of: Callable[[legacy.LegacyPerson], bytes | None]
) -> list[PeopleEntry]:
    """Return the people of a legacy database as rows; `path_of` returns the path of the file of a person."""
    return [
        PeopleEntry(
            line=person.row,
            table=person.table,
            path=path,
            names=(person.name,),
            origin=person.origin,
            problem="" if path else f"the legacy database has no path for the file {person.file_hash}",
        )
        for person in people
        if person.name.strip()
        for path in [path_of(person)]
    ]


def _decode(raw: bytes, path: Path) -> str:
    """Decode text. Invalid bytes in UTF-8 are kept as surrogates, because file names may contain them."""
    encoding = encoding_of(raw)
    try:
        text = raw.decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError as error:
        message = f"{path} is not a readable text: {error.reason} at byte {error.start}. Save it as UTF-8."
        raise errors.UsageError(message) from error
    return text.removeprefix("\ufeff")


def encoding_of(raw: bytes) -> str:
    """Return the encoding of a text, detected by its first bytes."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return encoding
    # Without a byte order mark, the position of the zero byte of a first ASCII letter shows the byte order.
    return {0: "utf-16-be", 1: "utf-16-le"}.get(raw[:2].find(b"\0"), "utf-8")


# --- CSV ---------------------------------------------------------------------------------------------------------


def _csv(text: str, path: Path) -> Iterator[PeopleEntry]:
    header_line = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = numbered(reader, path)
    first, header = next((row for row in rows if any(row[1])), (1, []))
    names = [cell.strip().casefold() for cell in header]
    if not {"path", "path_raw", "file_hash"} & set(names) or not {"person", "people"} & set(names):
        message = f"{path}, line {first}: the header needs the columns {_COLUMNS}, but it is “{header_line[:80]}”."
        raise errors.UsageError(message)
    for line, cells in rows:
        if len(cells) > len(names):
            problem = f"the row has {len(cells)} cells, the header {len(names)}; put quotes around a cell with a comma"
            yield PeopleEntry(line=line, problem=problem)
        elif any(cells):
            yield _csv_entry(line, dict(zip(names, map(plain, cells), strict=False)))


def numbered(
    reader: Any, path: Path | str, *, max_cell_length: int = _MAX_CELL_LENGTH
) -> Iterator[tuple[int, list[str]]]:
    """
    Yield each row with its first line.

    Raises:
        UsageError: The text is not CSV, or a cell has more than `max_cell_length` characters. The message names `path`.

    """
    while True:
        line = reader.line_num + 1
        csv.field_size_limit(max_cell_length)  # the limit is global to the process, so each row sets it
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = "a quote is not closed" if "unexpected end" in str(error) else str(error)
            raise errors.UsageError(f"{path}, line {line}: {reason}.") from error
        yield line, cells


def _csv_entry(line: int, cells: dict[str, str]) -> PeopleEntry:
    raw = unquote_to_bytes(cells.get("path_raw", ""))
    path, problem = (raw, "") if raw else _path(cells.get("path", ""))
    file_hash = cells.get("file_hash", "").strip() or None
    names = (cells.get("person", ""), *cells.get("people", "").split(";"))
    own_names = tuple(name for name in names if name.strip())
    if not own_names and "people" not in cells:
        problem = problem or "the row names no people"
    aliases = tuple(alias for alias in cells.get("aliases", "").split(";") if alias.strip())
    if aliases and own_names and not path and not file_hash and not problem:  # an exported person without files
        return PeopleEntry(line=line, names=own_names, qualifier=cells.get("qualifier"), aliases=aliases)
    entry = _entry(line, path, file_hash, own_names, problem, previous=tuple(cells.get("previous_hashes", "").split()))
    return replace(entry, qualifier=cells.get("qualifier"), aliases=aliases, origin=_origin(cells))


def _origin(cells: dict[str, str]) -> str:
    """Return the origin of an exported assignment; `import` for any other."""
    origin = cells.get("origin", "")
    return origin if origin in _ORIGINS else "import"


def _entry(
    line: int,
    path: bytes | None,
    file_hash: str | None,
    names: tuple[str, ...],
    problem: str,
    *,
    previous: tuple[str, ...] = (),
) -> PeopleEntry:
    invalid = [each for each in (file_hash, *previous) if each and not _HASH.fullmatch(each)]
    if invalid:
        problem = problem or f"“{invalid[0][:80]}” is not a file_hash of this program; hashes of the old one differ"
    if not path and not file_hash:
        problem = problem or "the row names no file"
    return PeopleEntry(
        line=line, path=path, file_hash=file_hash, previous_hashes=previous, names=names, problem=problem
    )


def _path(text: str) -> tuple[bytes | None, str]:
    """Return a path as bytes and "", or None and the reason."""
    try:
        path = os.fsencode(text)
    except UnicodeEncodeError:
        return None, "the path is not valid text"
    return (None, "the path contains a zero byte") if b"\0" in path else (path or None, "")


# --- JSON --------------------------------------------------------------------------------------------------------


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as a list of pairs, so that no value of a duplicate key is lost."""


def _json(text: str, path: Path) -> Iterator[PeopleEntry]:
    try:
        top = json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise errors.UsageError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise errors.UsageError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(top, _Pairs):
        message = f'{path} must be one JSON object of paths with lists of names: {{"film.mp4": ["Ann Lee"]}}.'
        raise errors.UsageError(message)
    exported = _exported(top)
    if exported is not None:
        for line, row in zip(_row_lines(text, "file_hash", len(exported)), exported, strict=True):
            yield _exported_entry(line, row)
        return
    for line, (key, value) in zip(_key_lines(text, [key for key, _ in top]), top, strict=True):
        yield _json_entry(line, key, [value] if isinstance(value, str) else value)


def _exported(top: _Pairs) -> list[dict[str, Any]] | None:
    """Return the rows of the output of `people export --json`; None for any other object."""
    fields = dict(top)
    rows = fields.get("items")
    if set(fields) != {"items", "total"} or not isinstance(rows, list) or isinstance(rows, _Pairs):
        return None
    return [dict(row) for row in rows] if all(isinstance(row, _Pairs) for row in rows) else None


def _exported_entry(line: int, row: dict[str, Any]) -> PeopleEntry:
    """Return a row of an export: it has the cells of the CSV, except that hashes and aliases are lists."""
    cells = {name: value for name, value in row.items() if isinstance(value, str)}
    for name, separator in (("previous_hashes", " "), ("aliases", ";")):
        values = row.get(name)
        if isinstance(values, list):
            cells[name] = separator.join(str(each) for each in values)
    return _csv_entry(line, cells)


def _row_lines(text: str, key: str, count: int) -> Iterator[int]:
    """Yield the line of a key for each of `count` rows."""
    line, position, encoded = 1, 0, json.dumps(key)
    for _ in range(count):
        start = text.find(encoded, position)
        if start >= 0:
            line += text.count("\n", position, start)
            position = start + len(encoded)
        yield line


def _json_entry(line: int, key: str, names: Any) -> PeopleEntry:
    if isinstance(names, _Pairs) or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return PeopleEntry(line=line, problem=f"the value of “{key[:80]}” is not a list of names")
    file_hash = key if _HASH.fullmatch(key) else None
    path, problem = (None, "") if file_hash else _path(key)
    return _entry(line, path, file_hash, tuple(name for name in names if name.strip()), problem)


def _key_lines(text: str, keys: list[str]) -> Iterator[int]:
    """Yield the line of each key, in order. From a key with unusual escapes on, the last known line repeats."""
    text = text.replace("\\/", "/")
    line, position = 1, 0
    for key in keys:
        encodings = (json.dumps(key, ensure_ascii=False), json.dumps(key))
        starts = (text.find(encoding, position) for encoding in encodings)
        start = min((each for each in starts if each >= 0), default=-1)
        if start < 0:
            text = ""
        line += text.count("\n", position, max(start, position))
        position = max(start, position)
        yield line
