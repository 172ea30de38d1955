"""Errors of a system call, and the required state of the film and its item after them."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import gate
from tests.support.calls import Call
from tests.support.points import Point

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
SHORT = 0  # no error: the call does a part and reports it
EVERYTHING = (*ERRORS, errno.EINTR, SHORT)
_MAY_BE_INTERRUPTED = {"write", "pwrite64", "fsync", "fdatasync", "ftruncate"}  # system calls
# Codes that explain the error to a user; "" is none of them.
CODES = {"low_space", "io_error", "read_only", "in_use", "cannot_tell", "unreadable", "missing_file", "ffmpeg_failed"}
CODES |= {
    "over_quota",
    "sync_failed",
    "ffmpeg_refused",
    "verification_failed",
}  # ffmpeg reports success whatever the disk reports


@dataclass(frozen=True)
class Fault:
    """One error at one call."""

    point: Point
    error: int = 0  # 0: only a part is done, and the system reports it
    sticky: bool = False  # the error persists for this call on this file

    @property
    def is_harmless(self) -> bool:
        """Return whether a program simply continues: it was interrupted, or must call again for the rest."""
        return self.error in {0, errno.EINTR}

    def trap_in(self, folders: Iterable[Path]) -> gate.Trap:
        """Return the trap for the error, for calls on these folders."""
        return gate.Trap(
            folders=tuple(str(folder) for folder in folders),
            at=self.point.call,
            deed="fail" if self.error else "short",
            error=self.error,
            sticky=self.sticky,
            part=self.point.part,
        )

    def __str__(self) -> str:
        what = errno.errorcode.get(self.error, "a short write")
        return f"{what}{', for good,' if self.sticky else ''} at {self.point}"


def every(calls: list[Call]) -> Iterator[Fault]:
    """Every error at every call, once and persistently; every call interrupted; every write partial."""
    for call in calls:
        for error in ERRORS:
            yield Fault(Point(call), error)
            yield Fault(Point(call), error, sticky=True)
        if fits(errno.EINTR, call):
            yield Fault(Point(call), errno.EINTR)
        if fits(SHORT, call):
            yield from (Fault(Point(call, part)) for part in sorted({1, call.length // 2, call.length - 1}))


def fits(error: int, call: Call) -> bool:
    """Return whether a call can have this error."""
    if error == SHORT:
        return call.is_partial
    return error != errno.EINTR or call.name in _MAY_BE_INTERRUPTED


def one_of_each(calls: Iterable[Call], turn: Iterator[int]) -> Iterator[Fault]:
    """The next possible error at each call; `turn` repeats all errors."""
    for call in calls:
        yield one(call, next(error for error in turn if fits(error, call)))


def one(call: Call, error: int) -> Fault:
    return Fault(Point(call, call.length // 2 if error == SHORT else 0), error)
