"""Events: sent immediately, stored soon, and available later and after a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus, Recorder
from indexium_core.model.event import Event
from indexium_core.store import events as events_store
from indexium_core.store.database import Database
from indexium_core.store.events import Events
from tests.support.waiting import until

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "home") as opened:
        yield opened


class Run:
    """The events of one run of the program."""

    def __init__(self, database: Database) -> None:
        self.store = Events(database)
        self.bus = EventBus(self.store.begin_run())
        self.recorder = Recorder(self.bus, self.store, clock=lambda: NOW)


@pytest.fixture
def run(database: Database) -> Iterator[Run]:
    made = Run(database)
    yield made
    made.recorder.close()


def test_events_are_returned_in_order(run: Run) -> None:
    made = [run.bus.emit("job:changed", job_id=number) for number in range(5)]

    assert run.recorder.since(0) == made
    assert run.recorder.since(made[2].id) == made[3:]
    assert run.recorder.since(0, limit=2) == made[:2]


def test_listener_hears_only_events_of_its_names(run: Run) -> None:
    heard: list[str] = []
    run.bus.subscribe(lambda event: heard.append(event.name), names={"scan:completed", "plan:changed"})
    leave = run.bus.subscribe(lambda event: heard.append("all"))
    for name in ("scan:started", "scan:completed", "plan:changed"):
        run.bus.emit(name)
    leave()

    assert heard == ["all", "scan:completed", "all", "plan:changed", "all"]


def test_event_in_delivery_is_not_skipped(database: Database) -> None:
    """A client that has read up to an event must have all earlier ones, however long their delivery takes."""
    store, told, go_on = Events(database), threading.Event(), threading.Event()
    bus = EventBus(store.begin_run())
    bus.subscribe(lambda event: (told.set(), go_on.wait(20)) if event.name == "slow" else None)
    recorder = Recorder(bus, store, clock=lambda: NOW)
    slow = threading.Thread(target=bus.emit, args=("slow",))
    slow.start()
    assert told.wait(20)
    bus.emit("fast")

    try:
        assert [event.name for event in recorder.since(0)] == ["slow", "fast"]
    finally:
        go_on.set()
        slow.join()
        recorder.close()


def test_stored_events_equal_emitted_events(run: Run) -> None:
    made = run.bus.emit("write:completed", job_id=3, operation_id=7, message="Fuß\ud800\n", rate=1.5)
    until(lambda: run.store.since(0, 10) != [])

    [found] = run.store.since(0, 10)
    assert (found.id, found.name, found.at) == (made.id, made.name, made.at)
    assert found.data == {**made.data, "message": "Fuß\ufffd\n"}


def test_only_newest_progress_of_each_job_is_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "GROUP_SECONDS", 0.05)
    for number in range(3):
        run.bus.emit("scan:progress", job_id=1, current=number)
        run.bus.emit("scan:progress", current=number)
        run.bus.emit("write:progress", job_id=2, current=number)
        last = run.bus.emit("job:changed", job_id=1)
        until(lambda last=last: last in run.store.since(0, 100))  # so that they are stored in several groups

    found = [(event.name, event.job_id, event.data.get("current")) for event in run.store.since(0, 100)]
    assert sorted(found, key=str) == sorted(
        [("job:changed", 1, None)] * 3
        + [("scan:progress", 1, 2), ("scan:progress", None, 2), ("write:progress", 2, 2)],
        key=str,
    )


def test_event_ids_continue_after_restart(database: Database) -> None:
    first = Run(database)
    first.bus.emit("plan:changed")
    first.recorder.close()
    lost = [first.bus.emit("plan:changed") for _ in range(1000)][-1]  # no process writes any more, as after a kill

    second = Run(database)
    later = second.bus.emit("plan:changed")
    second.recorder.close()

    assert later.id > lost.id
    assert second.recorder.since(lost.id) == [later]


def test_emit_in_transaction_does_not_block(database: Database, run: Run) -> None:
    with database.atomic():
        made = run.bus.emit("plan:changed")
        assert run.recorder.since(0) == [made]


def test_old_and_excess_events_are_deleted(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_store, "MOST", 10)
    many = [Event(id=number, name="job:changed", at=NOW) for number in range(1, 31)]
    run.store.append([*many, Event(id=31, name="job:changed", at=NOW - timedelta(days=8))])

    run.store.prune(now=NOW)

    assert [event.id for event in run.store.since(0, 100)] == list(range(22, 31))


def test_failing_listener_does_not_affect_others(run: Run) -> None:
    heard: list[str] = []
    run.bus.subscribe(lambda _: 1 / 0)
    leave = run.bus.subscribe(lambda event: heard.append(event.name))

    run.bus.emit("plan:changed")
    leave()
    run.bus.emit("plan:changed")

    assert heard == ["plan:changed"]


def test_full_disk_loses_only_events(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def full(_: Events, __: Sequence[Event]) -> None:
        tried.set()
        raise errors.StoreError("The disk is full.")

    monkeypatch.setattr(Events, "append", full)
    lost = run.bus.emit("plan:changed")
    assert tried.wait(20)
    monkeypatch.undo()
    kept = run.bus.emit("plan:changed")

    until(lambda: run.store.since(0, 10) == [kept])
    assert run.recorder.since(0) == [lost, kept]  # clients of this run still receive it


def test_events_in_memory_are_those_of_the_store(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "RECENT", 3)
    monkeypatch.setattr(Recorder, "GROUP_SECONDS", 0.05)
    made = []
    for number in range(4):
        made += [run.bus.emit("write:progress", job_id=2, current=number), run.bus.emit("job:changed", job_id=number)]
        until(lambda: made[-1] in run.store.since(0, 100))  # noqa: B023
    until(lambda: len(run.recorder._recent) == 3)

    for last_id in (0, *(event.id for event in made)):
        assert run.recorder.since(last_id) == run.store.since(last_id, 100)


def test_newest_events_are_not_read_from_the_store(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = run.bus.emit("job:changed"), run.bus.emit("plan:changed")
    until(lambda: second in run.store.since(0, 10))
    monkeypatch.setattr(Events, "since", lambda *_: 1 / 0)

    assert run.recorder.since(first.id) == [second]
    assert run.recorder.since(second.id) == []
