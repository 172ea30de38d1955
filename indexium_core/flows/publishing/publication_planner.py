"""
The plan of publications: which side files each title and video gets, and what would happen to them.

A row is computed again only if one of its inputs changes: values, pictures, people, files, the options of its library,
or a side file on the disk. The rows are stored, so a list and a filter are one statement.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TypeAlias

from indexium_core.flows.publishing import contents, folders
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.flows.publishing.folders import FolderTenants, SideFilePlace
from indexium_core.flows.publishing.planned_files import PlannedRow, PlannedSideFiles
from indexium_core.flows.publishing.side_files import SideFilePlanner
from indexium_core.model.artwork.assets import LOCAL
from indexium_core.model.operations.actor import SYSTEM, acting_as, whole_home
from indexium_core.model.people import placeholders
from indexium_core.model.people.people_comment import fold
from indexium_core.model.publishing import risks, side_file_names
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.publication import PublicationRow, SideFilePlan
from indexium_core.model.publishing.risks import PUBLICATION_CODES
from indexium_core.model.publishing.subjects import VIDEO, Entity
from indexium_core.model.titles.titles import title_name
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.publishing import choices, items, rows
from indexium_core.store.publishing import inputs as store
from indexium_core.store.publishing.inputs import (
    KnownTitle,
    KnownVideo,
    MainFile,
    PublishedInputs,
    PublishingLibrary,
    SideFileOwnership,
)
from indexium_core.store.publishing.rows import OutdatedRow

_FEW_FOLDERS = 50
_GROUP = 2000  # titles of one transaction
_FLIPS_WITHIN = timedelta(days=1)

Progress: TypeAlias = Callable[[int, int], object]  # called with the number of computed titles and of all


class PublicationPlanner:
    """Computes the plan of publications. One instance serves a home; any thread may use it."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime],
        placeholder_keys: Callable[[], frozenset[str]] = placeholders.default_keys,
        has_picture: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """`placeholder_keys`: names that are no people, as keys; `has_picture`: whether the cache has a hash."""
        self._database, self._clock, self._placeholder_keys = database, clock, placeholder_keys
        self._has_picture, self._lock = has_picture, threading.Lock()
        self._current_as_of: tuple[int, str] | None = None  # last change and settings at which all rows were current

    def refresh(self, *, disk: bool = False, on_progress: Progress = lambda _done, _all: None) -> int:
        """
        Bring the stored rows up to date, and return the number of rows that were computed.

        Args:
            disk: Also compare the side files on the disk with what the plan has seen.
            on_progress: Called with the number of computed titles and of all that are computed.

        """
        with self._lock, whole_home():  # all actors read the same rows
            change, settings = self._database.last_change(rows.READ_BY_OUTDATED), self._settings()
            if (change, settings) == self._current_as_of and not disk:  # every list of titles and every event asks
                return 0
            reader = self._database.read()
            if not rows.has_plan(reader):
                self._current_as_of = change, settings
                return 0
            compare = partial(rows.outdated, reader, settings=settings)
            outdated = {each.entity: each for each in compare()}
            every = cache(lambda: {each.entity: each for each in compare(all_rows=True)})
            if disk:
                outdated |= {each: every()[each] for each in self._changed_on_disk() if each in every()}
            around = store.episodes_around(reader, outdated)
            if around:
                outdated |= {each: every()[each] for each in around if each in every()}
            found = list(outdated.values())
            for first in range(0, len(found), _GROUP):
                change = self._store(found[first : first + _GROUP], change)
                on_progress(min(first + _GROUP, len(found)), len(found))
            self._current_as_of = change, settings
            return len(found)

    def _settings(self) -> str:
        """Return what the rows depend on besides the tables."""
        return ",".join(sorted(self._placeholder_keys()))

    def compute(self, entities: Collection[Entity]) -> Iterator[PlannedRow]:
        """Yield the rows of titles and videos from the present values and files; nothing is stored."""
        reader = self._database.read()
        libraries = store.libraries(reader)
        yield from self._compute(entities, libraries, store.options(reader))

    def restorations(self, rows: Iterable[PlannedRow], *, lost_after: datetime | None = None) -> Iterator[PlannedRow]:
        """
        Yield, of computed rows, those that only restore files of ours that are gone, as they were published.

        With `lost_after`, a file that was known to be gone before this upgrade stays away. A picture is blocked without
        its copy in the cache. Nothing is stored.
        """
        planned = [found for each in rows if (found := each.with_lost_after(lost_after, now=self._clock())).lost]
        pictures = [lost.content_hash for each in planned for lost in each.lost.values() if lost.nfo is None]
        sizes = items.cached_sizes(self._database.read(), list(filter(self._has_picture, pictures)))
        yield from (each.restoration(sizes) for each in planned)

    def preview(self, library_id: int, options: PublishOptions, *, count: int) -> tuple[int, list[PlannedRow]]:
        """Return how many titles a library has, and the rows that some would have with other options."""
        reader = self._database.read()
        entities, total = store.examples(reader, library_id, count=count)
        libraries = {library_id: store.library(reader, library_id)}
        return total, list(self._compute(entities, libraries, {library_id: options}, example_of=library_id))

    def _compute(
        self,
        entities: Collection[Entity],
        libraries: dict[int, PublishingLibrary],
        options: dict[int, PublishOptions],
        *,
        example_of: int | None = None,
    ) -> Iterator[PlannedRow]:
        reader = self._database.read()
        wanted = set(entities)
        around = store.episodes_around(reader, wanted)  # the NFO file of several episodes has the values of all
        inputs = store.read(reader, [*entities, *around], since=self._clock() - _FLIPS_WITHIN, example_of=example_of)
        contents.keep_people(inputs, self._placeholder_keys())
        titles = _TitlePlans(
            inputs,
            options=options,
            libraries=libraries,
            tenants=FolderTenants(store.tenants(reader, libraries, _folders_of(inputs))),
            disk=FolderReader(rows.known_files(reader, entities)),
            find_owner=partial(store.owner_of, reader),
            claims=_claims(reader, inputs, libraries, wanted),
        )
        for title in inputs.titles:
            if title.entity in wanted and title.library_id in libraries:
                yield titles.of_title(title)
        for video in inputs.videos:
            if video.file.library_id in libraries:
                yield titles.of_video(video)

    def _store(self, outdated: Sequence[OutdatedRow], change: int) -> int:
        """Store the rows of titles and videos. Return `change`, or the number of this one if all rows are right now."""
        present = [each.entity for each in outdated if each.inputs is not None]
        away = self._offline(present)
        planned = list(self.compute([each for each in present if each not in away]))
        found = [*(each.row for each in planned), *away.values()]
        flips = [each for row in planned for each in row.planned.flips]
        moved = {old: new for row in planned for old, new in row.planned.moved.items()}
        decided = {old: new for row in planned for old, new in row.planned.decided.items()}
        with acting_as(SYSTEM), self._database.atomic() as tx:  # who looks at the plan decides nothing
            is_next = self._database.last_change(rows.READ_BY_OUTDATED) == change
            rows.store(tx, found, outdated, {each.entity: _search(each) for each in found})
            if flips:
                store.add_flips(tx, flips, at=self._clock())
            if moved:
                items.move(tx, moved)
            if moved or decided:
                choices.move(tx, moved | decided)
            states = {path: state for row in planned for path, state in row.states()}
            lost = itertools.chain.from_iterable(each.lost_with_media() for each in planned)
            items.set_states(tx, states, lost_with_media=lost, at=self._clock())
        return tx.change if is_next and not (moved or decided) else change

    def _offline(self, entities: Collection[Entity]) -> dict[Entity, PublicationRow]:
        """Return the known rows of titles in libraries that are offline: they are planned again when it is back."""
        reader = self._database.read()
        libraries = [each.library_id for each in store.libraries(reader).values() if each.state == "offline"]
        known = rows.rows_of(reader, entities) if libraries else []
        return {each.entity: _as_offline(each) for each in known if each.library_id in libraries}

    def _changed_on_disk(self) -> Iterator[Entity]:
        """Yield the titles and videos of which a side file is not as the plan has seen it."""
        reader = self._database.read()
        disk = FolderReader({})
        offline = {each.library_id for each in store.libraries(reader).values() if each.state == "offline"}
        for row in rows.rows_of(reader, rows.all_entities(reader)):
            if row.library_id not in offline and not disk.is_as_planned(row.files):
                yield row.entity


class _TitlePlans:
    """Makes rows from inputs that were read for many titles at once."""

    def __init__(
        self,
        inputs: PublishedInputs,
        *,
        options: dict[int, PublishOptions],
        libraries: dict[int, PublishingLibrary],
        tenants: FolderTenants,
        disk: FolderReader,
        find_owner: Callable[[bytes], SideFileOwnership | None],
        claims: dict[bytes, Entity],
    ) -> None:
        self._inputs, self._options, self._libraries = inputs, options, libraries
        self._tenants, self._disk, self._find_owner, self._claims = tenants, disk, find_owner, claims
        self._by_id = {each.entity.entity_id: each for each in inputs.titles if each.entity.entity_type == "episode"}
        self._neighbors = cache(self._find_neighbors)

    def of_title(self, title: KnownTitle) -> PlannedRow:
        """Return the row of a title, without side files if it has no video, or its video belongs to another episode."""
        files = self._files_of(title)
        is_with_people = self._options[title.library_id].people
        people = contents.people_of(self._inputs, (each.file_id for each in files)) if is_with_people else []
        planner, places = self._planner_of_title(title, files, people)
        planner.finish()
        return self._row(title, files, places, planner.planned, people)

    def _files_of(self, title: KnownTitle) -> Sequence[MainFile]:
        files = self._inputs.files.get(title.entity, [])
        return [each for each in files if title.entity.entity_type != "episode" or self._is_first(each, title)]

    def _planner_of_title(
        self, title: KnownTitle, files: Sequence[MainFile], people: Sequence[str]
    ) -> tuple[SideFilePlanner, Sequence[SideFilePlace]]:
        """Return a planner that has the side files of a title, and their places."""
        options = self._options[title.library_id]
        planner = self._planner_of(title.entity, options)
        places = self._places(title, files)
        if files and title.entity.entity_type == "series" and not places:
            planner.planned.codes.append("no_own_folder")
        if options.writes_nfo and (title.entity.entity_type != "season" or "jellyfin" in options.readers):
            for place in places:
                is_own, kind = place.is_own, title.entity.entity_type
                name = planner.nfo_of_film(place) if kind == "movie" and len(files) == 1 and is_own else b""
                if is_own and not name and folders.hides_versions(title.entity, place, files, planner.nfo_of_film):
                    planner.planned.codes.append("versions_hidden")
                name = name or side_file_names.nfo_name(kind, place.stem, is_own_folder=is_own)
                found = [self._content(title, each, people) for each in self._roots(title, place)]
                planner.add_nfo(place, name, [each for each in found if each is not None])
        self._add_pictures(planner, title, files, places, options)
        return planner, places

    def _planner_of(self, entity: Entity, options: PublishOptions) -> SideFilePlanner:
        return SideFilePlanner(
            entity,
            self._inputs,
            options,
            self._disk,
            find_owner=self._find_owner,
            claims=self._claims,
            is_wanted_by_other=partial(self._is_wanted_by_other, entity),
        )

    def _is_wanted_by_other(self, entity: Entity, path: bytes) -> bool:
        """Return whether another title with the folder, or the video, of a side file publishes that file."""
        folder, name = os.path.split(path)
        near = self._neighbors()
        for other in (*near.get(folder, ()), *near.get(_join(folder, side_file_names.media_stem(name)), ())):
            if other.entity != entity and other.library_id in self._libraries:
                files = self._files_of(other)
                planner, _ = self._planner_of_title(other, files, ())
                if path in planner.wanted:
                    return True
        return False

    def _find_neighbors(self) -> Mapping[bytes, Sequence[KnownTitle]]:
        """Return the titles by the folders that are their own, and by the paths of their videos, without extension."""
        found = defaultdict[bytes, list[KnownTitle]](list)
        for each in self._inputs.titles:
            files = self._files_of(each)
            has_names = each.entity.entity_type in ("movie", "episode")
            names = [side_file_names.stem_of(file.path_bytes) for file in files if has_names]
            for place in {*names, *(place.folder for place in self._places(each, files) if place.is_own)}:
                found[place].append(each)
        return found

    def _places(self, title: KnownTitle, files: Sequence[MainFile]) -> list[SideFilePlace]:
        match title.entity.entity_type:
            case "movie":
                return self._tenants.of_film(files)
            case "series":
                return self._tenants.of_series(files)
            case "season":
                return self._tenants.of_season(files)
            case _:
                return folders.of_episode(files)

    def _is_first(self, file: MainFile, episode: KnownTitle) -> bool:
        """Return whether an episode is the first one of a file: the NFO file of several episodes belongs to it."""
        episodes = self._inputs.episodes_of_files.get(file.file_id) or [episode.entity.entity_id]
        return episodes[0] == episode.entity.entity_id

    def _roots(self, title: KnownTitle, place: SideFilePlace) -> list[KnownTitle]:
        """Return the titles whose contents an NFO file has: of a file with several episodes, all of these."""
        if title.entity.entity_type != "episode":
            return [title]
        file = next(each for each in self._inputs.files[title.entity] if each.path_bytes == place.anchor)
        others = self._inputs.episodes_of_files.get(file.file_id, ())
        return [self._by_id[each] for each in others if each in self._by_id] or [title]

    def _content(self, title: KnownTitle, of: KnownTitle, people: Iterable[str]) -> NfoContent:
        match title.entity.entity_type:
            case "movie":
                return contents.of_film(title, self._inputs, people)
            case "series":
                return contents.of_series(title, self._inputs)
            case "season":
                return contents.of_season(title, self._inputs)
            case _:
                return contents.of_episode(of, self._inputs, people)

    def _add_pictures(
        self,
        planner: SideFilePlanner,
        title: KnownTitle,
        files: Sequence[MainFile],
        places: Sequence[SideFilePlace],
        options: PublishOptions,
    ) -> None:
        is_season = title.entity.entity_type == "season"
        if is_season:  # the pictures of a season are in the folder of its series
            places = self._tenants.of_series(files)
        counts: dict[str, int] = {}
        for picture in self._inputs.pictures.get(title.entity, ()):
            if picture.kind not in options.picture_kinds:
                continue
            number = counts[picture.kind] = counts.get(picture.kind, -1) + 1
            if picture.provider == LOCAL:  # a further backdrop of a provider does not take its name
                planner.planned.codes.append("local_picture_selected")
                continue
            season = title.season if is_season else None
            for place in places:
                stem = b"" if place.is_own else place.stem
                name = side_file_names.picture_stem(picture.kind, stem, season=season, number=number)
                planner.add_picture(place.folder, name, picture)

    def of_video(self, video: KnownVideo) -> PlannedRow:
        """Return the row of a video that belongs to no title."""
        entity = Entity(VIDEO, video.file.file_id)
        options = self._options[video.file.library_id]
        people = video.people if options.people else ()
        planner = self._planner_of(entity, options)
        [place] = folders.of_episode([video.file])
        if options.writes_nfo and (video.is_edited or video.people or self._inputs.ours.get(entity)):
            name = side_file_names.nfo_name(VIDEO, place.stem, is_own_folder=False)
            planner.add_nfo(place, name, [contents.of_video(video, people)])
        planner.finish()
        row = PublicationRow(
            entity=entity,
            library_id=video.file.library_id,
            top=entity,
            name=video.file_name,
            sort_name=video.file_name,
            folder=self._folder_of(video.file),
            files=tuple(planner.planned.files),
            codes=self._codes(entity, planner.planned),
            people=tuple(people),
            is_unpublished=any(each.is_written for each in planner.planned.files),
        )
        return PlannedRow(
            row,
            place.anchor,
            planner.planned,
            place.folder,
            is_own_folder=False,
        )

    def _row(
        self,
        title: KnownTitle,
        files: Sequence[MainFile],
        places: Sequence[SideFilePlace],
        planned: PlannedSideFiles,
        people: Sequence[str],
    ) -> PlannedRow:
        entity = title.entity
        top = Entity("series", title.series_id) if title.series_id is not None else entity
        row = PublicationRow(
            entity=entity,
            library_id=title.library_id,
            top=top,
            name=title_name(
                entity.entity_type,
                title.title,
                year=title.year,
                series_title=title.series_title,
                season=title.season,
                episode=title.episode,
                aired=title.aired,
            ),
            sort_name=_sort_name(title),
            folder=self._folder_of(files[0], places[0].folder if places else b"") if files else "",
            files=tuple(planned.files),
            codes=self._codes(entity, planned),
            people=tuple(people),
            is_unpublished=self._is_unpublished(entity, planned.files),
        )
        paths = [*(each.path_bytes for each in files), *(each.path_bytes for each in planned.files)]
        first = places[0] if places else folders.somewhere(paths)
        return PlannedRow(
            row,
            first.anchor,
            planned,
            first.folder,
            is_own_folder=first.is_own,
            number=title.season if entity.entity_type == "season" else title.episode,
        )

    def _codes(self, entity: Entity, planned: PlannedSideFiles) -> tuple[str, ...]:
        """Return what is worth saying about a row and its files."""
        would_return = entity in self._inputs.rolled_back and any(each.is_written for each in planned.files)
        of_files = [code for each in planned.files for code in each.codes]
        return tuple(risks.in_order([*planned.codes, *of_files, *(["rolled_back"] if would_return else [])]))

    def _is_unpublished(self, entity: Entity, files: Sequence[SideFilePlan]) -> bool:
        """
        Return whether players read something else than Indexium shows.

        A title that has NFO files of others, and about which a person has decided nothing, counts as published.
        """
        is_of_others = any(each.is_nfo and each.owner == "others" for each in files) and not self._inputs.ours.get(
            entity
        )
        if is_of_others and entity not in self._inputs.touched:
            return False
        return any(each.is_written or each.action == "blocked" for each in files)

    def _folder_of(self, file: MainFile, folder: bytes = b"") -> str:
        """Return the folder of a file, or one above it, for display."""
        library = self._libraries[file.library_id]
        below = file.folder
        if folder:
            below = folder.removeprefix(library.path_bytes).strip(b"/").decode("utf-8", "replace")
        return _shown_folder(library, below)


def _claims(
    reader: Connection,
    inputs: PublishedInputs,
    libraries: Mapping[int, PublishingLibrary],
    wanted: Collection[Entity],
) -> dict[bytes, Entity]:
    """Return the paths that rows of other titles in the same folders have, each with its title."""
    files = [*(each for found in inputs.files.values() for each in found), *(each.file for each in inputs.videos)]
    folders = {_shown_folder(libraries[each.library_id], each.folder) for each in files if each.library_id in libraries}
    found: dict[bytes, Entity] = {}
    for row in rows.in_folders(reader, folders):
        if row.entity not in wanted:
            found |= {each.path_bytes: row.entity for each in row.files if "name_taken" not in each.codes}
    return found


def _shown_folder(library: PublishingLibrary, below: str) -> str:
    """Return a folder for display, with the name of its library."""
    return " / ".join(filter(None, [library.name, *below.split("/")]))


def _folders_of(inputs: PublishedInputs) -> Collection[str] | None:
    """Return the folders of few titles, and those above them; None for many titles, for which all folders are read."""
    found = {file.folder for files in inputs.files.values() for file in files}
    if len(found) > _FEW_FOLDERS:
        return None
    return found | {each.rpartition("/")[0] for each in found} - {""}


def _as_offline(row: PublicationRow) -> PublicationRow:
    if not row.written:
        return row
    files = tuple(
        replace(each, action="blocked", codes=("offline",)) if each.is_written else each for each in row.files
    )
    return replace(row, files=files, codes=tuple(risks.in_order([*row.codes, "offline"])))


def _sort_name(title: KnownTitle) -> str:
    if title.series_id is None:
        return title.sort_title or title.title
    number = f"{9999 if title.season is None else title.season:04} {title.episode or 0:05}"
    return f"{title.series_sort_title or title.series_title} {number}"


def _search(row: PublicationRow) -> str:
    """Return the folded text in which words of a search are looked up."""
    labels = [f"note:{code} note:{PUBLICATION_CODES[code].label}" for code in row.codes]
    return fold("\n".join([row.name, row.folder, *(each.name for each in row.files), *row.people, *labels]))


def _join(folder: bytes, name: bytes) -> bytes:
    return os.path.join(folder, name)  # noqa: PTH118 - a path of bytes
