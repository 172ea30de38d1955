"""
Retry: read the files again that an operation did not write, and plan them again.

The cause of a failure often no longer exists (the file was open, its disk was offline, another program had changed it),
and the plan may have changed too. So the old operation is not repeated. Its files are read again, the plan is
refreshed, and a new operation writes the new plan. The new operation can be previewed like any other. The titles of a
publication are planned again in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.flows.accounts.approval_gate import only_proposing
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.scanning.scanner import Scanner
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.model import moments, wording
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import WRITE_ANY
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.operation import MetadataOperation, WriteOptions
from indexium_core.model.operations.outcomes import noun_of
from indexium_core.model.operations.rollback import RollbackCheck, RollbackOptions
from indexium_core.model.planning.plan import PlanQuery, Selection, describe_unfinished
from indexium_core.model.publishing.requests import PublicationRequest, PublicationRetry, PublicationSelection
from indexium_core.model.remote_calls import remote
from indexium_core.store.operations import ledger

_LEVELS = ("safe", "warning")  # the levels of an operation that did not store them


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPreview:
    """What a retry would write: a selection that can be passed to a write."""

    operation_id: int  # the operation that is retried
    plan: MetadataPlan
    selection: Selection
    options: WriteOptions  # the options and the note of that operation
    files: int  # files that the operation did not write
    ready: int  # of these, files that can be written now, within the risk levels of that operation

    @property
    def plan_id(self) -> int:
        """The version of the plan."""
        return self.plan.id

    @property
    def hint(self) -> str:
        """How many of the files cannot be written at all, as a sentence; "" for none."""
        left = self.files - len(self.plan.ids(self.selection))
        return f"{wording.files(left)} of {wording.count(self.files)} cannot be written now." if left > 0 else ""


class RetryService:
    """Starts operations for files that others did not write."""

    def __init__(
        self,
        book: ledger.Ledger,
        planner: MetadataPlanner,
        writer: MetadataWriter,
        history: HistoryService,
        scanner: Scanner,
        *,
        publications: PublishService,
        recover: Callable[[], object],
    ) -> None:
        """`recover` resolves files whose result is unknown when their operation ends."""
        self._publications = publications
        self._ledger = book
        self._planner = planner
        self._writer = writer
        self._history = history
        self._scanner = scanner
        self._recover = recover

    @remote()
    def preview(self, operation_id: int) -> RetryPreview:
        """
        Read the files that a write did not write, and plan them again.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, has no such file, or did not write the plan; or a scan is running.

        """
        operation = self._ended(operation_id)
        if operation.operation_type == "publish":
            message = f"Operation {operation_id} is a publication: its titles are planned again when it is retried."
            raise errors.UsageError(message, code="wrong_state")
        if operation.operation_type != "write" or operation.user_action == "rollback_person":
            message = f"Operation {operation_id} is a rollback. Start the rollback again for the remaining files."
            raise errors.UsageError(message, code="wrong_state")
        unwritten = self._ledger.unwritten_files(operation_id)
        if not unwritten:
            raise _nothing_left(operation)
        self._scanner.reread([(library_id, path) for _, library_id, path in unwritten])
        plan = self._plan(operation)
        selection = Selection(included=frozenset(file_id for file_id, _, _ in unwritten))
        options = self._options(operation)
        ready = len(self._planner.writable_ids(plan, selection, risk=options.risk))
        return RetryPreview(
            operation_id=operation_id,
            plan=plan,
            selection=selection,
            options=options,
            files=len(unwritten),
            ready=ready,
        )

    @remote()
    def preview_rollback(self, operation_id: int) -> RollbackCheck:
        """
        Check the files that a rollback did not roll back.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, has no such file, or was not a rollback of an operation.

        """
        operation = self._ended(operation_id)
        if operation.reverts_id is None:
            raise errors.UsageError(f"Operation {operation_id} is not a rollback.", code="wrong_state")
        return self._history.check(operation.reverts_id, self._rollback_options(operation))

    @remote()
    def preview_publication(self, operation_id: int, *, risk: Sequence[str] | None = None) -> PublicationRetry:
        """
        Plan the titles again that a publication did not write.

        Args:
            operation_id: The publication.
            risk: Risks to write; None: those of the publication.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, has no such title, or was no publication.

        """
        operation = self._ended(operation_id)
        if operation.operation_type != "publish":
            raise errors.UsageError(f"Operation {operation_id} is not a publication.", code="wrong_state")
        selection = self._unpublished(operation, risk)
        return PublicationRetry(selection=selection, summary=self._publications.summary(selection))

    @needs(WRITE_ANY, NAMED)
    @remote()
    def start(
        self,
        operation_id: int,
        *,
        risk: Sequence[str] | None = None,
        note: str = "",
        source: str = "python",
        request: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start an operation for the files that another operation did not write, publish or roll back.

        Args:
            operation_id: The operation.
            risk: Levels to write; None: those of the operation.
            note: For the history; default: the note of the operation.
            source: Client that asks.
            request: An idempotent request; a repeated one does not start a second operation.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: It has not ended, or has no file that can be processed now.

        """
        operation = self._ended(operation_id)
        if operation.operation_type == "rollback" and operation.reverts_id is not None:
            rollback = replace(self._rollback_options(operation), note=note or operation.user_note, source=source)
            return self._history.start_rollback(operation.reverts_id, rollback, request=request)
        if operation.operation_type == "publish":
            how = PublicationRequest(user_note=note or operation.user_note, user_action="retry", source=source)
            return self._publications.start(self._unpublished(operation, risk), how, idempotent=request)
        preview = self.preview(operation_id)
        options = _with_overrides(preview.options, risk=risk, note=note, source=source)
        return self._writer.start_operation(preview.plan, options, selection=preview.selection, request=request)

    @needs(WRITE_ANY, NAMED)
    @remote()
    def begin_publication(
        self,
        operation_id: int,
        *,
        risk: Sequence[str] | None = None,
        note: str = "",
        expected: str = "",
        is_proposal: bool = False,
    ) -> int:
        """
        Publish the titles that a publication did not publish, as a page asks for it; return the id of the operation.

        Args:
            operation_id: The publication.
            risk: Risks to write; None: those of the publication.
            note: For the history; default: the note of the publication.
            expected: The digest of the summary that was shown.
            is_proposal: The person was told that it waits for approval, so it does.

        Raises errors as `start`.

        """
        operation = self._ended(operation_id)
        how = PublicationRequest(user_note=note.strip() or operation.user_note, user_action="retry", source="dashboard")
        with only_proposing(wanted=is_proposal):
            return self._publications.start(self._unpublished(operation, risk), how, expected=expected).id

    def _unpublished(self, operation: MetadataOperation, risk: Sequence[str] | None) -> PublicationSelection:
        """Return the titles that a publication did not write; UsageError if there are none."""
        titles = self._ledger.unwritten_entities(operation.id)
        if not titles:
            raise _nothing_left(operation)
        kept = self._ledger.options(operation.id)
        return PublicationSelection(
            addresses=tuple(each.address for each in titles),
            risk=tuple(kept.get("risk") or _LEVELS) if risk is None else tuple(risk),
            alone=True,
            restore=bool(kept.get("restore")),
            lost_after=moments.parse(kept.get("lost_after") or ""),
            is_by_hand=bool(kept.get("by_hand")),
        )

    def _rollback_options(self, operation: MetadataOperation) -> RollbackOptions:
        """Return the options of a rollback, limited to the items that it did not roll back."""
        stored = self._ledger.options(operation.id)
        with_newer = stored.get("with_newer", False)
        return RollbackOptions(
            item_ids=frozenset(self._unreverted_items(operation)),
            changed=stored.get("changed", "skip"),
            with_newer=with_newer if isinstance(with_newer, bool) else frozenset(with_newer),
            replan=bool(stored.get("replan")),
        )

    def _unreverted_items(self, operation: MetadataOperation) -> list[int]:
        """Return the items that a rollback did not roll back; UsageError if there are none."""
        unwritten = self._ledger.unreverted_items(operation.id)
        if not unwritten:
            raise _nothing_left(operation)
        return unwritten

    def _ended(self, operation_id: int) -> MetadataOperation:
        status = self._writer.get_operation_status(operation_id)
        if status.counts.get("unknown"):
            self._recover()
            status = self._writer.get_operation_status(operation_id)
        operation = self._ledger.operation(operation_id)
        assert operation is not None  # it has a status
        if not status.finished:
            raise errors.UsageError(describe_unfinished(operation_id, status.status), code="wrong_state")
        if operation.origin:
            message = (
                f"The old Indexium ran operation {operation_id} (from {operation.origin}), so it cannot be retried."
            )
            raise errors.UsageError(f"{message} Write its files from the plan.", code="wrong_state")
        return operation

    def _plan(self, operation: MetadataOperation) -> MetadataPlan:
        """Return the newest plan in the modes of the operation, as far as they are known."""
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
            fields=tuple(kept.get("fields") or ()),
            create_backup=kept.get("keep_backup", True),
            hard_links=kept.get("hard_links") or "block",
            preserve_mtime=kept.get("preserve_mtime"),
            user_note=operation.user_note,
            user_action="retry",
        )


def _nothing_left(operation: MetadataOperation) -> errors.UsageError:
    """Return why an operation without unwritten files cannot be retried; some files may only wait."""
    if operation.can_resume:
        message = (
            f"Operation {operation.id} is {operation.status} and has {noun_of(operation.operation_type)}s left. "
            f"'indexium operations resume {operation.id}' resumes it."
        )
        return errors.UsageError(message, code="wrong_state")
    message = f"Operation {operation.id} has no {noun_of(operation.operation_type)} that could be retried."
    return errors.UsageError(message, code="nothing_to_write")


def _with_overrides(options: WriteOptions, *, risk: Sequence[str] | None, note: str, source: str) -> WriteOptions:
    return replace(
        options, risk=options.risk if risk is None else tuple(risk), user_note=note or options.user_note, source=source
    )
