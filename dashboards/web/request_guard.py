"""The guard of every route: it checks Host and Origin, and sets the security headers."""

from __future__ import annotations

import functools
import ipaddress
import json
import re
import secrets
import socket
from collections.abc import Callable
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from panel.io.server import DocHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

__all__ = ["Hosts", "guard", "names"]

_REST = "/api/"
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
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: {socket}; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Hosts:
    """
    The names under which this server may be asked for.

    A foreign *name* is the danger (it can be pointed here by whoever owns it); an address written as numbers cannot be.
    """

    def __init__(self, host: str, port: int) -> None:
        self._remote = not _loopback(host)
        self._names = {name.lower() for name in names(host, port)}
        self.port = port

    @property
    def origins(self) -> list[str]:
        """
        Origins that Bokeh lets open a websocket: our names (it knows no IPv6).

        Where others are served too, the door alone decides: the Origin must be the Host, and the Host allowed.
        """
        return ["*"] if self._remote else sorted(name for name in self._names if "[" not in name)

    def allow(self, host: str) -> bool:
        """Tell whether a Host header (or the host of an Origin) is ours."""
        host = host.lower()
        if host in self._names:
            return True
        if not self._remote:
            return False
        try:
            parts = urlsplit(f"//{host}")
            ipaddress.ip_address(parts.hostname or "")
        except ValueError:
            return False
        return parts.port == self.port


def names(host: str, port: int) -> list[str]:
    """Return `name:port` of every name that leads here."""
    known = ["127.0.0.1", "localhost", "[::1]"]
    if not _loopback(host):
        known += [socket.gethostname(), f"[{host}]" if ":" in host else host]
        known += sorted(_addresses())
    return [f"{name}:{port}" for name in dict.fromkeys(known)]


def _addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {f"[{entry[4][0]}]" if entry[0] == socket.AF_INET6 else str(entry[4][0]) for entry in found}


def _loopback(host: str) -> bool:
    return host in {"127.0.0.1", "localhost", "::1"}


def guard(application: Application, hosts: Hosts, *, holds: Callable[[str | None], bool | None]) -> None:
    """
    Stand before every route of a Bokeh application: pages, websockets, static files and errors alike.

    `holds` tells of an Authorization header whether it brings the service's token: no page of somebody else's has that,
    so a program that brings it to the REST routes may say any Origin.
    """
    application.websocket_origins.update(name for name in names("::1", hosts.port) if "[" in name)
    route = application.find_handler

    def find_handler(request: HTTPServerRequest, **kwargs: Any) -> Any:
        refusal = _refusal(request, hosts, holds)
        if refusal:
            return application.get_handler_delegate(request, _hardened(Refused), {"answer": refusal})
        delegate = route(request, **kwargs)
        delegate.handler_class = _hardened(delegate.handler_class)
        return delegate

    application.find_handler = find_handler


def _refusal(
    request: HTTPServerRequest, hosts: Hosts, holds: Callable[[str | None], bool | None]
) -> tuple[int, str] | None:
    if not hosts.allow(request.host or ""):
        return 421, "This server does not go by that name."
    if request.path.startswith(_REST) and holds(request.headers.get("Authorization")):
        return None
    return _refused_page(request)


def _refused_page(request: HTTPServerRequest) -> tuple[int, str] | None:
    """Return why the origin of a request is rejected."""
    origin = request.headers.get("Origin")
    upgrade = "websocket" in request.headers.get("Upgrade", "").lower()
    if upgrade and _host_of(origin) != request.host.lower():
        return 403, "A websocket is only for the pages of this server."
    if origin and request.method not in {"GET", "HEAD"} and _host_of(origin) != request.host.lower():
        return 403, "Only the pages of this server may change anything here."
    if origin and request.path.startswith(_REST) and _host_of(origin) != request.host.lower():
        return 403, "This is only for the pages of this server."
    if request.path.endswith("/autoload.js"):  # Bokeh offers its pages to be put into those of others
        return 404, "There is nothing here."
    if _is_foreign(request):
        return 403, "This is only for the pages of this server."
    return None


def _host_of(origin: str | None) -> str:
    """Return `name:port` of an Origin, "" if it has none."""
    try:
        return urlsplit(origin or "").netloc.lower()
    except ValueError:
        return ""


def _is_foreign(request: HTTPServerRequest) -> bool:
    """Return whether another site sends the request; links from other sites are allowed."""
    headers = request.headers
    if headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return False
    follows = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    return request.method != "GET" or not follows


class Refused(RequestHandler):
    """The answer to a rejected request."""

    def initialize(self, answer: tuple[int, str]) -> None:
        self._answer = answer

    def prepare(self) -> None:
        status, sentence = self._answer
        self.set_status(status)
        if self.request.path.startswith(_REST):
            self.set_header("Content-Type", "application/problem+json")
            code = {421: "unknown_host", 403: "forbidden"}.get(status, "unknown_address")
            problem = {"type": f"urn:indexium:{code}", "title": responses[status], "status": status}
            self.finish(json.dumps(problem | {"detail": sentence, "code": code}))
            return
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(sentence)

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed here."""


def _sockets(host: str) -> str:
    """Return the websocket sources of the policy; for IPv6, browsers use 'self'."""
    return "" if host.startswith("[") else f"ws://{host} wss://{host}"


@functools.cache
def _hardened(handler: type[RequestHandler]) -> type[RequestHandler]:
    """Return a handler class that also sends the security headers; scripts in a page get the nonce of its answer."""
    scripted = issubclass(handler, DocHandler) or getattr(handler, "has_scripts", False)

    class Hardened(handler):
        def set_default_headers(self) -> None:
            super().set_default_headers()
            self._nonce = secrets.token_urlsafe(16) if scripted else ""
            script = f"'nonce-{self._nonce}'" if self._nonce else ""
            policy = _POLICY.format(script=script, socket=_sockets(self.request.host))
            for name, value in {**_HEADERS, "Content-Security-Policy": policy}.items():
                self.set_header(name, value)
            self.clear_header("Server")

        def write(self, chunk: Any) -> None:
            if self._nonce and isinstance(chunk, str):
                chunk = _SCRIPT.sub(f'<script nonce="{self._nonce}"', chunk)
            super().write(chunk)

    Hardened.__name__ = Hardened.__qualname__ = handler.__name__
    return Hardened
