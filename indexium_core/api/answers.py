"""JSON responses, and their schemas in the OpenAPI description."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from indexium_core.model import jsonable
from indexium_core.model.operations.operation import OperationDetails, OperationStatus, WriteResult
from indexium_core.model.operations.outcomes import Outcome
from indexium_core.model.planning.plan import PlanItem, PlanStatistics


class Json(JSONResponse):
    """A JSON response in which values have the same form as in the output of the command."""

    def render(self, content: Any) -> bytes:
        """Return the text."""
        text = json.dumps(content, default=jsonable.plain, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


class _AnswerShape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanAnswer(_AnswerShape):
    """One page of a plan; `items` hold only the requested `fields`, by default all."""

    items: list[PlanItem]
    total: int
    page: int
    per_page: int
    statistics: PlanStatistics
    plan_id: int


class Decided(_AnswerShape):
    """The result of a decision: the number of its files (an edit applies to all copies), and the first plan item."""

    files: int
    file_ids: list[int]
    item: PlanItem | None


class OperationAnswer(_AnswerShape):
    """An operation with its counts."""

    id: int
    operation_id: int
    operation_type: Literal["write", "rollback"]
    status: str
    started_at: str
    completed_at: str | None
    file_count: int
    success_count: int
    failure_count: int
    skipped_count: int
    conflict_count: int
    unknown_count: int
    outcomes: dict[Outcome, int]  # files by outcome; the sum is file_count
    seconds: float
    user_note: str
    user_action: str
    source: str
    error_message: str
    reverts_id: int | None
    can_rollback: bool
    rollback_reason: str
    comment_only: int
    origin: str  # name of the legacy .db file that has the operation; "": this program ran it


class Following(OperationAnswer):
    """An operation with its progress."""

    counts: dict[str, int]
    current: int
    total: int
    current_file: str
    rate: float
    eta_seconds: float | None
    bytes_done: int
    bytes_total: int
    working: dict[int, float]  # items in progress: seconds since the start of each
    fractions: dict[int, float]  # of these, items that create a new file: written share of this file, 0 to 1
    pausing: bool  # the operation is paused, and files in progress continue
    idle: bool  # the operation is paused, and no file is in progress


class ItemAnswer(_AnswerShape):
    """The outcome of one file."""

    id: int
    file_id: int
    file_path: str
    status: str
    code: str
    message: str
    previous_comment: str | None
    new_comment: str | None
    fields: list[dict[str, str | None]]  # the changes of fields beside the comment: field, old, new
    tags_added: list[str]
    tags_removed: list[str]
    strategy: str
    seconds: float | None
    proof: dict[str, Any]
    processed_at: str | None


class OperationPage(_AnswerShape):
    """One page of operations, newest first."""

    items: list[OperationAnswer]
    total: int
    page: int
    per_page: int


class ItemPage(_AnswerShape):
    """One page of an operation's files."""

    items: list[ItemAnswer]
    total: int
    page: int
    per_page: int


class OperationWithItems(Following):
    """An operation with one page of its files."""

    items: list[ItemAnswer]
    items_total: int
    page: int
    per_page: int


class DryRunAnswer(_AnswerShape):
    """The result that a write would have for each file."""

    operation_id: None
    dry_run: Literal[True]
    excluded: dict[str, int]
    items: list[WriteResult]


class ConflictItem(ItemAnswer):
    """A file with a conflict, and the choices for it."""

    choices: list[str]


class RollbackDryRun(_AnswerShape):
    """The result that a rollback would have."""

    operation_id: None
    dry_run: Literal[True]
    reverts_id: int
    restorable: int
    exact: int
    comment_only: int
    links_restored: int
    links_not_restored: int
    newer: list[int]
    can_rollback: bool
    reason: str
    conflict_reasons: dict[str, int]
    conflicts: list[ConflictItem]


class RetryDryRun(_AnswerShape):
    """The result that a retry would have."""

    operation_id: None
    dry_run: Literal[True]
    files: int  # files that were not written
    ready: int  # of these, files that can be written


class StartedAnswer(_AnswerShape):
    """A started operation."""

    operation_id: int
    excluded: dict[str, int] = {}


def operation(details: OperationDetails) -> dict[str, Any]:
    """Return an operation with its progress."""
    return details.operation.as_dict() | _progress(details.status)


def _progress(status: OperationStatus) -> dict[str, Any]:
    return {
        "counts": status.counts,
        "current": status.processed,
        "total": status.total,
        "current_file": status.current_file,
        "rate": status.rate,
        "eta_seconds": status.eta_seconds,
        "bytes_done": status.bytes_done,
        "bytes_total": status.bytes_total,
        "working": status.working,
        "fractions": status.fractions,
        "pausing": status.is_pausing,
        "idle": status.is_idle,
    }


def with_items(details: OperationDetails) -> dict[str, Any]:
    """Return an operation with its progress and one page of its files."""
    page = {"items_total": details.total, "page": details.page, "per_page": details.per_page}
    return operation(details) | {"items": [item.as_dict() for item in details.items], **page}
