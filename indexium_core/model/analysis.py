"""Snapshots and queries of analysts as values: reports, answers, fields, tables, completions, and saved queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

__all__ = [
    "FieldKind",
    "QueryAnswer",
    "QueryColumn",
    "QueryCompletion",
    "QueryField",
    "SavedQuery",
    "SchemaColumn",
    "SchemaTable",
    "SnapshotReport",
]

FieldKind = Literal["text", "number", "date", "flag", "any"]


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

    @property
    def is_cut(self) -> bool:
        """Whether the result has, or may have, more rows than the answer."""
        return self.total is None or self.total > len(self.rows)


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
