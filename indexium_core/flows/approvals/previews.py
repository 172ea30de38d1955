"""
What a person sees before work starts: each preview is one value, which every front end asks for and shows.

A preview has what the work would do, what the start needs to do exactly that, and why the work would wait for approval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from indexium_core.flows.approvals.approval_service import Approvals
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.writing.writer import MetadataWriter
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.preview import SelectedFiles, WritePreview
from indexium_core.model.operations.rollback import CheckedRollback, RollbackCheck, RollbackOptions
from indexium_core.model.operations.rollback_preview import RollbackPreview
from indexium_core.model.operations.shown_write import ShownWrite
from indexium_core.model.planning.losses import DangerousFilePage, dangerous_file
from indexium_core.model.planning.plan import SAFE, Selection
from indexium_core.model.publishing.requests import (
    DangerousTitle,
    PublicationPreview,
    PublicationSelection,
    named_titles,
)
from indexium_core.model.publishing.risks import PUBLISHED_RISKS
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.remote_calls import remote

_DANGERS = 20  # dangerous titles that are listed
_STALE = 50  # stale files that are listed in full
_PER_PAGE = 20  # dangerous files
_TRIES = 3


class Previews:
    """Previews of writes, publications and rollbacks. Any thread may use it."""

    def __init__(
        self,
        *,
        planner: MetadataPlanner,
        writer: MetadataWriter,
        history: HistoryService,
        publications: PublishService,
        approvals: Approvals,
    ) -> None:
        self._planner, self._writer, self._history = planner, writer, history
        self._publications, self._approvals = publications, approvals

    @remote()
    def of_selection(
        self, plan: MetadataPlan, selection: Selection, *, at: int | None = None, among: Sequence[int] = ()
    ) -> SelectedFiles:
        """
        Return the files that a write of a selection by the present actor would change.

        Args:
            plan: The plan with the search on the screen: selected files outside it are counted as hidden.
            selection: The selection.
            at: The version in which it was made, see `MetadataPlanner.fixed`; default: that of the plan.
            among: Ids of the listed files.

        Raises:
            UnknownIdError: The version does not exist any more.

        """
        fixed = self._planner.fixed(plan, selection, plan.id if at is None else at)
        summary = self._planner.summary(plan, fixed, risk=self._approvals.levels_of_writes(), within=plan.query)
        new = len(set(plan.ids(selection)) - fixed.included) if fixed is not selection else 0
        return SelectedFiles(ids=sorted(plan.selected_among(fixed, among)), summary=summary, new=new)

    @remote()
    def of_write(
        self,
        plan: MetadataPlan,
        options: WriteOptions | None = None,
        *,
        selection: Selection | None = None,
        within: str = "",
    ) -> WritePreview:
        """
        Return what a write of a selection would do; its digest counts the same files as its summary.

        The numbers are those of the newest plan. If the result of a file differs from the shown plan, they are those of
        the shown plan, because nothing is written then.

        Args:
            plan: The plan that the person saw.
            options: How to write.
            selection: The selected files; default: all items of the risk levels in the options.
            within: The search on the screen: selected files outside it are counted as hidden.

        Raises:
            ForbiddenError: The actor may neither start such a write nor propose it.

        """
        options = options or WriteOptions()
        selection = selection or plan.select(risk=options.risk)
        stale = self._planner.stale(plan, selection, limit=_STALE)
        holders = self._writer.holders_of(plan, selection, options)  # first: they may write some of the files meanwhile
        for _ in range(_TRIES):  # the plan may change between the two reads
            plan = plan if stale.count else plan.newest()  # the results are the same, but other files may be writable
            digest = self._planner.digest(plan, selection, risk=options.risk)
            summary = self._planner.summary(
                plan, selection, risk=options.risk, within=within, backup=options.create_backup
            )
            if digest.count == summary.count:
                break
        changes = self._planner.changes(plan, selection, risk=options.risk).of(options.fields)
        is_safe = summary.count == summary.by_risk.get("safe", 0)
        options = replace(options, risk=SAFE) if is_safe else options  # an editor may write safe files at once
        return WritePreview(
            summary=summary,
            changes=changes,
            digest=digest,
            stale=stale,
            holders=holders,
            reasons=self._approvals.reasons("write", summary.by_risk, levels=options.risk, file_bytes=digest.size),
            options=options,
            title=options.user_note or plan.title_of(selection),
        )

    @remote()
    def before_write(
        self,
        plan: MetadataPlan,
        selection: Selection,
        *,
        options: WriteOptions | None = None,
        within: str = "",
        leaves_out_danger: bool = False,
        page: int = 1,
    ) -> ShownWrite:
        """
        Return the question before a write of a selection, as a page asks it: of all levels that the actor may write.

        Args:
            plan: The plan that the person saw.
            selection: The selected files.
            options: How to write; its levels do not count.
            within: The search on the screen: selected files outside it are counted as hidden.
            leaves_out_danger: No dangerous file is written.
            page: Page of the dangerous files, from 1.

        Raises errors as `of_write`.

        """
        levels = tuple(
            each for each in self._approvals.levels_of_writes() if not (leaves_out_danger and each == "danger")
        )
        newest = plan.newest()  # before the preview: the write then refuses what changes during the preview
        preview = self.of_write(
            plan, replace(options or WriteOptions(), risk=levels), selection=selection, within=within
        )
        return ShownWrite(
            preview=preview,
            plan_id=plan.id if preview.stale.count else newest.id,
            dangers=_dangers(plan, selection, page) if preview.danger_count else _NO_DANGERS,
            leaves_out_danger=leaves_out_danger,
        )

    @remote()
    def of_publication(self, selection: PublicationSelection) -> PublicationPreview:
        """
        Return what a publication of a selection would do.

        Raises:
            UnknownIdError: A title or the library does not exist.
            UsageError: An address or a risk is none.
            ForbiddenError: The actor may neither start a publication nor propose it.

        """
        summary = self._publications.summary(selection)
        reasons = self._approvals.reasons("publish", summary.by_risk, file_bytes=summary.new_bytes)
        first = [self._publications.get(*Entity.of_address(each)) for each in summary.dangers[:_DANGERS]]
        return PublicationPreview(summary=summary, reasons=reasons, dangers=[DangerousTitle.of(each) for each in first])

    @remote()
    def of_titles(
        self,
        addresses: Sequence[str] = (),
        *,
        found: Sequence[str] = (),
        risk: Sequence[str] = PUBLISHED_RISKS,
        alone: bool = False,
    ) -> PublicationPreview:
        """Return what a publication of a fixed set of titles would do; see `PublishService.start_titles`."""
        return self.of_publication(named_titles(addresses, found, risk=risk, alone=alone))

    @remote()
    def of_rollback(
        self,
        operation_id: int,
        options: RollbackOptions | None = None,
        *,
        on_progress: Callable[[int, int], None] = lambda *_: None,
    ) -> CheckedRollback:
        """
        Check every file of an operation, and return what a rollback would do.

        `on_progress` is called with the number of checked files and of all files.

        Raises:
            UnknownIdError: There is no such operation.
            UsageError: The options are invalid.
            ForbiddenError: The actor may neither start a rollback nor propose it.

        """
        options = options or RollbackOptions()
        check = self._history.check(operation_id, options, on_progress=on_progress)
        reasons = self._reasons_of_rollback(check, options)
        offered = _with_choices(check, options) if not reasons and options.risk == "safe" else ()
        waiting = [
            choice
            for choice, chosen in offered
            if self._reasons_of_rollback(check, chosen, more=check.more_by_choice[choice])
        ]
        return CheckedRollback(check=check, reasons=reasons, waiting_choices=frozenset(waiting))

    @remote()
    def before_rollback(self, operation_id: int, options: RollbackOptions | None = None) -> RollbackPreview:
        """Check every file as `of_rollback`, and return what a person sees before the rollback."""
        options = options or RollbackOptions()
        checked = self.of_rollback(operation_id, options)
        return RollbackPreview(operation=self._history.get(operation_id), options=options, checked=checked)

    def _reasons_of_rollback(self, check: RollbackCheck, options: RollbackOptions, more: int = 0) -> tuple[str, ...]:
        by_risk = {options.risk: check.restorable + more}
        return self._approvals.reasons("rollback", by_risk, item_ids=check.item_ids)


_NO_DANGERS = DangerousFilePage(items=[], total=0, page=1, per_page=_PER_PAGE)


def _dangers(plan: MetadataPlan, selection: Selection, page: int) -> DangerousFilePage:
    """Return one page of the dangerous files of a selection."""
    page = max(1, page)
    found, total = plan.sample(selection, "risk:danger", limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    return DangerousFilePage(items=[dangerous_file(each) for each in found], total=total, page=page, per_page=_PER_PAGE)


def _with_choices(check: RollbackCheck, options: RollbackOptions) -> Iterator[tuple[str, RollbackOptions]]:
    """Yield each choice that a file needs, with the options of a rollback with this choice."""
    for choice in check.more_by_choice:
        if choice == "newer":
            yield choice, replace(options, with_newer=frozenset(check.newer))
        else:
            yield choice, replace(options, changed=choice)
