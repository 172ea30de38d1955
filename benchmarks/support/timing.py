"""Times of calls."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of a call, in seconds."""
    started_at = time.perf_counter()
    work()
    return time.perf_counter() - started_at


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile by the nearest rank."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]
