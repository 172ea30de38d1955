"""Operations that came to a stop before their end, file by file: for the person who decides what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexium_core.model import wording
from indexium_core.model.operations.operation import OUTCOMES, MetadataOperation

__all__ = ["BECAME", "InterruptedFile", "InterruptedOperation"]

# What became of a file of an operation that was cut off, and what a person calls it; in the order in which it is told.
# These are the OUTCOMES, with those that failed or are in conflict as one.
BECAME = {
    "unclear": "cannot tell yet",
    "restored": OUTCOMES["restored"],
    "refused": "left alone",
    "not_started": OUTCOMES["not_started"],
    "skipped": "nothing to do",
    "done": OUTCOMES["done"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedFile:
    """One file of it."""

    item_id: int
    file_id: int
    file_path: str
    became: str  # key of BECAME
    code: str = ""  # refused, unclear: why
    message: str = ""

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.file_path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedOperation:
    """An operation that can be gone on with."""

    operation: MetadataOperation
    counts: dict[str, int]  # files by what became of them: keys of BECAME, those that occur
    files: list[InterruptedFile]  # the first of them, what needs a look first
    by_itself: bool = (
        False  # it goes on at the next start of a service without being asked: it was stopped, not cut off
    )

    @property
    def id(self) -> int:
        """The operation's."""
        return self.operation.id

    @property
    def total(self) -> int:
        """Files in all."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """Files that a resume would work on."""
        return self.counts.get("restored", 0) + self.counts.get("not_started", 0)

    @property
    def why(self) -> str:
        """Why it stopped, as a sentence; "" where the program simply ended."""
        return self.operation.error_message

    def say(self) -> str:
        """Return how far it came as one sentence, and why it stopped where it said so."""
        name = f" “{self.operation.user_note}”" if self.operation.user_note else ""
        kind = "Rollback" if self.operation.operation_type == "rollback" else "Write"
        cut = "was stopped with the program" if self.by_itself else "was interrupted"
        state = "stopped" if self.operation.status == "failed" else cut
        parts = [f"{self.counts[became]:,} {words}" for became, words in BECAME.items() if self.counts.get(became)]
        came = f"of {wording.files(self.total)} {', '.join(reversed(parts))}"
        return f"{kind} {self.id}{name} {state}: {came}. {self.why}".rstrip()

    def what_to_type(self) -> str:
        """Return by which commands it is gone on with, or taken back, as one sentence."""
        back = f", 'indexium rollback {self.id}' takes back what it did" if self.operation.can_rollback else ""
        on = f"'indexium operations resume {self.id}' goes on with it"
        if self.by_itself:
            return f"It goes on by itself when 'indexium serve' starts next; {on} now{back}."
        return f"{on}{back}."

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            **self.operation.as_dict(),
            "counts": self.counts,
            "by_itself": self.by_itself,
            "files": [
                {
                    "item_id": file.item_id,
                    "file_id": file.file_id,
                    "file_path": file.file_path,
                    "became": file.became,
                    "code": file.code,
                    "message": file.message,
                }
                for file in self.files
            ],
        }
