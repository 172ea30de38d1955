"""
The inventory: the library folders with their state and health, lists of files, and adding and removing folders.

This module changes no media files. Removing a folder deletes rows of the database, and a report counts them first. The
people and the history of a file remain after its row is deleted.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.flows.scanning import roots
from indexium_core.model.accounts.needs import NAMED, needs, reads_home
from indexium_core.model.accounts.permissions import LIBRARIES_MANAGE, QUERY_RUN
from indexium_core.model.files.exclusion import Exclusion, checked_patterns
from indexium_core.model.files.inventory import (
    KINDS,
    SORTS,
    WRITE_RATINGS,
    EmptyFolderReport,
    FilePage,
    FolderComparison,
    FolderListing,
    FolderSuggestion,
    LibraryDetails,
    LibraryRow,
    Quality,
    RemovalReport,
    checked_language,
)
from indexium_core.model.files.media import MediaKind
from indexium_core.model.names.title_guess import checked_kind
from indexium_core.model.query.snapshot_sql import library_as_sql
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import catalog
from indexium_core.store.catalog import inventory as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

if TYPE_CHECKING:  # most commands only read lists
    from indexium_core.flows.scanning.discovery import Discovery
    from indexium_core.model.files.kind_proposal import KindProposal
    from indexium_core.store.plan_version import Modes

_MAX_HINTS = 40


class Inventory:
    """Manages the library folders of a home and lists their files."""

    def __init__(
        self,
        database: Database,
        *,
        exclude_scans: Callable[[], AbstractContextManager[None]],
        modes: Callable[[], Modes],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
        on_language: Callable[[Connection, int], object] = lambda *_: None,
    ) -> None:
        """
        Manage the library folders of a home.

        `exclude_scans` prevents the start of scans during a block, and raises UsageError if a scan is running. `modes`
        returns the default modes for people and comments; `on_change` is called after each change that affects the
        plan, `on_language` in the transaction that changes the language of a folder.
        """
        self._database = database
        self._on_change, self._choose_pictures = on_change, on_language
        self._exclude_scans = exclude_scans
        self._modes = modes
        self._clock = clock

    # Lists.

    @remote()
    def list(self) -> builtins.list[LibraryRow]:
        """Return the library folders; `libraries` returns more details."""
        return catalog.libraries(self._database.read())

    @remote()
    def libraries(self) -> builtins.list[LibraryDetails]:
        """Return every library folder with the states of its files and its health."""
        from indexium_core.flows.scanning import folder_health

        reader = self._database.read()
        counts = store.states(reader)
        return [
            folder_health.library_details(row, *counts.get(row.library_id, ({}, 0)))
            for row in catalog.libraries(reader)
        ]

    @remote()
    def quality(self) -> Quality:
        """Return the number of files of each kind."""
        return store.quality(self._database.read())

    @remote()
    def files(self, kind: str = "all", *, page: int = 1, per_page: int = 50) -> FilePage:
        """Return one page of the files of a kind; UsageError for an unknown kind."""
        if kind not in KINDS:
            raise errors.UsageError(f"There is no list “{kind}”. Choose one of: {', '.join(KINDS)}.")
        return store.files(self._database.read(), kind, page=max(1, page), per_page=max(1, min(1000, per_page)))

    @remote()
    def search(
        self, query: str = "", *, sort: str = "path", descending: bool = False, page: int = 1, per_page: int = 50
    ) -> FilePage:
        """
        Return one page of the files that match a search. Files in no plan are included, missing files are not.

        Args:
            query: The search; an empty search matches every file.
            sort: `path`, `name`, `size` or `mtime`; files with equal keys are sorted by id.
            descending: Reverse the order.
            page: Page of the list, from 1.
            per_page: Files per page, at most 1,000.

        Raises:
            QueryError: The search has a syntax error.
            UsageError: The sort key is unknown.

        """
        from indexium_core.flows.review import targets

        if sort not in SORTS:
            raise errors.UsageError(f"Files cannot be sorted by “{sort[:40]}”. Choose one of: {', '.join(SORTS)}.")
        file_ids = None
        if query.strip():
            file_ids = targets.ids_found(self._database, query, self._modes(), now=self._clock())
        return store.search_page(
            self._database.read(),
            file_ids,
            sort=sort,
            descending=descending,
            page=max(1, page),
            per_page=max(1, min(1000, per_page)),
        )

    @needs(QUERY_RUN)
    @remote()
    def as_sql(self, library_id: int) -> str:
        """Return a query for the files of a library; UnknownIdError if there is none."""
        return library_as_sql(self._row(library_id).name)

    # Adding.

    @needs(LIBRARIES_MANAGE)
    @remote(paths=("folder",))
    def add(
        self, folder: str | Path, *, name: str = "", audio: bool = False, photos: bool | None = None, kind: str = ""
    ) -> LibraryRow:
        """
        Add a library folder without scanning it. A folder that is a library already keeps its settings.

        Args:
            folder: The folder.
            name: The name of the library; "" for the folder's name.
            audio: Scans include audio files. False does not change an existing library.
            photos: Scans include photos; None: those of a new library do. Only True changes an existing library.
            kind: What it holds, see `set_kind`; "auto" for what `propose_kind` returns, "" for home videos. Neither of
                these two changes an existing library.

        Raises:
            UsageError: The folder does not exist, is a file, cannot be listed, is inside another library, or contains
            one; or there is no such kind.

        """
        library_kind = checked_kind(kind) if kind not in ("", "auto") else None
        known = {row.library_id for row in self.list()}
        row = roots.select_libraries(self._database, [folder], photos=photos is not False)[0]
        if kind == "auto" and row.library_id not in known:
            library_kind = self.propose_kind(os.fsdecode(row.path_bytes)).kind
        with self._database.atomic() as tx:
            if name.strip() and name.strip() != row.name:
                catalog.name_library(tx, row.library_id, name.strip())
            kinds: dict[MediaKind, bool] = {"audio": audio, "photo": bool(photos)}
            for media, included in kinds.items():
                if included:
                    catalog.set_library_media(tx, row.library_id, media, included=True)
            if library_kind is not None:
                catalog.set_library_kind(tx, row.library_id, library_kind)
        return self._row(row.library_id)

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_modes(self, library_id: int, *, mode: str | None = None, comment_mode: str | None = None) -> None:
        """
        Set the modes for people and comments of a whole folder.

        Raises:
            UnknownIdError: The folder does not exist.
            UsageError: A mode is unknown.

        """
        from indexium_core.model.planning.plan import checked_modes

        people_mode, comment_mode = checked_modes(mode, comment_mode)
        self._row(library_id)
        with self._database.atomic() as tx:
            catalog.set_library_modes(tx, library_id, people_mode=people_mode, comment_mode=comment_mode)
        self._on_change()

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_write_ratings(self, library_id: int, when: str) -> None:
        """
        Set when the ratings in a folder are written: `at-once`, as soon as they are set, or `with-plan`.

        With `at-once`, the ratings that wait in the plan are written, too.

        Raises:
            UnknownIdError: The folder does not exist.
            UsageError: There is no such choice.

        """
        if when not in WRITE_RATINGS:
            message = f"Ratings cannot be written '{when[:40]}'. Choose one of: {', '.join(WRITE_RATINGS)}."
            raise errors.UsageError(message)
        self._row(library_id)
        with self._database.atomic() as tx:
            catalog.set_library_ratings(tx, library_id, at_once=when == "at-once")
        self._on_change()

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_kind(self, library_id: int, kind: str) -> None:
        """
        Set what a folder holds: `home` (nothing is identified), `movies`, `series`, `mixed`, `educational` or `other`.

        With `home`, its titles are forgotten, except those that a person has changed.

        Raises:
            UnknownIdError: The folder does not exist.
            UsageError: There is no such kind.

        """
        self._row(library_id)
        with self._database.atomic() as tx:
            catalog.set_library_kind(tx, library_id, checked_kind(kind))

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_cast_people(self, library_id: int, choice: str) -> None:
        """
        Set what happens with the cast of films: `off`, `suggest` or `add` them as people of their files.

        Raises:
            UnknownIdError: The folder does not exist.
            UsageError: There is no such choice.

        """
        from indexium_core.model.providers.enrichment import CAST_PEOPLE

        if choice not in CAST_PEOPLE:
            raise errors.UsageError(f"A cast cannot be '{choice[:40]}'. Choose one of: {', '.join(CAST_PEOPLE)}.")
        self._row(library_id)
        with self._database.atomic() as tx:
            catalog.set_library_cast(tx, library_id, choice)

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_metadata_language(self, library_id: int, language: str) -> None:
        """
        Set the language of titles, plots and posters of a folder, such as `de`; "": that of the settings.

        Stored values of providers stay until the next enrichment. Raises UnknownIdError if the folder does not exist,
        UsageError if the language is no code of two letters.
        """
        self._row(library_id)
        with self._database.atomic() as tx:
            catalog.set_library_language(tx, library_id, checked_language(language))
            self._choose_pictures(tx, library_id)

    @reads_home
    @remote(is_local=True)
    def folders(self, text: str) -> builtins.list[FolderSuggestion]:
        """
        Return folders of this machine whose paths start with a text, or common media folders if `text` is empty.

        Hidden folders are included only if the text has their dot. For a folder that cannot be listed, the list is
        empty.
        """
        from indexium_core.flows.scanning import folder_names

        paths = (
            folder_names.completions(text.strip(), limit=_MAX_HINTS)
            if text.strip()
            else folder_names.common_folders(_MAX_HINTS)
        )
        return self._suggestions(paths)

    @needs(LIBRARIES_MANAGE)
    @remote(is_local=True)
    def browse(self, folder: str = "") -> FolderListing:
        """
        Return the folders inside a folder of this machine, and the places where a person starts to look.

        `~` is the home folder. For "", only the places are returned. Hidden folders are left out.
        """
        from indexium_core.flows.scanning import folder_names

        home = str(Path.home())
        places = self._suggestions(list(dict.fromkeys([home, *folder_names.common_folders(_MAX_HINTS), os.sep])))
        if not folder:
            return FolderListing(path="", parent="", places=places, folders=[])
        path, parent, problem = folder_names.opened(folder)
        inside = [] if problem else self._suggestions(folder_names.subfolders(path, ""))
        return FolderListing(path=path, parent=parent, places=places, folders=inside, problem=problem)

    @reads_home
    @remote(paths=("folder",), is_local=True)
    def propose_kind(self, folder: str | Path) -> KindProposal:
        """Return the kind that the names in a folder propose, see `set_kind`; UsageError if it cannot be listed."""
        from indexium_core.flows.scanning import folder_names

        return folder_names.kind_of(os.fsdecode(roots.checked_folder(folder)))

    def _suggestions(self, paths: builtins.list[str]) -> builtins.list[FolderSuggestion]:
        known = [row.path_bytes for row in catalog.libraries(self._database.read())]
        return [
            FolderSuggestion(path=path, name=Path(path).name or path, known=roots.is_covered(path, known))
            for path in paths
        ]

    # Removing.

    @remote()
    def removal(self, library_id: int) -> RemovalReport:
        """Return the data that removing a library would delete from the database."""
        return self._removal(library_id, store.WHOLE)

    @needs(LIBRARIES_MANAGE)
    @remote()
    def remove(self, library_id: int) -> RemovalReport:
        """
        Remove a library, the rows of its files and the decisions on them. Files, people and history are kept.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: A scan or an operation uses its files.

        """
        with self._exclude_scans():
            report = self.removal(library_id)
            self._require_no_operation(library_id, store.WHOLE)
            with self._database.atomic() as tx:
                store.forget_library(tx, library_id)
        self._on_change()
        return report

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def missing_removal(self, library_id: int) -> RemovalReport:
        """Return the data that `forget_missing` would delete from the database."""
        return self._removal(library_id, store.MISSING)

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def forget_missing(self, library_id: int) -> RemovalReport:
        """Delete the rows of the missing files of a library. Errors as in `remove`."""
        return self._forget(library_id, store.MISSING)

    def _forget(
        self, library_id: int, part: store.LibraryPart, change: Callable[[Connection], None] = lambda _: None
    ) -> RemovalReport:
        """Delete the rows of a part of a library, in one transaction with a change of its settings."""
        with self._exclude_scans():
            report = self._removal(library_id, part)
            self._require_no_operation(library_id, part)
            with self._database.atomic() as tx:
                change(tx)
                store.forget(tx, library_id, part)
        self._on_change()
        return report

    def _removal(self, library_id: int, part: store.LibraryPart) -> RemovalReport:
        row = self._row(library_id)
        return store.removal(self._database.read(), library_id, row.path, part)

    # Audio files and photos.

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_media(self, library_id: int, kind: MediaKind, *, included: bool) -> RemovalReport | None:
        """
        Include the audio files (`audio`) or photos (`photo`) of a folder in scans, or exclude them.

        The next scan adds included files. Rows of excluded files are deleted at once; the report counts them. Media
        files do not change, and people and history remain. A file that is included again is recognised by its media.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: The kind is another one, or a scan or an operation uses the files.

        """
        part = _part_of(kind)

        def change(tx: Connection) -> None:
            catalog.set_library_media(tx, library_id, kind, included=included)

        if not included:
            return self._forget(library_id, part, change)
        self._row(library_id)
        with self._database.atomic() as tx:
            change(tx)
        return None

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def media_removal(self, library_id: int, kind: MediaKind) -> RemovalReport:
        """Return the data that the exclusion of a kind of media would delete from the database."""
        return self._removal(library_id, _part_of(kind))

    # Excluded files.

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def exclude_removal(self, library_id: int, patterns: Sequence[str]) -> RemovalReport:
        """Return the data that `set_exclude` would delete from the database."""
        return self._removal(library_id, self._matching(library_id, checked_patterns(patterns)))

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_exclude(self, library_id: int, patterns: Sequence[str]) -> RemovalReport:
        """
        Set what scans of a library leave out: patterns of names, and of paths below its folder (`Exclusion`).

        Rows of files that match are deleted at once; the report counts them. Files that no longer match are added by
        the next scan. Media files do not change, and people and history remain. Errors as in `remove`, and UsageError
        for a pattern that is not valid.
        """
        checked = checked_patterns(patterns)
        with self._exclude_scans():
            part = self._matching(library_id, checked)
            report = self._removal(library_id, part)
            self._require_no_operation(library_id, part)
            with self._database.atomic() as tx:
                catalog.set_library_exclude(tx, library_id, checked)
                store.forget(tx, library_id, part)
        self._on_change()
        return report

    def _matching(self, library_id: int, patterns: Sequence[str]) -> store.LibraryPart:
        """Return the files of a library that some patterns match."""
        root, exclusion = self._row(library_id).path_bytes.rstrip(b"/") + b"/", Exclusion(patterns)
        known = catalog.paths_of_library(self._database.read(), library_id) if exclusion else []
        excluded = (file_id for file_id, path in known if exclusion.covers(path.removeprefix(root)))
        return store.LibraryPart(file_ids=tuple(excluded))

    # Empty folders.

    @remote()
    def empty_folders(self, library_id: int) -> EmptyFolderReport:
        """Return the folders of a library that contain nothing but such folders. Walks the library."""
        row = self._row(library_id)
        found = self._discover(row)
        return EmptyFolderReport(
            path=row.path,
            folders=[path.decode("utf-8", "replace") for path in found.empty_folders],
            problems=[found.offline_reason] if found.offline_reason else [],
        )

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def remove_empty_folders(self, library_id: int, folders: Sequence[str]) -> EmptyFolderReport:
        """
        Remove those of these folders that are still empty; `folders` has the paths that `empty_folders` returned.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: A scan is running.

        """
        from indexium_core.flows.scanning import discovery

        expected, removed = set(folders), list[str]()
        with self._exclude_scans():
            row = self._row(library_id)
            found = self._discover(row)
            problems = [found.offline_reason] if found.offline_reason else []
            for path in found.empty_folders:
                shown = path.decode("utf-8", "replace")
                if shown not in expected:
                    continue
                try:
                    discovery.remove_folder(path)
                    removed.append(shown)
                except OSError as error:
                    problems.append(f"The folder {shown} cannot be removed: {(error.strerror or str(error)).lower()}.")
                except errors.ConflictError as error:
                    problems.append(error.message)
        return EmptyFolderReport(path=row.path, folders=removed, removed=len(removed), problems=problems)

    def _discover(self, row: LibraryRow) -> Discovery:
        from indexium_core.flows.scanning import discovery

        return discovery.discover(row, self._database.read(), now_ns=0, accept_missing=True)

    @remote()
    def compare_folder(self, library_id: int) -> FolderComparison:
        """Compare a library folder with the catalog. Walks the folder and changes nothing."""
        row = self._row(library_id)
        reader = self._database.read()
        found = self._discover(row)
        missing_ids = [known.file_id for known in found.missing]
        known_paths = catalog.known(reader, row.path_bytes, [each.path for each in found.to_read])
        return FolderComparison(
            library_id=library_id,
            path=row.path,
            known=row.file_count,
            gone=len(missing_ids),
            new=sum(each.path not in known_paths for each in found.to_read),
            with_people=store.count_with_people(reader, missing_ids),
            reason=found.offline_reason,
        )

    def _require_no_operation(self, library_id: int, part: store.LibraryPart) -> None:
        """Raise UsageError if an unfinished operation uses files of a part of a library."""
        operations = store.unfinished_operations(self._database.read(), library_id, part)
        if operations:
            raise errors.UsageError(operations[0].describe("files of this folder"), code="busy_in_operation")

    def _row(self, library_id: int) -> LibraryRow:
        return catalog.library(self._database.read(), library_id)


def _part_of(kind: MediaKind) -> store.LibraryPart:
    """Return the files of a kind of media that a library may leave out; raises UsageError for another kind."""
    if kind not in walk.OPTIONAL_KINDS:
        message = f"A library cannot include or exclude “{kind[:40]}”. Choose one of: {', '.join(walk.OPTIONAL_KINDS)}."
        raise errors.UsageError(message)
    extensions = tuple(sorted(os.fsdecode(name[1:]) for name in walk.EXTENSIONS[kind]))
    # A photo with the name of a video is a photo; a video without pictures may be an audio file, and stays.
    return store.LibraryPart(extensions=extensions, kind="photo" if kind == "photo" else None)
