"""Snapshots and queries of analysts as values: reports, answers, fields, tables, completions, and saved queries."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from indexium_core import errors
from indexium_core.model import wording

# The files that a download of a result can have.
MEDIA_TYPES: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
READER_SECONDS = 60.0  # a client that takes nothing of a download for this time has gone
_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_INTEGERS = (*_SIGNED, *(f"U{name}" for name in _SIGNED))
_NUMBERS = (*_INTEGERS, "FLOAT", "DOUBLE", "DECIMAL")
_KINDS = {"VARCHAR": "text", "BOOLEAN": "yes/no", "BLOB": "bytes", "DATE": "day", "TIME": "time of day"}
FieldKind = Literal["text", "number", "date", "flag", "any"]


def texts_of(values: str) -> dict[str, str]:
    """Return the texts of parameters by name from a JSON object. Raises `UsageError`."""
    try:
        return {str(name): str(value) for name, value in json.loads(values).items()}
    except (ValueError, AttributeError, RecursionError) as error:
        message = 'The values must be a JSON object, for example {"name": "value"}.'
        raise errors.UsageError(message, code="invalid_request") from error


def kind_of(type_name: str) -> str:
    """Return the name of a type of DuckDB for people: `number`, `time`, `list of text`."""
    if type_name.endswith("[]"):
        return f"list of {kind_of(type_name.removesuffix('[]'))}"
    if type_name.startswith("TIMESTAMP"):
        return "time"
    if type_name.startswith(_NUMBERS):
        return "number"
    return _KINDS.get(type_name, type_name.partition("(")[0].lower())


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

    @property
    def kind(self) -> str:
        """Its type for people."""
        return kind_of(self.type)

    @property
    def is_number(self) -> bool:
        """Whether it has numbers."""
        return self.type.startswith(_NUMBERS) and not self.type.endswith("]")

    @property
    def is_integer(self) -> bool:
        """Whether it has integers."""
        return self.type in _INTEGERS

    @property
    def is_time(self) -> bool:
        """Whether it has days or moments."""
        return self.type.startswith(("TIMESTAMP", "DATE")) and not self.type.endswith("]")

    @property
    def is_amount(self) -> bool:
        """Whether it has numbers that are compared, and no ids."""
        return self.is_number and not self.name.endswith("_id")


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

    @property
    def kept(self) -> int:
        """The number of its rows."""
        return len(self.rows)

    @property
    def number_text(self) -> str:
        """The number of rows: `25 rows`, `first 10,000 of 25,000 rows`, `first 12 rows` of a query that was stopped."""
        if self.total is None:
            return f"first {wording.plural(self.kept, 'row')}"
        rows = wording.plural(self.total, "row")
        return f"first {wording.count(self.kept)} of {rows}" if self.is_cut else rows

    @property
    def found_text(self) -> str:
        """How many rows the query found, as far as that is known: `25,000 rows`."""
        return self.number_text if self.total is None else wording.plural(self.total, "row")

    @property
    def duration_text(self) -> str:
        """How many rows it took how long to find: `25 rows in 3 ms`."""
        if self.total is None:
            return f"{self.found_text}, stopped after {self.seconds:.0f} s"
        return f"{self.found_text} in {wording.duration(self.seconds)}"

    @property
    def snapshot_text(self) -> str:
        """When its snapshot was taken."""
        return wording.when(self.snapshot_at)

    @property
    def cut_text(self) -> str:
        """The sentences about what it omits; "" if it has all."""
        sentences, rest = [self.notice] if self.notice else [], "CSV and Parquet have all of them."
        if self.total is None:
            sentences.append(
                f"The query was stopped after {self.seconds:.0f} s. The table and the chart have only the"
                f" {self.number_text}; the total number of rows is not known. {rest}"
            )
        elif self.is_cut:
            sentences.append(f"The table and the chart have only the {self.number_text}. {rest}")
        if self.cut_values:
            sentences.append(f"{self.cut_sentence()} CSV and Parquet have whole values.")
        return " ".join(sentences)

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


@dataclass(frozen=True, slots=True)
class QueryField:
    """A parameter of a query, `$name`, as a field that a person fills in."""

    name: str
    kind: FieldKind  # of the column that the query compares it with; "any": the query does not show it


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column of a table of the snapshot."""

    name: str
    type: str
    description: str

    @property
    def kind(self) -> str:
        """Its type for people."""
        return kind_of(self.type)


@dataclass(frozen=True, slots=True)
class SchemaTable:
    """A table of the snapshot."""

    name: str
    description: str
    rows: int
    columns: tuple[SchemaColumn, ...]

    @property
    def rows_text(self) -> str:
        """Its number of rows: `1,204`."""
        return wording.count(self.rows)


@dataclass(frozen=True, slots=True)
class QueryCompletion:
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
