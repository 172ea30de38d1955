"""The limits of a provider: requests per second, at once, and a pause that the provider demands."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime

from aiolimiter import AsyncLimiter

_BURST = 5  # one request of five may be sent at once: the rest of the rate is spread over the second
_MAX_PAUSE = 86400.0  # seconds of a `Retry-After`


class RateLimiter:
    """
    Limits the requests of all threads to one provider. It belongs to one event loop.

    In every second, at most `per_second` requests start. A leaky bucket with a capacity of b that drains r − b times a
    second lets at most b + (r − b) = r requests through in a second, whatever came before.
    """

    def __init__(self, per_second: Callable[[], int], *, at_once: int = 4) -> None:
        """Limit requests. `per_second` is read before each request; `at_once` is the number of open requests."""
        self._per_second = per_second
        self._open = asyncio.Semaphore(at_once)
        self._rate = 0
        self._bucket = AsyncLimiter(1, 1)
        self._not_before = 0.0  # monotonic seconds

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait until a request may start; it counts as open until the block ends."""
        async with self._open:
            while True:
                while (wait := self.paused_seconds()) > 0:
                    await asyncio.sleep(wait)
                await self._current_bucket().acquire()
                if not self.paused_seconds():  # a place from before a new pause must not be used after it
                    break
            yield

    def pause(self, seconds: float) -> None:
        """Start no request for some seconds: the provider has answered 429."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def paused_seconds(self) -> float:
        """Return how long no request starts; 0 without a pause."""
        return max(0.0, self._not_before - time.monotonic())

    def _current_bucket(self) -> AsyncLimiter:
        rate = max(1, self._per_second())
        if rate != self._rate:
            self._rate = rate
            burst = max(1, rate // _BURST)
            self._bucket = AsyncLimiter(burst, burst / (rate - burst)) if rate > 1 else AsyncLimiter(1, 1)
        return self._bucket


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of a `Retry-After` (seconds or an HTTP date), 1 to 86,400; None without one."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 8:
        return min(max(1.0, float(value)), _MAX_PAUSE)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(1.0, (moment - now).total_seconds()), _MAX_PAUSE)
