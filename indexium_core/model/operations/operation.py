"""Operations as values: options, progress, the outcome of each file, and what can be rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from indexium_core import notebook
from indexium_core.model import shapes, wording
from indexium_core.model.files.media import Change
from indexium_core.model.operations import summaries
from indexium_core.model.operations.actor import SOURCES, Actor, ActorKind
from indexium_core.model.operations.outcomes import (
    ITEM_STATUSES,
    OUTCOMES,
    REMAINING,
    Outcome,
    items_in_words,
    noun_of,
    outcome_counts,
    outcome_label,
    outcome_of,
    success_of,
)
from indexium_core.model.people.people_comment import CommentMode
from indexium_core.model.planning.plan import PeopleMode
from indexium_core.model.shapes import ListPage, Shaped

if TYPE_CHECKING:
    import pandas as pd

ACTIVE_STATES = ("pending", "in_progress", "paused")  # no other operation may use their files
FINISHED_STATES = (
    "completed",
    "completed_with_errors",
    "failed",
    "cancelled",
    "interrupted",
    "rolled_back",
    "partly_rolled_back",
)
STATES = (*ACTIVE_STATES, *FINISHED_STATES)
FAILED_STATUSES = ("failed", "conflict", "unknown")  # statuses of items whose file was not written
OperationType = Literal["write", "rollback", "publish"]
OPERATION_TYPES: tuple[OperationType, ...] = get_args(OperationType)

_SHOWN = 10  # rows of a table in HTML
# The columns of tables.
_OPERATION_COLUMNS = (
    "id operation_type status user_note started_at completed_at seconds file_count success_count failure_count "
    "skipped_count conflict_count unknown_count tags_added tags_removed file_bytes backup_bytes plan_id reverts_id "
    "can_rollback rollback_reason expires_at user_name source error_message"
)
_ITEM_COLUMNS = (
    "id file_id file_path file_name status code message previous_comment new_comment tags_added tags_removed strategy "
    "seconds processed_at rolled_back_by backup_bytes"
)
_STATE_WORDS = {"pending": "waiting", "in_progress": "running"}
_KINDS = {"write": "Write", "rollback": "Rollback", "publish": "Publication"}


def no_backups_reason(origin: str) -> str:
    """Return why an operation of a legacy .db file cannot be rolled back; `origin` is the name of that file."""
    return f"The old Indexium ran this operation (from {origin}): there are no backups, so it cannot be rolled back."


def postpones(operation_type: str, options: Mapping[str, Any]) -> bool:
    """Return whether an operation postpones its files, as a rollback does unless its options exclude that."""
    return bool(options.get("postpone", operation_type == "rollback" and not options.get("replan", False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How to write."""

    risk: tuple[str, ...] = ("safe", "warning")  # risk levels that may be written
    fields: tuple[str, ...] = ()  # only the changes of these fields; the others stay in the plan. (): all fields
    people_mode: PeopleMode | None = None
    comment_mode: CommentMode | None = None
    create_backup: bool = True  # False removes the backup after the commit, never before
    dry_run: bool = False
    user_note: str = ""
    hard_links: str = "block"  # break: a file with several names may be replaced; the other names keep the old file
    preserve_mtime: bool | None = None  # None: the setting applies
    user_action: str = "write"  # the action of the person, for the history: write, write_all_safe …
    source: str = "python"  # client that sends the request: cli, dashboard, rest, python; rating: `RatingWrites`


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which operations of the history to list; empty fields match all."""

    query: str = ""  # words of a file, a note or a person; `person:"Ann Lee"` and `path:` name the field
    since: datetime | str | None = None  # first day or time
    until: datetime | str | None = None  # last day (included) or time
    statuses: tuple[str, ...] = ()
    operation_types: tuple[str, ...] = ()  # write, rollback
    person: str = ""  # exactly this person was added or removed
    file: str = ""  # words that the path contains
    error: str = ""  # code of a conflict or an error of one of its files


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """The result of one file."""

    item_id: int | None  # None in a dry run
    file_id: int | None  # None: the side files of a title
    status: Annotated[str, ITEM_STATUSES]
    code: str  # "" for success; `field_unsupported` for a success without all fields
    message: str
    strategy: str
    seconds: float
    proof: dict[str, Any] = field(default_factory=dict)  # name and result of each check, and `tries`
    omitted: tuple[str, ...] = ()  # keys of the planned fields without which the file was written
    entity_type: str | None = None  # of side files: movie, series, season, episode, video
    entity_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataOperation(Shaped):
    """One row of `metadata_operations`."""

    shape = (
        "id operation_id=id operation_type status started_at completed_at file_count success_count failure_count "
        "skipped_count conflict_count unknown_count outcomes seconds=rounded_seconds user_note user_action source "
        "error_message reverts_id can_rollback rollback_reason comment_only origin approved_by"
    )

    id: int
    operation_type: OperationType
    status: Annotated[str, STATES]
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
    reverts_id: int | None  # the operation that this rollback reverts
    can_rollback: bool
    rollback_reason: str  # why the operation cannot be rolled back completely; "" if it can
    tags_added: int = 0
    tags_removed: int = 0
    comment_only: int = 0  # files in force of which only the comment can be restored
    backup_bytes: int = 0
    expires_at: datetime | None = None  # the end of the time in which it can be rolled back byte for byte
    file_bytes: int = 0  # size of the files that were written
    reverts_note: str = ""  # note of the operation that this rollback reverts
    reverts_type: str = ""  # type of the operation that this rollback reverts
    cancelled_count: int = 0  # skipped files that were cancelled instead of processed
    undone_count: int = 0  # remaining or cancelled files whose write was undone
    origin: str = ""  # name of the legacy .db file that has the operation; "": this program ran it
    actor_kind: ActorKind = "local"
    actor_id: str = ""
    approved_by: str = ""  # name of who approved it; "" if it needed no approval

    @property
    def people(self) -> str:
        """Who started it: `by Ann`, `proposed by Bob, approved by Ann`; "" if it is unknown."""
        if self.approved_by:
            return f"proposed by {self.user_name}, approved by {self.approved_by}"
        return f"by {self.user_name}" if self.user_name else ""

    @property
    def actor(self) -> Actor:
        """Who started the operation."""
        return Actor(self.actor_kind, self.actor_id, self.user_name)

    @property
    def noun(self) -> str:
        """The word for an item: `file`, or `title` in a publication and its rollback."""
        return "title" if "publish" in (self.operation_type, self.reverts_type) else "file"

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """The files by outcome: all of OUTCOMES; the numbers add up to the file count."""
        undone = 0 if self.status in ACTIVE_STATES else self.undone_count  # active: these run again
        found: dict[Outcome, int] = {
            success_of(self.operation_type): self.success_count,
            "skipped": self.skipped_count - self.cancelled_count,
            "failed": self.failure_count,
            "conflict": self.conflict_count,
            "unknown": self.unknown_count,
            "undone": undone,
            "not_started": self.remaining + self.cancelled_count - undone,
        }
        return {outcome: found.get(outcome, 0) for outcome in OUTCOMES}

    @property
    def rounded_seconds(self) -> float:
        return round(self.seconds, 3)

    @property
    def remaining(self) -> int:
        """Number of files without a result."""
        counts = self.success_count + self.failure_count + self.skipped_count + self.conflict_count + self.unknown_count
        return self.file_count - counts

    @property
    def can_resume(self) -> bool:
        """Whether the operation stopped before all files had a result."""
        return self.status in ("interrupted", "failed") and self.remaining > 0

    # In words.

    @property
    def kind_name(self) -> str:
        """Its type: Write, Rollback or Publication."""
        return _KINDS[self.operation_type]

    @property
    def name(self) -> str:
        """Its note, otherwise what it rolls back, or its number."""
        if self.user_note:
            return self.user_note
        if self.operation_type == "rollback" and self.reverts_id:
            reverted = f"“{self.reverts_note}”" if self.reverts_note else f"operation {self.reverts_id}"
            return f"Rollback of {reverted}"
        return f"Operation {self.id}"

    @property
    def items_text(self) -> str:
        """The number of its items: `3 files`, of a publication `3 titles`."""
        return wording.plural(self.file_count, self.noun)

    @property
    def started(self) -> str:
        """When it started: `today 09:12`."""
        return wording.when(self.started_at)

    @property
    def about(self) -> str:
        """Its number, when it started, how long it took, who started it, and where."""
        by = ", ".join(part for part in (self.people, SOURCES.get(self.source, self.source)) if part)
        parts = (
            f"Operation {self.id}",
            self.started,
            wording.duration(self.seconds) if self.seconds else "",
            by,
            f"from {self.origin}" if self.origin else "",
        )
        return " · ".join(part for part in parts if part)

    @property
    def is_active(self) -> bool:
        """Whether it runs, waits or is paused."""
        return self.status in ACTIVE_STATES

    @property
    def outcome_text(self) -> str:
        """The numbers of files by outcome."""
        if self.status == "rolled_back":
            return "rolled back"
        if self.status == "interrupted":
            return f"interrupted at {wording.count(self.success_count)} of {wording.count(self.file_count)}"
        shown = [each for each in OUTCOMES if self.status in FINISHED_STATES or each not in REMAINING]
        return outcome_counts(self.outcomes, only=shown, separator=" · ") or "nothing yet"

    @property
    def problems_text(self) -> str:
        """How many files have a conflict or another problem, if it completed with errors; "" otherwise."""
        if self.status != "completed_with_errors":
            return ""
        others = self.failure_count + self.unknown_count
        return wording.plural(self.conflict_count + others, "problem" if others else "conflict")

    @property
    def result_text(self) -> str:
        """Its result in one sentence or two."""
        if self.status in ACTIVE_STATES:
            return "The operation is running."
        is_own = not self.origin  # this program has checked its files
        result = f"{summaries.result(self)}."
        proof = self._proof if is_own else ""
        texts = {
            "completed": f"{result} {proof}" if self.success_count else "There was nothing to do.",
            "rolled_back": "All files were rolled back.",
            "partly_rolled_back": "Some files were rolled back.",
        }
        if self.status in ("failed", "cancelled", "interrupted"):
            is_failed = self.status == "failed"
            ended = (self.error_message or "The operation stopped.") if is_failed else result
            return f"{ended} {summaries.intact_files(self.unknown_count) if is_own else ''}".rstrip()
        return texts.get(self.status, result).rstrip()

    @property
    def _proof(self) -> str:
        """What was verified."""
        if self.operation_type == "publish":
            return "Every new byte was read back."
        if self.operation_type == "rollback":
            return "Each restored file was verified."
        return "The media was verified: unchanged."

    @property
    def people_text(self) -> str:
        """The people that it added and removed: `+66 −3`, or `no change`."""
        counts = (("+", self.tags_added), ("−", self.tags_removed))
        return " ".join(f"{sign}{wording.count(number)}" for sign, number in counts if number) or "no change"

    @property
    def adds_people(self) -> bool:
        """Whether it added a person to a file."""
        return self.tags_added > 0

    @property
    def reverts_text(self) -> str:
        """What it rolls back: `operation 3, “Wedding”`; "" for no operation."""
        note = f", “{self.reverts_note}”" if self.reverts_note else ""
        return f"operation {self.reverts_id}{note}" if self.reverts_id else ""

    @property
    def kept_text(self) -> str:
        """What is kept for its rollback: `181 bytes for 2 GB of files`; "" for nothing."""
        if not self.backup_bytes:
            return ""
        of = f" for {wording.size(self.file_bytes)} of files" if self.file_bytes and self.noun == "file" else ""
        return wording.size(self.backup_bytes) + of

    def retryable(self, status: OperationStatus) -> int:
        """Return how many of its files or titles can be retried after its end; 0 if it can be resumed."""
        is_other = self.user_action == "rollback_person" or bool(self.origin)
        if not status.finished or status.can_resume or is_other:
            return 0
        return sum(status.counts.get(each, 0) for each in FAILED_STATUSES) + status.cancelled_count

    # Its rollback.

    @property
    def is_reversible(self) -> bool:
        """Whether something of it can be rolled back; comments alone are enough."""
        return self.status in FINISHED_STATES and (self.can_rollback or self.comment_only > 0)

    @property
    def rollback_blocker(self) -> str:
        """Why a rollback is impossible; "" if it is possible."""
        return "" if self.is_reversible else self.rollback_reason or "There is nothing to roll back."

    @property
    def rollback_until(self) -> str:
        """The day until which it can be rolled back completely; "" if it cannot, or if there is no end."""
        return wording.day(self.expires_at) if self.can_rollback and self.expires_at else ""

    @property
    def rollback_text(self) -> str:
        """Until when it can be rolled back, or briefly why it cannot."""
        if self.status in ACTIVE_STATES:
            return "not yet"
        if self.origin:
            return f"from {self.origin}"
        if not self.is_reversible:
            return "nothing to roll back"
        if not self.can_rollback:
            return "comments only"
        if self.can_resume:
            return "or resume"
        return f"until {self.rollback_until}" if self.rollback_until else "can be rolled back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A failed attempt at a file that was followed by another one."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSideFile(Shaped):
    """A side file that an item changed, or would change."""

    path: str  # for display
    kind: str  # nfo, or a kind of picture
    action: str  # create, update, replace, remove; unchanged if the item was not written


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetails(Shaped):
    """One row of `metadata_operation_items`, as it is shown."""

    shape = (
        "id file_id entity_type entity_id title file_path status code message previous_comment new_comment "
        "fields=field_changes side_files tags_added tags_removed strategy seconds proof processed_at"
    )

    id: int
    file_id: int | None  # None: the side files of a title
    file_path: str
    file_name: str
    status: Annotated[str, ITEM_STATUSES]
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
    rolled_back_by: int | None = None  # the rollback in force that rolled it back
    backup_kind: str = ""  # journal, delta, original, tags; "" for none
    backup_bytes: int = 0  # size of the backup
    fields: tuple[Change, ...] = ()  # the changes of fields beside the comment
    entity_type: str | None = None  # of side files: movie, series, season, episode, video
    entity_id: int | None = None
    title: str | None = None  # of side files: their title or video, if it still exists
    side_files: tuple[ItemSideFile, ...] = ()

    @property
    def name(self) -> str:
        """The title of side files, else the name of the file."""
        return self.title or self.file_name

    @property
    def attempts(self) -> list[Attempt]:
        """Failed attempts before the final one."""
        return [Attempt(**each) for each in self.proof.get("tries", ())]

    @property
    def field_changes(self) -> list[dict[str, str | None]]:
        """The changes of fields beside the comment: field, old, new."""
        return [{"field": each.field, "old": each.old, "new": each.new} for each in self.fields]

    # In words. The command line imports this module, and not the words of a file.

    @property
    def tags(self) -> list[dict[str, Any]]:
        """The people, fields and side files that it changes: `text`, `kind` (add, set, del, same), `title`."""
        from indexium_core.model.operations import item_words

        return item_words.tags(self)

    @property
    def comments(self) -> dict[str, Any]:
        """The comment `before` and `after`, see `comment_diff`."""
        from indexium_core.model.operations import item_words

        return item_words.comments(self)

    @property
    def keeps_comment(self) -> bool:
        """Whether only other fields change."""
        return bool(self.fields) and self.previous_comment == self.new_comment

    @property
    def changed_fields(self) -> list[dict[str, Any]]:
        """The changed fields beside the comment: `label`, `old` and `new`, see `comment_diff`."""
        from indexium_core.model.operations import item_words

        return item_words.changed_fields(self)

    @property
    def facts(self) -> list[list[str]]:
        """Where it is, how it was written, how long that took, and what is kept of it, with labels."""
        from indexium_core.model.operations import item_words

        return item_words.facts(self)

    @property
    def proof_lines(self) -> list[str]:
        """The results of its verification; none if nothing was verified."""
        from indexium_core.model.operations import item_words

        return item_words.proof_lines(self)

    @property
    def tries(self) -> list[str]:
        """Why earlier attempts failed."""
        from indexium_core.model.operations import item_words

        return item_words.attempts(self)

    @property
    def is_in_force(self) -> bool:
        """Whether it was written and not rolled back."""
        return self.status == "success" and self.rolled_back_by is None

    @property
    def reason(self) -> str:
        """Why it was not written, or what rolled it back; "" otherwise."""
        return self.message or (f"rolled back by operation {self.rolled_back_by}" if self.rolled_back_by else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPerson:
    """A person that an operation added to files."""

    name: str
    files: int  # files of it that got the tag and were not rolled back
    able: int  # of these, files from which the tag can be removed now: it is there, the file is online and not in use


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStatus(Shaped):
    """The progress of an operation."""

    shape = "counts current total current_file rate eta_seconds bytes_done bytes_total working fractions pausing idle"

    id: int
    operation_type: str
    status: str
    counts: dict[str, int]  # by item status; they add up to the file count
    rate: float  # files per second
    started_at: datetime
    completed_at: datetime | None
    can_rollback: bool
    rollback_reason: str
    current_file: str = ""  # name of a file that is being written, or ""
    eta_seconds: float | None = None
    bytes_done: int = 0  # size of the files that have a result
    bytes_total: int = 0
    working: dict[int, float] = field(default_factory=dict)  # running items → seconds since their start
    fractions: dict[int, float] = field(
        default_factory=dict
    )  # running items for which a new file is made → finished fraction, 0 to 1
    cancelled_count: int = 0  # skipped files that were cancelled instead of processed
    undone_count: int = 0  # waiting or cancelled files whose write was undone
    current_fraction: float | None = None  # finished fraction of `current_file`, 0 to 1, if a new file is made
    idle: bool = False  # the operation is paused, and no file is being written

    @property
    def pausing(self) -> bool:
        """Whether the operation is paused while files are still being written."""
        return self.status == "paused" and not self.idle

    @property
    def current_text(self) -> str:
        """The current file with its progress: `Big.mkv, 43 %`; "" if there is none."""
        return self.current_file + ("" if self.current_fraction is None else f", {int(100 * self.current_fraction)} %")

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """The files by outcome so far: all of OUTCOMES; the numbers add up to `total`."""
        found = dict.fromkeys(OUTCOMES, 0)
        for status, number in self.counts.items():
            found[outcome_of(status, "", self.operation_type)] += number
        undone = 0 if self.status in ACTIVE_STATES else self.undone_count  # active: these run again
        found["skipped"] -= self.cancelled_count
        found["undone"] = undone
        found["not_started"] += self.cancelled_count - undone
        return found

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def current(self) -> int:
        return self.total - self.counts.get("pending", 0) - self.counts.get("writing", 0) - self.cancelled_count

    @property
    def finished(self) -> bool:
        return self.status in FINISHED_STATES

    @property
    def can_resume(self) -> bool:
        """Whether it has ended, and has files left that it can still write."""
        return self.status in ("interrupted", "failed") and self.current < self.total

    @property
    def words(self) -> dict[str, str]:
        """The words for its files, by the status of their items, as far as they are special for this operation."""
        left = outcome_label("not_started")
        if self.undone_count:
            left = f"{outcome_label('undone')}, {left}"
        found = {"success": str(success_of(self.operation_type))}
        if self.finished and self.counts.get("pending"):
            found["pending"] = left
        if self.cancelled_count:  # a file whose operation was cancelled has the status `skipped`
            found["skipped"] = f"skipped, {left}" if self.outcomes["skipped"] else left
        return found

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {"status": _state(self.status)}
        facts[f"{noun_of(self.operation_type)}s"] = outcome_counts(self.outcomes)
        if self.current_file:
            facts["current file"] = self.current_text
        if self.finished and self.operation_type in ("write", "publish"):
            facts["rollback"] = "possible" if self.can_rollback else self.rollback_reason
        items = items_in_words(self.total, self.operation_type)
        return notebook.card(f"Operation {self.id}: {self.operation_type} of {items}", facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDetails(Shaped):
    """An operation with one page of its items."""

    shape = "items items_total=total page per_page"

    operation: MetadataOperation
    status: OperationStatus
    items: list[ItemDetails]
    total: int
    page: int
    per_page: int

    @property
    def progress(self) -> OperationStatus:
        """The progress of the operation."""
        return self.status

    @property
    def states(self) -> dict[str, list[str]]:
        """The words, the level and the glyph of the state of each item, by its id."""
        from indexium_core.model.operations import item_words

        ended, kind = self.status.finished, self.operation.operation_type
        return {
            str(item.id): [
                *item_words.item_status(item.status, item.code, ended=ended, kind=kind),
                item_words.item_glyph(item.status, item.code),
            ]
            for item in self.items
        }

    @property
    def retryable(self) -> int:
        """How many files or titles can be retried after its end; 0 if it can be resumed."""
        return self.operation.retryable(self.status)

    def as_dict(self) -> dict[str, Any]:
        """Return the operation with its progress and the page of its items as JSON values."""
        return self.operation.as_dict() | self.status.as_dict() | shapes.picked(self, self.shape)

    def df(self) -> pd.DataFrame:
        """Return the items of this page as a table."""
        return shapes.frame(self.items, ItemDetails, _ITEM_COLUMNS)

    def _repr_html_(self) -> str:
        rows = [
            (
                item.file_name,
                outcome_label(outcome_of(item.status, item.code, self.operation.operation_type)),
                item.message or item.new_comment or "",
            )
            for item in self.items[:_SHOWN]
        ]
        table = notebook.table(("file", "result", "comment or reason"), rows, total=self.total)
        return self.status._repr_html_() + table


@dataclass(frozen=True, slots=True, kw_only=True)
class PaginatedOperations(ListPage):
    """One page of operations, newest first."""

    items: list[MetadataOperation]

    def df(self) -> pd.DataFrame:
        """Return the operations of this page as a table."""
        return shapes.frame(self.items, MetadataOperation, _OPERATION_COLUMNS)

    def _repr_html_(self) -> str:
        rows = [
            (
                each.id,
                each.operation_type,
                _state(each.status),
                outcome_counts(each.outcomes),
                each.user_note,
            )
            for each in self.items[:_SHOWN]
        ]
        return notebook.table(("operation", "type", "status", "files", "title"), rows, total=self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCounts:
    """Number of operations that a search of the history finds."""

    by_status: dict[str, int]  # regardless of the states in the filter
    by_type: dict[str, int]  # write, rollback; regardless of the types in the filter


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTotals:
    """The numbers of all operations."""

    operations: int
    written: int  # files
    refused: int  # files that were not written at the first attempt
    rolled_back: int  # operations

    @property
    def success_text(self) -> str:
        """The share of files that were written at the first attempt: `98.1 %`; "" if there is none."""
        files = self.written + self.refused
        return f"{100 * self.written / files:.1f} %".replace("100.0", "100") if files else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRecord:
    """The backup of one item."""

    id: int
    operation_item_id: int
    file_id: int
    kind: str  # how the old bytes are restored: journal, delta, original; tags: the old bytes are not restored
    bytes: int  # size of the journal and of the kept original
    created_at: datetime
    expires_at: datetime


def _state(status: str) -> str:
    return _STATE_WORDS.get(status) or status.replace("_", " ")
