"""
The number of cases in a run: by default some of each kind, with `--all` all cases.

Every test runs by default. The option adds further seeds, pairs and examples.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, TypeVar

from hypothesis import settings

S = TypeVar("S")
T = TypeVar("T")


class Effort:
    """The options of the run; `conftest` sets them before tests are collected."""

    exhaustive = False

    def some(self, values: Iterable[T], count: int) -> list[T]:
        """Return the first `count` values, or all of them."""
        found = list(values)
        return found if self.exhaustive else found[:count]

    def pairs(self, first: Iterable[T], second: Iterable[S]) -> list[tuple[T, S]]:
        """Return each value of `first` with one of `second` in turn, or every pair."""
        one, other = list(first), list(second)
        if self.exhaustive:
            return [(left, right) for left in one for right in other]
        return list(zip(one, itertools.cycle(other), strict=False))

    def examples(self, usual: int, every: int, **more: Any) -> settings:
        """Return the settings of a Hypothesis test that tries so many examples."""
        return settings(max_examples=every if self.exhaustive else usual, deadline=None, **more)


effort = Effort()
