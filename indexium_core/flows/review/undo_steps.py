"""
Undo and redo of review steps, which are decisions about the plan.

Undo reverts decisions, and the changes of people that belong to them. Files on disk do not change: the report counts
the files that were written after the step. A file with a newer decision outside of steps (a rollback postpones files)
keeps this decision. People who changed after the step do not change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from indexium_core import errors
from indexium_core.model import labels
from indexium_core.model.remote_calls import remote
from indexium_core.store.database import Database
from indexium_core.store.review import steps as store
from indexium_core.store.review.steps import StepRow


class Steps(NamedTuple):
    """The next step to undo, and the next step to redo."""

    undo: StepRow | None
    redo: StepRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """The result of an undo or redo."""

    step_id: int
    label: str  # of the step: "skipped 3 files"
    undone: bool  # false: redone
    files: int  # files whose decisions were undone or redone
    left: int  # files that keep a newer decision
    gone: int  # files that no longer exist
    written: int  # files that were written after the step and keep their people
    names_stay: bool  # people who changed after the step, and are not reverted
    summary: str  # the result in sentences


class ReviewSteps:
    """Undoes and redoes the review steps of a home."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_change = on_change
        self._database = database
        self._clock = clock

    @remote()
    def next(self) -> Steps:
        """Return the next step to undo, and the next step to redo."""
        reader, now = self._database.read(), self._clock()
        return Steps(undo=store.next_to_undo(reader, at=now), redo=store.next_to_redo(reader, at=now))

    @remote()
    def list(self) -> list[StepRow]:
        """Return all recorded steps, newest first."""
        return store.all_steps(self._database.read(), at=self._clock())

    @remote()
    def undo(self, step_id: int | None = None) -> StepReport | None:
        """
        Undo the newest step; if `step_id` is given, it must be the newest. None if there is no step.

        Raises:
            UsageError: `step_id` is no longer the newest step.

        """
        return self._turn(step_id, undo=True)

    @remote()
    def redo(self, step_id: int | None = None) -> StepReport | None:
        """Redo the step that was undone last; arguments and errors as `undo`."""
        return self._turn(step_id, undo=False)

    def _turn(self, step_id: int | None, *, undo: bool) -> StepReport | None:
        now = self._clock()
        with self._database.atomic() as tx:
            step = (store.next_to_undo if undo else store.next_to_redo)(tx, at=now)
            if step_id is not None and (step is None or step.step_id != step_id):
                raise errors.UsageError(_not_next(step, undo=undo), code="wrong_state")
            if step is None:
                return None
            outcome = store.turn(tx, step, undo=undo, at=now)
        self._on_change()
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


def _not_next(step: StepRow | None, *, undo: bool) -> str:
    verb = "undo" if undo else "redo"
    if step is None:
        return f"There is no step to {verb} any more."
    return f"Another step comes first now: {step.label}. To {verb} it, choose {verb.capitalize()} again."
