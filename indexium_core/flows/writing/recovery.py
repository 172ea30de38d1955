"""
After a killed process: bring files, journals and ledger together again.

The journals decide. An item that was begun and not committed is undone, so the file is as it was; one that was
committed is new and proven, so the ledger learns it late; all others were never touched. Doing this twice does no harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from indexium_core.files import journal
from indexium_core.flows.jobs import job_log
from indexium_core.flows.writing import late_results, operation_runner
from indexium_core.model.operations import put_back
from indexium_core.model.operations.operation import WriteResult, postpones
from indexium_core.store import database, jobs
from indexium_core.store.operations import ledger

__all__ = ["RecoverReport", "RecoveredFile", "recover"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredFile:
    """What became of one file that was in the middle of something."""

    operation_id: int
    file_path: str
    became: str  # old: put back; untouched: it was old all along; new: done, and written down now; unclear
    message: str = ""


@dataclass(slots=True, kw_only=True)
class RecoverReport:
    """What was put right, file by file. `problems` are sentences about files that need a person's look."""

    interrupted: list[int] = field(default_factory=list)  # operations that can be resumed or rolled back
    undone: int = 0  # files that were in the middle and are as before again
    finished: int = 0  # files that were done and whose result was not written down yet
    problems: list[str] = field(default_factory=list)
    files: list[RecoveredFile] = field(default_factory=list)

    def note(self, operation_id: int, path: bytes, became: str, message: str = "") -> None:
        """Take in what became of one file."""
        self.undone += became == "old"
        self.finished += became == "new"
        self.problems += [message] if became == "unclear" else []
        shown = path.decode("utf-8", "replace")
        self.files.append(RecoveredFile(operation_id=operation_id, file_path=shown, became=became, message=message))

    def of_no_operation(self, settled: Sequence[journal.Recovered]) -> None:
        """Take in what was settled by journals that the database does not know; their operation is 0."""
        for each in settled:
            if each.outcome.status in _BECAME:
                self.note(0, each.entry.path, _BECAME[each.outcome.status], each.outcome.message)


def recover(
    store: database.Database, backups: Path, *, skip: frozenset[int], clock: Callable[[], datetime]
) -> RecoverReport:
    """Settle every operation that a former process left unfinished, but those in `skip`; see the module's head."""
    book, job_ids = ledger.Ledger(store), jobs.JobRows(store)
    report = RecoverReport()
    for operation_id, kind, status in book.unfinished():
        if operation_id in skip:
            continue
        undone, finished, stopped = report.undone, report.finished, book.last_sign(operation_id)
        before = len(report.files)
        outcomes = list(_Settling(book, backups, operation_id, report).outcomes())
        if outcomes:
            postpone = postpones(kind, book.options(operation_id))
            operation_runner.write_down(store, operation_id, outcomes, kind=kind, postpone=postpone, now=clock())
        left = book.counts(operation_id).get("pending", 0)
        ending = _ending(status) if left else operation_runner.ending_of(book.counts(operation_id))
        under_way = status in _UNDER_WAY
        if under_way or (status == "failed" and not left):
            book.finish(operation_id, ending, kind=kind, seconds=0.0, now=stopped)  # when it was, not when it is found
        elif outcomes and status != "paused":  # it had ended: its end stays when it was, and why
            book.amend(operation_id, ending)
        if left and (under_way or status == "failed"):
            report.interrupted.append(operation_id)
        if outcomes or under_way:
            job_id = job_ids.of_operation(operation_id)
            job_log.fates(
                operation_id, job_id, (_fate(file) for file in report.files[before:] if file.became in _FATES)
            )
            job_log.recovered(
                operation_id,
                job_id,
                kind=kind,
                status="paused" if status == "paused" else ending,
                put_back=report.undone - undone,
                found_done=report.finished - finished,
                left=left,
                ended=stopped if under_way else None,
            )
    return report


_BECAME = {"undone": "old", "untouched": "untouched", "problem": "unclear"}
_FATES = {"old": ("pending", "restored"), "new": ("success", ""), "unclear": ("unknown", "")}
_UNDER_WAY = frozenset({"pending", "in_progress"})


def _fate(file: RecoveredFile) -> ledger.ItemOutcome:
    status, code = _FATES[file.became]
    message = put_back.say("kill") if code == "restored" else file.message
    return ledger.ItemOutcome(None, file.file_path, status, code, message)


def _ending(status: str) -> str:
    """Return how an operation with files left has ended: one that stopped by itself has said why."""
    return "failed" if status == "failed" else "interrupted"


class _Settling:
    """Brings the journals of one operation and its items together."""

    def __init__(self, book: ledger.Ledger, backups: Path, operation_id: int, report: RecoverReport) -> None:
        self._backups = backups
        self._operation_id = operation_id
        self._report = report
        self._finished = book.finished(operation_id)
        self._wanted: dict[str, dict[int, ledger.Unsettled]] = defaultdict(dict)
        for item in book.unsettled(operation_id):
            self._wanted[item.journal][item.item_id] = item

    def outcomes(self) -> Iterator[operation_runner.RunOutcome]:
        """Undo what was begun, and yield what ledger and catalog have to learn."""
        for name in sorted(self._wanted):
            if (self._backups / name).exists():  # else killed before it was made: no file of this run was touched
                yield from self._settle(self._backups / name, self._wanted[name])

    def _settle(self, path: Path, wanted: dict[int, ledger.Unsettled]) -> Iterator[operation_runner.RunOutcome]:
        unclear: dict[int, journal.Recovered] = {}
        restored = set[int]()
        for settled in journal.recover(path, finished=self._finished):
            if not settled.outcome.settled:
                unclear[settled.entry.item_id] = settled
            elif settled.outcome.status == "undone":
                restored.add(settled.entry.item_id)
            self._note(settled)
        entries = {entry.item_id: entry for entry in journal.read(path).entries}
        for item_id, item in wanted.items():
            entry = entries.get(item_id)
            if item_id in unclear:
                found = unclear[item_id]
                if item.status != "unknown":
                    result = _result(item, "unknown", found.outcome.code, found.outcome.message)
                    yield operation_runner.RunOutcome(record=ledger.ItemRecord(result=result), file=None)
            elif entry is not None and entry.state == "committed":
                self._report.note(self._operation_id, entry.path, "new", "It was done and is written down now.")
                yield _late(entry, item)
            elif item_id in restored:
                result = _result(item, "pending", "restored", put_back.say("kill"))
                yield operation_runner.RunOutcome(record=ledger.ItemRecord(result=result), file=None)
            elif item.status != "pending":  # it is as before: to be done again, or given up
                yield operation_runner.RunOutcome(
                    record=ledger.ItemRecord(result=_result(item, "pending", "", "")), file=None
                )

    def _note(self, settled: journal.Recovered) -> None:
        outcome = settled.outcome
        became = _BECAME.get(outcome.status)
        if became is not None:  # one that was found finished is told of with those that were committed
            self._report.note(self._operation_id, settled.entry.path, became, outcome.message)


def _late(entry: journal.JournalEntry | journal.SwapEntry, item: ledger.Unsettled) -> operation_runner.RunOutcome:
    """
    Return the result of an item that was done before the process ended.

    Its journal knows every byte, but no name of a strategy and no seconds. None is guessed: what is planned for the
    file now need not be what was done.
    """
    proof = {"recovered": "verified before the process ended; written down at the next start"}
    known = late_results.told(entry, _result(item, "success", "", "", proof=proof))
    return operation_runner.RunOutcome(
        record=known.record, file=operation_runner.as_scanned(entry.path, known.stat, known.facts)
    )


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
