"""The progress page: the running or last operation, live, with its actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dashboards.components.base import Component
from dashboards.pages.progress import progress
from dashboards.questions import cancel_question, rollback_question
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import ProgressState
from indexium_core import errors
from indexium_core.model.job import Job
from indexium_core.model.operations.operation import ACTIVE_STATES, OperationDetails

PER_PAGE = 50
EVENTS = (
    "write:started",
    "write:progress",
    "write:completed",
    "rollback:started",
    "rollback:progress",
    "rollback:completed",
    "publish:started",
    "publish:progress",
    "publish:completed",
)


class ProgressScreen(Screen):
    """Shows the progress of one operation."""

    state: ProgressState

    def __init__(self, session: Session) -> None:
        self.state = ProgressState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._view = progress.Progress()
        self._details: OperationDetails | None = None
        self._ticking = False
        self._view.on(
            pause=lambda _: self._act(partial(library.pause, wait=False)),
            resume=lambda _: self._act(library.resume),
            cancel=lambda _: self._with_shown(lambda shown: cancel_question.ask_cancel(library, bridge, dialog, shown)),
            rollback=lambda _: self._with_shown(self._roll_back),
            retry=lambda _: self._retry(),
            history=lambda _: session.go("history", operation_id=self.shown_operation()),
            plan=lambda _: session.go("plan"),
            publish=lambda _: session.go("publish"),
            log=lambda _: self._with_shown(self._open_log),
            status=self._choose,
            page=self._turn,
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"progress": self._view}

    def start(self) -> None:
        """Subscribe to the process's events; react at most once in 500 ms."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)

    def reset(self) -> None:
        """Show the running operation, otherwise the newest one."""
        self.state.param.update(operation_id=None, status="", number=1)

    def shown_operation(self) -> int | None:
        """Return the displayed operation; None before it is read."""
        return self._details.operation.id if self._details else None

    def refresh(self) -> None:
        """Read the operation again, if the page is displayed."""
        if self._session.is_showing("progress"):
            self._bridge.run(self._read, self._show, name="progress")

    def _read(self) -> OperationDetails | None:
        wanted = self.state.operation_id
        if wanted is None:
            wanted = self._newest()
        if wanted is None:
            return None
        states = progress.SHOWN[self.state.status][1]
        try:
            return self._library.operation(wanted, page=self.state.number, per_page=PER_PAGE, statuses=states)
        except errors.UnknownIdError:
            self._bridge.soon(lambda: self._bridge.toast("error", f"There is no operation {wanted}."))
            return None

    def _newest(self) -> int | None:
        running = self._library.history(status=ACTIVE_STATES, per_page=1).items
        found = running or self._library.history(per_page=1).items
        return found[0].id if found else None

    def _show(self, details: OperationDetails | None) -> None:
        before, self._details = self.shown_operation(), details
        if details is None:
            self._view.put(**progress.nothing())
        else:
            self._view.put(**progress.view(details, shown=self.state.status))
        if self.shown_operation() != before:
            self._session.refresh_footer()  # the footer leaves out the operation that this page shows
        if details and details.status.status == "in_progress" and not self._ticking:
            self._ticking = True  # a large file may take minutes without an event
            self._bridge.after(1000, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.refresh()

    # Actions.

    def _with_shown(self, act: Callable[[int], object]) -> None:
        operation_id = self.shown_operation()
        if operation_id is not None:
            act(operation_id)

    def _act(self, call: Callable[[int], object]) -> None:
        self._with_shown(
            lambda shown: self._bridge.run(lambda: call(shown), lambda _: self.refresh(), name="operation", once=True)
        )

    def _roll_back(self, operation_id: int) -> None:
        rollback_question.ask(self._library, self._bridge, self._dialog, operation_id, self._session.watch)

    def _open_log(self, operation_id: int) -> None:
        self._bridge.run(
            lambda: self._library.stories.build(operation_id, per_page=1).job, self._show_log, name="log", once=True
        )

    def _show_log(self, job: Job | None) -> None:
        if job is None:
            self._bridge.toast("info", "This operation has no log: it is older than the log retention.")
        else:
            self._session.go("jobs", job_id=job.id, log=True, changes=1)

    def _retry(self) -> None:
        if self._details is not None:
            self._session.retry(self._details.operation)

    def _choose(self, message: Mapping[str, Any]) -> None:
        if message.get("status") in progress.SHOWN:
            self.state.param.update(status=message["status"], number=1)
            self._session.update_address()
            self.refresh()

    def _turn(self, message: Mapping[str, Any]) -> None:
        self.state.number = max(1, int(message.get("page", 1)))
        self._session.update_address()
        self.refresh()
