"""
The network: one event loop in its own thread, which sends all requests of the process.

Callers on any thread get plain blocking calls. A request is guarded: limited time, limited size, no redirect.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import ipaddress
import logging
import threading
import zlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from indexium_core import errors
from indexium_core.version import __version__

if TYPE_CHECKING:
    import httpx


ACCEPTED_ENCODINGS = "gzip, deflate"  # both can be unpacked in pieces of a limited size
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
T = TypeVar("T")
_JOIN_SECONDS = 5.0


class LimitedBody:
    """Collects the parts of one body. It never holds more than `limit` bytes and one more."""

    def __init__(self, headers: Mapping[str, str], limit: int) -> None:
        """
        Prepare an empty body with the headers of its answer, whose names are in lower case.

        Raises:
            ValueError: The announced length is more than the limit, or no such encoding was asked for.

        """
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in _PLAIN | _PACKED:
            raise ValueError("it is compressed in a way that was not asked for")
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise ValueError(_too_large(limit))
        self._limit = limit
        self._unpacking = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding in _PACKED else None
        self._data = bytearray()

    def add(self, part: bytes) -> None:
        """
        Add the bytes that have arrived.

        Raises:
            ValueError: The body is larger than the limit, or it is not compressed as it says.

        """
        room = self._limit + 1 - len(self._data)
        try:
            self._data += part[:room] if self._unpacking is None else self._unpacking.decompress(part, room)
        except zlib.error:
            raise ValueError("the answer is not compressed as it says") from None
        if len(self._data) > self._limit:
            raise ValueError(_too_large(self._limit))

    def whole(self) -> bytes:
        """
        Return the bytes of the body.

        Raises:
            ValueError: The end of a compressed body has not arrived.

        """
        if self._unpacking is not None and self._data and not self._unpacking.eof:
            raise ValueError("its end has not arrived")
        return bytes(self._data)


def _too_large(limit: int) -> str:
    """Return the words for an answer that is larger than `limit` bytes."""
    return f"the answer has more than {limit / 1e6:g} MB"


for _name in ("httpx", "httpcore"):  # their records have whole addresses, with keys
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request. Its parameters and headers may have keys, so it has no `repr`."""

    provider: str  # name for messages: TMDB
    method: str = "GET"
    url: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None = None  # sent as JSON
    form: Mapping[str, str] | None = None  # sent as a form
    timeout: float | None = None  # seconds until the last byte of the answer; None: the limit of the network
    max_bytes: int | None = None  # of the answer; None: the limit of the network
    returns_redirect: bool = False  # a redirect is an answer like others; otherwise it is an error

    def __repr__(self) -> str:
        return f"HttpRequest({self.provider})"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """The answer to a request, whatever its status is."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Network:
    """Sends requests. The thread and its event loop start with the first request."""

    def __init__(self, *, timeout: float = 30.0, max_bytes: int = 5_000_000) -> None:
        """Set the limits of one answer: `timeout` in seconds until its last byte, `max_bytes` of its unpacked body."""
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._clients: dict[str, httpx.AsyncClient] = {}  # by origin
        self.closing = threading.Event()

    def run(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        """
        Run a coroutine in the event loop and return its result.

        Raises:
            ProviderError: It took longer than `timeout` seconds, or the network is closed.

        """
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._started())
        except BaseException:
            work.close()
            raise
        try:
            return future.result(timeout)
        except concurrent.futures.TimeoutError:
            future.cancel()
            message = f"The provider did not answer within {timeout:.0f} seconds."
            raise errors.ProviderError(message, code="provider_timeout", is_temporary=True) from None
        except concurrent.futures.CancelledError:
            raise _closed() from None

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """
        Send a request and read its answer, within the limits.

        Raises:
            ProviderError: There is no connection, no whole answer in time, or the answer is too large or a redirect.

        """
        import httpx

        limit = request.timeout or self._timeout
        try:
            async with asyncio.timeout(limit):
                return await self._exchange(request, limit)
        except (TimeoutError, httpx.TimeoutException):
            message = f"{request.provider} did not answer within {limit:.0f} seconds."
            raise errors.ProviderError(message, code="provider_timeout", is_temporary=True) from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError):
            raise _bad(request, "the address of the provider in the settings is not valid") from None
        except httpx.TransportError as error:
            is_cut = isinstance(error, httpx.ReadError | httpx.RemoteProtocolError)
            problem = "closed the connection during its answer" if is_cut else "cannot be reached"
            message = (
                f"{request.provider} {problem} ({_origin(request.url)}). "
                "Check the network, the variable HTTPS_PROXY and the address of the provider in the settings."
            )
            raise errors.ProviderError(message, code="provider_unreachable", is_temporary=True) from None

    def close(self) -> None:
        """Cancel all requests and end the thread; later calls fail. A second call does nothing."""
        self.closing.set()
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(loop), loop)
        thread.join(_JOIN_SECONDS)

    async def _exchange(self, request: HttpRequest, limit: float) -> HttpAnswer:
        import httpx

        client = self._client(request.url)
        async with client.stream(
            request.method,
            request.url,
            params=dict(request.parameters),
            headers=dict(request.headers),
            json=None if request.body is None else dict(request.body),
            data=None if request.form is None else dict(request.form),
            timeout=httpx.Timeout(limit, connect=min(10.0, limit)),
        ) as response:
            if response.has_redirect_location and not request.returns_redirect:
                raise _bad(
                    request,
                    "it redirects to another address; correct its address in the settings",
                )
            return HttpAnswer(
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=await self._body(request, response),
            )

    async def _body(self, request: HttpRequest, response: httpx.Response) -> bytes:
        limit = request.max_bytes or self._max_bytes
        try:
            body = LimitedBody(response.headers, limit)
            async for part in response.aiter_raw():
                body.add(part)
            return body.whole()
        except ValueError as error:
            raise _bad(request, str(error)) from None

    def _client(self, url: str) -> httpx.AsyncClient:
        """Return the client of the host of an address. Only the event loop calls it."""
        import httpx

        origin, host = _origin(url), urlsplit(url).hostname
        if origin not in self._clients:
            self._clients[origin] = httpx.AsyncClient(
                follow_redirects=False,
                trust_env=not _is_loopback(host),  # a proxy of the environment does not serve this machine
                headers={
                    "user-agent": f"Indexium/{__version__}",
                    "accept": "application/json",
                    "accept-encoding": ACCEPTED_ENCODINGS,
                },
            )
        return self._clients[origin]

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self.closing.is_set():
                raise _closed()
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(self._loop,), name="indexium-network", daemon=True)
                self._thread.start()
            return self._loop

    async def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        tasks = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task(loop)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for client in self._clients.values():
            with contextlib.suppress(Exception):
                await client.aclose()
        loop.stop()


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


def _origin(url: str) -> str:
    """Return the scheme and the host of an address, without a user name or a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _bad(request: HttpRequest, problem: str) -> errors.ProviderError:
    return errors.ProviderError(f"{request.provider} gives no usable answer: {problem}.", code="provider_bad_answer")


def _closed() -> errors.ProviderError:
    return errors.ProviderError("The home is closed.", code="provider_off")
