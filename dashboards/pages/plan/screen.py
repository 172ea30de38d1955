"""The page of the plan: the scripts draw its list; the server draws its chart, and edits many files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.call_arguments import CallArguments
from dashboards.components.base import Component
from dashboards.components.bulk.bulk_edit import BulkEdit
from dashboards.pages.plan.risk_chart import PlanRisk
from dashboards.screen import FaceScreen
from dashboards.session import Session
from dashboards.state import FilesState, PlanState
from indexium_core.model.planning.plan import Selection

EVENTS = ("plan:changed", "plan:refreshed", "scan:completed", "rescan:completed")


class PlanScreen(FaceScreen):
    """The chart of the files that the list shows, and the dialog for many files."""

    state: PlanState

    def __init__(self, session: Session) -> None:
        super().__init__(PlanState())
        self._session = session
        library, bridge = session.library, session.bridge
        self._arguments = CallArguments(library, lambda: session.read_cache)
        self._risk = PlanRisk(session.read_cache, bridge, session, self.state)
        self._bulk = BulkEdit(library, bridge, FilesState(), session)

    def roots(self) -> Mapping[str, Component]:
        """Return the chart and the dialog for many files by their places in the page."""
        return {"risk_chart": self._risk.card, "plan_bulk": self._bulk.dialog}

    def start(self) -> None:
        """Subscribe to the events of the plan."""
        self._session.bridge.listen(EVENTS, self.refresh, every=1.0)

    def refresh(self) -> None:
        """Read the chart again, if the page is shown."""
        if self._session.is_showing("plan"):
            self._risk.load()

    def redraw(self) -> None:
        """Draw the chart in the current theme."""
        self._risk.draw()

    def act(self, message: Mapping[str, Any]) -> None:
        """Open the dialog for the files of a selection."""
        query = str(message.get("query", ""))[:4000]

        def done(selection: Selection) -> None:
            self._bulk.open_for(selection, str(message.get("tab", "people")), within=query)

        self._session.bridge.run(
            lambda: self._arguments.selection(message["selection"]), done, name="plan_act", once=True
        )
