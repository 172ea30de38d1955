"""Recovering from the journal of an operation whose process was interrupted."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from indexium_core.files.journal import side_files_recovery, swaps, undo
from indexium_core.files.journal.operation import OperationJournal
from indexium_core.files.journal.reading import AnyEntry, read
from indexium_core.files.journal.side_files import SideFilesEntry
from indexium_core.files.journal.swaps import SwapEntry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The outcome of one entry that had started and not finished."""

    entry: AnyEntry
    outcome: undo.UndoOutcome


def recover(path: Path, *, finished: Collection[int] = ()) -> list[Recovered]:
    """
    Undo the unfinished entries of the journal, newest first, and record the outcomes there.

    If a new file has durably replaced the old one, it stays: its outcome is `finished`.

    Recovery may itself be interrupted and is then repeated. Entries that cannot be resolved now (a disk is not
    connected) stay open.

    Args:
        path: The journal.
        finished: Items that are known to be complete and verified, even without a COMMIT in the journal: a power loss
            may have dropped the last COMMITs.

    Raises:
        ConflictError: The journal's operation is still running in another process.
        StoreError: The journal cannot be read or written.

    """
    with OperationJournal.reopen(path) as journal:
        recovered = []
        for entry in read(path).unfinished:
            if entry.item_id in finished:
                journal.commit(entry.item_id)
                continue
            recovered.append(_recover_entry(journal, entry))
        journal.sync()
    return recovered


def recover_item(journal: OperationJournal, item_id: int) -> Recovered | None:
    """
    Recover one item of a running operation, after the process that worked on the item was interrupted.

    Returns the outcome (`finished` also if the edit was committed before), or None if the file is unchanged: no edit
    had started, or everything was undone. The outcome is recorded in the journal and becomes durable with the next
    fsync of the journal.
    """
    entry = read(journal.path).find(item_id)
    if entry is None or entry.state == "undone":
        return None
    if entry.state == "committed":
        return Recovered(entry=entry, outcome=undo.UndoOutcome(status="finished"))
    return _recover_entry(journal, entry)


def _recover_entry(journal: OperationJournal, entry: AnyEntry) -> Recovered:
    outcome = _resolved(entry)
    if outcome.status == "finished":
        journal.commit(entry.item_id)
    elif outcome.is_resolved:
        journal.undone(entry.item_id)
    else:
        logger.error("journal.problem item_id=%d code=%s", entry.item_id, outcome.code)
    return Recovered(entry=entry, outcome=outcome)


def _resolved(entry: AnyEntry) -> undo.UndoOutcome:
    if isinstance(entry, SwapEntry):
        return swaps.recover_swap(entry)
    return side_files_recovery.recover_side_files(entry) if isinstance(entry, SideFilesEntry) else undo.undo(entry)
