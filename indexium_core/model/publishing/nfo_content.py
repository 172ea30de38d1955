"""
What an NFO file contains: the elements of a film, a series, a season or an episode, as values.

The elements are those that Kodi 20 and 21, Jellyfin 10.9 to 12 and Plex read alike. `_RULES` is the table: one line for
each field, in the order of writing. Elements that belong to a person (`watched`, `playcount`), that a player takes for
its own settings (`language`, `countrycode`, `lockdata`), or that it finds out by itself (`fileinfo`, `thumb`) are never
written.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from indexium_core.model.providers.registry import id_kinds, rating_name
from indexium_core.model.titles.fields import TITLE_FIELDS, EntityType, rating_scale

PublishedKind: TypeAlias = Literal["movie", "tvshow", "season", "episodedetails"]
# Where a wanted value comes from. Only a value by hand takes the place of a value of others; `nfo` is a value of
# others, which is in some NFO file already.
WantedOrigin: TypeAlias = Literal["hand", "provider", "nfo", "name"]
EntryMode: TypeAlias = Literal["each", "list", "ratings"]

ENTITY_OF: Mapping[PublishedKind, EntityType] = {
    "movie": "movie",
    "tvshow": "series",
    "season": "season",
    "episodedetails": "episode",
}
SEASON_NAMES = "season_names"  # fields of `NfoContent` that are no fields of titles
SERIES_TITLE = "series_title"
IS_PERSON = "is_person"  # key of an actor that is in the cast because of the people of the files
IS_THEIRS = "is_theirs"  # key of an actor that others wrote into the file
_OF_SEASON = frozenset({"season", "title", "plot"})  # Jellyfin alone reads `season.nfo`
_CRITICS = "tomato"  # Jellyfin takes a rating with this in its name for the rating of critics, in percent


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoContent:
    """What one root element of an NFO file has to say."""

    kind: PublishedKind
    values: Mapping[str, Any] = dataclasses.field(
        default_factory=dict
    )  # field → stored value; None or []: the field is cleared
    season: int | None = None  # of a season or an episode; None: not managed
    episode: int | None = None
    series_title: str | None = ""  # of an episode; "": not managed; None: the field is cleared
    season_names: Mapping[int, str] = dataclasses.field(default_factory=dict)  # of a series, by number
    # Field, or field and number of a season (`season_names.1`) → where its value comes from; missing: by hand.
    origins: Mapping[str, WantedOrigin] = dataclasses.field(default_factory=dict)
    dropped_ratings: frozenset[str] = frozenset()  # sources whose ratings leave the file; those of others stay

    def origin_of(self, name: str) -> WantedOrigin:
        """Return where the value of a field comes from."""
        return self.origins.get(name) or self.origins.get(name.partition(".")[0], "hand")

    def of_origins(self, origins: Collection[str], *, always: Collection[str] = ()) -> NfoContent:
        """Return what comes from some origins; the fields in `always` stay."""
        values = {
            name: value for name, value in self.values.items() if name in always or self.origin_of(name) in origins
        }
        seasons = {
            number: name
            for number, name in self.season_names.items()
            if self.origin_of(f"{SEASON_NAMES}.{number}") in origins
        }
        title = self.series_title if self.origin_of(SERIES_TITLE) in origins else ""
        return dataclasses.replace(self, values=values, series_title=title, season_names=seasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoElement:
    """An element to write: a text, or children."""

    tag: str
    text: str = ""
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    children: tuple[NfoElement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementGroup:
    """
    The elements of one field.

    `mode` says how the elements of a file become these:

    - each: every element says the whole value, so all of them change together.
    - list: an element says one item of a list.
    - ratings: as each, but the ratings of other sources stay.
    """

    field: str
    tags: tuple[str, ...]  # that carry the field; the first one is written, and the others are other forms of it
    elements: tuple[NfoElement, ...]  # none: the field is cleared
    mode: EntryMode = "each"
    dropped: frozenset[str] = frozenset()  # sources whose ratings leave
    marks: Mapping[str, tuple[str, str]] = dataclasses.field(
        default_factory=dict
    )  # tag → attribute and value that it must have


@dataclass(frozen=True, slots=True, kw_only=True)
class _FieldElements:
    """How a field becomes elements."""

    field: str
    tags: tuple[str, ...]
    write: Callable[[tuple[str, ...], Any], Iterable[NfoElement]]  # tags and value
    mode: EntryMode = "each"
    kinds: frozenset[PublishedKind] = frozenset(ENTITY_OF)
    also_cleared: tuple[str, ...] = ()  # tags that players show if the field has no other element


def groups(content: NfoContent) -> tuple[ElementGroup, ...]:
    """Return the elements of a content by field, in the order of writing; fields that are not managed have none."""
    return tuple(_groups(content))


def shown_rating(content: NfoContent) -> tuple[str, float] | None:
    """Return the source and the value (0 to 10) of the rating that players show; None without ratings."""
    ratings = content.values.get("ratings") or {}
    name = next(iter(ratings), None)
    return None if name is None else (name, ratings[name] * 10 / rating_scale(name))


def is_of_critics(name: str) -> bool:
    """Return whether Jellyfin takes a rating for the rating of critics, and never for the one that it shows first."""
    return _CRITICS in name.lower()


def _groups(content: NfoContent) -> Iterator[ElementGroup]:
    values = _managed(content)
    for rule in _RULES:
        if rule.field == _IDS:
            yield from _ids(content)
        elif rule.field == SEASON_NAMES:
            yield from _season_names(content)
        elif rule.field in values and content.kind in rule.kinds:
            value = values[rule.field]
            elements = () if value in (None, "", [], {}) else tuple(rule.write(rule.tags, value))
            is_emptied = not elements and content.origin_of(rule.field) == "hand"
            tags = (*rule.tags, *rule.also_cleared) if is_emptied else rule.tags
            dropped = content.dropped_ratings if rule.mode == "ratings" else frozenset()
            yield ElementGroup(field=rule.field, tags=tags, elements=elements, mode=rule.mode, dropped=dropped)


def _managed(content: NfoContent) -> dict[str, Any]:
    """Return the values of a content that an NFO of its kind can have, by field."""
    entity = ENTITY_OF[content.kind]
    values = {
        name: value
        for name, value in content.values.items()
        if name in TITLE_FIELDS and entity in TITLE_FIELDS[name].entities
    }
    if content.kind == "episodedetails" and content.series_title != "":
        values[SERIES_TITLE] = content.series_title
    if content.kind in ("season", "episodedetails"):
        numbers = {"season": content.season, "episode": content.episode}
        values |= {name: number for name, number in numbers.items() if number is not None}
    if content.kind == "season":
        return {name: value for name, value in values.items() if name in _OF_SEASON}
    if "aired" in values:  # players know one date of an episode
        values.pop("release_date", None)
    if "ratings" in values:
        values["ratings"] = _written_ratings(content)
    return values


def _written_ratings(content: NfoContent) -> list[NfoElement]:
    """Return the ratings. The one that players show is the last, as Jellyfin needs it."""
    ratings: Mapping[str, float] = content.values["ratings"] or {}
    votes: Mapping[str, int] = content.values.get("votes") or {}
    shown = shown_rating(content)
    order = sorted(ratings, key=lambda name: (shown is not None and name == shown[0], not is_of_critics(name)))
    return [_rating(name, ratings[name], votes.get(name), is_shown=name == order[-1]) for name in order]


# The elements of a value


def _text(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    yield NfoElement(tag=tags[0], text=str(value))


def _items(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    """Yield one element for each item. Kodi splits a text at ` / `."""
    yield from _each(tags[0], value, r" / ")


def _slashed(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    """Yield one element for each item. Jellyfin splits a text at each `/`."""
    yield from _each(tags[0], value, r"/")


def _joined(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    """Yield one element with all items: Jellyfin takes the last element only, and Kodi splits it at ` / `."""
    yield NfoElement(tag=tags[0], text=" / ".join(dict.fromkeys(_parts(value, r"/"))))


def _dates(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    yield NfoElement(tag=tags[0], text=str(value)[:10])


def _set(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    """Yield the collection with its name in `<name>`: Kodi takes no other form."""
    yield NfoElement(tag=tags[0], children=(NfoElement(tag="name", text=str(value)),))


def _actors(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    """Yield one element for each actor. One of others (`IS_THEIRS`) keeps the number that it has in the file."""
    people = sorted(value, key=lambda each: each.get("order", 0))
    for number, each in enumerate(people):
        role, order = each.get("character", ""), "" if each.get(IS_THEIRS) else str(number)
        parts = (("name", each["name"]), ("role", role), ("order", order))
        children = tuple(NfoElement(tag=tag, text=text) for tag, text in parts if text)
        yield NfoElement(tag=tags[0], children=children)


def _directors(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    """
    Yield one element for each director.

    Jellyfin splits a name at a comma, so `Sammy Davis, Jr.` becomes two people. The usual form without the comma,
    `Sammy Davis Jr.`, is one person for all players. A name that the file has (`IS_THEIRS`) stays as it is.
    """
    directors = (each for each in value if each.get("job") == "Director")
    names = (
        each["name"] if each.get(IS_THEIRS) else re.sub(r"\s*,\s*", " ", each["name"]).strip() for each in directors
    )
    yield from _each(tags[0], names, r" / |[|;]")


def _writers(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    yield from _each(tags[0], (each["name"] for each in value if each.get("job") in _WRITERS), r"[/|;]")


def _ratings(tags: tuple[str, ...], value: Any) -> Iterator[NfoElement]:
    yield NfoElement(tag=tags[0], children=tuple(value))


def _rating(name: str, value: float, votes: int | None, *, is_shown: bool) -> NfoElement:
    """
    Return one rating.

    Kodi divides the value by `max`; Jellyfin ignores `max`. So a value is from 0 to 10. Only the rating of critics is
    in percent: Jellyfin shows it as a percentage, and Kodi divides it.
    """
    scale = rating_scale(name) if is_of_critics(name) else 10
    number = f"{value * scale / rating_scale(name):.2f}".rstrip("0").rstrip(".")
    parts = (("value", number), ("votes", "" if votes is None else str(votes)))
    default = {"default": "true"} if is_shown else {}
    return NfoElement(
        tag="rating",
        attributes={"name": rating_name(name), "max": str(scale), **default},
        children=tuple(NfoElement(tag=tag, text=text) for tag, text in parts if text),
    )


def _each(tag: str, texts: Iterable[str], split_at: str) -> Iterator[NfoElement]:
    yield from (NfoElement(tag=tag, text=text) for text in dict.fromkeys(_parts(texts, split_at)))


def _parts(texts: Iterable[str], split_at: str) -> Iterator[str]:
    for text in texts:
        yield from (part.strip() for part in re.split(split_at, text) if part.strip())


def _ids(content: NfoContent) -> Iterator[ElementGroup]:
    """
    Yield the ids, the best kind first.

    Kodi heeds `default`, and Jellyfin only the type. Films also have the tags of Jellyfin. Nobody agrees about `<id>`:
    it is never new, but it changes with the others.
    """
    if content.kind == "season":
        return
    is_first = True
    for name, kind in id_kinds().items():
        if kind.field not in content.values:
            continue
        value = content.values[kind.field]
        elements: list[NfoElement] = []
        if value:
            default = {"default": "true"} if is_first else {}
            elements = [NfoElement(tag="uniqueid", text=value, attributes={"type": name, **default})]
            if content.kind == "movie" and name in _IDS_OF_FILMS:
                elements.append(NfoElement(tag=kind.nfo_tags[0], text=value))
            is_first = False
        yield ElementGroup(
            field=kind.field,
            tags=("uniqueid", *kind.nfo_tags, "id"),
            elements=tuple(elements),
            marks={"uniqueid": ("type", name)},
        )


def _season_names(content: NfoContent) -> Iterator[ElementGroup]:
    if content.kind != "tvshow":
        return
    for number, name in sorted(content.season_names.items()):
        mark = ("number", str(number))
        element = NfoElement(tag="namedseason", text=name, attributes=dict([mark]))
        yield ElementGroup(
            field=SEASON_NAMES,
            tags=("namedseason",),
            elements=(element,) if name else (),
            marks={"namedseason": mark},
        )


_IDS = "ids"
_IDS_OF_FILMS = frozenset(list(id_kinds())[:2])  # those of the two best kinds, which Jellyfin knows for films
_WRITERS = frozenset({"Writer", "Screenplay"})
_RULES: tuple[_FieldElements, ...] = (
    _FieldElements(field="title", tags=("title",), write=_text),
    _FieldElements(field="original_title", tags=("originaltitle",), write=_text),
    _FieldElements(field="sort_title", tags=("sorttitle",), write=_text),
    _FieldElements(field=SERIES_TITLE, tags=("showtitle",), write=_text),
    _FieldElements(field="season", tags=("season",), write=_text, kinds=frozenset({"episodedetails"})),
    _FieldElements(field="season", tags=("seasonnumber", "season"), write=_text, kinds=frozenset({"season"})),
    _FieldElements(field="episode", tags=("episode",), write=_text),
    _FieldElements(field="ratings", tags=("ratings", "rating"), write=_ratings, mode="ratings"),
    _FieldElements(field="plot", tags=("plot",), write=_text, also_cleared=("outline",)),
    _FieldElements(field="tagline", tags=("tagline",), write=_text),
    _FieldElements(field="runtime_minutes", tags=("runtime",), write=_text),
    _FieldElements(field="content_rating", tags=("mpaa",), write=_text),
    _FieldElements(field=_IDS, tags=(), write=_text),
    _FieldElements(field="genres", tags=("genre",), write=_slashed, mode="list"),
    _FieldElements(field="countries", tags=("country",), write=_joined, mode="list"),
    _FieldElements(field="collection", tags=("set",), write=_set),
    _FieldElements(field="tags", tags=("tag",), write=_items, mode="list"),
    _FieldElements(field="crew", tags=("credits", "writer"), write=_writers, mode="list"),
    _FieldElements(field="crew", tags=("director",), write=_directors, mode="list"),
    _FieldElements(field="release_date", tags=("premiered", "releasedate", "aired"), write=_dates),
    _FieldElements(field="aired", tags=("aired", "premiered", "releasedate"), write=_dates),
    _FieldElements(field="year", tags=("year",), write=_text),
    _FieldElements(field="status", tags=("status",), write=_text),
    _FieldElements(field="studios", tags=("studio",), write=_items, mode="list"),
    _FieldElements(field=SEASON_NAMES, tags=("namedseason",), write=_text),
    _FieldElements(field="cast", tags=("actor",), write=_actors, mode="list"),
)
