"""Estimates that learn from recent operations."""

from __future__ import annotations

import pytest

from indexium_core.flows.planning.write_rates import Measured, learn
from indexium_core.store.planning.plan_version import WriteRates

MB = 10**6


def test_nothing_measured_keeps_the_estimate_of_the_scan() -> None:
    assert learn([]) == WriteRates()


def test_rate_is_measured_by_estimated_seconds() -> None:
    rates = learn([Measured("mp4_in_place", files=1000, size_bytes=1000 * MB, seconds=8.0)])

    assert rates.in_place_rate == pytest.approx(2.0, rel=0.05)  # 4 ms each were estimated
    assert rates.copy_rate == 1.0


def test_copies_are_measured_by_their_size() -> None:
    rates = learn(
        [
            Measured("avi_copy", files=10, size_bytes=10_000 * MB, seconds=40.0),
            Measured("mp4_in_place", files=100, size_bytes=0, seconds=0.4),
        ]
    )

    assert rates.copy_rate == pytest.approx(0.4, rel=0.05)  # 100 MB/s were estimated
    assert rates.in_place_rate == pytest.approx(1.0)


def test_strategies_in_place_share_a_rate() -> None:
    films = [Measured(name, files=500, size_bytes=0, seconds=2.0) for name in ("mp4_in_place", "matroska_in_place")]

    assert learn(films).in_place_rate == pytest.approx(1.0)


def test_one_slow_file_changes_the_estimate_little() -> None:
    assert learn([Measured("mp4_in_place", files=1, size_bytes=MB, seconds=0.04)]).in_place_rate < 2
