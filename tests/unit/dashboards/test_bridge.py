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
        self.cleared: list[str] = []
        self.delayed: list[Callable[[], None]] = []
        self.answers: list[int] = []  # numbers of calls that had ended when the browser was told
        self.ended = 0
        self.bridge = Bridge(
            self.events,
            schedule=lambda call: call(),
            later=lambda call, _: self.delayed.append(call),
            pool=self.pool,
            toast=lambda kind, text, **_: self.toasts.append((kind, text)),
            clear_errors=self.cleared.append,
            answered=lambda: self.answers.append(self.ended),
        )

    def end(self, _: object) -> None:
        self.ended += 1


@pytest.fixture
def line() -> Line:
    return Line()


def test_result_is_shown(line: Line) -> None:
    got: list[int] = []
    line.bridge.run(lambda: 7, got.append)
    line.pool.run()
    assert got == [7]


def test_only_newest_result_of_name_is_shown(line: Line) -> None:
    got: list[int] = []
    for number in (1, 2, 3):
        line.bridge.run(lambda number=number: number, got.append, name="plan")  # type: ignore[misc]
    line.pool.run()
    assert got == [3]


def test_browser_is_told_when_everything_is_shown(line: Line) -> None:
    line.bridge.tell_answered()
    for name in ("plan", "plan", "facets"):
        line.bridge.run(lambda: 1, line.end, name=name)
    line.bridge.tell_answered()
    line.pool.run()
    assert line.answers == [0, 2]  # the first result of the plan was never shown


def test_browser_is_told_after_an_error(line: Line) -> None:
    line.bridge.run(lambda: 1, lambda _: line.bridge.run(lambda: 1 // 0, line.end, name="second"), name="first")
    line.pool.run()
    assert line.answers == [0]
    assert line.toasts == [("error", UNEXPECTED)]


def test_double_click_runs_once(line: Line) -> None:
    got: list[int] = []
    line.bridge.run(lambda: 1, got.append, name="write", once=True)
    line.bridge.run(lambda: 2, got.append, name="write", once=True)
    line.pool.run()
    assert got == [1]
    line.bridge.run(lambda: 3, got.append, name="write", once=True)
    line.pool.run()
    assert got == [1, 3]


def test_refusal_is_shown_and_enables_button(line: Line) -> None:
    def refuse() -> None:
        raise errors.UsageError("Nothing to write.")

    line.bridge.run(refuse, lambda _: None, name="write", once=True)
    line.pool.run()
    assert line.toasts == [("error", "Nothing to write.")]
    assert not line.bridge.busy


def test_successful_retry_removes_error(line: Line) -> None:
    refusals = ["Not now."]

    def attempt() -> None:
        if refusals:
            raise errors.UsageError(refusals.pop())

    def press(name: str = "", failed: Any = None) -> None:
        line.bridge.run(attempt, lambda _: None, name=name, topic="" if name else "attempt", failed=failed)
        line.pool.run()

    press("write")
    line.bridge.run(lambda: None, lambda _: None, name="steps")
    line.pool.run()
    assert line.cleared == []  # another call has succeeded
    press("write")
    press("write")
    assert (line.toasts, line.cleared) == ([("error", "Not now.")], ["write"])

    refusals.append("Not now.")  # a call without a name has a topic; the page may show the error itself
    press(failed=lambda error: line.bridge.toast("error", f"Sorry. {error.message}"))
    press(failed=lambda error: None)
    assert line.toasts[-1] == ("error", "Sorry. Not now.")
    assert len(line.cleared) == 2


def test_refusal_can_be_shown_in_place(line: Line) -> None:
    seen: list[errors.IndexiumError] = []

    def refuse() -> None:
        raise errors.ValidationError("“;” may not be written.")

    line.bridge.run(refuse, lambda _: None, failed=seen.append)
    line.pool.run()
    assert [error.message for error in seen] == ["“;” may not be written."]
    assert line.toasts == []


def test_unexpected_error_can_be_shown_in_place(line: Line) -> None:
    seen: list[errors.IndexiumError] = []
    line.bridge.run(lambda: 1 / 0, lambda _: None, failed=seen.append)
    line.pool.run()
    assert [error.message for error in seen] == [UNEXPECTED]
    assert line.toasts == []


def test_unexpected_error_is_logged_and_shown_without_details(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    line.bridge.run(lambda: 1 / 0, lambda _: None, name="write", once=True)
    line.pool.run()
    assert line.toasts == [("error", UNEXPECTED)]
    assert "ZeroDivisionError" in caplog.text
    assert not line.bridge.busy


def test_closed_session_gets_no_result(line: Line) -> None:
    got: list[int] = []
    line.bridge.listen(("plan:changed",), lambda: got.append(0))
    line.bridge.run(lambda: 1, got.append)
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


def test_page_shows_running_work() -> None:
    told: list[bool] = []
    pool = Later()
    bridge = Bridge(
        EventBus(),
        schedule=lambda call: call(),
        later=lambda call, _: call(),
        pool=pool,
        toast=lambda kind, text: None,
        busy=told.append,
    )
    bridge.run(lambda: 1, lambda _: None, name="one", once=True)
    bridge.run(lambda: 1, lambda _: None, name="two", once=True)
    bridge.run(lambda: 1, lambda _: None, name="looking")
    pool.run()
    assert told == [True, False]


def test_late_result_is_not_shown(line: Line) -> None:
    got: list[str] = []

    def slow() -> str:
        line.bridge.run(lambda: "new", got.append, name="plan")  # requested while this one was running
        return "old"

    line.bridge.run(slow, got.append, name="plan")
    line.pool.run()
    assert got == ["new"]
