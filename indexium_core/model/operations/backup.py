"""Backups as values: the data that is kept so that writes can be rolled back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from indexium_core.model.shapes import Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationBackups:
    """The backups of one operation."""

    operation_id: int
    operation_type: str  # write, rollback
    status: str
    items: int  # files with a backup
    kinds: dict[str, int]  # journal, delta, original, tags → number of files; only kinds that occur
    bytes: int  # size of journals and kept originals
    gone: int  # files whose backup was removed
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupUse(Shaped):
    """All backups, and their size on disk."""

    shape = "items total bytes budget"

    items: list[OperationBackups]  # newest first
    bytes: int
    budget: int  # upper limit in bytes

    @property
    def total(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCheck:
    """Whether the backups of one operation are intact, and which files could be rolled back now."""

    operation_id: int
    items: int  # files with a backup
    whole: int  # of these, files whose backup is readable and unchanged
    in_force: int  # files that the operation changed and that were not rolled back
    restorable: int  # of these, files whose old bytes can be restored now
    problems: list[str] = field(default_factory=list)  # problems of backups, a sentence each
    # why files could not be rolled back although their backup is intact, a sentence each
    conflicts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePreview:
    """The first bytes of a range that a rollback would restore."""

    offset: int
    length: int
    hex: str  # up to 16 bytes, as pairs of digits


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDetails:
    """The backup of one file."""

    operation_item_id: int
    file_id: int
    file_path: str
    kind: str  # journal, delta, original, tags
    bytes: int
    comes_back: str  # the data that a rollback would restore, in a sentence
    comment: str | None  # comment of the file before the write
    ranges: list[RangePreview] = field(default_factory=list)  # of a journal or a delta: the first ranges
    range_count: int = 0
    kept_path: str = ""  # of a kept original
    problem: str = ""  # why the backup cannot be read, or that it no longer exists
