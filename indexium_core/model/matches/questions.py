"""Questions about matches: what the files say, what providers offer, and the result of a decision."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.model import wording
from indexium_core.model.lookups.candidates import MISSING_SIGNS, Candidate, MatchReason, MissingSign, by_title
from indexium_core.model.matches.results import MATCH_STATES, MatchState
from indexium_core.model.names.film_evidence import is_against
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.providers.registry import label_of
from indexium_core.model.shapes import ListPage
from indexium_core.model.titles.titles import TitleFile, TitleItem

_WORD = re.compile(r"\w+")
_MARKS = re.compile(
    r"S\d{1,3}(?:[ ._-]*E\d{1,4})+(?:-E?\d{1,4})?|(?<!\d)\d{1,2}x\d{2,3}(?!\d)|(?<!\w)tt\d{7,9}(?!\d)", re.IGNORECASE
)
_ID = re.compile(rf"(?<![a-z])(?:{'|'.join(ID_FIELDS)})(?:id)?[-=:](?:tt)?\d+", re.IGNORECASE)


def marked_parts(name: str, title: str, year: int | None) -> list[tuple[str, bool]]:
    """Return a name cut into parts, each with whether it is the title, the year, an episode or an id."""
    spans = [each.span() for pattern in (_MARKS, _ID) for each in pattern.finditer(name)]
    words = [re.escape(word) for word in _WORD.findall(title.replace("_", " "))]
    found = re.search(r"[\W_]+".join(words), name, re.IGNORECASE) if words else None
    if found:
        spans.append(found.span())
    if year is not None:
        years = list(re.finditer(rf"(?<!\d){year}(?!\d)", name))
        spans += [each.span() for each in years[-1:]]
    return _parts(name, sorted(spans))


def _parts(name: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    parts, at = list[tuple[str, bool]](), 0
    for first, last in spans:
        start = max(first, at)
        if last <= start:
            continue
        if start > at:
            parts.append((name[at:start], False))
        parts.append((name[start:last], True))
        at = last
    if at < len(name):
        parts.append((name[at:], False))
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """One thing that the files say about a title."""

    name: str  # title, original title, year, country, type, runtime, id
    text: str
    source: str  # its origin: name, tag, nfo, hand; or measured


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCandidate:
    """A title of a provider that is proposed for a title of a library."""

    position: int  # 1 is the best
    candidate: Candidate
    score: float  # 0 to 1
    reasons: tuple[MatchReason, ...]
    conflict: str = ""
    state: str = "proposed"  # proposed, accepted, rejected

    @property
    def label(self) -> str:
        """Its title, its provider and its id there: `Solaris (1972) · TMDB 593`."""
        return f"{self.candidate.name} · {label_of(self.candidate.provider)} {self.candidate.external_id}"

    @property
    def key(self) -> str:
        """Its id at its provider: `tmdb:603`."""
        return f"{self.candidate.provider}:{self.candidate.external_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuestion:
    """A title with its candidates."""

    item: TitleItem
    state: MatchState
    explanation: str  # why it is accepted, or why a person is asked
    evidence: tuple[str, ...]  # what says whether it is a film, if its name is kept back: sentences
    missing: tuple[MissingSign, ...] = ()  # each of these would have confirmed a candidate, see `MISSING_SIGNS`
    search_title: str  # what was searched
    search_year: int | None
    search_id: str  # the id that a person searched, such as `tmdb:603`; "" if none
    facts: tuple[FileFact, ...]
    by_hand: bool  # the candidates are those of a search by hand
    files: tuple[TitleFile, ...]  # the first ones; `item.file_count` is their number
    candidates: tuple[MatchCandidate, ...]  # best first, the rejected ones last
    others: tuple[TitleItem, ...] = ()  # questions of its kind in the same folder: the first ones
    other_count: int = 0  # all of them; `ignore` can count for them too
    same_count: int = 0  # others with the same title and year; `accept` can count for them too
    decided_by: str = ""  # automatic, hand
    decided_at: dt.datetime | None = None
    revision: str = ""  # changes with each decision about the title

    @property
    def state_text(self) -> str:
        """What its state means, as a sentence."""
        return MATCH_STATES[self.state]

    @property
    def missing_text(self) -> str:
        """What would have confirmed a candidate, as a sentence; "" if the title has a match."""
        signs = [MISSING_SIGNS[each] for each in self.missing] if self.state != "accepted" else []
        return f"Any of these would decide: {wording.list_of(signs, conjunction='or')}." if signs else ""

    @property
    def evidence_for(self) -> tuple[str, ...]:
        """Those of `evidence` that speak for a film or an episode."""
        return tuple(each for each in self.evidence if not is_against(each))

    @property
    def evidence_against(self) -> tuple[str, ...]:
        """Those of `evidence` that speak against a film."""
        return tuple(each for each in self.evidence if is_against(each))

    @property
    def offers(self) -> tuple[MatchCandidate, ...]:
        """
        One candidate of each title, best first, without rejected ones: two providers may offer the same title.

        The accepted candidate stands for its title.
        """
        titles = by_title(each for each in self.candidates if each.state != "rejected")
        return tuple(next((each for each in title if each.state == "accepted"), title[0]) for title in titles)

    @property
    def accepted(self) -> MatchCandidate | None:
        """The accepted candidate; None if the title has no match."""
        return next((each for each in self.candidates if each.state == "accepted"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPage(ListPage):
    """One page of questions in the order in which they are asked."""

    items: list[MatchQuestion]
    counts: Mapping[str, int] = field(default_factory=dict)  # titles by state
