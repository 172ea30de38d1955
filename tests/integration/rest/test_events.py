"""Events by REST: live events, earlier events, and many clients that wait for an end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboards.web import server
from dashboards.web.server import DashboardServer
from indexium_core.flows.writing import file_edit
from indexium_core.library import Library
from tests.support.rest import Client, connection, ended, events, spoken
from tests.support.waiting import until


def test_reconnected_client_receives_every_event_of_write(rest: Client, running: DashboardServer) -> None:
    with events(running.url) as told:
        first = next(told)["id"]
        number = rest.post("/api/metadata/write", {"all": True}).json["operation_id"]
        seen = []
        while not seen or seen[-1]["event"] != "write:started":
            seen.append(next(told))
    ended(rest, number)

    last = seen[-1]["id"]
    with events(running.url, Last_Event_ID=last) as told:  # then all earlier events
        later = []
        while not later or later[-1]["event"] != "write:completed":
            later += [block for block in [next(told)] if "event" in block]
    ids = [int(block["id"]) for block in [*seen, *later] if "event" in block]
    assert ids == sorted(set(ids))
    assert min(ids) > int(first)
    data = json.loads(later[-1]["data"])
    assert data["operation_id"] == number
    assert {"id", "at", "job_id", "current", "total", "message", "rate", "eta_seconds"} <= set(data)


def test_events_are_there_after_restart(home: Path, library: Library, running: DashboardServer, rest: Client) -> None:
    with events(running.url) as told:
        before = next(told)["id"]
    number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
    ended(rest, number)
    running.stop()
    library.close()

    with (
        Library.open(home) as again,
        server.make_server(again, port=0).background() as other,
        events(other.url, "/api/events?names=write:completed", Last_Event_ID=before) as told,
    ):
        found = next(block for block in told if "event" in block)
    assert json.loads(found["data"])["operation_id"] == number


def test_only_requested_events_are_sent(running: DashboardServer, library: Library, rest: Client) -> None:
    with events(running.url, "/api/events?names=views:*") as told:
        next(told)
        rest.post("/api/metadata/plan/1/postpone")
        library.views.save("Mine", "risk:danger")
        found = next(block for block in told if "event" in block)
    assert found["event"] == "views:changed"
    assert rest("HEAD", "/api/events").headers["cache-control"] == "no-store"


def test_disconnected_listener_is_removed(running: DashboardServer, library: Library) -> None:
    listeners = len(library.events._listeners)
    gone = threading.Event()
    with events(running.url) as told:
        next(told)
        assert len(library.events._listeners) == listeners + 1
    for _ in range(300):
        if len(library.events._listeners) == listeners:
            gone.set()
            break
        gone.wait(0.1)
    assert gone.is_set()


def test_client_with_future_event_id_receives_new_events(running: DashboardServer, rest: Client) -> None:
    """A browser that was connected to another home at this address, or before a restore of the database."""
    with events(running.url, Last_Event_ID=str(2**63 - 1)) as told:
        next(told)
        number = rest.post("/api/metadata/write", {"q": "ext:mkv"}).json["operation_id"]
        assert "event" in next(told)
    ended(rest, number)


# Clients that wait.


class Slow(NamedTuple):
    """An operation that stops before its first file until it is released."""

    number: int
    let_go: threading.Event


@pytest.fixture
def slow(rest: Client, library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    let_go, edit = threading.Event(), file_edit.edit
    monkeypatch.setattr(file_edit, "edit", lambda *what: let_go.wait(60) and edit(*what))
    made = Slow(rest.post("/api/metadata/write", {"all": True}).json["operation_id"], let_go)
    yield made
    let_go.set()
    library.handle(made.number).wait()


def test_many_waiting_requests_do_not_block_others(rest: Client, slow: Slow) -> None:
    answered = threading.Semaphore(0)

    def wait() -> None:
        assert rest.get(f"/api/metadata/operations/{slow.number}?wait=20").status == 200
        answered.release()

    waiters = [threading.Thread(target=wait) for _ in range(60)]
    for each in waiters:
        each.start()
    try:
        assert all(answered.acquire(timeout=10) for _ in range(40))  # and 20 wait
        begun = time.monotonic()
        assert rest.get("/api/jobs").status == 200
        assert time.monotonic() - begun < 10
    finally:
        slow.let_go.set()
        for each in waiters:
            each.join()


@pytest.mark.parametrize("path", ["/api/metadata/plan", "/api/library/plans.__call__"])
def test_disconnect_before_end_of_body_is_no_error(
    running: DashboardServer, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nAuthorization: Bearer {running.token}\r\n"
    with spoken(running.url, f'{head}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"q":'.encode()):
        until(lambda: bool(running._api._tasks))
    until(lambda: not running._api._tasks)

    assert not [each for each in caplog.records if each.exc_info or each.message.startswith("api.")]


def test_disconnect_before_response_is_no_error(
    running: DashboardServer, rest: Client, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    with connection(rest.url) as asked:
        asked.request("GET", f"/api/metadata/operations/{slow.number}?wait=20")
        until(lambda: bool(running._api._tasks))
    slow.let_go.set()
    until(lambda: not running._api._tasks)

    assert not [each for each in caplog.records if each.message.startswith("api.")]
