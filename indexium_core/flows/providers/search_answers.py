"""What the providers have answered to one search so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from indexium_core.model.lookups.candidates import Candidate, ContentType, SearchQuery, is_same
from indexium_core.model.lookups.combining import joined_candidate

CandidateKey: TypeAlias = tuple[str, ContentType, str]  # a provider may number films and series separately


@dataclass
class SearchAnswers:
    """A search with the candidates that the providers have offered so far."""

    query: SearchQuery
    rejected: Sequence[Candidate]
    found: dict[CandidateKey, Candidate] = field(default_factory=dict)

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Add candidates, except those that are rejected: a later answer may show that an earlier one is."""
        for each in candidates:
            joined = joined_candidate(self.found.pop(key_of(each), None), each)
            if not any(is_same(joined, other) for other in self.rejected):
                self.found[key_of(each)] = joined


def key_of(candidate: Candidate) -> CandidateKey:
    """Return what names a candidate."""
    return candidate.provider, candidate.content_type, candidate.external_id
