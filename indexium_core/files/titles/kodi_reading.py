"""
Read NFO files as Kodi reads them.

Measured with Kodi 20.1 (`tests/support/kodi.py`); the source is `CVideoInfoTag::ParseNative` and `CNfoFile::Create` of
https://github.com/xbmc/xbmc. Kodi does not look at the name of the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from indexium_core.files.titles.player_xml import ParsedXml, XmlNode, first_texts, kodi_text, tolerant
from indexium_core.model.publishing.player_views import MediaFolder, NfoReading, PlayerFact, fact, versions
from indexium_core.model.publishing.players import Player

_NUMBER = re.compile(r"\s*([+-]?\d{1,9})")
_DECIMAL = re.compile(r"\s*([+-]?(?:\d{1,9}(?:\.\d*)?|\.\d+))")
_BLOCK = re.compile("<episodedetails")
_SEPARATOR = " / "  # between values of one element
_NO_DATE = 1970  # Kodi shows the beginning of its calendar for a date that it cannot read


def reading(player: Player, folder: MediaFolder, name: str) -> NfoReading:
    """Return what Kodi reads in an NFO file of a folder."""
    data = folder.nfo[name]
    text = kodi_text(data)
    if folder.entity == "season":
        return _season(folder, tolerant(text).root)
    parsed = tolerant(text)
    if folder.entity == "episode":
        chosen = _document_of_episode(player, folder, text, parsed)
        if chosen is None:
            of = versions(player.first, player.last)
            stray = fact(player, "stray", of="title", state="not_seen", name=name, number=folder.number, versions=of)
            return NfoReading(is_read=False, facts=(stray,))
        parsed = chosen
    if parsed.root is None:
        hidden = fact(player, "hidden", of="title", state="not_seen", name=name, why=_why(data, text))
        return NfoReading(is_read=False, facts=(hidden,))
    facts = [fact(player, "damaged", of="title", name=name)] if parsed.is_damaged else []
    if parsed.has_more and folder.entity != "episode":
        facts.append(fact(player, "several roots", of="title", name=name))
    return _values(player, folder, parsed.root, name, facts)


def _values(player: Player, folder: MediaFolder, root: XmlNode, name: str, facts: list[PlayerFact]) -> NfoReading:
    title = _first(root, "title")
    if not title:
        facts.append(fact(player, "no title", of="title", name=name))
    return NfoReading(
        title=title,
        year=_year(player, folder, root, facts),
        people=_people(root),
        plot=_first(root, "plot"),
        rating=_rating(root),
        countries=_countries(root),
        poster=next(_addresses(root, "thumb" if folder.entity == "episode" else "poster"), ""),
        facts=tuple(facts),
    )


def _why(data: bytes, text: str) -> str:
    """Return why a file has no root for Kodi, as the end of a sentence."""
    if not data.strip():
        return "is empty"
    if b"\0" in data[:4]:
        return "is UTF-16"
    if "<!DOCTYPE" in text:
        return "has a document type with entities"
    return "begins with other text than XML" if "<" in text else "has only an address or other text"


def _document_of_episode(player: Player, folder: MediaFolder, text: str, first: ParsedXml) -> ParsedXml | None:
    """Return the document with the number of an episode, or the only one; None if Kodi does not add the episode."""
    if first.root is None or folder.number is None or _episode(first) == folder.number:
        return first
    starts = [match.start() for match in _BLOCK.finditer(text)]
    documents = (tolerant(text[start:]) for start in starts)
    chosen = next((each for each in documents if _episode(each) == folder.number), None)
    if chosen is not None:
        return chosen
    is_only = len([start for start in starts if start >= player.stray_episode_from]) == 1
    return first if is_only else None


def _episode(parsed: ParsedXml) -> int | None:
    return _integer(_first(parsed.root, "episode")) if parsed.root is not None else None


def _season(folder: MediaFolder, root: XmlNode | None) -> NfoReading:
    """Return the name of a season in `tvshow.nfo`."""
    if root is None:
        return NfoReading()
    named = [each for each in root.elements("namedseason") if _integer(each.attributes.get("number")) == folder.number]
    titles = (each.children[0].text for each in named if each.children and each.children[0].text)
    return NfoReading(title=next(titles, ""), poster=next(_addresses(root, "poster", season=folder.number), ""))


def _first(root: XmlNode, name: str) -> str:
    return next(first_texts(root, name), "").strip()


def _year(player: Player, folder: MediaFolder, root: XmlNode, facts: list[PlayerFact]) -> int | None:
    """Return the year; a date that Kodi cannot read is 1970."""
    names = {"series": ("premiered",), "episode": ("aired",)}.get(folder.entity, player.elements["year"].names)
    for name in names:
        text = next(first_texts(root, name), "")
        if name == "year":
            number = _integer(text)
            if number is not None and number > 0:
                return number
        elif text:
            found = _date(text)
            if found is None:
                facts.append(fact(player, "1970", of="year", element=name))
                return _NO_DATE
            year = _integer(_first(root, "year"))
            if name == "premiered" and year not in (None, 0, found.year):
                facts.append(fact(player, "premiered", of="year", year=year))
            return found.year
    if folder.entity not in ("series", "episode"):
        return None
    facts.append(fact(player, "no date", of="year", element=names[0]))
    return _NO_DATE


def _date(text: str) -> date | None:
    """Return a date as `CDateTime::SetFromDBDate` reads it: yyyy-MM-dd, or dd-MM-yyyy, with any sign between."""
    parts = (text[6:10], text[3:5], text[:2]) if text[2:3] in ("-", ".") else (text[:4], text[5:7], text[8:10])
    try:
        return date(*(_integer(part) or 0 for part in parts))
    except ValueError:
        return None


def _people(root: XmlNode) -> tuple[str, ...]:
    """Return the names of the actors by their order; those without one are the last."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    names: dict[str, str] = {}  # the database of Kodi knows no case of ASCII letters: the first spelling stays
    actors = [
        (_first(each, "name"), _first(each, "role"), _integer(_first(each, "order"))) for each in root.elements("actor")
    ]
    last = max((order for _, _, order in actors if order is not None), default=-1)
    for name, role, order in actors:
        is_ordered = order is not None and order >= 0
        last += not is_ordered
        if name:
            known = names.setdefault("".join(sign.lower() if sign.isascii() else sign for sign in name), name)
            found.setdefault((known, role), (order if order is not None and is_ordered else last, known))
    return tuple(known for _, known in sorted(found.values(), key=lambda item: item[0]))


def _rating(root: XmlNode) -> float | None:
    """Return the rating that is the default, or the first one, on a scale from 0 to 10."""
    groups = root.elements("ratings")
    if not groups:
        flat = next(iter(root.elements("rating")), None)
        return _scaled(flat, next(first_texts(root, "rating"), "")) if flat is not None else None
    found: dict[str, float] = {}
    default = "default"
    for each in groups[0].elements("rating"):
        name = each.attributes.get("name", "default")
        value = _scaled(each, next(first_texts(each, "value"), ""))
        if value is not None:
            default = default if found else name
            found[name] = value
        if each.attributes.get("default", "").lower() in ("true", "yes", "1"):
            default = name
    return found.get(default)


def _scaled(element: XmlNode, text: str) -> float | None:
    match = _DECIMAL.match(text)
    most = _integer(element.attributes.get("max")) or 10
    value = float(match[1]) / (most if most >= 1 else 10) * 10 if match else 0.0
    return round(value, 2) if 0 < value <= 10 else None


def _countries(root: XmlNode) -> tuple[str, ...]:
    found: list[str] = []
    for element, text in zip(root.elements("country"), first_texts(root, "country"), strict=True):
        if text and element.attributes.get("clear", "").lower() == "true":
            found.clear()
        found += [each.strip() for each in text.split(_SEPARATOR) if each.strip()]
    return tuple(dict.fromkeys(found))


def _addresses(root: XmlNode, aspect: str, *, season: int | None = None) -> Iterator[str]:
    """Yield the addresses of `<thumb>` elements for an aspect: of the title, or of one of its seasons."""
    for element, text in zip(root.elements("thumb"), first_texts(root, "thumb"), strict=True):
        of_season = _integer(element.attributes.get("season")) if element.attributes.get("type") == "season" else None
        if of_season == season and (element.attributes.get("aspect") or aspect) == aspect and text.strip():
            yield text.strip()


def _integer(text: str | None) -> int | None:
    match = _NUMBER.match(text or "")
    return int(match[1]) if match else None
