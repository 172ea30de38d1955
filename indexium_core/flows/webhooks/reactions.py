"""The reaction to events: an update of the folders that they name. A job for each library with quiet folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.automation.library_updates import LibraryUpdate, LibraryUpdater, UpdateStoppedError
from indexium_core.flows.webhooks import event_places
from indexium_core.jobs.context import JobContext
from indexium_core.model import wording
from indexium_core.model.connections.sender_events import read_event
from indexium_core.model.connections.webhooks import EventState
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.connections import webhooks as store
from indexium_core.store.connections.webhooks import ClaimedEvent, FolderGroup
from indexium_core.store.database import Database

LATER = timedelta(minutes=5)  # before the next attempt; the longest while a disk is not mounted
PAUSED = "All automation is paused. The event continues when it is resumed."
LONGEST = timedelta(days=7)  # that an event waits for a cause to end; a disk that is not mounted has no limit
FAR = timedelta(hours=1)  # the longest time until a look at events; a later moment is wrong: the clock was set back


class _PlaceOfEvents(NamedTuple):
    """The folders of events in one library."""

    library: LibraryRow
    folders: list[str]
    upgraded: dict[str, datetime]  # folders in which the sender removed files, and when it said so


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
            if self._automation.is_paused():
                return self._later(job, PAUSED, shortest=timedelta(0), longest=timedelta(0))
            return {"message": "Stopped. The events wait."}

    def _react(self, job: JobContext, library_id: int, events: Sequence[ClaimedEvent]) -> Mapping[str, Any]:
        """Update the folders of events, and store the result; UpdateStoppedError if the job should end."""
        libraries = catalog.libraries(self._database.read())
        if all(each.library_id != library_id for each in libraries):
            return self._ended(job, "Its library was removed.", state="failed")
        if not self._automation.config(library_id).webhook_enabled:
            return self._ended(job, "Events are off for this library.", state="ignored")
        places = [each for each in _places(libraries, library_id, events) if self._is_on(each.library.library_id)]
        absent = [path for each in places for path in self._missing_anchors(each, events)]
        if absent:
            return self._later(job, event_places.missing_anchor(absent[0]))
        result = self._update(job, places, events)
        if result.offline:
            return self._later(job, result.offline)
        if not result.scanned:
            self._end_lost(job, libraries, library_id, events)
        if result.causes:
            late = [each.id for each in events if self._clock() - each.received_at > LONGEST]
            if late:
                self._ended(job, result.sentence, state="failed", event_ids=late)
            return self._later(job, result.sentence, longest=FAR, operations=result.operations)
        return self._ended(job, result.sentence, state="handled", operations=result.operations)

    def _update(
        self, job: JobContext, places: Sequence[_PlaceOfEvents], events: Sequence[ClaimedEvent]
    ) -> LibraryUpdate:
        """Update the folders of all libraries; a file that has left one is known to be gone before it is restored."""
        left = [self._updater.scan(job, each.library.library_id, each.folders) for each in places[1:]]
        if offline := next((each for each in left if each.offline), None):
            return offline
        is_again = any(each.result not in ("", PAUSED) for each in events)
        results = [
            self._updater.update(
                job,
                each.library.library_id,
                each.folders,
                upgraded=each.upgraded,
                note=_note(events),
                is_again=is_again,
                is_scanned=each is not places[0],
            )
            for each in places
        ]
        return LibraryUpdate.together(results, left)

    def _end_lost(
        self, job: JobContext, libraries: Sequence[LibraryRow], library_id: int, events: Sequence[ClaimedEvent]
    ) -> None:
        """Let those events fail whose folders do not exist, although they bring files."""
        kinds = {each.id: each.kind for each in store.sources(self._database.read(), since=self._clock())}
        for event in events:
            places = [event_places.split(libraries, library_id, each) for each in (event.folder, *event.other_folders)]
            roots = {each.library_id: event_places.root_of(each) for each in libraries}
            folders = [Path(roots[place[0]]) / place[1] for place in places if place is not None]
            if event.source_id not in kinds or any(each.is_dir() for each in folders):
                continue
            found = store.events(self._database.read(), event_id=event.id)
            if found and read_event(kinds[event.source_id], found[0].body).brings_files:
                sentence = event_places.missing_folder(str(folders[0]))
                self._ended(job, sentence, state="failed", event_ids=[event.id])

    def _is_on(self, library_id: int) -> bool:
        return self._automation.config(library_id).webhook_enabled

    def _ended(
        self,
        job: JobContext,
        sentence: str,
        *,
        state: EventState,
        operations: Sequence[int] = (),
        event_ids: Sequence[int] | None = None,
    ) -> Mapping[str, Any]:
        with self._database.atomic() as tx:
            store.finish(tx, job.job_id, sentence, state=state, now=self._clock(), event_ids=event_ids)
        self._on_change()
        return {"message": sentence, "operations": list(operations)}

    def _later(
        self,
        job: JobContext,
        reason: str,
        *,
        shortest: timedelta | None = None,
        longest: timedelta | None = None,
        operations: Sequence[int] = (),
    ) -> Mapping[str, Any]:
        """Let the events wait for the next attempt."""
        least = LATER if shortest is None else shortest
        with self._database.atomic() as tx:
            store.release(tx, job.job_id, reason, now=self._clock(), shortest=least, longest=longest or least)
        self._on_change()
        return {"message": reason, "operations": list(operations)}

    def _missing_anchors(self, place: _PlaceOfEvents, events: Sequence[ClaimedEvent]) -> list[str]:
        wanted = {each.source_id for each in events}
        sources = store.sources(self._database.read(), since=self._clock())
        found = [
            event_places.missing_anchors(each, place.library, place.folders) for each in sources if each.id in wanted
        ]
        return [path for paths in found for path in paths]


def _places(libraries: Sequence[LibraryRow], library_id: int, events: Sequence[ClaimedEvent]) -> list[_PlaceOfEvents]:
    """Return the folders of events by library; the library of the titles is the first one."""
    rows = {each.library_id: each for each in libraries}
    found = {library_id: _PlaceOfEvents(rows[library_id], [], {})}
    for event in events:
        for folder in (event.folder, *event.other_folders):
            place = event_places.split(libraries, library_id, folder)
            if place is not None:
                folders = found.setdefault(place[0], _PlaceOfEvents(rows[place[0]], [], {})).folders
                folders += [each for each in place[1:] if each not in folders]
    for event in reversed(events):
        for folder in event.upgraded:
            place = event_places.split(libraries, library_id, folder)
            if place is not None and place[0] in found:
                found[place[0]].upgraded[place[1]] = event.received_at
    return list(found.values())


def is_due(group: FolderGroup, now: datetime) -> bool:
    """Return whether a folder is quiet for long enough."""
    return group.not_before <= now or group.not_before > now + FAR


def _note(events: Sequence[ClaimedEvent]) -> str:
    """Return the note of the operations: `Download: Quiet Harbour (2012)`."""
    first = events[0]
    name = first.name or first.folder
    more = f" and {wording.plural(len(events) - 1, 'more event')}" if len(events) > 1 else ""
    return f"{first.event_type}: {name}{more}"
