"""A small reverse proxy, as a user would put in front of Indexium: it also passes websockets on."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

ADDRESS = "127.0.0.2"  # from which it connects


class ReverseProxy:
    """Sends each request on, with other headers. It reads one request of a connection, and then all bytes."""

    def __init__(self, target: str, headers: Mapping[str, str], *, address: str = ADDRESS) -> None:
        self._target, self.headers, self._address = urlsplit(target), dict(headers), address

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            there, back = await asyncio.open_connection(
                self._target.hostname, self._target.port, local_addr=(self._address, 0)
            )
            with contextlib.closing(back):
                client = writer.get_extra_info("peername")[0]
                back.write(self._changed(head.decode("latin-1"), client).encode("latin-1"))
                await asyncio.gather(_copy(reader, back), _copy(there, writer))

    def _changed(self, head: str, client: str) -> str:
        first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        own = {name.lower() for name in self.headers} | {"host"}
        host = next(line.partition(": ")[2] for line in lines if line.lower().startswith("host:"))
        chain = [line.partition(": ")[2] for line in lines if line.lower().startswith("x-forwarded-for:")]
        kept = [line for line in lines if line.partition(":")[0].lower() not in own | {"x-forwarded-for", "connection"}]
        hops = "Upgrade" if "upgrade: websocket" in head.lower() else "close"
        added = {
            "Host": self._target.netloc,
            "X-Forwarded-Host": host,
            "X-Forwarded-For": ", ".join([*chain, client]),
            "Connection": hops,
            **self.headers,
        }
        return "\r\n".join([first, *kept, *(f"{name}: {text}" for name, text in added.items())]) + "\r\n\r\n"


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()


@contextlib.contextmanager
def reverse_proxy(target: str, *, address: str = ADDRESS, **headers: str) -> Iterator[str]:
    """Run a proxy in front of an address, and return its own address."""
    said = {name.replace("_", "-"): text for name, text in headers.items()}
    proxy, ready = ReverseProxy(target, said, address=address), threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = []

    async def run() -> None:
        server, stop = await asyncio.start_server(proxy.serve, "127.0.0.1", 0), asyncio.Event()
        running.append((asyncio.get_running_loop(), stop, server.sockets[0].getsockname()[1]))
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    ready.wait(10)
    [(loop, stop, port)] = running
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
