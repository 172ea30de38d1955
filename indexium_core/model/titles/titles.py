"""Titles as values for people: rows of a list, details, candidates of a field, and series with their gaps."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexium_core import errors, notebook
from indexium_core.model.shapes import ListPage
from indexium_core.model.titles.fields import EntityType, shown_text

STATES: Mapping[str, str] = {
    "discovered": "found, but its name says nothing",
    "identified": "its name, its tags or a person say what it is",
    "enriched": "has values of a provider",
    "published": "has files that other programs read",
    "ignored": "not a film or series",
}
ROLES: Mapping[str, str] = {
    "main": "the film or the episode itself",
    "extra": "an extra of it",
    "trailer": "a trailer",
    "sample": "a sample",
}
ORIGINS: Mapping[str, str] = {  # of a value
    "hand": "by hand",
    "nfo": "NFO file",
    "provider": "provider",
    "tag": "container tag",
    "sender": "event of a sender",
    "name": "name of file or folder",
    "measured": "measured",
}
MOST_MOVED_FILES = 10_000  # of one call
MOST_EPISODES = 50  # of one file that a person moves
LOCKED_BY_NFO = 1.0  # the confidence of a value whose field its NFO file locks
SHARED_BY_NFO = 0.5  # the confidence of a list of an NFO file that has items of ours, too: those of the next origin
SORT_KEYS = ("title", "year", "state", "rating", "added")


def sort_key(name: str) -> str:
    """Return a sort key, by default the title. Raises UsageError if there is none of this name."""
    if name and name not in SORT_KEYS:
        raise errors.UsageError(f"There is no sort key “{name[:40]}”. Choose one of: {', '.join(SORT_KEYS)}.")
    return name or "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleItem:
    """A title in a list."""

    id: int
    entity_type: EntityType
    title: str
    year: int | None
    state: str  # STATES
    library_id: int
    series_id: int | None  # of a season or an episode
    series_title: str
    season: int | None
    episode: int | None
    aired: dt.date | None
    file_count: int  # main files that are not missing, of a series those of its episodes
    episode_count: int  # of a series or a season
    season_count: int  # of a series
    touched: bool  # a person has set or locked a value
    rating: float | None = None  # 0 to 10, of IMDb, else of TMDB, else the average of the others
    genres: list[str] = field(default_factory=list)
    country: str = ""  # of a series: tells series with one title apart
    is_matched: bool = False  # of a film or series: a match is accepted, or it has an id of a provider
    is_incomplete: bool = False  # of a series: episodes are missing
    is_unpublished: bool = False  # it has changes that are not published, or one of its seasons or episodes has

    @property
    def poster_url(self) -> str:
        """The address of its poster at the service, which answers 404 if there is none; of an episode, its season's."""
        return f"/poster/{self.id}"

    @property
    def name(self) -> str:
        """The title as one line: with its year, or with its series and number."""
        return title_name(
            self.entity_type,
            self.title,
            year=self.year,
            series_title=self.series_title,
            season=self.season,
            episode=self.episode,
            aired=self.aired,
            country=self.country,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlePage(ListPage):
    """One page of a list of titles."""

    items: list[TitleItem]

    def _repr_html_(self) -> str:
        return notebook.card(f"{self.total:,} titles", {str(each.id): each.name for each in self.items})


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleValue:
    """One candidate for a field: a value with its origin."""

    field: str
    value: Any  # a JSON value; None: the field is empty on purpose
    origin: str  # hand, nfo, provider, tag, name
    provider: str  # "" if the origin is another one
    confidence: float | None  # 0 to 1; of a value of an NFO file, `LOCKED_BY_NFO` or None
    fetched_at: dt.datetime  # UTC; when the value was found or set
    locked: bool
    shown: bool  # it is the value that counts
    locked_by_nfo: bool = False  # its NFO file locks the field: no value of a provider counts

    @property
    def text(self) -> str:
        """The value as text."""
        return shown_text(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFile:
    """A file of a title."""

    file_id: int
    file_path: str  # for display
    state: str  # ok, missing, …
    part: int | None
    role: str  # ROLES
    edition: str  # that its name says, such as Final Cut
    duration: float | None  # seconds
    size: int  # bytes
    by_hand: bool  # a person moved it to the title


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedTitle:
    """A title with its shown values and its files."""

    item: TitleItem
    values: list[TitleValue]  # the shown ones
    files: list[TitleFile]
    children: list[TitleItem] = field(default_factory=list)  # seasons of a series, episodes of a season
    gaps: list[EpisodeGap] = field(default_factory=list)  # of a series
    nfo_problems: dict[str, str] = field(default_factory=dict)  # a sentence by path of a broken NFO file

    def _repr_html_(self) -> str:
        return notebook.card(self.item.name, {each.field: each.text for each in self.values})


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeGap:
    """Episodes of a season that have no file, although later ones have; without numbers the whole season is missing."""

    season: int
    first: int | None
    last: int | None

    @property
    def text(self) -> str:
        """The gap as a sentence."""
        if self.first is None or self.last is None:
            return f"Season {self.season} is missing."
        if self.first == self.last:
            return f"{episode_code(self.season, self.first)} is missing."
        return f"{episode_code(self.season, self.first)} to {episode_code(self.season, self.last)} are missing."


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEntry:
    """An episode of a series, with its files that are not missing."""

    id: int
    season: int | None
    episode: int | None
    absolute: int | None
    aired: dt.date | None
    title: str
    file_ids: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonCollection:
    """The episodes of a season."""

    number: int | None  # 0: specials; None: episodes without a season, such as dated ones
    episodes: int
    videos: list[EpisodeEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesMetadata:
    """What providers or NFO files say about a series."""

    tmdb_id: str | None
    imdb_id: str | None
    tvdb_id: str | None
    overview: str
    first_air_date: str
    genres: list[str]
    status: str  # such as Continuing or Ended
    network: str  # its broadcasters in one text
    studios: list[str]  # the same broadcasters; studios where no provider and no NFO file names a broadcaster
    countries: list[str]  # of production
    collection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCollection:
    """A series with at least two episodes."""

    id: int
    name: str  # the key of its names
    display_name: str
    total_episodes: int
    total_seasons: int
    seasons: list[SeasonCollection]
    metadata: SeriesMetadata | None
    gaps: list[EpisodeGap]
    created_at: dt.datetime
    updated_at: dt.datetime
    artwork: str | None = None  # address of its poster, see `AssetCandidate.address`
    last_watched: dt.datetime | None = None  # None: Indexium plays nothing, and no player says it


def episode_code(season: int | None, episode: int | None) -> str:
    """Return `S02E05`; "" without an episode."""
    if episode is None:
        return ""
    return f"E{episode:02}" if season is None else f"S{season:02}E{episode:02}"


def edition_key(edition: str) -> str:
    """Return what tells editions apart: letters and digits. `Director's Cut` is `directors.cut`."""
    return re.sub(r"[\W_]", "", edition.lower())


def title_name(
    entity_type: str,
    title: str,
    *,
    year: int | None,
    series_title: str,
    season: int | None,
    episode: int | None,
    aired: dt.date | None,
    country: str = "",
) -> str:
    """Return a title as one line: with its country and year, or with its series and number."""
    if entity_type == "episode":
        code = episode_code(season, episode) or (aired.isoformat() if aired else "")
        return " - ".join(filter(None, (series_title, code, title)))
    if series_title:
        return f"{series_title} - {title}"
    difference = ", ".join(filter(None, (country, str(year or ""))))
    return f"{title} ({difference})" if difference else title


def joined_values(theirs: Any, ours: Any) -> Any:
    """
    Return the items that others wrote into an NFO file, and behind them those of the next origin, each once.

    Lists are those of `TITLE_FIELDS`: texts, people with a name, and ratings by source.
    """
    if not isinstance(theirs, type(ours)):
        return theirs
    if isinstance(theirs, Mapping):
        return {**ours, **theirs}
    keys = {_item_key(each) for each in theirs}
    items = [*theirs, *(each for each in ours if _item_key(each) not in keys)]
    return [
        {**each, "order": number} if isinstance(each, Mapping) and "order" in each else each
        for number, each in enumerate(items)
    ]


def _item_key(item: Any) -> Any:
    return (item["name"], item.get("job") or item.get("character", "")) if isinstance(item, Mapping) else item


def gaps_of(episodes: Iterable[EpisodeEntry]) -> list[EpisodeGap]:
    """
    Return the gaps of a series, in order.

    A season begins with its first episode; a series that counts through all seasons begins with the first one that it
    has, because a person may have only its end. Specials have no gaps.
    """
    numbers: dict[int, set[int]] = defaultdict(set)
    absolute = set()
    for each in episodes:
        if each.season and each.episode is not None and each.file_ids:
            numbers[each.season].add(each.episode)
            if each.absolute is not None:
                absolute.add(each.season)
    if not numbers:
        return []
    found: list[EpisodeGap] = []
    for season in range(min(numbers), max(numbers) + 1):
        if season > 1900 and season not in numbers:  # seasons that are years
            continue
        if season not in numbers:
            found.append(EpisodeGap(season=season, first=None, last=None))
            continue
        present = numbers[season]
        start = min(present) if season in absolute else 1
        found += (EpisodeGap(season=season, first=first, last=last) for first, last in _ranges(present, start))
    return found


def _ranges(present: set[int], start: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of numbers from `start` that are not there, up to the largest one."""
    expected = start
    for number in sorted(present):
        if number > expected:
            yield expected, number - 1
        expected = max(expected, number + 1)
