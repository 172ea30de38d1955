"""
Identify files from their names: the folder before the name, and the neighbours in the folder beside it.

`identify` gets all files of a library at once, because one name alone does not say whether `Rocky 2` is a film or an
episode. It reads no file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from indexium_core.model.names import words
from indexium_core.model.names.film_evidence import with_evidence
from indexium_core.model.names.folders import FolderFacts, is_category, place_of
from indexium_core.model.names.name_parts import NameParts, Role
from indexium_core.model.names.names import begins_with, fold_title, title_without_part
from indexium_core.model.names.neighbours import Neighbours, PlacedFile, stem_of
from indexium_core.model.names.title_guess import LibraryKind, NamedFile, TitleGuess

_NOISE = re.compile(  # names that programs make, which say nothing about a film
    r"(?:movie|film|video|main|feature|untitled|clip|title|track|vts|disc|dvd|file|output|test|new|export|final)?"
    r"[ _-]*[tv]?\d*(?:[ _-]\d+)*|[0-9a-f]{12,}|(?:www )?(?:rarbg|etrg|yify|yts|eztv|ettv)(?: \w{2,3})*",
    re.IGNORECASE,
)
_GENERIC = re.compile(  # words that count the episodes of a series, and do not name it
    rf"(?:the )?(?:{words.PART}|{words.EPISODE}|{words.SECTION}|jour|video|track|courses?|clip|title|scene)?s?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<=[-._])(?!(?:19|20)\d\d)(\d{1,2})(\d\d)$")  # season and episode: `tvs-got-dl-7p-x264-801`
_POINT = re.compile(r"(?:^|- )(\d{1,2})\.(\d\d)(?!\d)")  # `5.12 - Everyone's Waiting`
_NUMBERED = re.compile(r"(.+?) (\d{1,2}) - (.+)")  # `Harry Potter 1 - Harry Potter and the Philosopher's Stone`
_RANKED = re.compile(r".+?(?: - \d{1,2}| (?:0[1-9]|[2-9]\d)) - (.+)")  # the place of a film in its collection
_DATED = re.compile(r"((?:19|20)\d\d) - (.+)")
_INITIALS = 4  # letters: a shorter title in a name may be a shorter form of that of the folder
_MANY, _TWO_DIGITS = 4, 10  # numbers of one folder, and a number, that films do not have
_ALIKE = 85  # percent of equal letters, from which on two titles are spellings of one


def identify(
    files: Iterable[NamedFile], read: Callable[[str], NameParts], *, kind: LibraryKind = "mixed", library: str = ""
) -> dict[int, TitleGuess]:
    """
    Return what each file is, by file id.

    Args:
        files: All files of a library.
        read: Returns the parts of a name of a file without extension, or of a folder.
        kind: The kind of the library.
        library: Name of the library folder.

    """
    places: dict[tuple[str, ...], FolderFacts] = {}
    folders: dict[tuple[str, ...], list[PlacedFile]] = defaultdict(list)
    for file in files:
        if file.folders not in places:
            places[file.folders] = place_of(file.folders, read, kind=kind, library=library)
        place, parts = places[file.folders], read(stem_of(file.name))
        if place.outer is not None and parts.evidence == "word":
            place = place.outer
        folders[file.folders].append(PlacedFile(file, parts, place))
    found: dict[int, TitleGuess] = {}
    for group in map(_named_by_folder, map(_with_numbers, folders.values())):
        guesser = _Guesser(group, kind, library)
        found |= {each.file.file_id: guesser.guess(each) for each in group}
    return with_evidence(_with_series(found), folders.values(), kind)


def _with_numbers(files: list[PlacedFile]) -> list[PlacedFile]:
    """
    Return the files of a folder with the numbers after its name: `Kir Royal/Kir Royal 1 - Muttertag`.

    In a folder that may be for films, at least four files have one, or one has a number from 10 on.
    """
    place = files[0].place
    folder = place.parts
    if folder is None or place.has_films:
        return files
    found: dict[int, NameParts] = {}
    for at, each in enumerate(files):
        parts, match = each.parts, _NUMBERED.fullmatch(each.parts.title)
        if match is None or parts.evidence or parts.year is not None or parts.role != "main":
            continue
        if fold_title(match[1]) == fold_title(folder.title) and not begins_with(match[3], match[1]):
            numbered = replace(parts, evidence="dash", is_padded=True, episodes=(int(match[2]),))
            found[at] = replace(numbered, series_title=match[1], episode_title=match[3])
    numbers = {parts.episodes[0] for parts in found.values()}
    if place.hint != "series" and len(numbers) < _MANY and max(numbers, default=0) < _TWO_DIGITS:
        return files
    return [replace(each, parts=found.get(at, each.parts)) for at, each in enumerate(files)]


def _named_by_folder(files: list[PlacedFile]) -> list[PlacedFile]:
    """
    Return the files of a folder; a folder such as `Show.S01E02` names its only video: `Show.S01E02/a1b2c3.mkv`.

    A folder with a date names one only if it is a release; no folder names a video with a year or an id.
    """
    folder = files[0].place.parts
    mains = [each for each in files if each.parts.role == each.place.role == "main"]
    if folder is None or folder.evidence != "episode" or len(mains) != 1:
        return files
    own = mains[0].parts
    is_day = bool(folder.aired) and not folder.is_release
    if is_day or own.evidence == "episode" or own.year is not None or own.ids:
        return files
    return [replace(each, parts=folder) if each is mains[0] else each for each in files]


def _with_series(guesses: dict[int, TitleGuess]) -> dict[int, TitleGuess]:
    """Return the guesses in which the extras in the folder of a series belong to the series."""
    series = {each.place: each for each in guesses.values() if each.kind == "episode" and each.place}
    films = {each.place for each in guesses.values() if each.kind == "movie"}
    for file_id, each in guesses.items():
        if each.role != "main" and not each.of_series and each.place in series.keys() - films:
            of = series[each.place]
            guesses[file_id] = replace(each, title=of.title, year=of.year, country=of.country, of_series=True)
    return guesses


class _Guesser:
    """The files of one folder: each is judged beside its neighbours."""

    def __init__(self, files: Sequence[PlacedFile], kind: LibraryKind, library: str) -> None:
        self._kind = kind
        self._library = "" if any(is_category(word) for word in (library, *library.split())) else library
        self._neighbours = Neighbours(files, kind)

    def guess(self, each: PlacedFile) -> TitleGuess:
        """Return what a file is."""
        if self._neighbours.is_home(each):
            return TitleGuess(kind="home", title=each.parts.title or stem_of(each.file.name), place=each.place.path)
        role = each.place.role if each.parts.role == "main" else each.parts.role
        is_special = each.parts.evidence == "episode" and each.parts.season == 0
        if role != "main" and not (role == "extra" and is_special):
            return self._beside(each, role)
        if self._neighbours.is_episode(each):
            return self._episode(each)
        return self._beside(each, "extra") if self._has_name_of_extra(each) else self._movie(each)

    def _has_name_of_extra(self, each: PlacedFile) -> bool:
        """Return whether a file has the name of an extra and lies beside the film of its folder."""
        parts, place = each.parts, each.place
        if parts.is_year_marked or place.parts is None or place.is_category:
            return False
        others = self._neighbours.titles - {fold_title(parts.title)}
        folder = place.parts.title
        return words.EXTRA_NAME.match(parts.title) is not None and any(_is_like(other, folder) for other in others)

    def _beside(self, each: PlacedFile, role: Role) -> TitleGuess:
        """Return the guess for an extra, a trailer or a sample: the title of its film or series."""
        parts, place = each.parts, each.place
        kind = role if role != "main" else "movie"
        if place.season is not None or (place.series and self._kind == "series") or parts.evidence == "episode":
            return replace(self._episode(each), kind=kind, of_series=True, episodes=(), absolute=())
        movie = replace(self._movie(each), kind=kind)
        has_own_title = parts.role == role and ((parts.title and parts.year) or place.is_category)
        if place.parts is None or has_own_title:
            return movie
        return replace(movie, title=place.parts.title or movie.title, year=place.parts.year)

    # Episodes.

    def _episode(self, each: PlacedFile) -> TitleGuess:
        parts, place, file = each.parts, each.place, each.file
        source, takes_order = self._series_source(each)
        season, episodes, episode_title = self._numbering(each, takes_order=takes_order)
        is_absolute = season is None and parts.evidence in {"group", "dash", "number", "word"}
        if season is None and episodes and not parts.aired:
            season = 1
        title = self._series_title(each, source)
        return TitleGuess(
            kind="episode" if title else "other",
            title=title or stem_of(file.name),
            year=source.year or (parts.year if parts.evidence or source is parts or parts.part_count else None),
            season=season,
            episodes=episodes,
            absolute=episodes if is_absolute else (),
            aired=parts.aired or parts.dated,
            episode_title=episode_title,
            edition=parts.edition,
            ids={**parts.ids, **(place.series.ids if place.series else {})},
            language=parts.language,
            country=source.country or parts.country,
            place=place.path,
        )

    def _numbering(self, each: PlacedFile, *, takes_order: bool) -> tuple[int | None, tuple[int, ...], str]:
        """Return the season and the numbers of an episode, and its title."""
        parts, place, file = each.parts, each.place, each.file
        season, episodes, title = _first(parts.season, place.season), parts.episodes, parts.episode_title
        if takes_order and parts.order is not None:
            season, episodes = self._neighbours.season_of(parts.order, season)
            title = parts.order_title
        elif absolute := self._neighbours.absolute(parts):
            season, episodes = place.season, absolute
        elif len(episodes) == 1 and (parts.evidence == "number" or self._neighbours.is_compact(parts, season)):
            season, episodes = self._neighbours.season_of(
                episodes[0], season, series=parts.series_title, is_broadcast=parts.is_broadcast
            )
        elif not parts.evidence and place.season is not None:
            compact = _POINT.search(file.name) or _COMPACT.search(stem_of(file.name))
            if compact is not None and int(compact[1]) == place.season:
                episodes = (int(compact[2]),)
            else:
                title = parts.title
        if not episodes and not parts.aired:
            if file.nfo.episodes:
                season, episodes = _first(file.nfo.season, season), file.nfo.episodes
            elif file.episode is not None:
                season, episodes = _first(file.season, season), (file.episode,)
            elif parts.part is not None:
                episodes, title = (parts.part,), parts.part_title
        return season, episodes, title

    def _series_source(self, each: PlacedFile) -> tuple[NameParts, bool]:
        """Return the name that names the series of a file, and whether its number is at the start of its name."""
        parts, place = each.parts, each.place
        folder, named = place.series, place.season_parts
        own = fold_title(parts.series_title)
        if named is not None and len(own) > _INITIALS and own == fold_title(named.series_title):
            folder = named  # the folder around `Show S01` may have another name
        takes_order = parts.order is not None and parts.evidence in {"", "number"} and not parts.aired
        if folder is None or not (folder.series_title or folder.title):
            return parts, takes_order
        is_generic = not parts.evidence or _GENERIC.fullmatch(fold_title(parts.series_title)) is not None
        is_sure = parts.evidence == "group" or (parts.evidence == "episode" and not parts.aired)
        if place.season is None and is_sure and _is_longer(parts.series_title, folder.series_title):
            return parts, takes_order  # `Naruto/Naruto Shippuden S01E02`
        is_named = place.season is not None or takes_order or is_generic or bool(each.file.series_nfo.kind)
        return (folder if is_named or _is_like(parts.series_title, folder.series_title) else parts), takes_order

    def _series_title(self, each: PlacedFile, source: NameParts) -> str:
        """Return the title of a series; the number of a part belongs to the episode."""
        title = source.series_title or source.title or each.file.show or each.parts.series_title
        if source is each.parts and source.part is not None and not source.evidence:
            title = source.part_head if source.part_title and source.part_head else title_without_part(title)
        if each.parts.is_date_first:
            title = title or each.parts.episode_title
        elif not title and each.parts.evidence == "episode":
            head, dash, _ = each.parts.episode_title.partition(" - ")  # `S01E05 - Deadwood - The Trial of Jack McCall`
            title = head if dash else ""
        return title or ("" if any(map(is_category, each.file.folders)) else self._library)

    # Films.

    def _movie(self, each: PlacedFile) -> TitleGuess:
        parts, place, nfo = each.parts, each.place, each.file.nfo
        title, part = self._film_title(each)
        source = self._film_folder(each, title)
        dated = _DATED.fullmatch(title) if title != parts.title else None
        title = dated[2] if dated else title
        year = parts.year or (int(dated[1]) if dated else None)
        if year is None and title == parts.order_title and parts.is_order_year:
            year = parts.order
        if source is not None:
            is_same = fold_title(source.title) == fold_title(title)
            is_ranked = source.has_order_dash and source.is_year_marked and bool(source.order_title)
            if not is_same or not source.is_release:
                title = source.order_title if is_ranked else source.title or title
            year = source.year or year
        year = year or place.year
        is_number = self._kind == "movies" and re.fullmatch(r"[1-9]\d{2,3}", title) is not None  # the film `300`
        is_noise = not title or (source is None and year is None and not is_number and bool(_NOISE.fullmatch(title)))
        folder = source or NameParts()
        ids = {**parts.ids, **folder.ids}
        return TitleGuess(
            kind="other" if is_noise and not ids and not nfo.ids and not nfo.kind else "movie",
            title=title or stem_of(each.file.name),
            year=year,
            part=_first(place.part, part),
            edition=parts.edition or (place.parts or folder).edition,
            ids=ids,
            language=parts.language or folder.language,
            place=place.path,
        )

    def _film_title(self, each: PlacedFile) -> tuple[str, int | None]:
        """
        Return the title in the name of a file, and its part if the folder has others of its stem.

        A number before the title is a place in a list if others have one, or if its form is `01 - Alien (1979)` or
        `1. Alien (1979)`.
        """
        parts = each.parts
        if parts.part is not None and (self._neighbours.part_count(parts) > 1 or parts.is_disc_part):
            return title_without_part(parts.title), parts.part
        is_place = parts.year is not None and re.match(r"0+[1-9]|\d{1,2}\. ", each.file.name) is not None
        has_year = parts.is_order_year and re.match(r"\d{4} - ", each.file.name) is not None
        is_year = has_year and not words.TITLE_AFTER_YEAR.match(each.file.name)
        is_ranked = parts.has_order_dash and (is_place or is_year or len(self._neighbours.ranks) > 1)
        if is_ranked and not (parts.is_order_year and parts.year):
            return parts.order_title, None
        numbered = _NUMBERED.fullmatch(parts.title)
        if ranked := _RANKED.fullmatch(parts.title) if parts.is_year_marked else None:
            return ranked[1], None
        if numbered and begins_with(numbered[3], numbered[1]):
            return numbered[3], None
        return self._without_person(each, parts.title) or parts.episode_title, None

    def _without_person(self, each: PlacedFile, title: str) -> str:
        """
        Return a title without the director or the collection that its folder names.

        The folder has the last name first (`Kurosawa Akira/Akira Kurosawa - Ran`), or a year follows
        (`James Bond 007/007 - 1964 - Goldfinger`).
        """
        folder = fold_title(each.file.folders[-1]).split() if each.file.folders else []
        kept = [part for part in title.split(" - ") if len(folder) < 2 or fold_title(part).split() != folder[::-1]]
        if len(kept) > 2 and _DATED.fullmatch(" - ".join(kept[1:])) and set(fold_title(kept[0]).split()) <= set(folder):
            del kept[0]
        return " - ".join(kept) or title

    def _film_folder(self, each: PlacedFile, title: str) -> NameParts | None:
        """Return the parts of the folder if it names the film of a file."""
        parts, folder = each.parts, each.place.parts
        if folder is None or not folder.title:
            return None
        if each.place.is_disc or not title or (_NOISE.fullmatch(title) and parts.year is None):
            return folder
        is_like = _is_like(title, folder.title)
        if folder.year is None and not folder.ids and not folder.is_release:
            return replace(folder, title=title) if is_like else None
        return folder if is_like or (parts.year is None and len(self._neighbours.titles) < 2) else None


def _first(number: int | None, other: int | None) -> int | None:
    return number if number is not None else other


def _is_longer(title: str, other: str) -> bool:
    """Return whether a title is another one and words of a title: no dash, no language, no words of releases."""
    added = fold_title(title).removeprefix(fold_title(other)).split() if begins_with(title, other) else []
    known = any(words.SOFT_TAG.fullmatch(each) or words.SPECIALS.fullmatch(each) for each in added)
    return bool(added) and not known and " - " not in title


def _is_like(title: str, other: str) -> bool:
    """Return whether two spellings name one title: equal, one starts or ends with the other, initials, few letters."""
    first, second = fold_title(title), fold_title(other)
    shorter, longer = sorted((first, second), key=len)
    initials = "".join(word[0] for word in longer.split())
    return (
        first.replace(" ", "") == second.replace(" ", "")
        or longer.startswith(shorter + " ")
        or longer.endswith(" " + shorter)
        or (len(shorter) > 1 and shorter == initials)
        or fuzz.ratio(first, second) >= _ALIKE
    )
