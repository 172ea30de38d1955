"""
The estimated duration of writes, learned from recent operations.

A scan estimates each file by fixed speeds. This module compares the recorded seconds of the last writes with these
estimates, and returns a rate for each disk and kind of strategy: measured seconds per estimated second. Rows, totals,
details and the start of an operation multiply their estimates by the rate, so they agree. A disk without a measured
write of a kind has the rate of all disks, and without any measured write, the rate is 1.

The seconds of an item are its share of the running time of its operation: files are written at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

from indexium_core.model.files import strategies
from indexium_core.model.operations.actor import whole_home
from indexium_core.store import sql
from indexium_core.store.database import Database
from indexium_core.store.plan_version import DiskRates, WriteRates

_OPERATIONS = 10  # the last writes of each disk that count …
_AMONG = 50  # … if they are among the last writes of all disks
_PRIOR_SECONDS = 0.05  # estimated work that counts as done at its estimate: one slow file proves little

_SQL = sql.compose("ledger")


class Measured(NamedTuple):
    """The files that the last operations wrote on one disk with one strategy."""

    disk_id: int
    strategy: str
    files: int
    size_bytes: int  # their sizes, summed
    seconds: float  # their shares of the running times


def learn(measured: Sequence[Measured]) -> DiskRates:
    """Return the rates of in-place writes and of full copies, of all disks and of each measured disk."""
    all_disks = _rates(measured, WriteRates())
    disks = dict.fromkeys(each.disk_id for each in measured)
    by_disk = {disk: _rates([each for each in measured if each.disk_id == disk], all_disks) for disk in disks}
    return DiskRates(all_disks=all_disks, by_disk=by_disk)


def _rates(measured: Sequence[Measured], otherwise: WriteRates) -> WriteRates:
    in_place = [each for each in measured if not strategies.copies(each.strategy)]
    copied = [each for each in measured if strategies.copies(each.strategy)]
    return WriteRates(
        in_place_rate=_rate(in_place) if in_place else otherwise.in_place_rate,
        copy_rate=_rate(copied) if copied else otherwise.copy_rate,
    )


def _rate(measured: Sequence[Measured]) -> float:
    """Return the measured seconds per estimated second of some files of one kind."""
    from indexium_core.files.containers import registry

    expected = spent = _PRIOR_SECONDS
    for each in measured:
        written = each.size_bytes if strategies.copies(each.strategy) else 0
        is_new_file = strategies.replaces(each.strategy)
        expected += registry.expected_seconds(files=each.files, written=written, is_new_file=is_new_file)
        spent += each.seconds
    return spent / expected


class RateSource:
    """The current rates of a home. They are read again after `forget`. Any thread may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rates: DiskRates | None = None
        self._lock = threading.Lock()

    def current(self) -> DiskRates:
        """Return the rates that the last operations measured."""
        with self._lock:
            if self._rates is None:
                values = {"count": _OPERATIONS, "among": _AMONG}
                with whole_home():  # disks are as fast for everybody
                    rows = self._database.read().execute(_SQL["measured_strategies"], values).fetchall()
                self._rates = learn([Measured(*row) for row in rows])
            return self._rates

    def forget(self) -> None:
        """Read the rates again at the next use, because an operation has ended."""
        with self._lock:
            self._rates = None
