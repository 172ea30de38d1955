"""The history page: the scripts draw its list, and the server its charts."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.components.base import Component
from dashboards.pages.history.history_charts import HistoryCharts
from dashboards.screen import FaceScreen
from dashboards.session import Session
from dashboards.state import HistoryState

EVENTS = (
    *(f"{kind}:{what}" for kind in ("write", "rollback", "publish") for what in ("started", "completed")),
    "scan:completed",
)


class HistoryScreen(FaceScreen):
    """The charts of the operations that the list shows."""

    state: HistoryState

    def __init__(self, session: Session) -> None:
        super().__init__(HistoryState())
        self._session = session
        self._charts = HistoryCharts(session.library, session.bridge, session, state=self.state)

    def roots(self) -> Mapping[str, Component]:
        """Return the charts by their places in the page."""
        return self._charts.roots()

    def start(self) -> None:
        """Subscribe to the events of operations and scans."""
        self._session.bridge.listen(EVENTS, self.refresh, every=1.0)

    def refresh(self) -> None:
        """Read the charts again, if the page is shown."""
        if self._session.is_showing("history"):
            self._charts.load()

    def redraw(self) -> None:
        """Draw the charts in the current theme."""
        self._charts.draw()

    def reset(self) -> None:
        """Forget the filters: the navigation leads to the page without any."""
        self.state.take("")
