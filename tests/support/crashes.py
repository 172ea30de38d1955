"""
Cutting a process off at a chosen system call, and what runs in the process that is cut off.

The calls are those through which bytes reach the disk. A `Bomb` counts them and kills at the n-th: before it, which is
also after the one before, or in the middle of a write.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.containers import registry
from indexium_core.files.journal import JournaledFile, OperationJournal
from indexium_core.files.reader import FileReader
from indexium_core.model.media import Change, Extent, Patch, Refusal

CALLS = ("open", "write", "pwrite", "ftruncate", "fsync", "fdatasync", "utime")
MOMENTS = ("before", "1", "7", "half")  # 1, 7, half: after so many bytes of a write


class Bomb:
    """
    Kills this process at its n-th call that changes something on disk.

    A kill loses nothing that the kernel has taken, so syncs are places to be killed at and cost nothing here; what they
    are for is tested with `powercut`.
    """

    def __init__(self, at: int, moment: str) -> None:
        self.left, self.moment = at, moment
        os.fsync = os.fdatasync = lambda fd: None  # type: ignore[assignment]
        for name in CALLS:
            setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real(*arguments, **named)
            self.left -= 1
            if self.left == 0:
                self._explode(name, real, arguments)
            return real(*arguments, **named)

        return call

    def _explode(self, name: str, real: Callable[..., Any], arguments: Sequence[Any]) -> NoReturn:
        if self.moment != "before" and name in {"write", "pwrite"}:
            fd, data, *offset = arguments
            real(fd, data[: len(data) // 2 if self.moment == "half" else int(self.moment)], *offset)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


@dataclass(frozen=True)
class Edit:
    """One edit of one file, under a journal of its own."""

    path: bytes
    backup: Path
    patch: Patch
    payload: tuple[Extent, ...] = ()
    commit: bool = True  # False: as after a failed verification


def run(edit: Edit, at: int | None = None, moment: str = "before") -> None:
    """Carry an edit out, killed at the `at`-th call (0: at none, in a process of its own)."""
    if at is not None:
        Bomb(at, moment)
    with (
        OperationJournal.create(edit.backup) as log,
        JournaledFile(edit.path, journal=log, item_id=1, payload=edit.payload) as file,
    ):
        file.apply(edit.patch)
        if edit.commit:
            file.commit()


def run_into(limit: int, edit: Edit) -> None:
    """Carry an edit out where no file can be larger than `limit` bytes: the system writes what fits, then fails."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with pytest.raises(errors.FileAccessError) as caught:
        run(edit)
    assert caught.value.reason == "too_large"


def write(path: Path, backup: Path, text: str | None, at: int, moment: str) -> None:
    """Give a film another comment as its strategy does it, killed at the `at`-th call (0: at none)."""
    change = Change(field="comment", old=None, new=text)
    with FileReader(os.fsencode(path)) as reader:
        _, layout = registry.examine(reader)
        strategy = registry.choose(reader, layout, [change])
    assert not isinstance(strategy, Refusal), strategy
    Bomb(at, moment)
    with (
        OperationJournal.create(backup) as log,
        JournaledFile(os.fsencode(path), journal=log, item_id=1, payload=layout.payload, expected=reader.stat) as file,
    ):
        strategy.write(file, layout, [change])
        file.commit()


def recover(backup: Path, at: int | None = None, moment: str = "before") -> None:
    """Do what every start does with a journal that it finds, killed at the `at`-th call (0: at none)."""
    if at is not None:
        Bomb(at, moment)
    assert all(one.outcome.settled for one in journal.recover(backup))
