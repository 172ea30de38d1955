"""Waiting for what must come true, as long as a slow machine may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["PATIENCE", "until"]

PATIENCE = 60.0  # seconds


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that nothing tells."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.005)
