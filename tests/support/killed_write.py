"""The functions of the interrupted process: whole writes, rollbacks and recoveries through the Library."""

from __future__ import annotations

import ctypes
import struct
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.jobs.retry import Backoff
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions

ALL = WriteOptions(risk=("safe", "warning", "danger"))


def write(home: Path) -> None:
    """Write the plan of `home`, or resume the interrupted write. The ledger has the results."""
    with Library.open(home) as library:
        newest = library.history().items
        if newest and newest[0].operation_type == "write" and newest[0].status in {"interrupted", "failed"}:
            library.resume(newest[0].id).wait()
        else:
            library.write(library.plan(), ALL).wait()


def write_impatiently(home: Path) -> None:
    """Write with a hundredth of the waits before the next attempts of a file: only their number matters."""
    real = Backoff.delay_after

    def soon(backoff: Backoff, failures: int) -> float | None:
        seconds = real(backoff, failures)
        return None if seconds is None else seconds / 100

    Backoff.delay_after = soon  # type: ignore[method-assign]
    write(home)


def roll_back(home: Path) -> None:
    """Roll back the newest operation of `home`."""
    with Library.open(home) as library:
        library.rollback(library.history().items[0].id).wait()


def recover(home: Path) -> None:
    """Open `home` as every start does, and close it."""
    Library.open(home).close()


def write_without_privilege(home: Path) -> None:
    """Write as a root user without the privilege to ignore the modes of files and folders."""
    libc, head = ctypes.CDLL(None, use_errno=True), struct.pack("=Ii", _CAPABILITIES, 0)
    sets = ctypes.create_string_buffer(24)
    assert libc.capget(head, sets) == 0
    effective, permitted, inherited, *rest = struct.unpack("=6I", sets.raw)
    bound = struct.pack("=6I", effective & ~_OVERRIDES, permitted & ~_OVERRIDES, inherited & ~_OVERRIDES, *rest)
    assert libc.capset(head, bound) == 0
    write(home)


_CAPABILITIES = 0x20080522  # version of the call
_OVERRIDES = 0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def find_in_use(home: Path, process: int) -> None:
    """Try to open a locked `home`, and check the process in the error."""
    with pytest.raises(errors.HomeInUseError, match=str(process)):
        Library.open(home)
