"""How fast work goes, of late."""

from __future__ import annotations

import pytest

from indexium_core.jobs.speed import Speed


def test_it_is_what_was_done_of_late_whatever_was_before() -> None:
    """10 a second for ten minutes, then 2 a second for one."""
    speed, done = Speed(), 0
    for tenth in range(1, 6001):
        speed.record(tenth, at=tenth / 10)
    assert speed.rate(at=600.0) == pytest.approx(10)

    for second in range(1, 61):
        done = 6000 + 2 * second
        speed.record(done, at=600.0 + second)
    assert speed.rate(at=660.0) == pytest.approx(2)


def test_what_was_done_before_it_began_does_not_count() -> None:
    speed = Speed(1000, at=50.0)
    speed.record(1010, at=55.0)

    assert speed.rate(at=55.0) == pytest.approx(2)


def test_it_falls_while_nothing_is_done() -> None:
    speed = Speed()
    speed.record(10, at=1.0)

    assert speed.rate(at=10.0) == pytest.approx(1)


def test_items_of_another_kind_are_counted_from_their_beginning() -> None:
    """A scan counts what it finds, then what it reads."""
    speed = Speed()
    speed.record(5000, at=1.0)
    speed.record(0, at=2.0)
    assert speed.rate(at=2.0) == 0.0

    speed.record(30, at=5.0)
    assert speed.rate(at=5.0) == pytest.approx(10)


def test_the_first_moment_is_no_speed_without_end() -> None:
    assert Speed().rate(at=0.0) == 0.0
