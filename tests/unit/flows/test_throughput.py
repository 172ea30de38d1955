"""Estimates of the remaining time of an operation from its progress."""

from __future__ import annotations

import pytest

from indexium_core.flows.writing.throughput import Throughput


class Clock:
    """A clock that advances on request."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_operation_without_planned_seconds_has_no_first_estimate() -> None:
    assert Throughput({}, clock=Clock()).eta_seconds is None


def test_first_seconds_use_planned_estimate_after_slow_first_file() -> None:
    """The first of 3600 files takes 1.2 s instead of 10 ms: the remaining time is not an hour."""
    clock = Clock()
    pace = Throughput({False: 36.0}, clock=clock)
    clock.now += 1.2
    pace.record(is_rewrite=False, expected=0.01, seconds=1.2)

    assert pace.eta_seconds == pytest.approx(34.8)


def test_one_slow_file_proves_little_after_first_seconds() -> None:
    clock = Clock()
    pace = Throughput({False: 36.0}, clock=clock)
    clock.now += 3.6
    pace.record(is_rewrite=False, expected=0.01, seconds=3.6)

    assert pace.eta_seconds is not None
    assert pace.eta_seconds < 120


def test_time_before_first_file_is_not_measured() -> None:
    """The processes start in 4 s; then the files take as long as planned."""
    clock = Clock()
    pace = Throughput({False: 20.0}, clock=clock)
    clock.now += 4.0
    for _ in range(100):
        clock.now += 0.01
        pace.record(is_rewrite=False, expected=0.01, seconds=0.01)

    assert pace.eta_seconds == pytest.approx(19.0)


def test_small_files_do_not_bias_estimate() -> None:
    """90 of 91 files are written after little more than a second, but the last one is a film that must be rebuilt."""
    clock = Clock()
    pace = Throughput({False: 0.9, True: 60.0}, clock=clock)
    for _ in range(90):
        clock.now += 1 / 80
        pace.record(is_rewrite=False, expected=0.01, seconds=1 / 80)

    assert pace.rate == pytest.approx(80, rel=0.1)
    assert pace.eta_seconds == pytest.approx(60, rel=0.1)


def test_slow_disk_is_measured() -> None:
    clock = Clock()
    pace = Throughput({False: 1.0}, clock=clock)  # the estimate was 100 files of 10 ms
    for _ in range(50):
        clock.now += 0.1
        pace.record(is_rewrite=False, expected=0.01, seconds=0.1)

    assert pace.eta_seconds == pytest.approx(5.0, rel=0.1)
    assert pace.rate == pytest.approx(10, rel=0.1)


def test_concurrent_files_shorten_estimate() -> None:
    clock = Clock()
    pace = Throughput({True: 40.0}, clock=clock)
    clock.now += 10.0
    for _ in range(2):
        pace.record(is_rewrite=True, expected=10.0, seconds=10.0)

    assert pace.eta_seconds == pytest.approx(10.0)


def test_pause_is_not_running_time() -> None:
    clock = Clock()
    pace = Throughput({False: 2.0}, clock=clock)
    clock.now += 1.0
    pace.record(is_rewrite=False, expected=1.0, seconds=1.0)
    pace.pause()
    clock.now += 3600.0

    assert pace.seconds == pytest.approx(1.0)
    assert pace.eta_seconds == pytest.approx(1.0)
    pace.resume()
    clock.now += 0.25
    assert pace.eta_seconds == pytest.approx(0.75)


def test_overdue_file_keeps_time_left() -> None:
    clock = Clock()
    pace = Throughput({False: 2.0}, clock=clock)
    clock.now += 1.0
    pace.record(is_rewrite=False, expected=1.0, seconds=1.0)
    clock.now += 30.0

    assert pace.eta_seconds is None
    pace.record(is_rewrite=False, expected=1.0, seconds=31.0)
    clock.now += 5.0
    assert pace.eta_seconds == 0.0  # all files are written, and only the result is missing


def test_planned_seconds_are_the_first_estimate() -> None:
    clock = Clock()
    pace = Throughput({False: 8.0}, clock=clock)

    assert pace.eta_seconds == pytest.approx(8.0)
    clock.now += 0.5
    assert pace.eta_seconds == pytest.approx(7.5)


def test_present_operation_replaces_the_first_estimate() -> None:
    clock = Clock()
    pace = Throughput({False: 8.0}, clock=clock)
    for _ in range(100):
        clock.now += 0.016
        pace.record(is_rewrite=False, expected=0.008, seconds=0.016)

    assert pace.eta_seconds == pytest.approx(14.4, rel=0.05)


def test_late_first_file_ends_the_first_estimate() -> None:
    clock = Clock()
    pace = Throughput({False: 8.0}, clock=clock)
    clock.now += 9.0

    assert pace.eta_seconds is None
