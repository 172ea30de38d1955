"""
The sign-in of people: the check of each request, the page with the form, and the sign-out.

The check stands in the guard in front of every route. A session is a cookie that no script can read and that no other
site can send along with a change.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Executor
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from dashboards.frame import plain
from indexium_core import errors
from indexium_core.api.problems import RECEIPTS
from indexium_core.library import Library
from indexium_core.model.operations.actor import NOBODY, Actor, local_actor

ADDRESS, SIGN_OUT = "/sign-in", "/sign-out"
_OPEN = frozenset(
    {ADDRESS, "/healthz", "/favicon.ico"}
    | {f"/assets/{name}" for name in ("icon.svg", "tokens.css", "contrast.css", "page.css", "page.js", "sign_in.css")}
    | {f"/assets/{name}.woff2" for name in ("inter-latin", "inter-latin-ext", "jetbrains-mono-latin")}
)
_LONGEST = 2000  # characters of an address to go on to


def cookie_name(port: int) -> str:
    """Return the name of the cookie: browsers send the cookies of all ports of a host."""
    return f"indexium-{port}"


def token_in(request: HTTPServerRequest, port: int) -> str:
    """Return the token in the cookie of a request; "" without one."""
    morsel = request.cookies.get(cookie_name(port))
    return "" if morsel is None else str(morsel.value)


def is_missing(library: Library, request: HTTPServerRequest, port: int) -> bool:
    """Return whether a request needs a session and has none. Without people, no request needs one."""
    return _needs_session(library, request) and library.sign_in.find(token_in(request, port)) is None


def is_over(library: Library, request: HTTPServerRequest, port: int) -> bool:
    """Return whether the session of an earlier request has ended, and the request would need one."""
    return _needs_session(library, request) and not library.sign_in.is_open(token_in(request, port))


def _needs_session(library: Library, request: HTTPServerRequest) -> bool:
    is_open = request.path in _OPEN or request.path.startswith(RECEIPTS)
    return not is_open and library.sign_in.is_needed


def actor_of(library: Library, token: str, *, is_local: bool) -> Actor:
    """
    Return who uses a session.

    Without one, it is the person at this computer if there are no people, or if `is_local`: the request has the token
    of the service. Otherwise it is nobody: the session may have ended since the guard checked it.
    """
    found = library.sign_in.find(token)
    if found is not None:
        return found.actor
    return local_actor() if is_local or not library.sign_in.is_needed else NOBODY


class NotSignedIn(RequestHandler):
    """Answers a request without a session: a page leads to the sign-in, everything else is refused."""

    def prepare(self) -> None:
        self.set_header("Cache-Control", "no-store")
        request = self.request
        if request.path.startswith("/api/"):
            self.set_status(401)
            self.set_header("Content-Type", "application/problem+json")
            self.set_header("WWW-Authenticate", "Bearer")
            detail = "Sign in, or send a token."
            problem = {"type": "urn:indexium:unauthorized", "title": HTTPStatus(401).phrase, "status": 401}
            self.finish(json.dumps(problem | {"detail": detail, "code": "unauthorized"}))
        elif request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", ""):
            self.redirect(f"{ADDRESS}?next={quote(request.uri or '/', safe='')}", status=303)
        else:
            self.set_status(401)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("Sign in first.")

    def check_xsrf_cookie(self) -> None:
        """Skip the check: this changes nothing."""

    def _log(self) -> None:
        """Print nothing: an address may have a search."""


class SignInPage(RequestHandler):
    """`GET /sign-in`: the form; `POST /sign-in`: starts a session and leads on."""

    has_form = True  # see `request_guard`

    def initialize(self, library: Library, pool: Executor, port: int) -> None:
        self._library, self._pool, self._port = library, pool, port

    def get(self) -> None:
        following = _local(self.get_query_argument("next", "/"))
        if not self._library.sign_in.is_needed or self._library.sign_in.find(token_in(self.request, self._port)):
            self.redirect(following, status=303)
            return
        self._show(following)

    head = get

    async def post(self) -> None:
        following = _local(self.get_body_argument("next", "/"))
        name = self.get_body_argument("name", "")[:200]
        password = self.get_body_argument("password", "", strip=False)
        former = token_in(self.request, self._port)
        try:
            signed = await asyncio.get_running_loop().run_in_executor(self._pool, lambda: self._start(name, password))
        except errors.SignInError as error:
            self.set_status(429 if error.reason == "too_many" else 401)
            self._show(following, name=name, problem=error.message)
            return
        if former:
            self._library.sign_in.sign_out(former)
        self.set_cookie(
            cookie_name(self._port),
            signed.token,
            expires=signed.session.ends_at,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self.request.protocol == "https",
        )
        self.redirect(following, status=303)

    def _start(self, name: str, password: str) -> Any:
        client = self.request.headers.get("User-Agent", "")
        return self._library.sign_in.sign_in(name, password, address=self.request.remote_ip or "", client=client)

    def _show(self, following: str, *, name: str = "", problem: str = "") -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(_page().render(next=following, name=name, problem=problem, style=plain.frame_style()))

    def check_xsrf_cookie(self) -> None:
        """Skip the check: the request guard has compared Host and Origin."""


class SignOut(RequestHandler):
    """`POST /sign-out`: ends the session of this browser."""

    def initialize(self, library: Library, port: int) -> None:
        self._library, self._port = library, port

    def post(self) -> None:
        self._library.sign_in.sign_out(token_in(self.request, self._port))
        self.clear_cookie(cookie_name(self._port), path="/")
        self.redirect(ADDRESS, status=303)

    def check_xsrf_cookie(self) -> None:
        """Skip the check: the request guard has compared Host and Origin."""


def _local(address: str) -> str:
    """Return an address of this server to go on to; "/" for any other, so that no link leads to another site."""
    parts = urlsplit(address)
    is_local = (
        address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    is_plain = len(address) <= _LONGEST and address.isprintable() and "\\" not in address
    return address if is_local and is_plain and parts.path not in {ADDRESS, SIGN_OUT} else "/"


@cache
def _page() -> jinja2.Template:
    template: jinja2.Template = jinja2.Template(plain.asset("sign_in.html"), autoescape=True)
    return template
