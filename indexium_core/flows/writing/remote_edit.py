"""
Writing a file in another process: `editing` there, the journal and all that is asked of the operation here.

So there is one journal, in one order, whoever does the work, and it knows of every file before that changes. Where the
process ends in the middle, the journal settles its file at once, as it would at the next start, and nothing else is
touched: the item is tried again, unless its new file had the place already. What crosses are values and questions; how
far a long piece of work is crosses several times a second, and the answer to that holds it up or gives it up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

from indexium_core.files import journal
from indexium_core.flows.writing import editing, late_results, protocol
from indexium_core.flows.writing.protocol import Edited, FileProgress, WritePolicy
from indexium_core.jobs.executors import Executor, Processes, WorkerLostError
from indexium_core.store.operations.ledger_rows import ItemRecord, Task

__all__ = ["edit"]

logger = logging.getLogger(__name__)

_EVERY = 0.05  # seconds between two words about how far it is
_PLAIN = ("backups", "preserve_mtime", "faststart", "break_links", "keep_backup")  # of Terms: what is a value
_LATE = {"recovered": "verified before the process that wrote it ended; its journal says so"}


def edit(
    executor: Executor, task: Task, undo: journal.OperationJournal, terms: WritePolicy, stint: FileProgress
) -> Edited:
    """Do what `editing.edit` does, where the executor does such work."""
    if not isinstance(executor, Processes):
        return editing.edit(task, undo, terms, stint)
    plain, started = {name: getattr(terms, name) for name in _PLAIN}, time.perf_counter()
    try:
        return executor.call_with_callbacks(_RequestHandler(undo, terms, stint), _edit, task, plain)
    except WorkerLostError as lost:
        logger.warning("item.process_lost", extra={"item_id": task.item_id, "error": str(lost)})
        return _settled(task, undo, lost, started=started)


# Here.


class _RequestHandler:
    """Answers what the work on one file asks of its operation."""

    def __init__(self, undo: journal.OperationJournal, terms: WritePolicy, stint: FileProgress) -> None:
        self._terms, self._stint = terms, stint
        self.make_room, self.is_cancelled = terms.make_room, terms.cancelled
        self.begin, self.making, self.swap, self.inserted = undo.begin, undo.making, undo.swap, undo.inserted
        self.commit, self.undone, self.is_open, self.entry = undo.commit, undo.undone, undo.is_open, undo.entry

    def told(self, place: tuple[int, int] | None) -> bool:
        """Take in how far it is, where it got further, and say whether it is to be given up; while it is held, wait."""
        if place is not None:
            self._stint.stand_at(*place)
            self._terms.moved(self._stint)
        return self._terms.cancelled()


def _settled(task: Task, undo: journal.OperationJournal, lost: WorkerLostError, *, started: float) -> Edited:
    """Have the journal settle the file of a process that ended in the middle, and say what became of it."""
    settled = journal.settle(undo, task.item_id)
    if settled is None or settled.outcome.status in {"undone", "untouched"}:
        message = f"The process that wrote the file {lost}; the file is as it was before."
        return _ended(task, "failed", "process_lost", message, started=started)
    if settled.outcome.status == "finished":
        known = late_results.told(settled.entry, protocol.result(task, "success", started=started, proof=_LATE))
        return Edited(task=task, record=known.record, stat=known.stat, facts=known.facts)
    return _ended(task, "unknown", settled.outcome.code, settled.outcome.message, started=started)


def _ended(task: Task, status: str, code: str, message: str, *, started: float) -> Edited:
    result = protocol.result(task, status, code, message, started=started)
    return Edited(task=task, record=ItemRecord(result=result))


# There.


class _RemoteHome(journal.JournalWriter, Protocol):
    """What `_Desk` answers."""

    def make_room(self, size: int, item_id: int, /) -> bool: ...
    def told(self, place: tuple[int, int] | None, /) -> bool: ...


def _edit(home: _RemoteHome, task: Task, plain: Mapping[str, Any]) -> Edited:
    contact = _ProgressChannel(home)
    terms = WritePolicy(**plain, make_room=home.make_room, cancelled=contact.cancelled, moved=contact.moved)
    return editing.edit(task, home, terms, FileProgress(terms))


class _ProgressChannel:
    """Keeps the operation up to date about a long piece of work, and the work about the operation."""

    def __init__(self, home: _RemoteHome) -> None:
        self._home = home
        self._place: tuple[int, int] | None = None  # that nobody was told of yet
        self._due = 0.0  # time.monotonic() of the next word
        self._given_up = False

    def moved(self, stint: FileProgress) -> None:
        self._place = stint.place
        self._look()

    def cancelled(self) -> bool:
        self._look()
        return self._given_up

    def _look(self) -> None:
        if self._given_up or time.monotonic() < self._due:
            return
        place, self._place = self._place, None
        self._given_up = self._home.told(place)
        self._due = time.monotonic() + _EVERY
