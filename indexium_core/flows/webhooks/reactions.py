"""The reaction to events: an update of the folders that they name. A job for each library with quiet folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.automation.library_updates import LibraryUpdater, UpdateStoppedError
from indexium_core.flows.webhooks import event_places
from indexium_core.jobs.context import JobContext
from indexium_core.model import wording
from indexium_core.model.connections.webhooks import EventState, WebhookSource
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.connections import webhooks as store
from indexium_core.store.connections.webhooks import ClaimedEvent, FolderGroup
from indexium_core.store.database import Database

KIND = "reaction"  # of its jobs
_LATER = timedelta(minutes=5)  # before the next attempt while a disk is not mounted
FAR = timedelta(hours=1)  # the longest time until a look at events; a later moment is wrong: the clock was set back


class Reactions:
    """Runs the jobs of reactions. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        updater: LibraryUpdater,
        automation: AutomationService,
        *,
        on_change: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        """`on_change` is called after each reaction."""
        self._database, self._updater, self._automation = database, updater, automation
        self._on_change, self._clock = on_change, clock

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job: the handler of the queue. Its events wait until it has ended, so a kill loses none of them."""
        library_id, wanted = int(job.payload["library"]), set(job.payload["folders"])

        def claim(tx: Connection) -> list[ClaimedEvent]:
            # A folder that got an event while this job waited is not quiet any more.
            quiet = [each.folder for each in store.groups(tx) if is_due(each, self._clock())]
            return store.claim(tx, job.job_id, library_id, wanted.intersection(quiet))

        events = [] if self._automation.is_paused() else self._database.run(claim)
        if not events:
            return {"message": "Nothing waits in these folders, or they are not quiet, or all automation is paused."}
        try:
            return self._react(job, library_id, events)
        except UpdateStoppedError:
            return {"message": "Stopped. The events wait."}

    def _react(self, job: JobContext, library_id: int, events: Sequence[ClaimedEvent]) -> Mapping[str, Any]:
        """Update the folders of events, and store the result; UpdateStoppedError if the job should end."""
        if not self._automation.config(library_id).webhook_enabled:
            return self._ended(job, "Events are off for this library.", state="ignored")
        absent = self._missing_anchors(library_id, events)
        if absent:
            return self._later(job, event_places.missing_anchor(absent[0]))
        folders = dict.fromkeys(folder for each in events for folder in (each.folder, *each.other_folders))
        upgraded = {folder: each.received_at for each in reversed(events) for folder in each.upgraded}
        result = self._updater.update(job, library_id, list(folders), upgraded=upgraded, note=_note(events))
        if result.offline:
            return self._later(job, result.offline)
        return self._ended(job, result.sentence, state="handled", operations=result.operations)

    def _ended(
        self, job: JobContext, sentence: str, *, state: EventState, operations: Sequence[int] = ()
    ) -> Mapping[str, Any]:
        with self._database.atomic() as tx:
            store.finish(tx, job.job_id, sentence, state=state, now=self._clock())
        self._on_change()
        return {"message": sentence, "operations": list(operations)}

    def _later(self, job: JobContext, reason: str) -> Mapping[str, Any]:
        """Let the events wait for the next attempt."""
        with self._database.atomic() as tx:
            store.release(tx, job.job_id, reason, not_before=self._clock() + _LATER)
        self._on_change()
        return {"message": reason}

    def _missing_anchors(self, library_id: int, events: Sequence[ClaimedEvent]) -> list[str]:
        reader = self._database.read()
        wanted = {each.source_id for each in events}
        sources: list[WebhookSource] = [
            each for each in store.sources(reader, since=self._clock()) if each.id in wanted
        ]
        library = catalog.library(reader, library_id)
        folders = list(dict.fromkeys(each.folder for each in events))
        return [path for source in sources for path in event_places.missing_anchors(source, library, folders)]


def is_due(group: FolderGroup, now: datetime) -> bool:
    """Return whether a folder is quiet for long enough."""
    return group.not_before <= now or group.not_before > now + FAR


def _note(events: Sequence[ClaimedEvent]) -> str:
    """Return the note of the operations: `Download: Quiet Harbour (2012)`."""
    first = events[0]
    name = first.name or first.folder
    more = f" and {wording.plural(len(events) - 1, 'more event')}" if len(events) > 1 else ""
    return f"{first.event_type}: {name}{more}"
