"""
The question before a write: the numbers, what would be lost, and whether the plan has changed since it was shown.

This question precedes every write of the dashboard: a selection of the plan, the result of a dry run, a retry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.questions import approval_sections, write_sections
from dashboards.questions.write_sections import QUERIES, RequestChange, ShownWrite, WriteRequest
from dashboards.state import PINNED
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.operations.preview import WritePreview
from indexium_core.model.planning.plan import Holder, PlanItem, Selection, StaleFile, StaleFiles

STALE = 50  # maximum number of listed changed files


class WriteQuestion:
    """Asks, then starts the write; the library provides all numbers."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        *,
        started: Callable[[int], None],
        shown: Callable[[int], None],
        find: Callable[[str], None],
    ) -> None:
        """
        Create the question.

        `started` receives the new operation's id, `shown` the id of an operation to open, `find` a search of the plan
        to show.
        """
        self._library, self._bridge, self._dialog = library, bridge, dialog
        self._started, self._shown, self._find = started, shown, find
        self._serial = 0
        self._open_request: WriteRequest | None = None
        self._shown_stale: list[StaleFile] = []  # the changed files that the dialog lists

    def start(self) -> None:
        """Subscribe to plan events: an open question reports that it is outdated."""
        self._bridge.listen(("plan:changed",), self._recheck, every=0.5)

    def ask(self, request: WriteRequest) -> None:
        """Ask whether to write the files; a confirmation starts the write."""
        self._bridge.run(lambda: self._check(request), self._ask, name="write_question", once=True)

    def _check(self, request: WriteRequest) -> ShownWrite:
        newest = request.plan.newest()  # before the preview: the write then refuses what changes during the preview
        preview = self._library.previews.of_write(
            request.plan, request.options, selection=request.selection, within=request.within
        )
        if not preview.stale.count:
            request = request._replace(plan=newest)
        dangers: list[PlanItem] = []
        if preview.danger_count:
            dangers, _ = request.plan.sample(request.selection, QUERIES["danger"], limit=write_sections.PER_PAGE)
        return ShownWrite(request, preview, dangers)

    def _ask(self, shown: ShownWrite) -> None:
        request, preview = shown.request, shown.preview
        if preview.all_in_use:
            self._show_holders(preview.holders)
            return
        if preview.stale.count:
            self._show_stale(request, preview.stale)
            return
        number = preview.summary.count
        if not number:
            if request.changes:
                self._dialog.dismiss()
            self._bridge.toast("info", "There is nothing to write: no selected file would change.")
            return
        self._open_request, self._shown_stale = request, []
        written = approval_sections.action(preview.reasons, f"Write {wording.files(number)}")
        verb = approval_sections.verb(preview.reasons, "write")
        self._serial = self._dialog.ask(
            f"{written}?",
            write_sections.sections(shown),
            lambda note: self._start_write(request, preview, note),
            confirm=written,
            risky=preview.danger_count > 0,
            enter=not preview.danger_count and not request.has_changed,
            typed=write_sections.typed(preview.danger_count, verb=verb) if preview.danger_count else None,
            note="Title or note for the history (optional)",
            written=preview.title,
            turn=lambda _list, page, _choice: self._turn(request, page),
            follows=self._serial if request.changes else None,
            acts=self._acts(request, preview.danger_count),
        )

    # Changes of the files in the question.

    def _acts(self, request: WriteRequest, danger_count: int) -> dict[str, Callable[[], None]]:
        """Return the actions beside the losses."""
        shown: dict[str, Callable[[], None]] = {
            f"show_{name}": partial(self._show_files, request, query) for name, query in QUERIES.items()
        }
        return shown | {
            "preserve": lambda: self._preserve(request),
            "leave_out": lambda: self._leave_out(request, danger_count),
            "undo": lambda: self._undo(request),
        }

    def _show_files(self, request: WriteRequest, query: str) -> None:
        """Close the question and show the files of one loss in the plan; the selection does not change."""

        def show(text: str) -> None:
            self._open_request = None
            self._dialog.dismiss()
            self._find(text)

        self._bridge.run(
            lambda: grammar.search_of(request.plan.split(request.selection, query)[0]), show, name="shown_losses"
        )

    def _preserve(self, request: WriteRequest) -> None:
        """Keep the custom texts of all files that would lose one, as one step, and ask again."""
        plan, before = request.plan, request.selection

        def change() -> WriteRequest:
            ids = plan.ids(before)  # the same files stay selected, even if the search does not find them any more
            keeping = Selection(included=frozenset(ids)) if len(ids) <= PINNED else before
            report = self._library.decisions.set_mode(plan.split(before, QUERIES["text"])[0], comment_mode="preserve")
            sentence = f"{wording.sentence(report.label)}."
            return self._changed(request, keeping, RequestChange(sentence, report.step_id, before))

        self._ask_again(change)

    def _leave_out(self, request: WriteRequest, count: int) -> None:
        """Leave the dangerous files out of this write, and ask again."""
        sentence = f"{wording.files(count)} of the level danger {'is' if count == 1 else 'are'} not written."

        def change() -> WriteRequest:
            rest = request.plan.split(request.selection, QUERIES["danger"])[1]
            return self._changed(request, rest, RequestChange(sentence, None, request.selection))

        self._ask_again(change)

    def _undo(self, request: WriteRequest) -> None:
        """Undo the last change of the question, and ask again."""
        *earlier, last = request.changes

        def change() -> WriteRequest:
            if last.step_id is not None:
                self._library.steps.undo(last.step_id)
            plan = request.plan.newest()
            return request._replace(plan=plan, selection=last.before, changes=tuple(earlier))

        self._ask_again(change)

    @staticmethod
    def _changed(request: WriteRequest, selection: Selection, change: RequestChange) -> WriteRequest:
        """Return the request after a change, about the current plan."""
        changes = (*request.changes, change)
        return request._replace(plan=request.plan.newest(), selection=selection, changes=changes, has_changed=False)

    def _ask_again(self, change: Callable[[], WriteRequest]) -> None:
        self._open_request = None  # the question itself changes the plan
        self._bridge.run(lambda: self._check(change()), self._ask, name="write_question", once=True)

    def _turn(self, request: WriteRequest, page: int) -> None:
        """Show another page of the dangerous files."""
        serial, plan, selection = self._serial, request.plan, request.selection

        def read() -> dict[str, Any]:
            items, count = plan.sample(
                selection, QUERIES["danger"], limit=write_sections.PER_PAGE, offset=(page - 1) * write_sections.PER_PAGE
            )
            return write_sections.dangers(items, count, page)

        self._bridge.run(read, lambda section: self._dialog.renew_list(serial, section), name="dangers")

    def _start_write(self, request: WriteRequest, preview: WritePreview, note: str) -> None:
        options = replace(preview.options, user_note=note.strip())
        self._open_request = None

        def failed(error: errors.IndexiumError) -> None:
            if isinstance(error, errors.StalePlanError):  # the plan changed between the question and the answer
                again = replace(request.options, user_note=note.strip())
                self.ask(request._replace(options=again, has_changed=True))
            else:
                self._bridge.toast("error", error.message)

        def start() -> int:
            with approval_sections.as_shown(self._library, preview.reasons):
                handle = self._library.write(
                    request.plan, options, selection=request.selection, expected=preview.digest
                )
            return handle.id

        self._bridge.run(
            start,
            self._started,
            name="write",
            once=True,
            failed=failed,
        )

    def _show_holders(self, holders: Sequence[Holder]) -> None:
        """Show which operation prevents the write, with a button that opens it."""
        self._open_request = None
        self._serial = self._dialog.report(
            "None of these files can be written now",
            [{"kind": "why", "level": "warning", "text": each.describe()} for each in holders],
            follows=self._serial,
            actions=[{"label": "Show the operation", "act": "show", "kind": "primary"}],
            acts={"show": lambda: self._show(holders[0])},
        )

    def _show(self, holder: Holder) -> None:
        self._dialog.dismiss()
        self._shown(holder.operation_id)

    # Files that changed since they were shown.

    def _recheck(self) -> None:
        """Check whether the files of an open question have changed."""
        request, serial = self._open_request, self._serial
        if request is None or not self._dialog.showing(serial):
            return

        def show(stale: StaleFiles) -> None:
            if stale.count and stale.items != self._shown_stale and self._dialog.showing(serial):
                self._show_stale(request, stale)

        self._bridge.run(
            lambda: self._library.plans.stale(request.plan, request.selection, limit=STALE), show, name="stale"
        )

    def _show_stale(self, request: WriteRequest, stale: StaleFiles) -> None:
        """Show which files changed since they were shown, and offer to refresh the preview."""
        self._open_request, self._shown_stale = request, stale.items
        these = "1 of these files" if stale.count == 1 else f"{wording.count(stale.count)} of these files"
        rest = stale.count - len(stale.items)
        items = [
            {
                "name": item.file_name,
                "path": item.file_path,
                "level": "warning",
                "status": item.reason,
                "was": item.shown or "",
                "now": item.now or "",
            }
            for item in stale.items
        ]
        self._serial = self._dialog.report(
            "The plan has changed",
            [
                {
                    "kind": "why",
                    "level": "warning",
                    "text": f"{these} changed since they were shown. Nothing was written. Refresh the preview first.",
                },
                {
                    "kind": "items",
                    "key": "stale",
                    "label": "Planned content: as it was shown, and now",
                    "items": items,
                    "more": wording.and_more(rest),
                },
            ],
            follows=self._serial,
            wide=True,
            actions=[{"label": "Refresh the preview", "act": "again", "kind": "primary"}],
            acts={"again": lambda: self._again(request)},
        )

    def _again(self, request: WriteRequest) -> None:
        """Ask again, about the current plan."""
        self._open_request = None
        self._dialog.dismiss()
        self._bridge.run(
            lambda: self._check(request._replace(plan=request.plan.newest())),
            self._ask,
            name="write_question",
            once=True,
        )
