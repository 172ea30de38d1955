"""
The web server: Panel's Tornado server with a request guard in front of every route.

The guard rejects an unknown Host (against DNS rebinding) and a websocket of another Origin, and adds the security
headers to every response. Pages load nothing from other machines.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import ipaddress
import logging
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import panel as pn
from bokeh.settings import settings as bokeh_settings
from panel.io.server import get_server
from tornado.httputil import HTTPServerRequest
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.routing import Matcher
from tornado.web import RedirectHandler, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError

from dashboards import app, session
from dashboards.face import Calls
from dashboards.web import (
    artwork,
    calls,
    downloads,
    first_person,
    former_addresses,
    not_found,
    query_downloads,
    request_guard,
    sign_in,
    uploads,
)
from dashboards.web.accounts import browser_key, open_id
from dashboards.web.accounts.browser_key import CLOSED, BrowserKey
from dashboards.web.originals import OriginalFile
from dashboards.web.reading import reading_page
from dashboards.web.request_guard import LOOPBACK
from dashboards.web.senders import Senders
from dashboards.web.thumbnails import Thumbnail
from dashboards.web.traffic import health, page_queue
from dashboards.web.traffic.connections import Connections
from indexium_core import errors
from indexium_core.api import service
from indexium_core.api.app import largest, make_app
from indexium_core.api.asgi import Asgi, Mount
from indexium_core.cli import termination
from indexium_core.library import Library
from indexium_core.model.operations.actor import acting_as, current_actor

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).parents[1] / "assets"
_HEAD = 262_144  # bytes: the longest accepted address
_IDLE = 60.0  # seconds that a connection may wait for a request
_PROBE_SECONDS = 1.0  # seconds that a program on the port has for an answer
_BODY = 600.0  # seconds that the body of a request may take
_CHECKED_EVERY = 15_000  # milliseconds between two checks of the sessions and tokens of open pages and streams


class _Arguments(dict[str, Any]):
    """Arguments of a handler. Bokeh formats them at its start, and the text of a library is a summary of the home."""

    def __repr__(self) -> str:
        return "{}"


def tune_interpreter() -> None:
    """Prepare the interpreter of this process for a service."""
    sys.setswitchinterval(0.0005)  # so that busy Python threads do not delay a click by 5 ms each
    gc.collect()
    gc.freeze()  # the modules stay, so no later collection visits them: the edit of a large NFO file takes a third


def serve(
    library: Library,
    *,
    host: str = "127.0.0.1",
    port: int = 5006,
    open_browser: bool = False,
    allow_remote: bool = False,
    key: BrowserKey | None = None,
) -> None:
    """
    Serve the dashboard until SIGTERM or Ctrl-C.

    Args:
        library: The open library; the caller closes it.
        host: Address to bind.
        port: Port to bind; 0 for a free one.
        open_browser: Open the first page in the browser.
        allow_remote: Serve an address that other machines can reach. Everybody needs to sign in.
        key: What a browser needs.

    Raises:
        UsageError: The port is in use, or the address would be open to others without `allow_remote`.

    """
    server = make_server(library, host=host, port=port, allow_remote=allow_remote, key=key)
    _log_libraries_to_console()
    tune_interpreter()
    server.run(open_browser=open_browser, announce=True)


def _log_libraries_to_console() -> None:
    """
    Print warnings of other libraries on stderr.

    Bokeh calls `logging.debug`, which adds a handler to a root logger without one. From then on, the records of this
    program, which go to the log of the home, would be printed too.
    """

    def is_printed(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not (record.name.startswith("indexium_core") or isinstance(error, WebSocketClosedError))  # a closed page

    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(is_printed)
    logging.getLogger().addHandler(handler)


def make_server(
    library: Library,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_remote: bool = False,
    key: BrowserKey | None = None,
) -> DashboardServer:
    """Return a server on a free port, which does not run yet; errors as in `serve`."""
    require_consent(host, allow_remote=allow_remote)
    return DashboardServer(library, host=host, port=free_port(host, port), key=key)


def free_port(host: str, port: int, *, home: Path | None = None) -> int:
    """
    Return `port` if it can be bound on `host`, or a free one for 0.

    `home` tells whether its own service uses the port, which may be too busy to answer.

    Raises:
        UsageError: Another program uses the port, or this machine does not have the address.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise errors.UsageError(_why_not(host, port, error, home)) from error
        return int(probe.getsockname()[1])


def _why_not(host: str, port: int, error: Exception, home: Path | None = None) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 5007
        url = address(host, port)
        own = service.read(home) if home else None
        is_own = own is not None and own.url == url and own.is_alive
        is_indexium = is_own or service.running_instance(url, timeout=_PROBE_SECONDS)
        program = f"Indexium ({url})" if is_indexium else "another program"
        return f"Port {port} is in use by {program}. Stop it, or choose another port: --port {other}."
    if number == errno.EACCES:
        return f"Port {port} may not be used by this user. Choose one above 1023: --port 5006."
    return f"{host}:{port} cannot be served: {error}. Use --host 127.0.0.1."


def require_consent(host: str, *, allow_remote: bool) -> None:
    """Raise a UsageError if `host` lets other machines reach the service, and nobody has allowed that."""
    if host not in LOOPBACK and not allow_remote:
        raise errors.UsageError(
            f"Serving on {host} lets other machines reach this service. Keep --host 127.0.0.1 (and reach it through an "
            "SSH tunnel), or use --allow-remote: then everybody needs to sign in."
        )


class DashboardServer:
    """The service: `run` serves on this thread, `background` from another one (tests)."""

    def __init__(
        self,
        library: Library,
        *,
        host: str,
        port: int,
        linger: int = 15_000,
        is_embedded: bool = False,
        key: BrowserKey | None = None,
    ) -> None:
        """
        For the other arguments, see `serve`.

        `linger`: milliseconds for which a session is kept after its page was closed, or until a slow page connects.
        `is_embedded`: a notebook on this machine may show the pages.
        """
        self.host, self.port = host, port
        self._is_remote = host not in LOOPBACK
        self._library = library
        self._linger = linger
        self._is_embedded, self._key = is_embedded, key
        self.token = service.new_token()  # programs authenticate with it; commands read it in the home
        self._senders = Senders(library, port=port, token=self.token, is_remote=self._is_remote, key=key)
        self._connections = Connections(self._senders.is_proxy)
        self._pages = app.Pages(
            library,
            local=not self._is_remote,
            actor_of=current_actor,
            session_of=lambda: self._senders.session_of(str(pn.state.cookies.get(sign_in.cookie_name(port), ""))),
        )
        self._pictures = ThreadPoolExecutor(max_workers=2, thread_name_prefix="thumbnails")
        self._artwork = ThreadPoolExecutor(max_workers=4, thread_name_prefix="artwork")
        self._films = ThreadPoolExecutor(max_workers=2, thread_name_prefix="originals")
        self._queries = ThreadPoolExecutor(max_workers=6, thread_name_prefix="query-downloads")
        self._calls = ThreadPoolExecutor(max_workers=32, thread_name_prefix="calls")  # many may wait for queries
        self._signing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sign-in")
        self._api = Mount(
            make_app(library, token=self.token),
            largest=largest,
            actor_of=self._senders.actor_of,
        )
        self._loop: IOLoop | None = None
        self._started = threading.Event()
        self._is_stopping = False
        self._stop = asyncio.Event()

    @property
    def url(self) -> str:
        """Address of the first page."""
        return address(self.host, self.port)

    def run(self, *, open_browser: bool = False, announce: bool = False) -> None:
        """
        Serve until SIGTERM, SIGINT or `stop`.

        Everything is created here, because a loop belongs to the thread that runs it. `announce`: write the file in the
        home by which commands find this service.
        """
        self._loop = IOLoop()
        server = self._make(self._loop)
        with _signals(self._on_signal), self._announced() if announce else contextlib.nullcontext():
            self._loop.run_sync(self._api.start)
            server.start()
            self._health.start()
            self._checks.start()
            if open_browser:
                self._loop.add_callback(webbrowser.open, self.url)
            self._pages.warm()
            logger.info("dashboard.started", extra={"url": self.url})
            try:
                self._loop.asyncio_loop.run_until_complete(self._serve())
            finally:
                self._close(server)

    def _announced(self) -> contextlib.AbstractContextManager[None]:
        library = self._library
        return service.announced(library.home, url=self.url, token=self.token, instance_id=library.instance_id)

    def _make(self, loop: IOLoop) -> Any:
        """Return Panel's server with our routes, behind the request guard."""
        bokeh_settings.resources = "server"  # overrides the environment: nothing is loaded from another machine
        hosts = request_guard.Hosts(self.host, self.port, others=lambda: str(self._library.settings.allowed_hosts))
        try:
            server = get_server(
                dict.fromkeys(app.ROUTES, self._pages.open),
                port=self.port,
                address=self.host,
                loop=loop,
                websocket_origin=hosts.origins,
                location=False,
                title="Indexium",
                extra_patterns=[(*route[:2], *map(_Arguments, route[2:])) for route in self._routes()],
                ico_path="none",
                http_server_kwargs={
                    "max_header_size": _HEAD,
                    "idle_connection_timeout": _IDLE,
                    "body_timeout": _BODY,
                },
                check_unused_sessions_milliseconds=min(5000, self._linger),
                unused_session_lifetime_milliseconds=self._linger,
                default_handler_class=not_found.NotFound,
                default_handler_args={"sentence": not_found.NO_PAGE},
            )
        except OSError as error:  # another program took the port after the check
            raise errors.UsageError(_why_not(self.host, self.port, error)) from error
        former_addresses.guard(server._tornado)  # noqa: SLF001
        not_found.guard(server._tornado, self._library)  # noqa: SLF001 - the only way to add a handler before the pages
        server._tornado.add_handlers(".*", [(_HeadOfPage(), Head)])  # noqa: SLF001 - … of which Bokeh knows only GET
        senders = self._senders
        request_guard.guard(
            server._tornado,  # noqa: SLF001 - … and before it all
            hosts,
            is_program=senders.is_program,
            identify=senders.identify,
            refusal_of_token=senders.refusal_of_token,
            lacks_session=senders.lacks_session,
            actor_of=senders.actor_of,
            refusal_of_socket=self._refusal_of_socket,
            is_known=senders.is_known,
            connections=self._connections,
            counted=page_queue.PageQueue(self._pages).counted,
            is_embedded=self._is_embedded,
        )
        self._connections.watch(server._http)  # noqa: SLF001
        self._health = health.HealthThread(
            server._http,  # noqa: SLF001
            give=self._call_soon,
            allows=hosts.allow,
            instance_id=self._library.instance_id,
            headers=request_guard.headers_of,
        )
        for source in (self._library.sign_in, self._library.token_check):
            source.follow(lambda: self._call_soon(lambda: self._close_ended(server)))
        self._checks = PeriodicCallback(lambda: self._close_ended(server), _CHECKED_EVERY)
        return server

    def _close_ended(self, server: Any) -> None:
        """Close the pages and streams whose sessions or tokens have ended: their browsers ask for a sign-in."""
        self._api.hang_up(self._senders.is_over)
        for client in tuple(server._tornado._clients):  # noqa: SLF001 - Bokeh has no public list of its websockets
            if self._senders.is_over(client._socket.request):  # noqa: SLF001
                client._socket.close()  # noqa: SLF001

    def _routes(self) -> list[tuple[Any, ...]]:
        """Return the routes other than the pages."""
        signing = {"library": self._library, "pool": self._signing, "port": self.port}
        why_closed = CLOSED if self._key else ""
        return [
            (health.ADDRESS, health.Health, {"instance_id": self._library.instance_id}),
            (
                sign_in.ADDRESS,
                sign_in.SignInPage,
                {**signing, "is_remote": self._is_remote, "why_closed": why_closed},
            ),
            *browser_key.routes(self._library, self._key, self.port),
            (sign_in.FIRST_PERSON, first_person.FirstPersonPage, signing),
            *open_id.routes(self._library, self._signing, self.port),
            (sign_in.SIGN_OUT, sign_in.SignOut, {"library": self._library, "port": self.port}),
            (r"/api/.*", Asgi, {"mount": self._api}),
            (r"/assets/(.*)", StaticFileHandler, {"path": str(ASSETS)}),
            (r"/media/(\d{1,19})", OriginalFile, {"library": self._library, "pool": self._films}),
            (r"/thumbnail/(\d{1,19})", Thumbnail, {"library": self._library, "pool": self._pictures}),
            *artwork.routes(self._library, self._artwork),
            *calls.routes(
                Calls(self._library, self._pages.shared.present_reads, local=not self._is_remote), self._calls
            ),
            *downloads.routes(self._library, self._pages.shared.pool),
            *query_downloads.routes(self._library, self._queries),
            *uploads.routes(self._library, self._pages.shared.pool),
            *reading_page.routes(self._library, self._pages.shared.pool),
            (r"/favicon.ico", RedirectHandler, {"url": "/assets/icon.svg"}),
        ]

    def _refusal_of_socket(self, request: HTTPServerRequest) -> Mapping[str, Any] | None:
        """Return the answer to a websocket that the sender may not open: one too many, or that of another session."""
        _, _, page_token = request.headers.get("Sec-WebSocket-Protocol", "").partition(",")
        if self._pages.is_of_another(page_token.strip(), self._senders.session_in(request)):
            return {
                "status": 403,
                "code": "not_allowed",
                "detail": "This page is of another session. Open it again.",
            }
        try:
            with acting_as(self._senders.actor_of(request)):
                self._pages.sockets.require()
        except errors.TooManyError as error:
            return page_queue.refusal_of(error)
        return None

    @contextlib.contextmanager
    def background(self) -> Iterator[DashboardServer]:
        """Serve from another thread during a `with` block."""
        thread = threading.Thread(target=self.run, name="dashboard", daemon=True)
        thread.start()
        self._started.wait(timeout=30)
        try:
            yield self
        finally:
            self.stop()
            thread.join(timeout=10)

    def _on_signal(self) -> None:
        """Stop after a signal: while the server closes, writes start no further file."""
        threading.Thread(target=self._library.stop_starting, name="stop-starting", daemon=True).start()
        self.stop()

    def stop(self) -> None:
        """Stop the loop; safe from any thread and from a signal handler."""
        self._is_stopping = True
        self._call_soon(self._stop.set)

    def _call_soon(self, call: Callable[[], object]) -> None:
        """Call a function on the loop, if it exists."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is already closed
                # Tornado treats a signal handler as part of the loop, which then sleeps until its next timer.
                self._loop.asyncio_loop.call_soon_threadsafe(call)

    async def _serve(self) -> None:
        """
        Wait for the stop, which may have been requested during the start.

        The loop runs until this task ends. On a loop without such a task, AnyIO starts a thread for each request of
        REST.
        """
        self._started.set()
        if not self._is_stopping:
            await self._stop.wait()

    def _close(self, server: Any) -> None:
        """Close all connections, so that pages notice the stop immediately and wait for the next start."""
        self._pages.close()
        self._pictures.shutdown(wait=False, cancel_futures=True)
        self._artwork.shutdown(wait=False, cancel_futures=True)
        self._films.shutdown(wait=False, cancel_futures=True)
        self._queries.shutdown(wait=False, cancel_futures=True)
        self._calls.shutdown(wait=False, cancel_futures=True)
        self._signing.shutdown(wait=False, cancel_futures=True)
        self._checks.stop()
        server.unlisten()
        for client in tuple(server._tornado._clients):  # noqa: SLF001 - Bokeh has no public list of its websockets
            client._socket.close()  # noqa: SLF001
        server.stop(wait=False)
        if self._loop is not None:
            self._loop.run_sync(self._api.close)
            self._loop.run_sync(lambda: asyncio.sleep(0.05))  # lets the sockets send their close frames
            self._loop.close()
        logger.info("dashboard.stopped")


class Head(RequestHandler):
    """HEAD of a page: its headers without the length. Creates no session."""

    has_scripts = True  # inline scripts, see `request_guard`

    def head(self, *_: str) -> None:
        self.set_header("Content-Type", "text/html")
        self.set_header("Cache-Control", "no-store")
        self.flush()  # otherwise Content-Length would be 0


class _HeadOfPage(Matcher):
    """Matches a HEAD of the address of a page."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        path = request.path
        is_page = (path.rstrip("/") or "/") in app.ROUTES or any(
            each(path) is not None for each in (session.track, session.title_id_of)
        )
        return {} if request.method == "HEAD" and is_page else None


def address(host: str, port: int) -> str:
    """Return an address that a browser on this machine can open, also for a wildcard host."""
    try:
        given = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if given.is_unspecified:
        return f"http://{'127.0.0.1' if given.version == 4 else '[::1]'}:{port}"
    return f"http://{given if given.version == 4 else f'[{given}]'}:{port}"


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and SIGINT stop the server; only the main thread can set handlers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(number: int, _: object) -> None:
        if number == signal.SIGTERM:
            termination.hurry()
        stop()

    old = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
