"""The clock: conditions under which the doctor reports it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core.flows.home import clock
from indexium_core.library import Library
from indexium_core.model.health import Check
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from tests.integration.test_doctor import check
from tests.support.catalog import scanned

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
Fill = Callable[[Connection], object]


def looked_at(empty_home: Path, home: Path, *, now: datetime = NOW, fill: Fill = lambda tx: None) -> Check:
    """Return the doctor's check of the clock at `now`, in a home that `fill` writes."""
    shutil.copytree(empty_home, home)
    with Database.open(home) as store, store.atomic() as tx:
        fill(tx)
    with Library.open(home, clock=lambda: now) as library:
        return check(library, "clock")


def scan_at(moment: datetime) -> Fill:
    def fill(tx: Connection) -> None:
        catalog.add_library(tx, b"/films", name="films")
        tx.execute("UPDATE libraries SET scanned_at = $at", {"at": moment})

    return fill


def test_correct_clock_is_trusted(empty_home: Path, home: Path) -> None:
    found = looked_at(empty_home, home, fill=scan_at(NOW - timedelta(days=3)))

    assert (found.state, found.remedy) == ("ok", "")
    assert found.details == {"now": NOW.isoformat()}


def test_clock_behind_times_in_database_is_reported(empty_home: Path, home: Path) -> None:
    found = looked_at(empty_home, home, now=datetime(1970, 1, 2, tzinfo=UTC), fill=scan_at(NOW))

    assert found.state == "warning"
    assert "at least 20,77" in found.message  # days
    assert "a folder was scanned here at 2026-11-20" in found.message
    assert "network" in found.remedy


def test_small_clock_correction_is_ignored(empty_home: Path, home: Path) -> None:
    assert looked_at(empty_home, home, fill=scan_at(NOW + timedelta(seconds=40))).state == "ok"


@pytest.mark.parametrize(
    ("future", "state"),
    [
        pytest.param(1, "ok", marks=pytest.mark.further),
        (2, "ok"),
        (3, "warning"),
        pytest.param(4, "warning", marks=pytest.mark.further),
    ],
)
def test_clock_is_wrong_if_most_films_have_future_dates(empty_home: Path, home: Path, future: int, state: str) -> None:
    ahead = int((NOW + timedelta(days=9)).timestamp() * 1e9)

    def fill(tx: Connection) -> None:
        catalog.add_library(tx, b"/films", name="films")
        rows = [scanned(f"{number}.mp4", mtime_ns=ahead if number < future else 7) for number in range(4)]
        catalog.upsert_files(tx, 1, rows, at=NOW - timedelta(days=1))

    found = looked_at(empty_home, home, fill=fill)
    assert found.state == state
    assert (f"{future} of 4 files" in found.message) == (state == "warning")


@pytest.mark.parametrize(("seconds", "word"), [(7200.0, "forward by 120 minutes"), (-90.0, "back by 90 seconds")])
def test_clock_change_at_run_time_is_detected(
    monkeypatch: pytest.MonkeyPatch, empty_home: Path, home: Path, seconds: float, word: str
) -> None:
    shutil.copytree(empty_home, home)
    with Library.open(home) as library:
        genuine = time.time
        monkeypatch.setattr(clock.time, "time", lambda: genuine() + seconds)
        found = check(library, "clock")

    assert found.state == "warning"
    assert f"It was set {word} since this process started." in found.message


def test_step_back_of_clock_in_events_is_reported(empty_home: Path, home: Path) -> None:
    times = [timedelta(hours=-9), timedelta(hours=-3), timedelta(hours=-8), timedelta(hours=-8, seconds=-30)]

    def fill(tx: Connection) -> None:
        for number, ago in enumerate(times):
            values = {"id": number, "at": NOW + ago}
            tx.execute("INSERT INTO events (id, \"at\", name, data) VALUES ($id, $at, 'job:progress', '{}')", values)

    found = looked_at(empty_home, home, fill=fill)
    assert found.state == "warning"
    assert "It was set back by 5 hours" in found.message
