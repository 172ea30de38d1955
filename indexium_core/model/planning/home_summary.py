"""What a home contains, as a few numbers: the text of a library in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from indexium_core import notebook
from indexium_core.model import wording
from indexium_core.model.planning.plan import RISK_LEVELS, PlanStatistics


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """The numbers of a home. The plan is the newest one that was made, with the default modes; None without one."""

    home: str
    folders: int
    files: int  # without missing ones
    plan_id: int | None
    plan: PlanStatistics | None
    written_id: int | None  # the last write, an operation
    written_at: datetime | None  # its start
    written_files: int

    @property
    def _plan_text(self) -> str:
        assert self.plan is not None
        return ", ".join(f"{getattr(self.plan, f'{level}_count'):,} {level}" for level in RISK_LEVELS)

    @property
    def _written(self) -> str:
        assert self.written_at is not None
        return f"{wording.when(self.written_at)} ({wording.files(self.written_files)})"

    def __str__(self) -> str:
        plan = "no plan yet" if self.plan is None else f"plan {self.plan_id}: {self._plan_text}"
        written = "no write yet" if self.written_at is None else f"last write {self._written}"
        folders = wording.plural(self.folders, "folder")
        return f"<library {self.home}: {folders}, {wording.files(self.files)}; {plan}; {written}>"

    def _repr_html_(self) -> str:
        facts = {
            "folders": f"{self.folders:,}",
            "files": f"{self.files:,}",
            "plan": "none yet" if self.plan is None else f"{self.plan_id}: {self._plan_text}",
            "last write": "none yet" if self.written_at is None else f"operation {self.written_id}, {self._written}",
        }
        return notebook.card(f"Library {self.home}", facts)
