"""The candidates that the providers have offered for one search."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from indexium_core.model.matches.candidates import Candidate, ContentType, SearchQuery, is_same

__all__ = ["FoundCandidates", "key_of", "lacks_details"]

CandidateKey: TypeAlias = tuple[str, ContentType, str]  # a provider may number films and series separately


@dataclasses.dataclass
class FoundCandidates:
    """A search with what the providers have answered so far."""

    query: SearchQuery
    rejected: Sequence[Candidate]
    by_key: dict[CandidateKey, Candidate] = dataclasses.field(default_factory=dict)

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Add candidates, except those that are rejected."""
        for each in candidates:
            if not any(is_same(each, other) for other in self.rejected):
                self.by_key[key_of(each)] = _joined(self.by_key.get(key_of(each)), each)


def lacks_details(candidate: Candidate) -> bool:
    """Return whether the details of a candidate were not fetched."""
    return not (candidate.runtime_minutes or candidate.season_sizes or candidate.cast)


def key_of(candidate: Candidate) -> CandidateKey:
    """Return what tells a candidate from others."""
    return candidate.provider, candidate.content_type, candidate.external_id


def _joined(known: Candidate | None, candidate: Candidate) -> Candidate:
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
