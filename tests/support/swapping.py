"""Replacement of files in the process of the test: a scene with an open journal, and failing system calls."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal, SwapEntry
from indexium_core.files.swap import Replacement
from indexium_core.model.files.media import Extent, Rebuild
from tests.support.swaps import ITEM, REBUILD, Swap


class Place(Swap):
    """A scene with its journal open."""

    log: OperationJournal

    def begin(self, **facts: object) -> Replacement:
        return Replacement(os.fsencode(self.path), journal=self.log, item_id=ITEM, **facts)  # type: ignore[arg-type]

    def marks(self) -> list[str]:
        return [mark.state for mark in journal.read(self.log.path).marks]

    def entry(self) -> SwapEntry:
        found = journal.read(self.log.path).find(ITEM)
        assert isinstance(found, SwapEntry)
        return found

    def do(
        self,
        edit: Rebuild = REBUILD,
        *,
        reverse: Rebuild | None = None,
        keep: Path | None = None,
        look: Callable[[Replacement], object] = lambda file: None,
        commit: bool = True,
        payload: tuple[Extent, ...] = (),
        **facts: object,
    ) -> Replacement:
        """Replace the file completely; call `look` before the new file replaces the old one."""
        with self.begin(**facts) as file:
            file.build(edit, payload=payload)
            look(file)
            wanted = reverse if reverse is not None or keep else file.reverse()
            file.replace(reverse=wanted, keep=os.fsencode(keep) if keep else None)
            if commit:
                file.commit()
        return file


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Place]:
    place = Place(folder, "build")
    place.reset()
    object.__setattr__(place, "log", OperationJournal.create(place.backup))
    try:
        yield place
    finally:
        place.log.close()


class Failing:
    """A system call that fails the n-th time, and every later time if it is `sticky`."""

    def __init__(self, real: Callable[..., object], number: int, *, nth: int = 1, sticky: bool = False) -> None:
        self.real, self.number, self.nth, self.sticky = real, number, nth, sticky
        self.calls = 0

    def __call__(self, *arguments: object, **named: object) -> object:
        self.calls += 1
        if self.calls == self.nth or (self.sticky and self.calls > self.nth):
            raise OSError(self.number, os.strerror(self.number))
        return self.real(*arguments, **named)
