"""OMDb: https://www.omdbapi.com. All its values are texts, and an error comes with the status 200."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from indexium_core import errors
from indexium_core.model.lookups.candidates import Candidate, ContentType, SearchQuery
from indexium_core.model.lookups.records import (
    Artwork,
    CastMember,
    CrewMember,
    EnrichedMetadata,
    EpisodeRecord,
    ExternalRatings,
    ExternalVotes,
    ImageCandidate,
    ProviderRecord,
    SeasonRecord,
)
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.sources import normalise
from indexium_core.sources.client import Credentials
from indexium_core.sources.provider import Provider, ProviderAccess

PAGE, MAX_PAGES = 10, 3  # titles of a page, and pages of a search
_TYPES = {"movie": "movie", "tv": "series"}
_KINDS: Mapping[str, TitleKind] = {"movie": "movie", "series": "tv"}
_ABSENT = ("not found", "incorrect imdb id", "too many results", "error getting data")
_RUNTIME = re.compile(r"(?:(\d{1,3})\s*h)?\s*(?:(\d[\d,]{0,6})\s*min)?", re.IGNORECASE)
_NOTE = re.compile(r"\s*\([^()]*\)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})")


def interpret(status: int, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """
    Return the data of an answer; None if OMDb has no such title.

    Raises:
        ProviderError: The quota is spent, the key is rejected, or the answer has another error.

    """
    if str(data.get("Response")).casefold() == "true" and status == 200:
        return data
    message = normalise.text(data, "Error").casefold()
    if "limit" in message:
        raise errors.ProviderError("OMDb reports that the requests of this day are used up.", code="provider_quota")
    if "api key" in message or status in {401, 403}:
        raise errors.ProviderError("OMDb rejects the key.", code="provider_key")
    if status == 404 or any(words in message for words in _ABSENT):
        return None
    raise errors.ProviderError("OMDb gives no usable answer: it reports an error.", code="provider_bad_answer")


class Omdb(Provider):
    """Searches titles, and returns their details with the ratings of IMDb, Rotten Tomatoes and Metacritic."""

    def __init__(self, access: ProviderAccess) -> None:
        self.client = access.client(
            lambda: Credentials(parameters=access.with_key("apikey", "omdb_api_key")), interpret
        )

    def search(self, query: SearchQuery, *, strict: bool) -> list[Candidate]:
        """Return the first ten titles."""
        parameters = {"s": query.title, "type": _TYPES.get(query.content_type, "")}
        if strict and query.year:
            parameters["y"] = str(query.year)
        data = self.client.get("/", parameters) or {}
        return [each for row in normalise.rows(data, "Search") if (each := _candidate(row)) is not None]

    def more(self, query: SearchQuery) -> list[Candidate]:
        """Return the titles of the next pages of a search without year."""
        parameters = {"s": query.title, "type": _TYPES.get(query.content_type, "")}
        total = normalise.integer(self.client.get("/", parameters) or {}, "totalResults") or 0
        found = list[Candidate]()
        for page in range(2, min(-(-total // PAGE), MAX_PAGES) + 1):
            data = self.client.get("/", parameters | {"page": str(page)}) or {}
            found += [each for row in normalise.rows(data, "Search") if (each := _candidate(row)) is not None]
        return found

    def find(self, ids: Sequence[ExternalId], kind: ContentType) -> list[Candidate]:
        """Return the titles that have an IMDb id."""
        found = list[Candidate]()
        for each in ids:
            if each.provider == "imdb":
                record = self.details(each.value, "tv" if kind == "tv" else "movie")
                found += [record.candidate] if record else []
        return found

    def details(self, external_id: str, kind: TitleKind) -> ProviderRecord | None:
        """Return a title by its IMDb id; OMDb needs no type for that."""
        del kind
        data = self.client.get("/", {"i": external_id, "plot": "full"})
        candidate = None if data is None else _candidate(data)
        if data is None or candidate is None:
            return None
        is_complete = all(isinstance(data.get(name), str) for name in ("Plot", "Actors", "imdbRating"))
        return ProviderRecord(
            candidate=candidate,
            metadata=_metadata(data),
            images=tuple(_images(data)),
            countries=tuple(_names(data, "Country")),
            is_complete=is_complete,
        )

    def season(self, external_id: str, number: int) -> SeasonRecord | None:
        """Return a season by the IMDb id of the series. The lists of OMDb may lack episodes."""
        data = self.client.get("/", {"i": external_id, "Season": str(number)})
        if data is None:
            return None
        episodes = list[EpisodeRecord]()
        for row in normalise.rows(data, "Episodes"):
            episode = normalise.integer(row, "Episode")
            if episode:
                imdb = normalise.title_id(row, "imdbID", "imdb")
                episodes.append(
                    EpisodeRecord(
                        season=number,
                        episode=episode,
                        title=normalise.text(row, "Title"),
                        aired=normalise.day(row, "Released"),
                        external_ids={"imdb": imdb} if imdb else {},
                    )
                )
        return SeasonRecord(number=number, episodes=tuple(sorted(episodes, key=lambda each: each.episode)))


def _candidate(row: Mapping[str, Any]) -> Candidate | None:
    """Return a title; None for a game or an episode, and without id or title."""
    imdb, title = normalise.title_id(row, "imdbID", "imdb"), normalise.text(row, "Title")
    kind = _KINDS.get(normalise.text(row, "Type"))
    if not imdb or not title or kind is None:
        return None
    votes = normalise.votes(row, "imdbVotes") or 0
    return Candidate(
        provider="omdb",
        external_id=imdb,
        content_type=kind,
        title=title,
        year=normalise.year(row, "Year"),
        popularity=min(votes / 10_000, 100.0),  # a million votes give the highest popularity
        runtime_minutes=_runtime(row),
        external_ids={"imdb": imdb},
        plot=normalise.text(row, "Plot"),
        cast=tuple(_names(row, "Actors")),
        poster_url=_poster(row),
    )


def _metadata(data: Mapping[str, Any]) -> EnrichedMetadata:
    imdb = normalise.title_id(data, "imdbID", "imdb")
    crew = [CrewMember(name, job) for job in ("Director", "Writer") for name in _names(data, job)]
    values = {normalise.text(row, "Source"): normalise.text(row, "Value") for row in normalise.rows(data, "Ratings")}
    metascore = _leading(normalise.text(data, "Metascore")) or _leading(values.get("Metacritic", ""))
    return EnrichedMetadata(
        source="omdb",
        confidence=1.0,
        external_ids={"imdb": imdb, "omdb": imdb},
        plot=normalise.text(data, "Plot"),
        cast=tuple(CastMember(name, order=number) for number, name in enumerate(_names(data, "Actors"))),
        crew=tuple(dict.fromkeys(crew)),
        ratings=ExternalRatings(
            imdb=normalise.number(data, "imdbRating"),
            rotten_tomatoes=_leading(values.get("Rotten Tomatoes", "")),
            metacritic=metascore,
        ),
        votes=ExternalVotes(imdb=normalise.votes(data, "imdbVotes")),
        artwork=Artwork(poster=_poster(data)),
        genres=tuple(_names(data, "Genre")),
        release_date=_date(normalise.text(data, "Released")),
        runtime_minutes=_runtime(data),
        content_rating=normalise.text(data, "Rated"),
    )


def _images(data: Mapping[str, Any]) -> list[ImageCandidate]:
    url = _poster(data)
    return [ImageCandidate(provider="omdb", kind="poster", url=url)] if url else []


def _poster(row: Mapping[str, Any]) -> str:
    url = normalise.text(row, "Poster")
    return url if url.startswith("https://") else ""


def _names(row: Mapping[str, Any], key: str) -> list[str]:
    """Return the names of a list in one text, without the notes in brackets, which may have commas."""
    plain = _NOTE.sub("", normalise.text(row, key))
    return list(dict.fromkeys(name.strip() for name in plain.split(",") if name.strip()))


def _runtime(row: Mapping[str, Any]) -> int | None:
    """Return the minutes of `148 min` or `1 h 30 min`."""
    found = _RUNTIME.fullmatch(normalise.text(row, "Runtime"))
    if not found:
        return None
    minutes = int(found[1] or 0) * 60 + int((found[2] or "0").replace(",", ""))
    return minutes or None


def _leading(text: str) -> int | None:
    """Return the number of `87%` or `74/100`."""
    found = re.match(r"\d{1,3}(?!\d)", text)
    return int(found[0]) if found else None


def _date(text: str) -> date | None:
    """Return the date of `16 Jul 2010` or `2010-07-16`, whatever the language of the system is."""
    found = _DATE.fullmatch(text)
    with contextlib.suppress(ValueError):
        if found:
            return date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
        return datetime.fromisoformat(text).date()
    return None
