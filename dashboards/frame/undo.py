"""
Undo and redo of steps in one session: the next steps, and the offer to undo after each decision.

Undo and redo change decisions, not files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dashboards.bridge import Bridge
from dashboards.frame import review
from indexium_core.library import Library
from indexium_core.model.people import copies
from indexium_core.model.review.reports import DecisionReport
from indexium_core.model.review.steps import StepReport, Steps

TITLE_EVENTS = ("matches:changed", "movie:updated", "series:updated")  # an enrichment sends many of them


class Undoing:
    """Shows the steps that can be undone and redone."""

    def __init__(self, library: Library, bridge: Bridge, *, undoable: Callable[[Sequence[int]], None]) -> None:
        """Connect the buttons; `undoable` gets the steps that can be undone after each change of the steps."""
        self._library, self._bridge, self._undoable = library, bridge, undoable
        self.buttons = review.Review()
        self.buttons.on(
            undo=lambda message: self.undo(int(message["id"])), redo=lambda message: self.redo(int(message["id"]))
        )

    def start(self) -> None:
        """Subscribe to the changes of the plan, of matches and of titles."""
        self._bridge.listen(("plan:changed",), self.refresh, every=0.1)
        self._bridge.listen(TITLE_EVENTS, self.refresh, every=1.0)
        self.refresh()

    def refresh(self) -> None:
        """Read again which steps can be undone and redone."""
        self._bridge.run(self._library.steps.next, self._show, name="steps")

    def _show(self, steps: Steps) -> None:
        self.buttons.put(**review.view(steps))
        self._undoable(steps.undoable)

    def undo(self, step_id: int) -> None:
        """Undo a step, if no later one must be undone first."""
        self._turn(lambda: self._library.steps.undo(step_id))

    def redo(self, step_id: int) -> None:
        """Redo a step, if it is still the next one."""
        self._turn(lambda: self._library.steps.redo(step_id))

    def report_decision(self, text: str, report: DecisionReport) -> None:
        """
        Show the decision and the copies that it reached, with a button that undoes this step.

        Another session may have made the newest step.
        """
        text = " ".join(filter(None, (text, copies.sentence(report.copies, report.copy_files))))
        self._bridge.toast("good" if report.step_id else "info", text, undo=report.step_id)

    def _turn(self, turn: Any) -> None:
        def on_done(report: StepReport | None) -> None:
            if report is None:
                self._bridge.toast("info", "There is nothing to undo or redo.")
            else:
                self._bridge.toast("good" if report.files and not report.left else "info", report.summary)

        self._bridge.run(turn, on_done, name="turn", once=True)
