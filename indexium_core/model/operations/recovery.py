"""The result of a recovery after an interruption."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexium_core.model.operations.outcomes import Outcome, success_of

_CAUSES = {
    "cancelled": "the operation was cancelled",
    "stop": "the program was stopped",
    "person": "the program was stopped",
    "kill": "the program was killed",
    "timeout": "the operation stalled",
    "blocked": "a problem of all its files stopped the operation",
}


def undone_message(cause: str, operation_type: str = "write") -> str:
    """Return the message; `cause` is one of cancelled, stop, person, kill, timeout, blocked."""
    if operation_type == "rollback":
        return f"The rollback was interrupted when {_CAUSES[cause]}. The file was not restored."
    return f"The write was interrupted when {_CAUSES[cause]}. The file was restored."


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredFile:
    """A file whose write or rollback was interrupted."""

    operation_id: int
    file_path: str
    outcome: Outcome  # a written or restored file has its result since now
    message: str = ""
    operation_type: str = "write"  # or rollback


@dataclass(slots=True, kw_only=True)
class RecoverReport:
    """The result of a recovery, file by file. `problems` are sentences about files that the user must check."""

    interrupted: list[int] = field(default_factory=list)  # operations that can be resumed or rolled back
    undone: int = 0  # files whose edit was undone
    finished: int = 0  # files whose edit was complete; the result is recorded now
    problems: list[str] = field(default_factory=list)
    files: list[RecoveredFile] = field(default_factory=list)

    def add(self, operation_id: int, path: bytes, outcome: Outcome, message: str = "", *, kind: str = "write") -> None:
        """Add the result of one file."""
        self.undone += outcome == "undone"
        self.finished += outcome == success_of(kind)
        self.problems += [message] if outcome == "unknown" else []
        shown = path.decode("utf-8", "replace")
        self.files.append(
            RecoveredFile(
                operation_id=operation_id, file_path=shown, outcome=outcome, message=message, operation_type=kind
            )
        )
