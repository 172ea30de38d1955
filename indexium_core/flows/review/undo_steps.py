"""
Undo and redo of what a person decided.

Only decisions, and what the database learned by them, are turned back: what a write put into files stays there, and the
report says of how many files that is so. A file of which something else was decided since, not by a step of the
person's (a rollback postpones), is left as it is; so are people who were changed otherwise.
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

__all__ = ["ReviewSteps", "StepReport", "StepRow", "Steps"]


class Steps(NamedTuple):
    """What can be undone, and what can be redone, next."""

    undo: StepRow | None
    redo: StepRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """What became of a step that was undone or redone."""

    step_id: int
    label: str  # what the step was: "skipped 3 files"
    undone: bool  # else it was redone
    files: int  # files that are decided of as before, or again
    left: int  # files that were left alone: something else was decided of them since
    gone: int  # files that are not there any more
    written: int  # files that were written since: what is in them stays
    names_stay: bool  # what the database learned was changed otherwise since, and stays
    summary: str  # all of that in sentences


class ReviewSteps:
    """Undoes and redoes the steps of a home."""

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
        """Return what would be undone and redone now."""
        reader, now = self._database.read(), self._clock()
        return Steps(undo=store.next_to_undo(reader, at=now), redo=store.next_to_redo(reader, at=now))

    @remote()
    def list(self) -> list[StepRow]:
        """Return all steps that are kept, newest first."""
        return store.all_steps(self._database.read(), at=self._clock())

    @remote()
    def undo(self, step_id: int | None = None) -> StepReport | None:
        """
        Undo the newest step; None where there is none.

        Args:
            step_id: The step that is meant, where the person was shown one.

        Raises:
            UsageError: Another step is the newest by now.

        """
        return self._turn(step_id, undo=True)

    @remote()
    def redo(self, step_id: int | None = None) -> StepReport | None:
        """Redo the step that was undone last, in the same way."""
        return self._turn(step_id, undo=False)

    def _turn(self, step_id: int | None, *, undo: bool) -> StepReport | None:
        now = self._clock()
        with self._database.atomic() as tx:
            step = (store.next_to_undo if undo else store.next_to_redo)(tx, at=now)
            if step_id is not None and (step is None or step.step_id != step_id):
                raise errors.UsageError(_not_next(step, undo=undo), code="wrong_state")
            if step is None:
                return None
            turned = store.turn(tx, step, undo=undo, at=now)
        self._on_change()
        facts = {"left": turned.left, "gone": turned.gone, "written": turned.written}
        said = labels.turn_summary(step.label, undone=undo, changed=turned.files, **facts, names_stay=turned.names_stay)
        return StepReport(
            step_id=step.step_id,
            label=step.label,
            undone=undo,
            files=turned.files,
            **facts,
            names_stay=turned.names_stay,
            summary=said,
        )


def _not_next(step: StepRow | None, *, undo: bool) -> str:
    what = "undone" if undo else "redone"
    if step is None:
        return f"There is nothing to be {what} any more."
    return f"Something else comes first now: {step.label}. Nothing was {what}."
