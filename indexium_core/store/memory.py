"""
How much memory the database takes for itself.

Left alone, DuckDB takes most of what a machine has, and keeps it. It is given what libraries of this size were measured
to need; what does not fit goes into files beside the database, inside the home. Where work cannot be done in that (some
of it cannot be put aside, as when comments have a million characters each), it is given more and the work done again.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import duckdb

from indexium_core.store import sql

__all__ = ["Memory"]

logger = logging.getLogger(__name__)

_BASE = 96  # MB for an empty home …
_PER_MILLION = 1000  # … and for each million files; measured by benchmarks/plan.py
_MOST = 0.8  # of the machine's memory
SPILL = "spill"  # folder in the home


class Memory:
    """Looks after the limit of an open database. May be used from any thread."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, home: Path) -> None:
        self._raw = raw.cursor()
        self._turn = threading.Lock()
        self._limit = 0  # MB
        self._statements = sql.load("database")
        self._raw.execute(self._statements["spill_into"], [str(home / SPILL)])

    @property
    def limit(self) -> int:
        """Bytes that the database may take at the moment."""
        return self._limit * 1_000_000

    def fit(self, files: int) -> None:
        """Give what a library of so many files needs; never less than before."""
        with self._turn:
            self._set(max(self._limit, _BASE + _PER_MILLION * files // 1_000_000))

    def widen(self) -> bool:
        """Give twice as much, as far as the machine has it; False where it is all there is."""
        with self._turn:
            if self._limit >= _machine():
                return False
            self._set(min(2 * self._limit, _machine()))
            logger.warning("store.more_memory", extra={"megabytes": self._limit})
            return True

    def close(self) -> None:
        """Let go of the database."""
        self._raw.close()

    def _set(self, limit: int) -> None:
        if limit != self._limit:
            self._raw.execute(self._statements["limit_memory"], [limit])
            self._limit = limit


def _machine() -> int:
    """Return how many MB may be taken at most."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MOST) // 1_000_000
