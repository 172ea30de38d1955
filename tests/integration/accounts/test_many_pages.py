"""Many pages at once: one too many is refused with a page that says so, and the health is always answered."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboards.web.server import DashboardServer, free_port
from indexium_core.library import Library
from indexium_core.model.accounts.actor_limit import ActorLimit
from tests.integration.accounts.test_sign_in import opened
from tests.support.rest import PATIENCE, Answer, Client
from tests.support.sessions import PASSWORD, signed_in
from tests.support.waiting import until

PAGE = {"Accept": "text/html"}
AT_ONCE = 40


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as made:
        yield made


@pytest.fixture
def running(library: Library) -> Iterator[DashboardServer]:
    served = DashboardServer(library, host="127.0.0.1", port=free_port("127.0.0.1", 0), linger=60_000)
    for name in ("limit", "sockets"):
        setattr(served._pages, name, ActorLimit(3, "open pages", of_all=5))
    with served.background():
        yield served


def viewer(running: DashboardServer, library: Library) -> Client:
    library.users.add("Root", PASSWORD, role="admin")
    return signed_in(running.url, library, "Ann", "viewer")


def pages(client: Client) -> list[Answer]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: client.get("/jobs", **PAGE), range(AT_ONCE)))


@pytest.mark.parametrize(
    ("sender", "shown", "status"),
    [pytest.param("account", 3, 429, marks=pytest.mark.further), ("person at this computer", 5, 503)],
)
def test_one_page_too_many_is_refused_with_a_page(
    running: DashboardServer, library: Library, sender: str, shown: int, status: int
) -> None:
    client = viewer(running, library) if sender == "account" else Client(running.url)
    answers = pages(client)
    assert Counter(each.status for each in answers) == {200: shown, status: AT_ONCE - shown}
    refused = [each for each in answers if each.status == status]
    assert {each.headers["retry-after"] for each in refused} == {"10"}
    for each in refused:
        assert b"<h1>Too many open pages</h1>" in each.text
        assert f"{shown} open pages".encode() in each.text
    assert all(b"could not be created" not in each.text for each in answers)


def test_page_that_fails_is_no_success(running: DashboardServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.app.Session", None)
    answer = Client(running.url).get("/jobs", **PAGE)
    assert answer.status == 500
    assert b"This page could not be created" in answer.text


def test_websockets_count_towards_the_limit(running: DashboardServer, library: Library) -> None:
    ann = viewer(running, library)

    async def run() -> None:
        sockets = [await opened(ann) for _ in range(3)]
        for each in sockets:
            assert await each.read_message() is not None
        assert running._pages.sockets._used.total() == 3
        assert ann.get("/jobs", **PAGE).status == 429
        for each in sockets:
            each.close()
            while await each.read_message() is not None:
                pass

    asyncio.run(run())
    until(lambda: not running._pages.sockets._used.total())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health_is_answered_while_the_loop_is_busy(running: DashboardServer, method: str) -> None:
    client = Client(running.url)
    assert client.get("/api/jobs").status == 200
    from_loop = client(method, "/healthz", Origin=running.url)  # the guard decides about an Origin
    begun, ended = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        ended.wait(PATIENCE)

    running._call_soon(block)
    assert begun.wait(PATIENCE)
    try:
        answer = client(method, "/healthz", Content_Type="")
    finally:
        ended.set()
    assert answer.status == 200
    assert answer.text == from_loop.text
    own = {"date", "connection", "etag"}
    assert {name: text for name, text in answer.headers.items() if name not in own} == {
        name: text for name, text in from_loop.headers.items() if name not in own
    }
    assert client(method, "/healthz", Host="evil.example").status == 421
