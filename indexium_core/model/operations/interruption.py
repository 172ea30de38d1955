"""The message of a file whose write was interrupted and that was restored (code `restored`)."""

from __future__ import annotations

__all__ = ["restored_message"]

_CAUSES = {
    "cancelled": "the operation was cancelled",
    "stop": "the program was stopped",
    "person": "the program was stopped",
    "kill": "the program was killed",
    "timeout": "the operation stalled",
    "blocked": "a problem of all its files stopped the operation",
}


def restored_message(cause: str) -> str:
    """Return the message; `cause` is one of cancelled, stop, person, kill, timeout, blocked."""
    return f"The write was interrupted when {_CAUSES[cause]}. The file was restored."
