"""
Requests for approval: lists, comments, decisions, and the start of approved work.

`approval_gate` makes the requests. An approval starts the work again, as work of its proposer, from the present plan.
If its digest is not the approved one, nothing starts: the request gets the present items, and waits again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from indexium_core import errors
from indexium_core.flows.accounts.approval_gate import (
    ApprovalGate,
    ApprovedStart,
    WorkDiffersError,
    approving,
    not_waiting,
    only_proposing,
)
from indexium_core.flows.accounts.authority import Authority
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.scanning.scanner import Scanner
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.model import moments, query, wording
from indexium_core.model.accounts.needs import NAMED, needs, permission_to_write
from indexium_core.model.accounts.permissions import PLAN_EDIT, WRITE_ANY, WRITE_SAFE, Permission
from indexium_core.model.approval import (
    DECIDING,
    Approval,
    ApprovalItem,
    ApprovalItemPage,
    ApprovalKind,
    ApprovalNotice,
    ApprovalPage,
    RequestDetails,
    RequestedFile,
    RequestedFilePage,
    RequestLosses,
    WorkSize,
    checked_kind,
    checked_state,
    checked_text,
    noun_of,
)
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import PEOPLE, Actor, acting_as, current_actor, whole_home
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.planning.losses import DangerousFilePage, dangerous_file, lost_texts
from indexium_core.model.planning.plan import SAFE, WRITABLE, PlanItem, PlanQuery, Selection
from indexium_core.model.publishing.requests import PublicationRequest, PublicationSelection
from indexium_core.model.query.filters import MAX_IDS
from indexium_core.model.remote_calls import remote
from indexium_core.model.shapes import page_or_last
from indexium_core.store.approvals import approvals as store
from indexium_core.store.approvals import changers
from indexium_core.store.approvals.approvals import ProposedFile, ProposedWork
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes

_ALL = 2**62  # more than the rows of any table


@checked_arguments
class Approvals:
    """The requests of a home. Any thread may use it."""

    def __init__(
        self,
        database: Database,
        gate: ApprovalGate,
        *,
        planner: MetadataPlanner,
        writer: MetadataWriter,
        history: HistoryService,
        publications: PublishService,
        scanner: Scanner,
        authority: Authority,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._gate, self._clock = database, gate, clock
        self._planner, self._writer, self._history, self._publications = planner, writer, history, publications
        self._scanner, self._authority = scanner, authority

    # Lists.

    @remote()
    def list(self, state: str = "", *, kind: str = "", page: int = 1, per_page: int = 50) -> ApprovalPage:
        """
        Return requests, the newest first.

        Args:
            state: `waiting`, `approved`, `rejected`, `withdrawn`, `expired` or `done`; "": all.
            kind: `write`, `publish` or `rollback`; "": all.
            page: Page of the list, from 1.
            per_page: Requests of a page; 0: all.

        Raises:
            UsageError: There is no such state or kind.

        """
        found, total = store.page(
            self._database.read(),
            state=checked_state(state),
            kind=checked_kind(kind),
            count=per_page or _ALL,
            skip=(page - 1) * per_page,
            now=self._clock(),
        )
        return ApprovalPage(items=found, total=total, page=page, per_page=per_page)

    @remote()
    def get(self, approval_id: int) -> Approval:
        """Return a request with its steps. Raises UnknownIdError."""
        found = store.get(self._database.read(), approval_id, now=self._clock())
        if found is None:
            raise errors.UnknownIdError(f"There is no request {approval_id}. 'indexium requests list' shows them.")
        return found

    @remote()
    def endings(self, approval_ids: Sequence[int]) -> Sequence[str]:
        """Return what became of requests, as sentences to their proposer; none of those that the actor does not see."""
        found = [store.get(self._database.read(), each, now=self._clock()) for each in approval_ids]
        return [each.ending for each in found if each is not None and each.ending]

    @remote()
    def items(self, approval_id: int, *, page: int = 1, per_page: int = 50) -> ApprovalItemPage:
        """Return one page of the files, titles or items of a request; `per_page` 0: all. Raises UnknownIdError."""
        self.get(approval_id)
        found, total = store.items(
            self._database.read(), approval_id, count=per_page or _ALL, skip=(page - 1) * per_page
        )
        return ApprovalItemPage(items=found, total=total, page=page, per_page=per_page)

    @remote()
    def notice(self) -> ApprovalNotice:
        """Return how many requests wait for a decision of the present actor, and how many of the actor wait."""
        waiting = store.waiting(self._database.read(), now=self._clock())
        actor, are_same = current_actor(), self._authority.are_same
        own = tuple(each.id for each in waiting if are_same(each.proposer, actor))
        to_decide = sum(each.id not in own and self._can_decide(each.kind) for each in waiting)
        return ApprovalNotice(to_decide=to_decide, proposed=len(own), own=own)

    @remote()
    def may_decide(self, approval_id: int) -> bool:
        """Return whether the present actor may approve and reject a request that waits. Raises UnknownIdError."""
        approval = self.get(approval_id)
        return approval.state == "waiting" and self._may_decide(approval.kind, approval.proposer)

    @remote()
    def why_not_approve(self, approval_id: int) -> str:
        """
        Return why the present actor may not approve a request that waits, as a sentence; "": the actor may.

        Who caused a change of what would be written is one of its authors, and its authors do not approve it: who
        changed the plan of one of its files or titles since the proposal, by any way in; and, if it is not what was
        proposed any more, everybody who changed anything since. What a program proposes nobody has looked at, so the
        changes since the last write of its files and titles count.

        Raises:
            UnknownIdError: There is no such request.

        """
        try:
            approval = self._waiting(approval_id)
            self._require_decider(approval)
        except errors.UnknownIdError:
            raise
        except (errors.UsageError, errors.ForbiddenError) as error:
            return error.message
        return self._authorship(approval)

    @remote()
    def may_withdraw(self, approval_id: int) -> bool:
        """Return whether the present actor may withdraw a request that waits. Raises UnknownIdError."""
        approval = self.get(approval_id)
        return approval.state == "waiting" and self._authority.are_same(approval.proposer, current_actor())

    @remote()
    def details(self, approval_id: int, *, page: int = 1, per_page: int = 20) -> RequestDetails:
        """
        Return a request with its steps, one page of its files, and what the present actor may do with it.

        While a write waits, its files have what the present plan would do; afterwards, the history has what was done.

        Args:
            approval_id: The request.
            page: Page of the files, from 1; the last one if there are fewer.
            per_page: Files of a page.

        Raises:
            UnknownIdError: There is no such request.

        """
        approval = self.get(approval_id)
        items = page_or_last(lambda number: self.items(approval_id, page=number, per_page=per_page), page, per_page)
        planned, search = dict[int, PlanItem](), ""
        if approval.kind == "write" and approval.state == "waiting":
            plan = self._plan_of(approval, [each.number for each in items.items])
            planned = {item.file_id: item for item in plan.page(per_page=0, include_unchanged=True).items}
            if items.total <= MAX_IDS:
                search = query.search_of(self._selection_of(approval))
        return RequestDetails(
            approval=approval,
            may_decide=self.may_decide(approval_id),
            why_not=self.why_not_approve(approval_id) if approval.state == "waiting" else "",
            may_withdraw=self.may_withdraw(approval_id),
            files=RequestedFilePage(
                items=[_requested_file(each, planned) for each in items.items],
                total=items.total,
                page=items.page,
                per_page=per_page,
            ),
            search=search,
        )

    @remote()
    def losses(self, approval_id: int, *, page: int = 1, per_page: int = 20) -> RequestLosses:
        """
        Return what the work of a request would lose as the plan is now; only a write has files in the plan.

        Args:
            approval_id: The request.
            page: Page of the dangerous files, from 1.
            per_page: Files of a page.

        Raises:
            UnknownIdError: There is no such request.

        """
        approval = self.get(approval_id)
        by_risk = {level: number for level, number in approval.by_risk.items() if number}
        losses = RequestLosses(
            digest=approval.digest,
            summary=approval.summary,
            why=approval.why,
            by_risk=by_risk,
            has_changed=False,
            danger=by_risk.get("danger", 0),
            loses_text=0,
            removes_all_people=0,
            files=DangerousFilePage(items=[], total=0, page=page, per_page=per_page),
        )
        if approval.kind != "write":
            return losses
        plan, selection = self._plan_of(approval), self._selection_of(approval)
        summary = self._planner.summary(plan, selection, risk=tuple(approval.query["options"]["risk"]))
        found, total = plan.sample(selection, "risk:danger", limit=per_page, offset=(page - 1) * per_page)
        return replace(
            losses,
            has_changed=summary.by_risk != by_risk,
            loses_text=summary.loses_text,
            removes_all_people=summary.removes_all_people,
            files=replace(losses.files, items=[dangerous_file(each) for each in found], total=total),
        )

    def _plan_of(self, approval: Approval, file_ids: Sequence[int] | None = None) -> MetadataPlan:
        """Return the present plan with the modes of a write: of some files, or of all."""
        modes = approval.query["modes"]
        return self._planner.plan(
            PlanQuery(
                mode=modes["people_mode"],
                comment_mode=modes["comment_mode"],
                include_unknown=modes["include_unknown"],
                hard_links=modes["hard_links"],
                file_ids=None if file_ids is None else list(file_ids),
            )
        )

    def _selection_of(self, approval: Approval) -> Selection:
        return Selection(included=frozenset(each.number for each in self.items(approval.id, per_page=0).items))

    def reasons(
        self,
        kind: str,
        by_risk: Mapping[str, int],
        *,
        levels: Collection[str] = (),
        file_bytes: int = 0,
        item_ids: Collection[int] = (),
    ) -> tuple[str, ...]:
        """
        Return why work of the present actor would wait for approval, each as a part of a sentence.

        Empty: nothing is known that lets it wait. It may wait nevertheless, if only somebody with some folders decides.

        Args:
            kind: `write`, `publish` or `rollback`.
            by_risk: The number of its files, or titles, by risk level.
            levels: Risk levels that a write may write; default: those of its files.
            file_bytes: Total size of the files.
            item_ids: The items of a rollback, whose files have this size.

        Raises:
            ForbiddenError: The actor may neither start such work nor propose it.
            UsageError: There is no such kind.

        """
        work = checked_kind(kind) or "write"
        needed: Permission = DECIDING[work]
        if work == "write":
            allowed = levels or [level for level, files in by_risk.items() if files]
            needed = permission_to_write(WriteOptions(risk=tuple(allowed)))
        may_start, rule = self._authority.may_start(needed), self._gate.rule
        if item_ids and rule.bytes:  # of items that the actor sees
            file_bytes = store.size_of_items(self._database.read(), item_ids)
        size = WorkSize(noun=noun_of(work), files=sum(by_risk.values()), bytes=file_bytes, by_risk=by_risk)
        libraries = self._authority.libraries
        with whole_home():  # the people who decide
            reader = self._database.read()
            return self._gate.reasons(reader, work, size, may_start=may_start, libraries=lambda: libraries)

    def levels_of_writes(self) -> tuple[str, ...]:
        """Return the risk levels that a write of the present actor has: only safe files for who may write no others."""
        offered = self._authority.offered
        return SAFE if offered is not None and WRITE_SAFE in offered and WRITE_ANY not in offered else WRITABLE

    def only_proposing(self) -> AbstractContextManager[None]:
        """Let all work that starts in the block wait for approval, also if it could start at once."""
        return only_proposing()

    def _authorship(self, approval: Approval) -> str:
        """Return why the present actor is an author of what a request would write, as a sentence; "": it is none."""
        actor, are_same = current_actor(), self._authority.are_same
        with whole_home():
            reader = self._database.read()
            own = (each.items for each in changers.authors(reader, approval.id) if are_same(each.actor, actor))
            items = frozenset[str]().union(*own)
            changed = [] if approval.is_as_proposed else changers.changed_since(reader, approval.proposed_change)
        if items:
            found = f"{wording.plural(len(items), noun_of(approval.kind))} of request {approval.id}"
            reason = f"You changed what would be written of {found}."
        elif any(are_same(each, actor) for each in changed):
            reason = f"Request {approval.id} is not what {approval.proposed_by} proposed any more, and you changed "
            reason += "something since."
        else:
            return ""
        is_person = approval.proposer.kind in PEOPLE
        way_out = f"{approval.proposed_by} has to propose it again" if is_person else "another person has to propose it"
        return f"{reason} Somebody else has to approve it, or {way_out}."

    def _may_decide(self, kind: ApprovalKind, proposer: Actor) -> bool:
        return self._can_decide(kind) and not self._authority.are_same(proposer, current_actor())

    def _can_decide(self, kind: ApprovalKind) -> bool:
        """Return whether the present actor decides about the requests of others of a kind."""
        grants = self._authority.grants
        return current_actor().kind in PEOPLE and (grants is None or DECIDING[kind] in grants.permissions)

    # What people do with them.

    @needs(PLAN_EDIT, NAMED)
    @remote()
    def comment(self, approval_id: int, text: str) -> Approval:
        """
        Add a comment to a request.

        Raises:
            UnknownIdError: There is no such request.
            UsageError: The comment is empty or too long.

        """
        self.get(approval_id)
        words = checked_text(text, what="comment", is_needed=True)
        with self._database.atomic() as tx:
            store.add_entry(tx, approval_id, "commented", current_actor(), words, now=self._clock())
        return self._changed(approval_id)

    @needs(PLAN_EDIT, NAMED)
    @remote()
    def approve(self, approval_id: int, *, expected: str = "", note: str = "") -> Approval:
        """
        Approve a request, and start its work as an operation of its proposer.

        Args:
            approval_id: The request.
            expected: The digest of the request that was shown; "": any.
            note: A comment.

        Raises:
            UnknownIdError: There is no such request.
            UsageError: It does not wait, nothing of it can be written now, its files changed and a scan is running, or
                its proposer cannot act any more.
            ForbiddenError: The actor proposed it, is an author of what would be written, or may not start such work.
            StalePlanError: What would be written is not what was proposed, or not what was shown. The request has the
                present items, and waits again.

        """
        approval = self._waiting(approval_id)
        self._require_decider(approval)
        if not self._authority.is_active(approval.proposer):
            message = (
                f"{approval.proposed_by} cannot act any more, so request {approval_id} cannot be approved. Reject it, "
                "and start the work yourself."
            )
            raise errors.UsageError(message, code="wrong_state")
        if reason := self._authorship(approval):
            raise errors.ForbiddenError(reason)
        words = checked_text(note, what="comment")
        if expected and expected != approval.digest:
            message = f"Request {approval_id} changed since it was shown. Look at it again, then approve it."
            raise errors.StalePlanError(message)
        start = ApprovedStart(approval=approval, actor=current_actor(), note=words)
        try:
            with acting_as(approval.proposer), whole_home(), approving(start):
                self._start(approval)
        except WorkDiffersError as found:
            raise self._differs(approval, found.work) from None
        return self._changed(approval_id)

    @needs(PLAN_EDIT, NAMED)
    @remote()
    def reject(self, approval_id: int, reason: str) -> Approval:
        """
        Reject a request. Nothing of it is written.

        Raises:
            UnknownIdError: There is no such request.
            UsageError: It does not wait, or the reason is empty or too long.
            ForbiddenError: The actor proposed it, or may not start such work.

        """
        approval = self._waiting(approval_id)
        self._require_decider(approval)
        return self._end(approval, "rejected", checked_text(reason, what="reason", is_needed=True))

    @needs(PLAN_EDIT, NAMED)
    @remote()
    def withdraw(self, approval_id: int, note: str = "") -> Approval:
        """
        Withdraw an own request. Nothing of it is written.

        Raises:
            UnknownIdError: There is no such request.
            UsageError: It does not wait.
            ForbiddenError: Somebody else proposed it.

        """
        approval, actor = self._waiting(approval_id), current_actor()
        if not self._authority.are_same(approval.proposer, actor):
            who = approval.proposed_by
            raise errors.ForbiddenError(f"{who} proposed request {approval_id}, so only {who} can withdraw it.")
        return self._end(approval, "withdrawn", checked_text(note, what="comment"))

    def _end(self, approval: Approval, state: Literal["rejected", "withdrawn"], note: str) -> Approval:
        actor, now = current_actor(), self._clock()
        with self._database.atomic() as tx:
            if not store.decide(tx, approval.id, state, actor, note=note, now=now):
                raise not_waiting(approval.id)
            store.add_entry(tx, approval.id, state, actor, note, now=now)
        return self._changed(approval.id)

    def _changed(self, approval_id: int) -> Approval:
        self._gate.changed(approval_id)
        return self.get(approval_id)

    def _waiting(self, approval_id: int) -> Approval:
        approval = self.get(approval_id)
        if approval.state != "waiting":
            message = f"Request {approval_id} is {approval.state}, so nobody can decide about it any more."
            raise errors.UsageError(message, code="wrong_state")
        return approval

    def _require_decider(self, approval: Approval) -> None:
        actor = current_actor()
        if actor.kind not in PEOPLE:
            raise errors.ForbiddenError("Only a person can decide about a request. Sign in, then decide.")
        if self._authority.are_same(approval.proposer, actor):
            message = f"You proposed request {approval.id}, so somebody else has to decide about it."
            raise errors.ForbiddenError(message)
        self._authority.require(DECIDING[approval.kind])

    # The start of approved work.

    def _start(self, approval: Approval) -> OperationHandle:
        starts = {"write": self._write, "publish": self._publish, "rollback": self._roll_back}
        return starts[approval.kind](approval)

    def _write(self, approval: Approval) -> OperationHandle:
        query = approval.query
        kept = query["options"]
        options = WriteOptions(
            risk=tuple(kept["risk"]),
            fields=tuple(kept["fields"]),
            create_backup=kept["keep_backup"],
            hard_links=kept["hard_links"],
            preserve_mtime=kept["preserve_mtime"],
            user_note=query["user_note"],
            user_action=query["user_action"],
            source=query["source"],
        )
        self._reread(approval)
        plan = self._planner.plan_with_modes(Modes(**query["modes"]))
        return self._writer.start_operation(plan, options, selection=self._selection(approval))

    def _reread(self, approval: Approval) -> None:
        """Read the files again that another program changed since the last scan, so that the plan has their state."""
        changed = [
            (each.library_id, each.path)
            for each in store.files(self._database.read(), approval.id)
            if not _is_as_known(each)
        ]
        if changed:
            self._scanner.reread(changed)

    def _selection(self, approval: Approval) -> Selection:
        keys = store.item_keys(self._database.read(), approval.id)
        return Selection(included=frozenset(int(key.partition(":")[2]) for key in keys))

    def _publish(self, approval: Approval) -> OperationHandle:
        query = approval.query
        kept = query["options"]
        selection = PublicationSelection(
            addresses=tuple(store.item_keys(self._database.read(), approval.id)),
            risk=tuple(kept["risk"]),
            alone=True,
            restore=kept["restore"],
            lost_after=moments.parse(kept["lost_after"] or ""),
            is_by_hand=kept["by_hand"],
        )
        how = PublicationRequest(user_note=query["user_note"], user_action=query["user_action"], source=query["source"])
        return self._publications.start(selection, how)

    def _roll_back(self, approval: Approval) -> OperationHandle:
        options = RollbackOptions.of_arguments(approval.query["rollback"])
        return self._history.start_rollback(approval.reverts_id or 0, options)

    def _differs(self, approval: Approval, work: ProposedWork) -> errors.StalePlanError | errors.ForbiddenError:
        """
        Give a request its present items, and return the error: which items differ, or why the actor is an author.

        Raises UsageError if somebody else has decided meanwhile.
        """
        names, count, gone = store.differing(self._database.read(), approval.id, work)
        if count:
            differ = wording.plural(count, f"{work.size.noun} differs", f"{work.size.noun}s differ")
            more = f" and {count - len(names):,} more" if count > len(names) else ""
            note = f"{differ} from what was proposed: {', '.join(names)}{more}."
            if gone:
                note += f" {wording.plural(gone, 'is', 'are')} not in the request any more, and not written."
        else:
            note = "An option differs from what was proposed."
        with self._database.atomic() as tx:
            if not store.change(tx, approval.id, work, note=note):
                raise not_waiting(approval.id)
            store.add_entry(tx, approval.id, "changed", current_actor(), note, now=self._clock())
        self._gate.changed(approval.id)
        if reason := self._authorship(self.get(approval.id)):
            return errors.ForbiddenError(f"Nothing was started. {note} {reason}")
        message = f"Nothing was started. {note} Request {approval.id} has to be approved again."
        return errors.StalePlanError(message)


def _is_as_known(file: ProposedFile) -> bool:
    """Return whether a file has the size and the time that the catalog has."""
    try:
        stat = Path(os.fsdecode(file.path)).stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (file.size, file.mtime_ns)


def _requested_file(each: ApprovalItem, planned: Mapping[int, PlanItem]) -> RequestedFile:
    is_file = each.item.startswith("file:")
    plan = planned.get(each.number) if is_file else None
    return RequestedFile(
        item=each.item,
        file_id=each.number if is_file else None,
        name=each.name,
        path=each.path,
        tags=[] if plan is None else plan.row_tags,
        more=0 if plan is None else plan.more_tags,
        risk="" if plan is None else plan.risk_level,
        reason="" if plan is None else plan.reason,
        texts=[] if plan is None else lost_texts(plan),
    )
