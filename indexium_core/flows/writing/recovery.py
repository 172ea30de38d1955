"""
Recovery after a killed process: make files, journals and ledger consistent again.

The journals determine the result. An item that was started and not committed is undone, so its file is restored. A
committed item is new and verified, so the ledger records it now. All other files were never changed. Running a recovery
twice is safe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from indexium_core.files import journal
from indexium_core.flows.jobs import job_log
from indexium_core.flows.writing import late_results, recording
from indexium_core.flows.writing.recording import ItemUpdate
from indexium_core.model.operations.operation import WriteResult, postpones
from indexium_core.model.operations.outcomes import UNDONE, Outcome, success_of
from indexium_core.model.operations.recovery import RecoveredFile, RecoverReport, undone_message
from indexium_core.store import database, jobs, start_work
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import ItemOutcome, ItemRecord, UnresolvedItem


def recover(
    store: database.Database,
    backups: Path,
    *,
    skip: frozenset[int],
    still_written: Collection[int] = (),
    clock: Callable[[], datetime],
) -> RecoverReport:
    """
    Recover every operation that a former process left unfinished, except those in `skip`.

    `still_written`: items that a worker of a cluster still writes; they stay as they are.
    """
    operations_ledger, job_ids = ledger.Ledger(store), jobs.JobRows(store)
    report = RecoverReport()
    for operation_id, kind, status in start_work.unfinished_operations(store.read()):
        if operation_id in skip:
            continue
        undone, finished, stopped_at = report.undone, report.finished, operations_ledger.last_activity(operation_id)
        first_file = len(report.files)
        recovery = _OperationRecovery(
            operations_ledger, backups, operation_id, kind, report, still_written=still_written
        )
        updates = list(recovery.updates())
        if updates:
            postpone = postpones(kind, operations_ledger.options(operation_id))
            recording.record_results(
                store, operation_id, updates, kind=kind, postpone=postpone, now=clock(), since=stopped_at
            )
        left = operations_ledger.counts(operation_id).get("pending", 0)
        ending = _interrupted_status(status) if left else recording.final_status(operations_ledger.counts(operation_id))
        was_running = status in _RUNNING_STATES
        if was_running or (status == "failed" and not left):
            # The operation ended at its last activity, not at this recovery.
            operations_ledger.finish(operation_id, ending, kind=kind, seconds=0.0, now=stopped_at)
        elif updates and status != "paused":  # it had ended: its end time and reason do not change
            operations_ledger.amend(operation_id, ending)
        if left and (was_running or status == "failed"):
            report.interrupted.append(operation_id)
        if updates or was_running:
            job_id = job_ids.of_operation(operation_id)
            outcomes = (_outcome(file) for file in report.files[first_file:] if file.outcome in _ITEM_STATUS)
            job_log.log_outcomes(operation_id, job_id, outcomes, kind=kind)
            job_log.log_recovery(
                operation_id,
                job_id,
                kind=kind,
                status="paused" if status == "paused" else ending,
                undone=report.undone - undone,
                changed=report.finished - finished,
                not_started=left,
                ended_at=stopped_at if was_running else None,
            )
    return report


def unresolved_items(store: database.Database, *, skip: frozenset[int]) -> dict[int, UnresolvedItem]:
    """Return the items that `recover` will compare with their journals, by id."""
    operations_ledger = ledger.Ledger(store)
    unfinished = [
        operation_id for operation_id, *_ in start_work.unfinished_operations(store.read()) if operation_id not in skip
    ]
    return {item.item_id: item for operation_id in unfinished for item in operations_ledger.unresolved(operation_id)}


def add_orphaned(report: RecoverReport, recovered: Sequence[journal.Recovered]) -> None:
    """Add files of journals that are not in the database; their operation is 0."""
    for each in recovered:
        if each.outcome.status in _BY_JOURNAL_STATUS:
            report.add(0, each.entry.path, _BY_JOURNAL_STATUS[each.outcome.status], each.outcome.message)


_BY_JOURNAL_STATUS: dict[str, Outcome] = {"undone": "undone", "untouched": "not_started", "problem": "unknown"}
_ITEM_STATUS: dict[Outcome, tuple[str, str]] = {
    "undone": ("pending", UNDONE),
    **dict.fromkeys(("written", "restored"), ("success", "")),
    "unknown": ("unknown", ""),
}
_RUNNING_STATES = frozenset({"pending", "in_progress"})


def _outcome(file: RecoveredFile) -> ItemOutcome:
    status, code = _ITEM_STATUS[file.outcome]
    message = undone_message("kill", file.operation_type) if code == UNDONE else file.message
    return ItemOutcome(None, file.file_path, status, code, message)


def _interrupted_status(status: str) -> str:
    """Return the status of an operation with remaining files: an operation that failed by itself keeps its reason."""
    return "failed" if status == "failed" else "interrupted"


class _OperationRecovery:
    """Combines the journals of one operation with its items."""

    def __init__(
        self,
        operations_ledger: ledger.Ledger,
        backups: Path,
        operation_id: int,
        kind: str,
        report: RecoverReport,
        *,
        still_written: Collection[int],
    ) -> None:
        self._backups = backups
        self._operation_id = operation_id
        self._kind = kind
        self._report = report
        self._finished = operations_ledger.finished(operation_id)
        self._unresolved: dict[str, dict[int, UnresolvedItem]] = defaultdict(dict)
        for item in operations_ledger.unresolved(operation_id):
            if item.item_id not in still_written:
                self._unresolved[item.journal][item.item_id] = item

    def updates(self) -> Iterator[ItemUpdate]:
        """Undo the started items, and yield the results that ledger and catalog must record."""
        for name in sorted(self._unresolved):
            if (self._backups / name).exists():  # else the process was killed before it touched a file
                yield from self._recover_journal(self._backups / name, self._unresolved[name])

    def _recover_journal(self, path: Path, items: dict[int, UnresolvedItem]) -> Iterator[ItemUpdate]:
        unknown: dict[int, journal.Recovered] = {}
        undone = set[int]()
        for recovered in journal.recover(path, finished=self._finished):
            if not recovered.outcome.is_resolved:
                unknown[recovered.entry.item_id] = recovered
            elif recovered.outcome.status == "undone":
                undone.add(recovered.entry.item_id)
            self._report_file(recovered)
        entries = {entry.item_id: entry for entry in journal.read(path).entries}
        for item_id, item in items.items():
            entry = entries.get(item_id)
            if item_id in unknown:
                outcome = unknown[item_id].outcome
                if item.status != "unknown":
                    yield _update(_result(item, "unknown", outcome.code, outcome.message))
            elif entry is not None and entry.state == "committed":
                message = f"The file was {success_of(self._kind)}; its result is recorded now."
                self._report.add(self._operation_id, entry.path, success_of(self._kind), message, kind=self._kind)
                yield _late_update(entry, item, kind=self._kind)
            elif item_id in undone:
                yield _update(_result(item, "pending", UNDONE, undone_message("kill", self._kind)))
            elif item.status != "pending":  # the file is unchanged: it waits again or is cancelled
                yield _update(_result(item, "pending", "", ""))

    def _report_file(self, recovered: journal.Recovered) -> None:
        outcome = recovered.outcome
        result = _BY_JOURNAL_STATUS.get(outcome.status)
        if result is not None:  # a finished file is reported with the committed files
            self._report.add(self._operation_id, recovered.entry.path, result, outcome.message, kind=self._kind)


def _update(result: WriteResult) -> ItemUpdate:
    return ItemUpdate(record=ItemRecord(result=result), file=None)


def _late_update(entry: journal.AnyEntry, item: UnresolvedItem, *, kind: str) -> ItemUpdate:
    """
    Return the update of an item that was written before the process ended.

    The journal contains every byte, but not the strategy or the duration. They are not guessed: the present plan of the
    file may differ from the past write.
    """
    proof = {"recovered": "verified before the process ended; recorded at the next start"}
    planned = item.changes if kind == "write" else ()
    late = late_results.from_journal(entry, _result(item, "success", "", "", proof=proof), planned=planned)
    return ItemUpdate(record=late.record, file=recording.scanned_file(entry.path, late.stat, late.facts))


def _result(
    item: UnresolvedItem, status: str, code: str, message: str, *, proof: dict[str, str] | None = None
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
