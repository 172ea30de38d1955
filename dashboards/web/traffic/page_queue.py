"""
How many pages are open, and the queue of those that are created.

A page is created on the loop, in about 65 ms. The loop answers other requests between two pages. A page beyond the
limits is refused before anything of it is created. Each page may have one websocket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from bokeh.server.session import ServerSession
from panel.io.server import DocHandler
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from dashboards import app
from dashboards.frame import plain
from indexium_core import errors

_WAITING = 100  # pages that wait for their creation
_LATER = 1013  # the code with which a websocket closes that may come again later
_RETRY = "10"  # seconds
_FULL = "Too many pages are being opened now. Try again in a minute."


class PageQueue:
    """The pages of one server: it knows their limits, and creates one at a time."""

    def __init__(self, pages: app.Pages) -> None:
        self._pages = pages
        self._turn = asyncio.Lock()
        self._waiting = 0

    def counted(self, handler: type[RequestHandler]) -> type[RequestHandler]:
        """Return a handler class within the limits; the handler of neither pages nor websockets stays as it is."""
        if issubclass(handler, DocHandler):
            return _queued(handler, self)
        return _limited(handler, self._pages) if issubclass(handler, WebSocketHandler) else handler

    async def create(self, create: Callable[[], Any], *, is_gone: Callable[[], bool]) -> None:
        """Create a page as soon as it is its turn, unless its client is gone. Raises TooManyError."""
        self._pages.limit.require()  # before it takes a place of others
        if self._waiting >= _WAITING:
            raise errors.TooManyError(_FULL, code="busy")
        self._waiting += 1
        try:
            async with self._turn:
                if not is_gone():
                    self._pages.limit.require()
                    await create()
                    await asyncio.sleep(0)  # requests that have arrived meanwhile come first
        finally:
            self._waiting -= 1

    def status_of(self, session: ServerSession) -> int:
        """Return the status of the page of a new session of Bokeh."""
        return self._pages.status_of(session.id)


def refusal_of(error: errors.TooManyError) -> dict[str, Any]:
    """Return the status, the code and the sentence of a refused page or websocket."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if error.reason == "busy" else HTTPStatus.TOO_MANY_REQUESTS
    return {"status": int(status), "code": error.reason, "detail": error.message}


def _queued(handler: type[DocHandler], queue: PageQueue) -> type[RequestHandler]:
    class Queued(handler):
        async def get(self, *arguments: Any, **named: Any) -> None:
            create = super().get
            try:
                await queue.create(lambda: create(*arguments, **named), is_gone=self.request.connection.stream.closed)
            except errors.TooManyError as error:
                self.set_status(refusal_of(error)["status"])
                self.set_header("Cache-Control", "no-store")
                self.set_header("Retry-After", _RETRY)
                self.finish(
                    plain.page(
                        "Too many open pages", error.message, [("Try again", "")], labels=app.TITLES, paths=app.PATHS
                    )
                )

        async def get_session(self) -> ServerSession:
            session = await super().get_session()
            self.set_status(queue.status_of(session))
            return session

    return _named(Queued, handler)


def _limited(handler: type[WebSocketHandler], pages: app.Pages) -> type[RequestHandler]:
    class Limited(handler):
        _account: str | None = None

        def open(self, *arguments: Any, **named: Any) -> Any:
            try:
                self._account = pages.sockets.take()
            except errors.TooManyError as error:  # others have opened since the guard asked
                return self.close(_LATER, error.message[:100])
            return super().open(*arguments, **named)

        def on_close(self) -> None:
            if self._account is not None:
                pages.sockets.release(self._account)
                self._account = None
            super().on_close()

    return _named(Limited, handler)


def _named(made: type[RequestHandler], handler: type[RequestHandler]) -> type[RequestHandler]:
    made.__name__ = made.__qualname__ = handler.__name__
    return made
