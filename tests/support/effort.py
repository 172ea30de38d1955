"""
How much a run tries: by default some of each kind, with `--exhaustive` (or EXHAUSTIVE=1) everything.

Say in the docstring of a test or in the table of docs/architecture.md what holds the claim by default.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from hypothesis import settings

__all__ = ["Effort", "effort"]

T = TypeVar("T")


class Effort:
    """What the run was asked for; `conftest` sets it before tests are collected."""

    exhaustive = False

    def some(self, values: Iterable[T], count: int) -> list[T]:
        """Return the first `count` values, or all of them."""
        found = list(values)
        return found if self.exhaustive else found[:count]

    def examples(self, usual: int, every: int, **more: Any) -> settings:
        """Return the settings of a Hypothesis test that tries so many examples."""
        return settings(max_examples=every if self.exhaustive else usual, deadline=None, **more)


effort = Effort()
