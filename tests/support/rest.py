"""A small client of the REST routes, and raw connections for tests of the transfer."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 30.0  # seconds for any expected event


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """Return the code of a problem document; fail if it is none."""
        assert self.headers["content-type"] == "application/problem+json", self.text
        found = self.json
        assert found["status"] == self.status
        assert found["detail"].endswith((".", "!", "?")), found["detail"]
        return str(found["code"])


class Client:
    """A client of a service; changes are sent as JSON."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.headers = headers

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Content-Type": "application/json"} if method != "GET" else {}
        said = {name.replace("_", "-"): text for name, text in (sent | self.headers | headers).items() if text}
        with connection(self.url) as asked:
            text = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            asked.request(method, path, text, said)
            answer = asked.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self("POST", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self("DELETE", path, **headers)


def items(rest: Client, query: str = "") -> dict[str, dict[str, Any]]:
    """Plan items by file name."""
    found = rest.get(f"/api/metadata/plan?all=true{query}").json
    return {item["file_name"]: item for item in found["items"]}


def ended(rest: Client, operation_id: int) -> dict[str, Any]:
    """Return the operation after its end."""
    while not (found := rest.get(f"/api/metadata/operations/{operation_id}?wait=20").json)["completed_at"]:
        pass
    return found  # type: ignore[no-any-return]


@contextmanager
def connection(url: str) -> Iterator[http.client.HTTPConnection]:
    parts = urlsplit(url)
    asked = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        yield asked
    finally:
        asked.close()


@contextmanager
def events(url: str, path: str = "/api/events", **headers: str) -> Iterator[Iterator[dict[str, str]]]:
    """Follow a stream of events: yields blocks as field → text; leaving the block closes the connection."""
    with connection(url) as asked:
        asked.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = asked.getresponse()
        assert answer.status == 200, answer.read()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield blocks(answer)


def blocks(answer: http.client.HTTPResponse) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    for line in answer:
        text = line.decode().rstrip("\n")
        if text:
            name, _, value = text.partition(": ")
            block[name] = value
        elif block:
            yield block
            block = {}


@contextmanager
def spoken(url: str, text: bytes) -> Iterator[socket.socket]:
    """Open a connection and send raw text."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as opened:
        opened.sendall(text)
        yield opened
