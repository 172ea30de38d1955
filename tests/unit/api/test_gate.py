"""Accepted requests, and the limit of starts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from indexium_core.api import access
from indexium_core.api.problems import ProblemAnswer
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.operations.actor import local_actor

TOKEN = "a-token"


def asked(path: str = "/api/x", method: str = "GET", **headers: str) -> int:
    """The status of a request at the gate; 200: accepted."""
    found: list[int] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], "state": {"actor": local_actor()}})

    async def send(message: Any) -> None:
        found.extend([message["status"]] if message["type"] == "http.response.start" else [])

    said = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": said, "state": {"actor": local_actor()}}
    asyncio.run(access.Gate(app, token=TOKEN)(scope, None, send))  # type: ignore[arg-type]
    return found[0]


def test_command_calls_need_token_of_this_run() -> None:
    json = {"content_type": "application/json"}
    assert asked("/api/library/plan", "POST", **json) == 401
    assert asked("/api/library/plan", "POST", authorization="Bearer other", **json) == 401
    assert asked("/api/library/plan", "POST", authorization=f"Basic {TOKEN}", **json) == 401
    assert asked("/api/library/plan", "POST", authorization=f"bearer {TOKEN}", **json) == 200


def test_wrong_token_is_refused_everywhere() -> None:
    assert asked() == 200
    assert asked(authorization="Bearer other") == 401
    assert asked(authorization="Bearer tök") == 401


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("POST", {}, 415),
        ("POST", {"content_type": "text/plain"}, 415),
        ("POST", {"content_type": "application/x-www-form-urlencoded"}, 415),
        ("POST", {"content_type": "application/json-not"}, 415),
        ("POST", {"content_type": "Application/JSON; charset=utf-8"}, 200),
        ("DELETE", {}, 200),
        ("DELETE", {"content_length": "3"}, 415),
        ("DELETE", {"content_length": "3", "content_type": "application/json"}, 200),
        ("PUT", {}, 415),
    ],
)
def test_changing_requests_need_json(method: str, headers: dict[str, str], status: int) -> None:
    assert asked(method=method, **headers) == status


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_starts_per_minute_are_limited() -> None:
    clock = Clock()
    rate = access.RateLimit(lambda: 2, clock=clock)
    rate.take("ann")
    clock.now = 30
    rate.take("ann")
    with pytest.raises(ProblemAnswer) as refused:
        rate.take("ann")
    assert (refused.value.status, refused.value.code) == (429, "too_many")
    assert 30 <= int(refused.value.headers["Retry-After"]) <= 31
    clock.now = 61
    rate.take("ann")


def test_starts_without_limit() -> None:
    limit = 1
    rate = access.RateLimit(lambda: limit, clock=Clock())
    rate.take("ann")
    with pytest.raises(ProblemAnswer):
        rate.take("ann")
    limit = 0
    assert [rate.take("ann") for _ in range(100)] == [None] * 100


def test_work_yields_while_a_request_is_answered() -> None:
    now = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += 1.0
        assert seconds > 0

    async def app(*_: Any) -> None:
        priority.yield_to_ui()

    priority = UiPriority(clock=lambda: now, sleep=sleep)

    gate = access.Gate(app, token=TOKEN, serving=priority.serving)
    scope = {"type": "http", "method": "GET", "path": "/api/x", "headers": [], "state": {"actor": local_actor()}}
    asyncio.run(gate(scope, None, None))  # type: ignore[arg-type]
    assert now == 101.0
    priority.yield_to_ui()
    assert now == 101.0
