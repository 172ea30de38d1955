"""What sessions read together: once for all, again after an event, and no longer than a session uses it."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.read_cache import ReadCache
from indexium_core.jobs.event_bus import EventBus


@pytest.fixture
def bus() -> EventBus:
    return EventBus(1)


@pytest.fixture
def cache(bus: EventBus) -> ReadCache:
    library: Any = SimpleNamespace(events=bus)
    return ReadCache(library)


def test_sessions_that_poll_at_once_share_one_read(cache: ReadCache) -> None:
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        return len(reads)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: cache.polled("footer", 60, read), range(40))) == [1] * 40


def test_event_during_a_read_causes_another_read(cache: ReadCache, bus: EventBus) -> None:
    def read() -> str:
        bus.emit("job:changed")
        return "before the event, perhaps"

    cache.polled("footer", 60, read)
    assert cache.polled("footer", 60, lambda: "after it") == "after it"
    assert cache.polled("footer", 60, lambda: "once more") == "after it"


def test_progress_and_old_age(cache: ReadCache, bus: EventBus) -> None:
    assert cache.polled("footer", 60, lambda: 1) == 1
    bus.emit("write:progress")
    assert cache.polled("footer", 60, lambda: 2) == 1
    assert cache.polled("footer", 0, lambda: 3) == 3


def test_cache_without_sessions_leaves_the_bus(cache: ReadCache, bus: EventBus) -> None:
    library: Any = SimpleNamespace(events=bus)
    of_limited = ReadCache(library)
    assert len(bus._listeners) == 2
    del of_limited
    gc.collect()
    bus.emit("plan:changed")
    assert len(bus._listeners) == 1
