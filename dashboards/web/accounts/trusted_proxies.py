"""
Reverse proxies that may say who sends a request, and from where.

Only a request whose TCP connection comes from a trusted address counts. From every other address, these headers are
removed before anything reads them: otherwise, every client could choose its address, its host and its name.
"""

from __future__ import annotations

import contextlib
import functools
import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

from tornado.httputil import HTTPServerRequest, split_host_and_port

from indexium_core.model.accounts.sign_in_settings import networks
from indexium_core.settings import Settings

_CLIENT, _SCHEME, _HOST = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"
_OTHERS = ("Forwarded", "X-Real-Ip", "X-Scheme", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server")
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class TrustedProxies:
    """The proxies of the settings, which count immediately."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def apply(self, request: HTTPServerRequest) -> str:
        """
        Give a request the client address, the scheme and the host that a trusted proxy names.

        Behind this call, a header `X-Forwarded-For` means that the request comes through a trusted proxy. Returns the
        name of the person whom the proxy names; "" if it names nobody.
        """
        trusted = networks(self._settings.trusted_proxies)
        header = self._settings.trusted_user_header
        peer = _address(request.remote_ip or "")
        is_trusted = peer is not None and any(peer in each for each in trusted)
        names = [_CLIENT, _SCHEME, _HOST, *_OTHERS, *([header] if header else [])]
        given = {name: request.headers.get_list(name) for name in names} if is_trusted else {}
        for name in names:
            with contextlib.suppress(KeyError):
                del request.headers[name]
        if peer is None or not any(given.values()):
            return ""
        self._take_over(request, client_of(peer, given[_CLIENT], trusted), _last(given[_SCHEME]), _last(given[_HOST]))
        return _person(given[header]) if header else ""

    def has(self, address: str) -> bool:
        """Return whether an address is one of a trusted proxy."""
        found = _address(address)
        return found is not None and any(found in each for each in networks(self._settings.trusted_proxies))

    @staticmethod
    def _take_over(request: HTTPServerRequest, client: str, scheme: str, host: str) -> None:
        request.remote_ip = client
        request.headers[_CLIENT] = client
        if scheme.lower() in {"http", "https"}:
            request.protocol = scheme.lower()
        if host:
            request.host = request.headers["Host"] = host
            request.host_name = split_host_and_port(host.lower())[0]


def is_proxied(request: HTTPServerRequest) -> bool:
    """Return whether a request, after `apply`, comes through a trusted proxy."""
    return _CLIENT in request.headers


def client_of(
    peer: _Address, chains: Sequence[str], trusted: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> str:
    """
    Return the address of the client: the last one in the chain that is no trusted proxy.

    Each proxy appends the address from which it received the request, so everything before that address may be forged.
    """
    client = peer
    for text in reversed(",".join(chains).split(",")):
        found = _address(text.strip())
        if found is None:
            break
        client = found
        if not any(found in each for each in trusted):
            break
    return str(client)


@functools.lru_cache(maxsize=1000)
def _address(text: str) -> _Address | None:
    """Return an address, which may have a port; None if the text is none."""
    plain = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _last(values: Sequence[str]) -> str:
    """Return the value of the nearest proxy."""
    return values[-1].rpartition(",")[2].strip() if values else ""


def _person(values: Sequence[str]) -> str:
    """Return the name in a header; "" if there is none. Several names are none: one of them may be forged."""
    if len(values) != 1:
        return ""
    with contextlib.suppress(UnicodeError):  # Tornado reads headers as Latin-1
        return values[0].encode("latin-1").decode("utf-8").strip()
    return values[0].strip()
