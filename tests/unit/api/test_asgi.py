"""Limits that Tornado does not set by itself, each on a real server with a small application."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.client
import json
import re
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError
from tornado.testing import bind_unused_port
from tornado.web import Application

from indexium_core.api.asgi import Asgi, Mount
from tests.support.rest import PATIENCE, Client, spoken
from tests.support.waiting import until

LIMIT = 150_000_000  # more than Tornado takes by itself


@contextmanager
def serving(app: Any, *, limit: int = LIMIT, patience: float = PATIENCE) -> Iterator[str]:
    """Serve an application on a loop of its own thread."""
    mount = Mount(app, largest=lambda _: limit, patience=patience)
    sock, port = bind_unused_port()
    started, made = threading.Event(), {}

    def run() -> None:
        made["loop"] = loop = IOLoop()
        loop.run_sync(mount.start)
        server = HTTPServer(Application([(r"/.*", Asgi, {"mount": mount})]))
        server.add_socket(sock)
        loop.add_callback(started.set)
        loop.start()
        server.stop()
        loop.run_sync(mount.close)
        loop.run_sync(lambda: asyncio.sleep(0.05))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(PATIENCE)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        made["loop"].add_callback(made["loop"].stop)
        thread.join(PATIENCE)
        assert not thread.is_alive()


class Toy:
    """An application that records its calls; `work` responds."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.work = work
        self.lived: list[str] = []
        self.seen: list[Any] = []
        self.ended = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{kind}"
                self.lived.append(kind)
                await send({"type": f"lifespan.{kind}.complete"})
            return
        try:
            await self.work(self, scope, receive, send)
        finally:
            self.ended.set()


async def answered(send: Any, body: bytes, *, status: int = 200, headers: Any = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Any) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message["body"])
        more = message["more_body"]
    return b"".join(parts)


def test_application_gets_startup_and_shutdown() -> None:
    async def work(_: Toy, __: Any, ___: Any, send: Any) -> None:
        await answered(send, b"")

    toy = Toy(work)
    with serving(toy) as url:
        assert toy.lived == ["startup"]
        assert Client(url).get("/").status == 200
    assert toy.lived == ["startup", "shutdown"]


def test_failed_startup_is_not_served() -> None:
    async def app(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no room"})

    async def start() -> None:
        with pytest.raises(RuntimeError, match="no room"):
            await Mount(app, largest=lambda _: 1).start()

    asyncio.run(start())


def test_request_arrives_complete() -> None:
    async def work(toy: Toy, scope: Any, receive: Any, send: Any) -> None:
        toy.seen.append((scope, await body_of(receive)))
        await answered(send, b"made", status=201)

    toy = Toy(work)
    with serving(toy) as url:
        answer = Client(url).post("/films/a%20b?x=1&y=%C3%A9", {"a": 1}, X_Own="yes")

    [(scope, body)] = toy.seen
    assert (answer.status, answer.text) == (201, b"made")
    assert json.loads(body) == {"a": 1}
    assert (scope["method"], scope["path"], scope["raw_path"]) == ("POST", "/films/a b", b"/films/a%20b")
    assert scope["query_string"] == b"x=1&y=%C3%A9"
    assert (b"x-own", b"yes") in scope["headers"]
    assert (scope["scheme"], scope["http_version"], scope["server"][0]) == ("http", "1.1", "127.0.0.1")


def test_repeated_header_is_sent_twice() -> None:
    async def work(_: Toy, __: Any, ___: Any, send: Any) -> None:
        await answered(send, b"", headers=[(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")])

    with serving(Toy(work)) as url, spoken(url, b"GET / HTTP/1.0\r\nHost: here\r\n\r\n") as said:
        assert re.findall(rb"(?i)set-cookie: (\w=\d)", read_all(said)) == [b"a=1", b"b=2"]


def test_body_is_streamed() -> None:
    first = threading.Event()

    async def work(toy: Toy, _: Any, receive: Any, send: Any) -> None:
        toy.seen.append((await receive())["body"])
        first.set()
        await answered(send, await body_of(receive))

    toy = Toy(work)
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\nConnection: close\r\n\r\nfirst"
    with serving(toy) as url, spoken(url, head) as said:
        assert first.wait(PATIENCE)  # … while the rest has not been sent
        assert toy.seen == [b"first"]
        said.sendall(b"later")
        assert b"\r\nlater\r\n" in read_all(said)


def read_all(opened: socket.socket) -> bytes:
    parts = []
    while part := opened.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_large_body_is_accepted_below_limit() -> None:
    async def work(_: Toy, __: Any, receive: Any, send: Any) -> None:
        size = 0
        while (message := await receive())["more_body"]:
            size += len(message["body"])
        await answered(send, str(size).encode())

    with serving(Toy(work)) as url:
        assert Client(url).post("/", b"x" * 110_000_000).text == b"110000000"


def test_large_content_length_is_refused_early() -> None:
    async def work(toy: Toy, *_: Any) -> None:
        toy.seen.append("asked")

    toy = Toy(work)
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 900000000000\r\n\r\n"
    with serving(toy, limit=1000) as url, spoken(url, head) as said:
        found = said.recv(65536)  # no byte of the body was sent
        assert found.startswith(b"HTTP/1.1 413 ")
        assert b"application/problem+json" in found
        assert json.loads(found.partition(b"\r\n\r\n")[2])["code"] == "too_large"
    assert toy.seen == []


def test_client_that_sends_its_whole_body_receives_refusal() -> None:
    async def work(toy: Toy, *_: Any) -> None:
        toy.seen.append("asked")

    toy = Toy(work)
    with serving(toy, limit=1000) as url:
        found = [Client(url).post("/", b"x" * 8_000_000) for _ in range(3)]
    assert [(each.status, each.code) for each in found] == [(413, "too_large")] * 3
    assert toy.seen == []


def test_client_that_sends_its_whole_body_in_chunks_receives_refusal() -> None:
    async def work(toy: Toy, _: Any, receive: Any, __: Any) -> None:
        toy.seen.append(await body_of(receive))

    toy = Toy(work)
    with serving(toy, limit=1000) as url:
        for _ in range(3):
            there = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
            there.request("POST", "/", (b"x" * 100_000 for _ in range(80)), encode_chunked=True)
            answer = there.getresponse()
            assert (answer.status, json.loads(answer.read())["code"]) == (413, "too_large")
            there.close()
        assert toy.ended.wait(PATIENCE)
    assert toy.seen == []


def test_client_that_stops_after_too_many_chunks_is_refused() -> None:
    async def work(_: Toy, __: Any, receive: Any, ___: Any) -> None:
        await body_of(receive)

    head = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 0x400 + b"\r\n"
    with serving(Toy(work), limit=1000, patience=0.2) as url, spoken(url, head) as said:
        assert said.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_response_that_began_is_cut_off_at_too_large_body() -> None:
    async def work(_: Toy, __: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await body_of(receive)

    head = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(Toy(work), limit=1000, patience=0.2) as url, spoken(url, head) as said:
        found = b""
        while b"begun" not in found:
            found += said.recv(65536)
        said.sendall(b"800\r\n" + b"x" * 0x800 + b"\r\n")
        assert b"0\r\n\r\n" not in read_all(said), "the client sees that the response is not whole"


def test_ended_request_does_not_stay_in_memory() -> None:
    async def work(toy: Toy, _: Any, receive: Any, send: Any) -> None:
        toy.seen.append(weakref.ref(receive.__self__))
        await answered(send, b"done")

    toy = Toy(work)
    with serving(toy, patience=1000) as url:
        for _ in range(3):
            Client(url).post("/", {})
        deadline = time.monotonic() + PATIENCE
        while any(each() is not None for each in toy.seen) and time.monotonic() < deadline:
            gc.collect()
            time.sleep(0.02)
        assert [each() for each in toy.seen] == [None] * 3


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """A function that returns how many bytes each request in memory keeps of its body."""
    begun: list[weakref.ref[Asgi]] = []
    initialize = Asgi.initialize

    def remembered(request: Asgi, mount: Mount) -> None:
        initialize(request, mount)
        begun.append(weakref.ref(request))

    monkeypatch.setattr(Asgi, "initialize", remembered)

    def count() -> list[int]:
        found = [request for each in begun if (request := each()) is not None]
        return [sum(len(part["body"]) for part in list(each._waiting)) for each in found]

    return count


@pytest.mark.parametrize("is_known", [False, True])
def test_body_waits_outside_until_the_application_knows_who_sends_it(
    kept: Callable[[], list[int]], *, is_known: bool
) -> None:
    ended = threading.Event()

    async def work(_: Toy, __: Any, receive: Any, send: Any) -> None:
        if is_known:
            await receive()
        await asyncio.to_thread(ended.wait, PATIENCE)
        await answered(send, b"", status=401)

    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n"
    with serving(Toy(work)) as url, spoken(url, head) as said:
        said.sendall(b"a" * 900_000)
        if is_known:
            until(lambda: max(kept(), default=0) > 700_000)
            said.close()
            until(lambda: set(kept()) <= {0})
            ended.set()
            return
        until(lambda: max(kept(), default=0) > 0)
        time.sleep(0.2)
        assert max(kept()) <= 65_536
        ended.set()
        assert said.recv(100).startswith(b"HTTP/1.1 401")
        until(lambda: set(kept()) <= {0})


def test_client_that_never_sends_its_body_is_refused() -> None:
    async def work(toy: Toy, *_: Any) -> None:
        toy.seen.append("asked")

    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2000\r\n\r\n"
    toy = Toy(work)
    with serving(toy, limit=1000, patience=0.2) as url, spoken(url, head) as said:
        assert said.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert toy.seen == []


def test_body_above_limit_is_refused() -> None:
    async def work(toy: Toy, _: Any, receive: Any, send: Any) -> None:
        toy.seen.append(await body_of(receive))
        await answered(send, b"taken")

    toy = Toy(work)
    chunks = b"".join(b"400\r\n" + b"x" * 0x400 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with serving(toy, limit=10_000) as url, spoken(url, head + chunks) as said:
        found = read_all(said)
        assert found.startswith(b"HTTP/1.1 413 ")
        assert b"too_large" in found
        assert toy.ended.wait(PATIENCE)
    assert toy.seen == []


def test_slow_body_is_cancelled() -> None:
    async def work(toy: Toy, _: Any, receive: Any, send: Any) -> None:
        toy.seen.append(await body_of(receive))
        await answered(send, b"taken")

    toy = Toy(work)
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n"
    with serving(toy, patience=0.5) as url, spoken(url, head) as said:
        said.settimeout(0.05)
        begun, found = time.monotonic(), b""
        while not found:
            assert time.monotonic() - begun < PATIENCE
            said.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                found = said.recv(65536)
        assert found.startswith(b"HTTP/1.1 408 ")
        assert json.loads(found.partition(b"\r\n\r\n")[2])["code"] == "too_slow"
        said.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionResetError):  # the server closed before it read the last byte
            assert said.recv(10) == b""  # and the server does not wait
        assert toy.ended.wait(PATIENCE)
    assert toy.seen == []


def test_body_waiting_for_application_is_not_slow() -> None:
    go_on = threading.Event()

    async def work(_: Toy, __: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.to_thread(go_on.wait, PATIENCE)
        await answered(send, str(len(await body_of(receive))).encode())

    size = 30_000_000
    head = f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode()
    with serving(Toy(work), patience=0.1) as url, spoken(url, head) as said:
        said.settimeout(1.0)  # ten times the time limit
        sent = sent_until_full(said, size)
        assert sent < size
        go_on.set()
        said.settimeout(PATIENCE)
        said.sendall(b"x" * (size - sent))
        assert read_all(said).startswith(b"HTTP/1.1 200 ")


def test_unresponsive_client_is_disconnected() -> None:
    """
    A machine that was switched off closes no connection: sent data fills the buffers, and then the transfer stalls.
    """

    async def work(toy: Toy, _: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
        except OSError:
            toy.seen.append("left")

    toy = Toy(work)
    with serving(toy, patience=0.1) as url, spoken(url, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"):
        assert toy.ended.wait(PATIENCE)
    assert toy.seen == ["left"]


def test_head_equals_get_without_body() -> None:
    async def work(toy: Toy, scope: Any, _: Any, send: Any) -> None:
        toy.seen.append(scope["method"])
        await answered(send, b"five!", status=203, headers=[(b"content-length", b"5"), (b"x-own", b"yes")])

    toy = Toy(work)
    with serving(toy) as url, spoken(url, b"HEAD / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n") as said:
        found = read_all(said)
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 203 ")
    assert b"content-length: 5" in head.lower()
    assert b"x-own: yes" in head.lower()
    assert (body, toy.seen) == (b"", ["GET"])


def test_head_of_stream_ends_at_once() -> None:
    async def work(toy: Toy, _: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (message := await receive())["type"] != "http.disconnect":
            toy.seen.append(message)

    toy = Toy(work)
    with serving(toy) as url, spoken(url, b"HEAD / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n") as said:
        assert read_all(said).startswith(b"HTTP/1.1 200 ")
        assert toy.ended.wait(PATIENCE)


def test_unknown_method_is_problem() -> None:
    async def work(toy: Toy, *_: Any) -> None:
        toy.seen.append("asked")

    toy = Toy(work)
    for method in (b"BREW", b"TRACE", b"get"):
        head = method + b" /pot HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        with serving(toy) as url, spoken(url, head) as said:
            found = read_all(said)
        assert found.startswith(b"HTTP/1.1 405 ")
        assert json.loads(found.partition(b"\r\n\r\n")[2])["code"] == "method_not_allowed"
    assert toy.seen == []


def test_answer_may_precede_body() -> None:
    async def work(_: Toy, __: Any, ___: Any, send: Any) -> None:
        await answered(send, b"no need", status=401)

    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n"
    with serving(Toy(work)) as url, spoken(url, head) as said:
        assert said.recv(65536).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1\r\nHost: here\r\n\r\n", b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nx"]
)
def test_application_gets_disconnect(head: bytes) -> None:
    begun = threading.Event()

    async def work(toy: Toy, _: Any, receive: Any, __: Any) -> None:
        begun.set()
        while (message := await receive())["type"] != "http.disconnect":
            toy.seen.append(message["type"])

    toy = Toy(work)
    with serving(toy) as url:
        with spoken(url, head):
            assert begun.wait(PATIENCE)
        assert toy.ended.wait(PATIENCE)


def test_send_to_closed_connection_raises() -> None:
    async def work(toy: Toy, _: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})
        except OSError:
            toy.seen.append("gone")

    toy = Toy(work)
    with serving(toy) as url:
        with spoken(url, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n") as said:
            said.recv(1000)  # and no more: the buffers between the two fill up
        assert toy.ended.wait(PATIENCE)
    assert toy.seen == ["gone"]


def test_answer_parts_are_sent_at_once() -> None:
    go_on = threading.Event()

    async def work(_: Toy, __: Any, ___: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"first\n", "more_body": True})
        await asyncio.to_thread(go_on.wait, PATIENCE)
        await send({"type": "http.response.body", "body": b"last\n"})

    with serving(Toy(work)) as url, spoken(url, b"GET / HTTP/1.0\r\nHost: here\r\n\r\n") as said:
        found = b""
        while b"first\n" not in found:
            found += said.recv(1000)
        go_on.set()
        assert read_all(said).endswith(b"last\n")


def test_failure_during_answer_leaves_it_incomplete() -> None:
    async def work(_: Toy, __: Any, ___: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        message = "broken"
        raise RuntimeError(message)

    with serving(Toy(work)) as url, spoken(url, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n") as said:
        assert not read_all(said).endswith(b"0\r\n\r\n")


def test_connection_that_closes_during_answer_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """A write fails before the server knows that the connection is closed."""

    async def work(_toy: Toy, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise StreamClosedError

    toy = Toy(work)
    with serving(toy) as url, pytest.raises((http.client.HTTPException, ConnectionError)):
        Client(url).get("/")
    assert toy.ended.is_set()
    assert not [each for each in caplog.records if each.message.startswith("api.")]


def test_streams_end_when_server_does() -> None:
    begun = threading.Event()

    async def work(_: Toy, __: Any, ___: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"on", "more_body": True})
        begun.set()
        await asyncio.sleep(10 * PATIENCE)

    toy = Toy(work)
    with serving(toy) as url, spoken(url, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"):
        assert begun.wait(PATIENCE)
    assert toy.ended.is_set()


def test_slow_application_slows_sender() -> None:
    """Otherwise a large body would be in memory: at most some pieces of it may wait."""
    go_on = threading.Event()

    async def work(toy: Toy, _: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.to_thread(go_on.wait, PATIENCE)
        await answered(send, str(len(await body_of(receive))).encode())

    size = 60_000_000
    head = f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode()
    with serving(Toy(work)) as url, spoken(url, head) as said:
        said.settimeout(1.0)
        sent = sent_until_full(said, size)
        assert sent < size // 2
        go_on.set()
        said.settimeout(PATIENCE)
        said.sendall(b"x" * (size - sent))
        assert read_all(said).startswith(b"HTTP/1.1 200 ")


def sent_until_full(opened: socket.socket, size: int) -> int:
    """Return how many bytes a connection accepts before it stalls, at most `size`."""
    sent, piece = 0, b"x" * 1_000_000
    try:
        while sent < size:
            sent += opened.send(piece)
    except TimeoutError:
        pass
    return sent
