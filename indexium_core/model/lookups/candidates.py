"""What is matched: a search, the candidates that providers offer for it, and their scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar

from indexium_core.model import wording
from indexium_core.model.names import words
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.registry import id_kinds, label_of
from indexium_core.model.titles.title_text import same_title

ContentType: TypeAlias = Literal["movie", "tv", "unknown"]
_TYPED_IDS = frozenset(name for name, each in id_kinds().items() if each.is_typed)
# What some providers add to tell titles apart: `The Office (US)`, `Doctor Who (2005)`.
ADDITION = re.compile(rf"(?<=\S) ?\((?:(?P<country>{words.COUNTRIES.pattern})|(?:19|20)\d\d)\)$")


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
    original_title: str = ""  # a second title, of an NFO file or a person
    people: tuple[str, ...] = ()  # of the files and their NFO files
    other_titles: tuple[str, ...] = ()  # that a second reader reads in the names; they are not searched


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
    cast: tuple[str, ...] = ()  # names of actors; known after its details were fetched
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
        return tuple(dict.fromkeys([*known, *(ADDITION.sub("", each) for each in known)]))

    @property
    def other_title(self) -> str:
        """Its original title, or another one if that is the same; "" if it has one title only."""
        known = [name for name in self.titles if name != self.title]
        return self.original_title if self.original_title in known else next(iter(known), "")

    @property
    def provider_name(self) -> str:
        """The name of its provider for people: `TMDB`."""
        return label_of(self.provider)

    @property
    def runtime_text(self) -> str:
        """Its runtime: `2 h 9 min`; "" if it is not known."""
        return wording.runtime(self.runtime_minutes) if self.runtime_minutes else ""


class HasCandidate(Protocol):
    """Something with a candidate."""

    @property
    def candidate(self) -> Candidate: ...


AnyOffered = TypeVar("AnyOffered", bound=HasCandidate)


ReasonCode: TypeAlias = Literal[
    "id", "title", "words", "year", "popularity", "no_year",  # parts of the score
    "runtime", "seasons", "country", "cast",  # what contradicts a candidate; only the runtime has points
    "same_runtime", "same_seasons", "same_country", "same_cast", "same_titles",  # what confirms it, without points
    "namesakes",
]  # fmt: skip
CONFIRMING: frozenset[ReasonCode] = frozenset(
    ["same_runtime", "same_seasons", "same_country", "same_cast", "same_titles"]
)
CONTRADICTING: frozenset[ReasonCode] = frozenset(["runtime", "seasons", "country", "cast"])
TITLE_WEIGHT = 0.6
YEAR_POINTS = {0: 0.3, 1: 0.2, 2: 0.1}  # by difference in years
_MOST_POINTS: Mapping[ReasonCode, float] = {"id": 1.0, "title": TITLE_WEIGHT, "year": YEAR_POINTS[0]}
_WITHOUT_POINTS = CONFIRMING | (CONTRADICTING - {"runtime"}) | {"namesakes"}
_NEUTRAL: frozenset[ReasonCode] = frozenset(["popularity", "no_year", "namesakes"])
ReasonLevel: TypeAlias = Literal["yes", "partly", "no", "neutral"]
MissingSign: TypeAlias = Literal["title", "year", "runtime", "seasons", "cast", "id", "answers"]
MISSING_SIGNS: Mapping[MissingSign, str] = {  # for people
    "title": "the same title",
    "year": "the year",
    "runtime": "the runtime",
    "seasons": "seasons that fit",
    "cast": "a person of the cast",
    "id": "an id",
    "answers": "the answer of every provider",
}


@dataclass(frozen=True, slots=True)
class MatchReason:
    """One part of a score, or a sign without points. The points of all reasons add up to the score."""

    code: ReasonCode
    text: str
    points: float

    @property
    def has_points(self) -> bool:
        """Whether it counts in the score; otherwise it is a sign."""
        return self.code not in _WITHOUT_POINTS

    @property
    def level(self) -> ReasonLevel:
        """Whether it speaks for the candidate."""
        if self.code in _NEUTRAL:
            return "neutral"
        if self.code in CONFIRMING or self.share > 0.999:
            return "yes"
        return "partly" if self.points > 0 else "no"

    @property
    def share(self) -> float:
        """Which part it has of the most points that it can have, from 0 to 1."""
        return max(0.0, min(self.points / _MOST_POINTS.get(self.code, 1.0), 1.0))


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """A candidate with its score and the reasons for it."""

    candidate: Candidate
    score: float  # 0 to 1
    reasons: tuple[MatchReason, ...]
    conflict: str = ""  # an id of the file that contradicts this candidate, as a sentence

    @property
    def codes(self) -> frozenset[ReasonCode]:
        """The codes of its reasons."""
        return frozenset(each.code for each in self.reasons)


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """The candidates of a file, best first, and whether one is accepted without a question."""

    candidates: tuple[ScoredCandidate, ...]
    accepted: ScoredCandidate | None
    explanation: str  # why it is accepted, or why a person is asked
    missing: tuple[MissingSign, ...] = ()  # each of these could have confirmed a candidate

    @property
    def titles(self) -> tuple[ScoredCandidate, ...]:
        """The best candidate of each title: two providers may offer the same one."""
        return tuple(title[0] for title in by_title(self.candidates))


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
