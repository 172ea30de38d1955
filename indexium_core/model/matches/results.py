"""
The states of matches, and the result of a decision about one.

Apart from `questions`, so that a command that decides through a service imports no rules of titles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

MatchState: TypeAlias = Literal["open", "later", "accepted", "none", "failed", "ignored", "unsearched", "maybe"]
MATCH_STATES: Mapping[str, str] = {
    "open": "Waits for a decision.",
    "later": "Put off until later.",
    "accepted": "Has a match.",
    "none": "No provider has a similar title.",
    "failed": "The last search failed.",
    "ignored": "Not a film or series.",
    "unsearched": "Not searched yet.",
    "maybe": "Maybe a film or series: its name is kept back until you answer.",
}


def to_decide(counts: Mapping[str, int]) -> int:
    """Return how many titles wait for an answer: questions about matches, and names that are kept back."""
    return counts.get("open", 0) + counts.get("maybe", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """The result of a decision or of its undo."""

    decision_id: int
    description: str  # one sentence for the toast
    titles: int  # that it concerns
    files: int
    job_id: int | None = None  # of the enrichment that follows
    replaced: str = ""  # the decision of a person that this one replaces: `decision 7: …`
