"""What the files of one folder say together: numbers that they share, parts, dates, and the kind that follows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.model.names import event_words, words
from indexium_core.model.names.folders import FolderFacts
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import begins_with, fold_title
from indexium_core.model.names.title_guess import LibraryKind, NamedFile

_HOME_EXTENSIONS = event_words.CAMERA_EXTENSIONS | {"mp4", "m4v", "wmv", "mpg", "m2ts", "webm"}
_DATED_EXTENSIONS = _HOME_EXTENSIONS | {"avi"}  # of films as well, so the name of an event needs its year
_INNER_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LONG = 3600.0  # seconds: a longer video without any other evidence is a film
_MINISERIES = 4  # parts of one name from here on are episodes
_TITLED_PARTS = 3  # parts with titles in the folder of their series from here on are episodes
_MANY = 4  # files of one folder with plain numbers from here on are episodes
_MOST_IN_SEASON = 40  # episodes


@dataclass(slots=True)
class PlacedFile:
    """A file with what its name and its folders say."""

    file: NamedFile
    parts: NameParts
    place: FolderFacts

    @property
    def extension(self) -> str:
        return self.file.name.rpartition(".")[2].lower()


def stem_of(name: str) -> str:
    """Return a file name without its extension."""
    stem, dot, extension = name.rpartition(".")
    return stem if stem and dot and (len(extension) <= 5 or extension == "dvr-ms") else name


class Neighbours:
    """The files of one folder."""

    def __init__(self, files: Sequence[PlacedFile], kind: LibraryKind) -> None:
        """`kind` is that of the library."""
        self._kind = kind
        mains = [each.parts for each in files if each.parts.role == "main"]
        self.titles = {fold_title(parts.title) for parts in mains if parts.part is None}
        self.ranks = {parts.order for parts in mains if parts.order is not None and parts.has_order_dash}
        self._numbers: dict[str, set[int]] = defaultdict(set)  # series title → numbers without a season
        self._parts: dict[str, set[int]] = defaultdict(set)
        self._titled_parts: dict[str, set[int]] = defaultdict(set)  # parts of a series that have titles
        self._dated: dict[str, int] = defaultdict(int)
        self._absolute = {  # series with a number such as `045`, so none has the number of a season
            fold_title(each.parts.series_title) for each in files if re.search(r"(?<!\d)0\d\d(?!\d)", each.file.name)
        }
        for parts in mains:
            self._add(parts)
        ordered = [
            (parts.order, each.file.name.startswith("0"))
            for each in files
            if (parts := each.parts).role == "main"
            and parts.order is not None
            and parts.evidence in {"", "number"}
            and not parts.is_year_marked
        ]
        self._orders = {order for order, _ in ordered}
        self._are_padded = sum(is_padded for _, is_padded in ordered) > 1

    def _add(self, parts: NameParts) -> None:
        key = fold_title(parts.series_title)
        if parts.evidence in {"dash", "number", "group"}:
            self._numbers[key].update(parts.episodes)
        if parts.part is not None:
            self._parts[parts.part_stem].add(parts.part)
            self._titled_parts[fold_title(parts.part_head)].update({parts.part} if parts.part_title else ())
        if parts.aired:
            self._dated[key] += 1

    def part_count(self, parts: NameParts) -> int:
        """Return how many parts with the stem of a name the folder has."""
        return len(self._parts[parts.part_stem]) if parts.part is not None else 0

    # Home videos.

    def is_home(self, each: PlacedFile) -> bool:
        """Return whether a file is a video of a person, such as a camera makes."""
        parts, place = each.parts, each.place
        if each.file.nfo.kind or (place.is_disc and not (parts.is_camera and place.hint == "home")):
            return False
        if parts.is_camera:
            is_named = place.parts is not None and place.parts.is_year_marked  # `Zodiac (2007)/00001.mkv`
            is_dated = self._kind == "series" and bool(parts.dated) and place.parts is not None  # `Show/20050118.avi`
            return place.season is None and not is_dated and not (is_named and parts.title.isdecimal())
        if place.hint == "home" and self._kind not in ("movies", "series"):
            is_titled = parts.is_year_marked or parts.is_release or bool(parts.ids)
            return not is_titled and (parts.evidence not in {"episode", "word"} or bool(parts.aired))
        is_of_folder = place.parts is not None and begins_with(parts.episode_title, place.parts.title)
        is_of_series = is_of_folder or place.hint == "series"  # `Terra X/20191103-Terra X-The Alps`
        if parts.is_date_first and not (is_of_series or parts.is_release or self._kind in ("series", "movies")):
            return True
        return not self._has_title_evidence(each) and self._looks_like_home(each)

    def _has_title_evidence(self, each: PlacedFile) -> bool:
        """Return whether a name or its place says that the file is a film or an episode."""
        parts, place = each.parts, each.place
        if parts.is_year_marked or parts.is_release or parts.ids or parts.role != "main":
            return True
        if self._kind in ("movies", "series", "educational") or parts.evidence in {"word", "group"}:
            return True
        if parts.evidence == "episode" and not parts.aired:
            return True
        is_film_folder = place.parts is not None and place.parts.year is not None and not self._is_event(place.parts)
        has_folder = place.season is not None or is_film_folder
        return has_folder or (each.file.duration or 0.0) > _LONG

    def _looks_like_home(self, each: PlacedFile) -> bool:
        parts = each.parts
        is_event = self._is_event(parts) or (each.place.parts is not None and self._is_event(each.place.parts))
        if parts.aired:
            is_alone = self._dated[fold_title(parts.series_title)] < 2
            return is_event or (is_alone and each.extension in event_words.CAMERA_EXTENSIONS)
        has_year = parts.year is not None or _INNER_YEAR.search(parts.title) is not None
        has_year = has_year and not each.place.has_films
        extensions = _DATED_EXTENSIONS if has_year else _HOME_EXTENSIONS
        return each.extension in event_words.CAMERA_EXTENSIONS or (is_event and each.extension in extensions)

    def _is_event(self, parts: NameParts) -> bool:
        """Return whether a name is that of a family event: `Birthday 2012`; a year in brackets is that of a film."""
        is_named = re.match(rf"(?:{words.ARTICLES}) ", parts.title, re.IGNORECASE)
        return not is_named and not parts.is_year_marked and event_words.EVENT.search(parts.title) is not None

    # Episodes.

    def is_episode(self, each: PlacedFile) -> bool:
        """Return whether a file is an episode of a series."""
        parts, place, file = each.parts, each.place, each.file
        if file.nfo.kind:
            return file.nfo.kind == "episode"
        if parts.evidence == "episode":
            return self._kind != "movies" or not parts.aired
        if place.is_disc and not self._is_on_disc(each):
            return False
        if file.series_nfo.kind == "series" or place.season is not None or (file.show and file.episode is not None):
            return True
        return self._kind != "movies" and (self._kind == "series" or self._is_counted(each) or self._is_named(each))

    def _is_on_disc(self, each: PlacedFile) -> bool:
        """Return whether a file in the folder of a disc (`Disc 1`, `VIDEO_TS`) has the number of an episode."""
        parts, place = each.parts, each.place
        if place.is_medium or parts.evidence == "word" or place.season is not None:
            return not place.is_medium
        is_series = self._kind in ("series", "educational")
        return is_series and (bool(parts.evidence) or parts.order is not None)

    def _is_named(self, each: PlacedFile) -> bool:
        """Return whether a name in a folder of series is that of its folder, a dash and a title."""
        parts, place = each.parts, each.place
        if place.hint != "series" or place.parts is None or place.parts.year or parts.year or parts.is_release:
            return False
        series, dash, _ = parts.title.partition(" - ")
        return bool(dash) and fold_title(series) == fold_title(place.parts.title)

    def _is_counted(self, each: PlacedFile) -> bool:
        """Return whether a number in a name without a season is that of an episode."""
        parts, place = each.parts, each.place
        likes_series = self._kind == "educational" or place.hint == "series"
        if parts.evidence == "word":
            return likes_series or not parts.is_year_marked
        if parts.evidence:
            return not parts.is_year_marked and (likes_series or self._is_number(parts))
        return self._is_part(each, likes_series=likes_series) or self._is_ordered(each, likes_series=likes_series)

    def _is_number(self, parts: NameParts) -> bool:
        """Return whether a number alone is that of an episode."""
        is_padded = parts.is_padded or parts.episodes[0] > 9
        if parts.evidence == "group" or (parts.evidence == "dash" and is_padded):
            return True
        if parts.is_broadcast and parts.episodes[0] > 100:
            return parts.year is None
        return len(self._numbers[fold_title(parts.series_title)]) >= (2 if parts.is_padded else _MANY)

    def _is_ordered(self, each: PlacedFile, *, likes_series: bool) -> bool:
        """Return whether a name begins with its number in the folder of a series or a course."""
        if each.parts.order is None or each.parts.is_year_marked or (each.place.parts is None and not likes_series):
            return False
        if self._kind == "educational" and each.place.parts is not None:
            return True
        return len(self._orders) >= (2 if likes_series or self._are_padded else _MANY)

    def _is_part(self, each: PlacedFile, *, likes_series: bool) -> bool:
        """Return whether a part belongs to a series in parts, and not to a film in parts."""
        parts, place = each.parts, each.place
        if parts.part is None or parts.is_disc_part:
            return False
        is_after_year = parts.year is not None and bool(parts.part_head)  # `Roots (1977) - Part 4`
        if (parts.part_count or 0) >= _MINISERIES - (not parts.is_year_marked and bool(parts.part_title)):
            return True
        if likes_series or parts.is_broadcast:
            return is_after_year or not parts.is_year_marked
        has_head = bool(parts.part_head) or place.parts is not None  # `Series - Part 3 - Name`, `Series/Part 3 - Name`
        if parts.part_title and has_head and not place.has_films:
            head = fold_title(parts.part_head)
            is_own_folder = place.parts is not None and head in {"", fold_title(place.parts.title)}
            fewest = _TITLED_PARTS if is_own_folder else _MINISERIES  # a folder may have the three films of a trilogy
            is_late = parts.part >= _MINISERIES and parts.is_release and parts.year is None
            if parts.is_part_padded or is_late or len(self._titled_parts[head]) >= fewest:
                return True
        is_late = is_after_year and parts.part >= _MINISERIES and not place.has_films
        return is_late or self.part_count(parts) >= _MINISERIES

    def absolute(self, parts: NameParts) -> tuple[int, ...]:
        """Return the numbers without a season if the neighbours have none: `128` beside `001` and `045`; else ()."""
        is_compact = parts.evidence == "number" and parts.season is not None
        if not is_compact or fold_title(parts.series_title) not in self._absolute:
            return ()
        return tuple(100 * (parts.season or 0) + each for each in parts.episodes)

    def is_compact(self, parts: NameParts, season: int | None) -> bool:
        """Return whether all numbers of a series in this folder begin with the number of its season: `Lost - 103`."""
        numbers = self._numbers[fold_title(parts.series_title)]
        return season is not None and {each // 100 for each in numbers} == {season}

    def season_of(
        self, number: int, season: int | None, *, series: str = "", is_broadcast: bool = False
    ) -> tuple[int | None, tuple[int, ...]]:
        """
        Return season and episode of a number: `203` is the third episode of season 2 if its neighbours are alike.

        `series` is the title before the number; without one, the number begins the name.
        """
        if number > 100 and number % 100:
            orders = self._numbers[fold_title(series)] if series else self._orders
            is_compact = len(orders) > 1 and all(each > 100 and 0 < each % 100 < _MOST_IN_SEASON for each in orders)
            starts = any(each % 100 == 1 for each in orders)
            if season == number // 100 or (season is None and (is_broadcast or (is_compact and starts))):
                return number // 100, (number % 100,)
        return season, (number,)
