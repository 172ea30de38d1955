"""Trying again: after how many seconds, and how often. What may be tried again is said by `errors.RETRIED`."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    Waits 1, 2 and 4 seconds, each longer by chance by up to a quarter, then gives up.

    The chance keeps files that failed together from coming back together.
    """

    delays: tuple[float, ...] = (1.0, 2.0, 4.0)  # seconds before the second try, the third …
    jitter: float = 0.25  # share of a delay that may be added to it
    chance: Callable[[], float] = random.random  # from 0 to 1

    def after(self, failures: int) -> float | None:
        """Return how many seconds to wait after so many failures (from 1), None where it is time to give up."""
        if not 1 <= failures <= len(self.delays):
            return None
        return self.delays[failures - 1] * (1 + self.jitter * self.chance())
