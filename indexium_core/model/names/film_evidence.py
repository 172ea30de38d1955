"""
How sure names, folders and durations say that a video is a film or an episode, and not a home video.

Only a name whose points reach `BAR` is searched at a provider; any other waits for the answer of a person. A name that
is kept back costs one answer, also for a whole folder; nothing brings back a name that has left the machine. So one
weak sign is never enough, and a word of a family or an event outweighs a folder for films.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from indexium_core.model import wording
from indexium_core.model.names import event_words, words
from indexium_core.model.names.names import fold_title
from indexium_core.model.names.neighbours import PlacedFile, stem_of
from indexium_core.model.names.title_guess import FilmEvidence, LibraryKind, TitleGuess

BAR = 7  # points
_MINUTE = 60.0
_NO_LENGTH = 2.0  # seconds: a shorter file is damaged or a test, so its duration says nothing
_FEW = 3  # other films of a folder
_SOURCE = re.compile(
    r"(?<![^\W_])(?:blu-?ray|bd-?rip|br-?rip|bdremux|web-?dl(?:rip)?|web-?rip|web(?=[ ._-][xh]26[45])|hdtv(?:rip)?|"
    r"pdtv|dsr(?:ip)?|tvrip|satrip|dvb(?:rip)?|dvd-?rip|dvd-?scr|hd-?rip|camrip|vhsrip|x26[45]|xvid|divx|remux|yify|"
    r"yts|rarbg|eztv|tvoon|bludv|truefrench|vostfr|vff|vfq|legendado|dublado|napisy|lektor|fansub|dual(?=$|[ ._\])]))"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_QUALITY = re.compile(
    r"(?<![^\W_])(?:(?:2160|1080|720|480)[pi]|uhd|hdr(?:10)?|h[ .]?26[45]|hevc|aac(?:[25][ .][01])?|ac-?3|dts|atmos)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_STRONG_NUMBER = re.compile(r"(?<![^\W_])(?:[st]\d{1,3}[ ._-]?e\d{1,4}|\d{1,2}x\d{2,3})(?!\d)", re.IGNORECASE)
_WHOLE = re.compile(r"(?<![^\W_])(?:director'?s[ ._-]cut|extended[ ._-](?:cut|edition)|full[ ._-]movie)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for a film or an episode, or against it."""

    points: int
    text: str  # a sentence


SIGNS: Mapping[str, Sign] = {  # by their order in the reasons
    "library": Sign(10, "You said what the library holds."),
    "id": Sign(10, "The name has an id of a provider."),
    "nfo": Sign(10, "An NFO file beside it describes it."),
    "source": Sign(7, "The name has words of a release, such as BluRay."),
    "number": Sign(6, "The name has a season and an episode."),
    "year": Sign(4, "The name has a year in brackets."),
    "tag": Sign(4, "The file names its series."),
    "group": Sign(4, "The name has the group and the number of an episode."),
    "word": Sign(4, "The name has the word and the number of an episode."),
    "films": Sign(4, "It is in a folder for films."),
    "series": Sign(4, "It is in a folder for series."),
    "season": Sign(2, "It is in the folder of a season."),
    "plain_year": Sign(2, "The name has a year."),
    "quality": Sign(2, "The name has a resolution or a codec."),
    "edition": Sign(2, "The name has an edition."),
    "alike": Sign(2, "Its neighbours are numbered alike."),
    "film_length": Sign(3, "It is as long as a film."),
    "episode_length": Sign(2, "It is as long as an episode."),
    "title_folder": Sign(1, "Its folder has its title."),
    "neighbours": Sign(1, "Most of its neighbours are films."),
    "plain_number": Sign(1, "The name has a number."),
    "event": Sign(-6, "The name has a word of a family or an event: {}."),
    "home_folder": Sign(-6, "The folder {} is for home videos."),
    "short": Sign(-6, "It is only {} long."),
    "shorter": Sign(-3, "It is only {} long."),
    "everyday": Sign(-3, "The name has a word of home videos: {}."),
    "own": Sign(-3, "The name says whose it is: {}."),
    "date": Sign(-3, "The name has a date."),
    "extension": Sign(-2, "Cameras make such files: {}."),
}


def is_against(sentence: str) -> bool:
    """Return whether a sentence is that of a sign against a film."""
    return any(each.points < 0 and sentence.startswith(each.text.partition("{}")[0]) for each in SIGNS.values())


def with_evidence(
    guesses: Mapping[int, TitleGuess], folders: Iterable[Sequence[PlacedFile]], kind: LibraryKind
) -> dict[int, TitleGuess]:
    """Return guesses with their evidence; `folders` are the files of each folder, and `kind` is that of the library."""
    found = dict(guesses)
    for group in folders:
        alike = Counter(map(_series_of, group))
        seasons = Counter(_series_of(each) for each in group if _STRONG_NUMBER.search(each.file.name))
        signs = {
            each.file.file_id: dict(
                _signs(
                    each,
                    guess,
                    kind,
                    is_alike=alike[_series_of(each)] > 1,
                    has_seasons=seasons[_series_of(each)] > 1,
                )
            )
            for each in group
            if (guess := guesses[each.file.file_id]).kind != "home"
        }
        sure = {number for number, own in signs.items() if _points(own) >= BAR and guesses[number].kind == "movie"}
        for number, own in signs.items():
            others = len(signs) - 1
            if guesses[number].kind == "movie" and others >= _FEW and 2 * len(sure - {number}) > others:
                own["neighbours"] = ""
            ordered = [name for name in SIGNS if name in own]
            reasons = tuple(SIGNS[name].text.format(own[name]) for name in ordered)
            found[number] = replace(found[number], evidence=FilmEvidence(_points(own), BAR, reasons))
    return found


def _points(signs: Iterable[str]) -> int:
    sure = [name for name in signs if SIGNS[name].points == SIGNS["id"].points]  # nothing speaks against these
    return sum(SIGNS[name].points for name in sure or signs)


def _series_of(each: PlacedFile) -> str:
    return fold_title(each.parts.series_title) if each.parts.evidence or each.parts.part is not None else str(id(each))


def _signs(
    each: PlacedFile, guess: TitleGuess, kind: LibraryKind, *, is_alike: bool, has_seasons: bool
) -> Iterator[tuple[str, str]]:
    """Yield the signs of a file, each with what the sentence names."""
    is_episode = guess.kind == "episode" or guess.of_series
    if kind in ("movies", "series", "educational"):
        yield "library", ""
    if guess.ids or each.file.nfo.ids:
        yield "id", ""
    if each.file.nfo.kind or (is_episode and each.file.series_nfo.kind):
        yield "nfo", ""
    yield from _signs_of_release(each)
    yield from _signs_of_episode(each, is_alike=is_alike) if is_episode else _signs_of_film(each)
    yield from _signs_of_length(each.file.duration, is_episode=is_episode)
    yield from _signs_of_home(each, has_seasons=has_seasons)


def _signs_of_release(each: PlacedFile) -> Iterator[tuple[str, str]]:
    text = " ".join((stem_of(each.file.name), *each.file.folders[-1:]))
    if _SOURCE.search(text):
        yield "source", ""
    if _QUALITY.search(text):
        yield "quality", ""
    if each.parts.edition or _WHOLE.search(text):
        yield "edition", ""
    if each.parts.aired and not _SOURCE.search(text):
        yield "date", ""


def _signs_of_film(each: PlacedFile) -> Iterator[tuple[str, str]]:
    parts, place = each.parts, each.place
    folder = place.parts
    is_own = folder is not None and fold_title(folder.title) == fold_title(parts.title)
    if parts.is_year_marked or (folder is not None and folder.is_year_marked):
        yield "year", ""
    elif parts.year is not None or place.year is not None:
        yield "plain_year", ""
    if is_own:
        yield "title_folder", ""
    if _is_below(each, event_words.FILM_FOLDER) or place.has_films:
        yield "films", ""


def _signs_of_episode(each: PlacedFile, *, is_alike: bool) -> Iterator[tuple[str, str]]:
    parts, place = each.parts, each.place
    folder = place.series
    if _STRONG_NUMBER.search(each.file.name):
        yield "number", ""
    elif parts.evidence in ("group", "word"):
        yield parts.evidence, ""
    elif parts.evidence == "episode" and parts.episodes:
        yield "word", ""
    elif parts.episodes or parts.part is not None or parts.order is not None:
        yield "plain_number", ""
    if each.file.show:
        yield "tag", ""
    if _is_below(each, event_words.SERIES_FOLDER) or place.hint == "series":
        yield "series", ""
    if place.season is not None:
        yield "season", ""
    if is_alike or (place.season is not None and parts.order is not None):
        yield "alike", ""
    if folder is not None and fold_title(folder.series_title).startswith(fold_title(parts.series_title)[:4]):
        yield "title_folder", ""


def _signs_of_length(seconds: float | None, *, is_episode: bool) -> Iterator[tuple[str, str]]:
    if seconds is None or seconds < _NO_LENGTH:
        return
    minutes = seconds / _MINUTE
    short, shorter = (2, 2) if is_episode else (25, 45)
    if minutes < shorter:
        yield "short" if minutes < short else "shorter", wording.duration(seconds)
    elif 75 <= minutes <= 200:
        yield "film_length", ""
    elif is_episode and minutes >= 4:
        yield "episode_length", ""


def _signs_of_home(each: PlacedFile, *, has_seasons: bool) -> Iterator[tuple[str, str]]:
    names = [stem_of(each.file.name)]
    is_in_works = each.place.has_films or each.place.hint == "series" or _is_below(each, event_words.WORKS_FOLDER)
    if each.place.path and each.file.folders and not _is_below(each, event_words.WORKS_FOLDER, last=1):
        names.append(each.file.folders[-1])
    patterns = {"event": event_words.EVENT, "own": event_words.OWN}
    if not has_seasons:  # several files with seasons are a series, even if it is called “Show” or “Vlog”
        patterns["everyday"] = event_words.EVERYDAY
    for sign, pattern in patterns.items():
        found = next(filter(None, (pattern.search(name.replace("_", " ")) for name in names)), None)
        if found is not None:
            yield sign, found[0].strip()
    if not is_in_works:
        folders = [name for name in each.file.folders if _is_home(name)]
        if folders:
            yield "home_folder", f"“{folders[0]}”"
    if each.extension in event_words.CAMERA_EXTENSIONS:
        yield "extension", f".{each.extension}"


def _is_below(each: PlacedFile, pattern: re.Pattern[str], *, last: int = 0) -> bool:
    """Return whether a folder of a file (the `last` ones; 0: any) has a name of a kind, and no word of home videos."""
    return any(pattern.fullmatch(name) is not None and not _is_home(name) for name in each.file.folders[-last:])


@lru_cache(maxsize=4096)
def _is_home(folder: str) -> bool:
    text = re.sub(r"[._]", " ", folder).strip()
    patterns = (event_words.HOME_FOLDER, event_words.EVENT)
    return words.HOME_FOLDER.fullmatch(text) is not None or any(each.search(text) for each in patterns)
