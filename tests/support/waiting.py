"""Waiting for a condition, with a time limit for slow machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds


def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition without an event holds. A question that costs much is asked less often."""
    asked_at = time.monotonic()
    end = asked_at + PATIENCE
    while not holds():
        answered_at = time.monotonic()
        assert answered_at < end, "it never came true"
        threading.Event().wait(min(max(0.005, 9 * (answered_at - asked_at)), 0.2))
        asked_at = time.monotonic()
