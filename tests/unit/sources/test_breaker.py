"""The circuit breaker of a provider: when requests are sent during an outage."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from indexium_core import errors
from indexium_core.model.lookups.traffic import RequestFaults
from indexium_core.sources.breaker import CircuitBreaker
from tests.support.clock import Clock
from tests.support.waiting import until

NONE = RequestFaults(0, 0, None)


class Server:
    """A provider behind a breaker, which answers or does not."""

    def __init__(self, before: RequestFaults = NONE) -> None:
        self.clock, self.address, self.sent = Clock(), "https://one.test", 0
        self.fault: errors.ProviderError | None = None
        self.breaker = CircuitBreaker(
            "TMDB", clock=self.clock, address=lambda: self.address, faults=lambda: before, random_value=lambda: 0.0
        )

    def ask(self, request: str) -> str:
        """Return `answer`, `fault` or `paused`."""
        before = self.sent
        try:
            with self.breaker.attempt(request, 10.0):
                self.sent += 1
                if self.fault is not None:
                    raise self.fault
        except errors.ProviderError:
            return "fault" if self.sent > before else "paused"
        return "answer"

    def fail(self, code: str = "provider_unreachable", *, retry_after: float | None = None) -> None:
        self.fault = errors.ProviderError("It is gone.", code=code, retry_after=retry_after)

    def seconds(self) -> float:
        """Return the rest of the pause."""
        error = self.breaker.error()
        return 0.0 if error is None else error.retry_after or 0.0


def test_pauses_grow_to_an_hour_and_end_with_an_answer() -> None:
    server = Server()
    server.fail()
    assert [server.ask(name) for name in "abc"] == ["fault", "fault", "paused"]
    pauses = []
    for _ in range(9):
        pauses.append(server.seconds())
        server.clock.forward(seconds=pauses[-1] - 1)
        assert server.ask("x") == "paused"
        server.clock.forward(seconds=1)
        assert [server.ask("x"), server.ask("y")] == ["fault", "paused"]
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    server.fault = None
    server.clock.forward(seconds=3600)
    assert [server.ask(name) for name in "abc"] == ["answer"] * 3
    server.fail()
    assert [server.ask(name) for name in "ab"] == ["fault"] * 2
    assert server.seconds() == 30


def test_one_broken_answer_is_no_outage() -> None:
    server = Server()
    for _ in range(9):
        server.fail("provider_bad_answer")
        assert server.ask("broken") == "fault"
    server.fault = None
    assert server.ask("other") == "answer"


@pytest.mark.parametrize("code", sorted(errors.PROVIDER_FAULTS - {"provider_busy"}))
def test_two_faults_of_every_kind_are_an_outage(code: str) -> None:
    server = Server()
    server.fail(code)
    assert [server.ask(name) for name in "abc"] == ["fault", "fault", "paused"]


@pytest.mark.parametrize("code", ["provider_key", "provider_quota", "provider_off"])
def test_other_errors_are_no_outage(code: str) -> None:
    server = Server()
    server.fail(code)
    assert [server.ask(name) for name in "abc"] == ["fault"] * 3


def test_busy_provider_is_paused_after_all_attempts_of_two_requests() -> None:
    server = Server()
    server.fail("provider_busy", retry_after=1)
    assert [server.ask(name) for name in "abab"] == ["fault"] * 4
    for name in "ab":
        assert server.fault is not None
        server.breaker.give_up(name, server.fault)
    assert server.ask("c") == "paused"


def test_long_retry_after_is_the_pause() -> None:
    server = Server()
    server.fail("provider_busy", retry_after=7200)
    assert server.ask("a") == "fault"
    assert server.seconds() == 7200


@pytest.mark.parametrize("is_answered", [True, False])
def test_exactly_one_request_is_the_probe(*, is_answered: bool) -> None:
    server = Server()
    server.fail()
    for name in "ab":
        server.ask(name)
    server.clock.forward(seconds=30)
    if is_answered:
        server.fault = None
    inside, go_on, results = threading.Event(), threading.Event(), list[str]()

    def probe() -> None:
        with server.breaker.attempt("probe", 10.0):
            server.sent += 1
            inside.set()
            go_on.wait(10)
            if server.fault is not None:
                raise server.fault

    before = server.sent
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(probe)
        assert inside.wait(10)
        others = [pool.submit(lambda number=number: results.append(server.ask(str(number)))) for number in range(8)]  # type: ignore[misc]
        until(lambda: len(server.breaker._changed._waiters) == 8)  # type: ignore[attr-defined]
        assert server.sent == before + 1
        go_on.set()
        assert (first.exception() is None) is is_answered
        for each in others:
            each.result()
    assert results == ["answer" if is_answered else "paused"] * 8
    assert server.sent == before + (9 if is_answered else 1)
    assert server.seconds() == (0 if is_answered else 60)


def test_probe_that_the_process_ends_leaves_the_next_one() -> None:
    server = Server()
    server.fail()
    for name in "ab":
        server.ask(name)
    server.clock.forward(seconds=30)
    with pytest.raises(KeyboardInterrupt), server.breaker.attempt("c", 1.0):
        raise KeyboardInterrupt
    server.fault = None
    assert server.ask("c") == "answer"


def test_late_fault_does_not_make_a_pause_longer() -> None:
    server = Server()
    server.fail()
    attempt = server.breaker.attempt("slow", 1.0)
    attempt.__enter__()
    assert [server.ask(name) for name in "ab"] == ["fault"] * 2
    assert not attempt.__exit__(errors.ProviderError, server.fault, None)
    assert server.seconds() == 30


def test_fault_of_the_former_address_says_nothing_about_the_new_one() -> None:
    server = Server()
    server.fail()
    for name in "ab":
        server.ask(name)
    server.clock.now += timedelta(minutes=2)
    probe = server.breaker.attempt("c", 1.0)
    probe.__enter__()
    server.address = "https://two.test"
    assert not probe.__exit__(errors.ProviderError, server.fault, None)
    server.fault = None
    assert server.ask("d") == "answer"


def test_other_address_a_person_and_a_clock_that_was_set_back_end_a_pause() -> None:
    for change in ("address", "person", "clock"):
        server = Server()
        server.fail()
        for name in "ab":
            server.ask(name)
        assert server.ask("c") == "paused"
        if change == "address":
            server.address = "https://two.test"
        elif change == "person":
            server.breaker.probe()
        else:
            server.clock.now -= timedelta(days=2)
        server.fault = None
        assert server.ask("c") == "answer"


@pytest.mark.parametrize(
    ("number", "different", "minutes", "results"),
    [
        (4, 1, 0, ["answer", "answer"]),  # one request that failed again and again
        (6, 2, 1, ["paused", "paused"]),
        (6, 2, 60, ["fault", "paused"]),  # a restart costs one probe
    ],
)
def test_pause_survives_a_restart(number: int, different: int, minutes: int, results: list[str]) -> None:
    clock = Clock()
    server = Server(RequestFaults(number, different, clock.now - timedelta(minutes=minutes)))
    if results[0] == "fault":
        server.fail()
    assert [server.ask("a"), server.ask("b")] == results
