"""The page of the activity: who did what, filtered by person, with the undo of steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.components.paging import page_or_last
from dashboards.pages.activity import activity_list
from dashboards.pages.activity.activity_list import PER_PAGE, ActivityList
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import ActivityState
from indexium_core.model.activity import ActivityActor, ActivityPage
from indexium_core.model.review.steps import StepReport

EVENTS = (
    "plan:changed",
    "matches:changed",
    "job:changed",
    "approvals:changed",
    *(f"{kind}:{what}" for kind in ("write", "rollback", "publish") for what in ("started", "completed")),
)


class _ActivityResult(NamedTuple):
    page: ActivityPage
    actors: list[ActivityActor]
    undoable: tuple[int, ...]


class ActivityScreen(Screen):
    """The activity in one session."""

    state: ActivityState

    def __init__(self, session: Session) -> None:
        self.state = ActivityState()
        self._session, self._library, self._bridge = session, session.library, session.bridge
        self._list = ActivityList()
        self._list.on(
            actor=lambda message: self._narrow(actor=str(message["value"])[:200], number=1),
            page=lambda message: self._narrow(number=max(1, int(message["page"]))),
            operation=lambda message: session.go("history", operation_id=int(message["id"])),
            job=lambda message: session.go("jobs", job_id=int(message["id"])),
            request=lambda message: session.go("requests", request_id=int(message["id"])),
            undo=self._undo,
            history=lambda _: session.go("history"),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"activity": self._list}

    def start(self) -> None:
        """Subscribe to the events of decisions and of work."""
        self._bridge.listen(EVENTS, self.refresh, every=1.0)

    def reset(self) -> None:
        """List everybody, from the newest entry on."""
        self.state.param.update(actor="", number=1)

    def refresh(self) -> None:
        """Read the list again, if the page is shown."""
        if self._session.is_showing("activity"):
            self._bridge.run(self._read, self._show, name="activity")

    def _read(self) -> _ActivityResult:
        library, state = self._library, self.state
        page = page_or_last(
            lambda number: library.activity.page(state.actor, page=number, per_page=PER_PAGE), state.number, PER_PAGE
        )
        return _ActivityResult(page, library.activity.actors(), library.steps.next().undoable)

    def _show(self, result: _ActivityResult) -> None:
        self.state.number = result.page.page
        view = activity_list.view(result.page, result.actors, actor=self.state.actor, undoable=result.undoable)
        self._list.put(**view)

    def _narrow(self, **values: Any) -> None:
        self.state.param.update(**values)
        self._session.update_address(push=True)
        self.refresh()

    def _undo(self, message: Mapping[str, Any]) -> None:
        step_id = int(message["id"])

        def done(report: StepReport | None) -> None:
            if report is not None:
                self._bridge.toast("good", report.summary)
            self.refresh()

        self._bridge.run(lambda: self._library.steps.undo(step_id), done, name="undo_step", once=True)
