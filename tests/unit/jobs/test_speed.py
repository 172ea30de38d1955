"""The current speed of a job."""

from __future__ import annotations

import pytest

from indexium_core.jobs.job_run import Speed


def test_speed_covers_recent_items_only() -> None:
    """10 a second for ten minutes, then 2 a second for one."""
    speed, done = Speed(), 0
    for tenth in range(1, 6001):
        speed.record(tenth, at=tenth / 10)
    assert speed.rate(at=600.0) == pytest.approx(10)

    for second in range(1, 61):
        done = 6000 + 2 * second
        speed.record(done, at=600.0 + second)
    assert speed.rate(at=660.0) == pytest.approx(2)


def test_earlier_items_do_not_count() -> None:
    speed = Speed(1000, at=50.0)
    speed.record(1010, at=55.0)

    assert speed.rate(at=55.0) == pytest.approx(2)


def test_speed_falls_without_progress() -> None:
    speed = Speed()
    speed.record(10, at=1.0)

    assert speed.rate(at=10.0) == pytest.approx(1)


def test_lower_count_restarts_measurement() -> None:
    """A scan counts found files, then read files."""
    speed = Speed()
    speed.record(5000, at=1.0)
    speed.record(0, at=2.0)
    assert speed.rate(at=2.0) == 0.0

    speed.record(30, at=5.0)
    assert speed.rate(at=5.0) == pytest.approx(10)


def test_first_instant_has_finite_speed() -> None:
    assert Speed().rate(at=0.0) == 0.0
