"""
Writing: from a selection of the plan to an operation that runs in the background.

A problem that would make every file fail is refused here with one sentence. Items, preconditions and backups are
committed to the ledger before `operation_runner` touches the first file.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from indexium_core import errors, notebook, settings
from indexium_core.flows.accounts.approval_gate import ApprovalGate, only_proposing
from indexium_core.flows.jobs import job_log
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import LINK_CHOICES, MetadataPlanner
from indexium_core.flows.writing import file_edit, protocol
from indexium_core.flows.writing.operation_runner import OperationRuns
from indexium_core.flows.writing.policy import WritePolicy, settings_of_write
from indexium_core.jobs.item_runner import ItemRunner, RunControl
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import wording
from indexium_core.model.accounts.needs import FOUND, NAMED, needs, reads_home
from indexium_core.model.accounts.permissions import ROLLBACK, WRITE_ANY, WRITE_SAFE
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.operation import (
    MetadataOperation,
    OperationStatus,
    WriteOptions,
    WriteResult,
)
from indexium_core.model.operations.outcomes import UNDONE
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.planning.plan import WRITABLE, Holder, PlanItem, Selection, SelectionDigest
from indexium_core.model.remote_calls import LONGEST_WAIT, remote
from indexium_core.store import database, home_files, limited_reader
from indexium_core.store.connection import Connection
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger_rows import Restore, Task

logger = logging.getLogger(__name__)

_MIN_FREE_BYTES = 50_000_000  # bytes that must be free on the disk of the home, for journals and the database


class OperationHandle:
    """A handle to follow or control a started operation."""

    def __init__(self, writer: MetadataWriter, operation_id: int) -> None:
        self._writer = writer
        self.id = operation_id

    def status(self) -> OperationStatus:
        """Return the progress of the operation."""
        return self._writer.get_operation_status(self.id)

    def wait(self, timeout: float | None = None) -> OperationStatus:
        """Wait until the operation has ended, at most `timeout` seconds, and return its progress."""
        with notebook.following(f"Operation {self.id}", self._progress):
            self._writer.join(self.id, timeout)
        return self.status()

    def pause(self) -> bool:
        """Pause the operation after the running files."""
        return self._writer.pause_operation(self.id)

    def resume(self) -> bool:
        """Resume the operation."""
        return self._writer.resume_operation(self.id)

    def cancel(self) -> bool:
        """Cancel remaining files. A file that is changed in place is finished; an unfinished new file is discarded."""
        return self._writer.cancel_operation(self.id)

    def as_dict(self) -> dict[str, int]:
        """Return its JSON form: the id of the operation."""
        return {"id": self.id}

    def _progress(self) -> tuple[int, int, str]:
        status = self.status()
        return status.current, status.total, status.current_text

    def _repr_html_(self) -> str:
        return self.status()._repr_html_()

    def __repr__(self) -> str:
        status = self.status()
        return f"<operation {self.id}: {status.status}, {status.current:,} of {wording.files(status.total)}>"


class WriteTrial(NamedTuple):
    """What a dry run of a write checks."""

    plan: MetadataPlan  # with the choice for hard links of the write
    tasks: Sequence[Task]
    check: Callable[[Task], WriteResult]
    excluded: Mapping[str, int]  # files that the options exclude, by risk level


class MetadataWriter:
    """Starts, pauses and ends operations. One instance serves a home."""

    def __init__(
        self,
        store: database.Database,
        planner: MetadataPlanner,
        operations: OperationRuns,
        queue: JobQueueService,
        *,
        gate: ApprovalGate,
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
        self._gate = gate
        self._settings = config
        self._clock = clock

    # Start.

    @needs(WRITE_SAFE, FOUND, is_graded=True, may_be_proposed=True)
    @remote()
    def start_operation(
        self,
        items: MetadataPlan | Sequence[PlanItem],
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        expected: SelectionDigest | None = None,
        request: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start writing the selected items of a plan in the background; return at once.

        Args:
            items: A plan (its default items, or those of `selection`), or plan items.
            options: How to write.
            selection: Which items of the plan.
            expected: Digest of the files that were shown, as the plan returned it.
            request: An idempotent request; a repeated one does not start a second operation.

        Raises:
            UsageError: There is nothing to write, there are too many files, or a problem would make every file fail.
            ApprovalNeededError: The write waits for approval; nothing has started.
            StalePlanError: A result differs from the plan that was shown, or the files differ from the digest.

        """
        options = options or WriteOptions()
        plan, selection = self._resolve(items, options, selection)
        applied = settings_of_write(self._settings)
        if options.preserve_mtime is not None:
            applied["preserve_mtime"] = options.preserve_mtime
        options = replace(options, user_note=options.user_note or plan.title_of(selection))
        variant = self._planner.with_hard_links(plan, options.hard_links)

        def file_ids_of(tx: Connection) -> list[int]:
            """Return the files inside the transaction, so that nothing can change before they are stored."""
            file_ids = self._planner.confirmed_ids(tx, plan, variant, selection, risk=options.risk, expected=expected)
            if not file_ids:
                raise errors.UsageError(
                    self._nothing_to_write_message(variant, selection, options), code="nothing_to_write"
                )
            self.require_startable(len(file_ids))
            return file_ids

        now = self._clock()
        with self._gate.proposing(request):
            operation_id = self._ledger.create_write(
                file_ids=file_ids_of,
                variant_id=variant.variant_id,
                plan_id=variant.id,
                options=options,
                applied=applied,
                now=now,
                expires_at=now + timedelta(days=self._settings.metadata_backup_retention_days),
                owner=self._queue.owner,
                request=request,
                admit=self._gate.of_write(variant.variant_id, variant.modes),
            )
        return self.begin(operation_id)

    @needs(WRITE_SAFE, FOUND, is_graded=True, may_be_proposed=True)
    @remote()
    def begin_write(
        self,
        plan: MetadataPlan,
        selection: Selection,
        *,
        options: WriteOptions | None = None,
        expected: str = "",
        is_proposal: bool = False,
    ) -> int:
        """
        Start a write as a page asks for it, and return the id of the operation.

        Args:
            plan: The version that the page has shown.
            selection: The selected files.
            options: Those of the question.
            expected: The digest of the files that the question has counted, see `SelectionDigest.text`.
            is_proposal: The person was told that the write waits for approval, so it does.

        Raises errors as `start_operation`.

        """
        options = replace(options or WriteOptions(), source="dashboard")
        digest = SelectionDigest.of_text(expected) if expected else None
        with only_proposing(wanted=is_proposal):
            return self.start_operation(plan, options, selection=selection, expected=digest).id

    @needs(ROLLBACK)
    def start_rollback(
        self,
        operation_id: int,
        restores: Sequence[Restore],
        options: RollbackOptions,
        *,
        request: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start a rollback of items that `history` has checked.

        With a person in the options, it is an ordinary write that removes this person. Raises ApprovalNeededError if it
        waits for approval.
        """
        is_rollback = not options.person
        now = self._clock()
        with self._gate.proposing(request):
            rollback_id = self._ledger.create_rollback(
                reverts_id=operation_id,
                restores=restores,
                note=options.note,
                source=options.source,
                options=options.as_dict()
                if is_rollback
                else {"postpone": not options.replan, **settings_of_write(self._settings)},
                now=now,
                expires_at=now + timedelta(days=self._settings.metadata_backup_retention_days),
                operation_type="rollback" if is_rollback else "write",
                owner=self._queue.owner,
                request=request,
                admit=self._gate.of_rollback(operation_id, options),
            )
        return self.begin(rollback_id)

    @needs(WRITE_ANY, NAMED)
    def begin(self, operation_id: int) -> OperationHandle:
        """Start the job of an operation that the ledger has."""
        job = self._queue.get(self._queue.ensure_job(operation_id))
        if job.progress_current:  # refused files have a result already; runs do not process them
            job_log.log_outcomes(operation_id, job.id, self._ledger.outcomes(operation_id, cancelled=False))
        self._queue.wake(job)
        return OperationHandle(self, operation_id)

    @needs(WRITE_ANY)
    def write_single_file(self, item: PlanItem, create_backup: bool = True) -> WriteResult:  # noqa: FBT001, FBT002
        """Write one item as an operation, wait, and return its result."""
        options = WriteOptions(risk=WRITABLE, create_backup=create_backup)
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
        Check every selected item as a write would, and return a report; no file is opened for writing.

        `progress` is called several times a second with the number of checked files and of all files; False cancels.
        """
        started = time.monotonic()
        trial = self.trial(plan, options, selection=selection)
        report = self.check_tasks(trial.tasks, trial.check, progress)
        return replace(report, excluded=dict(trial.excluded), plan_id=trial.plan.id, seconds=time.monotonic() - started)

    @reads_home
    def trial(self, plan: MetadataPlan, options: WriteOptions, *, selection: Selection | None = None) -> WriteTrial:
        """
        Return what a dry run checks.

        Raises:
            UsageError: A problem would make every file fail.
            StalePlanError: A result differs from the plan.

        """
        plan, selection = self._resolve(plan, options, selection)
        variant = self._planner.with_hard_links(plan, options.hard_links)
        file_ids = self._planner.writable_ids(variant, selection, risk=options.risk)
        if file_ids:
            self.require_startable(len(file_ids))
            self._planner.raise_if_stale(plan, selection)
        tasks = self._ledger.preview(file_ids=file_ids, variant_id=variant.variant_id)
        busy = self._ledger.busy_files()
        logger.info("write.dry_run", extra={"file_count": len(tasks)})
        policy = WritePolicy(
            backups=self._store.home / home_files.JOURNALS,
            faststart=self._settings.faststart,
            sidecar_name=self._settings.sidecar_name,
            break_links=options.hard_links == "break",
        )
        return WriteTrial(
            plan=variant,
            tasks=tasks,
            check=lambda task: _busy_conflict(task, busy) or file_edit.check(task, policy),
            excluded=self._planner.summary(variant, selection, risk=options.risk).excluded,
        )

    @reads_home
    def check_tasks(
        self,
        tasks: Sequence[Task],
        check: Callable[[Task], WriteResult],
        progress: Callable[[int, int], bool | None] | None,
    ) -> DryRunReport:
        """Check tasks with a few threads, and return their results."""
        results: list[WriteResult] = []
        control = RunControl()

        def collect(group: list[WriteResult]) -> None:
            results.extend(group)
            if progress is not None and progress(len(results), len(tasks)) is False:
                control.cancel()

        runner: ItemRunner[Task, WriteResult] = ItemRunner(
            check,
            collect,
            workers=self._settings.metadata_max_concurrent_writes,
            control=control,
        )
        runner.run(tasks)
        return DryRunReport(
            items=sorted(results, key=lambda result: result.file_id or 0),
            counts=dict(Counter(result.status for result in results)),
            excluded={},
            total=len(tasks),
        )

    def holders_of(self, plan: MetadataPlan, selection: Selection, options: WriteOptions | None = None) -> list[Holder]:
        """Return the unfinished operations that block files of the selection."""
        options = options or WriteOptions()
        variant = self._planner.with_hard_links(plan, options.hard_links)
        return self._ledger.holders_of(self._planner.writable_ids(variant, selection, risk=options.risk))

    def _resolve(
        self,
        items: MetadataPlan | Sequence[PlanItem],
        options: WriteOptions,
        selection: Selection | None,
    ) -> tuple[MetadataPlan, Selection]:
        if options.hard_links not in LINK_CHOICES:
            raise errors.UsageError(f"'{options.hard_links}' is not a choice for hard links. Use block or break.")
        if isinstance(items, MetadataPlan):
            return items, selection or items.select(risk=options.risk)
        plan = self._planner.generate_plan()
        selection = Selection(included=frozenset(item.file_id for item in items))
        now = {item.file_id: item.changes for item in self._planner.items_of(plan, list(selection.included))}
        changed = [item.file_name for item in items if now.get(item.file_id) != item.changes]
        if changed:
            names = ", ".join(changed[:10]) + (" …" if len(changed) > 10 else "")
            message = f"The plan of these files has changed: {names}. Check the plan again, then write."
            raise errors.StalePlanError(message)
        return plan, selection

    def _nothing_to_write_message(self, plan: MetadataPlan, selection: Selection, options: WriteOptions) -> str:
        """Return why there is nothing to write; the message has the risk levels that could be chosen."""
        left = self._planner.summary(plan, selection, risk=options.risk).excluded
        levels = {level: left[level] for level in WRITABLE if left.get(level)}
        if not levels:
            return "There is nothing to write: no selected file would change."
        counts = ", ".join(f"{count:,} {level}" for level, count in levels.items())
        return (
            f"There is nothing to write: {counts} are excluded by their risk level. "
            "The option risk (on the command line: --risk) selects the levels to write."
        )

    def require_startable(self, file_count: int) -> None:
        """Raise UsageError for a problem that would make every file fail."""
        limit = self._settings.max_operation_items
        if file_count > limit:
            message = f"{wording.files(file_count)} exceed INDEXIUM_MAX_OPERATION_ITEMS ({limit:,})."
            raise errors.UsageError(f"{message} Select fewer or raise the limit.")
        if (free := shutil.disk_usage(self._store.home).free) < _MIN_FREE_BYTES:
            message = (
                f"Only {wording.size(free)} are free on the disk of {self._store.home}. "
                "Free space for journals and the database."
            )
            raise errors.UsageError(message, code="low_space")

    # Status, pause, resume, cancel.

    @remote()
    def get_operation_status(self, operation_id: int) -> OperationStatus:
        """Return the progress of an operation; UnknownIdError if no operation has this id."""
        operation = self._ledger.operation(operation_id)
        if operation is None:
            message = f"There is no operation {operation_id} in {self._store.home}; 'indexium history' lists them."
            raise errors.UnknownIdError(message)
        is_seen = limited_reader.sees_operation(self._store.read(), operation_id)
        run = self._operations.find(operation_id) if is_seen else None  # it knows which file is written now
        parts, counts = self._ledger.outcome_counts(operation_id), Counter[str]()
        for part in parts:
            counts[part.status] += part.files
        not_written = [part for part in parts if part.status in ("pending", "writing") or part.mark]
        total_bytes = sum(part.size for part in parts)
        stored = OperationStatus(
            id=operation_id,
            operation_type=operation.operation_type,
            status=operation.status,
            counts=dict(counts),
            cancelled_count=sum(part.files for part in not_written if part.status == "skipped"),
            undone_count=sum(part.files for part in not_written if part.mark == UNDONE),
            bytes_done=total_bytes - sum(part.size for part in not_written),
            bytes_total=total_bytes,
            idle=operation.status == "paused",
            rate=operation.success_count / operation.seconds if operation.seconds else 0.0,
            started_at=operation.started_at,
            completed_at=operation.completed_at,
            can_rollback=operation.can_rollback,
            rollback_reason=operation.rollback_reason,
        )
        return stored if run is None else run.live(stored)

    def with_live_seconds(self, operation: MetadataOperation) -> MetadataOperation:
        """Return an operation with its present running time; while it runs, this is longer than the stored time."""
        run = self._operations.find(operation.id)
        return replace(operation, seconds=max(operation.seconds, run.seconds)) if run else operation

    @needs(WRITE_SAFE, NAMED)
    @remote()
    def pause_operation(self, operation_id: int, *, wait: bool = True) -> bool:
        """
        Pause an operation after the running files; return False if it is not running.

        With `wait`, return after the running files have ended.
        """
        job_id = self._queue.job_of_operation(operation_id)
        return job_id is not None and self._queue.pause(job_id, by=current_actor().name, wait=wait)

    @needs(WRITE_ANY, NAMED, continues=True)
    def resume_operation(self, operation_id: int) -> bool:
        """Resume a paused or interrupted operation; return False if there is nothing to resume."""
        return self._resume(self.get_operation_status(operation_id))

    def _resume(self, status: OperationStatus) -> bool:
        if status.status not in {"paused", "interrupted", "failed"}:
            return False
        if status.status != "paused" and not status.counts.get("pending"):  # if paused, it may only need to end
            return False
        return self._queue.resume(self._queue.ensure_job(status.id), by=current_actor().name)

    @remote()
    def handle(self, operation_id: int) -> OperationHandle:
        """Return the handle of an operation; UnknownIdError if it does not exist."""
        self.get_operation_status(operation_id)
        return OperationHandle(self, operation_id)

    @remote()
    def wait(self, operation_id: int, seconds: float) -> OperationStatus:
        """Wait at most some seconds until an operation has ended, and return its status."""
        return self.handle(operation_id).wait(min(seconds, LONGEST_WAIT))

    @needs(WRITE_ANY, NAMED, continues=True)
    @remote()
    def resume(self, operation_id: int) -> OperationHandle:
        """Resume a paused, interrupted or failed operation; UsageError if there is nothing to resume."""
        status = self.get_operation_status(operation_id)
        if status.status == "failed":
            self._recover()  # the results of the last files may not be recorded yet
            status = self.get_operation_status(operation_id)
        if not self._resume(status):
            raise self._wrong_state(operation_id, "resume")
        return OperationHandle(self, operation_id)

    @needs(WRITE_SAFE, NAMED)
    @remote()
    def rename(self, operation_id: int, title: str) -> str:
        """Change the title (note) of an operation; return it, at most 200 characters. UnknownIdError if none exists."""
        self.get_operation_status(operation_id)
        title = title.strip()[:200]
        with self._store.atomic() as tx:
            ledger.rename(tx, operation_id, title)
        return title

    @needs(WRITE_SAFE, NAMED)
    @remote()
    def cancel(self, operation_id: int) -> None:
        """Cancel the rest of an operation; wait briefly for the files in progress. UsageError if it has ended."""
        if not self.cancel_operation(operation_id, wait=True):
            raise self._wrong_state(operation_id, "cancel")

    def _wrong_state(self, operation_id: int, action: str) -> errors.UsageError:
        state = self.get_operation_status(operation_id).status.replace("_", " ")
        message = f"Operation {operation_id} is {state}: there is nothing to {action}."
        return errors.UsageError(message, code="wrong_state")

    @needs(WRITE_SAFE, NAMED)
    def cancel_operation(self, operation_id: int, *, wait: bool = False) -> bool:
        """
        Cancel the rest of an operation; return False if it has ended.

        `wait`: up to two seconds, for running files.
        """
        job_id = self._queue.job_of_operation(operation_id)
        if job_id is None:
            return self.cancel_idle(operation_id)
        return self._queue.cancel(job_id, by=current_actor().name, wait=wait)

    @needs(WRITE_SAFE, NAMED)
    def cancel_idle(self, operation_id: int) -> bool:
        """Cancel an operation that is not running; return False if it has no remaining files."""
        status = self.get_operation_status(operation_id)
        if status.status not in {"pending", "paused", "interrupted", "failed"} or not status.counts.get("pending"):
            return False
        self._ledger.skip_pending(operation_id, now=self._clock())
        self._ledger.finish(operation_id, "cancelled", kind=status.operation_type, seconds=0.0, now=self._clock())
        cancelled_items = self._ledger.outcomes(operation_id, cancelled=True)
        job_log.log_outcomes(
            operation_id, self._queue.job_of_operation(operation_id), cancelled_items, kind=status.operation_type
        )
        return True

    def join(self, operation_id: int, timeout: float | None = None) -> None:
        """Wait until an operation is neither running nor about to start."""
        job_id = self._queue.job_of_operation(operation_id)
        if job_id is not None:
            self._queue.join(job_id, timeout)


def _busy_conflict(task: Task, busy: Mapping[int, Holder]) -> WriteResult | None:
    """Return the conflict of a file that an operation uses."""
    holder = busy.get(task.file_id or 0)
    return None if holder is None else protocol.busy_result(task, holder)
