"""
After a killed process: bring files, journals and ledger together again.

The journals decide. An item that was begun and not committed is undone, so the file is as it was; one that was
committed is new and proven, so the ledger learns it late; all others were never touched. Doing this twice does no harm.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from indexium_core import errors
from indexium_core.files import fingerprint, journal, probe, reader
from indexium_core.files.containers import Reader, registry
from indexium_core.flows import editing, running
from indexium_core.model.media import Patch
from indexium_core.model.operation import WriteResult
from indexium_core.store import database, ledger

__all__ = ["RecoverReport", "recover"]

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class RecoverReport:
    """What was put right. `problems` are sentences about files that need a person's look."""

    interrupted: list[int] = field(default_factory=list)  # operations that can be resumed or rolled back
    undone: int = 0  # files that were in the middle and are as before again
    finished: int = 0  # files that were done and whose result was not written down yet
    problems: list[str] = field(default_factory=list)


def recover(
    store: database.Database, backups: Path, *, skip: frozenset[int], clock: Callable[[], datetime]
) -> RecoverReport:
    """Settle every operation that a former process left unfinished, but those in `skip`; see the module's head."""
    book = ledger.Ledger(store)
    report = RecoverReport()
    for operation_id, kind, status in book.unfinished():
        if operation_id in skip:
            continue
        outcomes = list(_settle(book, backups, operation_id, report))
        if outcomes:
            postpone = running.postpones(kind, book.options(operation_id))
            running.write_down(store, outcomes, kind=kind, postpone=postpone, now=clock())
        left = book.counts(operation_id).get("pending", 0)
        if status != "paused":
            ending = "interrupted" if left else running.ending_of(book.counts(operation_id))
            book.finish(operation_id, ending, kind=kind, seconds=0.0, now=clock())
            if left:
                report.interrupted.append(operation_id)
        logger.info("operation.recovered", extra={"operation_id": operation_id, "kind": kind, "left": left})
    return report


def _settle(book: ledger.Ledger, backups: Path, operation_id: int, report: RecoverReport) -> Iterator[running.Outcome]:
    """Undo what was begun, and yield what ledger and catalog have to learn."""
    wanted: dict[str, dict[int, ledger.Unsettled]] = defaultdict(dict)
    for item in book.unsettled(operation_id):
        wanted[item.journal][item.item_id] = item
    finished = book.finished(operation_id)
    for name in sorted(wanted):
        yield from _settle_journal(backups / name, wanted[name], finished, report)


def _settle_journal(
    path: Path, wanted: dict[int, ledger.Unsettled], finished: set[int], report: RecoverReport
) -> Iterator[running.Outcome]:
    if not path.exists():
        return  # killed before the journal was made: no file of this run was touched
    unclear: dict[int, journal.Recovered] = {}
    for settled in journal.recover(path, finished=finished):
        if settled.outcome.settled:
            report.undone += settled.outcome.status == "undone"
        else:
            unclear[settled.entry.item_id] = settled
            report.problems.append(settled.outcome.message)
    entries = {entry.item_id: entry for entry in journal.read(path).entries}
    for item_id, item in wanted.items():
        entry = entries.get(item_id)
        if item_id in unclear:
            found = unclear[item_id]
            result = _result(item, "unknown", found.outcome.code, found.outcome.message)
            yield running.Outcome(record=ledger.ItemRecord(result=result), file=None)
        elif entry is not None and entry.state == "committed":
            report.finished += 1
            yield _late(entry, item)
        elif item.status != "pending":  # it is as before: to be done again, or given up
            yield running.Outcome(record=ledger.ItemRecord(result=_result(item, "pending", "", "")), file=None)


def _late(entry: journal.Entry, item: ledger.Unsettled) -> running.Outcome:
    """Return the result of an item that was done before the process ended."""
    proof = {"recovered": "verified before the process ended; written down at the next start"}
    result = _result(item, "success", "", "", proof=proof)
    try:
        with reader.FileReader(entry.path) as file:
            family, layout = registry.examine(file)
            identity = fingerprint.payload_hash(file, layout.payload)
            record = ledger.ItemRecord(
                result=result,
                journal_bytes=entry.stored_bytes,
                original_state=editing.skeleton(_Before(file, journal.inverse(entry, file)), layout.payload, identity),
                written_state=editing.skeleton(file, layout.payload, identity),
            )
            facts = probe.facts_of(file, family, layout, identity=identity)
            return running.Outcome(record=record, file=running.as_scanned(entry.path, file.stat, facts))
    except errors.MetadataError:  # gone or changed since: what was done stays true, but it cannot be taken back
        logger.warning("operation.late_item_unreadable", extra={"file_id": item.file_id})
        return running.Outcome(record=ledger.ItemRecord(result=result, journal_bytes=entry.stored_bytes), file=None)


class _Before:
    """A file as it would read with a patch applied; the payload stays where it is."""

    def __init__(self, file: Reader, patch: Patch) -> None:
        self._file = file
        self._patch = patch

    @property
    def size(self) -> int:
        return self._patch.size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return the bytes at `offset` as they would be."""
        length = max(0, min(length, self.size - offset))
        data = bytearray(self._file.read_at(offset, length).ljust(length, b"\0"))
        for start, new in self._patch.writes:
            low, high = max(start, offset), min(start + len(new), offset + length)
            if low < high:
                data[low - offset : high - offset] = new[low - start : high - start]
        return bytes(data)


def _result(
    item: ledger.Unsettled, status: str, code: str, message: str, *, proof: dict[str, str] | None = None
) -> WriteResult:
    return WriteResult(
        item_id=item.item_id,
        file_id=item.file_id,
        status=status,
        code=code,
        message=message,
        strategy="",
        seconds=0.0,
        proof=dict(proof or {}),
    )
