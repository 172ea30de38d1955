"""
Undo of steps of every kind, and redo of review steps, which are decisions about the plan.

Undo of a review step reverts decisions, and the changes of people that belong to them. Files on disk do not change: the
report counts the files that were written after the step. A file with a newer decision keeps it: of somebody else, or
outside of steps (a rollback postpones files). People who changed after the step do not change.

Each actor undoes the own steps, newest first. Only who may undo every step can undo a step of somebody else, by its id.
The person at this computer undoes all steps.

The steps about titles are undone by the services that made them: `assembly/titles.py` names the function of each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from indexium_core import errors
from indexium_core.model import labels
from indexium_core.model.accounts.needs import FOUND, needs
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.operations.actor import Actor, acting_as, current_actor
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.steps import StepKind, StepOutcome, StepReport, StepRow, Steps
from indexium_core.store import limited_reader
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.review import steps as store

_ID_END = 2**63


class UndoneStep(NamedTuple):
    """The result of the undo of a step about titles."""

    files: int
    titles: int
    follow: Callable[[], None]  # is called after the transaction: sends events
    note: str = ""  # a sentence after “Undone: …”; without files and titles, why nothing was undone


class UndoStep(Protocol):
    """Undoes a step about titles in a transaction; `before` is what the step keeps (a JSON object)."""

    def __call__(self, tx: Connection, before: str, step: StepRow, *, at: datetime) -> UndoneStep: ...


class StepService:
    """Undoes the steps of a home, and redoes its review steps."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
        may_undo_any: Callable[[], bool] = lambda: True,
        kinds: Mapping[StepKind, UndoStep] = MappingProxyType({}),
    ) -> None:
        """
        Create the service.

        Args:
            database: The database of the home.
            clock: Returns the current time (UTC).
            on_change: Called after a step of the review is undone or done again.
            may_undo_any: Returns whether the present actor may undo the steps of others.
            kinds: Undoes the steps about titles, by their kinds.

        """
        self._on_change, self._may_undo_any, self._kinds = on_change, may_undo_any, kinds
        self._database = database
        self._clock = clock

    @remote()
    def next(self) -> Steps:
        """Return the own next steps to undo and to redo, and the ids of all steps that the actor can undo."""
        reader, now, actor = self._database.read(), self._clock(), current_actor()
        found, may_undo_any = store.to_undo(reader, at=now), self._may_undo_any()
        return Steps(
            undo=_newest(found, actor),
            redo=store.next_to_redo(reader, actor, at=now),
            undoable=tuple(each.step_id for each in found if may_undo_any or each.is_of(actor)),
        )

    @remote()
    def last(self, kind: StepKind, subject: str) -> int | None:
        """
        Return the id of the last step in force of a kind about a subject; None if there is none.

        The subject of a match is the id of its title, of a move the id of its file, of a value the id of its title and
        the name of its field, with a space between.
        """
        found = store.about(self._database.read(), kind, subject)
        return next((each.step_id for each in found if each.undone_at is None), None)

    @remote()
    def list(self) -> list[StepRow]:
        """Return the newest steps of every kind, newest first."""
        return store.all_steps(self._database.read(), at=self._clock())

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def undo(self, step_id: int | None = None, *, kind: StepKind | None = None) -> StepReport | None:
        """
        Undo a step; without an id the newest own one (of a kind) that can be undone. None if there is none.

        Raises:
            UnknownIdError: There is no such step (of this kind).
            ForbiddenError: Somebody else made the step, and the actor may not undo the steps of others.
            UsageError: The step is undone, or a later one must be undone first.

        """
        now = self._clock()
        done = self._database.run(lambda tx: self._undone(tx, self._undoable(tx, step_id, kind, at=now), at=now))
        if done is None:
            return None
        report, follow = done
        follow()
        return report

    def _undone(
        self, tx: Connection, step: StepRow | None, *, at: datetime
    ) -> tuple[StepReport, Callable[[], None]] | None:
        """Undo a step, and return the result and what follows after the transaction."""
        if step is None:
            return None
        if step.kind == "review":
            return _reviewed(step, store.turn(tx, step, undo=True, at=at), undo=True), self._on_change
        done = self._kinds[step.kind](tx, store.before(tx, step.step_id), step, at=at)
        store.mark_undone(tx, step.step_id, at=at)
        summary = " ".join(
            filter(None, [f"{'Undone' if done.files or done.titles else 'Not undone'}: {step.label}.", done.note])
        )
        report = StepReport(
            step_id=step.step_id, label=step.label, undone=True, files=done.files, titles=done.titles, summary=summary
        )
        return report, done.follow

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def redo(self, step_id: int | None = None) -> StepReport | None:
        """
        Redo the own review step that was undone last; None if there is none.

        Raises:
            UsageError: `step_id` is not the next step.

        """
        now = self._clock()
        with self._database.atomic() as tx:
            step = next(iter(self._seen(store.next_to_redo(tx, current_actor(), at=now))), None)
            if step_id is not None and (step is None or step.step_id != step_id):
                raise errors.UsageError(_not_next(step, "redo"), code="wrong_state")
            if step is None:
                return None
            outcome = store.turn(tx, step, undo=False, at=now)
        self._on_change()
        return _reviewed(step, outcome, undo=False)

    def _seen(self, *steps: StepRow | None) -> Sequence[StepRow]:
        """Return those of some steps that the actor sees: all that they changed is in its libraries."""
        found = [each for each in steps if each is not None]
        if self._database.own_libraries is None:
            return found
        with acting_as(current_actor()):  # what it sees, and not the whole home
            seen = limited_reader.seen(self._database.read(), "step", [each.step_id for each in found])
        return [each for each in found if each.step_id in seen]

    def _undoable(self, tx: Connection, step_id: int | None, kind: StepKind | None, *, at: datetime) -> StepRow | None:
        """Return a step that can be undone: the given one, or the newest own one."""
        actor = current_actor()
        if step_id is None:  # a decision about a match has no age
            return _newest(self._seen(*store.to_undo(tx, kind=kind, at=None if kind == "match" else at)), actor)
        step = next(iter(self._seen(store.find(tx, step_id) if 0 < step_id < _ID_END else None)), None)
        if step is None or kind not in (None, step.kind):
            raise errors.UnknownIdError(f"There is no step {step_id}.")
        if not (step.is_of(actor) or self._may_undo_any()):
            raise errors.ForbiddenError(
                f"{step.actor_name or 'Somebody else'} made this step: {step.label}. "
                "Ask an administrator for a role with undo.any."
            )
        if step.undone_at is not None:
            raise errors.UsageError(f"Decision {step_id} is undone already: {step.label}.", code="wrong_state")
        if step.later_id is not None:
            raise errors.UsageError(step.blocked, code="wrong_state")
        return step


def _reviewed(step: StepRow, outcome: StepOutcome, *, undo: bool) -> StepReport:
    counts = {"left": outcome.left, "gone": outcome.gone, "written": outcome.written}
    summary = labels.turn_summary(
        step.label, undone=undo, changed=outcome.files, **counts, names_stay=outcome.names_stay
    )
    return StepReport(
        step_id=step.step_id,
        label=step.label,
        undone=undo,
        files=outcome.files,
        **counts,
        names_stay=outcome.names_stay,
        summary=summary,
    )


def _newest(steps: Sequence[StepRow], actor: Actor) -> StepRow | None:
    """Return the newest step of an actor."""
    return next((each for each in steps if each.is_of(actor)), None)


def _not_next(step: StepRow | None, verb: str) -> str:
    if step is None:
        return f"There is no step to {verb} any more."
    return f"Another step comes first now: {step.label}. To {verb} it, choose {verb.capitalize()} again."
