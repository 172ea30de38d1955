"""The dry run of a page as values: how far it is, its result in words, and the files that it has checked."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core.model import wording
from indexium_core.model.files import strategies
from indexium_core.model.operations import item_words, summaries
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.operations.shown_write import how_written
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.shapes import ListPage, Shaped

_OUTCOMES = {"success": "would be written", "skipped": "nothing to do"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunOutcome(Shaped):
    """How many files have the same outcome."""

    text: str
    level: str
    glyph: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunState(Shaped):
    """A dry run of a page: how far it is, and its result."""

    shape = "ticket done total ready is_done"

    ticket: str
    report: DryRunReport

    @property
    def done(self) -> int:
        """The number of checked files."""
        return len(self.report.items)

    @property
    def total(self) -> int:
        """The number of files to check."""
        return self.report.total

    @property
    def is_done(self) -> bool:
        """Whether every file is checked."""
        return self.done >= self.total

    @property
    def ready(self) -> int:
        """The number of files that would be written."""
        return self.report.counts.get("success", 0)

    @property
    def verdict(self) -> str:
        """The result as a sentence."""
        return summaries.dry_run_result(self.ready, self.done)

    @property
    def level(self) -> str:
        """The level of the result: `safe` if every file would be written."""
        return "safe" if self.ready == self.total else "warning"

    @property
    def outcomes(self) -> list[DryRunOutcome]:
        """The numbers of files by outcome, those that would be written first; none if all have the same."""
        counts = sorted(self.report.counts.items(), key=lambda each: each[0] != "success")
        return [_outcome(*each) for each in counts] if len(counts) > 1 else []

    @property
    def facts(self) -> list[list[str]]:
        """How the files would be written, how much, and how long the check took: pairs of a label and a text."""
        report = self.report
        written = [["Method", how_written(report.by_strategy)], ["Written", wording.size(report.bytes_to_write)]]
        checked = f"{wording.files(self.done)} in {wording.duration(report.seconds)}"
        return [*(written if self.ready else []), ["Checked", checked]]


def _outcome(status: str, number: int) -> DryRunOutcome:
    text, level = item_words.item_status(status)
    return DryRunOutcome(
        text=_OUTCOMES.get(status, text), level=level, glyph=item_words.item_glyph(status), count=wording.count(number)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunFile(Shaped):
    """What a write would do with a file now, checked without writing."""

    file_id: int | None
    name: str
    path: str
    status: str  # in words
    level: str
    glyph: str
    message: str

    @classmethod
    def of(cls, result: WriteResult, item: PlanItem | None) -> DryRunFile:
        """Return a result with the name of its file; `item`: None if the plan has it no more."""
        text, level = item_words.item_status(result.status, result.code)
        return cls(
            file_id=result.file_id,
            name=item.file_name if item else f"file {result.file_id}",
            path=item.file_path if item else "",
            status="ready" if result.status == "success" else text,
            level=level,
            glyph=item_words.item_glyph(result.status, result.code),
            message=result.message or strategies.in_words(result.strategy),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunFilePage(ListPage):
    """One page of the files of a dry run."""

    items: list[DryRunFile]
