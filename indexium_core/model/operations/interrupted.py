"""Interrupted operations, file by file, for the person who decides whether to resume them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.operations.outcomes import Outcome, items_in_words, outcome_counts, success_of
from indexium_core.model.shapes import Shaped, picked

# The outcomes of the files of an interrupted operation, those that need a decision first.
INTERRUPTED_OUTCOMES: tuple[Outcome, ...] = (
    "unknown",
    "undone",
    "failed",
    "conflict",
    "not_started",
    "skipped",
    "written",
    "restored",
)
_NAMES = {"write": "Write", "rollback": "Rollback", "publish": "Publication"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedFile(Shaped):
    """A file of an interrupted operation."""

    item_id: int
    file_id: int
    file_path: str
    outcome: Outcome
    code: str = ""  # of a failure, a conflict or an unknown result
    message: str = ""

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.file_path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedOperation:
    """An operation that can be resumed."""

    operation: MetadataOperation
    counts: dict[Outcome, int]  # files by outcome: those that occur
    files: list[InterruptedFile]  # the first files, those that need a decision first
    resumes_automatically: bool = (
        False  # the operation was stopped normally, so it resumes automatically at the next start of a service
    )

    @property
    def id(self) -> int:
        """The id of the operation."""
        return self.operation.id

    @property
    def total(self) -> int:
        """Number of files."""
        return sum(self.counts.values())

    @property
    def remaining(self) -> int:
        """Number of files that a resume would process."""
        return self.counts.get("undone", 0) + self.counts.get("not_started", 0)

    @property
    def successes(self) -> int:
        """Number of files that are written, or restored by a rollback."""
        return self.counts.get(success_of(self.operation.operation_type), 0)

    @property
    def stop_reason(self) -> str:
        """Why the operation stopped, as a sentence; "" if no reason is stored."""
        return self.operation.error_message

    def summary(self) -> str:
        """Return the progress of the operation, and why it stopped if that is known."""
        name = f" “{self.operation.user_note}”" if self.operation.user_note else ""
        kind = _NAMES[self.operation.operation_type]
        interrupted = "was stopped with the program" if self.resumes_automatically else "was interrupted"
        state = "failed" if self.operation.status == "failed" else interrupted
        counts = outcome_counts(self.operation.outcomes)
        items = items_in_words(self.total, self.operation.operation_type)
        return f"{kind} {self.id}{name} {state}. {items}: {counts}. {self.stop_reason}".rstrip()

    def next_commands(self) -> str:
        """Return the commands that resume the operation or roll it back."""
        rollback = f"; 'indexium rollback {self.id}' rolls it back" if self.operation.can_rollback else ""
        resume = f"'indexium operations resume {self.id}' resumes it"
        if self.resumes_automatically:
            return f"It resumes automatically when 'indexium serve' starts next. {resume} now{rollback}."
        return f"{resume}{rollback}."

    def as_dict(self) -> dict[str, Any]:
        """Return the operation as JSON values."""
        return self.operation.as_dict() | picked(self, "counts by_itself=resumes_automatically files")
