"""
The gate in front of every start of a write, a publication or a rollback.

The transaction that records an operation calls `ApprovalGate.admit` before it commits. If the work has to wait for
another person, the transaction is undone, and a request for approval is stored instead: so no front end, schedule or
token can go around it. The start of approved work passes the gate, too: it compares the digest of what would be
written with the approved one, and stores the decision in the same transaction as the operation. So approved work starts
once, also if the program is killed at any moment.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar

from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import permissions_of
from indexium_core.model.approval import (
    BEYOND_ROLE,
    DECIDING,
    KIND_WORDS,
    WANTED,
    Approval,
    ApprovalKind,
    ApprovalRule,
    WorkSize,
    noun_of,
)
from indexium_core.model.fields.table import RATING
from indexium_core.model.operations.actor import PEOPLE, Actor, current_actor
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.settings import Settings
from indexium_core.store import idempotency
from indexium_core.store.accounts import users
from indexium_core.store.approvals import approvals as store
from indexium_core.store.approvals.approvals import ProposedWork
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.operations import ledger
from indexium_core.store.operations.ledger import Admission
from indexium_core.store.plan_version import Modes

T = TypeVar("T")
EVENT = "approvals:changed"
Libraries: TypeAlias = frozenset[int] | None  # ids of folders; None: all
_REPEATED = frozenset({RATING})  # clients that start by themselves, again and again, everything of a person that waits


@dataclass(frozen=True, slots=True)
class ApprovedStart:
    """The start of a request that somebody approves now."""

    approval: Approval
    actor: Actor
    note: str


class WorkDiffersError(Exception):
    """What would be written is not what was proposed."""

    def __init__(self, work: ProposedWork) -> None:
        super().__init__()
        self.work = work


class _WorkWaitsError(Exception):
    """The work has to wait, so its transaction is undone."""

    def __init__(self, work: ProposedWork, reasons: Collection[str]) -> None:
        super().__init__()
        self.work, self.reasons = work, reasons


_is_beyond_role: contextvars.ContextVar[bool] = contextvars.ContextVar("indexium_beyond_role", default=False)
_is_only_proposed: contextvars.ContextVar[bool] = contextvars.ContextVar("indexium_only_proposed", default=False)
_approved: contextvars.ContextVar[ApprovedStart | None] = contextvars.ContextVar("indexium_approved", default=None)


@contextlib.contextmanager
def _set(variable: contextvars.ContextVar[T], value: T) -> Iterator[None]:
    """Give a variable a value in the block."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def beyond_role() -> AbstractContextManager[None]:
    """Let all work that starts in the block wait, because the role of its actor does not allow to start it."""
    return _set(_is_beyond_role, value=True)


def only_proposing(*, wanted: bool = True) -> AbstractContextManager[None]:
    """Let all work that starts in the block wait, because its actor wants to propose it; not `wanted`: as before."""
    return _set(_is_only_proposed, value=wanted or _is_only_proposed.get())


def approving(start: ApprovedStart) -> AbstractContextManager[None]:
    """Let the work of a request start in the block, if it is what was approved; otherwise raise `WorkDiffersError`."""
    return _set(_approved, start)


def rule_of(config: Settings) -> ApprovalRule:
    """Return the rule of the present settings: a changed setting counts for the next start."""
    return ApprovalRule(risk=config.approval_risk, files=int(config.approval_files), bytes=int(config.approval_bytes))


class ApprovalGate:
    """Says which work waits, and stores the requests. One instance serves a home; any thread may use it."""

    def __init__(
        self,
        database: Database,
        *,
        config: Settings,
        events: EventBus,
        persons_of: Callable[[Actor], frozenset[str]],
        clock: Callable[[], datetime],
    ) -> None:
        """`persons_of` returns the keys of the persons behind an actor, see `Authority.persons_of`."""
        self._database, self._config, self._events, self._clock = database, config, events, clock
        self._persons_of = persons_of

    @property
    def rule(self) -> ApprovalRule:
        """The present rule."""
        return rule_of(self._config)

    @contextlib.contextmanager
    def proposing(self, request: IdempotentRequest | None = None) -> Iterator[None]:
        """
        Turn work of the block that has to wait into a request.

        `request`: the idempotent request that starts the work; a repeated one gets the same answer.

        Raises:
            ApprovalNeededError: The work waits; the error names the request.

        """
        try:
            yield
        except _WorkWaitsError as waiting:
            raise self._propose(waiting.work, waiting.reasons, request) from None

    def of_write(self, variant_id: int, modes: Modes) -> Admission:
        """Return what lets a write of a variant of the plan start, see `admit`."""

        def admit(tx: Connection, operation_id: int) -> None:
            by_risk = partial(store.risks, tx, operation_id, variant_id=variant_id)
            self.admit(tx, operation_id, by_risk, kind="write", modes=asdict(modes))

        return admit

    def of_rollback(self, reverts_id: int, options: RollbackOptions) -> Admission:
        """Return what lets a rollback of an operation start, see `admit`."""

        def admit(tx: Connection, operation_id: int) -> None:
            def by_risk() -> dict[str, int]:
                return {options.risk: ledger.counts_by_status(tx, operation_id)["pending"]}

            arguments = options.as_arguments()
            self.admit(tx, operation_id, by_risk, kind="rollback", reverts_id=reverts_id, rollback=arguments)

        return admit

    def reasons(
        self,
        reader: Connection,
        kind: ApprovalKind,
        size: WorkSize,
        *,
        may_start: bool,
        libraries: Callable[[], Libraries],
    ) -> tuple[str, ...]:
        """
        Return why work of the present actor waits; empty: it starts.

        Args:
            reader: Reads the whole home.
            kind: What it is for people.
            size: Its size.
            may_start: Whether the role of the actor allows to start it.
            libraries: Returns the libraries of its files, or those that they may be in; None: all.

        """
        reasons = self.rule.reasons(size)
        if not may_start:
            return (BEYOND_ROLE, *reasons)
        if reasons and self._somebody_else_decides(reader, kind, current_actor(), libraries()):
            return reasons
        return (WANTED,) if _is_only_proposed.get() else ()

    def admit(
        self,
        tx: Connection,
        operation_id: int,
        by_risk: Callable[[], Mapping[str, int]],
        *,
        kind: ApprovalKind,
        reverts_id: int | None = None,
        **arguments: Any,
    ) -> None:
        """
        Let an operation start that the transaction has recorded, or undo the transaction with an error.

        Args:
            tx: The transaction.
            operation_id: The recorded operation.
            by_risk: Returns its files, or titles, by risk level.
            kind: What it is for people: the removal of a person from what an operation wrote is a rollback.
            reverts_id: The operation that a rollback reverts.
            arguments: With which the work starts again, as JSON values.

        """
        start, may_start = _approved.get(), not _is_beyond_role.get()
        if start is None and may_start and not (self.rule.is_on or _is_only_proposed.get()):
            return  # before anything is read of the operation
        size = store.size(tx, operation_id, noun=noun_of(kind), by_risk=by_risk())
        reasons = self.reasons(tx, kind, size, may_start=may_start, libraries=lambda: store.libraries(tx, operation_id))
        if start is None and not reasons:
            return  # without the digest of each item
        work = self._work(tx, operation_id, size, kind=kind, reverts_id=reverts_id, arguments=arguments)
        if start is None:
            raise _WorkWaitsError(work, reasons)
        self._start_approved(tx, operation_id, work, start)

    def _start_approved(self, tx: Connection, operation_id: int, work: ProposedWork, start: ApprovedStart) -> None:
        approval = start.approval
        if work.digest != approval.digest:
            raise WorkDiffersError(work)
        now = self._clock()
        if not store.decide(
            tx, approval.id, "approved", start.actor, note=start.note, now=now, operation_id=operation_id
        ):
            raise not_waiting(approval.id)
        store.add_entry(tx, approval.id, "approved", start.actor, start.note, now=now)

    def _work(
        self,
        tx: Connection,
        operation_id: int,
        size: WorkSize,
        *,
        kind: ApprovalKind,
        reverts_id: int | None,
        arguments: Mapping[str, Any],
    ) -> ProposedWork:
        facts = store.operation_facts(tx, operation_id)
        return ProposedWork(
            kind=kind,
            title=facts.title,
            size=size,
            query={
                **arguments,
                "options": json.loads(facts.options),
                "user_note": facts.user_note,
                "user_action": facts.user_action,
                "source": facts.source,
            },
            options=facts.options,
            reverts_id=reverts_id,
            items=store.recorded_items(tx, operation_id),
        )

    def _somebody_else_decides(
        self, reader: Connection, kind: ApprovalKind, actor: Actor, libraries: Libraries
    ) -> bool:
        """
        Return whether a person who can sign in, sees all files, and is not the actor, may decide about work.

        A token that one of them made for the other has nobody else, but the other has not seen its work.
        """
        able = {
            f"user/{user_id}"
            for user_id, each in users.rights(reader).items()
            if DECIDING[kind] in permissions_of(each.role)
            and (each.libraries is None or (libraries is not None and each.libraries >= libraries))
        }
        own = self._persons_of(actor)
        return bool(able - own) or (actor.kind == "token" and len(able) > 1)

    def _propose(
        self, work: ProposedWork, reasons: Collection[str], request: IdempotentRequest | None
    ) -> errors.ApprovalNeededError:
        """Store a request, or find the same one, and return the error that names it."""
        actor, now = current_actor(), self._clock()
        with self._database.atomic() as tx:
            is_repeated = work.query["source"] in _REPEATED
            approval_id = store.same(tx, work, actor, is_repeated=is_repeated, now=now)
            if approval_id is not None and actor.kind in PEOPLE and not is_repeated:  # who looks at it
                store.propose_again(tx, approval_id, actor, str(work.query["user_note"] or ""), now=now)
            if approval_id is None:
                expires_at = now + timedelta(days=int(self._config.approval_days))
                approval_id = store.add(tx, work, actor, reasons=reasons, now=now, expires_at=expires_at)
                if is_repeated:
                    self._replace_former(tx, approval_id, str(work.query["source"]), actor)
            if request is not None:
                answer = {**request.answer, "approval_id": approval_id}
                idempotency.add(tx, IdempotentRequest(key=request.key, mark=request.mark, answer=answer), at=now)
        self.changed(approval_id)
        message = (
            f"This {KIND_WORDS[work.kind]} of {work.size.items} waits for approval as request {approval_id}: "
            f"{wording.list_of(list(reasons))}. The page Requests and 'indexium requests show {approval_id}' show its "
            "state."
        )
        return errors.ApprovalNeededError(message, approval_id=approval_id)

    def _replace_former(self, tx: Connection, approval_id: int, source: str, actor: Actor) -> None:
        now, note = self._clock(), f"Request {approval_id} replaces it."
        for former in store.replaced(tx, approval_id, source, actor):
            store.decide(tx, former, "withdrawn", actor, note=note, now=now)
            store.add_entry(tx, former, "withdrawn", actor, note, now=now)

    def changed(self, approval_id: int) -> None:
        """Announce that a request is new, or has another state, comment or items."""
        self._events.emit(EVENT, approval_id=approval_id)


def not_waiting(approval_id: int) -> errors.UsageError:
    """Return the error about a request that does not wait any more."""
    message = f"Request {approval_id} does not wait any more. 'indexium requests show {approval_id}' shows its state."
    return errors.UsageError(message, code="wrong_state")
