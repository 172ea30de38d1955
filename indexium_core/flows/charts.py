"""Figures for charts, as tables: what the plan and the history look like from far."""

from __future__ import annotations

import pandas as pd

from indexium_core import errors
from indexium_core.flows import history, planning

__all__ = ["Charts"]


class Charts:
    """Tables that charts are drawn from; every figure is counted by the database."""

    def __init__(self, past: history.HistoryService, planner: planning.MetadataPlanner) -> None:
        self._history = past
        self._planner = planner

    def risk_by(self, plan: planning.MetadataPlan, by: str = "container") -> pd.DataFrame:
        """
        Return the files that would change by risk level: columns group, safe, warning, danger, blocked.

        Args:
            plan: The plan.
            by: `container`, `folder` (the first below the root) or `tags` (number of people added).

        """
        if by not in ("container", "folder", "tags"):
            message = f"'{by}' is nothing to group by; take container, folder or tags."
            raise errors.UsageError(message)
        return self._planner.risk_by(plan, by)

    def operations_by_day(self, days: int = 42) -> pd.DataFrame:
        """Return files by day of the last `days` days: columns day, written, restored, failed."""
        return self._history.days(days)

    def people_most_written(self, count: int = 5) -> pd.DataFrame:
        """Return the people who were written into most files: columns person, files."""
        return self._history.most_written(count)

    def totals(self) -> dict[str, int]:
        """Return the numbers of operations, of files written and refused, and of operations rolled back."""
        return self._history.totals()
