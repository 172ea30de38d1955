"""The page of the plan: the scripts draw its list; the server draws its chart, and asks before a write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.call_arguments import CallArguments
from dashboards.components.base import Component
from dashboards.pages.plan.exchange import ImportChanges
from dashboards.pages.plan.plan_write import PlanWrite
from dashboards.pages.plan.risk_chart import PlanRisk
from dashboards.screen import FaceScreen
from dashboards.session import Session
from dashboards.state import PlanState
from indexium_core.model.planning.plan import Selection

EVENTS = ("plan:changed", "plan:refreshed", "scan:completed", "rescan:completed")


class PlanScreen(FaceScreen):
    """The chart of the files that the list shows, and the dialogs about a selection."""

    state: PlanState

    def __init__(self, session: Session) -> None:
        super().__init__(PlanState())
        self._session = session
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._arguments = CallArguments(library, lambda: session.read_cache)
        self._risk = PlanRisk(session.read_cache, bridge, session, self.state)
        self._write = PlanWrite(library, bridge, dialog, session)
        self._changes = ImportChanges(library, bridge, dialog, session.result_cache)

    def roots(self) -> Mapping[str, Component]:
        """Return the chart by its place in the page."""
        return {"risk_chart": self._risk.card}

    def start(self) -> None:
        """Subscribe to the events of the plan."""
        self._session.bridge.listen(EVENTS, self.refresh, every=1.0)
        self._write.start()

    def refresh(self) -> None:
        """Read the chart again, if the page is shown."""
        if self._session.is_showing("plan"):
            self._risk.load()

    def redraw(self) -> None:
        """Draw the chart in the current theme."""
        self._risk.draw()

    def import_changes(self, message: Mapping[str, Any]) -> None:
        """Show what an edited CSV would change, or why it was refused."""
        if message.get("token"):
            self._changes.show(message)
        else:
            self._changes.refused({"text": message.get("refused", "")})

    def act(self, message: Mapping[str, Any]) -> None:
        """Ask about an action for a selection: `dry-run`, `write` or `write-safe`."""
        query, act = str(message.get("query", ""))[:4000], str(message["act"])

        def read() -> tuple[Any, Selection]:
            plan = self._arguments.plan({"plan_id": message["plan_id"]})
            return plan, self._arguments.selection(message["selection"])

        def done(found: tuple[Any, Selection]) -> None:
            plan, selection = found
            if act == "dry-run":
                self._write.run_dry(plan, selection, within=query)
            else:
                self._write.ask(plan, selection, within=query, action="write_all_safe" if act == "write-safe" else act)

        self._session.bridge.run(read, done, name="plan_act", once=True)
