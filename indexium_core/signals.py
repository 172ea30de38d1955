"""
The exceptions of signals that end the program, even if DuckDB replaces them.

DuckDB checks for signals while a statement runs. If a handler raises, DuckDB cancels the statement and raises a
RuntimeError instead. `restored` raises the original exception.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NoReturn

_INTERRUPTED = "Query interrupted"  # message of DuckDB

_exception: type[BaseException] = KeyboardInterrupt  # the exception of the last signal handler


class Stopped(BaseException):
    """A signal ends the process. Like KeyboardInterrupt, it is not an `Exception`, so that handlers do not catch it."""


def stop() -> NoReturn:
    """Raise `Stopped`: the handler of signals that end the process."""
    global _exception  # noqa: PLW0603 - signals belong to the process
    _exception = Stopped
    raise Stopped


def reset() -> None:
    """Forget the exception of the last signal handler."""
    global _exception  # noqa: PLW0603
    _exception = KeyboardInterrupt


@contextlib.contextmanager
def restored() -> Iterator[None]:
    """Raise the exception of the signal handler, if DuckDB replaces it in the block."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == _INTERRUPTED:
            raise _exception from error
        raise
