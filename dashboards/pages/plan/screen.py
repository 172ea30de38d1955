"""The page of the plan: the scripts draw its list, and the server draws its chart."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.base import Component
from dashboards.pages.plan.risk_chart import PlanRisk
from dashboards.screen import FaceScreen
from dashboards.session import Session
from dashboards.state import PlanState

EVENTS = ("plan:changed", "plan:refreshed", "scan:completed", "rescan:completed")


class PlanScreen(FaceScreen):
    """The chart of the files that the list shows."""

    state: PlanState

    def __init__(self, session: Session) -> None:
        super().__init__(PlanState())
        self._session = session
        self._risk = PlanRisk(session.read_cache, session.bridge, session, self.state)

    def roots(self) -> Mapping[str, Component]:
        """Return the chart by its place in the page."""
        return {"risk_chart": self._risk.card}

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
