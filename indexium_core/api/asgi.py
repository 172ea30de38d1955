"""
An ASGI application inside a Tornado server: one `RequestHandler` builds the scope and carries the messages.

The handler replaces these defaults of Tornado (a test covers each of them). Tornado reads all of a body over 100 MB,
then answers with status 400 only. It calls a handler only when the body is complete. It does not run the application's
lifespan. It does not report a disconnect to the application, and a write to a closed or stalled connection never
returns. It accepts a body one byte at a time without a time limit. It answers an unknown method in HTML.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import unquote

from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler, stream_request_body

from indexium_core.api.streams import IncompleteStreamError
from indexium_core.model.operations.actor import Actor, local_actor

logger = logging.getLogger(__name__)

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_WAITING = 16  # chunks of a body that are buffered before the sender has to wait; 1 before the application wants it
_GOODBYE = 2.0  # seconds for running requests when the server stops
DROPPED = 2**40  # Tornado's limit in bytes, above our own limits, whose refusals have a sentence
_SPARE = 20_000_000  # bytes above our own limit that are read and dropped, so that the client receives the refusal
_DIGITS = 18  # maximum digits of a Content-Length; Python limits the digits of a number that it parses
_LEAST = 1000  # minimum bytes per second that the client sends or receives; a slower connection is closed


def announced(request: HTTPServerRequest) -> int:
    """Return how long the body of a request will be, in bytes; 0 if its headers do not say it."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():
        return 0
    return int(length) if len(length) <= _DIGITS else DROPPED


class Mount:
    """An application with its lifespan, its body limit and its running requests."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: Callable[[str], int],
        actor_of: Callable[[HTTPServerRequest], Actor] = lambda _: local_actor(),
        patience: float = 30.0,
    ) -> None:
        """
        Mount an application.

        `actor_of` returns who sends a request. `largest` returns the maximum size in bytes of the body of a request to
        a path. A request or response with almost no progress is closed after `patience` seconds.
        """
        self.app = app
        self.largest = largest
        self.actor_of = actor_of
        self.patience = patience
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests: set[Asgi] = set()
        self._lifespan: asyncio.Task[None] | None = None
        self._orders: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()

    async def start(self) -> None:
        """Start the application. Raises RuntimeError if it does not start."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._lifespan = asyncio.create_task(self._live(scope))
        self._orders.put_nowait({"type": "lifespan.startup"})
        answer = await self._answers.get()
        if answer["type"] != "lifespan.startup.complete":
            raise RuntimeError(f"The service could not start: {answer.get('message') or 'no reason was given'}.")

    async def _live(self, scope: Message) -> None:
        try:
            await self.app(scope, self._orders.get, self._answers.put)
        except Exception as error:
            logger.exception("api.lifespan_failed")
            self._answers.put_nowait({"type": "lifespan.startup.failed", "message": str(error)})

    async def close(self) -> None:
        """Cancel the running requests (mostly streams), and shut the application down."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GOODBYE)
        if self._lifespan is not None and not self._lifespan.done():
            self._orders.put_nowait({"type": "lifespan.shutdown"})
            await asyncio.wait([self._lifespan], timeout=_GOODBYE)
            self._lifespan.cancel()

    def add(self, request: Asgi) -> None:
        """Remember a request that is answered now."""
        self._requests.add(request)

    def discard(self, request: Asgi) -> None:
        """Forget an answered request."""
        self._requests.discard(request)

    def hang_up(self, is_over: Callable[[HTTPServerRequest], bool]) -> None:
        """Cut the responses off whose requests would be refused now: of a session that has ended."""
        for each in [each for each in self._requests if is_over(each.request)]:
            each.hang_up()

    def begin(self, call: Awaitable[None]) -> asyncio.Task[None]:
        """Run a request as a task."""
        task = asyncio.ensure_future(call)
        assert isinstance(task, asyncio.Task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


@stream_request_body
class Asgi(RequestHandler):
    """One request. The application starts with the headers and receives the body in chunks."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")

    def initialize(self, mount: Mount) -> None:
        self._mount = mount
        self._waiting: deque[Message] = deque()
        self._is_wanted = False  # the application has asked for the body: it knows who sends it
        self._changed = asyncio.Event()  # a chunk arrived or was consumed, or the client disconnected
        self._disconnected = asyncio.Event()
        self._received = 0
        self._seen = 0  # value of `_received` at the last check
        self._was_full = False  # the buffer was full since the last check
        self._complete = False  # the whole body has arrived
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None  # of the next check

    def prepare(self) -> None:
        """Start the application, unless the Content-Length is too large."""
        self.request.connection.set_max_body_size(DROPPED)
        self._limit = self._mount.largest(self.request.path)
        length = announced(self.request)
        if length > self._limit + _SPARE:
            self._refuse_size()
        elif length > self._limit:
            self._refuse_size_later()
        else:
            self._mount.add(self)
            self._task = self._mount.begin(self._run())
            self._after_patience(self._check_rate)

    async def data_received(self, chunk: bytes) -> None:
        """Pass a chunk to the application; wait while the buffer is full."""
        self._received += len(chunk)
        if self._received > self._limit + _SPARE:
            self._refuse_size()
        elif self._received > self._limit and self._task is not None:
            self._stop()
            self._refuse_size_later()
        if self._finished or self._task is None:
            return
        while self._is_full and not self._over:
            self._was_full = True
            await self._change()
        self._push({"type": "http.request", "body": bytes(chunk), "more_body": True})

    async def _answer(self) -> None:
        """Mark the body as complete, and wait for the application."""
        self._complete = True
        self._push({"type": "http.request", "body": b"", "more_body": False})
        if self._task is None:
            self._refuse_size()
        else:
            await asyncio.wait([self._task])

    get = head = post = delete = patch = put = options = _answer

    def _after_patience(self, check: Callable[[], None]) -> None:
        self._cancel_check()
        self._timer = asyncio.get_running_loop().call_later(self._mount.patience, check)

    def _cancel_check(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _check_rate(self) -> None:
        """Reject a body that arrives too slowly while the application waits for it."""
        if self._complete or self._over:
            return
        patience = self._mount.patience
        if self._received - self._seen < _LEAST * patience and not self._was_full:
            self._stop()
            sentence = f"The body of this request arrives too slowly: less than {_LEAST:,} bytes a second."
            self._refuse(408, "too_slow", sentence)
            return
        self._seen, self._was_full = self._received, self._is_full
        self._after_patience(self._check_rate)

    @property
    def _is_full(self) -> bool:
        return len(self._waiting) >= (_WAITING if self._is_wanted else 1)

    def on_finish(self) -> None:
        """Leave the memory."""
        self._leave()

    def on_connection_close(self) -> None:
        """Report the disconnect to the application."""
        super().on_connection_close()
        self._leave()
        self._disconnected.set()
        self._changed.set()

    def _leave(self) -> None:
        """Cancel the next check, and drop the body: the loop and the collector would keep them in memory longer."""
        self._cancel_check()
        self._mount.discard(self)
        self._waiting.clear()

    def check_xsrf_cookie(self) -> None:
        """Skip the check, because the request guard has compared Host and Origin, and a program has no cookie."""

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with a problem document after an error of Tornado itself."""
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            method = self.request.method or ""
            sentence = f"{self.request.path} does not support {method}."
            self._refuse(405, "method_not_allowed", sentence, Allow="DELETE, GET, HEAD, POST")
        elif status_code < 500:
            self._refuse(status_code, "bad_request", "This request cannot be read.")
        else:
            self._refuse(500, "internal", "The service failed; its log shows the cause.")

    def _log(self) -> None:
        """Print nothing about rejected requests: the response has the reason."""

    def log_exception(self, *details: Any) -> None:
        """Print nothing about a failure: the response and the log have the reason."""

    def hang_up(self) -> None:
        """Close the connection of an unfinished response, so that the client does not regard it as complete."""
        if self._finished or self._disconnected.is_set():
            return
        with contextlib.suppress(Exception):
            self.request.connection.stream.close()

    # The application's side.

    async def _run(self) -> None:
        try:
            await self._mount.app(self._scope(), self._receive, self._send)
            if not self._finished and not self._disconnected.is_set():
                self.finish()
        # A write may notice first that the client disconnected.
        except (asyncio.CancelledError, StreamClosedError, IncompleteStreamError):
            if self._task is not None:  # otherwise the body is too large: the refusal follows
                self.hang_up()
        except Exception:
            if not self._disconnected.is_set():  # otherwise the client disconnected during the transfer
                logger.exception("api.failed", extra={"user_action": f"{self.request.method} {self.request.path}"})
            self.hang_up()
        finally:
            self._changed.set()

    def _scope(self) -> Message:
        request = self.request
        host, _, port = request.host.rpartition(":")
        headers = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in request.headers.get_all()]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": request.version.removeprefix("HTTP/"),
            "method": "GET" if self._is_head else request.method,
            "scheme": request.protocol,
            "path": unquote(request.path, errors="replace"),
            "raw_path": request.path.encode("latin-1", "replace"),
            "query_string": request.query.encode("latin-1", "replace"),
            "root_path": "",
            "headers": headers,
            "client": (request.remote_ip, 0),
            "server": (host or request.host, int(port) if port.isdecimal() else None),
            "state": {"actor": self._mount.actor_of(request)},
        }

    @property
    def _is_head(self) -> bool:
        return bool(self.request.method == "HEAD")

    async def _receive(self) -> Message:
        self._is_wanted = True
        while not self._waiting:
            if self._disconnected.is_set() or self._finished:
                return {"type": "http.disconnect"}
            await self._change()
        message = self._waiting.popleft()
        self._changed.set()
        return message

    async def _send(self, message: Message) -> None:
        if self._disconnected.is_set() or (self._finished and not self._is_head):
            raise StreamClosedError
        if self._finished:
            return
        if message["type"] == "http.response.start":
            self._head(message)
            if self._is_head:  # this response has no body, and a stream would never end
                await self._flushed(0)
                self.finish()
                self._changed.set()
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            self.write(body)
            await self._flushed(len(body))
            if not message.get("more_body", False):
                self.finish()

    def _head(self, message: Message) -> None:
        status = int(message["status"])
        self.set_status(status, None if status in _KNOWN else "Unknown")
        self.clear_header("Content-Type")
        seen: set[str] = set()
        for raw_name, raw in message.get("headers", ()):
            name = raw_name.decode("latin-1")
            (self.add_header if name in seen else self.set_header)(name, raw.decode("latin-1"))
            seen.add(name)

    async def _flushed(self, size: int) -> None:
        """
        Wait until `size` written bytes have been sent.

        Tornado would wait forever on a connection that closes meanwhile, or whose client receives nothing. This method
        closes a connection whose client receives nothing.
        """
        flushed, disconnected = asyncio.ensure_future(self.flush()), asyncio.ensure_future(self._disconnected.wait())
        patience = self._mount.patience + size / _LEAST
        try:
            await asyncio.wait({flushed, disconnected}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            disconnected.cancel()
            if not flushed.done():
                flushed.cancel()
        if not flushed.done() or flushed.cancelled():
            self.hang_up()
            raise StreamClosedError
        flushed.result()

    # Messages between both sides.

    @property
    def _over(self) -> bool:
        return self._disconnected.is_set() or self._finished or self._task is None or self._task.done()

    def _push(self, message: Message) -> None:
        if not self._over:
            self._waiting.append(message)
            self._changed.set()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _stop(self) -> None:
        """Cancel the application; this handler answers."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._waiting.clear()

    def _refuse_size_later(self) -> None:
        """Read the rest first: a client that is still sending loses a response after which the connection closes."""
        self._after_patience(self._refuse_size)

    def _refuse_size(self) -> None:
        self._refuse(413, "too_large", f"The body of this request is larger than {self._limit:,} bytes.")

    def _refuse(self, status: int, code: str, sentence: str, **headers: str) -> None:
        """Answer with a problem. Tornado closes the connection if a part of the body has not arrived."""
        if self._headers_written:  # by the application
            self.hang_up()
        if self._headers_written or self._disconnected.is_set():
            return
        self.clear()
        self.set_status(status)
        for name, text in {"Content-Type": "application/problem+json", **headers}.items():
            self.set_header(name, text)
        problem = {"type": f"urn:indexium:{code}", "title": HTTPStatus(status).phrase, "status": status}
        self.finish(json.dumps(problem | {"detail": sentence, "code": code}))


_KNOWN = frozenset(int(status) for status in HTTPStatus)
