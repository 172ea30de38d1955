"""The search for a title: what names, NFO files and people say about it, and what a person types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from indexium_core.model import wording
from indexium_core.model.lookups.candidates import SearchQuery
from indexium_core.model.matches.questions import FileFact
from indexium_core.model.providers.external_ids import ID_FIELDS, ExternalId
from indexium_core.model.titles.fields import KIND_NAMES, EntityType
from indexium_core.model.titles.titles import TitleItem
from indexium_core.store.titles.matches import SearchValue

KINDS: Mapping[EntityType, Literal["movie", "tv"]] = {"movie": "movie", "series": "tv"}
_PROVIDERS: Mapping[str, str] = {field: provider for provider, field in ID_FIELDS.items()}
LONGEST = 300  # characters of a title that is sent
_SECONDS = 60  # of a minute
_SHORTEST = 60  # seconds: a shorter file is a placeholder or damaged, so its runtime says nothing about a film
_FIRST_YEAR = 1870
_YEAR_AT_END = re.compile(r"(?P<title>.*\S)\s+(?:\((?P<sure>\d{4})\)|(?P<year>\d{4}))")


def query_of(
    item: TitleItem, values: Sequence[SearchValue], parts: Sequence[tuple[int | None, float | None]] = ()
) -> SearchQuery:
    """
    Return the search for a film or series.

    `parts` are part and duration (seconds) of the main files of a film. Values of providers do not count:
    they come from a match.
    """
    shown = {each.field: each.value for each in values if each.shown}
    year = shown.get("year")
    return SearchQuery(
        str(shown.get("title") or item.title)[:LONGEST],
        int(year) if isinstance(year, int | str) and str(year).isdecimal() else None,
        KINDS[item.entity_type],
        runtime_minutes=minutes_of(parts),
        country=str(shown.get("country") or ""),
        external_ids=ids_of(values),
        original_title=str(shown.get("original_title") or ""),
        people=tuple(str(each["name"]) for each in shown.get("cast") or () if each.get("name")),
    )


def ids_of(values: Sequence[SearchValue]) -> tuple[ExternalId, ...]:
    """
    Return the ids that names, NFO files and people give a title, each once.

    An id by hand or a locked one replaces the others of its provider. Two ids of one provider are a question.
    """
    found: dict[ExternalId, None] = {}
    for provider, field in ID_FIELDS.items():
        own = [each for each in values if each.field == field]
        decided = [each for each in own if each.shown and (each.locked or each.origin == "hand")]
        ids = [ExternalId(provider, str(each.value)) for each in decided or own if each.value is not None]
        found |= dict.fromkeys(each for each in ids if each.is_valid)
    return tuple(found)


def facts_of(item: TitleItem, values: Sequence[SearchValue], minutes: float | None) -> tuple[FileFact, ...]:
    """Return what the files say about a title, with its sources, for people."""
    texts = [("title", "title"), ("original_title", "original title"), ("year", "year"), ("country", "country")]
    facts = [
        FileFact(name=name, text=str(each.value), source=each.origin)
        for field, name in texts
        for each in values
        if each.field == field and each.shown and each.value not in (None, "")
    ]
    facts.append(FileFact(name="type", text=KIND_NAMES[item.entity_type], source="name"))
    if minutes:
        facts.append(FileFact(name="runtime", text=wording.plural(round(minutes), "minute"), source="measured"))
    known = ids_of(values)
    for each in values:
        found = ExternalId(_PROVIDERS.get(each.field, ""), str(each.value))
        if found in known:
            facts.append(FileFact(name="id", text=str(found), source=each.origin))
    return tuple(facts)


def plain_query(query: SearchQuery, *, by_hand: SearchQuery | None = None) -> dict[str, Any]:
    """Return the JSON form of a search. `by_hand`: a person searched it for a title about which this is known."""
    ids = [f"{each.provider}:{each.value}" for each in query.external_ids]
    plain = {"title": query.title, "year": query.year, "ids": ids, "by_hand": by_hand is not None}
    plain |= {"country": query.country} if query.country else {}
    plain |= {"original_title": query.original_title} if query.original_title else {}
    return plain if by_hand is None else plain | {"known": plain_query(by_hand)}


def is_changed(plain: Mapping[str, Any], query: SearchQuery) -> bool:
    """Return whether what is known about a title changed since a person searched it by hand."""
    known = plain.get("known")
    return known is not None and known != plain_query(query)


def searched_id(plain: Mapping[str, Any]) -> str:
    """Return the id that a person searched, such as `tmdb:603`; "" if it is none or an id of the files."""
    known = plain.get("known")
    return plain["ids"][0] if known is not None and plain["ids"] and plain["ids"] != known["ids"] else ""


def query_of_text(text: str, query: SearchQuery, *, last_year: int) -> SearchQuery:
    """
    Return the search for a title that a person types, perhaps with a year at its end: `Solaris 1972`, `1917 (2019)`.

    A number later than `last_year` belongs to the title. Ids of the files do not count, because the person searches
    another title.
    """
    title, year = " ".join(text.split()), None
    if (match := _YEAR_AT_END.fullmatch(title)) and _FIRST_YEAR <= int(match["sure"] or match["year"]) <= last_year:
        title, year = match["title"], int(match["sure"] or match["year"])
    return replace(query, title=title, year=year, external_ids=())


def minutes_of(parts: Sequence[tuple[int | None, float | None]]) -> float | None:
    """Return the runtime: the sum of all parts, or that of the first file; None if not known or below a minute."""
    by_part: dict[int, float | None] = {}
    for part, seconds in parts:
        if part is not None:
            by_part.setdefault(part, seconds)
    known = list(by_part.values()) or [seconds for _, seconds in parts[:1]]
    total = sum(seconds or 0.0 for seconds in known)
    return total / _SECONDS if all(known) and total >= _SHORTEST else None
