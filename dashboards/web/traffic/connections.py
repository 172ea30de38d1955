"""
The connections of strangers: those on which nobody who may use the service sends a request now.

Their number is limited, for each address and in all: the oldest one closes for a new one. A flood therefore takes a
limited memory, and an honest request, which is answered within moments, passes it.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream

OF_ADDRESS = 256  # connections of strangers from one address
OF_ALL = 512  # from all addresses; a process may often have 1024 open files
FIRST_SECONDS = 10.0  # until the headers of the first request have arrived
SECONDS = 75.0  # for a request of a stranger: its body, its answer, and the wait for the next one
_NETWORK = 64  # bits of an IPv6 address: one home has all addresses behind them


@dataclass
class _Stranger:
    address: str
    end: asyncio.TimerHandle


class Connections:
    """The open connections of strangers of one server. It belongs to the thread of the loop."""

    def __init__(self, is_proxy: Callable[[str], bool]) -> None:
        """`is_proxy` returns whether an address is a proxy, whose connections are of many people."""
        self._is_proxy = is_proxy
        self._strangers: OrderedDict[IOStream, _Stranger] = OrderedDict()

    def watch(self, server: HTTPServer) -> None:
        """Count the connections of a server from their start to their end."""
        handle_stream, on_close = server.handle_stream, server.on_close

        def start(stream: IOStream, address: Any) -> None:
            self._count(stream, str(address[0]) if address else "", FIRST_SECONDS)
            handle_stream(stream, address)

        def end(connection: Any) -> None:
            self._forget(connection.stream)
            on_close(connection)

        server.handle_stream, server.on_close = start, end

    def note(self, request: HTTPServerRequest, *, is_known: bool) -> None:
        """Note who sends the present request of a connection; a proxy says from where."""
        stream = request.connection.stream
        self._forget(stream)
        if not is_known and not stream.closed():
            self._count(stream, request.remote_ip or "", SECONDS)

    def __len__(self) -> int:
        return len(self._strangers)

    def _count(self, stream: IOStream, address: str, seconds: float) -> None:
        key = network_of(address)
        end = asyncio.get_running_loop().call_later(seconds, self._close, stream)
        self._strangers[stream] = _Stranger(key, end)
        of_address = [each for each, stranger in self._strangers.items() if stranger.address == key]
        if len(of_address) > OF_ADDRESS and not self._is_proxy(address):
            self._close(of_address[0])
        if len(self._strangers) > OF_ALL:
            self._close(next(iter(self._strangers)))

    def _close(self, stream: IOStream) -> None:
        self._forget(stream)
        stream.close()

    def _forget(self, stream: IOStream) -> None:
        found = self._strangers.pop(stream, None)
        if found is not None:
            found.end.cancel()


def network_of(address: str) -> str:
    """Return the network of an address: an IPv4 address itself, or the part of an IPv6 address that a home has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _NETWORK), strict=False))
