"""What the disk under a benchmark costs, printed beside its figures."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

__all__ = ["fsync_p50"]


def fsync_p50(folder: Path) -> float:
    """Return the seconds that one fsync of 4 kB takes in `folder`, the median of 50."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(50):
            file.write(b"x" * 4096)
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times)
