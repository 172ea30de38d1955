"""
What follows an event or a schedule: scan, identify, look up, get pictures, restore and publish.

Each step is a job or an operation of its own, as if a person had started it. The automation of the library says how far
it goes. A step that was done does nothing more, so an update that is interrupted starts again from its beginning.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from indexium_core import errors
from indexium_core.flows.artwork.artwork_job import ArtworkJobs
from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.scanning.scan_jobs import ScanJobs
from indexium_core.flows.titles.title_service import TitleService
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import wording
from indexium_core.model.connections.automation import AutomationConfig
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.job import PRIORITIES, Job
from indexium_core.model.publishing.requests import (
    DEFAULT_RISKS,
    PUBLISHED_RISKS,
    PublicationFilter,
    PublicationRequest,
    PublicationSelection,
)
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import automation
from indexium_core.store.connections import webhooks as store
from indexium_core.store.database import Database

_POLL_SECONDS = 1.0  # between two looks whether the update should stop
_BEFORE_EVENT = timedelta(minutes=10)  # a sender removes files, then sends: the plan may have seen that already
_LOOKUP_SECONDS = 600.0  # longest wait for providers and pictures; what is late is published at the next occasion


class UpdateStoppedError(Exception):
    """An update should end, or all automation is paused: what is done stays, and its next run does the rest."""


@dataclass(slots=True)
class LibraryUpdate:
    """The result of an update, in numbers and words."""

    scanned: int = 0  # files that are new, moved or changed
    restored: int = 0  # titles
    published: int = 0  # titles
    operations: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # sentences about what was not done
    offline: str = ""  # why nothing was done: the library cannot be reached

    @property
    def sentence(self) -> str:
        """The result in one line."""
        if self.offline:
            return self.offline
        done = [f"{wording.files(self.scanned)} scanned" if self.scanned else "scanned, no file changed"]
        if self.restored:
            done.append(f"{wording.plural(self.restored, 'title')} restored")
        if self.published:
            done.append(f"{wording.plural(self.published, 'title')} published")
        text = ", ".join(done)
        return " ".join([f"{text[0].upper()}{text[1:]}.", *self.notes])


class LibraryUpdater:
    """Updates libraries. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        automation: AutomationService,
        *,
        queue: JobQueueService,
        scans: ScanJobs,
        titles: TitleService,
        enrichment: EnrichmentService,
        pictures: ArtworkJobs,
        publications: PublishService,
        config: Settings,
        may_download: Callable[[], bool],
    ) -> None:
        self.database, self.automation, self.queue, self.scans = database, automation, queue, scans
        self.titles, self.enrichment, self.pictures = titles, enrichment, pictures
        self.publications, self.config, self.may_download = publications, config, may_download

    def update(
        self,
        job: JobContext,
        library_id: int,
        folders: Sequence[str] = (),
        *,
        upgraded: Mapping[str, datetime] = MappingProxyType({}),
        note: str = "",
        priority: int = PRIORITIES["high"],
    ) -> LibraryUpdate:
        """
        Scan folders of a library, or all of it, and do what follows as far as its automation allows.

        Args:
            job: The job that runs it.
            library_id: The library.
            folders: Below the folder of the library; () for all.
            upgraded: Folders in which a sender removed files, and when it said so: files of ours that are gone there
                since then are restored.
            note: Of the operations, for the history.
            priority: Of the scan, 1 (first) to 10 (last).

        Raises:
            UpdateStoppedError: The job should end.
            UnknownIdError: There is no such library.

        """
        return _UpdateRun(self, job, library_id, note).update(folders, upgraded, priority)

    def wait(self, job: JobContext, other: Job, seconds: float | None = None) -> Job:
        """Return another job when it has ended, or after some seconds; UpdateStoppedError if `job` should end."""
        until = None if seconds is None else time.monotonic() + seconds
        while not other.has_ended and other.status != "interrupted" and (until is None or time.monotonic() < until):
            if job.should_stop():
                raise UpdateStoppedError
            other = self.queue.wait(other.id, _POLL_SECONDS)
        return other


class _UpdateRun:
    """One update of a library."""

    def __init__(self, parts: LibraryUpdater, job: JobContext, library_id: int, note: str) -> None:
        self._parts, self._job, self._note = parts, job, note
        self._library_id, self._result = library_id, LibraryUpdate()

    @property
    def _config(self) -> AutomationConfig:
        """The automation of the library, as it is now: a person may change it during the update."""
        if self._parts.automation.is_paused():
            raise UpdateStoppedError
        return self._parts.automation.config(self._library_id)

    def update(self, folders: Sequence[str], upgraded: Mapping[str, datetime], priority: int) -> LibraryUpdate:
        parts, result = self._parts, self._result
        scan = self._await(parts.scans.add_folders(self._library_id, folders, priority=priority))
        library = catalog.library(parts.database.read(), self._library_id)
        if library.state != "online" or not scan.status.startswith("completed"):
            result.offline = library.state_reason or scan.error_message or f"The scan is {scan.status}."
            return result
        result.scanned = sum(int(scan.summary.get(name) or 0) for name in ("new", "moved", "changed", "missing"))
        if library.kind != "home":
            self._await(parts.titles.identify())
        is_publishing = parts.publications.options(self._library_id).is_on
        if is_publishing and upgraded:
            for moment, places in _by_moment(upgraded):
                self._restore(self._titles_in(library, places), moment - _BEFORE_EVENT)
        titles = self._titles_below(library, folders)
        if library.kind != "home":
            self._look_up([number for _, number in titles])
        if is_publishing:
            self._publish(titles)
        return result

    def _look_up(self, ids: Sequence[int]) -> None:
        """Look up titles, and get their pictures."""
        parts, config = self._parts, self._config
        if not ids:
            return
        if config.enriches and parts.config.online == "on" and parts.enrichment.due(title_ids=ids, names=0).titles:
            self._await_some_time(parts.enrichment.schedule_titles(ids), "The look-up continues.")
        if config.selects and parts.may_download():
            self._await_some_time(parts.pictures.add(ids), "Pictures are still being downloaded.")

    def _restore(self, titles: Sequence[tuple[str, int]], lost_after: datetime) -> None:
        """Restore the files of ours that an upgrade of titles removed; what was gone before is a question."""
        if not titles:
            return
        selection = PublicationSelection(
            addresses=tuple(_addresses(titles)),
            risk=DEFAULT_RISKS,
            restore=True,
            lost_after=lost_after,
            is_by_hand=False,
        )
        if self._config.restores:
            self._result.restored += self._write(selection, PublicationRequest(user_note=self._note, source="recovery"))
        elif lost := self._parts.publications.summary(selection).titles:
            waiting = wording.plural(lost, "title with lost files waits", "titles with lost files wait")
            self._result.notes.append(f"{waiting} for you.")

    def _publish(self, titles: Sequence[tuple[str, int]]) -> None:
        """Publish the rows of titles that are safe, within the limit of the library; count the others."""
        publications, config = self._parts.publications, self._config
        publications.refresh()
        own, taken_back = set(_addresses(titles)), automation.rolled_back_rows(self._parts.database.read())
        rows = {
            risk: [
                address
                for address in publications.addresses(PublicationFilter(library_id=self._library_id, risk=(risk,)))
                if address in own
            ]
            for risk in PUBLISHED_RISKS
        }
        # What a person rolled back waits for a person.
        safe = [address for address in rows["safe"] if config.publishes and address not in taken_back]
        chosen = self._within_limit(safe)
        if chosen:
            selection = PublicationSelection(addresses=tuple(chosen), risk=("safe",), is_by_hand=False)
            request = PublicationRequest(user_note=self._note, source="automation")
            self._result.published += self._write(selection, request)
        waiting = sum(map(len, rows.values())) - len(safe)
        if waiting:
            self._result.notes.append(f"{wording.plural(waiting, 'row waits', 'rows wait')} for you.")
        if len(chosen) < len(safe):
            self._result.notes.append("The limit of the library, or its quiet time, keeps safe rows back.")

    def _within_limit(self, addresses: Sequence[str]) -> list[str]:
        """Return titles whose files are together within the limit of the library, the first ones if possible."""
        left = self._parts.automation.files_left(self._config)
        if left is None:
            return list(addresses)
        chosen: list[str] = []
        for address in addresses if left else ():
            selection = PublicationSelection(addresses=(address,), risk=("safe",), is_by_hand=False)
            files = sum(self._parts.publications.summary(selection).actions.values())
            if files <= left:
                chosen.append(address)
                left -= files
        return chosen

    def _write(self, selection: PublicationSelection, request: PublicationRequest) -> int:
        """Run a publication, and return the number of its titles that were written."""
        try:
            handle = self._parts.publications.start(selection, request)
        except errors.ApprovalNeededError as error:
            self._result.notes.append(error.message)
            return 0
        except errors.UsageError as error:
            if error.reason != "nothing_to_write":
                raise
            return 0
        self._result.operations.append(handle.id)
        self._await(self._parts.queue.get(self._parts.queue.ensure_job(handle.id)))
        counts = handle.status().counts
        if failed := sum(counts.get(name, 0) for name in ("failed", "conflict", "skipped")):
            self._result.notes.append(f"{wording.plural(failed, 'title')} could not be written: operation {handle.id}.")
        return counts.get("success", 0)

    def _await(self, other: Job, seconds: float | None = None) -> Job:
        return self._parts.wait(self._job, other, seconds)

    def _await_some_time(self, other: Job, late: str) -> None:
        if not self._await(other, _LOOKUP_SECONDS).has_ended:
            self._result.notes.append(late)

    def _titles_in(self, library: LibraryRow, folders: Collection[str]) -> list[tuple[str, int]]:
        """Return the titles with files in folders whose last publication nobody has rolled back."""
        places = [_below(library, each) for each in folders]
        found = store.titles_in(self._parts.database.read(), library.library_id, places)
        taken_back = automation.rolled_back(self._parts.database.read())
        return [each for each in found if each not in taken_back and (library.kind == "home" or each[0] != "video")]

    def _titles_below(self, library: LibraryRow, folders: Sequence[str]) -> list[tuple[str, int]]:
        places = [_below(library, each) for each in folders] or [library.path_bytes]
        found = store.titles_below(self._parts.database.read(), library.library_id, places)
        return [each for each in found if library.kind == "home" or each[0] != "video"]


def _below(library: LibraryRow, folder: str) -> bytes:
    return b"/".join(filter(None, (library.path_bytes, os.fsencode(folder))))


def _by_moment(folders: Mapping[str, datetime]) -> list[tuple[datetime, list[str]]]:
    """Return folders by the moment of the first one of them; a later group begins after a pause."""
    groups: list[tuple[datetime, list[str]]] = []
    last: datetime | None = None
    for folder, moment in sorted(folders.items(), key=lambda each: each[1]):
        if last is None or moment - last > _BEFORE_EVENT:
            groups.append((moment, []))
        groups[-1][1].append(folder)
        last = moment
    return groups


def _addresses(titles: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{kind}:{number}" for kind, number in titles]
