"""Snapshots and queries of analysts as values: reports, answers, fields, tables, completions, and saved queries."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from indexium_core import errors
from indexium_core.model import wording

# The files that a download of a result can have.
MEDIA_TYPES: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
READER_SECONDS = 60.0  # a client that takes nothing of a download for this time has gone
FieldKind = Literal["text", "number", "date", "flag", "any"]


def texts_of(values: str) -> dict[str, str]:
    """Return the texts of parameters by name from a JSON object. Raises `UsageError`."""
    try:
        return {str(name): str(value) for name, value in json.loads(values).items()}
    except (ValueError, AttributeError, RecursionError) as error:
        message = 'The values must be a JSON object, for example {"name": "value"}.'
        raise errors.UsageError(message, code="invalid_request") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReport:
    """A snapshot that was taken."""

    path: Path
    snapshot_at: datetime
    seconds: float
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class QueryColumn:
    """A column of an answer."""

    name: str
    type: str  # as DuckDB prints it


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """The first rows of a result."""

    columns: tuple[QueryColumn, ...]
    rows: list[tuple[Any, ...]]
    total: int | None  # rows of the whole result; None: the query was stopped at its time limit, so it is not known
    snapshot_at: datetime
    seconds: float = 0.0  # duration of the query
    cut_values: int = 0  # values of the rows that are too long for an answer: they end with their length
    notice: str = ""  # why the snapshot is not up to date, "" if it is

    @property
    def is_cut(self) -> bool:
        """Whether the result has, or may have, more rows than the answer."""
        return self.total is None or self.total > len(self.rows)

    def cut_sentence(self) -> str:
        """Return the sentence about its cut values, "" without any."""
        words = "long value is cut, and ends with its length", "long values are cut, and end with their length"
        return f"{wording.plural(self.cut_values, *words)}." if self.cut_values else ""

    def records(self) -> list[dict[str, Any]]:
        """
        Return the rows as objects for JSON, which has no infinite numbers: they become null.

        A second column `a` has the name `a_1`, as in a file.
        """
        names: dict[str, None] = {}
        numbers: dict[str, int] = {}
        for column in self.columns:
            name = column.name
            while name in names:
                numbers[column.name] = numbers.get(column.name, 0) + 1
                name = f"{column.name}_{numbers[column.name]}"
            names[name] = None
        return [dict(zip(names, map(_for_json, row), strict=True)) for row in self.rows]


def _for_json(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _for_json(each) for key, each in value.items()}
    return [_for_json(each) for each in value] if isinstance(value, list | tuple) else value


class QueryFile(Protocol):
    """All rows of a result as the bytes of a file, which nobody stores."""

    kind: str  # of `MEDIA_TYPES`
    file_name: str

    def pieces(self) -> Iterator[bytes]:
        """Return the bytes as the query finds rows. Raises `UsageError`; before the first piece, of the query."""

    def stop(self) -> None:
        """Let the query end soon; any thread may call this."""

    def close(self) -> None:
        """Stop the query, and wait for its end."""


class QueryField(NamedTuple):
    """A parameter of a query, `$name`, as a field that a person fills in."""

    name: str
    kind: FieldKind  # of the column that the query compares it with; "any": the query does not show it


class SchemaColumn(NamedTuple):
    """A column of a table of the snapshot."""

    name: str
    type: str
    description: str


class SchemaTable(NamedTuple):
    """A table of the snapshot."""

    name: str
    description: str
    rows: int
    columns: tuple[SchemaColumn, ...]


class QueryCompletion(NamedTuple):
    """A completion: `text` replaces the characters from `start` to `end`."""

    text: str
    hint: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A query that is stored under a name, or an example."""

    query_id: int  # 0: an example
    name: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)  # by field, as they were typed
