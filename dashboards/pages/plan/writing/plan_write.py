"""The action bar of the plan: from a selection to a running write. `write_question` asks before the write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components.base import needing
from dashboards.components.dialog import Dialog
from dashboards.frame.action_bar import ActionBar
from dashboards.questions.dry_run import DryRun
from dashboards.questions.write_question import WriteQuestion
from dashboards.questions.write_sections import WriteRequest
from dashboards.session import Session
from dashboards.state import PINNED, PlanState
from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PLAN_EDIT, WRITE_ANY, WRITE_SAFE
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import MetadataOperation, WriteOptions
from indexium_core.model.planning.plan import SAFE, WRITABLE, Selection, SelectionSummary
from indexium_core.model.review.reports import DecisionReport

DONE = ("in_progress", "completed", "completed_with_errors")  # states in which written files are reported
UNSELECTED = "Select files first: press x for the file at the cursor, or a for all found files."


class PlanBar(ActionBar):
    """The action bar of the plan. Messages: the acts."""

    _needs = needing({WRITE_SAFE: "write", PLAN_EDIT: "people skip preserve"})


class PlanWrite:
    """The actions for the selected files."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session, state: PlanState) -> None:
        self._library, self._bridge, self._session, self._state = library, bridge, session, state
        self._plan: MetadataPlan | None = None
        self._last_write: tuple[str, int | None] = (
            "",
            None,
        )  # the search and id of the last write
        self.bar = PlanBar()
        self._question = WriteQuestion(
            library, bridge, dialog, started=self._started, shown=self._show, find=session.search_plan
        )
        self._dry_run = DryRun(
            library, bridge, dialog, session.result_cache, self._question.ask, files=lambda: session.files
        )
        self._acts: dict[str, Callable[[Any], None]] = {
            "dry_run": lambda _: self._with_request(self._dry_run.run),
            "write": lambda _: self.ask(self._state.selection),
        }
        self.bar.on(
            **self._acts,
            unselected=self._act_if_selected,
            skip=lambda _: self._decide(library.decisions.postpone),
            preserve=lambda _: self._decide(
                lambda them: library.decisions.set_mode(them, comment_mode="preserve"), keep=True
            ),
        )

    def start(self) -> None:
        """Subscribe to plan events, so that an open question reports that it is outdated."""
        self._question.start()

    def show(self, plan: MetadataPlan, summary: SelectionSummary | None, *, found: int) -> None:
        """Show the selection; `found` is the number of files that can be selected."""
        self._plan = plan
        if summary is None or not summary.count:
            self.bar.put(**nothing(summary, found))
            return
        number, risky = summary.count, summary.loses_text > 0
        self.bar.put(
            title=f"{wording.count(number)} selected",
            hidden=hidden(summary),
            note=summaries.rollback_promise(summary),
            warning=_cannot(summary),
            buttons=[
                {"label": "Clear", "act": "clear", "kind": "quiet opt", "key": "n"},
                {"label": "Edit…", "act": "people", "kind": "quiet", "key": "b"},
                {"label": "Skip", "act": "skip", "kind": "quiet opt"},
                *([{"label": "Preserve text", "act": "preserve", "kind": "quiet opt"}] if risky else []),
                {"label": "Dry run", "act": "dry_run", "kind": "", "key": "d"},
                {"label": f"Write {wording.files(number)}…", "act": "write", "kind": "primary", "key": "w"},
            ],
        )

    def _act_if_selected(self, message: Mapping[str, Any]) -> None:
        """Do the action of a key: a quick person presses it before the bar shows the selection of the key before it."""
        if self._state.selection == Selection():
            self._bridge.toast("info", UNSELECTED)
        else:
            self._acts[message["act"]](message)

    def _decide(self, decide: Callable[[Selection], DecisionReport], *, keep: bool = False) -> None:
        """
        Make a decision about all selected files.

        With `keep` they stay selected; small selections even if the search no longer finds the files.
        """
        selection, left = self._state.selection, Selection()

        def work() -> DecisionReport:
            nonlocal left
            if keep:
                ids = self._library.plan().ids(selection)
                left = Selection(included=frozenset(ids)) if len(ids) <= PINNED else selection
            return decide(selection)

        def on_done(report: DecisionReport) -> None:
            self._state.selection = left
            self._session.keep_selection(self._state.selection)
            self._session.report_decision(report.sentence, report)

        self._bridge.run(work, on_done, name="decide", once=True)

    # Writing.

    def ask(self, selection: Selection, *, action: str = "write") -> None:
        """Ask whether to write a selection; a confirmation starts the write."""
        self._with_request(self._question.ask, selection, action=action)

    def _with_request(
        self, act: Callable[[WriteRequest], None], selection: Selection | None = None, action: str = "write"
    ) -> None:
        if self._plan is None:
            return
        options = self._options(action)
        chosen = self._state.selection if selection is None else selection
        act(WriteRequest(self._plan, chosen, options, within=self._state.query))

    def preview(self, selection: Selection, plan: MetadataPlan, *, within: str) -> SelectionSummary:
        """Return the numbers of a selection, with what the person may write of it."""
        return self._library.preview(selection, plan, within=within, options=self._options("write"))

    def _options(self, action: str) -> WriteOptions:
        risk = WRITABLE if self._session.may(WRITE_ANY) or not self._session.may(WRITE_SAFE) else SAFE
        return WriteOptions(risk=risk, user_action=action, source="dashboard")

    def written(self, query: str) -> MetadataOperation | None:
        """Return this session's last write if it wrote files of the search, unless it stopped or was rolled back."""
        text, operation_id = self._last_write
        if operation_id is None or text != query:
            return None
        try:
            operation = self._library.operation(operation_id, per_page=1).operation
        except errors.UnknownIdError:
            return None
        return operation if operation.status in DONE and operation.success_count else None

    def _show(self, operation_id: int) -> None:
        self._session.go("progress", operation_id=operation_id, status="", number=1)

    def _started(self, operation_id: int) -> None:
        """Clear the selection and stay on the page; every footer shows the progress of the write."""
        self._last_write = (self._state.query, operation_id)
        self._state.selection = Selection()
        self._session.keep_selection(self._state.selection)
        self._session.refresh_footer()


def nothing(summary: SelectionSummary | None, found: int) -> dict[str, Any]:
    """Return the view of the bar for a selection without a file that can be written."""
    left = _cannot(summary) if summary else ""
    offer = [{"label": f"Select all {wording.count(found)}", "act": "select", "kind": "", "key": "a"}] if found else []
    if left:
        offer = [{"label": "Clear", "act": "clear", "kind": "quiet", "key": "n"}, *offer]
    return {
        "title": "No selected file can be written" if left else "Nothing selected" if found else "",
        "note": "only selected files are written",
        "warning": left,
        "buttons": offer,
    }


def hidden(summary: SelectionSummary) -> dict[str, str] | None:
    """Return the number of selected files that the search hides, with a button that shows them."""
    if not summary.hidden:
        return None
    return {"text": f"{wording.count(summary.hidden)} hidden by the filter", "label": "Show", "act": "show_hidden"}


def _cannot(summary: SelectionSummary) -> str:
    """Return the selected files that a write does not include, with reasons."""
    left = summaries.excluded_files(summary.excluded)
    return f"not written: {left}" if left else ""
