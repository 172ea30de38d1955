"""Automatic retries: how long to wait before a retry, and when retrying stops."""

from __future__ import annotations

import pytest

from indexium_core.jobs.retry import Backoff


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, None), (0, None)])
def test_delays_grow_until_retry_limit(failures: int, seconds: float | None) -> None:
    assert Backoff(random_value=lambda: 0.0).delay_after(failures) == seconds


def test_jitter_adds_at_most_quarter() -> None:
    waits = {Backoff().delay_after(2) for _ in range(100)}

    assert len(waits) > 50
    assert all(2.0 <= wait <= 2.5 for wait in waits if wait is not None)
