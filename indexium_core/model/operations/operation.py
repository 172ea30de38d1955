"""Operations as values: what was asked, how far it is, what became of each file, and what can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import CommentMode, PeopleMode

__all__ = [
    "FINISHED_STATES",
    "GIVEN_UP",
    "HOLDING_STATES",
    "OUTCOMES",
    "ROLLBACK_CHOICES",
    "BackupRecord",
    "ItemDetails",
    "MetadataOperation",
    "OperationCounts",
    "OperationDetails",
    "OperationPerson",
    "OperationStatus",
    "PaginatedOperations",
    "RollbackCheck",
    "RollbackResult",
    "Try",
    "WriteOptions",
    "WriteResult",
    "became",
    "postpones",
]

HOLDING_STATES = ("pending", "in_progress", "paused")  # these keep their files from other operations
FINISHED_STATES = (
    "completed",
    "completed_with_errors",
    "failed",
    "cancelled",
    "interrupted",
    "rolled_back",
    "partly_rolled_back",
)
# What a file of an operation has come to, and what a person calls it; in the order in which it is told. Every face
# counts by these: each file is one of them, so the numbers add up to how many there are.
OUTCOMES = {
    "done": "done",
    "skipped": "skipped",  # there was nothing to do
    "failed": "failed",
    "conflict": "refused",
    "unclear": "unclear",
    "restored": "put back as before",  # it had been begun, and was cut off or given up
    "not_started": "not started",  # nobody has touched it: it waits, or was given up before
}
GIVEN_UP = ("cancelled", "restored")  # codes of skipped items that were not done, for their operation was given up
_OUTCOMES = {"success": "done", "failed": "failed", "conflict": "conflict", "unknown": "unclear"}  # by item status

# What can be done about a file that a rollback would leave alone.
ROLLBACK_CHOICES = {
    "comment": "restore only its comment",
    "newer": "take the newer operation back first",
    "scan": "scan its folder, then look again",
    "wait": "let that operation end first",
}


# What is said of files that a rollback leaves alone, by the code of why: of one, of several.
_LEFT_ALONE = {
    "changed_since": (
        "was changed by another program since: skipped",
        "were changed by another program since: skipped",
    ),
    "offline": ("is on a root that is offline: later", "are on a root that is offline: later"),
    "superseded_by": ("was written again later: skipped", "were written again later: skipped"),
    "no_backup": ("has no backup any more: skipped", "have no backup any more: skipped"),
    "backup_missing": ("has no backup any more: skipped", "have no backup any more: skipped"),
    "backup_expired": ("has no backup any more: skipped", "have no backup any more: skipped"),
    "busy_in_operation": ("is held by another operation: later", "are held by another operation: later"),
    "missing_file": ("is not there any more: skipped", "are not there any more: skipped"),
    "nothing_to_do": ("does not name them any more: nothing to do", "do not name them any more: nothing to do"),
}


def became(status: str, code: str) -> str:
    """Return the key of OUTCOMES for an item."""
    if status in _OUTCOMES:
        return _OUTCOMES[status]
    if status == "skipped" and code not in GIVEN_UP:
        return "skipped"
    return "restored" if code == "restored" else "not_started"


def postpones(kind: str, options: Mapping[str, Any]) -> bool:
    """Tell whether an operation postpones the files that it settles: a rollback does, unless asked otherwise."""
    return bool(options.get("postpone", kind == "rollback" and not options.get("replan", False)))


def _with_names(number: int) -> str:
    return "1 file and its other name (hard link)" if number == 1 else f"{number:,} files and their other names"


def left_alone(code: str, number: int) -> str:
    """Return the rest of a sentence that begins with a number of files which a rollback leaves alone."""
    one, several = _LEFT_ALONE.get(code) or (f"cannot be rolled back ({risk.label(code)}): skipped",) * 2
    return one if number == 1 else several


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How a write is to be done; defaults are those of the contract, section 9."""

    risk: tuple[str, ...] = ("safe", "warning")  # levels that may be written
    people_mode: PeopleMode | None = None
    comment_mode: CommentMode | None = None
    create_backup: bool = True  # False drops the backup after the commit, never before
    dry_run: bool = False
    user_note: str = ""
    hard_links: str = "block"  # break: a file with several names may be rewritten; the others keep the old file
    preserve_mtime: bool | None = None  # None: as the setting says
    user_action: str = "write"  # what the person did, for the history: write, write_all_safe …
    source: str = "python"  # face that asked: cli, dashboard, python


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """What became of one file."""

    item_id: int | None  # None in a dry run
    file_id: int
    status: str  # success, skipped, failed, conflict, unknown
    code: str  # "" for success
    message: str
    strategy: str
    seconds: float
    proof: dict[str, Any] = field(default_factory=dict)  # name of each check and what it saw; and `tries`


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataOperation:
    """One row of `metadata_operations`."""

    id: int
    operation_type: str  # write, rollback
    status: str
    started_at: datetime  # UTC
    completed_at: datetime | None
    file_count: int
    success_count: int
    failure_count: int
    skipped_count: int
    conflict_count: int
    unknown_count: int
    seconds: float
    error_message: str
    user_note: str
    user_action: str
    user_name: str
    source: str
    plan_id: int | None
    reverts_id: int | None  # the operation that this rollback takes back
    can_rollback: bool
    rollback_reason: str  # why it cannot be taken back, or not all of it byte for byte; "" where it can
    tags_added: int = 0
    tags_removed: int = 0
    comment_only: int = 0  # files in force of which only the comment can be restored: nothing else is kept
    backup_bytes: int = 0
    expires_at: datetime | None = None  # until when it can be taken back byte for byte
    film_bytes: int = 0  # size of the files that were written
    reverts_note: str = ""  # note of the operation that this rollback takes back
    given_up: int = 0  # of the skipped files those that were not done: it was cancelled or taken back before
    restored: int = 0  # of those that are left or were given up: had been begun, and are as before again

    @property
    def outcomes(self) -> dict[str, int]:
        """What became of the files: keys of OUTCOMES, all of them; the numbers add up to the file count."""
        return {
            "done": self.success_count,
            "skipped": self.skipped_count - self.given_up,
            "failed": self.failure_count,
            "conflict": self.conflict_count,
            "unclear": self.unknown_count,
            "restored": 0 if self.status in HOLDING_STATES else self.restored,  # it has another go at those
            "not_started": self.left + self.given_up - (0 if self.status in HOLDING_STATES else self.restored),
        }

    @property
    def left(self) -> int:
        """How many files have no outcome."""
        told = self.success_count + self.failure_count + self.skipped_count + self.conflict_count + self.unknown_count
        return self.file_count - told

    @property
    def can_go_on(self) -> bool:
        """Whether it stopped with files left, and can be resumed."""
        return self.status in ("interrupted", "failed") and self.left > 0

    def as_dict(self) -> dict[str, Any]:
        """Return the operation in the shape of contract section 8, JSON-ready."""
        return {
            "id": self.id,
            "operation_id": self.id,
            "operation_type": self.operation_type,
            "status": self.status,
            "started_at": _iso(self.started_at),
            "completed_at": _iso(self.completed_at),
            "file_count": self.file_count,
            "success_count": self.success_count,
            "failure_count": self.failure_count,
            "skipped_count": self.skipped_count,
            "conflict_count": self.conflict_count,
            "unknown_count": self.unknown_count,
            "outcomes": self.outcomes,
            "seconds": round(self.seconds, 3),
            "user_note": self.user_note,
            "user_action": self.user_action,
            "source": self.source,
            "error_message": self.error_message,
            "reverts_id": self.reverts_id,
            "can_rollback": self.can_rollback,
            "rollback_reason": self.rollback_reason,
            "comment_only": self.comment_only,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A try at a file that came to nothing and was followed by another one."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetails:
    """One row of `metadata_operation_items`, as faces show it."""

    id: int
    file_id: int
    file_path: str
    file_name: str
    status: str  # pending, writing, success, skipped, failed, conflict, unknown
    code: str
    message: str
    previous_comment: str | None
    new_comment: str | None
    tags_added: list[str]
    tags_removed: list[str]
    strategy: str
    seconds: float | None
    proof: dict[str, Any]
    processed_at: datetime | None
    choices: tuple[str, ...] = ()  # of a conflict found beforehand: keys of ROLLBACK_CHOICES
    taken_back_by: int | None = None  # the rollback that took it back and is in force
    backup_kind: str = ""  # what is kept of it: journal, delta, original, tags; "" for nothing
    backup_bytes: int = 0  # how much room that takes

    @property
    def tries(self) -> list[Try]:
        """Tries before the one that it came to, and why each came to nothing."""
        return [Try(**each) for each in self.proof.get("tries", ())]

    def as_dict(self) -> dict[str, Any]:
        """Return the item in the shape of contract section 8, JSON-ready."""
        return {
            "id": self.id,
            "file_id": self.file_id,
            "file_path": self.file_path,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "previous_comment": self.previous_comment,
            "new_comment": self.new_comment,
            "tags_added": self.tags_added,
            "tags_removed": self.tags_removed,
            "strategy": self.strategy,
            "seconds": self.seconds,
            "proof": self.proof,
            "processed_at": _iso(self.processed_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPerson:
    """Somebody whom an operation wrote into files."""

    name: str
    files: int  # files of it that got the tag, and were not taken back since
    able: int  # … of which the tag can go now: they name the person, are online, and nobody is at work on them


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStatus:
    """How far an operation is."""

    id: int
    operation_type: str
    status: str
    counts: dict[str, int]  # by item status; they add up to the file count
    current_file: str  # name of a file that is being written, "" when none is
    rate: float  # files a second
    eta_seconds: float | None
    started_at: datetime
    completed_at: datetime | None
    can_rollback: bool
    rollback_reason: str
    bytes_done: int = 0  # of the files that are done with, whatever came of them
    bytes_total: int = 0
    working: dict[int, float] = field(default_factory=dict)  # items at work → seconds since they were begun
    shares: dict[int, float] = field(default_factory=dict)  # … of which a new file is made → how much is done, 0 to 1
    given_up: int = 0  # of the skipped files those that were not done: it was cancelled or taken back before
    restored: int = 0  # of those that wait or were given up: had been begun, and are as before again
    current_share: float | None = None  # of `current_file`, where a new one is made of it: how much is done, 0 to 1
    at_rest: bool = False  # it is paused, and all that was begun has ended or stands still

    @property
    def pausing(self) -> bool:
        """Whether it is paused, and what was begun before goes on yet."""
        return self.status == "paused" and not self.at_rest

    @property
    def now(self) -> str:
        """What is being written, and how far that is where it takes long: `Big.mkv, 43 %`; "" for nothing."""
        return self.current_file + ("" if self.current_share is None else f", {int(100 * self.current_share)} %")

    @property
    def outcomes(self) -> dict[str, int]:
        """What became of the files so far: keys of OUTCOMES, all of them; the numbers add up to `total`."""
        counts = self.counts
        waiting = counts.get("pending", 0) + counts.get("writing", 0)
        told = {outcome: counts.get(status, 0) for status, outcome in _OUTCOMES.items()}
        told["skipped"] = counts.get("skipped", 0) - self.given_up
        told["restored"] = 0 if self.status in HOLDING_STATES else self.restored  # it has another go at those
        told["not_started"] = waiting + self.given_up - told["restored"]
        return {outcome: told[outcome] for outcome in OUTCOMES}

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def processed(self) -> int:
        return self.total - self.counts.get("pending", 0) - self.counts.get("writing", 0) - self.given_up

    @property
    def finished(self) -> bool:
        return self.status in FINISHED_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDetails:
    """An operation with one page of its items."""

    operation: MetadataOperation
    status: OperationStatus
    items: list[ItemDetails]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaginatedOperations:
    """One page of operations, newest first."""

    items: list[MetadataOperation]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCounts:
    """How many operations a search of the history finds."""

    by_status: dict[str, int]  # whatever states it asks for
    by_type: dict[str, int]  # whatever types it asks for: write, rollback


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRecord:
    """What is kept so that one item can be taken back."""

    id: int
    operation_item_id: int
    file_id: int
    kind: str  # journal, delta, original, tags: how the old bytes come back; tags: they do not
    bytes: int  # of the journal and of the kept original
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackCheck:
    """What a rollback would do, looked at beforehand."""

    operation_id: int
    restorable: int  # files that would be taken back
    conflicts: list[ItemDetails]  # files that would be left alone, with code, message and choices
    can_rollback: bool
    reason: str
    exact: int = 0  # files that would get the same bytes back
    comment_only: int = 0  # files of which only the comment can be restored; where that is not chosen, conflicts
    superseded: int = 0  # conflicts that taking newer operations back would solve
    newer: tuple[int, ...] = ()  # the newer operations that stand on files of this one
    glanced: int = 0  # files of a large operation that were judged by size and date; the rollback compares their bytes
    item_ids: frozenset[int] = frozenset()  # items that were looked at
    rejoined: int = 0  # files whose names (hard links) a write parted, and that would be one file again
    stay_parted: int = 0  # … and that would stay two files

    def names(self) -> list[str]:
        """Return what becomes of names (hard links) that the write parted, as sentences; empty where it parted none."""
        found = []
        if self.rejoined:
            found.append(f"{_with_names(self.rejoined)} would be one file again.")
        if self.stay_parted:
            found.append(
                f"{_with_names(self.stay_parted)} would stay two files: none of the other names was found to be the "
                "old file, unchanged."
            )
        return found

    def left_alone(self) -> list[tuple[int, str]]:
        """Return what would be skipped and why, most first: number of files, and the rest of the sentence."""
        counts = Counter(item.code for item in self.conflicts)
        return [(number, left_alone(code, number)) for code, number in counts.most_common()]

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "operation_id": self.operation_id,
            "restorable": self.restorable,
            "exact": self.exact,
            "comment_only": self.comment_only,
            "rejoined": self.rejoined,
            "stay_parted": self.stay_parted,
            "newer": list(self.newer),
            "can_rollback": self.can_rollback,
            "reason": self.reason,
            "left_alone": dict(Counter(item.code for item in self.conflicts)),
            "conflicts": [{**item.as_dict(), "choices": list(item.choices)} for item in self.conflicts],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackResult:
    """What a rollback did."""

    operation_id: int
    restored: int
    conflicts: int
    failed: int
    exact_bytes: bool  # every restored file has its original bytes again


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
