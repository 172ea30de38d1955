"""The story of an operation: its request, its events, and the outcome of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indexium_core.model.job import Job
from indexium_core.model.operations.operation import ItemDetails, MetadataOperation
from indexium_core.model.shapes import picked


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """Something that happened to an operation as a whole."""

    at: datetime  # UTC
    what: str  # the event in a few words: requested, started, paused …
    text: str = ""  # the person or the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStory:
    """An operation from its start to its end, as far as it is known."""

    operation: MetadataOperation
    options: Mapping[str, Any]  # the options that were stored at its start
    items: list[ItemDetails]  # a page of them, problems first
    page: int
    per_page: int  # 0: all
    rolled_back_by: tuple[int, ...]  # rollbacks in force of some of its files
    job: Job | None  # None: an older program ran it
    happenings: list[StoryEvent]  # oldest first
    log: list[dict[str, Any]] = field(default_factory=list)  # the last lines of its job's log; see docs/logs.md

    def as_dict(self) -> dict[str, Any]:
        """Return the operation like `MetadataOperation.as_dict`, with all other known facts."""
        operation = self.operation
        return {
            **operation.as_dict(),
            **picked(operation, "user_name plan_id tags_added tags_removed backup_bytes expires_at"),
            **picked(self, "options taken_back_by=rolled_back_by job happenings page per_page log"),
            "items": [_item(item) for item in self.items],
        }


def has_backup(item: ItemDetails) -> bool:
    """Return whether a file has a backup; an unchanged file needs none."""
    return bool(item.backup_kind) and item.status in ("success", "unknown")


def _item(item: ItemDetails) -> dict[str, Any]:
    kept = {"kind": item.backup_kind, "bytes": item.backup_bytes} if has_backup(item) else None
    return {**item.as_dict(), "backup": kept, "taken_back_by": item.rolled_back_by}
