"""
The match between a file and the titles that providers offer: a score from 0 to 1 with its reasons.

The score is 0.6 × title + year + popularity:

- title: similarity of the best pair of titles, see `title_text.title_similarity`.
- year: 0.3, 0.2, 0.1 for a difference of 0, 1, 2 years, otherwise 0.
- popularity: a thousandth of the provider's figure, at most 0.1.

If the file has no year, the part of the year is left out, and the rest is divided by 0.7. A runtime that differs by
more than 20 % subtracts 0.1. An external id (from the file name or an NFO file) that the candidate has makes the score
1. Ids that contradict each other are a question for a person, and so is a series that lacks episodes of the files, if
no year confirms it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar

from indexium_core.model.names import words
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles.title_text import clean_title, same_title, title_key, title_similarity

__all__ = [
    "MIN_SCORE",
    "Candidate",
    "ContentMatcher",
    "ContentType",
    "MatchDecision",
    "MatchReason",
    "ScoredCandidate",
    "SearchQuery",
    "by_title",
    "is_same",
]

ContentType: TypeAlias = Literal["movie", "tv", "unknown"]

ACCEPT_SCORE = 0.85  # a candidate with this score …
ACCEPT_GAP = 0.10  # … that is this much ahead of the next title is accepted without a question
MIN_SCORE = 0.5  # below, a candidate is no match
TITLE_WEIGHT = 0.6
YEAR_POINTS = {0: 0.3, 1: 0.2, 2: 0.1}  # by difference in years
MAX_POPULARITY_POINTS = 0.1
WITHOUT_YEAR = 0.7  # the highest sum without the part of the year
RUNTIME_TOLERANCE = 0.2
RUNTIME_PENALTY = 0.1
MORE_EPISODES = 2  # that a season of files may have: parts of a long episode are often counted singly
_TYPED_IDS = frozenset({"tmdb", "tvdb"})  # providers that number films and series separately
_EPISODE = re.compile(
    r"(?<![a-z0-9])s\d{1,4}[ ._-]*e\d{1,4}|season[ ._-]*\d|episode[ ._-]*\d|(?<![a-z0-9])ep[ ._-]*\d"
    r"|(?<![a-z0-9])\d{1,2}x\d{2,3}(?![a-z0-9])"
)
_FILM_WORD = re.compile(r"(?<![a-z])(movie|film|dvd|blu-?ray)(?![a-z])")
_HOUR, _FILM_SECONDS = 3600, 2400  # a film has more than 40 minutes
# What some providers add to tell titles apart: `The Office (US)`, `Doctor Who (2005)`.
_ADDITION = re.compile(rf"(?<=\S) ?\((?:(?P<country>{words.COUNTRIES.pattern})|(?:19|20)\d\d)\)$")
_ISO_COUNTRIES = {"UK": "GB", "USA": "US"}


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is known about a file before the search. Only its title, year, type, language and ids are sent."""

    title: str
    year: int | None = None
    content_type: ContentType = "unknown"
    original_filename: str = ""  # never leaves the machine
    runtime_minutes: float | None = None
    original_language: str = ""  # ISO 639-1 code, if the file names the language in which it was made
    country: str = ""  # that the name of a series adds, as in `The Office (UK)`: a code of ISO 3166-1, UK or USA
    external_ids: tuple[ExternalId, ...] = ()  # of the file name and of NFO files
    last_episodes: tuple[tuple[int | None, int], ...] = ()  # of a series: last file by season; None: numbered through


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A title that a provider offers for a search."""

    provider: str
    external_id: str  # of this provider
    content_type: ContentType
    title: str
    original_title: str = ""
    alternative_titles: tuple[str, ...] = ()
    year: int | None = None
    original_language: str = ""  # ISO 639-1 code
    countries: tuple[str, ...] = ()  # of origin, ISO 3166-1 codes
    popularity: float = 0.0
    runtime_minutes: float | None = None  # known after its details were fetched
    external_ids: Mapping[str, str] = field(default_factory=dict)  # id by provider
    plot: str = ""
    cast: tuple[str, ...] = ()  # names of the first actors
    poster_url: str = ""
    season_sizes: tuple[tuple[int, int], ...] = ()  # season and its episodes (0: not known), after details were fetched

    @property
    def name(self) -> str:
        """The title with its year, if it is known: `Solaris (1972)`."""
        return f"{self.title} ({self.year})" if self.year else self.title

    @property
    def ids(self) -> frozenset[ExternalId]:
        """All known ids, with that of its own provider."""
        known = {ExternalId(provider, value) for provider, value in self.external_ids.items()}
        return frozenset(known | {ExternalId(self.provider, self.external_id)})

    @property
    def titles(self) -> tuple[str, ...]:
        """All known titles, each once; last those without the country or the year that a provider adds."""
        known = list(filter(None, (self.title, self.original_title, *self.alternative_titles)))
        return tuple(dict.fromkeys([*known, *(_ADDITION.sub("", each) for each in known)]))


class HasCandidate(Protocol):
    """Something with a candidate."""

    @property
    def candidate(self) -> Candidate: ...


AnyOffered = TypeVar("AnyOffered", bound=HasCandidate)


@dataclass(frozen=True, slots=True)
class MatchReason:
    """One part of a score. The points of all reasons add up to the score."""

    code: Literal["id", "title", "year", "popularity", "no_year", "runtime"]
    text: str
    points: float


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """A candidate with its score and the reasons for it."""

    candidate: Candidate
    score: float  # 0 to 1
    reasons: tuple[MatchReason, ...]
    conflict: str = ""  # an id of the file that contradicts this candidate, as a sentence


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """The candidates of a file, best first, and whether one is accepted without a question."""

    candidates: tuple[ScoredCandidate, ...]
    accepted: ScoredCandidate | None
    explanation: str  # why it is accepted, or why a person is asked

    @property
    def titles(self) -> tuple[ScoredCandidate, ...]:
        """The best candidate of each title: two providers may offer the same one."""
        return tuple(title[0] for title in by_title(self.candidates))


class ContentMatcher:
    """Compares files with candidates."""

    def select_best_match(self, results: Iterable[Candidate], query: SearchQuery) -> ScoredCandidate | None:
        """Return the candidate with the highest score; None if none has 0.5 or more."""
        ranked = self.rank(results, query)
        return ranked[0] if ranked and ranked[0].score >= MIN_SCORE else None

    def decide(self, results: Iterable[Candidate], query: SearchQuery) -> MatchDecision:
        """
        Return all candidates by score, and the accepted one.

        The next title is the first candidate that is another title: two providers may offer the same one.
        """
        ranked = tuple(self.rank(results, query))
        if objection := _objection(ranked, query):
            return MatchDecision(ranked, None, objection)
        best = ranked[0]
        _, *others = by_title(ranked)
        if not others:
            return MatchDecision(ranked, best, f"The score is {best.score:.2f}, and there is no other title.")
        following = others[0][0]
        gap = round(best.score - following.score, 4)
        explanation = f"The score is {best.score:.2f}, {gap:.2f} ahead of “{following.candidate.name}”"
        if gap < ACCEPT_GAP:
            return MatchDecision(ranked, None, f"{explanation}; {ACCEPT_GAP:.2f} is needed.")
        return MatchDecision(ranked, best, f"{explanation}.")

    def needs_details(self, decision: MatchDecision, query: SearchQuery) -> bool:
        """Return whether runtime or seasons of the accepted title, which are not known, can prevent its acceptance."""
        best = decision.accepted
        if best is None or _has_id(best):
            return False
        if query.year is None and query.last_episodes and not best.candidate.season_sizes:
            return True
        if query.runtime_minutes is None or best.candidate.runtime_minutes:
            return False
        _, *others = decision.titles
        gap = best.score - others[0].score if others else best.score
        return min(best.score - ACCEPT_SCORE, gap - ACCEPT_GAP) < RUNTIME_PENALTY

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
        reasons += _runtime_reasons(candidate.runtime_minutes, query.runtime_minutes)
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
    country = _iso_country(query.country)
    if country and any(country in _countries(each) for each in candidates):
        candidates = [
            each for each in candidates if not (of := _countries(each)) or country in of or each.ids & own_ids
        ]
    return candidates


def _countries(candidate: Candidate) -> frozenset[str]:
    """Return the countries of a candidate, or the one in its title; none if they are not known."""
    added = (_ADDITION.search(candidate.title) or {"country": None})["country"]
    found = candidate.countries or ((added,) if added else ())
    return frozenset(map(_iso_country, found))


def _iso_country(code: str) -> str:
    return _ISO_COUNTRIES.get(code.upper(), code.upper())


def _title_reason(candidate: Candidate, title: str) -> MatchReason:
    pairs = [(title_similarity(title, known), known) for known in candidate.titles]
    similarity, known = max(pairs, key=lambda pair: pair[0], default=(0.0, candidate.title))
    if similarity < 1:
        relation = f"is similar to “{known}”"
    else:
        relation = f"equals “{known}”" if same_title(title, known) else f"has the words of “{known}”"
    text = f"The title “{title}” {relation}: {similarity:.2f} × {TITLE_WEIGHT}"
    return MatchReason("title", text, TITLE_WEIGHT * similarity)


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


def _runtime_reasons(runtime: float | None, wanted: float | None) -> list[MatchReason]:
    if not runtime or not wanted or abs(runtime - wanted) <= RUNTIME_TOLERANCE * runtime:
        return []
    text = f"The file has {wanted:.0f} minutes, the title {runtime:.0f}: more than {RUNTIME_TOLERANCE:.0%} apart"
    return [MatchReason("runtime", text, -RUNTIME_PENALTY)]


def _objection(ranked: Sequence[ScoredCandidate], query: SearchQuery) -> str:
    """Return why the best candidate is not accepted, whatever the next title is; "" if nothing prevents it."""
    if not ranked or ranked[0].score < MIN_SCORE:
        return "No provider has a title that is similar enough."
    best = ranked[0]
    conflict = _conflict_of_ids(query.external_ids, ranked) or best.conflict
    if not conflict and best.score < ACCEPT_SCORE:
        return f"The best score is {best.score:.2f}; {ACCEPT_SCORE:.2f} is needed."
    return conflict or _other_country(best, query) or _unconfirmed_title(best, query) or _lack_of_episodes(best, query)


def _other_country(best: ScoredCandidate, query: SearchQuery) -> str:
    """Return a sentence if the title is of another country than the files say, and no id confirms it."""
    country, known = _iso_country(query.country), _countries(best.candidate)
    if not re.fullmatch("[A-Z]{2}", country) or not known or country in known or _has_id(best):
        return ""
    return f"The files say {query.country}, but “{best.candidate.name}” is from {', '.join(sorted(known))}."


def _unconfirmed_title(best: ScoredCandidate, query: SearchQuery) -> str:
    """Return a sentence if the title is only similar, and no year and no id confirms it: `Aliens` is not `Alien`."""
    has_its_words = any(reason.code == "title" and reason.points >= TITLE_WEIGHT for reason in best.reasons)
    letters = title_key(query.title).replace(" ", "")  # `Spiderman` is `Spider-Man`
    is_equal = any(title_key(each).replace(" ", "") == letters for each in best.candidate.titles)
    if query.year is not None or _has_id(best) or has_its_words or is_equal:
        return ""
    return f"The file has no year, and its title is not that of “{best.candidate.name}”."


def _lack_of_episodes(best: ScoredCandidate, query: SearchQuery) -> str:
    """Return a sentence if a series lacks seasons or episodes of the files, and no year and no id confirms it."""
    sizes = dict(best.candidate.season_sizes)
    numbers = [number for number in sizes if number]
    if query.year is not None or not numbers or _has_id(best):
        return ""
    total = sum(sizes[number] for number in numbers) if all(sizes[number] for number in numbers) else 0
    name = best.candidate.name
    for season, episode in query.last_episodes:
        if season is not None and season > max(numbers):
            return f"The files have season {season}, but “{name}” has {max(numbers)}."
        size = total if season in {None, 1} else sizes.get(season, 0)  # season 1 is often numbered through
        if size and episode > size + MORE_EPISODES:
            where = "" if season is None else f" of season {season}"
            return f"The files have episode {episode}{where}, but “{name}” has {size} episodes."
    return ""


def _has_id(best: ScoredCandidate) -> bool:
    return any(reason.code == "id" for reason in best.reasons)


def _conflict_with(candidate: Candidate, ids: Iterable[ExternalId]) -> str:
    """Return a sentence if the candidate has another id than the file at the same provider; otherwise ""."""
    known = {each.provider: each.value for each in candidate.ids}
    for each in ids:
        if known.get(each.provider, each.value) != each.value:
            return f"The file has the id {each}, but “{candidate.title}” has {known[each.provider]}."
    return ""


def _conflict_of_ids(ids: Sequence[ExternalId], ranked: Sequence[ScoredCandidate]) -> str:
    """Return a sentence if the ids of a file are those of different titles; otherwise ""."""
    by_provider = {each.provider: each for each in ids}
    for each in ids:
        if by_provider[each.provider] != each:
            return f"The file has two ids: {each} and {by_provider[each.provider]}."
    owners = [each.candidate for each in ranked if each.candidate.ids.intersection(ids)]
    other = next((each for each in owners[1:] if not is_same(owners[0], each)), None)
    if other is None:
        return ""
    return f"The ids of the file belong to different titles: “{owners[0].title}” and “{other.title}”."


def by_title(ranked: Iterable[AnyOffered]) -> list[list[AnyOffered]]:
    """Return the candidates of each title, best title first. One provider has a title only once."""
    titles = list[list[AnyOffered]]()
    for each in ranked:
        for title in titles:
            known = [other.candidate for other in title]
            ids = {other.external_id for other in known if other.provider == each.candidate.provider}
            if ids <= {each.candidate.external_id} and any(is_same(other, each.candidate) for other in known):
                title.append(each)
                break
        else:
            titles.append([each])
    return titles


def is_same(first: Candidate, second: Candidate) -> bool:
    """Return whether two candidates are one title: they share an id, or two providers agree on name and year."""
    shared = first.ids & second.ids
    if first.content_type != second.content_type:  # film 603 and series 603 are two titles
        shared = frozenset(each for each in shared if each.provider not in _TYPED_IDS)
    if shared:
        return True
    if first.provider == second.provider or first.content_type != second.content_type or first.year != second.year:
        return False
    return any(same_title(one, other) for one in first.titles for other in second.titles)
