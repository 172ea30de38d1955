"""The message of a file whose write or rollback was interrupted and undone (code `undone`)."""

from __future__ import annotations

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
