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
from datetime import datetime
from types import MappingProxyType

from indexium_core import errors
from indexium_core.flows.artwork.artwork_job import ArtworkJobs
from indexium_core.flows.automation.automation_service import AutomationService
from indexium_core.flows.enrichment.enrichment_service import EnrichmentService
from indexium_core.flows.publishing.planned_files import BEFORE_EVENT
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.scanning.scan_jobs import ScanJobs
from indexium_core.flows.titles.title_service import TitleService
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import wording
from indexium_core.model.connections.automation import AutomationConfig
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.job import PRIORITIES, Job
from indexium_core.model.names.title_guess import is_looked_up
from indexium_core.model.operations.operation import FAILED_STATUSES
from indexium_core.model.publishing.requests import (
    DEFAULT_RISKS,
    PublicationFilter,
    PublicationRequest,
    PublicationSelection,
)
from indexium_core.model.publishing.risks import PUBLISHED_RISKS
from indexium_core.settings import Settings
from indexium_core.store.catalog import catalog
from indexium_core.store.connections import automation
from indexium_core.store.connections import webhooks as store
from indexium_core.store.database import Database
from indexium_core.store.publishing import inputs

_POLL_SECONDS = 1.0  # between two looks whether the update should stop
_LOOKUP_SECONDS = 600.0  # longest wait for providers and pictures; what is late is published at the next occasion
_PASSING = ("offline", "folder_not_writable")  # codes of files that can be written when a cause ends


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
    causes: list[str] = field(default_factory=list)  # sentences: why something was not reached that is retried
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
        return " ".join([f"{text[0].upper()}{text[1:]}.", *dict.fromkeys(self.causes), *self.notes])

    @classmethod
    def together(cls, updates: Sequence[LibraryUpdate], scans: Sequence[LibraryUpdate]) -> LibraryUpdate:
        """Return the updates of several libraries as one; `scans` found the files that have left some of them."""
        scanned = sum(each.scanned for each in updates) or sum(each.scanned for each in scans)
        return cls(
            scanned=scanned,
            restored=sum(each.restored for each in updates),
            published=sum(each.published for each in updates),
            operations=[number for each in updates for number in each.operations],
            notes=[sentence for each in updates for sentence in each.notes],
            causes=[sentence for each in updates for sentence in each.causes],
            offline=next((each.offline for each in updates if each.offline), ""),
        )


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
        is_again: bool = False,
        is_scanned: bool = False,
    ) -> LibraryUpdate:
        """
        Scan folders of a library, or all of it, and do what follows as far as its automation allows.

        Args:
            job: The job that runs it.
            library_id: The library.
            folders: Below the folder of the library; () for all.
            upgraded: Folders in which a sender removed files, with a slash at the end also in those inside, and when it
                said so: files of ours that are gone there since then are restored.
            note: Of the operations, for the history.
            priority: Of the scan, 1 (first) to 10 (last).
            is_again: A former update did not reach everything: an operation that would write nothing is not started.
            is_scanned: The folders were scanned just now, see `scan`.

        Raises:
            UpdateStoppedError: The job should end.
            UnknownIdError: There is no such library.

        """
        run = _UpdateRun(self, job, library_id, note, is_again=is_again)
        library = catalog.library(self.database.read(), library_id) if is_scanned else run.scan(folders, priority)
        return run.result if run.result.offline else run.update(library, folders, upgraded)

    def scan(self, job: JobContext, library_id: int, folders: Sequence[str]) -> LibraryUpdate:
        """Only scan folders of a library, and return what was found. Raises as `update`."""
        run = _UpdateRun(self, job, library_id, "")
        run.scan(folders, PRIORITIES["high"])
        return run.result

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

    def __init__(
        self, parts: LibraryUpdater, job: JobContext, library_id: int, note: str, *, is_again: bool = False
    ) -> None:
        self._parts, self._job, self._note, self._is_again = parts, job, note, is_again
        self._library_id, self.result = library_id, LibraryUpdate()

    @property
    def _config(self) -> AutomationConfig:
        """The automation of the library, as it is now: a person may change it during the update."""
        if self._parts.automation.is_paused():
            raise UpdateStoppedError
        return self._parts.automation.config(self._library_id)

    def scan(self, folders: Sequence[str], priority: int) -> LibraryRow:
        """Scan folders of the library, and return it; `result` says why it cannot be reached."""
        parts, result = self._parts, self.result
        scan = self._await(parts.scans.add_folders(self._library_id, folders, priority=priority))
        library = catalog.library(parts.database.read(), self._library_id)
        if library.state != "online" or not scan.status.startswith("completed"):
            result.offline = library.state_reason or scan.error_message or f"The scan is {scan.status}."
        else:
            found = ("new", "moved", "changed", "missing")
            result.scanned = sum(int(scan.summary.get(name) or 0) for name in found)
        return library

    def update(self, library: LibraryRow, folders: Sequence[str], upgraded: Mapping[str, datetime]) -> LibraryUpdate:
        """Do what follows the scan of folders of the library, which is online."""
        parts, result = self._parts, self.result
        if library.kind != "home":
            self._note_failure(self._await(parts.titles.identify()))
        is_publishing = parts.publications.options(self._library_id).is_on
        if is_publishing and not self._continue_stopped():
            return result
        if is_publishing and upgraded:
            for moment, places in _by_moment(upgraded):
                self._restore(self._titles_in(library, places), moment)
        titles = self._titles_below(library, folders)
        if is_looked_up(library.kind):
            self._look_up([number for _, number in titles])
        if is_publishing:
            self._publish(titles)
            self._note_blocked([*titles, *(self._titles_in(library, list(upgraded)) if upgraded else ())])
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

    def _continue_stopped(self) -> bool:
        """Continue what an update of this library had to stop, as on a full disk; return False if it stops again."""
        config, parts, before = self._config, self._parts, len(self.result.causes)
        sources = [
            name for name, is_on in (("recovery", config.restores), ("automation", self._may_publish())) if is_on
        ]
        for operation_id, source in automation.stopped(parts.database.read(), self._library_id, sources):
            written = self._ended(parts.publications.resume(operation_id))
            if source == "recovery":
                self.result.restored += written
            else:
                self.result.published += written
        return len(self.result.causes) == before

    def _may_publish(self) -> bool:
        return self._config.publishes and self._parts.automation.files_left(self._config) != 0

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
            self.result.restored += self._write(selection, PublicationRequest(user_note=self._note, source="recovery"))
        elif lost := self._parts.publications.summary(selection).titles:
            waiting = wording.plural(lost, "title with lost files waits", "titles with lost files wait")
            self.result.notes.append(f"{waiting} for you.")

    def _publish(self, titles: Sequence[tuple[str, int]]) -> None:
        """Publish the rows of titles that are safe, within the limit of the library; count the others."""
        publications, config = self._parts.publications, self._config
        publications.refresh()
        own = set(_addresses(titles))
        rows = {
            risk: [
                address
                for address in publications.addresses(PublicationFilter(library_id=self._library_id, risk=(risk,)))
                if address in own
            ]
            for risk in PUBLISHED_RISKS
        }
        chosen, later = self._within_limit(rows["safe"] if config.publishes else [])
        if chosen:
            selection = PublicationSelection(addresses=tuple(chosen), risk=("safe",), is_by_hand=False)
            request = PublicationRequest(user_note=self._note, source="automation")
            self.result.published += self._write(selection, request)
        waiting = sum(map(len, rows.values())) - len(chosen) - len(later)
        if waiting:
            self.result.notes.append(f"{wording.plural(waiting, 'row waits', 'rows wait')} for you.")
        if later:
            self.result.causes.append("The limit of the library, or its quiet time, keeps safe rows back.")

    def _note_blocked(self, titles: Sequence[tuple[str, int]]) -> None:
        """Note that files of titles cannot be written now, for a reason that ends by itself."""
        config, publications = self._config, self._parts.publications
        if not (config.restores or config.publishes):
            return
        wanted = PublicationFilter(library_id=self._library_id, risk=("blocked",), code=_PASSING)
        if blocked := set(publications.addresses(wanted)) & set(_addresses(titles)):
            self.result.causes.append(
                f"{wording.plural(len(blocked), 'title')} cannot be written: its folder refuses files."
            )

    def _within_limit(self, addresses: Sequence[str]) -> tuple[list[str], list[str]]:
        """
        Return titles whose files are together within the limit of the library, the first ones if possible, and others.

        A title with more files than the limit is neither: it waits for a person.
        """
        config = self._config
        left = self._parts.automation.files_left(config)
        if left is None:
            return list(addresses), []
        chosen, later = list[str](), list[str]()
        for address in addresses:
            selection = PublicationSelection(addresses=(address,), risk=("safe",), is_by_hand=False)
            files = sum(self._parts.publications.summary(selection).actions.values())
            if files <= left:
                chosen.append(address)
                left -= files
            elif not config.night_limit or files <= config.night_limit:
                later.append(address)
        return chosen, later

    def _write(self, selection: PublicationSelection, request: PublicationRequest) -> int:
        """Run a publication, and return the number of its titles that were written."""
        if self._is_again and (problem := self._problem_of(selection)):
            self.result.causes.append(problem)
            return 0
        try:
            handle = self._parts.publications.start(selection, request)
        except errors.ApprovalNeededError as error:
            self.result.notes.append(error.message)
            return 0
        except errors.UsageError as error:
            if error.reason != "nothing_to_write":
                raise
            return 0
        return self._ended(handle)

    def _problem_of(self, selection: PublicationSelection) -> str:
        """Return why none of the titles of a selection could be written; "" if one could, or if there is none."""
        found = self._parts.publications.dry_run(selection).items
        failed = [each for each in found if each.status in FAILED_STATUSES]
        return failed[0].message if found and len(failed) == len(found) else ""

    def _ended(self, handle: OperationHandle) -> int:
        """Wait for a publication, note what it did not reach, and return the number of titles that were written."""
        self.result.operations.append(handle.id)
        before = handle.status().counts.get("success", 0)
        self._await(self._parts.queue.get(self._parts.queue.ensure_job(handle.id)))
        if problem := self._parts.publications.problem_of(handle.id):
            self.result.causes.append(problem)
        return handle.status().counts.get("success", 0) - before

    def _await(self, other: Job, seconds: float | None = None) -> Job:
        return self._parts.wait(self._job, other, seconds)

    def _await_some_time(self, other: Job, late: str) -> None:
        ended = self._await(other, _LOOKUP_SECONDS)
        if not ended.has_ended:
            self.result.notes.append(late)
        self._note_failure(ended)

    def _note_failure(self, other: Job) -> None:
        """Note why a job failed: what it should have done is retried."""
        if other.status == "failed":
            self.result.causes.append(other.error_message or f"The job {other.id} failed.")

    def _titles_in(self, library: LibraryRow, folders: Collection[str]) -> list[tuple[str, int]]:
        """Return the titles with files in folders whose last publication nobody has rolled back."""
        places = [_below(library, each) for each in folders]
        found = store.titles_in(self._parts.database.read(), library.library_id, places)
        taken_back = inputs.rolled_back(self._parts.database.read())
        return [each for each in found if each not in taken_back and (library.kind == "home" or each[0] != "video")]

    def _titles_below(self, library: LibraryRow, folders: Sequence[str]) -> list[tuple[str, int]]:
        places = [_below(library, each) for each in folders] or [library.path_bytes]
        found = store.titles_below(self._parts.database.read(), library.library_id, places)
        return [each for each in found if library.kind == "home" or each[0] != "video"]


def _below(library: LibraryRow, folder: str) -> bytes:
    """Return the path of a folder of a library; a slash at its end stays."""
    root = library.path_bytes.rstrip(b"/")
    return b"/".join((root, os.fsencode(folder))) if folder else root


def _by_moment(folders: Mapping[str, datetime]) -> list[tuple[datetime, list[str]]]:
    """Return folders by the moment of the first one of them; a later group begins after a pause."""
    groups: list[tuple[datetime, list[str]]] = []
    last: datetime | None = None
    for folder, moment in sorted(folders.items(), key=lambda each: each[1]):
        if last is None or moment - last > BEFORE_EVENT:
            groups.append((moment, []))
        groups[-1][1].append(folder)
        last = moment
    return groups


def _addresses(titles: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{kind}:{number}" for kind, number in titles]
