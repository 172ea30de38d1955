"""Rows of the ledger as values: tasks, results, rollback candidates, and rows that are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.files.media import Change, Refusal
from indexium_core.model.operations.operation import FINISHED_STATES, ItemDetails, MetadataOperation, WriteResult
from indexium_core.model.planning.plan import Holder, describe_unfinished
from indexium_core.model.surrogates import replace_surrogates

__all__ = [
    "ItemRecord",
    "OperationSearch",
    "OutcomeCount",
    "Restore",
    "RollbackCandidate",
    "Task",
    "UnresolvedItem",
    "candidate",
    "item",
    "operation",
    "task",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A pending item with everything that a worker needs, as plain values that can be sent to another process."""

    item_id: int
    file_id: int
    path: bytes
    expected_size: int  # -1: the file is not in the catalog, or another item changes it first
    expected_mtime_ns: int
    expected_hash: str | None
    changes: tuple[Change, ...]
    device: int | None
    inode: int | None
    library_id: int | None  # None: the file is not in the catalog
    restore_mtime_ns: int | None  # rollback: the modification time to restore
    reverts_item: int | None  # rollback: the item to roll back …
    reverts_journal: str | None  # … its journal file …
    written_state: str | None  # … and the digest that the file must have now …
    original_state: str | None  # … and must have afterwards
    restore: str = "bytes"  # rollback: bytes, or comment: `changes` are written like any others, without the backup
    backup_kind: str | None = None  # rollback: kind of the backup: journal, delta, original, tags
    reverts_kept: bytes | None = None  # … and path of the kept original
    own_mtime_ns: int | None = None  # rollback: the modification time that our last write left; None: unknown
    expected_seconds: float = 0.0  # estimated duration
    is_rewrite: bool = False  # whether the whole file will probably be rewritten
    # rollback: the item of a newer operation on the file that must be rolled back first …
    after_item: int | None = None
    after_item_failure: str = ""  # … and why that failed in an earlier run
    other_names: tuple[bytes, ...] = ()  # rollback: paths that may name the file from before the write


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """What the ledger stores of one finished item."""

    result: WriteResult
    journal_bytes: int = 0
    original_state: str | None = None
    written_state: str | None = None
    backup_kind: str = "journal"  # how the old bytes can be restored: journal, delta, original; tags: they cannot
    kept: bytes | None = None  # path of the kept original
    kept_bytes: int = 0
    parted_inode: int | None = None  # of the old file, if its other names keep it


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """How one item is to be rolled back, or why it is not."""

    item_id: int
    how: str = "bytes"  # bytes; comment: only the comment; person: an ordinary write that rolls nothing back
    changes: tuple[Change, ...] | None = None  # comment, person: the changes to write; None: the reversed item
    tags_added: tuple[str, ...] | None = None  # … and their effect on the people
    tags_removed: tuple[str, ...] | None = None
    size: int | None = None  # of the file when it was checked; None: as in the catalog
    mtime_ns: int | None = None
    file_hash: str | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackCandidate:
    """An item in force that might be rolled back."""

    item_id: int
    operation_id: int
    file_id: int
    shown_path: str
    path: bytes  # present path of the file, as far as the catalog knows
    tags_added: list[str]
    tags_removed: list[str]
    previous_comment: str | None
    new_comment: str | None
    changes: tuple[Change, ...]
    original_state: str | None
    written_state: str | None
    journal: str
    kind: str  # journal, delta, original, tags
    kept: bytes | None  # path of the kept original
    kept_bytes: int
    dropped: bool  # the backup is gone
    evicted_reason: str  # why, as part of a sentence
    library_state: str | None  # None: the file is not in the catalog
    file_hash: str | None  # as in the catalog, else as it was
    comment: str | None  # as in the catalog
    own_size: int | None  # of the file after our last write; None: another program changed it, or unknown
    own_mtime_ns: int | None
    superseded_by: int | None  # a newer operation on the file
    busy_in: Holder | None  # an operation that uses the file
    parted: bool  # its write left the old file to other names (hard links) …
    other_names: tuple[bytes, ...]  # … and paths that may be such names
    people: list[str] = field(default_factory=list)  # the people of the file, as in the catalog

    @property
    def is_exact(self) -> bool:
        """Whether its backup can restore the old bytes."""
        return not self.dropped and self.kind != "tags"


class ItemOutcome(NamedTuple):
    """The result of a file, briefly."""

    file_id: int | None
    file_path: str
    status: str
    code: str
    message: str


class OutcomeCount(NamedTuple):
    """Number and size of items with the same result."""

    status: str
    mark: str  # cancelled, restored: code of cancelled or restored items; "" for all others
    files: int
    size: int  # total size of their files in bytes


class UnresolvedItem(NamedTuple):
    """An item to compare with its journal."""

    item_id: int
    file_id: int
    status: str
    journal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSearch:
    """A parsed search of the history; empty fields match all. All conditions on files must hold for one file."""

    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()  # write, rollback
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    words: tuple[str, ...] = ()  # folded; each must be in the path, the note or a name of one item
    paths: tuple[str, ...] = ()  # folded; each must be in the path
    people: tuple[str, ...] = ()  # exact names, lower case
    error: str = ""  # code of a failed or conflicting file, or its status if it has no code

    def columns(self) -> dict[str, Any]:
        """Return the parameters of `operation_counts` in ledger.sql; `operation_page` has more."""
        return {
            "since": self.since,
            "until": self.until,
            "words": list(self.words),
            "paths": list(self.paths),
            "people": list(self.people),
            "error": self.error,
            "in_files": bool(self.words or self.paths or self.people or self.error),
        }


def columns_of_restores(restores: Sequence[Restore]) -> dict[str, list[Any]]:
    """Return the parameters of `insert_rollback_items` in ledger.sql."""
    return {
        "item_ids": [each.item_id for each in restores],
        "hows": [each.how for each in restores],
        "changes": [None if each.changes is None else _plain(each.changes) for each in restores],
        "added": [None if each.tags_added is None else list(each.tags_added) for each in restores],
        "removed": [None if each.tags_removed is None else list(each.tags_removed) for each in restores],
        "sizes": [each.size for each in restores],
        "mtimes": [each.mtime_ns for each in restores],
        "hashes": [each.file_hash for each in restores],
        "codes": [each.refused.code if each.refused else None for each in restores],
        "messages": [each.refused.message if each.refused else None for each in restores],
    }


def _plain(changes: Sequence[Change]) -> str:
    return replace_surrogates(json.dumps([asdict(each) for each in changes], ensure_ascii=False))


def task(row: tuple[Any, ...]) -> Task:
    """Return a row of `pending_tasks` or `preview_tasks`."""
    return Task(
        item_id=row[0],
        file_id=row[1],
        path=bytes(row[2]),
        expected_size=row[3],
        expected_mtime_ns=row[4],
        expected_hash=row[5],
        changes=_changes(row[6]),
        restore_mtime_ns=row[7],
        reverts_item=row[8],
        device=row[9],
        inode=row[10],
        library_id=row[11],
        reverts_journal=row[12],
        written_state=row[13],
        original_state=row[14],
        restore=row[15] or "bytes",
        backup_kind=row[16],
        reverts_kept=None if row[17] is None else bytes(row[17]),
        own_mtime_ns=row[18],
        expected_seconds=row[19] or 0.0,
        is_rewrite=bool(row[20]),
        after_item=row[21],
        after_item_failure=row[22] or "",
        other_names=_paths(row[23]),
    )


def operation(row: tuple[Any, ...]) -> MetadataOperation:
    """Return a row of `operation_page` or `operation_row`."""
    in_force, without_bytes, backup_bytes, expires_at, evicted = row[21:26]
    status, successes = row[2], row[6]
    reason, can_rollback = _rollback_ability(
        row[0], status, successes=successes, in_force=in_force, without_bytes=without_bytes, evicted=evicted or ""
    )
    return MetadataOperation(
        id=row[0],
        operation_type=row[1],
        status=status,
        started_at=row[3],
        completed_at=row[4],
        file_count=row[5],
        success_count=successes,
        failure_count=row[7],
        skipped_count=row[8],
        conflict_count=row[9],
        unknown_count=row[10],
        seconds=row[11],
        error_message=row[12],
        user_note=row[13],
        user_action=row[14],
        user_name=row[15],
        source=row[16],
        plan_id=row[17],
        reverts_id=row[18],
        tags_added=int(row[19]),
        tags_removed=int(row[20]),
        can_rollback=can_rollback,
        rollback_reason=reason,
        comment_only=without_bytes if status in FINISHED_STATES else 0,
        backup_bytes=int(backup_bytes),
        expires_at=expires_at,
        file_bytes=int(row[26]),
        reverts_note=row[27] or "",
        cancelled_count=int(row[28]),
        restored_count=int(row[29]),
    )


def _rollback_ability(
    operation_id: int, status: str, *, successes: int, in_force: int, without_bytes: int, evicted: str
) -> tuple[str, bool]:
    """Return why an operation cannot be rolled back byte for byte, or only in part, and whether it can at all."""
    if status not in FINISHED_STATES:
        return describe_unfinished(operation_id, status), False
    if successes == 0:
        return "This operation changed no file.", False
    if in_force == 0:
        return f"Operation {operation_id} has already been rolled back.", False
    why = f" ({evicted})" if evicted else ""
    if without_bytes >= in_force:
        gone = f"Its backups are gone{why}" if evicted else "Only its tags were kept"
        return f"{gone}: only the comments can be restored.", False
    if without_bytes:
        return f"For {without_bytes:,} of its files only the comment can be restored{why}.", True
    return "", True


def item(row: tuple[Any, ...]) -> ItemDetails:
    """Return a row of `item_page`."""
    return ItemDetails(
        id=row[0],
        file_id=row[1],
        file_path=row[2],
        file_name=row[2].rsplit("/", 1)[-1],
        status=row[3],
        code=row[4],
        message=row[5],
        previous_comment=row[6],
        new_comment=row[7],
        tags_added=row[8],
        tags_removed=row[9],
        strategy=row[10],
        seconds=row[11],
        proof=json.loads(row[12]) if row[12] else {},
        processed_at=row[13],
        taken_back_by=row[14],
        backup_kind=row[15] or "",
        backup_bytes=row[16] or 0,
    )


def candidate(row: tuple[Any, ...]) -> RollbackCandidate:
    """Return a row of `rollback_candidates`."""
    return RollbackCandidate(
        item_id=row[0],
        operation_id=row[1],
        file_id=row[2],
        shown_path=row[3],
        path=bytes(row[4]),
        tags_added=row[5],
        tags_removed=row[6],
        previous_comment=row[7],
        new_comment=row[8],
        changes=_changes(row[9]),
        original_state=row[10],
        written_state=row[11],
        journal=row[12],
        kind=row[13],
        kept=None if row[14] is None else bytes(row[14]),
        kept_bytes=row[15] or 0,
        dropped=row[16] is not None,
        evicted_reason=row[17] or "",
        library_state=row[18],
        file_hash=row[19],
        comment=row[20],
        own_size=row[21],
        own_mtime_ns=row[22],
        superseded_by=row[23],
        busy_in=None if row[24] is None else Holder(row[24], row[25]),
        people=row[26] or [],
        parted=row[27],
        other_names=_paths(row[28]),
    )


def _paths(found: Sequence[bytes] | None) -> tuple[bytes, ...]:
    return tuple(map(bytes, found or ()))


def _changes(found: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(Change(**change) for change in found)
