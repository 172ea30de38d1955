"""Rows of the ledger as values: tasks, results, rollback candidates, and rows that are shown."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.fields.table import COMMENT
from indexium_core.model.files.media import Change, Refusal
from indexium_core.model.operations.operation import (
    FINISHED_STATES,
    ItemDetails,
    ItemSideFile,
    MetadataOperation,
    WriteOptions,
    WriteResult,
    no_backups_reason,
)
from indexium_core.model.planning.plan import Holder, describe_unfinished
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.surrogates import replace_surrogates

_UNWRITTEN = ("failed", "conflict", "skipped")  # items that changed nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFacts:
    """
    The facts that a run of an operation needs at its start.

    Options of a write: `preserve_mtime`, `faststart`, `sidecar_name`, `keep_backup`, `hard_links` (block, break),
    `risk` (levels), `fields` (only these). Of a rollback:
    `replan`, `changed`, `with_newer`. `postpone`: its files are postponed although it is not a rollback.
    """

    options: dict[str, Any]
    seconds: float  # running time of earlier runs
    is_planned: bool  # whether it writes a plan: one item for each file, and nothing is rolled back


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSideFile:
    """A side file to write."""

    path: bytes
    kind: str  # nfo, or a kind of picture
    before_hash: str | None  # BLAKE3, hex, of the planned file; None: no file
    after_hash: str | None  # None: it is removed
    body: bytes | None  # the new bytes of an NFO file, deflated
    picture: str | None  # the new picture, below the folder of the cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A pending item with everything that a worker needs, as plain values that can be sent to another process."""

    item_id: int
    file_id: int | None  # None: the item changes side files of a title
    path: bytes  # of the file; of side files, what must exist when they are written
    expected_size: int  # -1: the file is not in the catalog, or another item changes it first
    expected_mtime_ns: int
    expected_hash: str | None
    changes: tuple[Change, ...]
    device: int | None = None
    inode: int | None = None
    library_id: int | None = None  # None: the file is not in the catalog
    restore_mtime_ns: int | None = None  # rollback: the modification time to restore
    reverts_item: int | None = None  # rollback: the item to roll back …
    reverts_journal: str | None = None  # … its journal file …
    written_state: str | None = None  # … and the digest that the file must have now …
    original_state: str | None = None  # … and must have afterwards
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
    entity_type: str | None = None  # of side files: movie, series, season, episode, video
    entity_id: int | None = None
    side_files: tuple[TaskSideFile, ...] = ()  # publication: the files to write

    @property
    def subject(self) -> int:
        """What the item changes: a file, or the side files of a title."""
        return self.file_id if self.entity_type is None else Entity(self.entity_type, self.entity_id or 0).subject  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """The facts that the ledger stores about one finished item."""

    result: WriteResult
    journal_bytes: int = 0
    original_state: str | None = None
    written_state: str | None = None
    backup_kind: str = "journal"  # how the old bytes can be restored: journal, delta, original; tags: they cannot
    kept: bytes | None = None  # path of the kept original
    kept_bytes: int = 0
    parted_inode: int | None = None  # inode of the old file, if other names keep it


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """How one item is to be rolled back, or why it is not."""

    item_id: int
    how: str = "bytes"  # bytes; replace: also of changed side files; comment: only the comment; person: a write
    changes: tuple[Change, ...] | None = None  # comment, person: the changes to write; None: the reversed item
    tags_added: tuple[str, ...] | None = None  # … and their effect on the people
    tags_removed: tuple[str, ...] | None = None
    size: int | None = None  # of the file when it was checked; None: as in the catalog
    mtime_ns: int | None = None
    file_hash: str | None = None  # replace: the state of the side files when they were checked
    path: bytes | None = None  # of what the side files belong to; None: as it was
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackCandidate:
    """An item in force that might be rolled back."""

    item_id: int
    operation_id: int
    file_id: int | None
    subject: int  # what the item changed: a file, or the side files of a title
    shown_path: str
    path: bytes  # present path of the file, or of what the side files belong to, as far as the catalog knows
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
    dropped: bool  # the backup no longer exists
    evicted_reason: str  # reason, as part of a sentence
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
    def comment_changes(self) -> list[Change]:
        """The changes of the comment; none if the item changed only other fields."""
        return [change for change in self.changes if change.field == COMMENT]

    @property
    def is_exact(self) -> bool:
        """Whether the backup of the item can restore the old bytes."""
        return not self.dropped and self.kind != "tags"


class ItemOutcome(NamedTuple):
    """The result of a file, in short form."""

    file_id: int | None
    file_path: str
    status: str
    code: str
    message: str


class OutcomeCount(NamedTuple):
    """Number and size of items with the same result."""

    status: str
    mark: str  # cancelled, undone: code of cancelled or undone items; "" for all others
    files: int
    size: int  # total size of their files in bytes


class UnresolvedItem(NamedTuple):
    """An item to compare with its journal."""

    item_id: int
    file_id: int | None
    status: str
    journal: str
    library_id: int | None
    changes: tuple[Change, ...]


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
        "paths": [each.path for each in restores],
        "codes": [each.refused.code if each.refused else None for each in restores],
        "messages": [each.refused.message if each.refused else None for each in restores],
    }


def _plain(changes: Sequence[Change]) -> str:
    return replace_surrogates(json.dumps([asdict(each) for each in changes], ensure_ascii=False))


def task(row: dict[str, Any]) -> Task:
    """Return a row of `pending_tasks` or `preview_tasks`."""
    other_names = tuple(row.get("other_names") or ())
    side_files = tuple(TaskSideFile(**each) for each in row.get("side_files") or ())
    lists = {"changes": _changes(row["changes"]), "other_names": other_names, "side_files": side_files}
    return Task(**row | lists)


def unresolved(row: dict[str, Any]) -> UnresolvedItem:
    """Return a row of `unresolved_items`."""
    return UnresolvedItem(**row | {"changes": _changes(row["changes"])})


def operation(row: dict[str, Any]) -> MetadataOperation:
    """Return a row of `operation_page` or `operation_row`."""
    facts = {name: value for name, value in row.items() if name in MetadataOperation.__dataclass_fields__}
    reason, can_rollback = _rollback_ability(
        row["id"],
        row["status"],
        successes=row["success_count"],
        in_force=row["in_force"],
        without_bytes=row["comment_only"],
        evicted=row["evicted_reason"],
    )
    if row["status"] not in FINISHED_STATES:
        facts["comment_only"] = 0
    if row["origin"]:
        reason, can_rollback = no_backups_reason(row["origin"]), False
    return MetadataOperation(**facts, can_rollback=can_rollback, rollback_reason=reason)


def _rollback_ability(
    operation_id: int, status: str, *, successes: int, in_force: int, without_bytes: int, evicted: str
) -> tuple[str, bool]:
    """Return why an operation cannot be rolled back byte for byte in full, and whether a rollback is possible."""
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


def item(row: dict[str, Any]) -> ItemDetails:
    """Return a row of `item_page`."""
    facts = {name: value for name, value in row.items() if name in ItemDetails.__dataclass_fields__}
    proof = json.loads(row["proof"]) if row["proof"] else {}
    name = row["file_path"].rsplit("/", 1)[-1]
    stayed: dict[str, Any] = {"action": "unchanged"} if row["status"] in _UNWRITTEN else {}
    side_files = tuple(
        ItemSideFile(**each | {"path": each["path"].decode("utf-8", "replace")} | stayed)
        for each in row["side_files"] or ()
    )
    known = {"file_name": name, "proof": proof, "fields": _changes(row["fields"]), "side_files": side_files}
    return ItemDetails(**facts | known)


def candidate(row: dict[str, Any]) -> RollbackCandidate:
    """Return a row of `rollback_candidates`."""
    busy_status = row.pop("busy_status")
    busy_in = None if row["busy_in"] is None else Holder(row["busy_in"], busy_status)
    other_names = tuple(row["other_names"] or ())
    media = row.pop("media") or ()
    is_folder = (row["written_state"] or "").startswith("folder:")
    path = row["path"] if is_folder else _present_path(row["path"], media)
    return RollbackCandidate(
        **row | {"busy_in": busy_in, "changes": _changes(row["changes"]), "other_names": other_names, "path": path}
    )


def _present_path(path: bytes, media: Sequence[bytes]) -> bytes:
    """Return the path that side files belong to now: of the video in the same folder, if theirs has another name."""
    if path in media:
        return path
    folder = os.path.split(path)[0]
    return next((each for each in media if os.path.split(each)[0] == folder), path)


def _changes(found: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(Change(**change) for change in found)


def stored_options(options: WriteOptions) -> dict[str, Any]:
    """Return the options of a write that a run or a retry needs, also after a restart, without those of settings."""
    return {
        "keep_backup": options.create_backup,
        "hard_links": options.hard_links,
        "risk": list(options.risk),
        "fields": list(options.fields),
    }
