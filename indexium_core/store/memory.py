"""
The memory limit of the database.

By default DuckDB takes most of the memory of a machine and keeps it. The limit is the memory that libraries of this
size needed in measurements. Data beyond the limit goes into files in the home. Some work cannot use files (for example
with comments of a million characters): then the limit grows and the work is repeated.
"""

from __future__ import annotations

import logging
import os
import threading

import duckdb

from indexium_core.store import sql

logger = logging.getLogger(__name__)

_BASE_MB = 96  # for an empty home
_MB_PER_MILLION_FILES = 1000  # measured by benchmarks/plan.py
_MAX_SHARE = 0.8  # share of the memory of the machine


class Memory:
    """The memory limit of an open database. Any thread may use it."""

    def __init__(self, raw: duckdb.DuckDBPyConnection) -> None:
        self._raw = raw.cursor()
        self._lock = threading.Lock()
        self._limit_mb = 0  # MB
        self._statements = sql.load("database")

    @property
    def limit(self) -> int:
        """The current limit in bytes."""
        return self._limit_mb * 1_000_000

    def fit(self, files: int) -> None:
        """Set the limit for a library of `files` files; the limit never shrinks."""
        with self._lock:
            self._set(max(self._limit_mb, _BASE_MB + _MB_PER_MILLION_FILES * files // 1_000_000))

    def grow(self) -> bool:
        """Double the limit, up to the maximum of the machine; return False at the maximum."""
        with self._lock:
            if self._limit_mb >= _machine_mb():
                return False
            self._set(min(2 * self._limit_mb, _machine_mb()))
            logger.warning("store.more_memory", extra={"megabytes": self._limit_mb})
            return True

    def close(self) -> None:
        """Close the cursor."""
        self._raw.close()

    def _set(self, limit_mb: int) -> None:
        if limit_mb != self._limit_mb:
            self._raw.execute(self._statements["limit_memory"], [limit_mb])
            self._limit_mb = limit_mb


def _machine_mb() -> int:
    """Return the maximum of the limit in MB."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MAX_SHARE) // 1_000_000
