"""The connection between a session and the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from dashboards.bridge import UNEXPECTED, Bridge
from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus


class Later(Executor):
    """A scheduler that runs calls only on request."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []

    def submit(self, call: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        self.waiting.append(lambda: call(*given, **named))
        return Future()

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Line:
    """A bridge whose document runs everything immediately, with its messages."""

    def __init__(self) -> None:
        self.events, self.pool = EventBus(), Later()
        self.toasts: list[tuple[str, str]] = []
        self.delayed: list[Callable[[], None]] = []
        self.bridge = Bridge(
            self.events,
            schedule=lambda call: call(),
            later=lambda call, _: self.delayed.append(call),
            pool=self.pool,
            toast=lambda kind, text: self.toasts.append((kind, text)),
        )


@pytest.fixture
def line() -> Line:
    return Line()


def test_result_is_shown(line: Line) -> None:
    got: list[int] = []
    line.bridge.run(lambda: 7, got.append, name="plan")
    line.pool.run()
    assert got == [7]


def test_only_newest_result_of_name_is_shown(line: Line) -> None:
    got: list[int] = []
    for number in (1, 2, 3):
        line.bridge.run(lambda number=number: number, got.append, name="plan")  # type: ignore[misc]
    line.pool.run()
    assert got == [3]


def test_refusal_is_shown(line: Line) -> None:
    def refuse() -> None:
        raise errors.UsageError("Nothing to write.")

    line.bridge.run(refuse, lambda _: None, name="write")
    line.pool.run()
    assert line.toasts == [("error", "Nothing to write.")]


def test_refusal_can_be_shown_in_place(line: Line) -> None:
    seen: list[errors.IndexiumError] = []

    def refuse() -> None:
        raise errors.ValidationError("“;” may not be written.")

    line.bridge.run(refuse, lambda _: None, name="plan", failed=seen.append)
    line.pool.run()
    assert [error.message for error in seen] == ["“;” may not be written."]
    assert line.toasts == []


def test_unexpected_error_can_be_shown_in_place(line: Line) -> None:
    seen: list[errors.IndexiumError] = []
    line.bridge.run(lambda: 1 / 0, lambda _: None, name="plan", failed=seen.append)
    line.pool.run()
    assert [error.message for error in seen] == [UNEXPECTED]
    assert line.toasts == []


def test_unexpected_error_is_logged_and_shown_without_details(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    line.bridge.run(lambda: 1 / 0, lambda _: None, name="write")
    line.pool.run()
    assert line.toasts == [("error", UNEXPECTED)]
    assert "ZeroDivisionError" in caplog.text


def test_closed_session_gets_no_result(line: Line) -> None:
    got: list[int] = []
    line.bridge.listen(("plan:changed",), lambda: got.append(0))
    line.bridge.run(lambda: 1, got.append, name="plan")
    line.bridge.close()
    line.pool.run()
    line.events.emit("plan:changed")
    assert got == []


def test_event_burst_causes_two_calls(line: Line) -> None:
    calls: list[int] = []
    line.bridge.listen(("write:progress",), lambda: calls.append(1), every=60)
    for number in range(100):
        line.events.emit("write:progress", current=number)
    assert len(calls) == 1
    assert len(line.delayed) == 1
    line.delayed.pop()()
    assert len(calls) == 2


def test_other_events_are_ignored(line: Line) -> None:
    calls: list[int] = []
    line.bridge.listen(("write:progress",), lambda: calls.append(1))
    line.events.emit("scan:progress")
    assert calls == []


def test_events_of_worker_threads_are_delivered(line: Line) -> None:
    calls: list[str] = []
    line.bridge.listen(("plan:changed",), lambda: calls.append(threading.current_thread().name))
    thread = threading.Thread(target=lambda: line.events.emit("plan:changed"))
    thread.start()
    thread.join()
    assert len(calls) == 1


def test_late_result_is_not_shown(line: Line) -> None:
    got: list[str] = []

    def slow() -> str:
        line.bridge.run(lambda: "new", got.append, name="plan")  # requested while this one was running
        return "old"

    line.bridge.run(slow, got.append, name="plan")
    line.pool.run()
    assert got == ["new"]
