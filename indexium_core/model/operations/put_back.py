"""What is said of a file that had been begun and is as before again (code `restored`)."""

from __future__ import annotations

__all__ = ["say"]

_WHEN = {
    "cancelled": "the operation was cancelled",
    "stop": "the program was told to end",
    "person": "the program was told to end",
    "kill": "the program was cut off",
    "timeout": "the operation got no further",
    "hindrance": "something came in the way of the whole operation",
}


def say(why: str) -> str:
    """Return the sentence; `why`: cancelled, stop, person, kill, timeout, hindrance."""
    return f"It was being written when {_WHEN[why]}, and is as before again."
