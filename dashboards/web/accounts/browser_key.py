"""
The key of a service without accounts on a shared computer: `serve --token` prints an address with it.

Every user of a computer can reach a port of 127.0.0.1. With a key, a browser needs the address that only the terminal
shows. It gets a cookie for it, and everything without the cookie is refused. Commands use the token of the service,
which only the user of the home can read.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from dashboards.web import sign_in
from indexium_core.library import Library

CLOSED = "Open the address that 'indexium serve --token' printed on its terminal: this service answers nobody else."
_WRONG = "This address does not work. Open the one that 'indexium serve --token' printed: each start has a new one."
_LONGEST = 200  # characters of a code


class BrowserKey:
    """The key of one start of a service, in memory only."""

    def __init__(self) -> None:
        self._code, self._cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)

    def address(self, url: str) -> str:
        """Return the address of a service at `url` that opens it for a browser."""
        return f"{url}{sign_in.KEY}?{urlencode({'code': self._code})}"

    def is_code(self, code: str) -> bool:
        """Return whether a code is that of the address."""
        return secrets.compare_digest(code.encode("utf-8", "surrogatepass"), self._code.encode())

    def opens(self, request: HTTPServerRequest, port: int) -> bool:
        """Return whether a request has the cookie of the key."""
        morsel = request.cookies.get(cookie_name(port))
        value = "" if morsel is None else str(morsel.value)
        return secrets.compare_digest(value.encode("utf-8", "surrogatepass"), self._cookie.encode())

    def give(self, handler: RequestHandler, port: int) -> None:
        """Put the cookie into an answer; it lasts until the browser ends."""
        handler.set_cookie(cookie_name(port), self._cookie, expires_days=None, path="/", httponly=True, samesite="Lax")


def cookie_name(port: int) -> str:
    """Return the name of the cookie: browsers send the cookies of all ports of a host."""
    return f"indexium-key-{port}"


def routes(library: Library, key: BrowserKey | None, port: int) -> list[tuple[Any, ...]]:
    """Return the route of the address; a service without a key has none."""
    return [] if key is None else [(sign_in.KEY, KeyPage, {"library": library, "key": key, "port": port})]


class KeyPage(RequestHandler):
    """`GET /open?code=…`: gives a browser the cookie, and leads to the first page."""

    def initialize(self, library: Library, key: BrowserKey, port: int) -> None:
        self._library, self._key, self._port = library, key, port

    def get(self) -> None:
        if self._library.sign_in.is_needed:  # a person was added: from now on, people sign in
            self.redirect(sign_in.ADDRESS, status=303)
            return
        self.set_header("Cache-Control", "no-store")
        if self._key.is_code(self.get_query_argument("code", "")[:_LONGEST]):
            self._key.give(self, self._port)
            self.redirect("/", status=303)
            return
        self.set_status(403)
        self.finish(sign_in.page({"kind": "closed", "title": "This address does not work", "problem": _WRONG}))

    def _log(self) -> None:
        """Print nothing: the address has the code."""
