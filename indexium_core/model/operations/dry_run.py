"""The report of a dry run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexium_core import notebook
from indexium_core.model import shapes, wording
from indexium_core.model.files.strategies import in_words
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.operations.outcomes import outcome_counts, outcome_label, outcome_of

if TYPE_CHECKING:
    import pandas as pd

_REPORT_ORDER = {"skipped": 1, "success": 2}  # order of statuses in a report; all other statuses come first
_SHOWN = 10  # files in HTML
_COLUMNS = "file_id status code message strategy seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunReport:
    """The expected results of a write, checked without writing."""

    items: list[WriteResult]
    counts: dict[str, int]  # by status
    excluded: dict[str, int]  # by risk level: files that the options exclude
    plan_id: int = 0  # the plan version that was checked
    total: int = 0  # files to check; more than the items if the check was cancelled
    seconds: float = 0.0

    @property
    def by_strategy(self) -> dict[str, int]:
        """Files that would be written, by strategy, most first."""
        return dict(Counter(item.strategy for item in self.items if item.status == "success").most_common())

    @property
    def by_code(self) -> dict[str, int]:
        """Files that would not be written, by code, most first."""
        return dict(Counter(item.code for item in self.items if item.status != "success").most_common())

    @property
    def bytes_to_write(self) -> int:
        """Bytes that would be written into the files."""
        return sum(int(item.proof.get("bytes_to_write", 0)) for item in self.items)

    @property
    def failures_first(self) -> list[WriteResult]:
        """The results: failures, then files with nothing to do, then the rest; each group is sorted by code."""
        return sorted(self.items, key=lambda item: (_REPORT_ORDER.get(item.status, 0), item.code, item.file_id or 0))

    @property
    def ready(self) -> frozenset[int]:
        """Files that would be written."""
        return frozenset(item.file_id for item in self.items if item.status == "success" and item.file_id is not None)

    def df(self) -> pd.DataFrame:
        """Return the results as a table, in the order of the file ids."""
        return shapes.frame(self.items, WriteResult, _COLUMNS)

    def _repr_html_(self) -> str:
        outcomes = Counter(outcome_of(item.status, item.code) for item in self.items)
        facts: dict[str, object] = {"would be": outcome_counts(outcomes), "to write": wording.size(self.bytes_to_write)}
        facts |= {in_words(name): wording.files(number) for name, number in self.by_strategy.items()}
        facts |= {f"{level} (excluded)": wording.files(number) for level, number in self.excluded.items() if number}
        bad = [item for item in self.failures_first if item.status != "success"]
        rows = [
            (item.file_id, outcome_label(outcome_of(item.status, item.code)), item.message) for item in bad[:_SHOWN]
        ]
        below = notebook.table(("file_id", "result", "reason"), rows, total=len(bad)) if bad else ""
        return notebook.card(f"Dry run of {wording.files(self.total)}: no file was changed", facts, below=below)
