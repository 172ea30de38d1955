"""
Running operations, each the work of a job: one thread an operation, a few threads for its files, groups of results.

Order, for a whole operation: items, preconditions and the backups' rows are in the ledger before this begins; the
journal file is made; files are edited one by one as `editing` says; results and the catalog's new facts follow in
groups. So whatever instant a process is killed at, the ledger names every file that may have been touched, the journal
says what was begun, and `recovery` brings the two together.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import errors, logs
from indexium_core.files import journal
from indexium_core.flows.jobs import job_log
from indexium_core.flows.writing import editing, protocol, remote_edit
from indexium_core.flows.writing.blockers import Blockers
from indexium_core.flows.writing.protocol import Edited, FileProgress, WritePolicy
from indexium_core.flows.writing.throughput import Throughput
from indexium_core.jobs.backoff import Backoff
from indexium_core.jobs.events import EventBus
from indexium_core.jobs.executors import Executor, Threads
from indexium_core.jobs.run import JobRun, OperationProgress
from indexium_core.jobs.runner import RunControl, RunEnd, Runner
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.files.media import FileFacts, FileStat
from indexium_core.model.operations.operation import Try, postpones
from indexium_core.model.people import people_comment
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from indexium_core.store.operations import ledger
from indexium_core.store.review import decisions

__all__ = ["HUNG", "OperationRun", "Operations", "RunOutcome", "as_scanned", "ending_of", "write_down"]

logger = logging.getLogger(__name__)

_BATCH = 500  # tasks read from the ledger at a time
_FINISHING = 5.0  # seconds for which a file under way is finished when the operation is held; then it stands still
HUNG = 60.0  # seconds after which a file that neither ends nor stands still is not waited for: its disk never answers
_LEFT = ("failed", "conflict", "unknown")  # outcomes of a file that is as it was, as far as anybody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInProgress:
    """An item under way."""

    name: str  # of its file
    stint: FileProgress
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """For how long it has been worked on."""
        return time.monotonic() - self.begun - self.stint.stood


@dataclass(slots=True, kw_only=True)
class OperationRun:
    """An operation that is at work in this process."""

    operation_id: int
    job_id: int
    kind: str  # write, rollback
    total: int
    settled: int  # items that had an outcome when the run began
    control: RunControl
    pace: Throughput
    preserve_mtime: bool
    keep_backup: bool
    break_links: bool
    postpone: bool  # rollback: files taken back are postponed
    processed: int = 0  # items of this run that have an outcome
    working: dict[int, ItemInProgress] = field(default_factory=dict)  # items under way
    left: dict[int, str] = field(default_factory=dict)  # items of which nothing came, and why
    moved: Callable[[], None] = lambda: None  # told that work goes on
    overdue: Callable[[], float | None] = lambda: None  # seconds without progress for which it was stopped
    tries: dict[int, list[Try]] = field(default_factory=dict)  # items that are tried again, and why each try failed
    stopped_by: Callable[[], str] = lambda: "stop"  # whose wish its end was, where it was stopped
    hindrance: str = ""  # what stands in the way of all that is left, as a sentence
    held_at: float = 0.0  # time.monotonic() when it was held last
    seconds_before: float = 0.0  # at work in former runs
    outcomes: Counter[str] = field(default_factory=Counter)  # items that have an outcome, by which

    @property
    def current(self) -> str:
        """Name of a file under way, the one that was begun first; "" for none."""
        return self.at_first()[0]

    def at_first(self) -> tuple[str, float | None]:
        """Return that name, and how much is done of the new file that is made of it, None where none is."""
        working = tuple(self.working.values())
        return (working[0].name, working[0].stint.share) if working else ("", None)

    @property
    def eta_seconds(self) -> float | None:
        """Seconds that are left; None where nobody can tell, as while it is held."""
        return None if self.control.is_paused else self.pace.eta_seconds

    @property
    def given_up_for(self) -> str:
        """Why what is under way is given up, as `model.put_back` takes it."""
        if self.control.ending is RunEnd.CANCELLED:
            return "cancelled"
        return "hindrance" if self.control.ending is RunEnd.FAILED else self.stopped_by()

    @property
    def seconds(self) -> float:
        """Seconds at work in all its runs, without pauses."""
        return self.seconds_before + self.pace.seconds

    def pulse(self) -> OperationProgress:
        """Return how far it is."""
        return OperationProgress(
            current=self.settled + self.processed,
            total=self.total,
            message=self.current,
            rate=self.pace.rate,
            eta_seconds=self.eta_seconds,
            counters=dict(self.outcomes),
            seconds=self.seconds,
        )

    def seconds_at(self) -> dict[int, float]:
        """Return the items under way, and for how many seconds they have been worked on."""
        return {item_id: item.seconds for item_id, item in tuple(self.working.items())}

    def begin(self, item_id: int, name: str, stint: FileProgress) -> bool:
        """Take an item for one under way, unless the operation is held: then wait. False where it comes to its end."""
        self.control.wait_while_paused()
        if self.control.ending is not None:
            return False
        self.working[item_id] = ItemInProgress(name=name, stint=stint)
        return True

    def end(self, item_id: int) -> None:
        """Take an item for one that is not under way any more."""
        self.working.pop(item_id, None)
        self.moved()

    def go_on_with(self, stint: FileProgress) -> None:
        """Note that a long piece of work goes on; where the operation has been held for a while, stand still."""
        self.moved()
        if self.control.is_paused and time.monotonic() - self.held_at > _FINISHING:
            with stint.standing_still():
                self.control.wait_while_paused()
            self.moved()

    def shares(self) -> dict[int, float]:
        """Return, of items under way of which a new file is made, how much of that is done, from 0 to 1."""
        found = {item_id: item.stint.share for item_id, item in tuple(self.working.items())}
        return {item_id: share for item_id, share in found.items() if share is not None}


class Operations:
    """The operations at work in this process."""

    def __init__(
        self,
        store: database.Database,
        *,
        workers: int,
        events: EventBus,
        backups: Path,
        clock: Callable[[], datetime],
        preserve_mtime: Callable[[], bool] = lambda: False,
        faststart: str = "keep",
        make_room: Callable[[int, int], bool] = lambda _size, _item: True,
        ui_priority: UiPriority | None = None,
        backoff: Backoff | None = None,
        hindrances: Blockers | None = None,
        executor: Callable[[], Executor] = Threads,
    ) -> None:
        self._store = store
        self._ledger = ledger.Ledger(store)
        self.faststart = faststart  # both may change; what is launched from then on goes by them
        self.workers = workers
        self._make_room = make_room
        self._ui_priority = ui_priority or UiPriority()
        self._backoff = backoff or Backoff()
        self._hindrances = hindrances or Blockers(store)
        self._executor = executor  # asked at each launch
        self._events = events
        self._backups = backups
        self._clock = clock
        self._preserve_mtime = preserve_mtime
        self._runs: dict[int, OperationRun] = {}
        self._lock = threading.Lock()

    def launch(self, job: JobRun) -> Mapping[str, Any]:
        """Carry out the operation of a job, whose items are in the ledger; returns when it has ended or was stopped."""
        operation_id = int(job.payload["operation_id"])
        kind, options, counts = job.job.job_type, self._ledger.options(operation_id), self._ledger.counts(operation_id)
        outcomes = {status: count for status, count in counts.items() if status not in ("pending", "writing")}
        run = OperationRun(
            operation_id=operation_id,
            job_id=job.job_id,
            kind=kind,
            total=sum(counts.values()),
            settled=sum(outcomes.values()),
            control=job.control,
            pace=Throughput(self._ledger.expected_seconds(operation_id)),
            preserve_mtime=self._preserves(kind, options),
            keep_backup=options.get("keep_backup", True),
            break_links=options.get("hard_links") == "break",
            postpone=postpones(kind, options),
            outcomes=Counter(outcomes),
            seconds_before=self._seconds_of(operation_id),
            moved=job.note_activity,
            stopped_by=lambda: job.stopped_by,
            overdue=lambda: job.kind.stall_timeout() if job.stopped_by == "timeout" else None,
        )
        with self._lock:
            self._runs[operation_id] = run
        job.operation_progress = run.pulse
        self._follow(run)
        self._work(run, job.record_end)
        return {"counts": dict(run.outcomes)}

    def _seconds_of(self, operation_id: int) -> float:
        operation = self._ledger.operation(operation_id)
        return operation.seconds if operation else 0.0

    def _preserves(self, kind: str, options: Mapping[str, Any]) -> bool:
        wanted = options.get("preserve_mtime")
        return kind == "write" and (self._preserve_mtime() if wanted is None else bool(wanted))

    def _follow(self, run: OperationRun) -> None:
        """Tell when the run is held or goes on. Time counts as long as work goes on, of what was begun before, too."""
        was_held, rested, looking = False, False, threading.Lock()

        def changed() -> None:
            nonlocal was_held, rested
            with looking:
                held, was_held_before = run.control.is_paused, was_held
                rests, rested_before = run.control.is_idle, rested
                was_held, rested = held, rests
                if held and not was_held_before:
                    run.held_at = time.monotonic()
                if rests:
                    run.pace.hold()
                else:
                    run.pace.go_on()
            if held and not was_held_before:
                self._tell(run, "progress", message="paused")
            elif was_held_before and not held:
                run.moved()
                self._tell(run, "progress", message="resumed")
            if rests and not rested_before:  # what was done until now is in the plan
                self._events.emit("plan:changed")

        run.control.on_change(changed)
        changed()

    def find(self, operation_id: int) -> OperationRun | None:
        """Return the run of an operation, None where it is not at work here."""
        return self._runs.get(operation_id)

    def at_work(self) -> frozenset[int]:
        """Return the operations that are at work here."""
        with self._lock:
            return frozenset(self._runs)

    # The thread of one operation.

    def _work(self, run: OperationRun, write_down: Callable[[Callable[[], None]], None]) -> None:
        status, message = "failed", ""
        try:
            self._tell(run, "started")
            with self._journal(run.operation_id) as undo:
                status = self._ended_as(run, self._runner(run, undo).run(self._tasks(run.operation_id)))
                message = run.hindrance or _stood_still(run.overdue())
        except errors.IndexiumError as error:
            message = error.message
            logger.exception("operation.failed", extra={"operation_id": run.operation_id})
        except OSError as error:
            message = f"The journal cannot be written: {error.strerror or error}."
            logger.exception("operation.failed", extra={"operation_id": run.operation_id})
        except Exception as error:
            message = f"Something unexpected went wrong: {error}"
            logger.exception("operation.failed", extra={"operation_id": run.operation_id})
        finally:
            self._end(run, status, message, write_down)

    def _runner(self, run: OperationRun, undo: journal.OperationJournal) -> Runner[ledger.Task, Edited]:
        terms = WritePolicy(
            backups=self._backups,
            preserve_mtime=run.preserve_mtime,
            faststart=self.faststart,
            break_links=run.break_links,
            keep_backup=run.keep_backup,
            make_room=self._make_room,
            cancelled=lambda: run.control.ending is not None,
            moved=run.go_on_with,
        )

        executor = self._executor()

        def one(task: ledger.Task) -> Edited:
            with run.control.as_waiting():
                self._ui_priority.yield_to_ui()
            stint, name = FileProgress(terms), task.path.rsplit(b"/", 1)[-1].decode("utf-8", "replace")
            try:
                if not run.begin(task.item_id, name, stint):
                    return protocol.waits(task)
                stuck = run.left.get(task.follows, task.follows_left) if task.follows is not None else ""
                edited = editing.behind(task, stuck) if stuck else remote_edit.edit(executor, task, undo, terms, stint)
                return self._judged(run, edited.without(stint.stood), begun=stint.share is not None)
            finally:
                run.end(task.item_id)

        return Runner(
            logs.carry(one),
            logs.carry(lambda group: self._store_results(run, group, undo)),
            workers=self.workers,
            control=run.control,
            key=lambda task: (task.device, task.inode) if task.inode else task.path,
            retry_delay=lambda _, edited: self._again_after(run, edited),
        )

    def _judged(self, run: OperationRun, edited: Edited, *, begun: bool) -> Edited:
        """
        Look whether what stopped a file stops all of them, and say how often one was tried.

        `begun`: something was made of it that is gone again where nothing came of it.
        """
        result, item_id = edited.record.result, edited.task.item_id
        run.left.pop(item_id, None)
        if result.code == "restored":
            return edited.set_back(run.given_up_for, begun=True)
        if result.status not in _LEFT:
            return edited.tried(run.tries.get(item_id, ()))
        hindrance = self._hindrances.behind(edited.task, result.code)
        if hindrance:
            run.hindrance = run.hindrance or hindrance
            run.control.fail()
            if result.status != "unknown":
                return edited.set_back("hindrance", begun=begun)
        run.left[item_id] = result.message or result.code
        return edited.tried(run.tries.get(item_id, ()))

    def _again_after(self, run: OperationRun, edited: Edited) -> float | None:
        """Return after how many seconds a file is tried again, None where its outcome stands."""
        if not edited.may_pass:
            return None
        result, tries = edited.record.result, run.tries.setdefault(edited.task.item_id, [])
        tries.append(Try(code=result.code, message=result.message))
        seconds = self._backoff.delay_after(len(tries))
        if seconds is not None:
            where = {"operation_id": run.operation_id, "file_path": edited.task.path.decode("utf-8", "replace")}
            logger.info("item.tried_again", extra={**where, "code": result.code, "tries": len(tries)})
        return seconds

    def _tasks(self, operation_id: int) -> Iterator[ledger.Task]:
        after, more = -1, True
        while more:
            tasks = self._ledger.pending(operation_id, after=after, count=_BATCH)
            yield from tasks
            more = len(tasks) == _BATCH
            after = tasks[-1].item_id if tasks else after

    @contextlib.contextmanager
    def _journal(self, operation_id: int) -> Iterator[journal.OperationJournal]:
        """
        Make the journal of this run: each run has a file of its own, with a name that no run had before.

        A journal of a former run that nothing came of has been put away; under its name this one would be taken for it.
        """
        former = self._ledger.journal_of_pending(operation_id) or f"{operation_id}.journal"
        number, name = int((former.split(".")[1:-1] or ["0"])[0]), former
        while (self._backups / name).exists():
            number += 1
            name = f"{operation_id}.{number}.journal"
        if name != former:
            self._ledger.rename_journal(operation_id, name)
        undo = journal.OperationJournal.create(self._backups / name)
        try:
            yield undo
        finally:
            undo.close()

    def _store_results(self, run: OperationRun, group: Sequence[Edited], undo: journal.OperationJournal) -> None:
        undo.sync()  # first: the ledger must not call a file done that the journal would take back after a power cut
        outcomes = [
            RunOutcome(record=edited.record, file=as_scanned(edited.task.path, edited.stat, edited.facts))
            for edited in group
        ]
        now, kind, postpone = self._clock(), run.kind, run.postpone
        write_down(self._store, run.operation_id, outcomes, kind=kind, postpone=postpone, now=now, seconds=run.seconds)
        settled = [edited for edited in group if edited.record.result.status != "pending"]
        job_log.files(run.operation_id, group)
        run.outcomes.update(edited.record.result.status for edited in settled)
        run.processed += len(settled)
        for edited in settled:
            task, seconds = edited.task, edited.record.result.seconds
            run.pace.did(anew=task.anew, expected=task.expected_seconds, seconds=seconds)
        self._tell(run, "progress")

    def _ended_as(self, run: OperationRun, ending: RunEnd) -> str:
        left = self._ledger.counts(run.operation_id).get("pending")
        if run.control.ending is not None and left:
            ending = run.control.ending  # the last files were begun, but given up
        elif ending is RunEnd.STOPPED and not left:
            ending = RunEnd.DONE  # it was held when the last files had been begun
        if ending is RunEnd.STOPPED:
            return "paused" if run.control.was_paused else "interrupted"
        if ending is RunEnd.CANCELLED:
            self._ledger.skip_pending(run.operation_id, now=self._clock())
            job_log.fates(run.operation_id, run.job_id, self._ledger.fates(run.operation_id, given_up=True))
            return "cancelled"
        if ending is RunEnd.FAILED:
            return "failed"
        return ending_of(self._ledger.counts(run.operation_id))

    def _end(
        self, run: OperationRun, status: str, message: str, write_down: Callable[[Callable[[], None]], None]
    ) -> None:
        now, seconds = self._clock(), run.seconds

        def write() -> None:
            if status != "paused":  # which was written down when it was held
                self._ledger.finish(
                    run.operation_id, status, kind=run.kind, seconds=seconds, now=now, error_message=message
                )
            if not run.keep_backup and status.startswith("completed"):
                self._drop_backup(run.operation_id)

        try:
            write_down(write)
        finally:
            with self._lock:
                self._runs.pop(run.operation_id, None)
            self._tell(run, "completed", message=status)
            self._events.emit("plan:changed")

    def _drop_backup(self, operation_id: int) -> None:
        names = self._ledger.journals_of(operation_id)
        self._ledger.drop_backups(operation_id, now=self._clock())
        for name in names:
            (self._backups / name).unlink(missing_ok=True)

    def _tell(self, run: OperationRun, verb: str, *, message: str = "") -> None:
        self._events.emit(
            f"{run.kind}:{verb}",
            job_id=run.job_id,
            operation_id=run.operation_id,
            current=run.settled + run.processed,
            total=run.total,
            message=message or run.current,
            rate=run.pace.rate,
            eta_seconds=run.eta_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What became of one item, and the file as it is now where it was looked at."""

    record: ledger.ItemRecord
    file: catalog.ScannedFile | None


def write_down(
    store: database.Database,
    operation_id: int,
    outcomes: Sequence[RunOutcome],
    *,
    kind: str,
    postpone: bool,
    now: datetime,
    seconds: float = 0.0,
) -> None:
    """
    Bring ledger, catalog and decisions up to date with what became of a group of items, in one transaction.

    Args:
        store: The database.
        operation_id: The operation.
        outcomes: Items of it.
        kind: Type of their operation: write, rollback.
        postpone: Postpone the files that were taken back.
        now: The present moment.
        seconds: How long the operation has been at work in all; 0 where that is written down.

    """
    written = {outcome.record.result.file_id: outcome.file for outcome in outcomes if outcome.file is not None}
    done = [outcome.record.result.file_id for outcome in outcomes if outcome.record.result.status == "success"]
    with store.atomic() as tx:
        records = [outcome.record for outcome in outcomes]
        ledger.Ledger(store).record(tx, operation_id, records, kind=kind, now=now, seconds=seconds)
        others = catalog.update_written(tx, written, at=now)
        if postpone and done:
            names = [*done, *(other for other, file_id in others.items() if file_id in done and other not in done)]
            decisions.postpone(tx, names, until=None, reason="rolled_back", at=now)


def _stood_still(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return (
        f"It got no further for {seconds:,.0f} seconds and was interrupted: look whether the disk of its files "
        "answers, then resume."
    )


def as_scanned(path: bytes, stat: FileStat | None, facts: FileFacts | None) -> catalog.ScannedFile | None:
    """Return what is known of a file after its edit as the catalog takes it; None where it was not looked at."""
    if stat is None or facts is None or facts.state != "ok":
        return None
    parsed = people_comment.parse(facts.comment)
    return catalog.ScannedFile(path_bytes=path, stat=stat, facts=facts, parsed=parsed, own_mtime_ns=stat.mtime_ns)


def ending_of(counts: Mapping[str, int]) -> str:
    """Return how an operation ended that ran through, by the numbers of its items."""
    bad = sum(counts.get(status, 0) for status in ("failed", "conflict", "unknown"))
    return "completed_with_errors" if bad else "completed"
