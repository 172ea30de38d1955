"""
Writing: from a selection of the plan to an operation that runs in the background.

What would fail every file is refused here in one sentence; items, preconditions and backups are committed to the ledger
before `running` touches the first file.
"""

from __future__ import annotations

import getpass
import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from indexium_core import errors, settings
from indexium_core.flows.jobs import job_log
from indexium_core.flows.planning import planner as planning
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.writing import editing, operation_runner
from indexium_core.flows.writing.protocol import WritePolicy
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.runner import RunControl, Runner
from indexium_core.model.operations.operation import MetadataOperation, OperationStatus, WriteOptions, WriteResult
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.planning.plan import RISK_LEVELS, Holder, PlanItem, Selection, SelectionDigest
from indexium_core.model.remote_calls import LONGEST_WAIT, remote
from indexium_core.store import database
from indexium_core.store.operations import ledger

__all__ = ["DryRunReport", "MetadataWriter", "OperationHandle", "user_name"]

logger = logging.getLogger(__name__)

_ORDER = {"skipped": 1, "success": 2}  # of outcomes in a report; all others come first
_ROOM = 50_000_000  # bytes that must be free beside the home, for journals and the database


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunReport:
    """What a write would do, found out without doing it."""

    items: list[WriteResult]
    counts: dict[str, int]  # by status
    excluded: dict[str, int]  # by risk level: what the options leave out
    plan_id: int = 0  # the version that was checked
    total: int = 0  # files that were to be checked; more than there are items where it was given up
    seconds: float = 0.0

    @property
    def by_strategy(self) -> dict[str, int]:
        """Files that would be written, by how, most first."""
        return dict(Counter(item.strategy for item in self.items if item.status == "success").most_common())

    @property
    def by_code(self) -> dict[str, int]:
        """Files that would not be written, by why, most first."""
        return dict(Counter(item.code for item in self.items if item.status != "success").most_common())

    @property
    def bytes_to_write(self) -> int:
        """Bytes that would be written into the files."""
        return sum(int(item.proof.get("bytes_to_write", 0)) for item in self.items)

    @property
    def failures_first(self) -> list[WriteResult]:
        """What would fail, then what there is nothing to do for, then the rest; files of one kind by their reason."""
        return sorted(self.items, key=lambda item: (_ORDER.get(item.status, 0), item.code, item.file_id))

    @property
    def ready(self) -> frozenset[int]:
        """Files that would be written."""
        return frozenset(item.file_id for item in self.items if item.status == "success")


class OperationHandle:
    """An operation that was started; `status` and `wait` tell how far it is."""

    def __init__(self, writer: MetadataWriter, operation_id: int) -> None:
        self._writer = writer
        self.id = operation_id

    def status(self) -> OperationStatus:
        """Return how far it is."""
        return self._writer.get_operation_status(self.id)

    def wait(self, timeout: float | None = None) -> OperationStatus:
        """Wait until it has ended, at most `timeout` seconds, and return how far it is then."""
        self._writer.join(self.id, timeout)
        return self.status()

    def pause(self) -> bool:
        """Hold it after the files that are under way."""
        return self._writer.pause_operation(self.id)

    def resume(self) -> bool:
        """Let it go on."""
        return self._writer.resume_operation(self.id)

    def cancel(self) -> bool:
        """Give up what is left. A file that is changed in place is finished; a new one that is being made goes."""
        return self._writer.cancel_operation(self.id)

    def __repr__(self) -> str:
        status = self.status()
        return f"<operation {self.id}: {status.status}, {status.processed} of {status.total} files>"


class MetadataWriter:
    """Starts, holds and ends operations. One instance serves a home."""

    def __init__(
        self,
        store: database.Database,
        planner: planning.MetadataPlanner,
        operations: operation_runner.Operations,
        queue: JobQueueService,
        *,
        config: settings.Settings,
        clock: Callable[[], datetime],
        recover: Callable[[], object],
    ) -> None:
        self._recover = recover
        self._store = store
        self._ledger = ledger.Ledger(store)
        self._planner = planner
        self._operations = operations
        self._queue = queue
        self._settings = config
        self._clock = clock

    # Starting.

    @remote()
    def start_operation(
        self,
        items: MetadataPlan | Sequence[PlanItem],
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        expected: SelectionDigest | None = None,
        asked: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start writing the selected items of a plan in the background; returns at once.

        Args:
            items: A plan (its default items, or those of `selection`), or plan items.
            options: How to write.
            selection: Which items of the plan.
            expected: The mark of just the files that were shown, by `MetadataPlanner.digest`.
            asked: The request of a program that is not to begin a second one.

        Raises:
            UsageError: Nothing to write, too many files, or something that would fail every file.
            StalePlanError: A result is no longer what the plan showed, or the files are not those of the mark.

        """
        options = options or WriteOptions()
        plan, selection = self._resolve(items, options, selection)
        parted = self._planner.with_hard_links(plan, options.hard_links)

        def settle(tx: database.Connection) -> list[int]:
            """Say which files it begins with, so late that nothing can change before they are put down."""
            file_ids = self._planner.confirmed_ids(tx, plan, parted, selection, risk=options.risk, expected=expected)
            if not file_ids:
                raise errors.UsageError(self._nothing(parted, selection, options), code="nothing_to_write")
            self._require_room(len(file_ids))
            return file_ids

        now = self._clock()
        operation_id = self._ledger.create_write(
            file_ids=settle,
            variant_id=parted.variant_id,
            plan_id=parted.id,
            options=options,
            user_name=user_name(),
            now=now,
            expires_at=now + timedelta(days=self._settings.metadata_backup_retention_days),
            owner=self._queue.owner,
            asked=asked,
        )
        return self._begin(operation_id)

    def start_rollback(
        self,
        operation_id: int,
        restores: Sequence[ledger.Restore],
        *,
        note: str,
        source: str,
        replan: bool,
        changed: str = "skip",
        with_newer: bool | Collection[int] = False,
        as_write: bool = False,
        asked: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start taking items of an operation back, as `history` found that they can be.

        `changed`, `with_newer`: what was chosen for files that something stands in the way of; `as_write`: a person's
        tag; `asked`: the request of a program that is not to begin a second one.
        """
        newer = with_newer if isinstance(with_newer, bool) else sorted(with_newer)
        chosen = {"replan": replan, "changed": changed, "with_newer": newer}
        kind = "write" if as_write else "rollback"
        now = self._clock()
        rollback_id = self._ledger.create_rollback(
            reverts_id=operation_id,
            restores=restores,
            note=note,
            source=source,
            user_name=user_name(),
            options={"postpone": not replan} if as_write else chosen,
            now=now,
            expires_at=now + timedelta(days=self._settings.metadata_backup_retention_days),
            operation_type=kind,
            owner=self._queue.owner,
            asked=asked,
        )
        return self._begin(rollback_id)

    def _begin(self, operation_id: int) -> OperationHandle:
        job_id = self._queue.ensure_job(operation_id)
        refused = self._ledger.fates(operation_id, given_up=False)  # no run of it will come to these
        job_log.fates(operation_id, job_id, refused)
        self._queue.wake(job_id)
        return OperationHandle(self, operation_id)

    def write_single_file(self, item: PlanItem, create_backup: bool = True) -> WriteResult:  # noqa: FBT001, FBT002
        """Write one item, wait, and return what became of it; an operation like any other."""
        options = WriteOptions(risk=("safe", "warning", "danger"), create_backup=create_backup)
        handle = self.start_operation([item], options)
        handle.wait()
        [details], _ = self._ledger.items(handle.id)
        return WriteResult(
            item_id=details.id,
            file_id=details.file_id,
            status=details.status,
            code=details.code,
            message=details.message,
            strategy=details.strategy,
            seconds=details.seconds or 0.0,
            proof=details.proof,
        )

    @remote()
    def dry_run(
        self,
        plan: MetadataPlan,
        options: WriteOptions,
        *,
        selection: Selection | None = None,
        progress: Callable[[int, int], bool | None] | None = None,
    ) -> DryRunReport:
        """
        Check every selected item as a write would, and report; opens no file for writing.

        Args:
            plan: The plan.
            options: How it would be written.
            selection: Which items of it.
            progress: Called some times a second with how many are checked and how many there are; False ends it.

        """
        started = time.monotonic()
        plan, selection = self._resolve(plan, options, selection)
        parted = self._planner.with_hard_links(plan, options.hard_links)
        file_ids = self._planner.writable_ids(parted, selection, risk=options.risk)
        if file_ids:
            self._require_room(len(file_ids))
            self._planner.raise_if_stale(plan, selection)
        tasks = self._ledger.preview(file_ids=file_ids, variant_id=parted.variant_id)
        busy = self._ledger.busy_files()
        logger.info("write.dry_run", extra={"file_count": len(tasks)})
        terms = WritePolicy(
            backups=self._store.home / "backups",
            faststart=self._settings.faststart,
            break_links=options.hard_links == "break",
        )
        results: list[WriteResult] = []
        control = RunControl()

        def collect(group: list[WriteResult]) -> None:
            results.extend(group)
            if progress is not None and progress(len(results), len(tasks)) is False:
                control.cancel()

        runner: Runner[ledger.Task, WriteResult] = Runner(
            lambda task: _held(task, busy) or editing.check(task, terms),
            collect,
            workers=self._settings.metadata_max_concurrent_writes,
            control=control,
        )
        runner.run(tasks)
        return DryRunReport(
            items=sorted(results, key=lambda result: result.file_id),
            counts=dict(Counter(result.status for result in results)),
            excluded=self._planner.summary(parted, selection, risk=options.risk).excluded,
            plan_id=parted.id,
            total=len(tasks),
            seconds=time.monotonic() - started,
        )

    @remote()
    def held(self, plan: MetadataPlan, selection: Selection, options: WriteOptions | None = None) -> list[Holder]:
        """Return the operations that hold files which a write of a selection would begin with."""
        options = options or WriteOptions()
        parted = self._planner.with_hard_links(plan, options.hard_links)
        return self._ledger.held_by(self._planner.writable_ids(parted, selection, risk=options.risk))

    def _resolve(
        self,
        items: MetadataPlan | Sequence[PlanItem],
        options: WriteOptions,
        selection: Selection | None,
    ) -> tuple[MetadataPlan, Selection]:
        if options.hard_links not in planning.LINK_CHOICES:
            message = f"There is no way '{options.hard_links}' for hard links; choose block or break."
            raise errors.UsageError(message)
        if isinstance(items, MetadataPlan):
            return items, selection or items.select(risk=options.risk)
        plan = self._planner.generate_plan()
        selection = Selection(included=frozenset(item.file_id for item in items))
        now = {item.file_id: item.changes for item in self._planner.items_of(plan, list(selection.included))}
        changed = [item.file_name for item in items if now.get(item.file_id) != item.changes]
        if changed:
            names = ", ".join(changed[:10]) + (" …" if len(changed) > 10 else "")
            message = f"These are no longer what the items say: {names}. Refresh the plan, then write."
            raise errors.StalePlanError(message)
        return plan, selection

    def _nothing(self, plan: MetadataPlan, selection: Selection, options: WriteOptions) -> str:
        """Say why there is nothing to write: what is left out by its risk would be written if that were named."""
        left = self._planner.summary(plan, selection, risk=options.risk).excluded
        levels = {level: left[level] for level in RISK_LEVELS[:3] if left.get(level)}
        if not levels:
            return "There is nothing to write: no selected file would change."
        counts = ", ".join(f"{count:,} {level}" for level, count in levels.items())
        return (
            f"There is nothing to write: left out by their risk are {counts}. "
            "The option risk (of the command: --risk) names the levels to write."
        )

    def _require_room(self, count: int) -> None:
        """Refuse in one sentence what would fail every file."""
        limit = self._settings.max_operation_items
        if count > limit:
            message = f"{count:,} files are more than INDEXIUM_MAX_OPERATION_ITEMS allows ({limit:,})."
            raise errors.UsageError(message)
        free = shutil.disk_usage(self._store.home).free
        if free < _ROOM:
            message = (
                f"Only {free // 1_000_000} MB are free beside {self._store.home}; journals and database need more."
            )
            raise errors.UsageError(message, code="low_space")

    # Holding and ending.

    @remote()
    def get_operation_status(self, operation_id: int) -> OperationStatus:
        """Return how far an operation is; UnknownIdError where there is none with that id."""
        operation = self._ledger.operation(operation_id)
        if operation is None:
            message = f"There is no operation {operation_id} in {self._store.home}; 'indexium history' lists them."
            raise errors.UnknownIdError(message)
        run = self._operations.find(operation_id)
        rate = operation.success_count / operation.seconds if operation.seconds else 0.0
        parts, counts = self._ledger.parts(operation_id), Counter[str]()
        for part in parts:
            counts[part.status] += part.files
        untouched = [part for part in parts if part.status in ("pending", "writing") or part.mark]
        current, share = run.at_first() if run else ("", None)
        whole = sum(part.size for part in parts)
        return OperationStatus(
            id=operation_id,
            operation_type=operation.operation_type,
            status=operation.status,
            counts=dict(counts),
            given_up=sum(part.files for part in untouched if part.status == "skipped"),
            restored=sum(part.files for part in untouched if part.mark == "restored"),
            bytes_done=whole - sum(part.size for part in untouched),
            bytes_total=whole,
            current_file=current,
            current_share=share,
            at_rest=operation.status == "paused" and (run is None or run.control.is_idle),
            working=run.seconds_at() if run else {},
            shares=run.shares() if run else {},
            rate=run.pace.rate if run else rate,
            eta_seconds=run.eta_seconds if run else None,
            started_at=operation.started_at,
            completed_at=operation.completed_at,
            can_rollback=operation.can_rollback,
            rollback_reason=operation.rollback_reason,
        )

    def as_it_is(self, operation: MetadataOperation) -> MetadataOperation:
        """Return an operation as it is at this moment: one that is at work has been so for longer than is written."""
        run = self._operations.find(operation.id)
        return replace(operation, seconds=max(operation.seconds, run.seconds)) if run else operation

    @remote()
    def pause_operation(self, operation_id: int, *, by: str = "", wait: bool = True) -> bool:
        """
        Hold an operation after the files under way; False where it is not running.

        `by` says who does; `wait`: return when these have ended, too.
        """
        job_id = self._queue.job_of_operation(operation_id)
        return job_id is not None and self._queue.pause(job_id, by=by or user_name(), wait=wait)

    def resume_operation(self, operation_id: int) -> bool:
        """Let a paused operation go on, also one that a former process left; False where there is nothing to resume."""
        status = self.get_operation_status(operation_id)
        if status.status not in {"paused", "interrupted", "failed"}:
            return False
        if status.status != "paused" and not status.counts.get("pending"):  # one that is held may only have to end
            return False
        return self._queue.resume(self._queue.ensure_job(operation_id), by=user_name())

    @remote()
    def handle(self, operation_id: int) -> OperationHandle:
        """Return the handle of an operation; UnknownIdError if it does not exist."""
        self.get_operation_status(operation_id)
        return OperationHandle(self, operation_id)

    @remote()
    def wait(self, operation_id: int, seconds: float) -> OperationStatus:
        """Wait at most some seconds until an operation has ended, and return its status."""
        return self.handle(operation_id).wait(min(seconds, LONGEST_WAIT))

    @remote()
    def resume(self, operation_id: int) -> OperationHandle:
        """Resume a paused, interrupted or failed operation; UsageError if there is nothing to resume."""
        if self.get_operation_status(operation_id).status == "failed":
            self._recover()  # results of its last files may not be recorded yet
        if not self.resume_operation(operation_id):
            raise self._wrong_state(operation_id, "resume")
        return OperationHandle(self, operation_id)

    @remote()
    def cancel(self, operation_id: int) -> None:
        """Cancel the rest of an operation; waits briefly for the files in progress. UsageError if it has ended."""
        if not self.cancel_operation(operation_id, wait=True):
            raise self._wrong_state(operation_id, "cancel")

    def _wrong_state(self, operation_id: int, action: str) -> errors.UsageError:
        state = self.get_operation_status(operation_id).status.replace("_", " ")
        message = f"Operation {operation_id} is {state}: there is nothing to {action}."
        return errors.UsageError(message, code="wrong_state")

    def cancel_operation(self, operation_id: int, *, wait: bool = False) -> bool:
        """Give up what an operation has left; False where it has ended. `wait`: a moment, for what is under way."""
        job_id = self._queue.job_of_operation(operation_id)
        if job_id is None:
            return self.give_up(operation_id)
        return self._queue.cancel(job_id, by=user_name(), wait=wait)

    def give_up(self, operation_id: int) -> bool:
        """Cancel an operation that is not at work; False where there is nothing left of it."""
        status = self.get_operation_status(operation_id)
        if status.status not in {"pending", "paused", "interrupted", "failed"} or not status.counts.get("pending"):
            return False
        self._ledger.skip_pending(operation_id, now=self._clock())
        self._ledger.finish(operation_id, "cancelled", kind=status.operation_type, seconds=0.0, now=self._clock())
        given_up = self._ledger.fates(operation_id, given_up=True)
        job_log.fates(operation_id, self._queue.job_of_operation(operation_id), given_up)
        return True

    def join(self, operation_id: int, timeout: float | None = None) -> None:
        """Wait until an operation is neither at work nor about to be."""
        job_id = self._queue.job_of_operation(operation_id)
        if job_id is not None:
            self._queue.join(job_id, timeout)


def _held(task: ledger.Task, busy: dict[int, Holder]) -> WriteResult | None:
    """Return the conflict of a file that an operation holds."""
    if task.file_id not in busy:
        return None
    return WriteResult(
        item_id=None,
        file_id=task.file_id,
        status="conflict",
        code="busy_in_operation",
        message=busy[task.file_id].describe("this file"),
        strategy="",
        seconds=0.0,
    )


def user_name() -> str:
    """Return who is at work here; "" where nobody can tell."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
