"""What is kept so that writes can be taken back, as values that faces show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["BackupCheck", "BackupDetails", "BackupUse", "OperationBackups", "RangePreview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationBackups:
    """What is kept of one operation."""

    operation_id: int
    operation_type: str  # write, rollback
    status: str
    items: int  # files with a backup
    kinds: dict[str, int]  # journal, delta, original, tags → files; only those that there are
    bytes: int  # journals and kept originals
    gone: int  # files whose backup was dropped
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupUse:
    """All that is kept, and how much room it takes."""

    items: list[OperationBackups]  # newest first
    bytes: int
    budget: int  # bytes that it may take

    def as_dict(self) -> dict[str, Any]:
        """Return it in the shape of a list, JSON-ready but for moments."""
        return {"items": self.items, "total": len(self.items), "bytes": self.bytes, "budget": self.budget}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCheck:
    """Whether the backups of one operation are whole, and what could be taken back with them now."""

    operation_id: int
    items: int  # files with a backup
    whole: int  # those of them whose backup can be read and is what was written
    in_force: int  # files that the operation changed and that were not taken back
    restorable: int  # those of them that would get the same bytes back now
    problems: list[str] = field(default_factory=list)  # what is wrong with backups, a sentence each
    in_the_way: list[str] = field(default_factory=list)  # why files would not go back although their backup is whole


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePreview:
    """The beginning of one stretch of bytes that would come back."""

    offset: int
    length: int
    hex: str  # up to 16 bytes, in pairs of digits


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDetails:
    """The backup of one file."""

    operation_item_id: int
    file_id: int
    file_path: str
    kind: str  # journal, delta, original, tags
    bytes: int
    comes_back: str  # what would, in a sentence
    comment: str | None  # of the file as it was before
    ranges: list[RangePreview] = field(default_factory=list)  # of a journal or a delta: the first few
    range_count: int = 0
    kept_path: str = ""  # of a kept original
    problem: str = ""  # why it cannot be read, or that it is gone
