"""
The estimated duration of writes, learned from recent operations.

A scan estimates each file by fixed speeds. This module compares the recorded seconds of the last writes with these
estimates, and returns a rate for each kind of strategy: measured seconds per estimated second. Rows, totals, details
and the start of an operation multiply their estimates by the rate, so they agree.

The seconds of an item are its share of the running time of its operation: files are written at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

from indexium_core.files.containers import registry
from indexium_core.model.operations import strategies
from indexium_core.store import sql
from indexium_core.store.database import Database
from indexium_core.store.planning.plan_version import WriteRates

__all__ = ["Measured", "RateSource", "learn"]

_OPERATIONS = 10  # the last writes that count
_PRIOR_SECONDS = 0.05  # estimated work that counts as done at its estimate: one slow file proves little

_SQL = sql.compose("ledger")


class Measured(NamedTuple):
    """The written files of one strategy in the last operations."""

    strategy: str
    files: int
    size_bytes: int  # their sizes, summed
    seconds: float  # their shares of the running times


def learn(measured: Iterable[Measured]) -> WriteRates:
    """Return the rates of in-place writes and of full copies."""
    expected = {False: _PRIOR_SECONDS, True: _PRIOR_SECONDS}
    spent = dict(expected)
    for each in measured:
        is_copy = strategies.copies(each.strategy)
        is_new_file = strategies.replaces(each.strategy)
        written = each.size_bytes if is_copy else 0
        expected[is_copy] += registry.expected_seconds(files=each.files, written=written, is_new_file=is_new_file)
        spent[is_copy] += each.seconds
    return WriteRates(in_place_rate=spent[False] / expected[False], copy_rate=spent[True] / expected[True])


class RateSource:
    """The current rates of a home. They are read again after `forget`. Any thread may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rates: WriteRates | None = None
        self._lock = threading.Lock()

    def current(self) -> WriteRates:
        """Return the rates that the last operations measured."""
        with self._lock:
            if self._rates is None:
                rows = self._database.read().execute(_SQL["measured_strategies"], {"count": _OPERATIONS}).fetchall()
                self._rates = learn(Measured(*row) for row in rows)
            return self._rates

    def forget(self) -> None:
        """Read the rates again at the next use, because an operation has ended."""
        with self._lock:
            self._rates = None
