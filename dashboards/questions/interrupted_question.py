"""Operations that were cut off: offered once after a start, and whenever somebody asks for one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.questions import interrupted_report as parts
from dashboards.questions import rollback_question
from indexium_core.model.operations.interrupted import InterruptedOperation

if TYPE_CHECKING:
    from indexium_core.library import Library

__all__ = ["Interrupted"]

DECIDING = ("job:changed", "write:started", "rollback:started", "write:progress", "rollback:progress")
ELSEWHERE = "It was decided elsewhere what becomes of it."


class Interrupted:
    """Asks what is to become of each: go on, take back, or decide later."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        *,
        watch: Callable[[int], None],
        postponed: set[int],
    ) -> None:
        """
        Ask in one session.

        Args:
            library: The library.
            bridge: Carries the work.
            dialog: Asks.
            watch: Shows the progress of an operation.
            postponed: Operations on which a person decides later, in any session of the process.

        """
        self._library, self._bridge, self._dialog = library, bridge, dialog
        self._watch, self._postponed = watch, postponed
        # Operation, serial of the question, what follows, whether it had been put off before.
        self._asked: tuple[int, int, Callable[[], None], bool] | None = None

    def start(self) -> None:
        """Offer what was cut off and nobody has decided on, one operation after the other."""
        self._bridge.listen(DECIDING, self._recheck, every=1.0)
        self._go_on()

    def _go_on(self) -> None:
        self._bridge.run(self._undecided, self._offer, name="interrupted")

    def show(self, operation_id: int) -> None:
        """Offer one operation; where it cannot be gone on with, show what became of it."""

        def found(operations: Sequence[InterruptedOperation]) -> None:
            if operations:
                self._ask(operations[0], others=0, then=lambda: None)
            else:
                self._watch(operation_id)

        self._bridge.run(
            lambda: [each for each in self._cut() if each.id == operation_id],
            found,
            name="interrupted",
        )

    def _undecided(self) -> list[InterruptedOperation]:
        return [each for each in self._cut() if not each.by_itself and each.id not in self._postponed]

    def _cut(self) -> list[InterruptedOperation]:
        return self._library.interruptions.operations(files=parts.PER_PAGE)

    def _offer(self, operations: Sequence[InterruptedOperation]) -> None:
        if operations:
            self._ask(operations[0], others=len(operations) - 1, then=self._go_on)

    def _ask(self, operation: InterruptedOperation, *, others: int, then: Callable[[], None]) -> None:
        """Ask about one operation; `then` comes after whatever the answer is."""

        def turn(_list: str, page: int, became: str) -> None:
            page = min(page, parts.pages(operation, became))
            self._bridge.run(
                lambda: self._library.interruptions.files(
                    operation.id, became=became, page=page, per_page=parts.PER_PAGE
                ),
                lambda files: self._dialog.renew_list(
                    serial, parts.files_section(operation, files, page=page, became=became)
                ),
                name="interrupted",
            )

        def later() -> None:
            self._postponed.add(operation.id)
            then()

        def take_back() -> None:
            self._postponed.add(operation.id)
            self._dialog.dismiss()
            started: Callable[[int], None] = lambda number: self._show_progress(number, then)  # noqa: E731
            rollback_question.ask(self._library, self._bridge, self._dialog, operation.id, started, left=then)

        back = parts.rollback_label(operation)
        serial = self._dialog.ask(
            parts.title(operation, others=others),
            [*parts.sections(operation), parts.files_section(operation, operation.files)],
            lambda _: self._resume(operation.id, then),
            confirm=parts.resume_label(operation),
            back="Later",
            actions=[{"label": back, "act": "rollback"}] if back else [],
            acts={"rollback": take_back},
            turn=turn,
            left=later,
            wide=True,
        )

        self._asked = (operation.id, serial, then, operation.id in self._postponed)

    def _recheck(self) -> None:
        """Take the question away where somebody has answered it elsewhere: in another tab, on the command line."""
        if self._asked is None or not self._dialog.showing(self._asked[1]):
            return
        operation_id, serial, then, was_put_off = self._asked

        def told(operations: Sequence[InterruptedOperation]) -> None:
            answered = all(each.id != operation_id for each in operations)
            put_off = operation_id in self._postponed and not was_put_off
            if self._dialog.showing(serial) and (answered or put_off):
                self._dialog.dismiss()
                if answered:
                    self._bridge.toast("info", ELSEWHERE)
                then()

        self._bridge.run(self._cut, told, name="interrupted_still")

    def _resume(self, operation_id: int, then: Callable[[], None]) -> None:
        self._postponed.add(operation_id)
        self._bridge.run(
            lambda: self._library.resume(operation_id),
            lambda _: self._show_progress(operation_id, then),
            name="resume",
            once=True,
        )

    def _show_progress(self, operation_id: int, then: Callable[[], None]) -> None:
        self._watch(operation_id)
        then()
