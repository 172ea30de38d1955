"""What sessions read together: once for all, again after an event, and no longer than a session uses it."""

from __future__ import annotations

import gc
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.read_cache import REFRESHED, ReadCache
from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus


@pytest.fixture
def bus() -> EventBus:
    return EventBus(1)


@pytest.fixture
def cache(bus: EventBus) -> ReadCache:
    library: Any = SimpleNamespace(events=bus)
    return ReadCache(library)


def test_cache_without_sessions_leaves_the_bus(cache: ReadCache, bus: EventBus) -> None:
    library: Any = SimpleNamespace(events=bus)
    of_limited = ReadCache(library)
    assert len(bus._listeners) == 2
    del of_limited
    gc.collect()
    bus.emit("plan:changed")
    assert len(bus._listeners) == 1


class FakePlan:
    """A version of the plan."""

    def __init__(self, version: int) -> None:
        self.id, self.query = version, ""

    def narrowed(self, query: str) -> tuple[int, str, object]:
        return self.id, query, object()


class Versions:
    """A library whose plan has another version at each read, and whose reads can be made to wait or to fail."""

    def __init__(self, bus: EventBus) -> None:
        self.events, self.reads, self.continues = bus, 0, threading.Event()
        self.continues.set()
        self.on_read: Callable[[], object] = lambda: None

    def plan(self) -> FakePlan:
        assert self.continues.wait(20)
        self.reads += 1
        found = FakePlan(self.reads)
        self.on_read()
        return found


@pytest.fixture
def versions(bus: EventBus) -> Iterator[tuple[Versions, ReadCache]]:
    library: Any = Versions(bus)
    with ThreadPoolExecutor(2) as pool:
        yield library, ReadCache(library, pool)
        library.continues.set()


@pytest.fixture
def told(bus: EventBus) -> queue.SimpleQueue[str]:
    """The names of the events after a read of a newer plan."""
    heard = queue.SimpleQueue[str]()
    bus.subscribe(lambda event: heard.put(event.name) if event.name == REFRESHED else None)
    return heard


def test_page_does_not_wait_for_the_results_of_an_operation(
    versions: tuple[Versions, ReadCache], bus: EventBus, told: queue.SimpleQueue[str]
) -> None:
    library, cache = versions
    before: Any = cache.plan()
    library.continues.clear()
    bus.emit("plan:changed", operation_id=1)
    assert cache.plan(may_lack_results=True) is before
    assert told.empty()
    library.continues.set()
    assert told.get(timeout=20)
    assert cache.plan(may_lack_results=True).id == before.id + 1


def test_decision_is_in_the_next_plan_also_beside_results(versions: tuple[Versions, ReadCache], bus: EventBus) -> None:
    _, cache = versions
    before: Any = cache.plan()
    bus.emit("plan:changed", operation_id=1)
    bus.emit("plan:changed")
    assert cache.plan(may_lack_results=True).id > before.id


def test_refresh_includes_an_operation_that_ends_during_it(
    versions: tuple[Versions, ReadCache], bus: EventBus, told: queue.SimpleQueue[str]
) -> None:
    library, cache = versions
    cache.plan()
    library.on_read = lambda: bus.emit("plan:changed", operation_id=2) if library.reads == 2 else None
    bus.emit("plan:changed", operation_id=1)
    cache.plan(may_lack_results=True)
    assert told.get(timeout=20)
    assert library.reads == 3


def test_decision_during_a_read_needs_another_one(versions: tuple[Versions, ReadCache], bus: EventBus) -> None:
    library, cache = versions
    cache.plan()
    library.on_read = lambda: bus.emit("plan:changed") if library.reads == 2 else None
    bus.emit("plan:changed")
    assert cache.plan().id == 2
    assert cache.plan().id == 3


def test_search_is_read_once_until_a_file_changes(versions: tuple[Versions, ReadCache], bus: EventBus) -> None:
    _, cache = versions
    found = cache.plan("person:ann")
    assert cache.plan("person:ann") is found
    bus.emit("scan:completed")
    assert cache.plan("person:ann") is not found


def test_read_that_fails_on_the_thread_fails_for_the_page_that_follows(
    versions: tuple[Versions, ReadCache], bus: EventBus
) -> None:
    library, cache = versions
    before = cache.plan()
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise errors.StoreError("The disk is gone.")

    library.on_read = fail
    bus.emit("plan:changed", operation_id=1)
    cache.plan(may_lack_results=True)
    assert failed.wait(20)
    with pytest.raises(errors.StoreError):
        cache.plan()
    library.on_read = lambda: None
    assert cache.plan().id > before.id
