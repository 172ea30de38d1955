"""The current work: its lists are read again after an event, its progress each time."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.frame import current_work
from dashboards.read_cache import ReadCache
from indexium_core.jobs.event_bus import EventBus


class CountedLibrary:
    """Counts what is read of some operations."""

    def __init__(self, *states: str) -> None:
        self.events = EventBus(1)
        self.states = list(states)
        self.reads = list[str]()
        self.jobs = SimpleNamespace(list=lambda kinds, states, *, per_page: SimpleNamespace(items=[]), unrecorded=list)
        self.history: Any = CountedHistory(self)

    def status(self, operation_id: int) -> Any:
        self.reads.append("status")
        return SimpleNamespace(id=operation_id)


class CountedHistory:
    """The service `history` of these operations."""

    def __init__(self, library: CountedLibrary) -> None:
        self._library = library

    def counts(self) -> Any:
        states = self._library.states
        return SimpleNamespace(by_status={state: states.count(state) for state in states})

    def __call__(self, *, status: Any = None, per_page: int) -> Any:
        self._library.reads.append("unfinished" if status else "newest")
        operations = [
            SimpleNamespace(id=number, status=state, started_at=datetime.now(UTC))
            for number, state in enumerate(self._library.states)
            if status is None or state in status
        ]
        return SimpleNamespace(items=operations[: per_page or None])


@pytest.fixture(autouse=True)
def _always_new_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_work, "_PROGRESS_SECONDS", -1.0)


def _read(library: Any, cache: ReadCache) -> current_work.CurrentWork:
    return current_work.read(library, cache)


def test_lists_are_read_once_until_an_event() -> None:
    library: Any = CountedLibrary("completed", "in_progress")
    cache = ReadCache(library)

    for _ in range(3):
        found = _read(library, cache)
    assert library.reads == ["unfinished", "status", "status", "status"]
    assert [operation.id for operation, _ in found.running] == [1]
    assert found.newest == []

    library.states[1] = "completed"
    library.events.emit("write:completed")
    found = _read(library, cache)
    assert library.reads[4:] == ["newest"]
    assert (found.number, found.running, len(found.newest)) == (2, [], 1)


def test_home_without_operations_reads_no_list() -> None:
    library: Any = CountedLibrary()
    found = _read(library, ReadCache(library))

    assert library.reads == []
    assert (found.number, found.running, found.interrupted, found.newest) == (0, [], [], [])


def test_interrupted_operations_are_shown_beside_the_newest_one() -> None:
    library: Any = CountedLibrary("interrupted", "completed", "interrupted", "interrupted")
    found = _read(library, ReadCache(library))

    assert [each.id for each in found.interrupted] == [0, 2]
    assert len(found.newest) == 1
