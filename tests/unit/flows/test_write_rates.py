"""Estimates that learn from recent operations."""

from __future__ import annotations

import pytest

from indexium_core.flows.planning.write_rates import Measured, learn
from indexium_core.store.plan_version import DiskRates

MB = 10**6


def test_nothing_measured_keeps_the_estimate_of_the_scan() -> None:
    assert learn([]) == DiskRates()


def test_rate_is_measured_by_estimated_seconds() -> None:
    rates = learn([Measured(1, "mp4_in_place", files=1000, size_bytes=1000 * MB, seconds=8.0)])

    assert rates.all_disks.in_place_rate == pytest.approx(2.0, rel=0.05)  # 4 ms each were estimated
    assert rates.all_disks.copy_rate == 1.0


def test_copies_are_measured_by_their_size() -> None:
    rates = learn(
        [
            Measured(1, "avi_copy", files=10, size_bytes=10_000 * MB, seconds=40.0),
            Measured(1, "mp4_in_place", files=100, size_bytes=0, seconds=0.4),
        ]
    )

    assert rates.all_disks.copy_rate == pytest.approx(0.4, rel=0.05)  # 100 MB/s were estimated
    assert rates.all_disks.in_place_rate == pytest.approx(1.0)


def test_strategies_in_place_share_a_rate() -> None:
    films = [Measured(1, name, files=500, size_bytes=0, seconds=2.0) for name in ("mp4_in_place", "matroska_in_place")]

    assert learn(films).all_disks.in_place_rate == pytest.approx(1.0)


def test_one_slow_file_changes_the_estimate_little() -> None:
    assert learn([Measured(1, "mp4_in_place", files=1, size_bytes=MB, seconds=0.04)]).all_disks.in_place_rate < 2


def test_each_disk_has_its_own_rate() -> None:
    rates = learn(
        [
            Measured(1, "mp4_in_place", files=1000, size_bytes=0, seconds=8.0),
            Measured(2, "mp4_in_place", files=1000, size_bytes=0, seconds=40.0),
        ]
    )

    assert rates.of(1).in_place_rate == pytest.approx(2.0, rel=0.05)
    assert rates.of(2).in_place_rate == pytest.approx(10.0, rel=0.05)
    assert rates.all_disks.in_place_rate == pytest.approx(6.0, rel=0.05)


def test_disk_without_a_measured_write_has_the_rate_of_all_disks() -> None:
    measured = [Measured(1, "avi_copy", files=10, size_bytes=10_000 * MB, seconds=40.0)]
    measured += [Measured(2, "mp4_in_place", files=1000, size_bytes=0, seconds=8.0)]
    rates = learn(measured)

    assert rates.of(1).in_place_rate == rates.all_disks.in_place_rate == rates.of(2).in_place_rate
    assert rates.of(2).copy_rate == rates.all_disks.copy_rate == rates.of(1).copy_rate
    assert rates.of(3).copy_rate == rates.all_disks.copy_rate
    assert learn(measured[:1]).of(1).in_place_rate == 1.0


def test_only_measured_disk_has_the_rate_of_all_disks() -> None:
    rates = learn([Measured(1, "mp4_in_place", files=3, size_bytes=0, seconds=8.0)])

    assert rates.by_disk == {1: rates.all_disks}
