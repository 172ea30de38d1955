"""Propose the kind of a folder from the names in it: a folder of `Title (Year)` names probably holds films."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from indexium_core.model import wording
from indexium_core.model.names import event_words, words
from indexium_core.model.names.folders import FolderFacts, place_of
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import read_name
from indexium_core.model.names.neighbours import stem_of
from indexium_core.model.names.title_guess import LibraryKind

MOST_VIDEOS = 1000  # more names do not change the proposal, but take longer to read
_MOST_SHARE = 0.5  # of the videos, from which on a folder is of a kind
_MIXED_SHARE = 0.1  # of the videos, from which on the other kind of titles makes the folder mixed
_SECTION = re.compile(rf"(?:(?:{words.SECTION})[ ._-]*)?\d{{1,2}}(?:$|[ ._:)-].*)", re.IGNORECASE)

NamedVideo = tuple[tuple[str, ...], str]  # the folders below the proposed one, the outermost first, and the name
_Likeness = Literal["film", "episode", "lesson", ""]
_LIKE: Mapping[LibraryKind, _Likeness] = {"movies": "film", "series": "episode", "educational": "lesson"}
_NOUNS: Mapping[_Likeness, str] = {"film": "a film", "episode": "an episode", "lesson": "a lesson"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindProposal:
    """The probable kind of a folder, and the names that it was proposed from."""

    kind: LibraryKind
    videos: int  # whose names were read
    photos: int
    reason: str  # in a sentence
    is_partial: bool = False  # the folder has more files than were read


def propose(
    videos: Iterable[NamedVideo], *, photos: int = 0, library: str = "", is_partial: bool = False
) -> KindProposal:
    """
    Return the kind that the names of the videos of a folder propose; home videos if they propose no other.

    Args:
        videos: The videos.
        photos: The number of photos, for the sentence.
        library: The name of the folder.
        is_partial: There are more videos.

    """
    read, places = lru_cache(maxsize=None)(read_name), dict[tuple[str, ...], FolderFacts]()
    counts, examples = Counter[_Likeness](), dict[_Likeness, str]()
    for folders, name in videos:
        if folders not in places:
            places[folders] = place_of(folders, read, library=library)
        like = _likeness(folders, name, places[folders], read, library)
        counts[like] += 1
        examples.setdefault(like, stem_of(name))
    total = counts.total()
    kind = _kind(counts, total)
    of_all = f"of {wording.plural(total, 'sampled video' if is_partial else 'video')}"
    reason = _reason(kind, counts, examples, of_all) if total else _without_videos(photos)
    return KindProposal(kind=kind, videos=total, photos=photos, reason=reason, is_partial=is_partial)


def _likeness(
    folders: tuple[str, ...], name: str, place: FolderFacts, read: Callable[[str], NameParts], library: str
) -> _Likeness:
    """Return what a video has the name of."""
    own = read(stem_of(name))
    if own.is_camera:
        return ""
    if any(words.LECTURE_FOLDER.fullmatch(each) or words.COURSE.fullmatch(each) for each in (library, *folders)):
        return "lesson"
    if place.hint == "home":
        return ""
    if _is_episode(own, place):
        return "episode"
    if _is_lesson(own, folders, place):
        return "lesson"
    named = [parts for parts in (own, place.parts) if parts is not None]
    is_event = any(event_words.EVENT.search(parts.title) for parts in named)
    is_film = any(
        parts.ids or (parts.year is not None and (parts.is_release or (parts.is_year_marked and not is_event)))
        for parts in named
    )
    return "film" if is_film or place.has_films else ""


def _is_lesson(own: NameParts, folders: tuple[str, ...], place: FolderFacts) -> bool:
    """Return whether a name has a number and a title, in a numbered section or in a folder with a name."""
    is_numbered = own.order is not None and not own.is_order_year and own.year is None and bool(own.order_title)
    is_section = len(folders) > 1 and _SECTION.fullmatch(folders[-1]) is not None
    has_course = place.parts is not None and place.parts.year is None and place.season is None
    return is_numbered and (is_section or (has_course and own.has_order_dash))


def _is_episode(own: NameParts, place: FolderFacts) -> bool:
    has_number = own.evidence == "group" or (own.evidence == "episode" and own.season is not None)
    return has_number or place.hint == "series" or (place.season is not None and bool(own.evidence))


def _kind(counts: Counter[_Likeness], total: int) -> LibraryKind:
    films, episodes, lessons = counts["film"], counts["episode"], counts["lesson"]
    if not total:
        return "home"
    if lessons >= total * _MOST_SHARE:
        return "educational"
    if films + episodes < total * _MOST_SHARE:
        return "home"
    if min(films, episodes) >= total * _MIXED_SHARE:
        return "mixed"
    return "movies" if films >= episodes else "series"


def _reason(kind: LibraryKind, counts: Counter[_Likeness], examples: dict[_Likeness, str], of_all: str) -> str:
    """Return the reason of a proposal, in a sentence."""
    films, episodes = counts["film"], counts["episode"]
    if like := _LIKE.get(kind):
        named = f"{_has(counts[like])} the name of {_NOUNS[like]}"
        return f"{wording.count(counts[like])} {of_all} {named}: “{examples[like]}”."
    if kind == "mixed":
        return f"{wording.count(films)} {of_all} have the names of films, {wording.count(episodes)} of episodes."
    if films + episodes:
        titles = wording.count(films + episodes)
        advice = "To identify them, add their folder on its own, or choose another kind."
        return f"Only {titles} {of_all} {_has(films + episodes)} the name of a film or episode. {advice}"
    return "No video has the name of a film, an episode or a lesson."


def _without_videos(photos: int) -> str:
    return "The folder has photos, and no video." if photos else "No video or photo was found."


def _has(number: int) -> str:
    return "has" if number == 1 else "have"
