"""Titles as values for people: rows of a list, details, candidates of a field, and series with their gaps."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexium_core import errors, notebook
from indexium_core.model import wording
from indexium_core.model.providers.registry import label_of
from indexium_core.model.shapes import ListPage, Shaped
from indexium_core.model.titles.fields import KIND_NAMES, TITLE_FIELDS, EntityType, shown_text

STATES: Mapping[str, str] = {
    "discovered": "found, but its name says nothing",
    "identified": "its name, its tags or a person say what it is",
    "enriched": "has values of a provider",
    "published": "has files that other programs read",
    "ignored": "not a film or series",
}
STATE_LABELS: Mapping[str, str] = {
    "discovered": "Not identified",
    "identified": "Identified",
    "enriched": "Has provider values",
    "published": "Published",
    "ignored": "Ignored",
}
ORIGINS: Mapping[str, str] = {
    "hand": "by hand",
    "nfo": "NFO file",
    "provider": "provider",
    "tag": "container tag",
    "sender": "event of a sender",
    "name": "name of file or folder",
    "measured": "measured",
}
ROLES: Mapping[str, str] = {
    "main": "the film or the episode itself",
    "extra": "an extra of it",
    "trailer": "a trailer",
    "sample": "a sample",
}
MOST_MOVED_FILES = 10_000  # of one call
MOST_EPISODES = 50  # of one file that a person moves
LOCKED_BY_NFO = 1.0  # the confidence of a value whose field its NFO file locks
SHARED_BY_NFO = 0.5  # the confidence of a list of an NFO file that has items of ours, too: those of the next origin
MOST_LISTED_PEOPLE = 60  # of the cast or the crew of a title
LONGEST_LINE = 400  # characters of a value in a list
_NAMED_PEOPLE = 4  # of a cast in such a line
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

    @property
    def kind_name(self) -> str:
        """What it is: `Film`."""
        return KIND_NAMES[self.entity_type].capitalize()

    @property
    def initials(self) -> str:
        """At most two letters in the place of a poster that is not there."""
        return wording.initials(self.title)

    @property
    def state_label(self) -> str:
        """Its state in two or three words."""
        return STATE_LABELS[self.state]

    @property
    def state_text(self) -> str:
        """What its state means."""
        return STATES[self.state]

    @property
    def code(self) -> str:
        """The number of an episode, or the day of its broadcast."""
        return _code(self)

    @property
    def size_text(self) -> str:
        """How much of it there is: files, or seasons and episodes."""
        if self.entity_type == "series":
            seasons, episodes = self.season_count, self.episode_count
            return f"{wording.plural(seasons, 'season')} · {wording.plural(episodes, 'episode')}"
        if self.entity_type == "season":
            return wording.plural(self.episode_count, "episode")
        return wording.files(self.file_count)


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

    @property
    def line(self) -> str:
        """The value in one line: a long text is cut, and of many people the first are named."""
        text = _joined(self.field, self.value) or self.text
        return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"

    @property
    def label(self) -> str:
        """The field in words, such as `Original title`."""
        return field_label(self.field)

    @property
    def about(self) -> str:
        """What the field is."""
        return TITLE_FIELDS[self.field].about

    @property
    def origin_text(self) -> str:
        """Where the value comes from: `TMDB`, `by hand`."""
        return label_of(self.provider) or ORIGINS[self.origin]

    @property
    def since(self) -> str:
        """When it was found or set: `2 days ago`."""
        return wording.ago(self.fetched_at)

    @property
    def is_editable(self) -> bool:
        """Whether a person can type it."""
        return TITLE_FIELDS[self.field].type != "json"


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

    @property
    def name(self) -> str:
        """The name without its folder."""
        return self.file_path.rsplit("/", 1)[-1]

    @property
    def about(self) -> str:
        """What it is: its role, its edition, its part, its length and its size."""
        notes = [
            self.role if self.role != "main" else "",
            "moved by hand" if self.by_hand else "",
            self.edition,
            f"part {self.part}" if self.part else "",
            wording.playing_time(self.duration) if self.duration else "",
            wording.size(self.size),
            "missing" if self.state == "missing" else "",
        ]
        return " · ".join(filter(None, notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedPerson:
    """A person of the cast or the crew of a title."""

    name: str
    part: str  # the roles, or the jobs
    filter: str  # the filter of the list that finds the titles of the person: actor, director; "" without one


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWithoutValue:
    """A field of a title that a person can add."""

    field: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedTitle:
    """A title with its shown values and its files."""

    item: TitleItem
    values: list[TitleValue]  # the shown ones
    files: list[TitleFile]
    children: list[TitleItem] = field(default_factory=list)  # seasons of a series, episodes of a season
    gaps: list[EpisodeGap] = field(default_factory=list)  # of a series
    nfo_problems: dict[str, str] = field(default_factory=dict)  # a sentence by path of a broken NFO file

    @property
    def about(self) -> str:
        """The title in one line: what it is, its year, its length, its rating and its genres."""
        item, minutes = self.item, self._value("runtime_minutes")
        parts = [
            item.kind_name,
            str(item.year or ""),
            episode_code(item.season, item.episode) if item.entity_type == "episode" else "",
            wording.runtime(minutes) if isinstance(minutes, int) else "",
            f"★ {item.rating:.1f}" if item.rating else "",
            ", ".join(item.genres),
        ]
        return " · ".join(filter(None, parts))

    @property
    def plot(self) -> str:
        """What happens; "" if it is not known."""
        return str(self._value("plot") or "")

    @property
    def listed_values(self) -> list[TitleValue]:
        """The shown values in the order of the fields, without the choice whether it is a film or series."""
        known = {each.field: each for each in self.values}
        return [known[name] for name in TITLE_FIELDS if name in known and name != "ignored"]

    @property
    def addable(self) -> list[FieldWithoutValue]:
        """The fields without a value that a person can type."""
        known = {"ignored", *(each.field for each in self.values)}
        return [
            FieldWithoutValue(field=name, label=field_label(name))
            for name, each in TITLE_FIELDS.items()
            if self.item.entity_type in each.entities and name not in known and each.type != "json"
        ]

    @property
    def cast(self) -> list[CreditedPerson]:
        """The actors with their roles."""
        return _credited(self._value("cast"), "character", lambda _: "actor")

    @property
    def crew(self) -> list[CreditedPerson]:
        """The directors, writers and others."""
        return _credited(
            self._value("crew"),
            "job",
            lambda jobs: "director" if any(each.lower() == "director" for each in jobs) else "",
        )

    @property
    def nfo_sentences(self) -> list[str]:
        """What is wrong with the NFO files beside the files."""
        return [f"{path.rsplit('/', 1)[-1]}: {problem}" for path, problem in self.nfo_problems.items()]

    @property
    def can_plan(self) -> bool:
        """Whether its values can become values of its files."""
        return self.item.state != "ignored" and any(each.role == "main" for each in self.files)

    def _value(self, name: str) -> Any:
        return next((each.value for each in self.values if each.field == name), None)

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

    @property
    def code(self) -> str:
        """Its number, or the day of its broadcast."""
        return _code(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonCollection:
    """The episodes of a season."""

    number: int | None  # 0: specials; None: episodes without a season, such as dated ones
    episodes: int
    videos: list[EpisodeEntry]

    @property
    def title(self) -> str:
        """The season in words."""
        return {None: "Without a season", 0: "Specials"}.get(self.number, f"Season {self.number}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDecision(Shaped):
    """The result of a change of a value by hand."""

    step_id: int | None  # to undo it; None if nothing changed
    text: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMove(Shaped):
    """The result of a move of files to another title."""

    item: TitleItem  # that has them now
    gone: list[int]  # titles that no longer exist, because they have no other file
    step_id: int  # to undo it
    text: str  # a sentence


def field_label(name: str) -> str:
    """Return a field in words, such as `Original title`."""
    if name == "runtime_minutes":
        return "Runtime in minutes"
    text = " ".join(label_of(word) for word in name.split("_"))
    return text[0].upper() + text[1:]


def _joined(name: str, value: Any) -> str:
    """Return people, ratings and votes in one line; "" for any other value."""
    if isinstance(value, list) and name in ("cast", "crew"):
        names = [str(each.get("name", "")) for each in value if isinstance(each, dict)]
        more = len(names) - _NAMED_PEOPLE
        return ", ".join(names[:_NAMED_PEOPLE]) + (f" {wording.and_more(more)}" if more > 0 else "")
    if isinstance(value, dict) and name == "ratings":
        return ", ".join(f"{label_of(source)} {number:g}" for source, number in value.items())
    if isinstance(value, dict) and name == "votes":
        return ", ".join(f"{label_of(source)} {wording.count(number)}" for source, number in value.items())
    return ""


def _credited(value: Any, part: str, filter_of: Callable[[list[str]], str]) -> list[CreditedPerson]:
    """Return each person of a cast or a crew once, with all parts."""
    people: dict[str, list[str]] = {}
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict) and each.get("name"):
            people.setdefault(str(each["name"]), []).append(str(each.get(part) or ""))
    return [
        CreditedPerson(name=name, part=", ".join(filter(None, parts)), filter=filter_of(parts))
        for name, parts in list(people.items())[:MOST_LISTED_PEOPLE]
    ]


def _code(episode: TitleItem | EpisodeEntry) -> str:
    return episode_code(episode.season, episode.episode) or str(episode.aired or "")


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
