"""The start of a publication, and its dry run: from planned side files to an operation that runs in the background."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from indexium_core.flows.accounts.approval_gate import ApprovalGate
from indexium_core.flows.writing import file_edit, protocol
from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.model import wording
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.operation import FAILED_STATUSES, ItemDetails, WriteResult
from indexium_core.model.publishing.requests import PublicationRequest
from indexium_core.store import home_files
from indexium_core.store.database import Database
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.operations.ledger_rows import Task
from indexium_core.store.publishing import items
from indexium_core.store.publishing.items import NewPublication


class PublicationWriter:
    """Starts publications with the writer of a home, which pauses and ends them as any operation."""

    def __init__(
        self,
        store: Database,
        writer: MetadataWriter,
        *,
        gate: ApprovalGate,
        owner: str,
        clock: Callable[[], datetime],
        keep_days: Callable[[], int],
    ) -> None:
        """`keep_days`: how long an operation can be rolled back; `owner`: the instance that may start its job."""
        self._store, self._writer, self._ledger = store, writer, Ledger(store)
        self._gate, self._owner, self._clock, self._keep_days = gate, owner, clock, keep_days

    @property
    def rollback_until(self) -> datetime:
        """Until when a publication that starts now can be rolled back."""
        return self._clock() + timedelta(days=self._keep_days())

    def start(
        self,
        publications: Sequence[NewPublication],
        request: PublicationRequest,
        *,
        options: Mapping[str, Any],
        idempotent: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start writing the side files of titles and videos, which `publishing` has planned.

        Raises ApprovalNeededError if the publication waits for approval.
        """
        self._writer.require_startable(len(publications))
        now = self._clock()
        by_risk = Counter(each.row.risk for each in publications)
        with self._gate.proposing(idempotent), self._store.atomic() as tx:
            operation_id = items.create(
                tx,
                publications,
                options=options,
                user_note=request.user_note,
                user_action=request.user_action,
                source=request.source,
                now=now,
                expires_at=self.rollback_until,
                owner=self._owner,
                request=idempotent,
            )
            self._gate.admit(tx, operation_id, lambda: by_risk, kind="publish")
        return self._writer.begin(operation_id)

    def check(
        self,
        publications: Sequence[NewPublication],
        *,
        progress: Callable[[int, int], bool | None] | None = None,
    ) -> DryRunReport:
        """Check the side files of titles as their publication would, as `MetadataWriter.dry_run`."""
        started = time.monotonic()
        busy = items.busy(self._store.read(), publications)
        home = self._store.home
        policy = WritePolicy(backups=home / home_files.JOURNALS, pictures=home / home_files.PICTURES)
        tasks = items.preview_tasks(self._store.read(), publications)

        def check_task(task: Task) -> WriteResult:
            holder = busy.get(task.subject)
            return protocol.busy_result(task, holder) if holder else file_edit.check(task, policy)

        report = self._writer.check_tasks(tasks, check_task, progress)
        return replace(report, seconds=time.monotonic() - started)

    def failed_items(self, operation_id: int) -> list[ItemDetails]:
        """Return the items of an operation that were not written."""
        return self._ledger.items(operation_id, statuses=FAILED_STATUSES, per_page=0)[0]

    def problem_of(self, operation_id: int) -> str:
        """Return why an operation was stopped, or why some of its titles were not written; "" if all were."""
        operation = self._ledger.operation(operation_id)
        if operation is not None and operation.status in ("failed", "interrupted"):
            return operation.error_message or f"Operation {operation_id} was interrupted."
        failed = self.failed_items(operation_id)
        if not failed:
            return ""
        count = wording.plural(len(failed), "title")
        return f"{count} could not be written: operation {operation_id}. {failed[0].message}".rstrip()

    def resume(self, operation_id: int) -> OperationHandle:
        """Resume an operation that was stopped; UsageError if there is nothing to resume."""
        return self._writer.resume(operation_id)
