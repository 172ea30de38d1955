"""
Interruption of a process at a chosen system call, and the functions that the process runs.

The calls are those through which bytes reach the disk. A `Bomb` counts them and kills the process at the n-th: before
it, which is also after the one before, or in the middle of a write.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from indexium_core import errors
from indexium_core.files import journal, verify
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.shared import remuxing
from indexium_core.files.journal import JournaledFile, OperationJournal
from indexium_core.files.reader import FileReader
from indexium_core.files.swap import Replacement
from indexium_core.model.files.media import Change, Extent, Patch, Rebuild, Refusal, Remux
from tests.support import own_fields

CALLS = ("open", "write", "pwrite", "ftruncate", "fsync", "fdatasync", "utime")
FAILED, STOPPED, CANNOT_TELL = 7, 8, 9  # exit codes: the film's error, the journal's, and an open end
MOMENTS = ("before", "1", "7", "half")  # 1, 7, half: after so many bytes of a write


class Bomb:
    """
    Kills this process at its n-th call that changes the disk.

    A kill loses nothing that the kernel has accepted. So a sync is a possible point for a kill, but has no effect here;
    `powercut` tests its effect.
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
    """Perform an edit, with a kill at the `at`-th call (0: no kill, in a separate process)."""
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
    """Perform an edit with a limit of the file size: the system writes a part, then fails."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    run_failing(edit, "too_large")


def run_failing(edit: Edit, code: str) -> None:
    """Perform an edit on a disk that fails."""
    with pytest.raises(errors.FileAccessError) as caught:
        run(edit)
    assert caught.value.reason == code


def write(path: Path, backup: Path, changes: Sequence[Change], means: Capabilities, strategy: str) -> None:
    """Change fields of a film by one of its strategies, without library and verification."""
    with own_fields.known(), FileReader(os.fsencode(path)) as reader:
        family, layout = registry.examine(reader)
        assert family is not None
        chosen = next(one for one in family.strategies() if one.name == strategy)
        edit = chosen.plan(reader, layout, changes, means)
        stat = reader.stat
    assert not isinstance(edit, Refusal), edit
    with OperationJournal.create(backup) as log:
        if isinstance(edit, Patch):
            with JournaledFile(
                os.fsencode(path), journal=log, item_id=1, payload=layout.payload, expected=stat
            ) as file:
                file.apply(edit)
                file.commit()
        else:
            _swap(path, log, edit, changes)


def write_failing(path: Path, backup: Path, changes: Sequence[Change], means: Capabilities, strategy: str) -> None:
    """Do this on a disk that may fail; the exit code reports the result."""
    try:
        write(path, backup, changes, means, strategy)
    except errors.StoreError:
        os._exit(STOPPED)
    except errors.MetadataError as error:
        os._exit(CANNOT_TELL if error.reason == "cannot_tell" else FAILED)


def take_back(path: Path, backup: Path, new_backup: Path) -> None:
    """Undo a committed edit as an edit of its own."""
    entry = journal.find(backup, 1)
    with OperationJournal.create(new_backup) as log:
        if isinstance(entry, journal.SwapEntry):
            _swap(path, log, entry.reverse or entry.kept, expected=entry.old)
            return
        with JournaledFile(os.fsencode(path), journal=log, item_id=1, payload=()) as file:
            file.apply(journal.inverse(entry, file))
            file.commit()


def _swap(
    path: Path,
    log: OperationJournal,
    edit: Rebuild | Remux | bytes | None,
    changes: Sequence[Change] = (),
    *,
    expected: journal.Imprint | None = None,
) -> None:
    """Replace a film by a new one, or by an original that was kept."""
    name = os.fsencode(path)
    with Replacement(name, journal=log, item_id=1) as swap:
        match edit:
            case Rebuild():
                swap.build(edit)
            case Remux():  # the output of ffmpeg is always verified, whatever its exit code
                before = _evidence(name)
                swap.fill(lambda target: remuxing.run(edit, name, target), size=edit.size)
                planned = [replace(change, old=before.fields.get(change.field)) for change in changes]
                verify.compare(before, _evidence(swap.temporary), planned, comparisons=verify.REWRITTEN)
            case bytes():
                swap.adopt(edit)
        if expected is not None:
            swap.expect(expected)
        reverse = swap.reverse()
        swap.replace(reverse=reverse, keep=None if reverse else os.fsencode(path.parent / ".indexium" / "1.original"))
        swap.commit()


def _evidence(name: bytes) -> verify.Evidence:
    with FileReader(name) as reader:
        family, layout = registry.examine(reader)
        if family is None:
            raise errors.VerificationError("Nobody knows this file.", check="structure")
        return verify.gather(name, reader, family, layout, packets=True)


def recover(backup: Path, at: int | None = None, moment: str = "before") -> None:
    """Recover a journal like every start, with a kill at the `at`-th call (0: no kill)."""
    if at is not None:
        Bomb(at, moment)
    assert all(one.outcome.is_resolved for one in journal.recover(backup))
