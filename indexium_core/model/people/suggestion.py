"""
Suggestions of people for a file, and their ranking. The functions are pure: they change no people of a file.

Each kind of evidence has a strength between 0 and 1; few observations give less strength than many. The strengths of
all evidence for one person are combined, and each person is suggested once, with the strongest reason first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from math import prod
from typing import Literal

from indexium_core.model.people import people_comment

Kind = Literal["near_name", "face", "cast", "series", "folder", "together"]
KINDS: tuple[Kind, ...] = ("near_name", "face", "cast", "series", "folder", "together")  # on a tie, the first one wins
MIN_SCORE = 0.25  # a lower score is noise

# For each kind, its weight and the number of assumed counterexamples, so that 1 of 1 observations is not certain.
_WEIGHTS: dict[Kind, tuple[float, float]] = {
    "near_name": (0.97, 0.0),
    "face": (0.9, 0.0),
    "cast": (0.9, 0.0),
    "series": (0.9, 0.5),
    "folder": (0.85, 1.5),
    "together": (0.75, 2.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A person who may be in a file, for one reason; after `rank` for all reasons."""

    name: str
    kind: Kind  # kind of the strongest reason
    reason: str  # a sentence about the person: "Is in 4 of 5 other files of this folder."
    confidence: float | None  # 0 to 1, confidence of that reason
    support: int  # files (for a face: pictures) that support it
    of: int  # files that were examined; 0: not counted
    score: float = 0.0  # 0 to 1: all reasons combined; the list is in this order
    others: tuple[str, ...] = ()  # further reasons, strongest first
    replaces: str = ""  # the misspelling in the file that this name should replace

    @property
    def sure_text(self) -> str:
        """How sure a face is: `87 %`; "" for other reasons."""
        return "" if self.kind != "face" or self.confidence is None else f"{round(100 * self.confidence)} %"


def rank(evidence: Iterable[Suggestion], *, excluded_keys: Collection[str] = (), limit: int = 5) -> list[Suggestion]:
    """
    Return up to `limit` suggestions, one for each person, the most likely first.

    `excluded_keys` are the `person_key`s of people who must not be suggested.
    """
    by_person: dict[str, list[Suggestion]] = {}
    for each in evidence:
        by_person.setdefault(people_comment.person_key(each.name), []).append(each)
    suggestions = [_suggestion(own) for key, own in by_person.items() if key not in excluded_keys]
    likely = [each for each in suggestions if each.score >= MIN_SCORE]
    return sorted(likely, key=lambda each: (-each.score, people_comment.fold(each.name), each.name))[:limit]


def _suggestion(evidence: list[Suggestion]) -> Suggestion:
    """Combine all evidence for one person."""
    best, *rest = sorted(evidence, key=lambda each: (-_strength(each), KINDS.index(each.kind)))
    return replace(
        best,
        score=round(1 - prod(1 - _strength(each) for each in evidence), 4),
        others=tuple(each.reason for each in rest),
        replaces=next((each.replaces for each in evidence if each.replaces), ""),
    )


def _strength(evidence: Suggestion) -> float:
    weight, counterexamples = _WEIGHTS[evidence.kind]
    if evidence.of:
        return weight * evidence.support / (evidence.of + counterexamples)
    return weight * (0.5 if evidence.confidence is None else evidence.confidence)
