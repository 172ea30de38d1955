"""What one account may use at the same time: something is left for everybody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dashboards.web import media_answers
from dashboards.web.server import DashboardServer, free_port
from indexium_core import errors
from indexium_core.api import app
from indexium_core.library import Library
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.operations.actor import Actor
from tests.support.rest import PATIENCE, Client, events
from tests.support.sessions import PASSWORD, signed_in

PAGE = {"Accept": "text/html"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        opened.users.add("Root", PASSWORD, role="admin")
        yield opened


@pytest.fixture
def running(library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[DashboardServer]:
    monkeypatch.setattr(app, "_STREAMS", 2)
    monkeypatch.setattr(media_answers, "_LIMIT", ActorLimit(0, "pictures"))
    served = DashboardServer(library, host="127.0.0.1", port=free_port("127.0.0.1", 0), linger=3000)
    served._pages.limit = ActorLimit(2, "open pages")
    with served.background():
        yield served


@pytest.fixture
def bob(running: DashboardServer, library: Library) -> Client:
    return signed_in(running.url, library, "Bob", "editor")


@pytest.fixture
def cy(running: DashboardServer, library: Library) -> Client:
    return signed_in(running.url, library, "Cy", "viewer")


def until(is_true: object) -> None:
    end = time.monotonic() + PATIENCE
    while not is_true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_event_streams_of_an_account_are_limited(bob: Client, cy: Client) -> None:
    with ExitStack() as opened:
        for _ in range(2):
            next(opened.enter_context(events(bob.url, Cookie=bob.headers["Cookie"])))
        answer = bob.get("/api/events")
        assert (answer.status, answer.code) == (429, "too_many")
        next(opened.enter_context(events(cy.url, Cookie=cy.headers["Cookie"])))
    until(lambda: bob("HEAD", "/api/events").status == 200)


def test_open_pages_of_an_account_are_limited(bob: Client, cy: Client) -> None:
    assert [bob.get("/jobs", **PAGE).status for _ in range(3)] == [200, 200, 429]
    assert b"Your account uses 2 open pages" in bob.get("/plan", **PAGE).text
    assert cy.get("/jobs", **PAGE).status == 200
    until(lambda: bob.get("/jobs", **PAGE).status == 200)  # no browser has opened the first ones


def test_waiting_pictures_of_an_account_are_limited(running: DashboardServer, bob: Client) -> None:
    assert bob.get("/thumbnail/1").status == 429
    assert bob.get("/poster/1").status == 429


def test_queries_of_an_account_are_limited(library: Library) -> None:
    stopped = threading.Event()
    ann, bob = (Actor("user", str(library.users.add(name, PASSWORD, role="editor").id), name) for name in ("A", "B"))
    endless = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b"

    def run() -> None:
        with library.acting_as(ann), pytest.raises(errors.UsageError, match="cancelled"):
            library.queries.run(endless, seconds=60, is_stopped=stopped.is_set)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: len(library.queries._processes._busy) == 3)
    with library.acting_as(ann), pytest.raises(errors.TooManyError, match="Your account uses 3 queries"):
        library.queries.run("SELECT 1")
    with library.acting_as(bob):
        assert library.queries.run("SELECT 1").rows == [(1,)]
    stopped.set()
    for thread in threads:
        thread.join()


def test_downloads_of_an_account_are_limited_from_all_its_addresses(library: Library) -> None:
    ann = Actor("user", str(library.users.add("A", PASSWORD, role="editor").id), "A")
    with (
        library.acting_as(ann),
        library.queries.stream("SELECT 1", "csv", client="192.0.2.1"),
        library.queries.stream("SELECT 1", "csv", client="192.0.2.2"),
        pytest.raises(errors.TooManyError, match="2 downloads of queries run already"),
    ):
        library.queries.stream("SELECT 1", "csv", client="192.0.2.3")
