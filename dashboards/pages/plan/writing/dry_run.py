"""The dry run: the same checks as a write, for every selected file, with a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboards import status_words
from dashboards.bridge import Bridge
from dashboards.components import paging
from dashboards.components.dialog import Dialog
from dashboards.questions import write_sections
from dashboards.questions.write_sections import WriteRequest
from dashboards.result_cache import ResultCache
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.operations import strategies, summaries
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.planning.plan import Selection

PER_PAGE = 25
SHOWN = {"": "all", "not": "not written", "ready": "ready"}  # filter of the list: value → label


@dataclass(frozen=True)
class DryRunResult:
    """A report of a dry run, with its plan."""

    report: DryRunReport
    plan: MetadataPlan

    @cached_property
    def _ordered(self) -> list[WriteResult]:
        return self.report.failures_first

    def listed(self, shown: str) -> list[WriteResult]:
        """Return the listed results, failures first."""
        if shown == "not":
            return [item for item in self._ordered if item.status != "success"]
        return [item for item in self._ordered if item.status == "success"] if shown == "ready" else self._ordered

    def section(self, shown: str, page: int) -> dict[str, Any]:
        """Return one page of the list."""
        found = self.listed(shown)
        first = (page - 1) * PER_PAGE
        part = found[first : first + PER_PAGE]
        ids = frozenset(item.file_id for item in part if item.file_id is not None)
        items, _ = self.plan.sample(Selection(included=ids), "", limit=PER_PAGE)
        named = {item.file_id: item for item in items}
        return {
            "kind": "items",
            "key": "results",
            "label": "Files, those that would not be written first" if self.report.by_code else "Files",
            "items": [_row(item, named.get(item.file_id or 0)) for item in part],
            **paging.place(page, PER_PAGE, shown=len(part), total=len(found)),
            "choices": self._choices(shown),
        }

    def _choices(self, shown: str) -> list[dict[str, Any]]:
        total, ready = len(self.report.items), self.report.counts.get("success", 0)
        counts = {"": total, "not": total - ready, "ready": ready}
        if not (counts["not"] and ready):
            return []
        return [
            {"value": value, "label": f"{label} {wording.count(counts[value])}", "on": value == shown}
            for value, label in SHOWN.items()
        ]


class DryRun:
    """Runs the dry run in one session and shows its report."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        results: ResultCache,
        write: Callable[[WriteRequest], None],
        *,
        files: Callable[[], str],
    ) -> None:
        """Create the dry run; `write` asks before a write, `files` returns the address of downloads, "" for none."""
        self._library, self._bridge, self._dialog, self._results, self._write = library, bridge, dialog, results, write
        self._files = files
        self._serial = 0

    def run(self, request: WriteRequest) -> None:
        """Check the selected files, show the progress, then the report."""
        self._serial = serial = self._dialog.report("Dry run", [_gauge(0, 0)])

        def on_progress(done: int, total: int) -> bool:
            self._bridge.soon(lambda: self._dialog.renew(serial, sections=[_gauge(done, total)]))
            return self._dialog.showing(serial)  # False if the dialog was closed: this stops the check

        def check() -> tuple[DryRunResult, str]:
            report = self._library.dry_run(
                request.plan, request.options, selection=request.selection, progress=on_progress
            )
            checked = DryRunResult(report, request.plan)
            return checked, self._results.keep(checked)

        def show(found: tuple[DryRunResult, str]) -> None:
            if self._dialog.showing(serial):
                self._report(*found, request, serial)

        def failed(error: Any) -> None:
            if self._dialog.showing(serial):
                self._dialog.dismiss()
            self._bridge.toast("error", error.message)

        self._bridge.run(check, show, name="dry_run", failed=failed)

    def _report(self, checked: DryRunResult, token: str, request: WriteRequest, serial: int) -> None:
        """Show the report in place of the progress, if its dialog is still open."""
        report = checked.report
        ready = report.counts.get("success", 0)
        action = {"label": f"Write {wording.files(ready)}…", "act": "write", "kind": "primary"}
        self._bridge.run(
            lambda: checked.section("", 1),
            lambda section: self._show(checked, token, [section], [action] if ready else [], request, serial=serial),
            name="dry_run_page",
        )

    def _show(
        self,
        checked: DryRunResult,
        token: str,
        lists: list[dict[str, Any]],
        actions: list[dict[str, str]],
        request: WriteRequest,
        *,
        serial: int,
    ) -> None:
        if not self._dialog.showing(serial):
            return
        report = checked.report
        rest = Selection(included=report.ready)
        self._serial = self._dialog.report(
            "Dry run",
            [*_verdict(report), *lists, *self._links(token)],
            follows=serial,
            wide=True,
            actions=actions,
            acts={"write": lambda: self._write(request._replace(selection=rest))},
            turn=lambda _list, page, shown: self._turn(token, shown, page),
        )

    def _turn(self, token: str, shown: str, page: int) -> None:
        serial, shown = self._serial, shown if shown in SHOWN else ""
        self._bridge.run(
            lambda: self._results.find(token, DryRunResult).section(shown, page),
            lambda section: self._dialog.renew_list(serial, section),
            name="dry_run_page",
        )

    def _links(self, token: str) -> list[dict[str, Any]]:
        if not self._files():
            return []
        links = [{"label": kind.upper(), "href": f"{self._files()}dry-run/{token}.{kind}"} for kind in ("csv", "json")]
        return [{"kind": "links", "label": "Save this report as", "links": links}]


def _gauge(done: int, total: int) -> dict[str, Any]:
    text = (
        f"{wording.count(done)} of {wording.files(total)} checked. Nothing is changed."
        if total
        else "Checking the files…"
    )
    return {"kind": "gauge", "now": done, "max": total or None, "text": text}


def _verdict(report: DryRunReport) -> list[dict[str, Any]]:
    """Return the result: one sentence, the outcomes, and the facts."""
    ready, total = report.counts.get("success", 0), len(report.items)
    all_of_it = ready == total and total == report.total
    text = summaries.dry_run_result(ready, total)
    if total < report.total:
        text += f" {wording.count(report.total - total)} were not checked."
    level = "safe" if all_of_it else "warning"
    pairs = [["Method", write_sections.how(report.by_strategy)]] if ready else []
    pairs += [["Written", wording.size(report.bytes_to_write)]] if ready else []
    pairs.append(["Checked", f"{wording.files(total)} in {wording.duration(report.seconds)}"])
    outcomes = [{"kind": "levels", "levels": _outcomes(report)}] if len(report.counts) > 1 else []
    return [{"kind": "why", "level": level, "text": text}, *outcomes, {"kind": "facts", "pairs": pairs}]


def _outcomes(report: DryRunReport) -> list[dict[str, Any]]:
    found = []
    for status, number in sorted(report.counts.items(), key=lambda each: each[0] != "success"):
        text, level = status_words.item_status(status)
        label = {"success": "would be written", "skipped": "nothing to do"}.get(status, text)
        glyph = status_words.item_glyph(status)
        found.append({"level": level, "text": label, "glyph": glyph, "count": wording.count(number)})
    return found


def _row(item: WriteResult, planned: Any) -> dict[str, Any]:
    status, level = status_words.item_status(item.status, item.code)
    return {
        "key": item.file_id,
        "name": planned.file_name if planned else f"file {item.file_id}",
        "path": planned.file_path if planned else "",
        "status": "ready" if item.status == "success" else status,
        "level": level,
        "glyph": status_words.item_glyph(item.status, item.code),
        "message": item.message or strategies.in_words(item.strategy),
    }
