"""The plan as values: what would change in one file, how risky that is, and what a whole plan amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from indexium_core import errors
from indexium_core.model.files.media import Change

__all__ = [
    "CATEGORIES",
    "RISK_LEVELS",
    "SORT_KEYS",
    "CommentMode",
    "Holder",
    "Issue",
    "PeopleMode",
    "PlanItem",
    "PlanPage",
    "PlanStatistics",
    "Selection",
    "SelectionSummary",
    "StaleFile",
    "StaleFiles",
    "checked_modes",
    "under_way",
]

PeopleMode = Literal["merge", "exact"]
CommentMode = Literal["replace", "preserve"]

RISK_LEVELS = ("safe", "warning", "danger", "blocked", "unchanged")
CATEGORIES = ("add", "merge", "remove", "rewrite", "unchanged", "blocked")
SORT_KEYS = ("name", "path", "risk", "tags", "new_tags", "size", "mtime", "category", "cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One reason for an item's risk level, or a note (severity `note`) that carries no risk."""

    code: str
    message: str
    severity: str  # note, warning, danger, blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """What the plan says of one file. Field meanings: contract section 4."""

    file_id: int
    file_hash: str | None
    file_path: str
    file_name: str
    file_ext: str  # lower case, without the dot
    size: int  # bytes
    mtime: str  # ISO-8601 UTC
    mtime_ns: int
    container: str
    library: str  # name of the root
    folder: str  # folder below the root, "/"-separated, "" for the root itself
    duration: float | None  # seconds
    db_people: list[str]
    existing_people: list[str]
    result_people: list[str]
    tags_to_add: list[str]
    tags_to_remove: list[str]
    existing_comment: str | None
    result_comment: str | None
    changes: list[Change]
    category: str
    risk_level: str
    can_update: bool
    issues: list[Issue]
    strategy: str
    est_seconds: float
    est_bytes: int
    edited: bool
    postponed: bool
    people_mode: str
    comment_mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStatistics:
    """Counts over a whole query, before paging. `total_files` = safe + warning + danger + blocked + unchanged."""

    total_files: int = 0
    safe_count: int = 0
    warning_count: int = 0
    danger_count: int = 0
    blocked_count: int = 0
    total_tags_to_add: int = 0
    will_overwrite_custom: int = 0
    unchanged_count: int = 0
    postponed_count: int = 0
    edited_count: int = 0
    total_tags_to_remove: int = 0
    bytes_to_write: int = 0
    est_seconds: float = 0.0
    by_category: dict[str, int] = field(default_factory=dict)
    by_container: dict[str, int] = field(default_factory=dict)
    by_issue: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """One page of plan items with the statistics of the query that it belongs to."""

    items: list[PlanItem]
    total: int
    page: int  # from 1
    per_page: int
    plan_id: int
    statistics: PlanStatistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Which items of a plan are meant: everything a query finds, changed by exceptions.

    An item is selected if it matches `query` and `risk` and is not in `excluded`, or if it is in `included`.
    `query=None` selects by `included` alone. It is a value over file ids, so it survives paging, sorting and
    incremental plan versions.
    """

    query: str | None = None
    risk: tuple[str, ...] = ()  # () = every level that can be written
    included: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """Return the selection as JSON-ready values."""
        return {
            "query": self.query,
            "risk": list(self.risk),
            "included": sorted(self.included),
            "excluded": sorted(self.excluded),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSummary:
    """What writing a selection would amount to."""

    count: int  # files that would be written
    by_risk: dict[str, int]  # the same by level
    tags_to_add: int
    tags_to_remove: int
    est_seconds: float
    est_bytes: int
    excluded: dict[str, int]  # files that are meant but left out: by level, or "postponed"
    by_strategy: dict[str, int] = field(default_factory=dict)  # files that would be written, by how
    loses_text: int = 0  # of them, those that would lose text of the person's own
    removes_everyone: int = 0  # … and those that name people now and would name nobody
    parts_names: int = 0  # … and those with other names (hard links), which would keep the old file
    hidden: int = 0  # … and those that the search which is looked at does not find
    rollback_until: datetime | None = None  # until when they could be taken back
    backup: bool = True  # whether what they are now is kept: then each comes back byte for byte, or is not written

    @property
    def exact(self) -> int:
        """Files that could be taken back byte for byte: one for which nothing can be kept is refused, not written."""
        return self.count if self.backup else 0

    @property
    def tags_only(self) -> int:
        """Files of which only the comment could be restored."""
        return self.count - self.exact


# What is said of an operation that is not over, by its state; the word before what it holds; and what can be done.
_UNDER_WAY = {
    "pending": ("waits for its turn", "and has", "wait for its end, or cancel it"),
    "in_progress": ("is at work", "on", "wait for its end, or cancel it"),
    "paused": ("is paused", "and has", "resume or cancel it first"),
}


def under_way(operation_id: int, status: str, files: str = "") -> str:
    """Return what is said of an operation that is not over, as a sentence; `files`: what it keeps from another one."""
    state, link, way_out = _UNDER_WAY[status]
    return f"Operation {operation_id} {state}{f' {link} {files}' if files else ''}: {way_out}."


@dataclass(frozen=True, slots=True)
class Holder:
    """An operation that holds files: another one leaves these alone."""

    operation_id: int
    status: str  # pending, in_progress, paused
    files: int = 1  # of those that are asked about

    def say(self, files: str = "") -> str:
        """Return what it is about and what can be done, as a sentence; `files`: which it holds, if not "these"."""
        return under_way(self.operation_id, self.status, files or f"{self.files:,} of these files")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleFile:
    """A file whose planned result is not what was shown."""

    file_id: int
    file_name: str
    file_path: str
    shown: str | None  # the comment that the plan showed as the result; None for none
    now: str | None  # … and what it would be now
    reason: str  # what happened, in a few words


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionDigest:
    """The mark of just the files that somebody was told about: with it a write takes these, or none."""

    count: int
    digest: int  # of their ids and of their films


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleFiles:
    """What of a selection changed since a plan was shown."""

    plan_id: int  # the newest version
    count: int
    items: list[StaleFile]  # the first of them


def checked_modes(people_mode: str | None, comment_mode: str | None) -> tuple[PeopleMode | None, CommentMode | None]:
    """Return the modes if they are known ones (None: not said); `UsageError` names what may be chosen."""
    if people_mode not in (None, "merge", "exact"):
        message = f"There is no people mode '{people_mode}'; choose merge or exact."
        raise errors.UsageError(message)
    if comment_mode not in (None, "replace", "preserve"):
        message = f"There is no comment mode '{comment_mode}'; choose replace or preserve."
        raise errors.UsageError(message)
    return people_mode, comment_mode  # type: ignore[return-value]  # they were compared with all there are
