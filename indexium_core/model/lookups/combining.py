"""The metadata of one title from several providers: the provider with the lowest rank wins for each value."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.lookups.records import Artwork, EnrichedMetadata, ExternalRatings, ExternalVotes
from indexium_core.model.providers.registry import order_of

COMBINED = ("plot", "cast", "crew", "genres", "keywords", "release_date", "runtime_minutes", "content_rating")
RATINGS = tuple(each.name for each in dataclasses.fields(ExternalRatings))
VOTES = tuple(each.name for each in dataclasses.fields(ExternalVotes))


def combine(records: Sequence[EnrichedMetadata], *, confidence: float, at: datetime) -> EnrichedMetadata:
    """
    Return one record from those of several providers; without any, `source` is `none` and `confidence` is 0.

    Each rating and its votes come from the provider that has it. Ids and pictures are joined.
    """
    by_source = {each.source: each for each in records}
    if not by_source:
        return EnrichedMetadata(last_enriched=at)
    pictures = [by_source[name].artwork for name in order_of("pictures") if name in by_source]
    ratings = {name: _first(getattr(each.ratings, name) for each in records) for name in RATINGS}
    votes = {name: _first(getattr(each.votes, name) for each in records) for name in VOTES}
    values = {
        name: _first(getattr(by_source[source], name) for source in order_of(name) if source in by_source)
        for name in COMBINED
    }
    return EnrichedMetadata(
        source=records[0].source if len(by_source) == 1 else "combined",
        confidence=confidence,
        last_enriched=at,
        external_ids={provider: value for each in reversed(records) for provider, value in each.external_ids.items()},
        ratings=ExternalRatings(**ratings),
        votes=ExternalVotes(**votes),
        artwork=Artwork(
            poster=_first(each.poster for each in pictures) or "",
            backdrop=_first(each.backdrop for each in pictures) or "",
            fanart=tuple(dict.fromkeys(url for each in pictures for url in each.fanart)),
        ),
        **{name: value for name, value in values.items() if value is not None},
    )


def joined_candidate(known: Candidate | None, candidate: Candidate) -> Candidate:
    """Return a candidate with what an earlier answer said about the title: each kind of answer lacks other facts."""
    if known is None:
        return candidate
    others = (*candidate.alternative_titles, *known.titles)
    return dataclasses.replace(
        candidate,
        alternative_titles=tuple(dict.fromkeys(each for each in others if each != candidate.title)),
        external_ids={**known.external_ids, **candidate.external_ids},
        runtime_minutes=candidate.runtime_minutes or known.runtime_minutes,
        popularity=max(candidate.popularity, known.popularity),
        original_language=candidate.original_language or known.original_language,
        countries=candidate.countries or known.countries,
        plot=candidate.plot or known.plot,
        cast=candidate.cast or known.cast,
        season_sizes=candidate.season_sizes or known.season_sizes,
        poster_url=candidate.poster_url or known.poster_url,
    )


def _first(values: Any) -> Any:
    """Return the first value that is not empty; None if there is none."""
    return next((value for value in values if value), None)
