"""
The sign-in of people: the check of each request, the page with the form, and the sign-out.

The check stands in the guard in front of every route. A session is a cookie that no script can read and that no other
site can send along with a change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import cache
from urllib.parse import urlsplit

import jinja2
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from dashboards.frame import plain
from dashboards.web.accounts.trusted_proxies import is_proxied
from indexium_core import errors
from indexium_core.api.problems import RECEIPTS
from indexium_core.library import Library
from indexium_core.model.accounts.sign_in import SecondStep
from indexium_core.model.accounts.users import SignedIn
from indexium_core.model.operations.actor import NOBODY, Actor, local_actor

ADDRESS, SIGN_OUT, FIRST_PERSON = "/sign-in", "/sign-out", "/first-person"
KEY = "/open"  # see `accounts.browser_key`
OPEN_ID, OPEN_ID_BACK = "/sign-in/openid", "/sign-in/openid/back"
_OPEN = frozenset(
    {ADDRESS, FIRST_PERSON, KEY, OPEN_ID, OPEN_ID_BACK, "/healthz", "/favicon.ico"}
    | {f"/assets/{name}" for name in ("icon.svg", "tokens.css", "contrast.css", "page.css", "page.js", "sign_in.css")}
    | {f"/assets/{name}.woff2" for name in ("inter-latin", "inter-latin-ext", "jetbrains-mono-latin")}
)
_LONGEST = 2000  # characters of an address to go on to
_CLOSED = (
    "Other machines can reach this service, so it is closed until somebody can sign in. Open the one-time address "
    "that it printed at its start, or use 'indexium users add NAME --role admin' on its computer."
)


def cookie_name(port: int) -> str:
    """Return the name of the cookie: browsers send the cookies of all ports of a host."""
    return f"indexium-{port}"


def token_in(request: HTTPServerRequest, port: int) -> str:
    """Return the token in the cookie of a request; "" without one."""
    morsel = request.cookies.get(cookie_name(port))
    return "" if morsel is None else str(morsel.value)


def hide_token(library: Library, request: HTTPServerRequest, port: int, *, token: str = "") -> None:
    """
    Put the handle of its session in place of the token in the cookie of a request; without a session, nothing.

    `token` is that of the person whom a proxy names; it replaces the cookie.
    """
    name = cookie_name(port)
    others = [f"{each}={morsel.value}" for each, morsel in request.cookies.items() if each != name]
    handle = library.sign_in.handle(token or token_in(request, port))
    if handle or name in request.cookies:
        request.headers["Cookie"] = "; ".join([*others, *([f"{name}={handle}"] if handle else [])])
        del request._cookies  # noqa: SLF001 - Tornado reads the header again


def is_open(request: HTTPServerRequest) -> bool:
    """Return whether a request needs no session, whoever sends it."""
    return request.path in _OPEN or request.path.startswith(RECEIPTS)


def needs_session(library: Library, request: HTTPServerRequest, *, is_remote: bool) -> bool:
    """
    Return whether a request needs a session.

    Without people, no request needs one, unless other machines can reach this service (`is_remote`), or the request
    comes through a trusted proxy: then it stays closed.
    """
    return (is_remote or library.sign_in.is_needed or is_proxied(request)) and not is_open(request)


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


def show(handler: RequestHandler, library: Library, **facts: str) -> None:
    """Answer with the page of the sign-in: its `next` address, and what the person has typed."""
    handler.set_header("Cache-Control", "no-store")
    handler.finish(page({"kind": "sign_in", "provider": library.open_id.label, **facts}))


def set_session(handler: RequestHandler, signed: SignedIn, port: int) -> None:
    """Put the token of a new session into the cookie of an answer."""
    handler.set_cookie(
        cookie_name(port),
        signed.token,
        expires=signed.session.ends_at,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=handler.request.protocol == "https",
    )


def sender_of(request: HTTPServerRequest) -> Mapping[str, str]:
    """Return from where a person signs in."""
    return {"address": request.remote_ip or "", "client": request.headers.get("User-Agent", "")}


class SignInPage(RequestHandler):
    """`GET /sign-in`: the form; `POST /sign-in`: starts a session and leads on."""

    has_form = True  # see `request_guard`

    def initialize(self, library: Library, pool: Executor, port: int, *, is_remote: bool, why_closed: str = "") -> None:
        """`why_closed`: what to do instead, while nobody can sign in; "": it is open, or see `is_remote`."""
        self._library, self._pool, self._port = library, pool, port
        self._is_remote, self._why_closed = is_remote, why_closed

    def get(self) -> None:
        following, sign_in = local(self.get_query_argument("next", "/")), self._library.sign_in
        if not sign_in.is_needed and (self._why_closed or self._is_remote or is_proxied(self.request)):
            self.set_header("Cache-Control", "no-store")
            title = "This service is closed" if self._why_closed else "Nobody can sign in yet"
            self.finish(page({"kind": "closed", "title": title, "problem": self._why_closed or _CLOSED}))
            return
        if not sign_in.is_needed or sign_in.find(token_in(self.request, self._port)):
            self.redirect(following, status=303)
            return
        self._show(next=following)

    head = get

    async def post(self) -> None:
        following = local(self.get_body_argument("next", "/"))
        name, step = self.get_body_argument("name", "")[:200], self.get_body_argument("step", "")
        secret = self.get_body_argument("code" if step else "password", "", strip=False)
        former = token_in(self.request, self._port)
        try:
            signed = await asyncio.get_running_loop().run_in_executor(
                self._pool, lambda: self._finish(step, secret) if step else self._start(name, secret)
            )
        except errors.SignInError as error:
            self.set_status(429 if error.reason == "too_many" else 401)
            step = "" if error.reason == "sign_in_ended" else step
            self._show(next=following, name=name, step=step, problem=error.message)
            return
        if isinstance(signed, SecondStep):
            self._show(next=following, name=name, step=signed.token)
            return
        if former:
            self._library.sign_in.sign_out(former, note="")  # the new session replaces it
        set_session(self, signed, self._port)
        self.redirect(following, status=303)

    def _start(self, name: str, password: str) -> SignedIn | SecondStep:
        return self._library.sign_in.sign_in(name, password, **sender_of(self.request))

    def _finish(self, step: str, code: str) -> SignedIn:
        return self._library.sign_in.complete(step, code, **sender_of(self.request))

    def _show(self, **facts: str) -> None:
        show(self, self._library, **facts)

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


def local(address: str) -> str:
    """Return an address of this server to go on to; "/" for any other, so that no link leads to another site."""
    parts = urlsplit(address)
    is_local = (
        address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    is_plain = len(address) <= _LONGEST and address.isprintable() and "\\" not in address
    own = {ADDRESS, SIGN_OUT, FIRST_PERSON, OPEN_ID, OPEN_ID_BACK}
    return address if is_local and is_plain and parts.path not in own else "/"


def page(values: Mapping[str, str]) -> str:
    """Return a page in front of the sign-in; `kind` is `sign_in`, `first`, or `closed`."""
    return _page().render(values, style=plain.frame_style())


@cache
def _page() -> jinja2.Template:
    template: jinja2.Template = jinja2.Template(plain.asset("sign_in.html"), autoescape=True)
    return template
