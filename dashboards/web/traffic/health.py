"""
The answer of `/healthz`, from a thread of its own: also while the loop creates pages.

It is 503 if the loop has done nothing for a minute: then the service has to be started again. The thread accepts the
connections of the service. It looks at what a new one sends first, without taking it. It answers a question for the
health itself, and gives every other connection to the loop.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import RequestHandler

from indexium_core.version import __version__

logger = logging.getLogger(__name__)
ADDRESS = "/healthz"
_HEAD = 8192  # bytes of a request that are looked at
_PAUSE = 0.05  # seconds after a connection that could not be accepted
_STUCK = 60.0  # seconds in which the loop does something, or it is stuck
_HANDED = 256  # connections that wait for the loop; further ones wait in the system, which has a limit of its own
_WAIT = 0.5  # seconds for the first bytes; afterwards, the connection belongs to the loop, which has limits
_STUCK_TEXT = b'{"status": "stuck"}'
_QUESTIONS = (b"GET /healthz HTTP/1.", b"HEAD /healthz HTTP/1.")
_OF_OTHERS = ("Origin", "Sec-Fetch-Site", "Content-Length", "Transfer-Encoding")  # the request guard decides


def answer(instance_id: str) -> dict[str, str]:
    """Return what `/healthz` says: the service answers, with the id of its run."""
    return {"status": "ok", "instance_id": instance_id, "version": __version__}


class HealthThread:
    """Accepts the connections of a server."""

    def __init__(
        self,
        server: HTTPServer,
        *,
        give: Callable[[Callable[[], object]], None],
        allows: Callable[[str], bool],
        instance_id: str,
        headers: Callable[[str], Mapping[str, str]],
    ) -> None:
        """
        Take the sockets of a server, whose loop does not run yet, until it stops.

        Args:
            server: The server.
            give: Runs a function on its loop.
            allows: Returns whether a Host names this server.
            instance_id: The id of this run.
            headers: Returns the headers of every answer to a Host.

        """
        self._server, self._give, self._allows, self._headers = server, give, allows, headers
        self._text = json.dumps(answer(instance_id)).encode()
        self._new: dict[socket.socket, tuple[Any, float]] = {}  # the address, and when it was accepted
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        for number, listening in server._sockets.items():  # noqa: SLF001 - Tornado has no other way to its sockets
            server._handlers[number]()  # noqa: SLF001 - the loop no longer accepts
            server._handlers[number] = self.stop  # noqa: SLF001 - Tornado calls it when it stops
            self._selector.register(listening, selectors.EVENT_READ)
        self._listening = frozenset(server._sockets.values())  # noqa: SLF001
        self._is_stopping = False
        self._handed = self._taken = 0  # connections: counted by this thread, and by the loop
        self._asked: float | None = None  # since when the loop has not answered
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        """Accept connections from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; connections that have sent nothing close."""
        if not self._is_stopping:
            self._is_stopping = True
            self._waker.send(b"x")
            if self._thread.ident is not None:
                self._thread.join()
            self._selector.close()
            for opened in (*self._new, self._waker, self._woken):
                opened.close()

    def _run(self) -> None:
        while not self._is_stopping:
            for key, _ in self._selector.select(_WAIT / 2 if self._new or self._handed > self._taken else None):
                if key.fileobj in self._listening:
                    self._accept(key.fileobj)
                elif key.fileobj is not self._woken:
                    self._attempt(self._look, key.fileobj)
            late = time.monotonic() - _WAIT
            for opened in [each for each, (_, since) in self._new.items() if since < late]:
                self._attempt(self._hand_over, opened)

    def _attempt(self, action: Callable[[Any], None], opened: Any) -> None:
        """Do something with a connection; what fails closes only this one."""
        try:
            action(opened)
        except Exception:
            logger.exception("health.connection_failed")
            if opened in self._new:
                self._forget(opened)
            opened.close()

    def _accept(self, listening: Any) -> None:
        if self._handed - self._taken >= _HANDED:
            time.sleep(_PAUSE)
            return
        try:
            opened, address = listening.accept()
        except OSError:  # it ended meanwhile, or this process has no file left
            time.sleep(_PAUSE)
            return
        opened.settimeout(0)
        self._new[opened] = address, time.monotonic()
        self._selector.register(opened, selectors.EVENT_READ)

    def _look(self, opened: Any) -> None:
        try:
            head = opened.recv(_HEAD, socket.MSG_PEEK)
        except OSError:
            head = b""
        host = self._host(head)
        if host is None:
            self._hand_over(opened)
            return
        self._forget(opened)
        with contextlib.suppress(OSError), opened:
            opened.recv(len(head))
            opened.send(self._answer(host, is_head=head.startswith(b"HEAD"), is_stuck=self._is_stuck()))
            opened.shutdown(socket.SHUT_WR)

    def _host(self, head: bytes) -> str | None:
        """Return the Host of a question for the health that anybody may ask; None for every other request."""
        if not head.startswith(_QUESTIONS) or not head.endswith(b"\r\n\r\n") or head.count(b"\r\n\r\n") != 1:
            return None
        try:
            headers = http.client.parse_headers(io.BytesIO(head.partition(b"\r\n")[2]))
        except (http.client.HTTPException, ValueError):
            return None
        hosts = headers.get_all("Host", [])
        is_plain = len(hosts) == 1 and not any(name in headers for name in _OF_OTHERS)
        return hosts[0] if is_plain and self._allows(hosts[0]) else None

    def _is_stuck(self) -> bool:
        """Return whether the loop has done nothing for a minute, and ask it again."""
        now = time.monotonic()
        if self._asked is not None:
            return now - self._asked > _STUCK
        self._asked = now
        self._give(self._note_life)
        return False

    def _note_life(self) -> None:
        self._asked = None

    def _answer(self, host: str, *, is_head: bool, is_stuck: bool) -> bytes:
        text = _STUCK_TEXT if is_stuck else self._text
        own = {
            "Content-Type": "application/json; charset=UTF-8",
            "Content-Length": str(len(text)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
        status = HTTPStatus.SERVICE_UNAVAILABLE if is_stuck else HTTPStatus.OK
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        lines += [f"{name}: {value}" for name, value in {**self._headers(host), **own}.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if is_head else text)

    def _hand_over(self, opened: socket.socket) -> None:
        address = self._forget(opened)
        self._handed += 1

        def take() -> None:
            self._taken += 1
            self._server._handle_connection(opened, address)  # noqa: SLF001

        self._give(take)

    def _forget(self, opened: socket.socket) -> Any:
        self._selector.unregister(opened)
        return self._new.pop(opened)[0]


class Health(RequestHandler):
    """`/healthz` on a connection that the loop has: reports that the service answers."""

    def initialize(self, instance_id: str) -> None:
        self._instance_id = instance_id

    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.write(answer(self._instance_id))

    head = get
