"""From what is chosen to a running write: the foot of the plan, the dry run, the question before it starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards import words
from dashboards.bridge import Bridge
from dashboards.components.action_bar import ActionBar
from dashboards.components.dialog import Dialog
from dashboards.components.plan_header import HINTS
from dashboards.state import PlanState
from indexium_core.model.operation import WriteOptions, WriteResult
from indexium_core.model.plan import PlanItem, Selection

if TYPE_CHECKING:
    from dashboards.app import Session
    from indexium_core.library import DecisionReport, DryRunReport, Library, MetadataPlan, SelectionSummary

__all__ = ["PlanWrite"]

LOST = 5  # texts that would be lost, shown before confirming
LISTED = 200  # files of a dry run that are listed
WRITABLE = ("safe", "warning", "danger")


class _Question(NamedTuple):
    """What is asked before a write."""

    plan: MetadataPlan
    selection: Selection
    summary: SelectionSummary
    lost: list[PlanItem]
    lost_count: int
    action: str


class PlanWrite:
    """Asks, then starts; everything that it counts is counted by the library."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, session: Session, state: PlanState) -> None:
        self._library, self._bridge, self._dialog, self._session, self._state = library, bridge, dialog, session, state
        self._plan: MetadataPlan | None = None
        self.bar = ActionBar()
        self.bar.on(
            dry_run=lambda _: self._dry_run(),
            write=lambda _: self.ask(self._state.selection),
            skip=lambda _: self._decide(library.postpone, "Skipped until you bring them back"),
            preserve=lambda _: self._decide(
                lambda ids: library.set_mode(ids, comment_mode="preserve"), "Other text of the comment kept", keep=True
            ),
        )

    def show(self, plan: MetadataPlan, summary: SelectionSummary | None, *, found: int) -> None:
        """Show what is chosen; `found` files could be."""
        self._plan = plan
        if summary is None or not summary.count:
            nothing = [{"label": f"Select all {words.count(found)}", "act": "select", "kind": ""}] if found else []
            self.bar.put(
                title="Nothing selected" if found else "", note="only what you select is written", buttons=nothing
            )
            return
        number, risky = summary.count, summary.by_risk.get("danger", 0) > 0
        self.bar.put(
            title=f"{words.count(number)} selected",
            note=self._note(summary),
            buttons=[
                {"label": "Clear", "act": "clear", "kind": "quiet opt"},
                {"label": "Skip", "act": "skip", "kind": "quiet opt"},
                *([{"label": "Preserve text", "act": "preserve", "kind": "quiet opt"}] if risky else []),
                {"label": "Dry run", "act": "dry_run", "kind": ""},
                {"label": f"Write {words.files(number)}…", "act": "write", "kind": "primary"},
            ],
        )

    def _note(self, summary: SelectionSummary) -> str:
        until = datetime.now(UTC) + timedelta(days=self._library.settings.metadata_backup_retention_days)
        who = {1: "it", 2: "both"}.get(summary.count, "all")
        return f"{who} can be rolled back byte for byte until {words.day(until)}"

    def _decide(self, decide: Callable[[list[int]], DecisionReport], what: str, *, keep: bool = False) -> None:
        """Decide over all that is selected at once; `keep` leaves just these files selected, whatever they are now."""
        selection = self._state.selection

        def work() -> tuple[DecisionReport, list[int]]:
            ids = self._library.plan().ids(selection)
            return decide(ids), ids

        def told(done: tuple[DecisionReport, list[int]]) -> None:
            self._state.selection = Selection(included=frozenset(done[1])) if keep else Selection()
            self._session.keep_selection()
            self._bridge.toast("good", f"{what}: {words.files(done[0].files)}.")

        self._bridge.run(work, told, name="decide", once=True)

    # Dry run.

    def _dry_run(self) -> None:
        plan, selection = self._plan, self._state.selection
        if plan is None:
            return

        def check() -> tuple[DryRunReport, dict[int, str]]:
            report = self._library.dry_run(
                plan, WriteOptions(risk=WRITABLE, dry_run=True, source="dashboard"), selection=selection
            )
            shown = frozenset(item.file_id for item in _failures_first(report)[:LISTED])
            items, _ = plan.sample(Selection(included=shown), "", limit=LISTED)
            return report, {item.file_id: item.file_name for item in items}

        self._bridge.run(check, lambda found: self._report(*found), name="dry_run", once=True)

    def _report(self, report: DryRunReport, names: dict[int, str]) -> None:
        ready, total = report.counts.get("success", 0), len(report.items)
        verdict = f"{words.count(ready)} of {words.files(total)} would be written. Nothing was changed."
        rows = [_row(item, names.get(item.file_id, "")) for item in _failures_first(report)[:LISTED]]
        more = f"and {words.count(total - LISTED)} more" if total > LISTED else ""
        label = "Files" if ready == total else "Files, those that would not be written first"
        self._dialog.report(
            "Dry run",
            [
                {"kind": "why", "level": "safe" if ready == total else "warning", "text": verdict},
                {"kind": "items", "label": label, "items": rows, "more": more},
            ],
        )

    # Write.

    def ask(self, selection: Selection, *, action: str = "write") -> None:
        """Ask whether a selection is to be written; an answer starts it."""
        plan = self._plan
        if plan is None:
            return

        def look() -> _Question:
            summary = self._library.preview(selection, plan)
            lost, count = plan.sample(selection, "issue:custom_comment", limit=LOST)
            return _Question(plan, selection, summary, lost, count, action)

        self._bridge.run(look, self._ask, name="write_question", once=True)

    def _ask(self, asked: _Question) -> None:
        summary = asked.summary
        danger = summary.by_risk.get("danger", 0)
        if not summary.count:
            self._bridge.toast("info", "There is nothing to write: no selected file would change.")
            return
        this = "this dangerous file" if danger == 1 else f"these {words.count(danger)} dangerous files"
        self._dialog.ask(
            f"Write {words.files(summary.count)}?",
            _sections(asked),
            lambda note: self._start(asked, note),
            confirm=f"Write {words.files(summary.count)}",
            ack=f"I have looked at {this} and want to write {'it' if danger == 1 else 'them'}." if danger else None,
            risky=bool(danger),
            note="Note for the history (optional)",
        )

    def _start(self, asked: _Question, note: str) -> None:
        options = WriteOptions(risk=WRITABLE, user_note=note.strip(), user_action=asked.action, source="dashboard")

        def started(operation_id: int) -> None:
            self._state.selection = Selection()
            self._session.keep_selection()
            self._session.go("progress", operation_id=operation_id, status="", number=1)

        self._bridge.run(
            lambda: self._library.write(asked.plan, options, selection=asked.selection).id,
            started,
            name="write",
            once=True,
        )


def _failures_first(report: DryRunReport) -> list[WriteResult]:
    return sorted(report.items, key=lambda item: item.status == "success")


def _row(item: WriteResult, name: str) -> dict[str, str]:
    status, level = words.item_status(item.status, item.code)
    if item.status == "success":
        status = "would be written"
    return {"name": name, "status": status, "level": level, "message": item.message or words.strategy(item.strategy)}


def _sections(asked: _Question) -> list[dict[str, Any]]:
    """Return what is said before a write: levels, people, what is lost, what is left out, cost."""
    summary = asked.summary
    levels = [
        {"level": level, "count": words.count(summary.by_risk[level])} for level in HINTS if summary.by_risk.get(level)
    ]
    pairs = [
        ["People", f"+{words.count(summary.tags_to_add)} · −{words.count(summary.tags_to_remove)}"],
        ["Written", f"{words.size(summary.est_bytes)}, in about {words.span(summary.est_seconds)}"],
        ["Undo", "byte for byte, from History"],
    ]
    return [{"kind": "levels", "levels": levels}, {"kind": "facts", "pairs": pairs}, *_lost(asked), *_left_out(asked)]


def _lost(asked: _Question) -> list[dict[str, Any]]:
    """Return the texts of the person's own that would go, the first few of them in full."""
    if not asked.lost_count:
        return []
    rest = asked.lost_count - len(asked.lost)
    return [
        {
            "kind": "lost",
            "label": f"Text of your own that would be replaced in {words.files(asked.lost_count)}",
            "items": [{"name": item.file_name, "text": _short(item.existing_comment or "")} for item in asked.lost],
            "more": f"and in {words.count(rest)} more. Preserve keeps the text."
            if rest
            else "Preserve keeps the text.",
        }
    ]


def _left_out(asked: _Question) -> list[dict[str, Any]]:
    left = {name: number for name, number in asked.summary.excluded.items() if number and name != "unchanged"}
    said = ", ".join(f"{words.count(number)} {name}" for name, number in left.items())
    return [{"kind": "hint", "text": f"Left out: {said}."}] if left else []


def _short(text: str) -> str:
    return text if len(text) <= 240 else text[:240] + " …"
