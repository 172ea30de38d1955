"""Days are local days of the user, also when the clocks change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from indexium_core import errors
from indexium_core.model import moments, query

Live = Callable[[str], None]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Change the time zone."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


# Days of 23, 24 and 25 hours; in Santiago and on the Azores one starts at 01:00, or has midnight twice.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2026, 4, 4)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("UTC", date(2026, 11, 20)),
]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_day_ends_at_start_of_next(live: Live, zone: str, day: date) -> None:
    live(zone)
    for each in (day - timedelta(days=1), day, day + timedelta(days=1)):
        end = moments.parse(each.isoformat(), end=True)
        assert end == moments.parse((each + timedelta(days=1)).isoformat())


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_day_starts_where_search_starts_it(live: Live, zone: str, day: date) -> None:
    live(zone)
    begin = moments.parse(day.isoformat())

    assert begin is not None
    assert begin.astimezone().date() == day
    assert (begin - timedelta(seconds=1)).astimezone().date() == day - timedelta(days=1)
    assert query.compile_query(f"mtime:{day}").params[0] == int(begin.timestamp()) * 10**9


def test_time_with_zone_is_unchanged(live: Live) -> None:
    live("Asia/Tokyo")
    assert moments.parse("2026-11-20T07:00:00+01:00") == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert moments.parse("2026-11-20T00:00:00+01:00", end=True) == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert moments.parse("2026-11-20T07:00") == datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert (moments.parse(""), moments.parse(None)) == (None, None)


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00+00:00"]
)
def test_unrepresentable_time_is_refused(live: Live, text: str) -> None:
    live("Asia/Tokyo")
    with pytest.raises(errors.UsageError, match="is not a date"):
        moments.parse(text)


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "9999-12-31", "2026-02-30"])
def test_invalid_day_is_refused(live: Live, text: str) -> None:
    live("Asia/Tokyo")
    with pytest.raises(errors.UsageError, match="is not a date"):
        moments.parse(text, end=True)
