"""The guard of every route: it checks Host and Origin, says who acts, and sets the security headers."""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
import socket
from collections.abc import Callable, Collection, Mapping
from http.client import responses
from typing import Any
from urllib.parse import quote, urlsplit

from panel.io.server import DocHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler, StaticFileHandler, stream_request_body
from tornado.websocket import WebSocketHandler

from dashboards.web.sign_in import ADDRESS
from dashboards.web.traffic import bodies
from dashboards.web.traffic.connections import Connections
from indexium_core.api.access import OTHER_SITES
from indexium_core.api.asgi import announced
from indexium_core.model.operations.actor import Actor, acting_as, local_actor

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_REST = "/api/"
_NO_FILE = {400, 403}  # Tornado and Panel answer so for a folder, and for an address without a file
_TOO_LARGE = {
    "status": 413,
    "code": "too_large",
    "detail": "The body of this request is too large.",
}
_SCRIPT = re.compile(r"<script(?=[\s>])")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Components are modules made from blobs; Bokeh puts style elements into shadow roots. Scripts of a page carry a nonce.
_POLICY = (
    "default-src 'none'; script-src 'self' blob: {script}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self'; "
    "font-src 'self' data:; connect-src 'self' blob: {socket}; worker-src 'self' blob:; "
    "base-uri 'none'; form-action {form}; frame-ancestors {ancestors}"
)
# Pages that may show a page in a frame: none, or notebooks on this machine.
_NO_ANCESTORS, _NOTEBOOKS = "'none'", "http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*"


class Hosts:
    """
    The host names under which this server may be requested.

    A foreign *name* is dangerous, because its owner can point it to this machine: DNS rebinding. A numeric address
    cannot be redirected.
    """

    def __init__(self, host: str, port: int, *, others: Callable[[], str] = lambda: "") -> None:
        """`others` returns the setting with more names; one without a port has any."""
        self._remote = host not in LOOPBACK
        self._names = {name.lower() for name in names(host, port)}
        self._others = others
        self.port = port

    @property
    def origins(self) -> list[str]:
        """
        Origins that may open a websocket of Bokeh: our names, of which Bokeh does not accept those of IPv6 here.

        `guard` adds the others, of which Bokeh would warn.
        """
        return sorted(name for name in self._names if "[" not in name)

    @property
    def other_origins(self) -> set[str]:
        """
        Other origins that may open a websocket.

        If other machines are served, only the guard decides: the Origin must equal the Host, and the Host must be
        allowed.
        """
        return {"*"} if self._remote or self._others() else {name for name in names("::1", self.port) if "[" in name}

    def allow(self, host: str) -> bool:
        """Return whether a Host header, or the host of an Origin, is allowed."""
        host = host.lower()
        if host in self._names or self._is_other(host):
            return True
        if not self._remote:
            return False
        try:
            parts = urlsplit(f"//{host}")
            ipaddress.ip_address(parts.hostname or "")
        except ValueError:
            return False
        return parts.port == self.port

    def _is_other(self, host: str) -> bool:
        others = {name.strip().lower() for name in self._others().split(",")} - {""}
        return host in others or host.rpartition(":")[0] in others


def names(host: str, port: int) -> list[str]:
    """Return `name:port` of every name of this server."""
    known = ["127.0.0.1", "localhost", "[::1]"]
    if host not in LOOPBACK:
        known += [socket.gethostname(), f"[{host}]" if ":" in host else host]
        known += sorted(_addresses())
    return [f"{name}:{port}" for name in dict.fromkeys(known)]


def _addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {f"[{entry[4][0]}]" if entry[0] == socket.AF_INET6 else str(entry[4][0]) for entry in found}


def guard(
    application: Application,
    hosts: Hosts,
    *,
    is_program: Callable[[HTTPServerRequest], bool],
    identify: Callable[[HTTPServerRequest], str] = lambda _: "",
    refusal_of_token: Callable[[HTTPServerRequest], Mapping[str, Any] | None] = lambda _: None,
    lacks_session: Callable[[HTTPServerRequest], bool] = lambda _: False,
    actor_of: Callable[[HTTPServerRequest], Actor] = lambda _: local_actor(),
    refusal_of_socket: Callable[[HTTPServerRequest], Mapping[str, Any] | None] = lambda _: None,
    is_known: Callable[[HTTPServerRequest], bool] = lambda _: True,
    connections: Connections | None = None,
    counted: Callable[[type[RequestHandler]], type[RequestHandler]] = lambda handler: handler,
    is_embedded: bool = False,
) -> None:
    """
    Guard every route of a Bokeh application: pages, websockets, static files and errors.

    Args:
        application: The application.
        hosts: Under which names it may be requested.
        is_program: Returns whether a request has a valid token. No page of another origin has one, so a program with
            a token may send any Origin to the REST routes.
        identify: Reads who sends a request, before everything else, and returns why this person is refused.
        refusal_of_token: Returns the arguments of `Refused` for a request whose token is wrong.
        lacks_session: Returns whether somebody has to sign in before a request.
        actor_of: Returns who sends a request: its handler acts as this actor.
        refusal_of_socket: Returns the arguments of `Refused` for a websocket that the sender may not open.
        is_known: Returns whether somebody who may use the service sends a request.
        connections: Count the connections of the others.
        counted: Returns the class of a handler within the limits of pages.
        is_embedded: A notebook on this machine may show the pages in a frame.

    """
    application.websocket_origins.update(hosts.other_origins)
    route = application.find_handler
    known: dict[type[RequestHandler], type[RequestHandler]] = {}

    def hardened(handler: type[RequestHandler]) -> type[RequestHandler]:
        if handler not in known:
            known[handler] = _hardened(counted(handler), actor_of, is_embedded=is_embedded)
        return known[handler]

    def refused(request: HTTPServerRequest, facts: Mapping[str, Any], kind: type[Refused] | None = None) -> Any:
        return application.get_handler_delegate(request, hardened(kind or Refused), dict(facts))

    def delegate_of(request: HTTPServerRequest, **kwargs: Any) -> Any:
        unknown = identify(request)
        refusal = _refusal(request, hosts, is_program, is_embedded=is_embedded)
        not_known = {"status": 403, "code": "not_allowed", "detail": unknown}
        refusal = refusal or (not_known if unknown else refusal_of_token(request))
        if refusal:
            return refused(request, refusal)
        if lacks_session(request):
            return refused(request, _without_session(request), NotSignedIn)
        if _is_upgrade(request):  # the Origin equals the Host, which may be of a setting that has changed
            application.websocket_origins.add(request.host.lower())
        delegate = route(request, **kwargs)
        if issubclass(delegate.handler_class, WebSocketHandler) and (refusal := refusal_of_socket(request)):
            return refused(request, refusal)
        delegate.handler_class = hardened(delegate.handler_class)
        return delegate

    def find_handler(request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Return who answers a request. Its body is read afterwards, with the limits of its handler and its sender."""
        delegate = delegate_of(request, **kwargs)
        is_dropped = issubclass(delegate.handler_class, Refused)
        knows = not is_dropped and is_known(request)
        if connections is not None:
            connections.note(request, is_known=knows)
        if bodies.limit(request, delegate.handler_class, is_known=knows, is_dropped=is_dropped):
            return delegate
        bodies.limit(request, Refused, is_known=knows, is_dropped=True)
        return refused(request, _TOO_LARGE)

    application.find_handler = find_handler


def _refusal(
    request: HTTPServerRequest, hosts: Hosts, is_program: Callable[[HTTPServerRequest], bool], *, is_embedded: bool
) -> Mapping[str, Any] | None:
    if not hosts.allow(request.host or ""):
        detail = "The Host header does not name this server. The setting INDEXIUM_ALLOWED_HOSTS allows more names."
        return {"status": 421, "code": "unknown_host", "detail": detail}
    if request.path.startswith(_REST) and is_program(request):
        return None
    refused = _refused_page(request, is_embedded=is_embedded)
    if refused is None:
        return None
    status, detail = refused
    return {"status": status, "code": "forbidden" if status == 403 else "unknown_address", "detail": detail}


def _refused_page(request: HTTPServerRequest, *, is_embedded: bool) -> tuple[int, str] | None:
    """Return why the origin of a request is rejected."""
    origin = request.headers.get("Origin")
    if _is_upgrade(request) and _host_of(origin) != request.host.lower():
        return 403, "Only the pages of this server may open a websocket."
    if origin and request.method not in {"GET", "HEAD"} and _host_of(origin) != request.host.lower():
        return 403, "Only the pages of this server may change anything here."
    if origin and request.path.startswith(_REST) and _host_of(origin) != request.host.lower():
        return 403, "Only the pages of this server may request this."
    if request.path.endswith("/autoload.js"):  # Bokeh lets other sites embed its pages
        return 404, "This address does not exist."
    if _is_foreign(request, {"document", "iframe"} if is_embedded else {"document"}):
        return 403, "Only the pages of this server may request this."
    return None


def _without_session(request: HTTPServerRequest) -> dict[str, Any]:
    refusal = {"status": 401, "code": "unauthorized", "detail": "Sign in first."}
    if not request.path.startswith(_REST):
        return refusal
    return refusal | {"detail": "Sign in, or send a token.", "headers": {"WWW-Authenticate": "Bearer"}}


def _is_upgrade(request: HTTPServerRequest) -> bool:
    return "websocket" in request.headers.get("Upgrade", "").lower()


def _host_of(origin: str | None) -> str:
    """Return `name:port` of an Origin, or "" without a name."""
    try:
        return urlsplit(origin or "").netloc.lower()
    except ValueError:
        return ""


def _is_foreign(request: HTTPServerRequest, targets: Collection[str]) -> bool:
    """Return whether another site sends the request; links from other sites to `targets` are allowed."""
    headers = request.headers
    if headers.get("Sec-Fetch-Site") not in OTHER_SITES:
        return False
    follows = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") in targets
    return request.method != "GET" or not follows


@stream_request_body
class Refused(RequestHandler):
    """
    The answer to a rejected request, with the status and a sentence.

    A short body is read and dropped before, because a client that is still sending would lose the answer.
    """

    def initialize(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self._status, self._code, self._detail, self._more = status, code, detail, headers or {}
        self._dropped = 0

    def prepare(self) -> None:
        if announced(self.request) > bodies.SPARE:
            self._answer()

    def data_received(self, chunk: bytes) -> None:
        self._dropped += len(chunk)
        if self._dropped > bodies.SPARE and not self._finished:
            self._answer()

    def _answer(self) -> None:
        self.set_status(self._status)
        for name, value in self._more.items():
            self.set_header(name, value)
        if self.request.path.startswith(_REST):
            self.set_header("Content-Type", "application/problem+json")
            kind = {"type": f"urn:indexium:{self._code}", "title": responses[self._status], "status": self._status}
            self.finish(json.dumps(kind | {"detail": self._detail, "code": self._code}))
            return
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self._detail)

    def _answer_at_end(self) -> None:
        if not self._finished:
            self._answer()

    get = head = post = delete = patch = put = options = _answer_at_end

    def check_xsrf_cookie(self) -> None:
        """Skip the check: these routes change nothing."""

    def _log(self) -> None:
        """Print nothing: the address may have the secret of a sender."""


class NotSignedIn(Refused):
    """The answer to a request without a session: a page leads to the sign-in, everything else is refused."""

    def _answer(self) -> None:
        self.set_header("Cache-Control", "no-store")
        request = self.request
        is_page = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", "")
        if is_page and not request.path.startswith(_REST):
            self.redirect(f"{ADDRESS}?next={quote(request.uri or '/', safe='')}", status=303)
        else:
            super()._answer()


def headers_of(host: str, *, nonce: str = "", has_form: bool = False, is_embedded: bool = False) -> dict[str, str]:
    """Return the security headers of every answer to a Host; `nonce` is that of the scripts of a page."""
    policy = _POLICY.format(
        script=f"'nonce-{nonce}'" if nonce else "",
        socket=_sockets(host),
        form="'self'" if has_form else "'none'",
        ancestors=_NOTEBOOKS if is_embedded else _NO_ANCESTORS,
    )
    return {**_HEADERS, "Content-Security-Policy": policy}


def _sockets(host: str) -> str:
    """Return the websocket sources of the policy; for IPv6, browsers use 'self'."""
    return "" if host.startswith("[") else f"ws://{host} wss://{host}"


def _hardened(
    handler: type[RequestHandler], actor_of: Callable[[HTTPServerRequest], Actor], *, is_embedded: bool
) -> type[RequestHandler]:
    """
    Return a handler class that acts as the sender, and that also sends the security headers.

    Scripts in a page get the nonce of its answer.
    """
    scripted = issubclass(handler, DocHandler) or getattr(handler, "has_scripts", False)
    has_form = getattr(handler, "has_form", False)

    class Hardened(handler):
        async def _execute(self, *arguments: Any, **named: Any) -> None:
            with acting_as(actor_of(self.request)):
                await super()._execute(*arguments, **named)

        def on_message(self, message: str | bytes) -> Any:  # of a websocket: its session is used
            actor_of(self.request)
            return super().on_message(message)

        def set_default_headers(self) -> None:
            super().set_default_headers()
            self._nonce = secrets.token_urlsafe(16) if scripted else ""
            found = headers_of(self.request.host, nonce=self._nonce, has_form=has_form, is_embedded=is_embedded)
            for name, value in found.items():
                self.set_header(name, value)
            if has_form:  # without a referrer, a browser would send a form with the Origin null
                self.set_header("Referrer-Policy", "same-origin")
            if is_embedded:
                self.clear_header("X-Frame-Options")
            self.clear_header("Server")

        def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
            if status_code in _NO_FILE and issubclass(handler, StaticFileHandler):
                status_code = 404
            super().send_error(status_code, **kwargs)

        def write(self, chunk: Any) -> None:
            if self._nonce and isinstance(chunk, str):
                chunk = _SCRIPT.sub(f'<script nonce="{self._nonce}"', chunk)
            super().write(chunk)

    Hardened.__name__ = Hardened.__qualname__ = handler.__name__
    return Hardened
