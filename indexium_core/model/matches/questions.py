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
from indexium_core.model.titles.titles import ORIGINS, TitleFile, TitleItem

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

    @property
    def source_text(self) -> str:
        """Its source for people."""
        return ORIGINS[self.source]


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
    def title_id(self) -> int:
        """The id of the title."""
        return self.item.id

    @property
    def why(self) -> str:
        """Why it is accepted, or why a person is asked: a sentence."""
        return self.explanation or MATCH_STATES[self.state]

    @property
    def shown_file(self) -> TitleFile | None:
        """The file that stands for the title; None if it has none."""
        return next((each for each in self.files if each.role == "main"), next(iter(self.files), None))

    @property
    def marked_name(self) -> list[tuple[str, bool]]:
        """The name of this file in parts, each with whether it was used, see `marked_parts`."""
        name = self.shown_file.file_path.rpartition("/")[2] if self.shown_file else self.item.title
        return marked_parts(name, self.search_title or self.item.title, self.search_year or self.item.year)

    @property
    def length_text(self) -> str:
        """How many files it has, if these are several, and how long they play: `2 files · 1:52:07`."""
        number = self.item.file_count
        seconds = [each.duration or 0 for each in self.files if each.role == "main"]
        parts = [wording.files(number) if number > 1 else ""]
        if sum(seconds) and len(seconds) >= number:
            parts.append(wording.playing_time(sum(seconds)))
        return " · ".join(filter(None, parts))

    @property
    def searched_text(self) -> str:
        """What was searched: an id, or a title if that is another one than that of the files; otherwise ""."""
        if self.search_id:
            return f"Searched: {self.search_id}"
        is_own = (self.search_title, self.search_year) == (self.item.title, self.item.year)
        year = f" ({self.search_year})" if self.search_year else ""
        return "" if is_own or not self.search_title else f"Searched: “{self.search_title}”{year}"

    @property
    def others_text(self) -> str:
        """What else a decision counts for if a person wants it; "" if there is nothing."""
        number, same = self.other_count, self.same_count
        if not number:
            return ""
        if self.state == "maybe":
            kept = "title of this folder whose name is kept back", "titles of this folder whose names are kept back"
            return f"Applies also to {wording.plural(number, *(f'other {each}' for each in kept))}"
        questions = self._questions_text(number)
        if same == number:
            return f"Applies also to {questions}, with the same title and year"
        if self.state == "ignored":
            return f"A match applies also to {self._questions_text(same)}, with the same title and year" if same else ""
        if same:
            return f"Applies also to {questions}, a match only to {wording.count(same)} with the same title and year"
        return f"“Not a film or series” applies also to {questions}"

    def _questions_text(self, number: int) -> str:
        """Return a number of questions of its folder: the title itself may be in another list than these."""
        if self.state == "open":
            return wording.plural(number, "other question of this folder", "other questions of this folder")
        return (
            wording.plural(number, "question of this folder", "questions of this folder") + " in the list “To decide”"
        )

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
