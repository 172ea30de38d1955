"""
A table of players: which NFO files, elements and pictures each one reads.

Each entry has its basis: measured with the program (`tests/support/kodi.py`), read in its public source, stated by its
maker, or reported by users. An entry without a basis is "not known". `docs/readers.md` has the same table with sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Parser: TypeAlias = Literal["tolerant", "strict"]
Wins: TypeAlias = Literal["first", "last", "all"]
# A type of entity, or a film or a video whose folder has videos of other titles.
Place: TypeAlias = Literal["movie", "mixed movie", "video", "mixed video", "series", "season", "episode"]

STEM = "{stem}"  # in names: the name of the media file without its extension
ANY_NAME = "*.nfo"  # the only NFO file of a folder, with any name


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOrder:
    """The names of files that count, best first; pictures have no extension here."""

    names: tuple[str, ...]
    basis: str  # measured, source, stated, reported; "" if not known
    hint: str = ""  # a sentence: the condition under which the program reads them


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementOrder:
    """The elements that give a field, best first, and which of several elements wins."""

    names: tuple[str, ...]
    wins: Wins
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence about a rule; `{...}` are its details."""

    text: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """The rules of a program for a range of its versions."""

    program: str
    first: str  # version
    last: str
    parser: Parser  # tolerant: reads what is before an error, as TinyXML; strict: as the XmlReader of .NET
    nfo: Mapping[Place, NameOrder]
    pictures: Mapping[Place, NameOrder]  # the poster; of an episode, its picture
    extensions: tuple[str, ...]  # of pictures, best first
    ranks_extensions: bool  # False: of two extensions of one picture, either one is shown
    has_exact_stem: bool  # the name of the media file counts with its upper and lower case
    elements: Mapping[str, ElementOrder]  # field → its elements
    # The seconds by which an NFO file is newer than the last save of its title, or it is not read again. None: it is
    # read again only when somebody refreshes the title.
    reread_after: int | None
    keeps_textures: bool = False  # a picture with other content under the same name shows the old copy
    # An episode file takes a document with the number of another episode, if it is the only one from this byte on.
    stray_episode_from: int = 0
    notes: Mapping[str, Note] = field(default_factory=dict)


_OPTION = "Its source needs the option “Movies are in separate folders that match the movie title”."
_SERIES = NameOrder(names=("tvshow.nfo",), basis="measured")
_EPISODE = NameOrder(names=(f"{STEM}.nfo",), basis="measured")
_KODI_OWN = NameOrder(names=("movie.nfo", f"{STEM}.nfo", ANY_NAME), basis="measured", hint=_OPTION)
_KODI_MIXED = NameOrder(names=(f"{STEM}.nfo",), basis="measured")
_KODI_POSTER = NameOrder(names=(f"{STEM}-poster", "poster", "folder"), basis="measured", hint=_OPTION)
_KODI_MIXED_POSTER = NameOrder(names=(f"{STEM}-poster",), basis="measured")

KODI_NOTES: Mapping[str, Note] = {
    "hidden": Note(text="Kodi does not add it: {name} {why}.", basis="measured"),
    "no nfo": Note(
        text="Kodi finds no NFO file: a source with “Local information only” does not add it.", basis="measured"
    ),
    "no title": Note(text="{name} has no title: Kodi shows an empty one.", basis="measured"),
    "several roots": Note(text="{name} has several documents: Kodi reads the first one.", basis="measured"),
    "damaged": Note(text="{name} is not valid XML: Kodi reads only what is before the error.", basis="measured"),
    "1970": Note(text="<{element}> is no full date (yyyy-MM-dd): Kodi shows the year 1970.", basis="measured"),
    "no date": Note(text="Without <{element}> Kodi shows the year 1970.", basis="measured"),
    "premiered": Note(text="Kodi shows the year of <premiered>, not <year> {year}.", basis="measured"),
    "stray": Note(text="{name} has no <episode> {number}: Kodi {versions} does not add the episode.", basis="measured"),
    "shadowed": Note(text="Kodi reads only {name}, not {other}.", basis="measured"),
    "season": Note(text="Kodi takes the name of a season from <namedseason> in tvshow.nfo only.", basis="measured"),
    "two extensions": Note(text="There are {names}: Kodi shows either of them.", basis="measured"),
    "texture": Note(text="Kodi shows its old copy of {name} until it drops it.", basis="measured"),
    "refresh": Note(
        text="Kodi reads changed NFO files of a title that it knows only when the title is refreshed.",
        basis="measured",
    ),
    "keeps": Note(text="Kodi keeps {value}: a refresh without a readable NFO file changes nothing.", basis="measured"),
}

KODI_ELEMENTS: Mapping[str, ElementOrder] = {
    "title": ElementOrder(names=("title",), wins="first", basis="measured"),
    "plot": ElementOrder(names=("plot",), wins="first", basis="measured"),
    "year": ElementOrder(names=("premiered", "year", "aired"), wins="first", basis="measured"),
    "people": ElementOrder(names=("actor",), wins="all", basis="measured"),
    "rating": ElementOrder(names=("ratings", "rating"), wins="first", basis="measured"),
    "country": ElementOrder(names=("country",), wins="all", basis="measured"),
}


def _kodi(version: str, *, stray_episode_from: int) -> Player:
    return Player(
        program="Kodi",
        first=version,
        last=version,
        parser="tolerant",
        nfo={
            "movie": _KODI_OWN,
            "mixed movie": _KODI_MIXED,
            "video": _KODI_OWN,
            "mixed video": _KODI_MIXED,
            "series": _SERIES,
            "season": NameOrder(names=("tvshow.nfo",), basis="measured"),
            "episode": _EPISODE,
        },
        pictures={
            "movie": _KODI_POSTER,
            "mixed movie": _KODI_MIXED_POSTER,
            "video": _KODI_POSTER,
            "mixed video": _KODI_MIXED_POSTER,
            "series": NameOrder(names=("poster", "folder"), basis="measured"),
            "season": NameOrder(names=("{season}-poster",), basis="measured"),
            "episode": NameOrder(names=(f"{STEM}-thumb",), basis="measured"),
        },
        extensions=("png", "jpg", "jpeg", "webp", "gif", "bmp"),
        ranks_extensions=False,
        has_exact_stem=True,
        elements=KODI_ELEMENTS,
        reread_after=None,
        keeps_textures=True,
        stray_episode_from=stray_episode_from,
        notes=KODI_NOTES,
    )


JELLYFIN_NOTES: Mapping[str, Note] = {
    "no nfo": Note(text="Jellyfin finds no NFO file: the title is the name of the file.", basis="source"),
    "no title": Note(text="{name} has no title: Jellyfin shows the name of the file.", basis="source"),
    "several roots": Note(text="{name} has several documents: Jellyfin reads the first one.", basis="source"),
    "joined": Note(text="Jellyfin joins the titles of {count} episodes in one.", basis="source"),
    "damaged": Note(text="{name} is not valid XML: Jellyfin reads only what is before the error.", basis="source"),
    "lost": Note(text="{name} is not valid XML: Jellyfin reads nothing of it.", basis="source"),
    "doctype": Note(text="{name} has a document type: Jellyfin reads nothing of it.", basis="source"),
    "ends": Note(
        text="Jellyfin stops at <{element}>, which needs {form}: it does not read what follows.", basis="source"
    ),
    "date": Note(text="<{element}> is no full date (yyyy-MM-dd): Jellyfin ignores it.", basis="source"),
    "last rating": Note(text="Jellyfin shows the last rating, {value}; it ignores max and default.", basis="source"),
    "one country": Note(text="Jellyfin keeps only the last country, {value}.", basis="source"),
    "shadowed": Note(text="Jellyfin reads only {name}, not {other}.", basis="source"),
    "locks": Note(text="<lockdata> locks the title: Jellyfin reads no later version of {name}.", basis="source"),
    "locked": Note(text="The title is locked (<lockdata>): Jellyfin does not read {name} again.", basis="source"),
    "time": Note(
        text="Jellyfin {versions} does not read {name} again: it is not {seconds} newer than its last save.",
        basis="source",
    ),
    "keeps": Note(text="Jellyfin keeps {value}: a removed file or element changes nothing.", basis="source"),
    "encoding": Note(text="{name} is not UTF-8: Jellyfin shows wrong letters.", basis="source"),
}

_JELLYFIN_NFO = NameOrder(names=("movie.nfo", f"{STEM}.nfo"), basis="source")
_JELLYFIN_STEM = NameOrder(names=(f"{STEM}.nfo",), basis="source")
_WORDS = ("poster", "folder", "cover", "default")
_WITH_STEM = (STEM, *(f"{STEM}-{word}" for word in (*_WORDS, "movie")))
_JELLYFIN_POSTER = NameOrder(names=(*_WITH_STEM, *_WORDS, "movie"), basis="source")
_JELLYFIN_MIXED_POSTER = NameOrder(names=_WITH_STEM, basis="source")
_DATES = ("premiered", "aired", "releasedate", "formed")


def _jellyfin(first: str, last: str, *, reread_after: int) -> Player:
    return Player(
        program="Jellyfin",
        first=first,
        last=last,
        parser="strict",
        nfo={
            "movie": _JELLYFIN_NFO,
            "mixed movie": _JELLYFIN_STEM,
            "video": _JELLYFIN_STEM,
            "mixed video": _JELLYFIN_STEM,
            "series": NameOrder(names=("tvshow.nfo",), basis="source"),
            "season": NameOrder(names=("season.nfo", "tvshow.nfo"), basis="source"),
            "episode": _JELLYFIN_STEM,
        },
        pictures={
            "movie": _JELLYFIN_POSTER,
            "mixed movie": _JELLYFIN_MIXED_POSTER,
            "video": _JELLYFIN_POSTER,
            "mixed video": _JELLYFIN_MIXED_POSTER,
            "series": NameOrder(names=(*_WORDS, "show"), basis="source"),
            "season": NameOrder(names=("{named season}-poster", "{season}-poster", *_WORDS), basis="source"),
            "episode": NameOrder(names=(f"{STEM}-thumb", STEM), basis="source"),
        },
        extensions=("png", "jpg", "jpeg", "webp", "tbn", "gif", "svg"),
        ranks_extensions=True,
        has_exact_stem=False,
        elements={
            "title": ElementOrder(names=("title", "name", "localtitle"), wins="last", basis="source"),
            "plot": ElementOrder(names=("plot", "biography", "review"), wins="last", basis="source"),
            "year": ElementOrder(names=("year", *_DATES), wins="last", basis="source"),
            "people": ElementOrder(names=("actor",), wins="all", basis="source"),
            "rating": ElementOrder(names=("ratings", "rating"), wins="last", basis="source"),
            "country": ElementOrder(names=("country",), wins="last", basis="source"),
        },
        reread_after=reread_after,
        notes=JELLYFIN_NOTES,
    )


PLEX_NOTES: Mapping[str, Note] = {
    "mixed": Note(
        text="Plex reads NFO files of films only in folders of their own: the title is the name of the file.",
        basis="stated",
    ),
    "no nfo": Note(text="Plex finds no NFO file: the title is the name of the file.", basis="stated"),
    "no title": Note(text="{name} has no title: the title in Plex is not known.", basis=""),
    "condition": Note(
        text="Plex needs version 1.43.1 or later and a library with the agent “Plex NFO Movie” or “Plex NFO Series”.",
        basis="stated",
    ),
    "both": Note(text="There are {name} and {other}: it is not known which one Plex reads.", basis=""),
    "damaged": Note(text="{name} is no XML that every player reads: what Plex reads of it is not known.", basis=""),
    "season": Note(text="It is not known whether Plex reads the names of seasons.", basis=""),
    "refresh": Note(
        text="Plex reads changed files of a title that it knows only when the title is refreshed.", basis="reported"
    ),
    "two extensions": Note(text="There are {names}: it is not known which one Plex shows.", basis=""),
}

_PLEX_POSTER = NameOrder(names=("poster", "folder", "cover", "default", "movie", STEM), basis="source")
_PLEX_NFO = NameOrder(names=("movie.nfo", f"{STEM}.nfo"), basis="stated")
_NONE = NameOrder(names=(), basis="stated")

PLEX = Player(
    program="Plex",
    first="1.43.1",
    last="",
    parser="tolerant",
    nfo={
        "movie": _PLEX_NFO,
        "mixed movie": _NONE,
        "video": _PLEX_NFO,
        "mixed video": _NONE,
        "series": NameOrder(names=("tvshow.nfo",), basis="stated"),
        "season": NameOrder(names=(), basis=""),
        "episode": NameOrder(names=(f"{STEM}.nfo",), basis="stated"),
    },
    pictures={
        "movie": _PLEX_POSTER,
        "mixed movie": NameOrder(names=(STEM,), basis="source"),
        "video": _PLEX_POSTER,
        "mixed video": NameOrder(names=(STEM,), basis="source"),
        "series": NameOrder(names=("poster", "folder", "cover", "default", "show"), basis="source"),
        "season": NameOrder(names=("{season}-poster", "{season}"), basis="source"),
        "episode": NameOrder(names=(STEM, f"{STEM}-thumb"), basis="source"),
    },
    extensions=("jpg", "jpeg", "png", "tbn"),
    ranks_extensions=False,
    has_exact_stem=False,
    elements={
        name: ElementOrder(names=each.names, wins=each.wins, basis="stated") for name, each in KODI_ELEMENTS.items()
    },
    reread_after=None,
    notes=PLEX_NOTES,
)

PLAYERS: tuple[Player, ...] = (
    _kodi("20", stray_episode_from=1),
    _kodi("21", stray_episode_from=0),
    _jellyfin("10.9", "10.10", reread_after=0),
    _jellyfin("10.11", "12", reread_after=60),
    PLEX,
)
