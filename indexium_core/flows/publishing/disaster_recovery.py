"""
Recovery of what was published: the ledger beside the disk, the restoration of files, and a drill.

A restoration is a publication: it is planned, shown, written and rolled back as any other. An NFO file comes from the
ledger, a picture from the cache by its hash, so each has the bytes that were published.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from blake3 import blake3

from indexium_core import errors
from indexium_core.files.journal.side_files import MAX_SIDE_FILE_BYTES, read_small
from indexium_core.files.titles import nfo
from indexium_core.flows.artwork.cache_service import CacheService
from indexium_core.flows.publishing.planned_files import PlannedRow
from indexium_core.flows.publishing.publish_service import PublishService
from indexium_core.flows.titles import title_libraries
from indexium_core.model.accounts.needs import NAMED, internal, needs
from indexium_core.model.accounts.permissions import PUBLISH, SETTINGS_MANAGE
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.publishing.integrity import LOST, DrillReport, IntegrityReport, PublishedFileCheck
from indexium_core.model.publishing.nfo_ownership import named_values
from indexium_core.model.publishing.publication import SideFilePlan
from indexium_core.model.publishing.requests import PublicationRequest, PublicationSelection, PublishResult
from indexium_core.model.publishing.side_file_names import NFO
from indexium_core.model.publishing.subjects import Entity, require_published_type
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.publishing import published, rows
from indexium_core.store.publishing.inputs import StoredNfoFiles
from indexium_core.store.publishing.published import EMPTY_HASH, PublishedFile

Progress = Callable[[int, int], object]  # called with the number of files that are done and of all
_REQUEST = PublicationRequest(source="recovery")


@checked_arguments
class DisasterRecoveryService:
    """Compares what was published with the disk, and restores what is gone. One instance serves a home."""

    def __init__(self, database: Database, publications: PublishService, cache: CacheService) -> None:
        self._database, self._publications, self._cache = database, publications, cache

    @remote()
    def detect_missing_assets(self, entity_type: str, entity_id: int) -> list[PublishedFileCheck]:
        """
        Return the files of a title or a video that were published and are gone, or have no byte left.

        Raises UsageError if nothing of this type is published.
        """
        require_published_type(entity_type)
        self._publications.refresh(disk=False)  # folders may have other names since the last plan
        found = published.files(self._database.read(), entity=Entity(entity_type, entity_id))
        return [each for each in self._checks(found, is_full=False)[0] if each.state in LOST]

    @needs(PUBLISH, NAMED)
    @remote()
    def restore_from_cache(self, entity_type: str, entity_id: int) -> PublishResult:
        """
        Restore the files of a title or a video that are gone, as they were published; wait, and return the result.

        Raises:
            UnknownIdError: It does not exist.
            UsageError: Nothing of this type is published.

        """
        address = self._publications.get(entity_type, entity_id).address
        return self._publications.publish(PublicationSelection(addresses=(address,), restore=True), _REQUEST)

    @needs(PUBLISH, NAMED)
    @remote()
    def validate_integrity(
        self,
        library_id: int | None = None,
        *,
        repair: bool = False,
        full: bool = False,
        forget: bool = False,
        progress: Progress | None = None,
    ) -> IntegrityReport:
        """
        Compare every published file with the disk.

        Args:
            library_id: Only files of this library.
            repair: Restore the files that are gone, and wait.
            full: Read every file; otherwise only those whose size or time is not as the plan has seen it.
            forget: Forget the files that are gone and not published any more; they can never be restored.
            progress: Called with the number of compared files and of all files.

        Raises:
            UnknownIdError: There is no such library.

        """
        title_libraries.check(self._database.read(), library_id)
        self._publications.refresh(disk=False)  # folders may have other names since the last plan
        found = published.files(self._database.read(), library_id=library_id)
        checks, planned = self._checks(found, is_full=full, progress=progress)
        report = IntegrityReport.of(checks)
        if forget and report.obsolete:
            report = self._forget(report)
        if not (repair and report.lost):
            return report
        result = self._publications.restore(planned, _REQUEST)
        return replace(
            IntegrityReport.of(self._checks_after(checks, {each.row.entity for each in planned}, library_id)),
            operation_id=result.operation_id,
            restored=result.published,
            failed=result.failed,
            forgotten=report.forgotten,
        )

    def _forget(self, report: IntegrityReport) -> IntegrityReport:
        """Forget the files that are gone and not published any more, and return the report without them."""
        paths = [each.path_bytes for each in report.files if each.state == "obsolete"]
        with self._database.atomic() as tx:
            published.forget(tx, paths)
        self._publications.refresh(disk=False)
        states = {name: count for name, count in report.states.items() if name != "obsolete"}
        left = [each for each in report.files if each.state != "obsolete"]
        return replace(report, states=states, files=left, forgotten=len(paths))

    @needs(SETTINGS_MANAGE)
    @remote(paths=("into",))
    def drill(
        self, into: str | Path, library_id: int | None = None, *, progress: Progress | None = None
    ) -> DrillReport:
        """
        Restore the published files of a library, or of all, into an empty folder, and compare every hash.

        Nothing beside the media changes. A file is at its path below the folder of its library, in a folder with the
        id and the name of the library.

        Args:
            into: The folder; it is made if it does not exist.
            library_id: Only this library.
            progress: Called with the number of restored files and of all files.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: The folder is not empty, overlaps with a library or with the home, or cannot be written.

        """
        title_libraries.check(self._database.read(), library_id)
        started, target = time.monotonic(), Path(into).resolve()
        self._require_empty(target)
        reader = self._database.read()
        found = published.files(reader, library_id=library_id)
        stored = StoredNfoFiles(reader, {each.entity for each in found})
        missing, restored, size = [], 0, 0
        for number, each in enumerate(found, 1):
            content = self._content(each, stored)
            if content is None or _written(target / _below(each), content) != each.content_hash:
                missing.append(_check(each, "missing"))
            else:
                restored, size = restored + 1, size + len(content)
            if progress is not None:
                progress(number, len(found))
        return DrillReport(
            folder=str(target), restored=restored, bytes=size, missing=missing, seconds=time.monotonic() - started
        )

    @internal
    def follow_rollback(self, event: Event) -> None:
        """Store pictures that a rollback restored in the cache, so that they can be restored again: a subscriber."""
        if event.name != "rollback:completed":
            return
        for path, kind, content_hash in published.pictures_to_cache(self._database.read(), event.data["operation_id"]):
            with contextlib.suppress(errors.MetadataError):  # it changed, or it is damaged: there is nothing to keep
                data = read_small(path)
                if data is not None and blake3(data).hexdigest() == content_hash:
                    self._cache.store_asset(data, kind)

    def _checks_after(
        self, before: Sequence[PublishedFileCheck], restored: Collection[Entity], library_id: int | None
    ) -> list[PublishedFileCheck]:
        """Return the checks of all files after a restoration; those of the restored titles are made again."""
        found = published.files(self._database.read(), library_id=library_id)
        again, _ = self._checks([each for each in found if each.entity in restored], is_full=True)
        left = {each.path_bytes for each in found if each.entity not in restored}  # others may be forgotten
        return [*(each for each in before if each.path_bytes in left), *again]

    def _require_empty(self, target: Path) -> None:
        home = self._database.home.resolve()
        if target.is_relative_to(home) or home.is_relative_to(target):
            raise errors.UsageError(f"{target} and the home {home} overlap. Choose a folder elsewhere.")
        for each in catalog.libraries(self._database.read()):
            root = Path(os.fsdecode(each.path_bytes)).resolve()
            if target.is_relative_to(root) or root.is_relative_to(target):
                raise errors.UsageError(f"{target} and the library “{each.name}” overlap. Choose a folder elsewhere.")
        try:
            target.mkdir(parents=True, exist_ok=True)
            is_empty = not any(target.iterdir())
        except OSError as error:
            raise errors.UsageError(f"{target} cannot be used: {error.strerror}. Choose an empty folder.") from error
        if not is_empty:
            raise errors.UsageError(f"{target} is not empty. Choose an empty folder.")

    def _content(self, file: PublishedFile, stored: StoredNfoFiles) -> bytes | None:
        if file.kind == NFO:
            return stored.get(file.path_bytes)
        original = self._cache.retrieve_asset(file.content_hash)
        return None if original is None else original.data

    def _checks(
        self, files: Sequence[PublishedFile], *, is_full: bool, progress: Progress | None = None
    ) -> tuple[list[PublishedFileCheck], list[PlannedRow]]:
        """Return how files are, and the present rows of the titles of those that are gone."""
        reader = self._database.read()
        seen = {} if is_full else rows.known_files(reader, list(dict.fromkeys(each.entity for each in files)))
        states = []
        for number, each in enumerate(files, 1):
            states.append(_state(each, seen))
            if progress is not None:
                progress(number, len(files))
        gone = {each.entity for each, state in zip(files, states, strict=True) if state in LOST}
        planned = self._publications.computed(gone) if gone else []
        lost = {each.path for row in planned for each in row.lost.values()}
        others = {path: state for row in planned for path, state in row.planned.gone.items()}
        checks = []
        for each, state in zip(files, states, strict=True):
            is_published = state not in LOST or each.path_bytes in lost
            checks.append(_check(each, state if is_published else others.get(each.path_bytes, "obsolete")))
        return checks, planned


def _check(file: PublishedFile, state: str) -> PublishedFileCheck:
    return PublishedFileCheck(path_bytes=file.path_bytes, kind=file.kind, state=state, **file.entity._asdict())


def _state(file: PublishedFile, seen: Mapping[bytes, SideFilePlan]) -> str:
    """Return how a file is on the disk; `seen` has the files as the plan has seen them, by path."""
    try:
        status = None if file.is_offline else os.lstat(file.path_bytes)
    except FileNotFoundError:
        if Path(os.fsdecode(file.root)).is_dir():
            return "left" if file.is_left else "missing"
        status = None
    except OSError:
        status = None
    return "unreachable" if status is None else _state_of(file, status, seen.get(file.path_bytes))


def _state_of(file: PublishedFile, status: os.stat_result, known: SideFilePlan | None) -> str:
    """Return how a file is that exists. One with the size and the time of the plan is not read."""
    if not stat.S_ISREG(status.st_mode):
        return "foreign"
    if status.st_size == 0 and file.content_hash != EMPTY_HASH:
        return "empty"
    if known is not None and known.before_hash == file.content_hash:
        seen = (known.before_size, known.before_mtime_ns)
        if seen == (status.st_size, status.st_mtime_ns):
            return "intact"
    return _state_of_content(file)


def _state_of_content(file: PublishedFile) -> str:
    """Return how a file is by its bytes: changed if an NFO file still has something of ours, else foreign."""
    try:
        with open(file.path_bytes, "rb") as opened:  # noqa: PTH123 - a path of bytes
            data = opened.read(MAX_SIDE_FILE_BYTES + 1)
    except OSError:
        return "unreachable"
    if blake3(data).hexdigest() == file.content_hash:
        return "intact"
    if file.kind != NFO:
        return "foreign"
    own = [dict(each["values"]) for each in json.loads(file.own_elements or "[]")]
    present = [named_values(each) for each in nfo.parse(data)]
    has_ours = any(there.get(name) == value for each in own for name, value in each.items() for there in present)
    return "changed" if has_ours else "foreign"


def _below(file: PublishedFile) -> Path:
    """Return the place of a file in the folder of a drill."""
    below = file.path_bytes.removeprefix(file.root).strip(b"/")
    return Path(f"{file.library_id} {file.library.replace('/', '_')}") / os.fsdecode(below)


def _written(path: Path, content: bytes) -> str:
    """Write a file, read it again, and return the hash of what was read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return blake3(path.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}. Choose a folder with more room, or shorter paths."
        raise errors.UsageError(message) from error
