"""
Read NFO files as Jellyfin reads them.

The source is `MediaBrowser.XbmcMetadata/Parsers` of https://github.com/jellyfin/jellyfin (10.9 to 12). Elements count
in their order, so that the last one wins. An error ends the reading without a message; what is before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from indexium_core.files.titles.player_xml import ParsedXml, XmlNode, jellyfin_text, strict
from indexium_core.model.publishing.player_views import MediaFolder, NfoReading, PlayerFact, fact
from indexium_core.model.publishing.players import Player

_END_OF_EPISODE = "</episodedetails>"
_DECIMAL = re.compile(r"\d*\.?\d*")
_NUMBER = re.compile(r"\s*[+-]?\d{1,9}\s*")
_YES_OR_NO = frozenset({"true", "false", "1", "0"})
_SIZES = ("width", "height", "durationinseconds")
_OLDEST = 1850  # Jellyfin ignores earlier years
_DATES = ("premiered", "aired", "releasedate", "formed")
# The elements that Jellyfin reads as text, so that an element in them ends the reading.
_TEXTS = frozenset(
    {
        "aired",
        "aspectratio",
        "biography",
        "country",
        "countrycode",
        "credits",
        "criticrating",
        "customrating",
        "dateadded",
        "director",
        "displayorder",
        "enddate",
        "formed",
        "genre",
        "imdb_id",
        "imdbid",
        "language",
        "lastplayed",
        "localtitle",
        "lockdata",
        "lockedfields",
        "mpaa",
        "name",
        "originaltitle",
        "playcount",
        "plot",
        "premiered",
        "rating",
        "releasedate",
        "review",
        "runtime",
        "sortname",
        "sorttitle",
        "studio",
        "style",
        "tag",
        "tagline",
        "thumb",
        "title",
        "tmdbid",
        "trailer",
        "tvdbid",
        "uniqueid",
        "writer",
        "year",
    }
)
_IN_ACTOR = frozenset({"name", "role", "type", "order", "sortorder", "thumb"})


def reading(player: Player, folder: MediaFolder, name: str) -> NfoReading:
    """Return what Jellyfin reads in an NFO file of a folder."""
    data = folder.nfo[name]
    text = jellyfin_text(data)
    if folder.entity == "season":
        return _season(player, folder, name, strict(text))
    documents = list(_documents(folder, text))
    parsed = [strict(each) for each in documents]
    reader = _JellyfinReader(player, folder, name)
    if parsed:
        reader.read(parsed[0])
    if folder.entity == "episode":
        reader.join(parsed[1:])
    if "\ufffd" in text and b"\xef\xbf\xbd" not in data:
        reader.note("encoding", of="title", name=name)
    return reader.found()


def _documents(folder: MediaFolder, text: str) -> Iterator[str]:
    """Yield the parts of a file that Jellyfin parses; it parses nothing without an end tag."""
    if folder.entity == "episode":
        *blocks, rest = re.split(f"(?<={_END_OF_EPISODE})", text, flags=re.IGNORECASE)
        yield from blocks or [rest]
        return
    end = text.find(">", text.rfind("</")) if "</" in text else -1
    if end >= 0:
        yield text[: end + 1]


def _season(player: Player, folder: MediaFolder, name: str, parsed: ParsedXml) -> NfoReading:
    """Return what a file has of a season; after an error Jellyfin uses nothing of it."""
    if name.lower() == "tvshow.nfo":
        named = parsed.root.elements("namedseason") if parsed.root is not None else []
        titles = [each.value.strip() for each in named if _integer(each.attributes.get("number", "")) == folder.number]
        return NfoReading(title=titles[0] if titles else "")
    if parsed.is_damaged:
        return NfoReading(facts=(fact(player, "lost", of="title", state="not_seen", name=name),))
    reader = _JellyfinReader(player, folder, name)
    reader.read(parsed)
    return reader.found()


class _JellyfinReader:
    """The values of one title, while its elements are read."""

    def __init__(self, player: Player, folder: MediaFolder, name: str) -> None:
        self._player = player
        self._folder = folder
        self._name = name
        self._title = ""
        self._plot = ""
        self._year: int | None = None
        self._date: date | None = None
        self._people: dict[str, str] = {}  # name without upper case → name
        self._ratings: list[float] = []
        self._countries: list[tuple[str, ...]] = []
        self._poster = ""
        self._is_locked = False
        self._facts: list[PlayerFact] = []

    def note(self, key: str, *, of: str, **details: str | int) -> None:
        self._facts.append(fact(self._player, key, of=of, state="warning", **details))

    def read(self, parsed: ParsedXml) -> None:
        """Read a document up to its end or its first error."""
        if parsed.has_doctype:
            self.note("doctype", of="title", name=self._name)
            return
        for element in parsed.root.elements() if parsed.root is not None else ():
            form = self._element(element) if element.is_complete else self._part(element)
            if form:
                self.note("ends", of="title", element=element.name, form=form)
                return
        if parsed.has_more and self._folder.entity != "episode":
            self.note("several roots", of="title", name=self._name)
        elif parsed.is_damaged:
            self.note("damaged", of="title", name=self._name)

    def join(self, others: list[ParsedXml]) -> None:
        """Add the titles and plots of further episodes of one file; an error in one of them leaves only the first."""
        titles, plots = [self._title], [self._plot]
        for parsed in others:
            if parsed.root is None or parsed.is_damaged:
                return
            other = _JellyfinReader(self._player, self._folder, self._name)
            other.read(parsed)
            titles += [other._title] if other._title else []
            plots += [other._plot] if other._plot else []
        if others:
            self._title, self._plot = " / ".join(titles), " / ".join(plots)
            self.note("joined", of="title", count=len(others) + 1)

    def found(self) -> NfoReading:
        if not self._title and not any(each.field == "title" for each in self._facts):
            self.note("no title", of="title", name=self._name)
        if len(self._ratings) > 1:
            self.note("last rating", of="rating", value=f"{self._ratings[-1]:g}")
        if len(self._countries) > 1:
            self.note("one country", of="country", value=" / ".join(self._countries[-1]))
        return NfoReading(
            title=self._title,
            year=self._year if self._year is not None else self._date.year if self._date else None,
            people=tuple(self._people.values()),
            plot=self._plot,
            rating=self._ratings[-1] if self._ratings else None,
            countries=self._countries[-1] if self._countries else (),
            poster=self._poster,
            is_locked=self._is_locked,
            facts=tuple(self._facts),
        )

    def _part(self, element: XmlNode) -> str:
        """Read an element with an error in it: only complete ratings count."""
        if element.name == "ratings":
            self._read_ratings(element)
        return ""

    def _element(self, element: XmlNode) -> str:
        """Read an element; return what it needs if it ends the reading, or ""."""
        name = element.name
        if name in _TEXTS and element.elements():
            return "text without elements"
        titles = self._player.elements["title"].names
        if name in titles or (name == "seasonname" and self._folder.entity == "season"):
            self._title = element.value.strip()
        elif name in self._player.elements["plot"].names:
            self._plot = element.value.strip()
        elif name == "year" or name in _DATES:
            self._read_date(element)
        elif name == "actor":
            return self._read_actor(element)
        elif name in ("rating", "ratings"):
            self._read_ratings(element)
        elif name == "country":
            self._read_country(element.value)
        elif name == "thumb":
            self._read_thumb(element)
        elif name == "lockdata":
            self._is_locked = element.value.lower() == "true"
        elif name == "watched" and element.value.strip() not in _YES_OR_NO:
            return "true or false"
        elif name == "fileinfo" and self._folder.entity not in ("series", "season"):
            return _read_file_info(element)
        return ""

    def _read_date(self, element: XmlNode) -> None:
        text = element.value
        if element.name == "year":
            number = _integer(text)
            self._year = number if number is not None and number > _OLDEST else self._year
            return
        try:
            found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
        except ValueError:
            found = None
        if found is not None:
            self._date = self._date or found
        elif text.strip():
            self.note("date", of="year", element=element.name)

    def _read_actor(self, element: XmlNode) -> str:
        name = ""
        for child in element.elements():
            if child.name.lower() in _IN_ACTOR and child.elements():
                return "text without elements"
            if child.name in ("name", "Name"):
                name = child.value.strip()
        if name:
            self._people.setdefault(name.casefold(), name)
        return ""

    def _read_ratings(self, element: XmlNode) -> None:
        if element.name == "rating":
            texts = [element.value.replace(",", ".")]
        else:
            rated = [each for each in element.elements("rating") if not _is_of_critics(each.attributes.get("name", ""))]
            texts = [value.value for each in rated for value in each.elements("value") if value.is_complete]
        matches = [each for each in texts if _DECIMAL.fullmatch(each) and any(sign.isdigit() for sign in each)]
        self._ratings += [float(each) for each in matches]

    def _read_country(self, text: str) -> None:
        if parts := tuple(each.strip() for each in text.split("/") if each.strip()):
            self._countries.append(parts)

    def _read_thumb(self, element: XmlNode) -> None:
        """Read the address of the poster: also that of an aspect that Jellyfin does not know."""
        aspect = element.attributes.get("aspect", "").strip() or "poster"
        others = ("banner", "clearlogo", "discart", "landscape", "clearart", "fanart")
        is_address = bool(re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/", element.value))
        if is_address and aspect not in others and "." not in aspect:
            self._poster = self._poster or element.value


def _read_file_info(element: XmlNode) -> str:
    """Return what a number about the video needs if it ends the reading, or ""."""
    videos = [video for details in element.elements("streamdetails") for video in details.elements("video")]
    sizes = [size for video in videos for size in video.elements(*_SIZES)]
    return "" if all(_integer(each.value) is not None for each in sizes) else "whole numbers"


def _is_of_critics(name: str) -> bool:
    """Return whether a rating is not that of the community, by its name."""
    lower = name.lower()
    return "tomato" in lower and "audience" not in lower


def _integer(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
