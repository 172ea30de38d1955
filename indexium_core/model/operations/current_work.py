"""The work that every page shows: what runs, what waits for a person, and the newest result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from indexium_core.model import wording
from indexium_core.model.approval import ApprovalNotice
from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.followed_job import FollowedJob
from indexium_core.model.job import UnrecordedResults
from indexium_core.model.operations import summaries
from indexium_core.model.operations.followed_operation import FollowedOperation
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.operations.outcomes import REMAINING, outcome_counts, success_of
from indexium_core.model.shapes import Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedWork(Shaped):
    """An operation that has ended, as the footer of a page reports it."""

    operation: MetadataOperation
    seen_at: datetime

    @property
    def id(self) -> int:
        """The id of the operation."""
        return self.operation.id

    @property
    def text(self) -> str:
        """Its result: `211 of 214 files written, 1 failed`."""
        return summaries.result(self.operation)

    @property
    def note(self) -> str:
        """Its name, when it ended, and until when it can be rolled back."""
        operation = self.operation
        ended = wording.ago(operation.completed_at, now=self.seen_at) if operation.completed_at else ""
        until = operation.rollback_until if self.can_roll_back else ""
        parts = (_name(operation), ended, f"can be rolled back until {until}" if until else "")
        return " · ".join(part for part in parts if part)

    @property
    def has_problems(self) -> bool:
        """Whether some of its items were not written for a reason."""
        operation = self.operation
        return bool(operation.failure_count + operation.conflict_count + operation.unknown_count)

    @property
    def is_good(self) -> bool:
        """Whether it did everything that it was started for."""
        return not self.has_problems and self.operation.status not in ("failed", "cancelled")

    @property
    def can_roll_back(self) -> bool:
        """Whether a rollback is offered: not of a rollback, which the history offers."""
        return self.operation.can_rollback and self.operation.operation_type != "rollback"

    @property
    def files(self) -> str:
        """What a rollback restores, in words: `214 files`."""
        return wording.plural(self.operation.success_count, self.operation.noun)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedWork(Shaped):
    """An interrupted operation, which waits for a decision."""

    operation: MetadataOperation

    @property
    def id(self) -> int:
        """The id of the operation."""
        return self.operation.id

    @property
    def text(self) -> str:
        """When it was interrupted, its name, and how far it was."""
        operation = self.operation
        name = _name(operation) or f"operation {operation.id}"
        done, total = wording.count(operation.success_count), wording.count(operation.file_count)
        success = success_of(operation.operation_type)
        return f"Interrupted {wording.when(operation.started_at)}: {name}, {done} of {total} {success}"

    @property
    def note(self) -> str:
        """Whether every file is intact, and what is left."""
        left = outcome_counts(self.operation.outcomes, only=REMAINING)
        return ", ".join(filter(None, (summaries.intact_files(self.operation.unknown_count).removesuffix("."), left)))

    @property
    def restorable(self) -> int:
        """How many of its items a rollback restores; 0 if it cannot be rolled back."""
        return self.operation.success_count if self.operation.can_rollback else 0

    @property
    def left(self) -> int:
        """How many of its items a resume processes."""
        return self.operation.remaining


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentWork(Shaped):
    """What runs, what waits for a person, and the newest result, as far as the present actor sees it."""

    running: list[FollowedOperation]
    jobs: list[FollowedJob]  # running jobs that are neither an operation nor a scan
    scan: ScanProgress | None  # of a scan that runs
    long_paused: list[FollowedJob]  # paused for more than a day
    unrecorded: Sequence[UnrecordedResults]  # jobs whose result cannot be stored
    interrupted: list[InterruptedWork]
    newest: EndedWork | None  # None while an operation runs, and of a result that is old
    requests: ApprovalNotice


def _name(operation: MetadataOperation) -> str:
    return f"“{operation.user_note}”" if operation.user_note else ""
