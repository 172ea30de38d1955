"""Which NFO files belong to which videos, as Kodi and Jellyfin look for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexium_core.flows.titles.nfo_reading import FolderDocuments
from indexium_core.model.names import words
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import fold_title, title_without_part
from indexium_core.model.names.neighbours import stem_of
from indexium_core.model.names.numbers import season_of_folder
from indexium_core.model.names.title_guess import NfoFacts
from indexium_core.model.titles.nfo import NfoDocument, NfoKind

_OF_FOLDERS = frozenset({"movie", "tvshow", "season"})  # names of files that do not belong to one video
_FEW_FILES = 3  # versions or parts of one film in a folder


@dataclass(frozen=True, slots=True)
class FileDocuments:
    """The documents of a video, of its season and of its series."""

    own: Sequence[NfoDocument] = ()
    season: NfoDocument | None = None
    series: NfoDocument | None = None
    is_known: bool = True  # all folders could be listed

    @property
    def facts(self) -> NfoFacts:
        """Return what the documents of the video say about its kind and its place."""
        if not self.own:
            return NfoFacts()
        first = self.own[0]
        episodes = tuple(number for each in self.own for number in each.episodes)
        return NfoFacts(
            kind="movie" if first.kind == "movie" else "episode" if first.kind == "episodedetails" else "",
            title=str(first.values.get("title", "")),
            series_title=first.series_title,
            year=first.values.get("year"),
            season=first.season,
            episodes=episodes,
            ids=first.ids if first.kind in ("movie", "ids") else {},
        )

    @property
    def series_facts(self) -> NfoFacts:
        """Return what the document of the series says."""
        if self.series is None:
            return NfoFacts()
        return NfoFacts(
            kind="series",
            title=str(self.series.values.get("title", "")),
            year=self.series.values.get("year"),
            ids=self.series.ids,
        )


class NfoFiles:
    """The NFO files of a library."""

    def __init__(
        self,
        documents: Mapping[str, FolderDocuments | None],
        names: Mapping[str, Sequence[str]],
        read: Callable[[str], NameParts],
    ) -> None:
        """
        Look in known documents.

        Args:
            documents: By folder below the library folder; None for a folder that cannot be listed.
            names: The names of the videos, by folder.
            read: Returns the parts of a name without its extension.

        """
        self._documents, self._names, self._read = documents, names, read

    def of(self, folder: str, name: str) -> FileDocuments:
        """Return the documents of a video and of its series."""
        around = folders_of(folder)
        return FileDocuments(
            own=self._own(folder, name),
            season=self._of_kind(folder, "season"),
            series=next((found for each in around if (found := self._of_kind(each, "tvshow")) is not None), None),
            is_known=all(self._documents.get(each) is not None for each in around),
        )

    def _own(self, folder: str, name: str) -> Sequence[NfoDocument]:
        here = self._documents.get(folder) or {}
        if own := here.get(stem_of(name).lower()):
            return [each for each in own if each.kind != "tvshow"]
        if self._is_episode(folder, name):
            return []
        last = folder.rpartition("/")[2]
        if words.DISC_FOLDER.fullmatch(last):
            parent = folder.rpartition("/")[0]
            return self._of_folder(here, parent, name) or self._own(parent, f"{parent.rpartition('/')[2]}.mkv")
        return self._of_folder(here, folder, name)

    def _of_folder(self, here: FolderDocuments, folder: str, name: str) -> Sequence[NfoDocument]:
        """Return the document of the only film of a folder for one of its videos."""
        found = here.get("movie") or here.get("video_ts") or ()
        if not found and len(here) == 1 and len(self._names.get(folder, ())) <= _FEW_FILES:
            [(stem, found)] = here.items()
            if stem in _OF_FOLDERS or self._is_of_other(stem, folder, name):
                found = ()
        return [each for each in found if each.kind in ("movie", "ids")]

    def _is_episode(self, folder: str, name: str) -> bool:
        """Return whether a video has the number of an episode or lies in the folder of a season."""
        parts = self._read(stem_of(name))
        is_numbered = parts.evidence == "group" or (parts.evidence == "episode" and not parts.aired)
        of_season = season_of_folder(folder.rpartition("/")[2])
        return is_numbered or (of_season is not None and not of_season[1])  # `Open Season 2` is a film

    def _is_of_other(self, stem: str, folder: str, name: str) -> bool:
        """Return whether a document (by its name in lower case) belongs to a video with another title than `name`."""
        others = (stem_of(each) for each in self._names.get(folder, ()))
        owner = next((each for each in others if each.lower() == stem), None)
        if owner is None:
            return False
        first, second = self._read(owner), self._read(stem_of(name))
        years = {each for each in (first.year, second.year) if each is not None}
        return _title_key(first) != _title_key(second) or len(years) > 1

    def _of_kind(self, folder: str, kind: NfoKind) -> NfoDocument | None:
        """Return the document of a kind in the file of this name."""
        found = (self._documents.get(folder) or {}).get(kind, ())
        return next((each for each in found if each.kind == kind), None)


def _title_key(parts: NameParts) -> str:
    """Return the title of a name for comparison; all parts of a film have the same."""
    return fold_title(parts.title if parts.part is None else title_without_part(parts.title))


def folders_of(folder: str) -> list[str]:
    """Return a folder and all folders that contain it, up to the library folder (""), the innermost first."""
    found = [folder]
    while found[-1]:
        found.append(found[-1].rpartition("/")[0])
    return found
