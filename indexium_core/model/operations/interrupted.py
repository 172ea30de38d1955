"""Interrupted operations, file by file, for the person who decides whether to resume them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexium_core.model import wording
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.operations.outcomes import Outcome, items_in_words, outcome_counts, outcome_label, success_of
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

    @property
    def label(self) -> str:
        """The word for its outcome."""
        return outcome_label(self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedCount(Shaped):
    """How many files of an interrupted operation have an outcome."""

    outcome: Outcome
    label: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedOperation:
    """An operation that can be resumed."""

    operation: MetadataOperation
    counts: dict[Outcome, int]  # files by outcome: those that occur
    files: list[InterruptedFile]  # the first files, those that need a decision first
    resumes_automatically: bool = (
        False  # the operation was stopped normally, so it resumes automatically at the next start of a service
    )
    is_postponed: bool = False  # somebody has answered the question about it, or decides later

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

    # The question about it.

    @property
    def title(self) -> str:
        """What has happened to it."""
        ending = "stopped" if self.operation.status == "failed" else "was interrupted"
        return f"A {self.operation.kind_name.lower()} {ending}"

    @property
    def description(self) -> str:
        """Which operation it is, how far it is, and whether every file is intact."""
        record = self.operation
        named = record.name
        if record.user_note or record.operation_type != "rollback":
            named = f"{record.kind_name} {f'“{record.user_note}”' if record.user_note else record.id}"
        unknown = self.counts.get("unknown", 0)
        processed = wording.count(self.total - self.remaining - unknown)
        progress = f"processed {processed} of {self._items(self.total)}"
        return f"{named}, started {wording.when(record.started_at)}, {progress}. {summaries.intact_files(unknown)}"

    @property
    def outcomes(self) -> list[InterruptedCount]:
        """The numbers of files by outcome, those that need a decision first."""
        return [
            InterruptedCount(outcome=outcome, label=outcome_label(outcome), files=number)
            for outcome in INTERRUPTED_OUTCOMES
            if (number := self.counts.get(outcome, 0))
        ]

    @property
    def promise(self) -> str:
        """What each answer does."""
        left, noun = self.remaining, self.operation.noun
        parts = [f"Resume continues with {self._items(left)}." if left else f"No {noun} is left."]
        if self._can_roll_back:
            verb = "reverts the rollback of" if self.operation.operation_type == "rollback" else "restores"
            parts.append(f"Roll back {verb} {self._items(self.successes)}.")
        return " ".join([*parts, "You can also decide later."])

    @property
    def resume_text(self) -> str:
        """The text of the button that resumes; "" if nothing is left."""
        return f"Resume {self._items(self.remaining)}" if self.remaining else ""

    @property
    def rollback_text(self) -> str:
        """The text of the button that rolls back; "" if that is impossible."""
        return f"Roll back {wording.count(self.successes)}…" if self._can_roll_back else ""

    @property
    def _can_roll_back(self) -> bool:
        return self.successes > 0 and self.operation.can_rollback

    def _items(self, number: int) -> str:
        return wording.plural(number, self.operation.noun)

    # In a terminal.

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
