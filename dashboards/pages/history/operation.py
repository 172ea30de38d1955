"""One operation of the history in one session: its details, the selection of its files, and its rollback."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.bridge import Bridge
from dashboards.components import operation_text
from dashboards.components.base import Handler
from dashboards.components.dialog import Dialog
from dashboards.pages.history import history_details
from dashboards.questions import rollback_question
from dashboards.session import Session
from dashboards.state import HistoryState
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import query
from indexium_core.model.operations.operation import MetadataOperation, OperationDetails, OperationPerson
from indexium_core.model.operations.rollback import RollbackCheck

ITEMS = 50


class _CheckedOperation(NamedTuple):
    """The result of the check of every file of an operation."""

    operation_id: int
    check: RollbackCheck
    people: Sequence[OperationPerson]


class HistoryOperation:
    """The details beside the list; every file is checked before a rollback is offered."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        session: Session,
        *,
        state: HistoryState,
        on_move: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self.state, self._on_move, self._on_change = state, on_move, on_change
        self.drawer = history_details.HistoryDetails()
        self._details: OperationDetails | None = None
        self._checked: _CheckedOperation | None = None
        self._checking: int | None = None  # the operation whose files are being checked
        self._check_progress: tuple[int, int] | None = None
        self._offered: int | None = None  # an operation that is shown without a request, because there is room
        self._closed = False
        self._asking = self._choosing = False
        self._open_item: int | None = None
        # Until another operation is read, the drawer shows the earlier one, and its buttons act on that one.
        self.drawer.on(
            close=lambda _: self.close(),
            progress=lambda message: self._watch(int(message["operation"])),
            resume=lambda message: self._resume(int(message["operation"])),
            retry=lambda message: self._read_operation(int(message["operation"]), session.retry),
            rename=lambda message: self._read_operation(int(message["operation"]), self._rename),
            rollback=lambda message: self._roll_back(int(message["operation"])),
            person=lambda message: self._roll_back(int(message["operation"]), person=str(message["name"])),
        )
        self._on_files(
            people=lambda _: self._toggle("_asking"),
            choosing=lambda _: self._toggle("_choosing"),
            choose=lambda message: self._choose([int(message["id"])], on=bool(message.get("on"))),
            choose_page=lambda _: self._choose(self._choosable(), on=True),
            none=lambda _: self._choose(list(state.chosen), on=False),
            chosen=lambda message: self._roll_back(int(message["operation"]), item_ids=sorted(state.chosen)),
            found=lambda message: self._roll_back(int(message["operation"]), query=state.item_query),
            file=self._show_file,
            files=lambda message: self._list_files(item_status=str(message.get("value", ""))),
            find=lambda message: self._list_files(item_query=str(message.get("query", ""))),
            page=self._turn,
        )

    def _on_files(self, **handlers: Handler) -> None:
        """Register handlers for the list of files; they ignore messages about the list of an earlier operation."""

        def only_shown(handler: Handler) -> Handler:
            return lambda message: handler(message) if message["operation"] == self.shown else None

        self.drawer.on(**{name: only_shown(handler) for name, handler in handlers.items()})

    @property
    def shown(self) -> int | None:
        """The displayed operation; None if no operation is displayed."""
        return self.state.operation_id if self.state.operation_id is not None else self._offered

    # The displayed operation.

    def entered(self) -> None:
        """Reset the details when the page comes into view."""
        self._closed, self._offered = False, None
        if self._details and self._details.operation.id != self.state.operation_id:
            self._reset()

    def open(self, operation_id: int, *, push: bool = True) -> None:
        """Show an operation; `push` adds a step to the browser's history."""
        if operation_id != self.shown:
            self._reset()
            self.state.param.update(item_page=1, item_status="", item_query="", chosen=frozenset())
        self.state.operation_id, self._closed = operation_id, False
        self._session.update_address(push=push)
        self._on_move()
        self.load()

    def move(self, operation_id: int) -> None:
        """Show another operation, if the details are open."""
        if self.shown is not None:
            self.open(operation_id, push=False)

    def offer(self, operation_id: int) -> None:
        """Show an operation without a request, unless one is shown or the details were closed."""
        if self.state.operation_id is None and not self._closed and operation_id != self._offered:
            self._reset()
            self._offered = operation_id
            self._on_move()
            self.load()

    def follow(self, listed: Sequence[int]) -> None:
        """Show the first listed operation, if nobody requested the shown one."""
        if self._offered is not None and listed:
            self.offer(listed[0])

    def close(self, *, push: bool = True) -> None:
        """Close the details; `push` adds a step to the browser's history."""
        self.state.param.update(operation_id=None, chosen=frozenset())
        self._offered, self._closed = None, True
        self._reset()
        self._session.update_address(push=push)
        self._on_move()
        self.draw()

    def forget(self) -> None:
        """Discard the result of the check."""
        self._checked, self._checking = None, None

    def started(self, operation_id: int) -> None:
        """Show an operation that was started here; the footer shows its progress."""
        self.open(operation_id)

    def _watch(self, operation_id: int) -> None:
        self._session.go("progress", operation_id=operation_id, status="", number=1)

    def _reset(self) -> None:
        self._details, self._checked, self._open_item = None, None, None
        self._checking, self._check_progress = None, None
        self._asking = self._choosing = False

    # Reading.

    def load(self) -> None:
        """Read the operation that is shown, and check its files."""
        operation_id, state = self.shown, self.state
        if operation_id is None:
            self.draw()
            return
        wanted = {
            "page": state.item_page,
            "per_page": ITEMS,
            "statuses": history_details.SHOWN[state.item_status][1],
            "query": state.item_query,
        }

        def failed(error: errors.IndexiumError) -> None:
            if not isinstance(error, errors.QueryError):
                self.close(push=False)
            self._bridge.toast("error", error.message)

        self._bridge.run(
            lambda: self._library.operation(operation_id, **wanted), self._show, name="details", failed=failed
        )

    def _show(self, details: OperationDetails) -> None:
        if details.operation.id != self.shown:
            return
        self._details = details
        is_checking = self._checking == details.operation.id
        if self._checked is None and not is_checking and operation_text.can_roll_back(details.operation):
            self._check(details.operation.id)
        self.draw()

    def _check(self, operation_id: int) -> None:
        """Check every file of an operation, and show the progress."""
        self._checking, self._check_progress = operation_id, None

        def on_progress(done: int, total: int) -> None:  # runs on the thread of the check
            if done and done % 100 == 0:
                self._bridge.soon(lambda: self._note(operation_id, (done, total)))

        def read() -> _CheckedOperation:
            people = self._library.history.people_of(operation_id)
            check = self._library.rollback_check(operation_id, progress=on_progress)
            return _CheckedOperation(operation_id, check, people)

        def show(checked: _CheckedOperation) -> None:
            if checked.operation_id == self.shown:
                self._checked, self._checking, self._check_progress = checked, None, None
                self.draw()

        def failed(error: errors.IndexiumError) -> None:
            self._checking = None
            self._bridge.toast("error", error.message)

        self._bridge.run(read, show, name="check", failed=failed)

    def _note(self, operation_id: int, so_far: tuple[int, int]) -> None:
        """Show the number of checked files."""
        if operation_id == self.shown and self._checked is None:
            self._check_progress = so_far
            self.draw()

    def draw(self) -> None:
        """Show the data that was read."""
        details, state = self._details, self.state
        if details is None or self.shown is None:
            if self.shown is None:
                self.drawer.put(open=False)
            return
        checked = self._checked
        preview = history_details.RollbackPreview(
            check=checked.check if checked else None,
            checked=self._check_progress,
            people=checked.people if checked else None,
            is_choosing_person=self._asking,
            named=_named(state.query),
            item_status=state.item_status,
            item_query=state.item_query,
            is_choosing=self._choosing,
            chosen=state.chosen,
            open_item=self._open_item,
        )
        self.drawer.put(**history_details.view(details, preview))

    # Files.

    def _list_files(self, **values: Any) -> None:
        try:
            self.state.param.update(item_page=1, **values)
        except ValueError:  # the choice does not exist
            return
        self._session.update_address()
        self.load()

    def _turn(self, message: Mapping[str, Any]) -> None:
        self.state.item_page = max(1, int(message.get("page", 1)))
        self._session.update_address()
        self.load()

    def _show_file(self, message: Mapping[str, Any]) -> None:
        item_id = int(message["id"])
        self._open_item = None if self._open_item == item_id else item_id
        self.draw()

    def _toggle(self, name: str) -> None:
        setattr(self, name, not getattr(self, name))
        self.draw()

    def _choosable(self) -> list[int]:
        """Return the items of the page that can be rolled back, as far as the check is complete."""
        if self._details is None:
            return []
        blocked = {item.id for item in self._checked.check.conflicts if not item.choices} if self._checked else set()
        return [
            item.id
            for item in self._details.items
            if item.status == "success" and item.rolled_back_by is None and item.id not in blocked
        ]

    def _choose(self, item_ids: Sequence[int], *, on: bool) -> None:
        chosen = self.state.chosen
        self.state.chosen = chosen | frozenset(item_ids) if on else chosen - frozenset(item_ids)
        self.draw()

    # Actions on the whole operation.

    def _roll_back(self, operation_id: int, **part: Any) -> None:
        rollback_question.ask(self._library, self._bridge, self._dialog, operation_id, self.started, **part)

    def _read_operation(self, operation_id: int, then: Callable[[MetadataOperation], None]) -> None:
        self._bridge.run(
            lambda: self._library.operation(operation_id, per_page=1).operation, then, name="read_operation", once=True
        )

    def _rename(self, operation: MetadataOperation) -> None:
        """Ask for the title of an operation, and store it."""

        def rename(title: str) -> None:
            self._bridge.run(
                lambda: self._library.operations.rename(operation.id, title),
                lambda _: self._on_change(),
                name="rename",
                once=True,
            )

        text = "The history shows the title, and its search finds the title."
        self._dialog.ask(
            f"Rename operation {operation.id}",
            [{"kind": "text", "text": text}],
            rename,
            confirm="Rename",
            note="Title",
            written=operation_text.name(operation),
        )

    def _resume(self, operation_id: int) -> None:
        self._bridge.run(
            lambda: self._library.resume(operation_id),
            lambda _: self._watch(operation_id),
            name="resume",
            once=True,
        )


def _named(text: str) -> str:
    """Return the person in a search; "" if it names no person or several."""
    try:
        people = query.parse_history(text).people
    except errors.QueryError:
        return ""
    return people[0] if len(people) == 1 else ""
