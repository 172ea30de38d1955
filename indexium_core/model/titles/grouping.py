"""Group files by film, series and episode, from what the names say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from indexium_core.model.names.name_parts import Role
from indexium_core.model.names.names import fold_title
from indexium_core.model.names.title_guess import TitleGuess
from indexium_core.model.titles.fields import EntityType

# Begins the key of a title that a person made, until names say the rest of it. No name has the character.
MADE_BY_HAND = "\x1fhand "
_Variant: TypeAlias = tuple[int | None, str]  # year and country of a series


@dataclass(frozen=True, slots=True)
class FileRole:
    """A file of a title."""

    file_id: int
    guess: TitleGuess
    role: Role = "main"


@dataclass(slots=True)
class MovieGroup:
    """The files of one film."""

    entity_type: ClassVar[EntityType] = "movie"
    key: str
    year: int | None
    files: list[FileRole] = field(default_factory=list)


@dataclass(slots=True)
class EpisodeGroup:
    """The files of one episode."""

    key: str
    season: int | None = None
    episode: int | None = None
    absolute: int | None = None
    aired: str = ""
    files: list[FileRole] = field(default_factory=list)


@dataclass(slots=True)
class SeriesGroup:
    """The episodes and extras of one series."""

    entity_type: ClassVar[EntityType] = "series"
    key: str
    title: str
    year: int | None
    country: str
    episodes: dict[str, EpisodeGroup] = field(default_factory=dict)
    extras: list[FileRole] = field(default_factory=list)

    @property
    def files(self) -> list[FileRole]:
        """The files of all episodes, and the extras; a file of two episodes comes twice."""
        return [*(each for episode in self.episodes.values() for each in episode.files), *self.extras]


Work: TypeAlias = MovieGroup | SeriesGroup  # the files of a film or series


def group_movies(guesses: Mapping[int, TitleGuess]) -> list[MovieGroup]:
    """
    Return the films of a library. A file whose name says nothing, or that is a home video, is a title of its own.

    `guesses` are sorted by path, so that the first file of a group is the same at each scan.
    """
    groups: dict[str, MovieGroup] = {}
    titles: dict[str, list[FileRole]] = defaultdict(list)
    for file_id, guess in guesses.items():
        if guess.kind in ("home", "other"):
            groups[f"file {file_id}"] = MovieGroup(f"file {file_id}", None, [FileRole(file_id, guess)])
        elif guess.kind != "episode" and not guess.of_series:
            titles[fold_title(guess.title)].append(FileRole(file_id, guess, guess.role))
    for title, files in titles.items():
        years = {each.guess.year for each in files if each.guess.year is not None}
        of_place = {each.guess.place: each.guess.year for each in files if each.guess.year is not None}
        for each in files:
            year = each.guess.year
            if year is None and len(years) == 1 and (each.role != "main" or each.guess.place in of_place):
                [year] = years
            key = f"{title}|{year or ''}"
            groups.setdefault(key, MovieGroup(key, year)).files.append(each)
    return list(groups.values())


def group_series(guesses: Mapping[int, TitleGuess]) -> list[SeriesGroup]:
    """Return the series of a library; `guesses` are sorted by path."""
    titles: dict[str, list[FileRole]] = defaultdict(list)
    for file_id, guess in guesses.items():
        if guess.kind == "episode" or guess.of_series:
            titles[fold_title(guess.title)].append(FileRole(file_id, guess, guess.role))
    found: list[SeriesGroup] = []
    for title, files in titles.items():
        variant_of = _variants(files)
        groups: dict[_Variant, SeriesGroup] = {}
        for each in files:
            year, country = variant_of[each.file_id]
            group = groups.get((year, country))
            if group is None:
                key = f"{title}|{year or ''}|{country}"
                group = groups[year, country] = SeriesGroup(key, each.guess.title, year, country)
            _add_episodes(group, each)
        found += groups.values()
    return found


def _variants(files: Iterable[FileRole]) -> dict[int, _Variant]:
    """
    Return year and country of the series of each file with one title.

    A file without them belongs to the series of its folder, or to the only series that has them.
    """
    named = {(each.guess.year, each.guess.country) for each in files}
    full = {each: _completed(each, named) for each in named}
    known = set(full.values()) - {(None, "")}
    of_place = {
        each.guess.place: full[each.guess.year, each.guess.country]
        for each in files
        if each.guess.place and full[each.guess.year, each.guess.country] != (None, "")
    }
    other_series = _folders_of_other_series(files)
    found = {}
    for each in files:
        variant = full[each.guess.year, each.guess.country]
        if variant == (None, ""):
            only = next(iter(known)) if len(known) == 1 else variant
            variant = of_place.get(each.guess.place, variant if each.guess.place in other_series else only)
        found[each.file_id] = variant
    return found


def _folders_of_other_series(files: Iterable[FileRole]) -> set[str]:
    """Return the folders without a country that have the same episodes as a folder with one: two series."""
    episodes: dict[tuple[str, str], set[tuple[int | None, int]]] = defaultdict(set)
    for each in files:
        guess = each.guess
        if guess.place and each.role == "main":
            episodes[guess.place, guess.country].update((guess.season, number) for number in guess.episodes)
    named = {place: numbers for (place, country), numbers in episodes.items() if country}
    return {
        place
        for (place, country), numbers in episodes.items()
        if not country and place not in named and any(numbers & others for others in named.values())
    }


def _completed(variant: _Variant, others: Iterable[_Variant]) -> _Variant:
    """Return the only other variant that adds to this one; the variant itself if there is none."""
    year, country = variant
    if variant == (None, ""):
        return variant
    wider = [
        other
        for other in others
        if other != variant
        and other[0] is not None
        and other[1]
        and year in {None, other[0]}
        and country in {"", other[1]}
    ]
    return wider[0] if len(wider) == 1 else variant


def _add_episodes(group: SeriesGroup, each: FileRole) -> None:
    guess = each.guess
    if each.role != "main":
        group.extras.append(each)
        return
    if guess.episodes:
        for place, number in enumerate(guess.episodes):
            key = f"s{guess.season if guess.season is not None else ''}e{number}"
            absolute = guess.absolute[place] if place < len(guess.absolute) else None
            episode = group.episodes.setdefault(key, EpisodeGroup(key, guess.season, number, absolute))
            episode.files.append(each)
        return
    key = f"d{guess.aired}" if guess.aired else f"file {each.file_id}"
    episode = group.episodes.setdefault(key, EpisodeGroup(key, guess.season, None, None, guess.aired))
    episode.files.append(each)
