"""
What a signal raises to break a program off, and how that is kept where a library loses it.

DuckDB looks for signals while a statement runs. It gives the statement up where a handler raises, but what was raised
is gone then: what comes is a RuntimeError, which would be told as something that went wrong.
"""

from __future__ import annotations

from typing import NoReturn

__all__ = ["Stopped", "forget", "lost", "stop"]

_BROKEN_OFF = "Query interrupted"  # DuckDB's words

_raises: type[BaseException] = KeyboardInterrupt  # what a handler that raises does raise


class Stopped(BaseException):
    """The process was told to end. Like KeyboardInterrupt it is no error, and nothing may catch it by the way."""


def stop() -> NoReturn:
    """Break the program off because it was told to end; for a handler."""
    global _raises  # noqa: PLW0603 - signals belong to the process
    _raises = Stopped
    raise Stopped


def forget() -> None:
    """Take the program for one that was not told to end."""
    global _raises  # noqa: PLW0603
    _raises = KeyboardInterrupt


def lost(error: RuntimeError) -> None:
    """Raise what a handler raised, where that is why DuckDB raises `error`."""
    if str(error) == _BROKEN_OFF:
        raise _raises from error
