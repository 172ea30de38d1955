"""Progress: the operation that runs (or ran last), live, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dashboards.bridge import Bridge
from dashboards.components import progress
from dashboards.components.dialog import Dialog
from dashboards.pages import holding, rollback
from dashboards.pages.asking import WRITABLE, WriteQuestion, WriteRequest
from dashboards.state import ProgressState
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.operations.operation import HOLDING_STATES, MetadataOperation, OperationDetails

if TYPE_CHECKING:
    from dashboards.app import Session
    from indexium_core.library import Library

__all__ = ["ProgressScreen"]

PER_PAGE = 50
EVENTS = (
    "write:started",
    "write:progress",
    "write:completed",
    "rollback:started",
    "rollback:progress",
    "rollback:completed",
)


class ProgressScreen:
    """Follows one operation."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session) -> None:
        self.state = ProgressState()
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._view = progress.Progress()
        self._details: OperationDetails | None = None
        self._question = WriteQuestion(library, bridge, dialog, started=self._started, shown=self._started)
        self._ticking = False
        self._view.on(
            pause=lambda _: self._act(partial(library.pause, wait=False)),
            resume=lambda _: self._act(library.resume),
            cancel=lambda _: self._with_shown(lambda shown: holding.ask_cancel(library, bridge, dialog, shown)),
            rollback=lambda _: self._with_shown(self._roll_back),
            retry=lambda _: self._retry(),
            history=lambda _: session.go("history", operation_id=self.followed),
            plan=lambda _: session.go("plan"),
            log=lambda _: self._with_shown(self._open_log),
            status=self._choose,
            page=self._turn,
        )

    def roots(self) -> dict[str, Any]:
        """Return the components by their places in the page."""
        return {"progress": self._view}

    def start(self) -> None:
        """Follow the process's events; every 500 ms at most."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)
        self._question.start()

    def enter(self) -> None:
        """Show the page."""
        self.refresh()

    def redraw(self) -> None:
        """Nothing here is drawn in a theme's colours by the server."""

    @property
    def followed(self) -> int | None:
        """The operation that is told of, None before the first look."""
        return self._details.operation.id if self._details else None

    def refresh(self) -> None:
        """Read the operation again, where the page is looked at."""
        if self._session.showing("progress"):
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
        running = self._library.history(status=HOLDING_STATES, per_page=1).items
        found = running or self._library.history(per_page=1).items
        return found[0].id if found else None

    def _show(self, details: OperationDetails | None) -> None:
        before, self._details = self.followed, details
        if details is None:
            self._view.put(**progress.nothing())
        else:
            self._view.put(**progress.view(details, shown=self.state.status))
        if self.followed != before:
            self._session.refresh_foot()  # it leaves out what this page tells
        if details and details.status.status == "in_progress" and not self._ticking:
            self._ticking = True  # a large file may take minutes without any news
            self._bridge.after(1000, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.refresh()

    # What the person does.

    def _with_shown(self, act: Callable[[int], object]) -> None:
        if self.followed is not None:
            act(self.followed)

    def _act(self, call: Callable[[int], object]) -> None:
        self._with_shown(
            lambda shown: self._bridge.run(lambda: call(shown), lambda _: self.refresh(), name="operation", once=True)
        )

    def _roll_back(self, operation_id: int) -> None:
        rollback.ask(self._library, self._bridge, self._dialog, operation_id, self._started)

    def _open_log(self, operation_id: int) -> None:
        self._bridge.run(
            lambda: self._library.operation_story(operation_id, per_page=1).job, self._show_log, name="log", once=True
        )

    def _show_log(self, job: Job | None) -> None:
        if job is None:
            self._bridge.toast("info", "It has no log of its own: it ran before there were jobs, or that was long ago.")
        else:
            self._session.go("jobs", job_id=job.id, log=True, changes=1)

    def _retry(self) -> None:
        """Look at what was left and ask whether it is to be written; of a rollback, ask for the rest of it."""
        if self._details is not None:
            self.retry(self._details.operation)

    def retry(self, operation: MetadataOperation) -> None:
        """Ask whether what an operation left is to be tried again."""
        if operation.operation_type == "rollback":
            self._roll_back(operation.reverts_id or operation.id)
            return

        def look() -> WriteRequest:
            found = self._library.retry_check(operation.id)
            options = replace(found.options, risk=WRITABLE, source="dashboard")
            left = found.files - len(found.plan.ids(found.selection))
            hint = f"{wording.files(left)} of {wording.count(found.files)} cannot be written now." if left > 0 else ""
            return WriteRequest(found.plan, found.selection, options, hint=hint)

        self._bridge.run(look, self._question.ask, name="retry_check", once=True)

    def _started(self, operation_id: int) -> None:
        self._session.go("progress", operation_id=operation_id, status="", number=1)

    def _choose(self, message: Mapping[str, Any]) -> None:
        if message.get("status") in progress.SHOWN:
            self.state.param.update(status=message["status"], number=1)
            self._session.tell_address()
            self.refresh()

    def _turn(self, message: Mapping[str, Any]) -> None:
        self.state.number = max(1, int(message.get("page", 1)))
        self._session.tell_address()
        self.refresh()
