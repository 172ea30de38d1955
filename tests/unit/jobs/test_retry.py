"""Automatic retries: how long to wait before a retry, and when retrying stops."""

from __future__ import annotations

import pytest

from indexium_core.jobs.retry import Backoff


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, None), (0, None)])
def test_it_waits_longer_each_time_and_then_gives_up(failures: int, seconds: float | None) -> None:
    assert Backoff(random_value=lambda: 0.0).delay_after(failures) == seconds


def test_chance_makes_a_wait_longer_by_a_quarter_at_most() -> None:
    waits = {Backoff().delay_after(2) for _ in range(100)}

    assert len(waits) > 50
    assert all(2.0 <= wait <= 2.5 for wait in waits if wait is not None)
