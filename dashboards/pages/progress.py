"""Progress: the operation that runs (or ran last), live, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards import words
from dashboards.bridge import Bridge
from dashboards.components import progress
from dashboards.components.action_bar import ActionBar
from dashboards.components.dialog import Dialog
from dashboards.pages import rollback
from dashboards.state import ProgressState
from indexium_core import errors
from indexium_core.model.operation import FINISHED_STATES, HOLDING_STATES, MetadataOperation, OperationDetails

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


class _Shown(NamedTuple):
    """What one look at the ledger found."""

    details: OperationDetails | None
    interrupted: MetadataOperation | None  # another operation that waits for a decision


class ProgressScreen:
    """Follows one operation."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session) -> None:
        self.state = ProgressState()
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._view = progress.Progress()
        self._bar = ActionBar()
        self._details: OperationDetails | None = None
        self._interrupted: MetadataOperation | None = None
        self._view.on(
            pause=lambda _: self._act(library.pause),
            resume=lambda _: self._act(library.resume),
            cancel=lambda _: self._ask_cancel(),
            rollback=lambda _: self._roll_back(self._shown_id()),
            history=lambda _: session.go("history", operation_id=self._shown_id()),
            plan=lambda _: session.go("plan"),
            status=self._choose,
            page=self._turn,
        )
        self._bar.on(
            show=lambda _: self._show_other(),
            rollback=lambda _: self._roll_back_other(),
            resume=lambda _: self._resume_other(),
        )

    def roots(self) -> dict[str, Any]:
        """Return the components by their places in the page."""
        return {"progress": self._view, "progress_bar": self._bar}

    def start(self) -> None:
        """Follow the process's events; every 500 ms at most."""
        self._bridge.listen(EVENTS, self.refresh, every=0.5)

    def enter(self) -> None:
        """Show the page."""
        self.refresh()

    def redraw(self) -> None:
        """Nothing here is drawn in a theme's colours by the server."""

    def refresh(self) -> None:
        """Read the operation again, where the page is looked at."""
        if self._session.showing("progress"):
            self._bridge.run(self._read, self._show, name="progress")

    def _read(self) -> _Shown:
        wanted = self.state.operation_id
        if wanted is None:
            wanted = self._newest()
        details = None
        if wanted is not None:
            states = progress.SHOWN[self.state.status][1]
            try:
                details = self._library.operation(wanted, page=self.state.number, per_page=PER_PAGE, statuses=states)
            except errors.UnknownIdError:
                self._bridge.soon(lambda: self._bridge.toast("error", f"There is no operation {wanted}."))
        waiting = self._library.history(status="interrupted", per_page=5).items
        other = next(
            (operation for operation in waiting if details is None or operation.id != details.operation.id), None
        )
        return _Shown(details, other)

    def _newest(self) -> int | None:
        running = self._library.history(status=HOLDING_STATES, per_page=1).items
        found = running or self._library.history(per_page=1).items
        return found[0].id if found else None

    def _show(self, shown: _Shown) -> None:
        self._details, self._interrupted = shown
        if shown.details is None:
            self._view.put(**progress.nothing())
        else:
            self._view.put(**progress.view(shown.details, shown=self.state.status))
        self._show_bar(shown.interrupted)

    def _show_bar(self, operation: MetadataOperation | None) -> None:
        if operation is None:
            self._bar.put()
            return
        name = f"“{operation.user_note}”" if operation.user_note else f"operation {operation.id}"
        done, total = operation.success_count, operation.file_count
        rest = total - done - operation.failure_count - operation.conflict_count - operation.skipped_count
        verb = "was" if rest == 1 else "were"
        buttons = [{"label": "Show", "act": "show", "kind": "opt"}]
        if operation.can_rollback:
            buttons.append({"label": f"Roll back {words.count(done)}", "act": "rollback", "kind": ""})
        buttons.append({"label": f"Resume {words.count(rest)}", "act": "resume", "kind": "primary"})
        counts = f"{words.count(done)} of {words.count(total)} done"
        self._bar.put(
            title=f"Interrupted {words.when(operation.started_at)}: {name}, {counts}",
            note=f"every file is whole; {words.count(rest)} {verb} not started",
            buttons=buttons,
        )

    # What the person does.

    def _shown_id(self) -> int | None:
        return self._details.operation.id if self._details else None

    def _act(self, call: Callable[[int], object]) -> None:
        operation_id = self._shown_id()
        if operation_id is not None:
            self._bridge.run(lambda: call(operation_id), lambda _: self.refresh(), name="operation", once=True)

    def _ask_cancel(self) -> None:
        if self._details is None or self._details.status.status in FINISHED_STATES:
            return
        left = self._details.status.total - self._details.status.processed
        self._dialog.ask(
            "Cancel this operation?",
            [
                {
                    "kind": "text",
                    "text": f"What is done stays done and can be rolled back; {words.files(left)} will not be touched.",
                }
            ],
            lambda _: self._act(self._library.cancel),
            confirm="Cancel the rest",
            risky=True,
        )

    def _roll_back(self, operation_id: int | None) -> None:
        if operation_id is not None:
            rollback.ask(self._library, self._bridge, self._dialog, operation_id, self._started)

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

    def _show_other(self) -> None:
        if self._interrupted:
            self._started(self._interrupted.id)

    def _roll_back_other(self) -> None:
        if self._interrupted:
            self._roll_back(self._interrupted.id)

    def _resume_other(self) -> None:
        if self._interrupted:
            operation_id = self._interrupted.id
            self._bridge.run(
                lambda: self._library.resume(operation_id),
                lambda _: self._started(operation_id),
                name="resume",
                once=True,
            )
