"""
The question about interrupted operations: it opens after a start, and when a person opens such an operation.

A scan that a former process began continues automatically: the question, or a toast without a question, offers to stop
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.questions import interrupted_report, rollback_question
from indexium_core.library import Library
from indexium_core.model.job import Job
from indexium_core.model.operations.interrupted import InterruptedOperation

DECIDING = (
    "job:changed",
    *(f"{kind}:{what}" for kind in ("write", "rollback", "publish") for what in ("started", "progress")),
)
DECIDED = "The operation was resumed, rolled back or left for later in another window."


class Interrupted:
    """Asks about each operation: resume, roll back, or decide later."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        *,
        watch: Callable[[int], None],
        postponed: set[int],
        announced: set[int],
    ) -> None:
        """
        Ask in one session.

        `watch` shows the progress of an operation. A person decides later on the operations in `postponed`, in any
        session of the process. The jobs in `announced` are scans that a session has shown.
        """
        self._library, self._bridge, self._dialog = library, bridge, dialog
        self._watch, self._postponed, self._announced = watch, postponed, announced
        # Operation, serial of the question, callback, whether it was postponed before.
        self._open_question: tuple[int, int, Callable[[], None], bool] | None = None

    def start(self) -> None:
        """Ask about each interrupted operation without a decision, one after the other."""
        self._bridge.listen(DECIDING, self._recheck, every=1.0)
        self._ask_next()

    def _ask_next(self) -> None:
        self._bridge.run(lambda: (self._undecided(), self._scan()), self._offer, name="interrupted")

    def show(self, operation_id: int) -> None:
        """Ask about one operation, or show its progress if it is no longer interrupted."""

        def found(operations: Sequence[InterruptedOperation]) -> None:
            if operations:
                self._ask(operations[0], others=0, scan=None, then=lambda: None)
            else:
                self._watch(operation_id)

        self._bridge.run(
            lambda: [each for each in self._interrupted() if each.id == operation_id],
            found,
            name="interrupted",
        )

    def _undecided(self) -> list[InterruptedOperation]:
        return [
            each for each in self._interrupted() if not each.resumes_automatically and each.id not in self._postponed
        ]

    def _interrupted(self) -> list[InterruptedOperation]:
        return self._library.interruptions.operations(files=interrupted_report.PER_PAGE)

    def _scan(self) -> Job | None:
        """Return the scan of a former process that continues now, unless a session has shown it."""
        new = self._library.resumed_scans.keys() - self._announced
        jobs = self._library.jobs.list(("scan",), ("pending", "running")).items if new else []
        return next((job for job in jobs if job.id in new), None)

    def _offer(self, found: tuple[Sequence[InterruptedOperation], Job | None]) -> None:
        operations, scan = found
        if scan is not None:
            self._announced.add(scan.id)
        if operations:
            self._ask(operations[0], others=len(operations) - 1, scan=scan, then=self._ask_next)
        elif scan is not None:
            self._bridge.toast("info", interrupted_report.scan(scan), stop=scan.id)

    def stop_scan(self, job_id: int) -> None:
        """Stop a scan."""
        self._bridge.run(
            lambda: self._library.jobs.cancel(job_id),
            lambda _: self._bridge.toast("info", "The scan was stopped. The next scan reads the rest."),
            name="stop_scan",
            once=True,
        )

    def _ask(self, operation: InterruptedOperation, *, others: int, scan: Job | None, then: Callable[[], None]) -> None:
        """Ask about one operation and offer to stop a scan; `then` is called after any answer about the operation."""

        def turn(_list: str, page: int, outcome: str) -> None:
            page = min(page, interrupted_report.pages(operation, outcome))
            self._bridge.run(
                lambda: self._library.interruptions.files(
                    operation.id, outcome=outcome, page=page, per_page=interrupted_report.PER_PAGE
                ),
                lambda files: self._dialog.renew_list(
                    serial, interrupted_report.files_section(operation, files, page=page, outcome=outcome)
                ),
                name="interrupted",
            )

        def later() -> None:
            self._postponed.add(operation.id)
            then()

        def roll_back() -> None:
            self._postponed.add(operation.id)
            self._dialog.dismiss()
            started: Callable[[int], None] = lambda number: self._show_progress(number, then)  # noqa: E731
            rollback_question.ask(self._library, self._bridge, self._dialog, operation.id, started, left=then)

        def stop() -> None:
            if scan is not None:
                self.stop_scan(scan.id)
            self._dialog.renew(serial, sections=sections, actions=actions)

        back = interrupted_report.rollback_label(operation)
        actions = [{"label": back, "act": "rollback"}] if back else []
        sections = [
            *interrupted_report.sections(operation),
            interrupted_report.files_section(operation, operation.files),
        ]
        serial = self._dialog.ask(
            interrupted_report.title(operation, others=others),
            [{"kind": "text", "text": interrupted_report.scan(scan)}, *sections] if scan else sections,
            lambda _: self._resume(operation.id, then),
            confirm=interrupted_report.resume_label(operation),
            back="Later",
            actions=[*actions, {"label": "Stop the scan", "act": "stop"}] if scan else actions,
            acts={"rollback": roll_back, "stop": stop},
            turn=turn,
            left=later,
            wide=True,
        )

        self._open_question = (operation.id, serial, then, operation.id in self._postponed)

    def _recheck(self) -> None:
        """Close the question if it was answered in another tab or on the command line."""
        if self._open_question is None or not self._dialog.showing(self._open_question[1]):
            return
        operation_id, serial, then, was_postponed = self._open_question

        def show(operations: Sequence[InterruptedOperation]) -> None:
            answered = all(each.id != operation_id for each in operations)
            is_postponed = operation_id in self._postponed and not was_postponed
            if self._dialog.showing(serial) and (answered or is_postponed):
                self._dialog.dismiss()
                if answered:
                    self._bridge.toast("info", DECIDED)
                then()

        self._bridge.run(self._interrupted, show, name="interrupted_still")

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
