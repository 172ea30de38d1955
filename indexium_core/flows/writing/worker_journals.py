"""
The journals of single items that workers of a cluster write on the shared storage.

A worker cannot write the journal of the operation, which is in the home. So the service creates an empty journal for
each attempt of an item, in `.indexium/journals` of the library folder. The worker locks this journal during its work
and records its steps there. When it has ended, the service takes the journal over: it locks it, copies its records to
the journal of the operation, makes them durable, and removes it. From then on, only the journal of the operation
counts: for results, recovery, rollback and backups.

The journal is also the permission to write. A worker that does not find it, or does not get its lock, does nothing.
So an attempt that was lost cannot touch the file later, and recovery never works on a file at the same time as a
worker.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexium_core import errors
from indexium_core.files import journal, swap

__all__ = ["WorkerJournals"]

logger = logging.getLogger(__name__)

_FOLDER = os.path.join(os.fsdecode(swap.OWN_FOLDER), "journals")  # noqa: PTH118 - part of a path
_ID_FILE = "cluster.id"  # of a home: marks its journals in a folder that several homes use
_COLLECT_SECONDS = 10.0  # longest wait of a recovery for workers that still write
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a journal: home, item, attempt, and the journal of the operation."""

    path: Path
    item_id: int
    target: str  # such as 5.journal or 5.1.journal

    @property
    def operation_id(self) -> int:
        return int(self.target.split(".", 1)[0])


class WorkerJournals:
    """The journals of the workers in all library folders of a home."""

    def __init__(self, home: Path, *, roots: Callable[[], Sequence[bytes]]) -> None:
        """`roots` returns the library folders."""
        self._home = home
        self._roots = roots
        self._id = ""

    def folders(self) -> list[tuple[bytes, Path]]:
        """Return each library folder with the folder of its journals; the longest path first."""
        return [(root, Path(os.fsdecode(root)) / _FOLDER) for root in sorted(self._roots(), key=len, reverse=True)]

    def create(self, folder: Path, item_id: int, target: str) -> Path:
        """
        Create the journal of one attempt and return its path. `target` is the name of the journal of the operation.

        Raises:
            StoreError: It cannot be created.

        """
        path = folder / f"{self._home_id(create=True)}.{item_id}.{secrets.token_hex(4)}.{target}"
        journal.OperationJournal.create(path, in_home=False).close()
        return path

    def earlier(self, folder: Path, item_id: int) -> list[Path]:
        """Return the journals of earlier attempts of an item that were not taken over yet."""
        return [name.path for name in self._names(folder) if name.item_id == item_id]

    @staticmethod
    def take(path: Path, undo_journal: journal.OperationJournal, *, seconds: float) -> bool:
        """
        Take a journal over, and return True; return False if a worker still holds its lock after `seconds`.

        After a crash in between, the records are copied again, which changes nothing.

        Raises:
            StoreError: One of the two journals cannot be read or written.

        """
        deadline = time.monotonic() + seconds
        while path.exists():
            try:
                with journal.OperationJournal.reopen(path) as held:
                    if not held.is_empty:
                        undo_journal.adopt(held)
                    path.unlink()
            except errors.ConflictError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_POLL_SECONDS)
        return True

    def collect(
        self, backups: Path, journals: Callable[[], Mapping[int, str]], *, skip: Collection[int]
    ) -> dict[int, str]:
        """
        Take over all journals of this home whose operation does not run, before recovery reads those of the operations.

        Args:
            backups: The folder of the journals of the operations.
            journals: Returns the journal of each unresolved item; it is called only if there is a journal to take over.
            skip: The operations that run.

        Returns a sentence for each item that a worker still writes. Its file and its result must not be touched.

        """
        names = [name for _, folder in self.folders() for name in self._names(folder) if name.operation_id not in skip]
        targets, deadline = journals() if names else {}, time.monotonic() + _COLLECT_SECONDS
        problems = {}
        for name in names:
            target = backups / targets.get(name.item_id, name.target)
            try:
                is_taken = self._collect(name, target, max(0.0, deadline - time.monotonic()))
            except errors.IndexiumError as error:
                logger.warning("journal.left_alone", extra={"error": error.message})
                problems[name.item_id] = error.message
                continue
            if not is_taken:
                problems[name.item_id] = _still_written(name.path)
        return problems

    def _collect(self, name: _Name, target: Path, seconds: float) -> bool:
        if not target.exists():
            target = target.parent / "lost" / name.path.name  # the database does not know it: undo and keep it
        opened = journal.OperationJournal.reopen if target.exists() else journal.OperationJournal.create
        with opened(target) as undo_journal:
            is_taken = self.take(name.path, undo_journal, seconds=seconds)
        if target.parent.name == "lost":
            journal.recover(target)
        return is_taken

    def _names(self, folder: Path) -> Iterator[_Name]:
        """Yield the journals of this home in a folder."""
        if not self._home_id():
            return
        with contextlib.suppress(OSError):
            for path in sorted(folder.glob(f"{self._id}.*.journal")):
                _, item, _, target = path.name.split(".", 3)
                yield _Name(path, int(item), target)

    def _home_id(self, *, create: bool = False) -> str:
        """Return the id of the home; "" if no worker has written for it yet, unless the id is created."""
        path = self._home / _ID_FILE
        if not self._id and create:
            with contextlib.suppress(FileExistsError), path.open("x", encoding="ascii") as file:
                file.write(secrets.token_hex(8))
        if not self._id and path.exists():
            self._id = path.read_text(encoding="ascii")
        return self._id


def _still_written(path: Path) -> str:
    """Return the sentence for a journal whose lock a worker holds."""
    paths = [os.fsdecode(entry.path) for entry in journal.read(path).entries]
    shown = paths[0] if paths else "a file"
    return f"A worker of the cluster still writes {shown}. Run `indexium recover` when the worker has ended."
