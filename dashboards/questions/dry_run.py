"""The dry run: the same checks as a write, for every selected file, with a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components import paging
from dashboards.components.dialog import Dialog
from dashboards.questions import write_sections
from dashboards.questions.write_sections import WriteRequest
from dashboards.result_cache import ResultCache
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.files import strategies
from indexium_core.model.operations import item_words, summaries
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.planning.plan import Selection

PER_PAGE = 25
SHOWN = {"": "all", "not": "not written", "ready": "ready"}  # filter of the list: value → label


class CheckedItems:
    """The report of a dry run, as pages of a list: files of a plan, or titles of a publication."""

    report: DryRunReport
    noun: str = "file"  # the word for an item

    def names(self, items: Sequence[WriteResult]) -> list[tuple[str, str]]:
        """Return the name and the path of each item."""
        raise NotImplementedError

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
        many = f"{self.noun.capitalize()}s"
        return {
            "kind": "items",
            "key": "results",
            "label": f"{many}, those that would not be written first" if self.report.by_code else many,
            "items": [_row(item, *named) for item, named in zip(part, self.names(part), strict=True)],
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


@dataclass(frozen=True)
class DryRunResult(CheckedItems):
    """A report of a dry run, with its plan."""

    report: DryRunReport
    plan: MetadataPlan

    def names(self, items: Sequence[WriteResult]) -> list[tuple[str, str]]:
        """Return the name and the path of each file."""
        ids = frozenset(item.file_id for item in items if item.file_id is not None)
        found, _ = self.plan.sample(Selection(included=ids), "", limit=PER_PAGE)
        named = {item.file_id: (item.file_name, item.file_path) for item in found}
        return [named.get(item.file_id or 0, (f"file {item.file_id}", "")) for item in items]


_Check = Callable[[Callable[[int, int], bool]], CheckedItems]


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

        def check(progress: Callable[[int, int], bool]) -> CheckedItems:
            plan, options = request.plan, request.options
            report = self._library.dry_run(plan, options, selection=request.selection, progress=progress)
            return DryRunResult(report, plan)

        def write(report: DryRunReport) -> None:
            self._write(request._replace(selection=Selection(included=report.ready)))

        self._run(check, write, noun="file", verb="Write")

    def _run(self, check: _Check, write: Callable[[DryRunReport], None], *, noun: str, verb: str) -> None:
        self._serial = serial = self._dialog.report("Dry run", [_gauge(0, 0, noun)])

        def on_progress(done: int, total: int) -> bool:
            self._bridge.soon(lambda: self._dialog.renew(serial, sections=[_gauge(done, total, noun)]))
            return self._dialog.showing(serial)  # False if the dialog was closed: this stops the check

        def work() -> tuple[CheckedItems, str]:
            checked = check(on_progress)
            return checked, self._results.keep(checked)

        def show(found: tuple[CheckedItems, str]) -> None:
            if self._dialog.showing(serial):
                self._report(*found, write, verb, serial)

        def failed(error: Any) -> None:
            if self._dialog.showing(serial):
                self._dialog.dismiss()
            self._bridge.toast("error", error.message)

        self._bridge.run(work, show, name="dry_run", failed=failed)

    def _report(
        self, checked: CheckedItems, token: str, write: Callable[[DryRunReport], None], verb: str, serial: int
    ) -> None:
        """Show the report in place of the progress, if its dialog is still open."""
        report = checked.report
        ready = report.counts.get("success", 0)
        action = {"label": f"{verb} {wording.plural(ready, checked.noun)}…", "act": "write", "kind": "primary"}

        def show(section: dict[str, Any]) -> None:
            if not self._dialog.showing(serial):
                return
            self._serial = self._dialog.report(
                "Dry run",
                [*_verdict(report, checked.noun), section, *self._links(checked, token)],
                follows=serial,
                wide=True,
                actions=[action] if ready else [],
                acts={"write": lambda: write(report)},
                turn=lambda _list, page, shown: self._turn(token, shown, page),
            )

        self._bridge.run(lambda: checked.section("", 1), show, name="dry_run_page")

    def _turn(self, token: str, shown: str, page: int) -> None:
        serial, shown = self._serial, shown if shown in SHOWN else ""
        self._bridge.run(
            lambda: self._results.find(token, CheckedItems).section(shown, page),
            lambda section: self._dialog.renew_list(serial, section),
            name="dry_run_page",
        )

    def _links(self, checked: CheckedItems, token: str) -> list[dict[str, Any]]:
        if not self._files() or not isinstance(checked, DryRunResult):
            return []
        links = [{"label": kind.upper(), "href": f"{self._files()}dry-run/{token}.{kind}"} for kind in ("csv", "json")]
        return [{"kind": "links", "label": "Save this report as", "links": links}]


def _gauge(done: int, total: int, noun: str) -> dict[str, Any]:
    text = (
        f"{wording.count(done)} of {wording.plural(total, noun)} checked. Nothing is changed."
        if total
        else f"Checking the {noun}s…"
    )
    return {"kind": "gauge", "now": done, "max": total or None, "text": text}


def _verdict(report: DryRunReport, noun: str) -> list[dict[str, Any]]:
    """Return the result: one sentence, the outcomes, and the facts."""
    ready, total = report.counts.get("success", 0), len(report.items)
    all_of_it = ready == total and total == report.total
    text = summaries.dry_run_result(ready, total, noun=noun)
    if total < report.total:
        text += f" {wording.count(report.total - total)} were not checked."
    level = "safe" if all_of_it else "warning"
    pairs = [["Method", write_sections.how(report.by_strategy)]] if ready and noun == "file" else []
    pairs += [["Written", wording.size(report.bytes_to_write)]] if ready else []
    pairs.append(["Checked", f"{wording.plural(total, noun)} in {wording.duration(report.seconds)}"])
    outcomes = [{"kind": "levels", "levels": _outcomes(report)}] if len(report.counts) > 1 else []
    return [{"kind": "why", "level": level, "text": text}, *outcomes, {"kind": "facts", "pairs": pairs}]


def _outcomes(report: DryRunReport) -> list[dict[str, Any]]:
    found = []
    for status, number in sorted(report.counts.items(), key=lambda each: each[0] != "success"):
        text, level = item_words.item_status(status)
        label = {"success": "would be written", "skipped": "nothing to do"}.get(status, text)
        glyph = item_words.item_glyph(status)
        found.append({"level": level, "text": label, "glyph": glyph, "count": wording.count(number)})
    return found


def _row(item: WriteResult, name: str, path: str) -> dict[str, Any]:
    status, level = item_words.item_status(item.status, item.code)
    return {
        "key": f"{item.entity_type}{item.entity_id}" if item.file_id is None else item.file_id,
        "name": name,
        "path": path,
        "status": "ready" if item.status == "success" else status,
        "level": level,
        "glyph": item_words.item_glyph(item.status, item.code),
        "message": item.message or strategies.in_words(item.strategy),
    }
