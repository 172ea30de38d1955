"""The reaction to events: an update of the folders that they name. A job for each library with quiet folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from indexium_core.flows.automation.library_updates import LibraryUpdater, UpdateStoppedError
from indexium_core.flows.webhooks import event_places
from indexium_core.jobs.context import JobContext
from indexium_core.model import wording
from indexium_core.model.connections.webhooks import WebhookSource
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import webhooks as store
from indexium_core.store.connections.webhooks import ClaimedEvent
from indexium_core.store.database import Database

KIND = "reaction"  # of its jobs
_LATER = timedelta(minutes=5)  # before the next attempt while a disk is not mounted


class Reactions:
    """Runs the jobs of reactions. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        updater: LibraryUpdater,
        *,
        on_change: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        """`on_change` is called after each reaction."""
        self._database, self._updater, self._on_change, self._clock = database, updater, on_change, clock

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job: the handler of the queue. Its events wait until it has ended, so a kill loses none of them."""
        library_id, folders = int(job.payload["library"]), list(job.payload["folders"])
        events = self._database.run(lambda tx: store.claim(tx, job.job_id, library_id, folders))
        if not events:
            return {"message": "Nothing waits in these folders any more."}
        absent = self._missing_anchors(library_id, events)
        if absent:
            return self._later(job, event_places.missing_anchor(absent[0]))
        own = list(dict.fromkeys(each.folder for each in events))
        others = [folder for each in events for folder in each.other_folders]
        upgraded = {each.folder for each in events if each.is_upgrade}
        try:
            result = self._updater.update(
                job, library_id, [*dict.fromkeys([*own, *others])], upgraded=upgraded, note=_note(events)
            )
        except UpdateStoppedError:
            return {"message": "Stopped; the next start continues."}
        if result.offline:
            return self._later(job, result.offline)
        with self._database.atomic() as tx:
            store.finish(tx, job.job_id, result.sentence, state="handled", now=self._clock())
        self._on_change()
        return {"message": result.sentence, "operations": result.operations}

    def _later(self, job: JobContext, reason: str) -> Mapping[str, Any]:
        """Let the events wait for the next attempt."""
        with self._database.atomic() as tx:
            store.release(tx, job.job_id, reason, not_before=self._clock() + _LATER)
        self._on_change()
        return {"message": reason}

    def _missing_anchors(self, library_id: int, events: Sequence[ClaimedEvent]) -> list[str]:
        reader = self._database.read()
        libraries = {each.library_id: each for each in catalog.libraries(reader)}
        wanted = {each.source_id for each in events}
        sources: list[WebhookSource] = [
            each for each in store.sources(reader, since=self._clock()) if each.id in wanted
        ]
        library = libraries.get(library_id)
        if library is None:
            return []
        return [path for source in sources for path in event_places.missing_anchors(source, library)]


def _note(events: Sequence[ClaimedEvent]) -> str:
    """Return the note of the operations: `Download: Quiet Harbour (2012)`."""
    first = events[0]
    name = first.name or first.folder
    more = f" and {wording.plural(len(events) - 1, 'more event')}" if len(events) > 1 else ""
    return f"{first.event_type}: {name}{more}"
