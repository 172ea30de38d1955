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

from dashboards.read_cache import ReadCache
from indexium_core import errors
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


class FakePlan:
    """A version of the plan; its pages are counted."""

    def __init__(self, version: int) -> None:
        self.id, self.query, self.read = version, "", list[int]()

    def page(self, number: int, **_: object) -> SimpleNamespace:
        self.read.append(number)
        return SimpleNamespace(items=[number], total=100, number=number)


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


def turn(cache: ReadCache, plan: Any, number: int) -> None:
    cache.page(plan, number, per_page=50, sort="risk", descending=False)


def test_page_does_not_wait_for_the_results_of_an_operation(
    versions: tuple[Versions, ReadCache], bus: EventBus
) -> None:
    library, cache = versions
    before: Any = cache.plan()
    for number in (1, 2, 3):
        turn(cache, before, number)
    library.continues.clear()
    bus.emit("plan:changed", operation_id=1)
    assert cache.plan(may_lack_results=True) is before
    told = threading.Event()
    cache.after_results(told.set)
    assert not told.is_set()
    library.continues.set()
    assert told.wait(20)
    newest: Any = cache.plan(may_lack_results=True)
    assert newest.id == before.id + 1
    turn(cache, newest, 3)
    assert sorted(newest.read) == [1, 2, 3]  # each once, before the plan was used


def test_call_after_results_comes_at_once_without_an_operation_and_never_for_the_shown_plan(
    versions: tuple[Versions, ReadCache], bus: EventBus
) -> None:
    _, cache = versions
    before, calls = cache.plan(), list[str]()
    cache.after_results(lambda: calls.append("now"))
    cache.after_results(lambda: calls.append("nothing new"), shown=before)
    bus.emit("plan:changed")
    cache.plan()
    cache.after_results(lambda: calls.append("another plan"), shown=before)
    assert calls == ["now", "another plan"]


def test_decision_is_in_the_next_plan_also_beside_results(versions: tuple[Versions, ReadCache], bus: EventBus) -> None:
    _, cache = versions
    before: Any = cache.plan()
    turn(cache, before, 1)
    bus.emit("plan:changed", operation_id=1)
    bus.emit("plan:changed")
    newest: Any = cache.plan(may_lack_results=True)
    assert newest.id > before.id
    assert newest.read == []  # the decision may have moved every file


def test_call_after_results_waits_for_an_operation_that_ends_during_the_read(
    versions: tuple[Versions, ReadCache], bus: EventBus
) -> None:
    library, cache = versions
    cache.plan()
    library.on_read = lambda: bus.emit("plan:changed", operation_id=2) if library.reads == 2 else None
    told = queue.SimpleQueue[int]()
    bus.emit("plan:changed", operation_id=1)
    cache.after_results(lambda: told.put(library.reads))
    assert told.get(timeout=20) == 3


def test_decision_during_a_read_ends_the_read_of_pages(versions: tuple[Versions, ReadCache], bus: EventBus) -> None:
    library, cache = versions
    turn(cache, cache.plan(), 1)
    library.on_read = lambda: bus.emit("plan:changed") if library.reads == 2 else None
    bus.emit("plan:changed", operation_id=1)
    assert cache.plan().read == []  # type: ignore[attr-defined]
    assert cache.plan().id == 3


def test_read_that_fails_on_the_thread_fails_for_the_page_that_follows(
    versions: tuple[Versions, ReadCache], bus: EventBus
) -> None:
    library, cache = versions
    before = cache.plan()

    def fail() -> None:
        raise errors.StoreError("The disk is gone.")

    library.on_read = fail
    bus.emit("plan:changed", operation_id=1)
    told = threading.Event()
    cache.after_results(told.set)
    assert told.wait(20)
    with pytest.raises(errors.StoreError):
        cache.plan()
    library.on_read = lambda: None
    assert cache.plan().id > before.id
