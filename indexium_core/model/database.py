"""The database of a home as a file: its backups, and the reports of a restore and of a rebuild, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

DatabaseProgress: TypeAlias = Callable[[int, int, str], None]  # steps done, all steps, the present step


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseBackup:
    """A copy of the database that can be restored."""

    name: str
    kind: (
        str  # daily, manual, replaced (by a restore or a rebuild), migration (made before it), file (given by its path)
    )
    path: Path
    created_at: datetime
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """A backup that took the place of the database."""

    backup: DatabaseBackup
    kept: Path | None  # the database that was replaced; None if there was none
    writes: int = 0  # writes after the backup that were added to the history from their journals
    problems: list[str] = field(default_factory=list)  # a sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOrigin:
    """The source of the rows of one table after a rebuild."""

    table: str
    source: str  # old database, backup …, snapshot of …, journals, files, comments of the files
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """A database that was built from everything that could be read."""

    origins: list[TableOrigin]  # by table; tables without rows are omitted
    kept: Path | None  # the database that was replaced; None if there was none
    probed: int = 0  # files that were compared with their rows
    differing: list[str] = field(default_factory=list)  # of these, files that differ; the next scan reads them
    problems: list[str] = field(default_factory=list)  # a sentence each
    seconds: float = 0.0

    @property
    def people_are_known(self) -> bool:
        """Return whether the assignments of people came from a database or from a snapshot."""
        return any(each.table == "video_people" for each in self.origins)
