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

import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexium_core import errors
from indexium_core.files import journal, swap
from indexium_core.flows.scanning import roots
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.store.home_files import CLUSTER_ID, sync_and_rename
from indexium_core.store.operations.ledger_rows import UnresolvedItem

logger = logging.getLogger(__name__)

_FOLDER = os.path.join(os.fsdecode(swap.OWN_FOLDER), "journals")  # noqa: PTH118 - part of a path
_ID = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[0-9a-f]{16}\.(\d+)\.[0-9a-f]+\.((\d+)\.(?:\d+\.)?journal)")
_COLLECT_SECONDS = 10.0  # longest wait of a recovery for workers that still write
_POLL_SECONDS = 0.05
_UNDECIDED = frozenset({"unknown", "writing"})


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a journal: home, item, attempt, and the journal of the operation."""

    path: Path
    item_id: int
    target: str  # such as 5.journal or 5.1.journal
    operation_id: int


@dataclass(slots=True, kw_only=True)
class Collected:
    """The result of taking over the journals of workers."""

    active: frozenset[int] = frozenset()  # operations that run: their journals were skipped
    still_written: set[int] = field(default_factory=set)  # items whose file and result must not be touched
    problems: list[str] = field(default_factory=list)  # sentences

    def skip(self, item_id: int, problem: str) -> None:
        """Skip an item because of a problem."""
        logger.warning("journal.skipped", extra={"error": problem})
        self.still_written.add(item_id)
        self.problems.append(problem)


class WorkerJournals:
    """The journals of the workers in all library folders of a home."""

    def __init__(self, home: Path, *, libraries: Callable[[], Sequence[LibraryRow]]) -> None:
        """`libraries` returns the library folders."""
        self._home = home
        self._libraries = libraries
        self._lock = threading.Lock()
        self._id = ""

    def folders(self) -> list[tuple[bytes, Path]]:
        """
        Return each library folder with the folder of its journals, the longest path first.

        Raises:
            StoreError: The id of the home cannot be stored, so no journal can be created.

        """
        self._home_id(create=True)
        paths = sorted((row.path_bytes for row in self._libraries()), key=len, reverse=True)
        return [(path, _folder_of(path)) for path in paths]

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
        """
        Return the journals of earlier attempts of an item that were not taken over yet.

        Raises:
            StoreError: The folder cannot be listed.

        """
        return [name.path for name in self._names(folder) if name.item_id == item_id]

    @staticmethod
    def take(path: Path, undo_journal: journal.OperationJournal, *, seconds: float) -> bool:
        """
        Take a journal over, and return True; return False if a worker still holds its lock after `seconds`.

        After a crash in between, the records are copied again, which changes nothing.

        Raises:
            StoreError: One of the two journals cannot be read or written. A journal that is absent counts as such: its
                storage may not be mounted.

        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                with journal.OperationJournal.reopen(path) as worker_journal:
                    if not worker_journal.is_empty:
                        undo_journal.adopt(worker_journal)
                    path.unlink()
            except errors.ConflictError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_POLL_SECONDS)
            except OSError as error:
                raise errors.StoreError(f"The journal {path} cannot be removed: {error.strerror or error}.") from error
            else:
                return True

    def collect(
        self,
        backups: Path,
        unresolved: Callable[[frozenset[int]], Mapping[int, UnresolvedItem]],
        *,
        active: Callable[[], frozenset[int]],
    ) -> Collected:
        """
        Take over all journals of this home whose operation does not run, before recovery reads those of the operations.

        A folder or a journal that cannot be read is skipped, and its unknown items stay as they are.

        Args:
            backups: The folder of the journals of the operations.
            unresolved: Returns the items that recovery compares with their journals, except those of some operations.
            active: Returns the operations that run.

        """
        collected, names, unreadable = Collected(), list[_Name](), dict[int, str]()
        try:
            libraries = self._libraries() if self._home_id() else ()
        except errors.StoreError as error:
            collected.problems.append(error.message)
            libraries = ()
        for library in libraries:
            unreadable[library.library_id] = roots.offline_reason(library)
            try:
                names += self._names(_folder_of(library.path_bytes))
            except errors.StoreError as error:
                unreadable[library.library_id] = error.message
        # An operation that starts after this line has created none of these journals.
        collected.active = active()
        items = unresolved(collected.active) if libraries else {}
        for library_id, reason in unreadable.items():
            if reason:
                self._skip_undecided(items.values(), library_id, reason, collected)
        deadline = time.monotonic() + _COLLECT_SECONDS
        for name in names:
            if name.operation_id in collected.active or name.operation_id in active():
                continue
            try:
                if not self._collect(name, backups, items, max(0.0, deadline - time.monotonic())):
                    collected.skip(name.item_id, _still_written(name.path))
            except errors.IndexiumError as error:
                collected.skip(name.item_id, error.message)
            except OSError as error:
                reason = error.strerror or str(error)
                collected.skip(
                    name.item_id, f"The journal {name.path} cannot be read: {reason}. Run `indexium recover`."
                )
        return collected

    @staticmethod
    def _skip_undecided(items: Collection[UnresolvedItem], library_id: int, reason: str, collected: Collected) -> None:
        """Skip the items with an unknown result in a folder that cannot be read: its journals may have it."""
        undecided = {item.item_id for item in items if item.library_id == library_id and item.status in _UNDECIDED}
        logger.warning("journal.skipped", extra={"error": reason})
        if undecided:
            collected.still_written |= undecided
            files = wording.plural(len(undecided), "file has", "files have")
            collected.problems.append(f"{files} an unknown result. {reason} Then run `indexium recover`.")

    def _collect(self, name: _Name, backups: Path, items: Mapping[int, UnresolvedItem], seconds: float) -> bool:
        item = items.get(name.item_id)
        if item is not None and not item.journal.startswith(f"{name.operation_id}."):
            item = None  # of another database
        if item is None:  # its operation has ended, or the database does not know it: recovery does not undo it
            try:
                problems = [each.outcome.message for each in journal.recover(name.path) if not each.outcome.is_resolved]
            except errors.ConflictError:  # a worker holds the lock
                return False
            if problems:
                raise errors.StoreError(problems[0])
        target = backups / (name.target if item is None else item.journal)
        if not target.exists():
            target = backups / "lost" / name.path.name
        opened = journal.OperationJournal.reopen if target.exists() else journal.OperationJournal.create
        with opened(target) as undo_journal:
            return self.take(name.path, undo_journal, seconds=seconds)

    def _names(self, folder: Path) -> list[_Name]:
        """Return the journals of this home in a folder."""
        home_id = self._home_id()
        try:
            files = sorted(os.listdir(folder)) if home_id else []  # noqa: PTH208 - names, without a path for each
        except FileNotFoundError:
            return []
        except OSError as error:
            message = (
                f"The folder {folder} cannot be listed: {error.strerror or error}. Check its disk and permissions."
            )
            raise errors.StoreError(message, code="journal_failed") from error
        names = []
        for file in files:
            if file.startswith(f"{home_id}."):
                match = _NAME.fullmatch(file)
                if match is None:
                    logger.warning("journal.skipped", extra={"error": f"{folder / file} is not the name of a journal."})
                else:
                    names.append(_Name(folder / file, int(match[1]), match[2], int(match[3])))
        return names

    def _home_id(self, *, create: bool = False) -> str:
        """
        Return the id of the home; "" if no worker has written for it yet, unless the id is created.

        Raises:
            StoreError: The id cannot be read or stored.

        """
        path = self._home / CLUSTER_ID  # marks its journals in a folder that several homes use
        with self._lock:
            try:
                if not self._id and path.exists():
                    self._id = _read_id(path)
                if not self._id and create:
                    self._id = _store_id(path)
            except OSError as error:
                raise errors.StoreError(f"{path} cannot be used: {error.strerror or error}.") from error
            return self._id


def _folder_of(root: bytes) -> Path:
    return Path(os.fsdecode(root)) / _FOLDER


def _read_id(path: Path) -> str:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not _ID.fullmatch(text):
        raise errors.StoreError(
            f"{path} has no valid id. Write into it the 16 characters with which the names of the journals in "
            "`.indexium/journals` of the library folders start. If there are no journals, delete it."
        )
    return text


def _store_id(path: Path) -> str:
    """Store a new id durably; after a crash, the file has the whole id or does not exist."""
    home_id, partial = secrets.token_hex(8), path.with_name(f"{path.name}.new")
    partial.write_text(home_id, encoding="ascii")
    sync_and_rename(partial, path)
    return home_id


def _still_written(path: Path) -> str:
    """Return the sentence for a journal whose lock a worker holds."""
    paths = [os.fsdecode(entry.path) for entry in journal.read(path).entries]
    shown = paths[0] if paths else "a file"
    return f"A worker of the cluster still writes {shown}. Run `indexium recover` when the worker has ended."
