"""What runs by a schedule: the nightly scan, the search for missed events, the look-up of old titles, a drill."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.automation.library_updates import LibraryUpdater, UpdateStoppedError
from indexium_core.flows.publishing.disaster_recovery import DisasterRecoveryService
from indexium_core.jobs.context import JobContext
from indexium_core.model import wording
from indexium_core.model.connections.automation import AutomationConfig
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.names.title_guess import is_looked_up
from indexium_core.store.connections import webhooks
from indexium_core.store.database import Database

_PRIORITY = 7  # of a scan that nobody waits for
_STOPPED = {"message": "Stopped; the next run continues."}


class ScheduledUpdates:
    """Handles the jobs of schedules. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        updater: LibraryUpdater,
        automation: AutomationService,
        recovery: DisasterRecoveryService,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._updater, self._automation = database, updater, automation
        self._recovery, self._clock = recovery, clock

    def handle_scan(self, job: JobContext) -> Mapping[str, Any]:
        """Update the libraries that ask for a nightly scan: the handler of the queue."""
        return self._update(job, lambda config: config.scheduled_scan, "Nightly scan")

    def handle_reconciliation(self, job: JobContext) -> Mapping[str, Any]:
        """Update the libraries with events, for an event may be lost: the handler of the queue."""
        if not webhooks.sources(self._database.read(), since=self._clock()):
            return {"message": "No program sends events."}
        return self._update(job, lambda config: config.webhook_enabled, "Search for missed events")

    def handle_refresh(self, job: JobContext) -> Mapping[str, Any]:
        """Look up titles whose values are older than `PROVIDER_CACHE_DAYS`: the handler of the queue."""
        wanted = [
            each.library_id for each in self._libraries(lambda config: config.enriches) if is_looked_up(each.kind)
        ]
        parts = self._updater
        if parts.config.online != "on" or not wanted:
            return {"message": "No library looks titles up by itself."}
        due = parts.enrichment.due(wanted, names=0).titles
        if due:
            try:
                parts.wait(job, parts.enrichment.schedule_library_enrichment(wanted, priority=_PRIORITY))
            except UpdateStoppedError:
                return _STOPPED
        return {"message": f"{wording.plural(due, 'title')} looked up."}

    def handle_drill(self, job: JobContext) -> Mapping[str, Any]:
        """Restore everything that was published into a folder of its own, and remove it: the handler of the queue."""
        with tempfile.TemporaryDirectory(prefix="indexium-drill-") as folder:
            report = self._recovery.drill(Path(folder) / "drill", progress=job.progress)
        total = report.restored + len(report.missing)
        message = f"{report.restored:,} of {wording.files(total)} restored."
        return {"message": message, "failed": len(report.missing), "restored": report.restored}

    def _update(self, job: JobContext, asks: Callable[[AutomationConfig], bool], note: str) -> Mapping[str, Any]:
        libraries, sentences = self._libraries(asks), list[str]()
        for number, library in enumerate(libraries):
            job.progress(number, len(libraries), library.name)
            try:
                result = self._updater.update(job, library.library_id, note=note, priority=_PRIORITY)
            except UpdateStoppedError:
                return _STOPPED
            sentences.append(f"{library.name}: {result.sentence}")
        job.progress(len(libraries), len(libraries))
        return {"message": " ".join(sentences) or "No library asks for it."}

    def _libraries(self, asks: Callable[[AutomationConfig], bool]) -> list[LibraryRow]:
        return [library for library, config in self._automation.configured() if asks(config)]
