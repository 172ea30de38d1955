"""
A local server that speaks the APIs of TMDB, OMDb, TVDB and fanart.tv, with made-up titles and faults.

It is for tests and the demo: nothing leaves the machine. It records every request.
"""

from __future__ import annotations

import gzip
import hashlib
import http.server
import json
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from indexium_core.demo.providers.answers import Answers
from indexium_core.demo.providers.pictures import IMAGE_FAULTS, DrawnPictures, faulty
from indexium_core.demo.providers.titles import TITLES, MadeUpTitle

Fault: TypeAlias = Literal[
    "rejected_key",
    "too_many",
    "too_many_retry_after",
    "server_error",
    "slow",
    "cut_body",
    "cut_json",
    "html",
    "empty",
    "list",
    "error_inside",
    "wrong_types",
    "wrong_values",
    "huge",
    "huge_compressed",
    "bad_compression",
    "redirect",
    "no_image",
    "huge_image",
    "truncated_image",
    "image_bomb",
    "private_redirect",
]
FAULTS: tuple[Fault, ...] = Fault.__args__  # type: ignore[attr-defined]
TOKEN = "stand-in-token"  # noqa: S105 - of this server only
_HUGE_BYTES = 10_000_000
_JSON = "application/json;charset=utf-8"
_KEPT_KEYS = frozenset({"Response", "status", "token"})  # values that the faults of wrong types do not change
_IDENTITY_KEYS = frozenset({"id", "tvdb_id", "imdbID", "title", "name", "Title", "type", "Type", "media_type", "image"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request that the server received."""

    at: float  # monotonic seconds
    provider: str
    route: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class ProviderStandIn:
    """The server: a context manager. `url` is its address, `settings` are the settings that use it."""

    def __init__(self, titles: Sequence[MadeUpTitle] = TITLES, *, slow_seconds: float = 5.0, port: int = 0) -> None:
        """
        Prepare a server of these titles at `port`; 0 for a free one.

        The fault `slow` spreads an answer over `slow_seconds`.

        Raises:
            OSError: The port is in use.

        """
        self.requests: list[SeenRequest] = []
        self.slow_seconds = slow_seconds
        self.retry_after = "1"  # of the fault `too_many_retry_after`: seconds or an HTTP date
        self.closing = threading.Event()
        self._faults: dict[str, tuple[Fault, int]] = {}  # by provider: the fault and how many answers have it
        self._lock = threading.Lock()
        stand_in = self

        class OwnAnswers(_ProviderAnswers):
            owner = stand_in

        self._server = _QuietServer(("127.0.0.1", port), OwnAnswers)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.answers = Answers(titles, pictures=f"{self.url}/images")
        self.pictures = DrawnPictures(titles)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="provider-stand-in", daemon=True
        )

    @property
    def settings(self) -> dict[str, str]:
        """The addresses, as settings."""
        names = {"tmdb_url": "tmdb/3", "omdb_url": "omdb", "tvdb_url": "tvdb/v4", "fanarttv_url": "fanarttv/v3.2"}
        return {name: f"{self.url}/{path}" for name, path in names.items()} | {"image_url_tmdb": f"{self.url}/images"}

    def start(self) -> Self:
        """Serve in a thread."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop the server."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, provider: str, fault: Fault, *, times: int = 10**9) -> None:
        """Answer the next `times` requests to a provider (`tmdb`, …, `images`) with a fault."""
        with self._lock:
            self._faults[provider] = (fault, times)

    def recover(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()

    def take_fault(self, provider: str) -> Fault | None:
        """Return the fault of the next answer."""
        with self._lock:
            fault, times = self._faults.get(provider, (None, 0))
            if fault is None or times <= 0:
                return None
            self._faults[provider] = (fault, times - 1)
            return fault

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _QuietServer(http.server.ThreadingHTTPServer):
    """Prints nothing about a client that closes its connection, such as a killed process."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the error of a request, except a closed connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _ProviderAnswers(http.server.BaseHTTPRequestHandler):
    """Answers one connection."""

    owner: ProviderStandIn
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer a request."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a login."""
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Write nothing: requests are in `ProviderStandIn.requests`."""

    def _answer(self) -> None:
        if self.owner.closing.is_set():  # a server that is closed answers on no open connection
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        provider, _, rest = parts.path.strip("/").partition("/")
        route = rest.partition("/")[2] if provider in {"tmdb", "tvdb", "fanarttv"} else rest
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        seen = SeenRequest(
            at=time.monotonic(),
            provider=provider,
            route=f"/{route}",
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self.owner.requests.append(seen)
        fault = self.owner.take_fault(provider)
        if provider == "images":
            self._send_image(route, fault)
        elif fault == "rejected_key" or not _has_key(seen):
            self._send_json(401, _rejection(provider))
        elif fault is None or fault in {"wrong_types", "wrong_values", "error_inside", *IMAGE_FAULTS}:
            self._send_right(seen, fault)
        else:
            self._send_fault(fault)

    def _send_right(self, seen: SeenRequest, fault: Fault | None) -> None:
        found: Any = None
        match seen.provider:
            case "tmdb":
                found = self.owner.answers.tmdb(seen.route, seen.query)
            case "omdb":
                found = self.owner.answers.omdb(seen.query)
            case "tvdb" if seen.route == "/login":
                found = {"status": "success", "data": {"token": TOKEN}}
            case "tvdb":
                found = self.owner.answers.tvdb(seen.route, seen.query)
            case "fanarttv":
                found = self.owner.answers.fanarttv(seen.route)
        if fault == "error_inside" and seen.route != "/login":
            self._send_json(200, _error_inside(seen.provider))
        elif found is None:
            self._send_json(404, _absence(seen.provider))
        else:
            kept = {"wrong_types": _KEPT_KEYS, "wrong_values": _KEPT_KEYS | _IDENTITY_KEYS}.get(fault or "")
            self._send_json(200, found if kept is None else _with_wrong_types(found, kept), seen)

    def _send_fault(self, fault: Fault) -> None:
        match fault:
            case "too_many":
                self._send_json(429, {"status_code": 25, "success": False})
            case "too_many_retry_after":
                self._send(429, b"{}", {"Retry-After": self.owner.retry_after, "Content-Type": _JSON})
            case "server_error":
                self._send(500, b"<html>Internal error</html>", {"Content-Type": "text/html"})
            case "slow":
                self._send_slowly()
            case "cut_body":
                self._send(200, b'{"results": [', {"Content-Type": _JSON, "Content-Length": "5000"})
                self.close_connection = True
            case "html":
                self._send(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})
            case "huge":
                self._send(200, b'{"a": "' + b"x" * _HUGE_BYTES + b'"}', {"Content-Type": _JSON})
            case "huge_compressed":
                body = gzip.compress(b'{"a": "' + b"x" * _HUGE_BYTES + b'"}', 1)
                self._send(200, body, {"Content-Type": _JSON, "Content-Encoding": "gzip"})
            case "bad_compression":
                self._send(200, b"no gzip", {"Content-Type": _JSON, "Content-Encoding": "gzip"})
            case "redirect":
                self._send(302, b"", {"Location": "http://elsewhere.invalid/"})
            case _:
                body = {"cut_json": b'{"results": [{"id": 1', "empty": b"", "list": b"[]"}[fault]
                self._send(200, body, {"Content-Type": _JSON})

    def _send_slowly(self) -> None:
        body = b'{"results": []}'
        self.send_response(200)
        self.send_header("Content-Type", _JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.owner.closing.wait(self.owner.slow_seconds / len(body)):
                    break
        except OSError:  # the client did not wait
            self.close_connection = True

    def _send_image(self, route: str, fault: Fault | None) -> None:
        data, media_type = self.owner.pictures.answer(route)
        if fault is None:
            self._send(200, data, {"Content-Type": media_type})
        elif fault == "private_redirect":
            self._send(302, b"", {"Location": "http://169.254.169.254/latest/meta-data"})
        elif fault in IMAGE_FAULTS:
            self._send(200, faulty(fault, data), {"Content-Type": media_type})
        else:
            self._send_fault(fault)

    def _send_json(self, status: int, answer: Any, seen: SeenRequest | None = None) -> None:
        body = json.dumps(answer, ensure_ascii=False).encode()
        headers = {"Content-Type": _JSON}
        if seen is not None and seen.provider in {"tmdb", "tvdb"}:
            headers["ETag"] = f'"{hashlib.blake2s(body, digest_size=8).hexdigest()}"'
            if seen.headers.get("if-none-match") == headers["ETag"]:
                self._send(304, b"", headers)
                return
        self._send(status, body, headers)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | dict(headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the client closed the connection
            self.close_connection = True


def _has_key(seen: SeenRequest) -> bool:
    match seen.provider:
        case "tmdb":
            return bool(seen.query.get("api_key") or seen.headers.get("authorization"))
        case "omdb":
            return bool(seen.query.get("apikey"))
        case "tvdb" if seen.route == "/login":
            return bool(seen.body)
        case "tvdb":
            return seen.headers.get("authorization") == f"Bearer {TOKEN}"
        case _:
            return bool(seen.headers.get("api-key"))


def _rejection(provider: str) -> Any:
    return {
        "tmdb": {"success": False, "status_code": 7, "status_message": "Invalid API key."},
        "omdb": {"Response": "False", "Error": "Invalid API key!"},
        "tvdb": {"status": "failure", "message": "Unauthorized", "data": None},
    }.get(provider, {"status": "error", "error message": "Unknown API key"})


def _absence(provider: str) -> Any:
    return {
        "tmdb": {"success": False, "status_code": 34, "status_message": "Not found."},
        "tvdb": {"status": "failure", "message": "NotFoundException", "data": None},
    }.get(provider, {"status": "error", "error message": "Not found"})


def _error_inside(provider: str) -> Any:
    return {
        "tmdb": {"success": False, "status_code": 11, "status_message": "Internal error."},
        "omdb": {"Response": "False", "Error": "Conversion failed."},
        "tvdb": {"status": "failure", "message": "InternalError", "data": None},
    }.get(provider, {"status": "error", "error message": "Database error"})


def _with_wrong_types(value: Any, kept: frozenset[str], key: str = "") -> Any:
    """Return an answer in which every value has another type than it should have, except those of some keys."""
    if key in kept and not isinstance(value, dict | list):
        return value
    if isinstance(value, dict):
        return {name: _with_wrong_types(each, kept, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_wrong_types(each, kept) for each in value] + [None, 7, "text"]
    if isinstance(value, str):
        return [value]
    return {"value": value} if isinstance(value, int | float) and not isinstance(value, bool) else "N/A"
