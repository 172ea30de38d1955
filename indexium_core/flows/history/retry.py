"""
Trying again: the files that an operation did not get written, looked at and planned afresh.

What stopped a file is often over (it was open, its disk was away, another program had changed it), and what is to be
written may have changed with it. So nothing of the old operation is repeated: its files are read again, the plan is
worked out again, and what it says now is a new operation, which can be looked at first as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexium_core import errors
from indexium_core.flows.history import history_service
from indexium_core.flows.planning import planner as planning
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.scanning import scanner as scanning
from indexium_core.flows.writing import writer as writing
from indexium_core.model.operations.operation import MetadataOperation, RollbackCheck, WriteOptions
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.planning.plan import PlanQuery, Selection, describe_unfinished
from indexium_core.model.remote_calls import remote
from indexium_core.store.operations import ledger

__all__ = ["RetryPreview", "RetryService"]

_LEVELS = ("safe", "warning")  # that an operation wrote which does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPreview:
    """What trying again would write: to be looked at, and to be given to a write."""

    operation_id: int  # the operation that did not get everything written
    plan: MetadataPlan
    selection: Selection
    options: WriteOptions  # as that operation was started, with its note
    files: int  # files that it did not get written
    ready: int  # those of them that can be written now, of the levels that it was to write


class RetryService:
    """Starts operations over what others left."""

    def __init__(
        self,
        book: ledger.Ledger,
        planner: planning.MetadataPlanner,
        writer: writing.MetadataWriter,
        service: history_service.HistoryService,
        scanner: scanning.Scanner,
        *,
        recover: Callable[[], object],
    ) -> None:
        """`recover` finds out what became of files that were unclear when their operation ended."""
        self._ledger = book
        self._planner = planner
        self._writer = writer
        self._history = service
        self._scanner = scanner
        self._recover = recover

    @remote()
    def look(self, operation_id: int) -> RetryPreview:
        """
        Look at the files that a write left, and plan them afresh.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, left nothing, or was no write of the plan; or a scan is running.

        """
        operation = self._ended(operation_id)
        if operation.operation_type != "write" or operation.user_action == "rollback_person":
            message = f"Operation {operation_id} took something back: ask for the rest of that once more."
            raise errors.UsageError(message, code="wrong_state")
        left = self._ledger.unwritten(operation_id)
        if not left:
            raise _nothing_left(operation)
        self._scanner.reread([(library_id, path) for _, library_id, path in left])
        plan = self._plan(operation)
        selection = Selection(included=frozenset(file_id for file_id, _, _ in left))
        options = self._options(operation)
        ready = len(self._planner.writable_ids(plan, selection, risk=options.risk))
        return RetryPreview(
            operation_id=operation_id, plan=plan, selection=selection, options=options, files=len(left), ready=ready
        )

    @remote()
    def look_back(self, operation_id: int) -> RollbackCheck:
        """
        Look at the files that a rollback did not take back, as a rollback of just these does.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, left nothing, or was no rollback of an operation.

        """
        operation = self._ended(operation_id)
        if operation.reverts_id is None:
            message = f"Operation {operation_id} took no operation back."
            raise errors.UsageError(message, code="wrong_state")
        return self._history.check(
            operation.reverts_id, item_ids=self._not_taken_back(operation), **self._chosen(operation_id)
        )

    @remote()
    def start(
        self,
        operation_id: int,
        *,
        risk: Sequence[str] | None = None,
        note: str = "",
        source: str = "python",
        asked: IdempotentRequest | None = None,
    ) -> writing.OperationHandle:
        """
        Try once more what an operation did not get done, as an operation of its own; of a rollback, the rest of it.

        Args:
            operation_id: The operation.
            risk: Levels to write; None: those that it was to write.
            note: For the history; default: that of the operation.
            source: Face that asks.
            asked: The request of a program that is not to begin a second one.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, or left nothing that can be done now.

        """
        operation = self._ended(operation_id)
        if operation.operation_type == "rollback" and operation.reverts_id is not None:
            replan = bool(self._ledger.options(operation_id).get("replan"))
            note = note or operation.user_note
            left = self._not_taken_back(operation)
            return self._history.start_rollback(
                operation.reverts_id,
                item_ids=left,
                note=note,
                source=source,
                replan=replan,
                asked=asked,
                **self._chosen(operation_id),
            )
        found = self.look(operation_id)
        options = _with(found.options, risk=risk, note=note, source=source)
        return self._writer.start_operation(found.plan, options, selection=found.selection, asked=asked)

    def _chosen(self, operation_id: int) -> dict[str, Any]:
        """Return what was chosen for files that something stands in the way of, when a rollback was asked for."""
        options = self._ledger.options(operation_id)
        return {name: options[name] for name in ("changed", "with_newer") if name in options}

    def _not_taken_back(self, operation: MetadataOperation) -> list[int]:
        """Return the items that a rollback was to take back and did not; UsageError where it left none."""
        left = self._ledger.left_reverts(operation.id)
        if not left:
            raise _nothing_left(operation)
        return left

    def _ended(self, operation_id: int) -> MetadataOperation:
        status = self._writer.get_operation_status(operation_id)
        if status.counts.get("unknown"):
            self._recover()
            status = self._writer.get_operation_status(operation_id)
        operation = self._ledger.operation(operation_id)
        assert operation is not None  # else there was no status
        if not status.finished:
            raise errors.UsageError(describe_unfinished(operation_id, status.status), code="wrong_state")
        return operation

    def _plan(self, operation: MetadataOperation) -> MetadataPlan:
        """Return the newest plan in the modes of the operation's, as far as that is still known."""
        hard_links = self._ledger.options(operation.id).get("hard_links") or "block"
        try:
            modes = self._planner.plan(PlanQuery(plan_id=operation.plan_id)).modes
        except errors.UnknownIdError:
            return self._planner.plan(PlanQuery(hard_links=hard_links))
        return self._planner.plan_with_modes(modes)

    def _options(self, operation: MetadataOperation) -> WriteOptions:
        kept = self._ledger.options(operation.id)
        return WriteOptions(
            risk=tuple(kept.get("risk") or _LEVELS),
            create_backup=kept.get("keep_backup", True),
            hard_links=kept.get("hard_links") or "block",
            preserve_mtime=kept.get("preserve_mtime"),
            user_note=operation.user_note,
            user_action="retry",
        )


def _nothing_left(operation: MetadataOperation) -> errors.UsageError:
    """Return why an operation cannot be tried again of which no file was left undone; some may only wait."""
    if operation.can_go_on:
        message = (
            f"Operation {operation.id} is {operation.status}, with files that it did not get to: "
            f"'indexium operations resume {operation.id}' goes on with it."
        )
        return errors.UsageError(message, code="wrong_state")
    message = f"Operation {operation.id} left no file undone that could be tried again."
    return errors.UsageError(message, code="nothing_to_write")


def _with(options: WriteOptions, *, risk: Sequence[str] | None, note: str, source: str) -> WriteOptions:
    return replace(
        options, risk=options.risk if risk is None else tuple(risk), user_note=note or options.user_note, source=source
    )
