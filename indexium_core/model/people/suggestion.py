"""
Suggestions of people for a file, and how they are ranked. Pure; a suggestion is only ever offered, never applied.

Each kind of evidence has a strength between 0 and 1, in which few observations count for less than many. What speaks
for the same person adds up, and the person is named once, with the strongest reason first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import prod
from typing import Literal

from indexium_core.model.people import people_comment

__all__ = ["KINDS", "LEAST", "Kind", "Suggestion", "SuggestionEvidence", "rank"]

Kind = Literal["near_name", "face", "series", "folder", "together"]
KINDS: tuple[Kind, ...] = ("near_name", "face", "series", "folder", "together")  # of equal ones the first wins
LEAST = 0.25  # score below which a hint is noise

# How far a kind is trusted, and how many observations against it are imagined, so that 1 of 1 is not certain.
_TRUST: dict[Kind, tuple[float, float]] = {
    "near_name": (0.97, 0.0),
    "face": (0.9, 0.0),
    "series": (0.9, 0.5),
    "folder": (0.85, 1.5),
    "together": (0.75, 2.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionEvidence:
    """One thing that speaks for a person."""

    name: str
    kind: Kind
    reason: str  # a sentence about the person
    confidence: float | None  # 0 to 1; None where nobody can say
    support: int  # how many files (of a face: pictures) say so …
    of: int  # … of how many that were looked at; 0 where they were not counted
    replaces: str = ""  # the name in the file that is the same person, misspelt


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A person who may be in a file, and why."""

    name: str
    kind: Kind  # of the strongest reason
    reason: str  # a sentence about the person: "Is in 4 of 5 other files of this folder."
    confidence: float | None  # 0 to 1, of that reason
    support: int  # files that say so (of a face: pictures) …
    of: int  # … of how many that were looked at, 0 where they were not counted
    score: float  # 0 to 1: all reasons together; the order of the list
    others: tuple[str, ...] = ()  # further reasons, the next strongest first
    replaces: str = ""  # a name in the file that is this person, misspelt: to be replaced rather than added to


def rank(evidence: Iterable[SuggestionEvidence], *, never: Collection[str] = (), limit: int = 5) -> list[Suggestion]:
    """
    Return the people that something speaks for, each once, the likeliest first.

    Args:
        evidence: All there is.
        never: `person_key`s of people who are not to be suggested.
        limit: The number of suggestions at most.

    """
    by_person: dict[str, list[SuggestionEvidence]] = {}
    for each in evidence:
        by_person.setdefault(people_comment.person_key(each.name), []).append(each)
    made = [_suggestion(found) for key, found in by_person.items() if key not in never]
    enough = [each for each in made if each.score >= LEAST]
    return sorted(enough, key=lambda each: (-each.score, people_comment.fold(each.name), each.name))[:limit]


def _suggestion(found: list[SuggestionEvidence]) -> Suggestion:
    best, *rest = sorted(found, key=lambda each: (-_strength(each), KINDS.index(each.kind)))
    return Suggestion(
        name=best.name,
        kind=best.kind,
        reason=best.reason,
        confidence=best.confidence,
        support=best.support,
        of=best.of,
        score=round(1 - prod(1 - _strength(each) for each in found), 4),
        others=tuple(each.reason for each in rest),
        replaces=next((each.replaces for each in found if each.replaces), ""),
    )


def _strength(evidence: SuggestionEvidence) -> float:
    trust, against = _TRUST[evidence.kind]
    if evidence.of:
        return trust * evidence.support / (evidence.of + against)
    return trust * (0.5 if evidence.confidence is None else evidence.confidence)
