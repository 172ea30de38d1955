"""Settling the journal of an operation whose process ended in the middle."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from indexium_core.files.journal import settling, undo
from indexium_core.files.journal.operation import OperationJournal
from indexium_core.files.journal.reading import read
from indexium_core.files.journal.records import JournalEntry
from indexium_core.files.journal.swaps import SwapEntry

__all__ = ["Recovered", "recover", "settle"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of one entry that had been begun and not finished."""

    entry: JournalEntry | SwapEntry
    outcome: undo.UndoOutcome


def recover(path: Path, *, finished: Collection[int] = ()) -> list[Recovered]:
    """
    Undo what the journal has begun and not finished, newest first, and note it there.

    A file that another one took the place of, durably, stays the new one: its outcome is `finished`.

    May itself be cut and is then done again. Entries that cannot be settled now (a disk that is not there) stay open.

    Args:
        path: The journal.
        finished: Items that are known to be whole and verified, whatever the journal says: its last COMMITs may have
            been lost with the power.

    Raises:
        ConflictError: The journal's operation still runs in another process.
        StoreError: The journal cannot be read or written.

    """
    with OperationJournal.reopen(path) as journal:
        settled = []
        for entry in read(path).unfinished:
            if entry.item_id in finished:
                journal.commit(entry.item_id)
                continue
            settled.append(_settle(journal, entry))
        journal.sync()
    return settled


def settle(journal: OperationJournal, item_id: int) -> Recovered | None:
    """
    Do the same for one item of an operation that goes on: the process that worked on it ended in the middle.

    Returns what became of it (`finished` also where that was committed before), None where its file is as it was:
    nothing had been begun, or all had been undone. The journal hears of it, and is durable with its next sync.
    """
    entry = read(journal.path).find(item_id)
    if entry is None or entry.state == "undone":
        return None
    if entry.state == "committed":
        return Recovered(entry=entry, outcome=undo.UndoOutcome(status="finished"))
    return _settle(journal, entry)


def _settle(journal: OperationJournal, entry: JournalEntry | SwapEntry) -> Recovered:
    outcome = settling.settle(entry) if isinstance(entry, SwapEntry) else undo.undo(entry)
    if outcome.status == "finished":
        journal.commit(entry.item_id)
    elif outcome.settled:
        journal.undone(entry.item_id)
    else:
        log.error("journal.problem item_id=%d code=%s", entry.item_id, outcome.code)
    return Recovered(entry=entry, outcome=outcome)
