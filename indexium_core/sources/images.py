"""
Downloads of images from the hosts of providers.

An address is checked before it is asked, no redirect is followed, and the size is limited. Each request is in the
ledger under the name of its provider with `_images`, because quotas of a provider do not count images. After a failure,
the same address, or its host if the host does not answer, is not asked again for some time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from indexium_core import errors
from indexium_core.model.artwork.addresses import refusal
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.sources.client import TEMPORARY, RequestLog, recorded
from indexium_core.sources.limits import RateLimiter, retry_after
from indexium_core.sources.network import HttpAnswer, HttpRequest, Network

LEDGER_SUFFIX = "_images"
_PER_SECOND = 20  # requests to one host; no limits are published: a careful value
_TIMEOUT = 60.0  # seconds of one download with its wait for the limit
_REFUSED_SECONDS = 3600.0  # after an answer that is no image, the address is not asked again for this time
_RETRY_SECONDS = 60.0  # after a temporary error, the address is not asked again for this time
_FAILURES = 3  # after so many temporary errors in a row, its whole host is not asked
_MOST_REFUSED = 10_000
_ACCEPTED = "image/jpeg, image/png, image/webp"


class _BlockedHost(NamedTuple):
    until: float  # monotonic seconds
    message: str


class ImageDownloads:
    """Downloads images. One instance serves a home; any thread may use it."""

    def __init__(
        self,
        network: Network,
        *,
        log: RequestLog,
        configured: Callable[[], Sequence[str]],
        max_bytes: int,
        clock: Callable[[], datetime],
        timeout: float = _TIMEOUT,
    ) -> None:
        """
        Prepare downloads; nothing is sent.

        `configured` returns the base addresses of the settings, whose origins may be asked; `timeout` (seconds) limits
        one download.
        """
        self._network, self._log, self._configured = network, log, configured
        self._max_bytes, self._clock, self._timeout = max_bytes, clock, timeout
        self._lock = threading.Lock()
        self._limiters: dict[str, RateLimiter] = {}  # by host and port
        self._refused: dict[str, _BlockedHost] = {}  # by address, or by host and port
        self._failures: dict[str, int] = {}  # by host and port: temporary errors in a row

    def fetch(self, provider: str, url: str) -> bytes:
        """
        Return the bytes at an address. The caller checks that they are an image, and calls `refuse` if not.

        Raises:
            ProviderError: The address is not allowed, was refused before, or does not give an answer.

        """
        if reason := refusal(url, self._configured()):
            raise errors.ProviderError(f"The image is not downloaded: {reason}.", code="image_refused")
        host = urlsplit(url).netloc
        for key in (url, host):
            known = self._refused.get(key)
            if known is not None and known.until > time.monotonic():
                raise errors.ProviderError(known.message, code="image_refused", is_temporary=key == host)
        try:
            answer = self._send(provider, url, host)
            self._check_status(answer, _name(provider, host))
        except errors.ProviderError as error:
            self._note(error, url, host)
            raise
        self._failures.pop(host, None)
        return answer.body

    def ask_again(self, url: str) -> None:
        """Forget that an address gave no image, because a person wants to try it again; its host may still be down."""
        with self._lock:
            self._refused.pop(url, None)

    def refuse(self, provider: str, url: str, content: str) -> errors.ProviderError:
        """Do not ask for an address again for some time, and return the error; `content`: what it sent instead."""
        message = f"{_name(provider, urlsplit(url).netloc)} sent {content}."
        self._remember(url, message, _REFUSED_SECONDS)
        return errors.ProviderError(message, code="image_refused")

    def _send(self, provider: str, url: str, host: str) -> HttpAnswer:
        request = HttpRequest(
            provider=_name(provider, host),
            url=url,
            parameters={},
            headers={"accept": _ACCEPTED},
            max_bytes=self._max_bytes,
            returns_redirect=True,
        )
        request_id = self._log.begin(provider + LEDGER_SUFFIX, urlsplit(url).path, {"host": host})
        return recorded(self._log, request_id, lambda: self._network.run(self._limited(request, host), self._timeout))

    async def _limited(self, request: HttpRequest, host: str) -> HttpAnswer:
        with self._lock:
            limiter = self._limiters.setdefault(host, RateLimiter(lambda: _PER_SECOND))
        async with limiter.slot():
            return await self._network.send(request)

    def _check_status(self, answer: HttpAnswer, name: str) -> None:
        if answer.status == 200:
            return
        is_temporary = answer.status in TEMPORARY
        sent = "a redirect to another address" if 300 <= answer.status < 400 else f"the status {answer.status}"
        raise errors.ProviderError(
            f"{name} sent {sent} instead of a picture.",
            code="image_refused",
            retry_after=retry_after(answer.headers, self._clock()) if is_temporary else None,
            is_temporary=is_temporary,
        )

    def _note(self, error: errors.ProviderError, url: str, host: str) -> None:
        """Remember an error, so that the address, or its whole host, is not asked again at once."""
        if not error.is_temporary:
            self._remember(url, error.message, _REFUSED_SECONDS)
            return
        self._remember(url, error.message, _RETRY_SECONDS)
        self._failures[host] = self._failures.get(host, 0) + 1
        if error.retry_after is not None or self._failures[host] >= _FAILURES:
            self._remember(host, error.message, error.retry_after or _RETRY_SECONDS)
            self._failures.pop(host, None)

    def _remember(self, key: str, message: str, seconds: float) -> None:
        with self._lock:
            if len(self._refused) >= _MOST_REFUSED:
                now = time.monotonic()
                self._refused = {name: each for name, each in self._refused.items() if each.until > now}
            if len(self._refused) < _MOST_REFUSED:
                self._refused[key] = _BlockedHost(time.monotonic() + seconds, message)


def _name(provider: str, host: str) -> str:
    """Return the name of a provider in messages; of another address, its host."""
    known = PROVIDERS.get(provider)
    return known.label if known else host
