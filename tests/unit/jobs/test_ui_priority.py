"""Work yields to users, and users do not starve it."""

from __future__ import annotations

import contextlib

from indexium_core.jobs.ui_priority import UiPriority


class Time:
    """A clock that advances only during a sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.meanwhile = lambda: None

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.meanwhile()


def made() -> tuple[UiPriority, Time]:
    time = Time()
    return UiPriority(clock=lambda: time.now, sleep=time.sleep), time


def test_work_does_not_wait_without_ui_activity() -> None:
    priority, time = made()
    priority.yield_to_ui()
    assert time.now == 100.0


def test_work_waits_briefly_after_click() -> None:
    priority, time = made()
    priority.request()
    priority.yield_to_ui()
    assert 100.1 <= time.now <= 100.2
    before = time.now
    priority.yield_to_ui()
    assert time.now == before


def test_repeated_clicks_do_not_block_work_forever() -> None:
    priority, time = made()
    time.meanwhile = priority.request
    priority.request()
    priority.yield_to_ui()
    assert 101.0 <= time.now <= 101.01
    before = time.now
    priority.request()
    priority.yield_to_ui()
    assert time.now == before  # its own turn …
    time.now += 0.3
    priority.request()
    priority.yield_to_ui()
    assert time.now > before + 0.3  # … and then the user's again


def test_work_waits_until_request_has_ended() -> None:
    priority, time = made()
    with contextlib.ExitStack() as request:
        request.enter_context(priority.serving())
        time.meanwhile = lambda: request.close() if time.now > 100.05 else None
        priority.yield_to_ui()
    assert 100.05 < time.now < 100.08


def test_long_request_does_not_block_work() -> None:
    priority, time = made()
    with priority.serving():
        priority.yield_to_ui()
        assert 100.1 <= time.now <= 100.2
        before = time.now
        priority.yield_to_ui()
        assert time.now == before
