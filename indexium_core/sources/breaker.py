"""
The circuit breaker of a provider: after an outage begins, no request is sent for a time, and then one probe.

Two different requests that fail one after the other are an outage; one title whose answer is always broken is none.
Each failed probe doubles the pause. The first answer ends it.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import RequestFaults

LONG_WAIT = 30.0  # seconds; if a provider asks for a longer wait, no request waits for it
_OUTAGE = 2  # different requests without an answer between them
_FIRST_PAUSE, _LONGEST_PAUSE = 30.0, 3600.0  # seconds
_JITTER = 0.25  # largest share of a pause that is added to it: several programs must not return at the same time
_NEUTRAL = frozenset({"provider_off", "provider_quota"})  # errors that say nothing about the server


class _Pause(NamedTuple):
    until: datetime
    seconds: float
    address: str  # of the provider; a pause ends if the settings have another one
    reason: str  # a sentence
    code: str


class CircuitBreaker:
    """Decides which requests to one provider are sent. Any thread may use it."""

    def __init__(
        self,
        name: str,
        *,
        clock: Callable[[], datetime],
        address: Callable[[], str],
        faults: Callable[[], RequestFaults],
        random_value: Callable[[], float] = random.random,
    ) -> None:
        """
        Begin with what the ledger says about the last requests.

        Args:
            name: The provider in messages: TMDB.
            clock: Returns the current time (UTC).
            address: Returns the present address of the provider.
            faults: Returns the failed requests since the last answer, also those of former processes.
            random_value: Returns a number from 0 to 1.

        """
        self._name, self._clock, self._address, self._faults = name, clock, address, faults
        self._random = random_value
        self._changed = threading.Condition()
        self._is_known = False  # whether the ledger was read
        self._failed = set[str]()  # requests that failed since the last answer
        self._pauses = 0  # in a row
        self._pause: _Pause | None = None  # after its end, the next request is a probe
        self._is_probing = False

    @contextlib.contextmanager
    def attempt(self, request: str, seconds: float) -> Iterator[None]:
        """
        Allow one request to be sent in this block, and note its result; during a probe, wait for at most `seconds`.

        Raises:
            ProviderError: The provider is paused.

        """
        address, is_probe = self._address(), self._enter(seconds)
        fault, is_answer = None, False
        try:
            yield
            is_answer = True
        except errors.ProviderError as error:
            fault = error if error.reason in errors.PROVIDER_FAULTS else None
            is_answer = fault is None and error.reason not in _NEUTRAL
            raise
        finally:
            is_present = address == self._address()  # an answer of the former address says nothing about this one
            fault, is_answer = fault if is_present else None, is_answer and is_present
            self._leave(request, fault, is_answer=is_answer, is_probe=is_probe)

    def give_up(self, request: str, fault: errors.ProviderError) -> None:
        """Note that a provider was too busy for all attempts of a request; one such answer is no outage."""
        with self._changed:
            self._note(request, fault)

    def error(self) -> errors.ProviderError | None:
        """Return that no request is sent at present; None if the next one is sent."""
        with self._changed:
            pause = self._present()
            return self._error(pause) if pause and not self._is_over(pause) else None

    def probe(self) -> None:
        """Let the next request be the probe of a pause: a person wants to know whether the provider answers."""
        with self._changed:
            if (pause := self._present()) is not None:
                self._pause = pause._replace(until=min(pause.until, self._clock()))

    def _enter(self, seconds: float) -> bool:
        """Wait for a running probe. Return whether the request is a probe."""
        end = time.monotonic() + seconds
        with self._changed:
            while (pause := self._present()) is not None:
                if not self._is_over(pause):
                    raise self._error(pause)
                if not self._is_probing:
                    self._is_probing = True
                    return True
                if not self._changed.wait(max(0.0, end - time.monotonic())):
                    raise self._error(pause)
            return False

    def _leave(self, request: str, fault: errors.ProviderError | None, *, is_answer: bool, is_probe: bool) -> None:
        with self._changed:
            if is_probe:
                self._is_probing = False
                self._changed.notify_all()
            if is_answer:
                self._close()
            elif fault is not None and (is_probe or fault.reason != "provider_busy" or _is_long(fault)):
                self._note(request, fault, is_probe=is_probe)

    def _note(self, request: str, fault: errors.ProviderError, *, is_probe: bool = False) -> None:
        self._failed.add(request)
        is_outage = len(self._failed) >= _OUTAGE or _is_long(fault)
        # A request that began before a pause does not make it longer.
        if is_probe or (self._pause is None and is_outage):
            self._open(fault.message, fault.reason, at=self._clock(), least=fault.retry_after or 0.0)

    def _open(self, reason: str, code: str, *, at: datetime, least: float = 0.0) -> None:
        seconds = min(_FIRST_PAUSE * 2.0 ** min(self._pauses, 20), _LONGEST_PAUSE)
        seconds = max(seconds * (1 + _JITTER * self._random()), least)
        self._pauses += 1
        self._pause = _Pause(at + timedelta(seconds=seconds), seconds, self._address(), reason, code)

    def _close(self) -> None:
        self._failed.clear()
        self._pauses, self._pause = 0, None
        self._changed.notify_all()

    def _present(self) -> _Pause | None:
        """Return the pause, also one that is over; None if there is none for the present address."""
        if not self._is_known:
            self._is_known = True
            found = self._faults()
            if found.different >= _OUTAGE and found.last_at is not None:
                self._pauses = found.number - _OUTAGE
                reason = f"{self._name} has not answered the last {found.number} requests."
                self._open(reason, "provider_unreachable", at=found.last_at)
        if self._pause is not None and self._pause.address != self._address():
            self._close()
        return self._pause

    def _is_over(self, pause: _Pause) -> bool:
        """Return whether a pause has ended; one that is longer than at its start is of a clock that was set back."""
        return not 0 < (pause.until - self._clock()).total_seconds() <= pause.seconds

    def _error(self, pause: _Pause) -> errors.ProviderError:
        now = self._clock()
        message = f"{self._name} is paused until {wording.when(pause.until, now=now)}. {pause.reason}"
        rest = max(1.0, (pause.until - now).total_seconds())
        return errors.ProviderError(message, code=pause.code, retry_after=rest)


def _is_long(fault: errors.ProviderError) -> bool:
    """Return whether a provider asks for a wait that is too long for a request."""
    return (fault.retry_after or 0.0) > LONG_WAIT
