"""Undo of steps in one session: the offer to undo after each decision. It changes decisions, not files."""

from __future__ import annotations

from dashboards.bridge import Bridge
from indexium_core.library import Library
from indexium_core.model.review.steps import StepReport


class Undoing:
    """Undoes the steps that pages of the server made; the frame shows which ones can be undone."""

    def __init__(self, library: Library, bridge: Bridge) -> None:
        self._library, self._bridge = library, bridge

    def undo(self, step_id: int) -> None:
        """Undo a step, if no later one must be undone first."""

        def on_done(report: StepReport | None) -> None:
            if report is None:
                self._bridge.toast("info", "There is nothing to undo or redo.")
            else:
                self._bridge.toast("good" if report.files and not report.left else "info", report.summary)

        self._bridge.run(lambda: self._library.steps.undo(step_id), on_done, name="turn", once=True)
