"""Values that several threads read: made once, dropped by age of use, made again if they are not valid."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexium_core.model.planning.recent_values import RecentValues
from tests.support.waiting import until


def test_value_that_was_used_least_recently_is_dropped() -> None:
    values, made = RecentValues[str, str](2), []

    def get(key: str) -> str:
        return values.get(key, lambda: (made.append(key), key.upper())[1])

    assert [get(key) for key in "abacab"] == list("ABACAB")
    assert made == list("abcb")


def test_threads_wait_for_one_that_makes_the_value() -> None:
    values, made, begun, go_on = RecentValues[str, int](2), [], threading.Event(), threading.Event()

    def make() -> int:
        begun.set()
        assert go_on.wait(20)
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(values.get, "plan", make)
        assert begun.wait(20)
        others = [pool.submit(values.get, "plan", make) for _ in range(3)]
        until(lambda: values._turns["plan"][1] == 4)  # all of them want to make it
        assert values.get("other", lambda: 7) == 7  # another key does not wait
        go_on.set()
        assert [each.result(20) for each in (first, *others)] == [1] * 4
    assert made == [1]
    assert values._turns == {}


def test_one_thread_at_a_time_makes_values_that_expire_at_once() -> None:
    values, making, most = RecentValues[str, int](2), threading.Semaphore(1), []

    def make() -> int:
        most.append(making.acquire(blocking=False))
        time.sleep(0.01)
        making.release()
        return 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: values.get("plan", make, lambda _: False), range(24)))
    assert most == [True] * 24


def test_error_is_raised_and_next_thread_tries_again() -> None:
    values = RecentValues[str, int](2)
    with pytest.raises(ZeroDivisionError):
        values.get("plan", lambda: 1 // 0)
    assert values.get("plan", lambda: 5) == 5


def test_value_that_is_not_valid_is_made_again() -> None:
    values = RecentValues[str, int](2)
    assert values.get("plan", lambda: 1) == 1
    assert values.get("plan", lambda: 2, lambda known: known > 1) == 2
    assert values.get("plan", lambda: 3, lambda known: known > 1) == 2


def test_value_in_memory_is_found_by_what_it_is() -> None:
    values = RecentValues[str, int](2)
    values.get("plan", lambda: 4)
    assert values.find(lambda key, value: (key, value) == ("plan", 4)) == 4
    assert values.find(lambda _, value: value == 5) is None
