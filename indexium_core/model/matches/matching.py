"""
The match between a file and the titles that providers offer: a score from 0 to 1 with its reasons.

The score is 0.6 × title + year + popularity:

- title: similarity of the best pair of titles, see `title_text.title_similarity`.
- year: 0.3, 0.2, 0.1 for a difference of 0, 1, 2 years, otherwise 0.
- popularity: a thousandth of the provider's figure, at most 0.1.

If the file has no year, the part of the year is left out, and the rest is divided by 0.7. A runtime that differs by
more than 20 % subtracts 0.1. An external id (from the file name or an NFO file) that the candidate has makes the score
1. The score orders the candidates; `acceptance_rules` decides whether one is accepted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from indexium_core.model.lookups.candidates import (
    TITLE_WEIGHT,
    YEAR_POINTS,
    Candidate,
    ContentType,
    MatchDecision,
    MatchReason,
    ScoredCandidate,
    SearchQuery,
)
from indexium_core.model.matches import acceptance_rules
from indexium_core.model.matches.acceptance_rules import MIN_SCORE, has_title, iso_country, known_countries, signs_of
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles.title_text import clean_title, same_title, title_similarity

MAX_POPULARITY_POINTS = 0.1
WITHOUT_YEAR = 0.7  # the highest sum without the part of the year
_EPISODE = re.compile(
    r"(?<![a-z0-9])s\d{1,4}[ ._-]*e\d{1,4}|season[ ._-]*\d|episode[ ._-]*\d|(?<![a-z0-9])ep[ ._-]*\d"
    r"|(?<![a-z0-9])\d{1,2}x\d{2,3}(?![a-z0-9])"
)
_FILM_WORD = re.compile(r"(?<![a-z])(movie|film|dvd|blu-?ray)(?![a-z])")
_HOUR, _FILM_SECONDS = 3600, 2400  # a film has more than 40 minutes


class ContentMatcher:
    """Compares files with candidates."""

    def select_best_match(self, results: Iterable[Candidate], query: SearchQuery) -> ScoredCandidate | None:
        """Return the candidate with the highest score; None if none has 0.5 or more."""
        ranked = self.rank(results, query)
        return ranked[0] if ranked and ranked[0].score >= MIN_SCORE else None

    def decide(self, results: Iterable[Candidate], query: SearchQuery, *, is_complete: bool = True) -> MatchDecision:
        """
        Return all candidates by score, and the accepted one.

        `is_complete`: every provider has answered, so that another title with the same name would be among them.
        """
        return acceptance_rules.decide(self.rank(results, query), query, is_complete=is_complete)

    def undecided(self, decision: MatchDecision, query: SearchQuery) -> list[ScoredCandidate]:
        """Return the candidates whose details, which are not known yet, can change a decision."""
        return acceptance_rules.undecided(decision, query)

    def rank(self, results: Iterable[Candidate], query: SearchQuery) -> list[ScoredCandidate]:
        """Return the candidates of the type, language and country of the query with their scores, best first."""
        scored = [self.score(candidate, query) for candidate in _filtered(list(results), query)]
        return sorted(scored, key=lambda each: (-each.score, -each.candidate.popularity))

    def calculate_match_score(self, result: Candidate, query: SearchQuery) -> float:
        """Return the score of a candidate, from 0 to 1."""
        return self.score(result, query).score

    def score(self, candidate: Candidate, query: SearchQuery) -> ScoredCandidate:
        """Return a candidate with its score and reasons."""
        shared = candidate.ids.intersection(query.external_ids)
        conflict = _conflict_with(candidate, query.external_ids)
        if shared:
            found = ", ".join(sorted(map(str, shared)))
            return ScoredCandidate(candidate, 1.0, (MatchReason("id", f"The file has its id {found}", 1.0),), conflict)
        reasons = [_title_reason(candidate, query.title), *_year_reasons(candidate.year, query.year)]
        reasons.append(_popularity_reason(candidate.popularity))
        total = sum(reason.points for reason in reasons)
        if query.year is None:
            text = f"The file has no year: {total:.3f} is divided by {WITHOUT_YEAR}"
            reasons.append(MatchReason("no_year", text, total / WITHOUT_YEAR - total))
        reasons += signs_of(candidate, query)
        score = round(min(max(sum(reason.points for reason in reasons), 0.0), 1.0), 4)
        return ScoredCandidate(candidate, score, tuple(reasons), conflict)

    def calculate_title_similarity(self, title1: str, title2: str) -> float:
        """Return how alike two titles are, from 0 to 1."""
        return title_similarity(title1, title2)

    def clean_title(self, title: str) -> str:
        """Return a title without separators, brackets and the words for quality, codec and release."""
        return clean_title(title)

    def detect_content_type(self, filename: str, duration_seconds: float | None = None) -> ContentType:
        """Return the type of a file: `tv` by its name, otherwise `movie` by its duration, otherwise `unknown`."""
        lower, duration = filename.lower(), duration_seconds or 0.0
        if _EPISODE.search(lower):
            return "tv"
        if duration > _HOUR and _FILM_WORD.search(lower):
            return "movie"
        return "movie" if duration > _FILM_SECONDS else "unknown"


def _filtered(candidates: list[Candidate], query: SearchQuery) -> list[Candidate]:
    """Return the candidates of the type, language and country; the last two filter only if one has them."""
    own_ids = frozenset(query.external_ids)
    if query.content_type != "unknown":
        wanted = {query.content_type, "unknown"}
        candidates = [each for each in candidates if each.content_type in wanted]
    language = query.original_language
    if language and any(each.original_language == language for each in candidates):
        candidates = [each for each in candidates if each.original_language in {language, ""} or each.ids & own_ids]
    country = iso_country(query.country)
    if country and any(country in known_countries(each) for each in candidates):
        candidates = [
            each for each in candidates if not (of := known_countries(each)) or country in of or each.ids & own_ids
        ]
    return candidates


def _title_reason(candidate: Candidate, title: str) -> MatchReason:
    pairs = [(title_similarity(title, known), same_title(title, known), known) for known in candidate.titles]
    similarity, is_same, known = max(pairs, key=lambda pair: pair[:2], default=(0.0, False, candidate.title))
    is_exact = has_title(candidate, title)
    if similarity < 1:
        relation = f"is similar to “{known}”"
    else:
        relation = f"equals “{known}”" if is_same else f"has the words of “{known}”"
    if is_exact and not is_same:
        relation = f"equals “{known}” apart from article and spaces"
    text = f"The title “{title}” {relation}: {similarity:.2f} × {TITLE_WEIGHT}"
    is_other = similarity == 1 and not is_exact
    return MatchReason("words" if is_other else "title", text, TITLE_WEIGHT * similarity)


def _year_reasons(year: int | None, wanted: int | None) -> list[MatchReason]:
    if wanted is None:
        return []
    if year is None:
        return [MatchReason("year", f"The file has the year {wanted}; the year of the title is not known", 0.0)]
    points = YEAR_POINTS.get(abs(year - wanted), 0.0)
    text = f"The year {wanted} is the same" if year == wanted else f"The year {wanted} is not {year}"
    return [MatchReason("year", text, points)]


def _popularity_reason(popularity: float) -> MatchReason:
    known = popularity if math.isfinite(popularity) and popularity > 0 else 0.0
    points = min(known / 1000, MAX_POPULARITY_POINTS)
    return MatchReason("popularity", f"The popularity {known:,.1f} / 1,000, at most {MAX_POPULARITY_POINTS}", points)


def _conflict_with(candidate: Candidate, ids: Iterable[ExternalId]) -> str:
    """Return a sentence if the candidate has another id than the file at the same provider; otherwise ""."""
    known = {each.provider: each.value for each in candidate.ids}
    for each in ids:
        if known.get(each.provider, each.value) != each.value:
            return f"The file has the id {each}, but “{candidate.title}” has {known[each.provider]}."
    return ""
