"""What the disk under a benchmark costs, and how much a piece of work asks of it."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Effort", "fsync_p50"]


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


class Effort:
    """Counts, within its block, the fsyncs and bytes written that Python asks for; the database has its own."""

    def __init__(self) -> None:
        self.fsyncs = 0
        self.written = 0
        self._genuine: dict[str, Any] = {}

    def per(self, count: int) -> str:
        """Return both as a text, divided by `count`."""
        return f"{self.fsyncs / count:.1f} fsyncs and {self.written / count:,.0f} bytes written"

    def __enter__(self) -> Self:
        for name in ("fsync", "fdatasync"):
            self._wrap(name, self._synced)
        for name in ("write", "pwrite", "copy_file_range"):
            self._wrap(name, self._wrote)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, genuine in self._genuine.items():
            setattr(os, name, genuine)
        self._genuine.clear()

    def _wrap(self, name: str, note: Any) -> None:
        genuine = self._genuine[name] = getattr(os, name)

        def wrapped(*given: Any) -> Any:
            result = genuine(*given)
            note(result)
            return result

        setattr(os, name, wrapped)

    def _synced(self, _: None) -> None:
        self.fsyncs += 1

    def _wrote(self, count: int) -> None:
        self.written += count
