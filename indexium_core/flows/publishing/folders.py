"""Where the side files of a title belong: which folders are its own, and the names in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from indexium_core import errors
from indexium_core.files.titles import nfo
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.flows.titles.nfo_files import folders_of
from indexium_core.model.names import words
from indexium_core.model.names.numbers import season_of_folder
from indexium_core.model.publishing import side_file_names
from indexium_core.model.publishing.side_file_names import stem_of
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store.publishing.inputs import MainFile, OwnFile


class SideFilePlace(NamedTuple):
    """A place of side files: a folder, and the name of the file that they belong to."""

    folder: bytes
    stem: bytes  # without extension
    anchor: bytes  # the path of the media, or of the folder, that must exist when the side files are written
    is_own: bool  # the folder belongs to the title alone


class FolderTenants:
    """Which folders have videos of one title only, in themselves and below."""

    def __init__(self, tenants: Iterable[tuple[int, str, int]]) -> None:
        """`tenants`: library, folder below its root, and a number for each title or video in the folder."""
        self._tenants: dict[tuple[int, str], set[int]] = {}
        for library_id, folder, tenant in tenants:
            for each in folders_of(folder):
                known = self._tenants.setdefault((library_id, each), set())
                if tenant in known:
                    break
                known.add(tenant)

    def is_own(self, library_id: int, folder: str) -> bool:
        """Return whether one title has all videos of a folder. The folder of a library is nobody's own."""
        return bool(folder) and len(self._tenants.get((library_id, folder), ())) == 1

    def of_film(self, files: Sequence[MainFile]) -> list[SideFilePlace]:
        """Return the places of a film: each folder of its own once, or each of its files in other folders."""
        found: dict[bytes, SideFilePlace] = {}
        for each in _first_parts(files):
            folder, name = os.path.split(each.path_bytes)
            below = each.folder
            while words.DISC_FOLDER.fullmatch(below.rpartition("/")[2]):  # BDMV/STREAM
                folder, below = os.path.split(folder)[0], below.rpartition("/")[0]
            if self.is_own(each.library_id, below):
                found.setdefault(folder, SideFilePlace(folder, stem_of(name), each.path_bytes, is_own=True))
            else:
                place = beside(each)
                found.setdefault(os.path.join(place.folder, place.stem), place)  # noqa: PTH118 - a path of bytes
        return list(found.values())

    def of_series(self, files: Sequence[MainFile]) -> list[SideFilePlace]:
        """Return the folders of a series that are its own: those of its seasons, or those with its episodes."""
        found = {}
        for each in files:
            folder, below = os.path.split(each.path_bytes)[0], each.folder
            if is_of_season(below):
                folder, below = os.path.split(folder)[0], below.rpartition("/")[0]
            if self.is_own(each.library_id, below):
                found[folder] = SideFilePlace(folder, b"", folder, is_own=True)
        return list(found.values())

    def of_season(self, files: Sequence[MainFile]) -> list[SideFilePlace]:
        """Return the folders of a season: those whose name says that they are for a season."""
        found = {}
        for each in files:
            if is_of_season(each.folder) and self.is_own(each.library_id, each.folder):
                folder = os.path.split(each.path_bytes)[0]
                found[folder] = SideFilePlace(folder, b"", folder, is_own=True)
        return list(found.values())


def beside(file: MainFile) -> SideFilePlace:
    """Return the place of side files with the name of a file."""
    folder, name = os.path.split(file.path_bytes)
    return SideFilePlace(folder, stem_of(name), file.path_bytes, is_own=False)


def of_episode(files: Sequence[MainFile]) -> list[SideFilePlace]:
    """Return the places of an episode, or of a video: beside each of its files, of several parts beside the first."""
    return list({(place.folder, place.stem): place for place in map(beside, reversed(_first_parts(files)))}.values())


def somewhere(paths: Iterable[bytes]) -> SideFilePlace:
    """Return the place of a title without a place of its own: the folder of the first of its videos and side files."""
    folder = os.path.split(next(iter(paths), b""))[0]
    return SideFilePlace(folder, b"", folder, is_own=False)


def hides_versions(
    entity: Entity, place: SideFilePlace, files: Sequence[MainFile], find_nfo: Callable[[SideFilePlace], bytes]
) -> bool:
    """Return whether an NFO file of the folder hides those of versions of a film; `find_nfo` finds them."""
    versions = [each for each in map(beside, files) if each.folder == place.folder]
    return entity.entity_type == "movie" and len(versions) > 1 and any(map(find_nfo, versions))


def is_of_season(folder: str) -> bool:
    """Return whether the name of a folder says that it is for a season, and of no title: `Open Season 2` is a film."""
    found = season_of_folder(folder.rpartition("/")[2])
    return found is not None and not found[1]


def _first_parts(files: Sequence[MainFile]) -> list[MainFile]:
    return [each for each in files if each.part is None or each.part <= 1] or list(files[:1])


def _names_of_film(place: SideFilePlace) -> tuple[bytes, bytes]:
    """Return the names of the NFO file of a film: of its folder, and of its video."""
    of_folder, of_video = (side_file_names.nfo_name("movie", place.stem, is_own_folder=each) for each in (True, False))
    return of_folder, of_video


def path_after_edit(entity: Entity, place: SideFilePlace, name: bytes) -> bytes:
    """Return the path that an NFO file gets with an edit: not every player reads that of a film under any name."""
    of_folder, of_video = _names_of_film(place)
    if entity.entity_type == "movie" and name.lower() not in (of_folder.lower(), of_video.lower()):
        is_of_disc = place.folder != os.path.split(place.anchor)[0]
        name = of_folder if is_of_disc else of_video
    return os.path.join(place.folder, name)  # noqa: PTH118 - a path of bytes


def nfo_of_film(place: SideFilePlace, ours: Iterable[OwnFile], disk: FolderReader) -> bytes:
    """
    Return the name of the NFO file that players read in the folder of a film instead of `movie.nfo`; `ours`: our files.

    It has the name of the video, or is the only one of a folder of its own: Kodi reads it also under another name. They
    would not read it any more beside a new `movie.nfo`. The text of a release group is no such file. b"" is none.
    """
    of_folder, name = _names_of_film(place)
    try:
        names = {each.lower() for each in disk.names(place.folder)}
        paths = [os.path.split(own.path_bytes) for own in ours if own.kind == side_file_names.NFO]
        here = {own.lower() for folder, own in paths if folder == place.folder or not os.path.lexists(folder)}
        if here:  # also if it is gone: it is restored under its name
            return b"" if of_folder in here else name
        if of_folder in names:
            return b""
        documents = [each for each in names if each.endswith(b".nfo")]
        is_of_video = name.lower() in names
        if not is_of_video and not (place.is_own and len(documents) == 1):
            return b""
        name = disk.name_in_other_case(place.folder, name if is_of_video else documents[0])
        data = disk.content(os.path.join(place.folder, name))  # noqa: PTH118 - a path of bytes
        return name if nfo.parse(data) or (is_of_video and not data.strip()) else b""  # an empty one hides `movie.nfo`
    except errors.MetadataError:
        return b""
