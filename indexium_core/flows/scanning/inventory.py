"""
Folders and what is in them: adding and removing roots, their state and health, and the quality of the whole.

Nothing here touches a video file. What goes away goes out of the database, and what that means is counted beforehand;
who is in which film and the history of what was written outlive the rows of a folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.flows.home import doctor
from indexium_core.flows.review import targets
from indexium_core.flows.scanning import discovery, roots
from indexium_core.model.files.inventory import (
    KINDS,
    SORTS,
    FolderHint,
    GoneCheck,
    HeldPage,
    LibraryDetails,
    Quality,
    RemovalReport,
)
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog import inventory as store
from indexium_core.store.catalog.catalog import LibraryRow
from indexium_core.store.database import Database
from indexium_core.store.planning.plans import Modes

__all__ = ["Inventory"]

_AUDIO = store.LibraryPart(extensions=tuple(sorted(os.fsdecode(name[1:]) for name in walk.AUDIO)))
_HINTS = 40  # folders that are offered
# Where films lie on the machines of most people.
_LIKELY = ("~/Videos", "~/Movies", "~/Filme", "~/Vidéos", "~/Vídeos", "/srv/media", "/mnt", "/media", "/Volumes")


class Inventory:
    """Looks after the roots of a home."""

    def __init__(
        self,
        database: Database,
        *,
        still: Callable[[], AbstractContextManager[None]],
        modes: Callable[[], Modes],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Look after the roots of a database.

        Args:
            database: The database.
            still: Keeps scans away for the length of a block, and refuses while one runs.
            modes: Returns how people and comments are combined where nothing else is said.
            clock: Source of the present moment (UTC).

        """
        self._database = database
        self._still = still
        self._modes = modes
        self._clock = clock

    # What there is.

    def libraries(self) -> list[LibraryDetails]:
        """Return every root with the state of its files and of the place where it lies."""
        reader = self._database.read()
        counts = store.states(reader)
        return [_details(row, *counts.get(row.library_id, ({}, 0))) for row in catalog.libraries(reader)]

    def quality(self) -> Quality:
        """Return how many files are as one wishes, and how many are not."""
        return store.quality(self._database.read())

    def files(self, kind: str = "all", *, page: int = 1, per_page: int = 50) -> HeldPage:
        """Return one page of the files of a kind; UsageError for a kind that there is not."""
        if kind not in KINDS:
            message = f"There is no list “{kind}”. There are: {', '.join(KINDS)}."
            raise errors.UsageError(message)
        return store.files(self._database.read(), kind, page=max(1, page), per_page=max(1, min(1000, per_page)))

    def search(
        self, query: str = "", *, sort: str = "path", descending: bool = False, page: int = 1, per_page: int = 50
    ) -> HeldPage:
        """
        Return one page of the files that a search finds, those in no plan included, but not those that are missing.

        Args:
            query: The search; the empty one finds every file.
            sort: `path`, `name`, `size` or `mtime`; equal ones by their id.
            descending: The other way round.
            page: Page of the list, from 1.
            per_page: Files of a page, at most 1,000.

        Raises:
            QueryError: The search cannot be read.
            UsageError: There is no such order.

        """
        if sort not in SORTS:
            message = f"Files are not sorted by “{sort[:40]}”. They are by: {', '.join(SORTS)}."
            raise errors.UsageError(message)
        file_ids = None
        if query.strip():
            with self._database.atomic() as tx:
                file_ids = targets.ids_of(tx, query, self._modes(), now=self._clock())
        return store.found(
            self._database.read(),
            file_ids,
            sort=sort,
            descending=descending,
            page=max(1, page),
            per_page=max(1, min(1000, per_page)),
        )

    # Adding.

    def add(self, folder: str | Path, *, name: str = "", audio: bool = False) -> LibraryRow:
        """
        Add a folder without scanning it; one that is there already stays as it is.

        Args:
            folder: The folder.
            name: Its name; "" for the folder's own name.
            audio: Scans include its audio files; False does not change a folder that is there already.

        Raises:
            UsageError: It is not there, is a file, cannot be listed, or lies inside another root or around one.

        """
        row = roots.choose(self._database, [folder])[0]
        with self._database.atomic() as tx:
            if name.strip() and name.strip() != row.name:
                catalog.name_library(tx, row.library_id, name.strip())
            if audio and not row.audio:
                catalog.set_library_audio(tx, row.library_id, audio=True)
        return self._row(row.library_id)

    def folders(self, text: str) -> list[FolderHint]:
        """
        Return folders of this machine that a half-typed path may mean; for no text, those where films usually lie.

        Hidden folders are named only where their dot is typed. A folder that cannot be listed has none.
        """
        found = _likely() if not text.strip() else _below(text.strip())
        known = [row.path_bytes for row in catalog.libraries(self._database.read())]
        return [FolderHint(path=path, name=Path(path).name or path, known=_covered(path, known)) for path in found]

    # Forgetting.

    def removal(self, library_id: int) -> RemovalReport:
        """Return what goes with a root."""
        row = self._row(library_id)
        return store.forgetting(self._database.read(), library_id, row.path)

    def remove(self, library_id: int) -> RemovalReport:
        """
        Forget a root, its files and the decisions on them. No file is touched; who is in them and the history stay.

        Raises:
            UnknownIdError: There is no such root.
            UsageError: A scan or an operation is at work on its files.

        """
        with self._still():
            found = self.removal(library_id)
            self._refuse_at_work(library_id)
            with self._database.atomic() as tx:
                catalog.remove_library(tx, library_id)
        return found

    def forgettable(self, library_id: int) -> RemovalReport:
        """Return what goes with those files of a root that are gone."""
        row = self._row(library_id)
        return store.forgetting(self._database.read(), library_id, row.path, store.MISSING)

    def forget_missing(self, library_id: int) -> RemovalReport:
        """Forget the files of a root that a scan did not find any more; errors as those of `remove`."""
        with self._still():
            found = self.forgettable(library_id)
            self._refuse_at_work(library_id, store.MISSING)
            with self._database.atomic() as tx:
                store.forget(tx, library_id, store.MISSING)
        return found

    # Audio files.

    def audio_files(self, library_id: int) -> RemovalReport:
        """Return what goes with the audio files of a root when scans include them no longer."""
        row = self._row(library_id)
        return store.forgetting(self._database.read(), library_id, row.path, _AUDIO)

    def include_audio(self, library_id: int) -> None:
        """Include audio files in scans of a root, from the next one on; UnknownIdError: there is no such root."""
        self._row(library_id)
        with self._database.atomic() as tx:
            catalog.set_library_audio(tx, library_id, audio=True)

    def exclude_audio(self, library_id: int) -> RemovalReport:
        """
        Exclude audio files from scans of a root, and forget those that are known; errors as those of `remove`.

        No file is touched. The people and the history of the files are kept: a file that is included again is
        recognised by its media.
        """
        with self._still():
            found = self.audio_files(library_id)
            self._refuse_at_work(library_id, _AUDIO)
            with self._database.atomic() as tx:
                catalog.set_library_audio(tx, library_id, audio=False)
                store.forget(tx, library_id, _AUDIO)
        return found

    def gone(self, library_id: int) -> GoneCheck:
        """Look what is below a root now, beside what is known of it. Walks the folder, and changes nothing."""
        row = self._row(library_id)
        reader = self._database.read()
        seen = discovery.survey(row, reader, now_ns=0, really_gone=True)
        lost = [known.file_id for known in seen.lost]
        ids = {known.path_bytes for known in seen.lost}
        before = catalog.known(reader, row.path_bytes, [each.path for each in seen.fresh])
        fresh = [each for each in seen.fresh if each.path not in before and each.path not in ids]
        return GoneCheck(
            library_id=library_id,
            path=row.path,
            known=row.file_count,
            gone=len(lost),
            new=len(fresh),
            with_people=store.count_with_people(reader, lost),
            reason=seen.offline,
        )

    def _refuse_at_work(self, library_id: int, part: store.LibraryPart = store.WHOLE) -> None:
        at_work = store.operations_at_work(self._database.read(), library_id, part)
        if at_work:
            raise errors.UsageError(at_work[0].say("files of this folder"), code="busy_in_operation")

    def _row(self, library_id: int) -> LibraryRow:
        found = next((row for row in catalog.libraries(self._database.read()) if row.library_id == library_id), None)
        if found is None:
            message = f"There is no library {library_id}; 'indexium libraries list' shows them."
            raise errors.UnknownIdError(message)
        return found


def _details(row: LibraryRow, states: dict[str, int], size: int) -> LibraryDetails:
    check = doctor.check_library(row)
    fine = check.state == "ok" or (str(check.details["promise"]) in check.message and not _is_low(check.details))
    return LibraryDetails(
        library_id=row.library_id,
        name=row.name,
        path=row.path,
        state=row.state,
        reason=row.state_reason,
        file_count=row.file_count,
        bytes=size,
        states=states,
        people_mode=row.people_mode,
        comment_mode=row.comment_mode,
        audio=row.audio,
        scanned_at=row.scanned_at,
        problem="" if fine else check.message,
        remedy="" if fine else check.remedy,
        promise=str(check.details["promise"]),
        file_system=str(check.details["label"]),
        free_bytes=check.details["free_bytes"],
    )


def _is_low(details: Mapping[str, Any]) -> bool:
    free = details["free_bytes"]
    return free is not None and free < doctor.LITTLE


def _likely() -> list[str]:
    """Return folders in which films usually lie and that are there; mounted disks each for themselves."""
    found: list[str] = []
    for text in _LIKELY:
        place = Path(text).expanduser()
        if place.parts[1:] in (("mnt",), ("media",), ("Volumes",)):
            found += _children(str(place), "")
        elif place.is_dir():
            found.append(str(place))
    return found[:_HINTS]


def _below(text: str) -> list[str]:
    """Return the folders that begin with what was typed."""
    path = os.path.expanduser(text)  # noqa: PTH111 - "~/" ends in a separator, which a Path would lose
    if not path.startswith(os.sep):
        return []
    above, _, beginning = path.rpartition(os.sep)
    return _children(above or os.sep, beginning)[:_HINTS]


def _children(folder: str, beginning: str) -> list[str]:
    wanted = beginning.casefold()
    try:
        with os.scandir(folder) as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.casefold().startswith(wanted)
                and (beginning.startswith(".") or not entry.name.startswith("."))
                and entry.is_dir()
            ]
    except OSError:
        return []
    shown = [name for name in sorted(names, key=str.casefold) if name.isprintable()]
    return [f"{folder.rstrip(os.sep)}{os.sep}{name}" for name in shown]


def _covered(path: str, known: list[bytes]) -> bool:
    real = os.path.realpath(os.fsencode(path)).rstrip(b"/") + b"/"
    return any(real.startswith(root.rstrip(b"/") + b"/") for root in known)
