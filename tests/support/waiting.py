"""Waiting for a condition, with a time limit for slow machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds


def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition without an event holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.005)
