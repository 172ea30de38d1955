"""Clients that break the rules of HTTP: each gets a defined response, and none blocks the others."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bokeh.server.contexts import ApplicationContext

from dashboards.web import server
from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.rest import Client, spoken

END = "Content-Type: application/json\nConnection: close\n\n"
JOBS, PLAN = "GET /api/jobs HTTP/1.1\nHost: HOST\n", "POST /api/metadata/plan HTTP/1.1\nHost: HOST\n"
WRITE, EVENTS = "POST /api/metadata/write HTTP/1.1\nHost: HOST\n", "GET /api/events HTTP/1.1\nHost: HOST\n"
PREFLIGHT = "Origin: http://evil.example\nAccess-Control-Request-Method: POST\n"

ODD: dict[str, tuple[str, int]] = {
    "HTTP/1.0": ("GET /api/jobs/counts HTTP/1.0\nHost: HOST\n\n", 200),
    "HTTP/1.0 without a name": ("GET /api/jobs HTTP/1.0\n\n", 421),
    "HTTP/1.1 without a name": ("GET /api/jobs HTTP/1.1\nConnection: close\n\n", 400),
    "two names": (f"{JOBS}Host: evil.example\n{END}", 400),
    "no version": ("GET /api/jobs\n\n", 400),
    "a header of 60 KB": (f"{JOBS}X-Own: {'a' * 60_000}\n{END}", 200),
    "a header with a NUL": (f"{JOBS}X-Own: a\0b\n{END}", 400),
    "a token of 50 KB": (f"{JOBS}Authorization: Bearer {'a' * 50_000}\n{END}", 401),
    "a key of 300": (f"{WRITE}Idempotency-Key: {'a' * 300}\n{END}", 422),
    "an event of 50 KB": (f"{EVENTS}Last-Event-ID: {'1' * 50_000}\n{END}", 422),
    "an event that is no number": (f"{EVENTS}Last-Event-ID: \xb2\n{END}", 422),
    "a search as long as may be": (f"GET /api/tracks?q={'%F0%9F%8E%AC' * 10_000} HTTP/1.1\nHost: HOST\n{END}", 200),
    "a search of 50 KB": (f"GET /api/tracks?q={'a' * 50_000} HTTP/1.1\nHost: HOST\n{END}", 422),
    "a length of 5,000 digits": (f"{PLAN}Content-Length: {'9' * 5000}\n{END}", 413),
    "a length below zero": (f"{PLAN}Content-Length: -2\n{END}", 400),
    "two lengths": (f"{PLAN}Content-Length: 2\nContent-Length: 3\n{END}", 400),
    "a length and chunks": (f"{PLAN}Content-Length: 2\nTransfer-Encoding: chunked\n{END}", 400),
    "no chunk": (f"{PLAN}Transfer-Encoding: chunked\n{END}zz\n", 400),
    "HEAD": (f"HEAD /api/metadata/plan HTTP/1.1\nHost: HOST\n{END}", 200),
    "HEAD of a stream": (f"HEAD /api/events HTTP/1.1\nHost: HOST\n{END}", 200),
    "HEAD of a change": (f"HEAD /api/metadata/write HTTP/1.1\nHost: HOST\n{END}", 405),
    "HEAD of a page": (f"HEAD /plan?q=sea HTTP/1.1\nHost: HOST\n{END}", 200),
    "HEAD of no page": (f"HEAD /nowhere HTTP/1.1\nHost: HOST\n{END}", 404),
    "HEAD of no film": (f"HEAD /track/77 HTTP/1.1\nHost: HOST\n{END}", 404),
    "HEAD of the health": (f"HEAD /healthz HTTP/1.1\nHost: HOST\n{END}", 200),
    "OPTIONS": (f"OPTIONS /api/metadata/write HTTP/1.1\nHost: HOST\n{END}", 405),
    "a page asks whether it may": (f"OPTIONS /api/metadata/write HTTP/1.1\nHost: HOST\n{PREFLIGHT}{END}", 403),
    "an unknown method": (f"BREW /api/jobs HTTP/1.1\nHost: HOST\n{END}", 405),
}


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service on an empty home."""
    with (
        Library.open(tmp_path_factory.mktemp("rude") / "home") as library,
        server.make_server(library, port=0).background() as made,
    ):
        yield Client(made.url)


def told(rest: Client, head: str) -> bytes:
    """Send a raw request, and return all received bytes until the connection closes."""
    text = head.replace("HOST", rest.url.removeprefix("http://")).replace("\n", "\r\n")
    with spoken(rest.url, text.encode("latin-1")) as opened:
        parts = []
        while part := opened.recv(65536):
            parts.append(part)
        return b"".join(parts)


@each_case("name", ODD)
def test_odd_requests_have_defined_response(rest: Client, name: str) -> None:
    head, status = ODD[name]
    found = told(rest, head)
    assert found.startswith(f"HTTP/1.1 {status} ".encode())
    fields, _, body = found.partition(b"\r\n\r\n")
    assert b"access-control-allow" not in fields.lower()
    if head.startswith("HEAD"):
        assert body == b""
    elif status not in {200, 400}:  # the server closes an unreadable request before the application receives it
        assert json.loads(body)["status"] == status


@pytest.mark.parametrize("path", ["/", "/history/", "/jobs?id=3"])
def test_head_request_has_headers_and_creates_no_session(
    rest: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    made, real = [], ApplicationContext.create_session_if_needed
    monkeypatch.setattr(
        ApplicationContext, "create_session_if_needed", lambda *args, **named: made.append(path) or real(*args, **named)
    )
    whole, head = rest.get(path), rest("HEAD", path)

    def lasting(headers: dict[str, str]) -> dict[str, str]:
        """Return the response without the headers that differ between responses."""
        policy = re.sub("nonce-[^']+", "nonce", headers["content-security-policy"])
        own = {"date", "content-length", "etag", "content-security-policy", "transfer-encoding"}
        return {name: value for name, value in headers.items() if name not in own} | {"policy": policy}

    assert (head.status, head.text) == (200, b"")
    assert lasting(head.headers) == lasting(whole.headers)
    assert made == [path]


@pytest.mark.parametrize("size", [300_000, 3_000_000])
def test_connection_with_endless_header_is_closed(rest: Client, size: int) -> None:
    with contextlib.suppress(ConnectionError):  # while the client still sends it
        assert told(rest, f"{JOBS}X-Own: {'a' * size}\n{END}") == b""
    assert rest.get("/api/jobs").status == 200


def test_clients_with_missing_body_do_not_block_others(rest: Client) -> None:
    """There are more such clients than threads. A request gets a thread only after its body has arrived."""
    head = (PLAN + END).replace("Connection: close", "Content-Length: 9").replace("HOST", rest.url[7:])
    with contextlib.ExitStack() as opened:
        for _ in range(100):
            opened.enter_context(spoken(rest.url, head.replace("\n", "\r\n").encode() + b"{"))
        begun = time.monotonic()
        assert rest.post("/api/metadata/plan", {"q": "a"}).status == 200
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/metadata/plan", "GET, HEAD, POST"),
        ("/api/track/1/locks", "DELETE, GET, HEAD, POST"),
        ("/api/metadata/write", "POST"),
    ],
)
def test_rejected_method_lists_allowed_methods(rest: Client, path: str, methods: str) -> None:
    answer = rest("PUT", path, {})
    assert (answer.status, answer.headers["allow"]) == (405, methods)
    assert rest("BREW", path).headers["allow"] == "DELETE, GET, HEAD, POST"


def test_many_stalled_listeners_do_not_block_others(rest: Client) -> None:
    head = EVENTS.replace("HOST", rest.url.removeprefix("http://")).replace("\n", "\r\n") + "\r\n"
    with contextlib.ExitStack() as opened:
        for _ in range(100):
            opened.enter_context(spoken(rest.url, head.encode()))
        begun = time.monotonic()
        for number in range(20):
            assert rest.post("/api/metadata/plan", {"q": f"a{number}"}).status == 200
        assert time.monotonic() - begun < 20


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A service that closes a connection after half a second without a request."""
    monkeypatch.setattr(server, "_IDLE", 0.5)
    with Library.open(tmp_path / "home") as library, server.make_server(library, port=0).background() as made:
        yield Client(made.url)


@each_case(
    ("said", "answered"),
    [("", []), ("GET /api/jobs", []), ("GET /api/jobs/counts HTTP/1.1\nHost: HOST\n\n", [b"HTTP/1.1 200 OK"])],
    ids=["nothing", "half a request", "one request"],
)
def test_idle_connection_is_closed(impatient: Client, said: str, answered: list[bytes]) -> None:
    begun = time.monotonic()
    heard = told(impatient, said)
    closed_after = time.monotonic() - begun
    assert heard.splitlines()[:1] == answered
    assert 0.5 <= closed_after < 5
