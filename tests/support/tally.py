"""The cases of the crash and fault tests, counted by strategy, for the summary at the end of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

COUNTS: dict[str, Counter[str]] = defaultdict(Counter)


def count(strategy: str, what: str, number: int = 1) -> None:
    COUNTS[strategy][what] += number


def lines() -> Iterator[str]:
    """One line for each strategy, and the sum."""
    whole: Counter[str] = Counter()
    for strategy, counts in sorted(COUNTS.items()):
        whole += counts
        yield f"{strategy}: {_said(counts)}"
    if whole:
        yield f"together: {_said(whole)}"


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
