"""
The schedule `retention`: what a home keeps for a time is deleted each night, also while the service runs for a year.

Each part knows how long it keeps what it has. The start of a home removes the largest of it, because commands run for
moments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from indexium_core.jobs.context import JobContext
from indexium_core.model import wording


class Retention:
    """Deletes what is older than its time."""

    def __init__(
        self,
        *,
        is_plausible: Callable[[], bool],
        backups: Callable[[], int],
        jobs: Callable[[], int],
        others: tuple[Callable[[], object], ...],
    ) -> None:
        """
        Prepare the schedule; nothing is deleted.

        Args:
            is_plausible: Returns whether the clock of this computer is believed.
            backups: Deletes expired and excess backups of writes, and returns the number of expired journals.
            jobs: Deletes old jobs, and returns their number.
            others: Delete old rows of other tables.

        """
        self._is_plausible, self._backups, self._jobs, self._others = is_plausible, backups, jobs, others

    def tidy(self) -> str:
        """Delete what is older than its time, and return a sentence about it."""
        journals = self._backups()  # also within their budget, whatever the time is
        if not self._is_plausible():
            return "The clock of this computer is not believed yet, so nothing expires for a day."
        for delete in self._others:
            delete()
        return f"{wording.plural(self._jobs(), 'old job')} and {wording.plural(journals, 'expired backup')} deleted."

    def handle(self, _job: JobContext) -> Mapping[str, Any]:
        """Run a job of the schedule."""
        return {"message": self.tidy()}
