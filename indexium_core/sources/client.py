"""
Requests to one provider: cache, quota, rate limit, ledger, retries and the guards of an answer.

A key is sent as a header or a parameter of its own. It is no part of the cache, the ledger, a log or an error.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.lookups.traffic import CachedAnswer, RequestCount, RequestFaults
from indexium_core.sources import scope
from indexium_core.sources.breaker import LONG_WAIT, CircuitBreaker
from indexium_core.sources.limits import RateLimiter, retry_after
from indexium_core.sources.network import HttpAnswer, HttpRequest, Network

ATTEMPTS = 4
ABSENT_DAYS = 7  # how long it is known that a provider does not have a title
TEMPORARY = frozenset({429, 500, 502, 503, 504})  # status of an answer
_REJECTED = frozenset({401, 403})
_REJECTED_WAIT = timedelta(minutes=10)  # after a rejected key, no request is sent for this time
_QUOTA_WAIT = timedelta(hours=1)  # after the provider has reported a spent quota
_MAX_BACKOFF = 8.0
_DAY = timedelta(days=1)
_LOCKS = 64


class AnswerCache(Protocol):
    """Stores answers."""

    def get(self, provider: str, request_key: str) -> CachedAnswer | None: ...

    def put(self, provider: str, request_key: str, answer: CachedAnswer) -> None: ...


class RequestLog(Protocol):
    """Stores each request that leaves this machine."""

    def begin(self, provider: str, route: str, parameters: Mapping[str, str]) -> int:
        """Store a request before it is sent, and return its id."""
        ...

    def finish(self, request_id: int, *, status: int | None, seconds: float, size: int | None) -> None: ...

    def count(self, provider: str, since: datetime) -> RequestCount: ...

    def faults(self, provider: str) -> RequestFaults: ...


Interpreter: TypeAlias = Callable[[int, Mapping[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys of a provider, as they are sent. They are no part of the `repr`."""

    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secrets(self) -> list[bytes]:
        """Return every value, longest first."""
        values = {*self.parameters.values(), *(value.removeprefix("Bearer ") for value in self.headers.values())}
        return sorted((value.encode() for value in values if len(value) >= 4), key=len, reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderProfile:
    """
    What differs between the providers.

    `interpret` returns the data of an answer, None if the provider has no such title, and raises `ProviderError` for an
    error inside an answer.
    """

    provider: str  # tmdb
    name: str  # TMDB
    url: Callable[[], str]  # base address of the present settings
    credentials: Callable[[], Credentials]
    account: Callable[[], Credentials] | None = None  # the keys, if `credentials` has a token that a login gives
    per_second: Callable[[], int]
    per_day: Callable[[], int | None] = lambda: None
    interpret: Interpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One request with all its attempts."""

    url: str
    route: str
    parameters: Mapping[str, str]
    deadline: float  # monotonic seconds
    account: Credentials  # the keys of the user at the start of the call
    known: CachedAnswer | None = None  # that the provider may confirm
    body: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """A usable answer."""

    status: int
    body: bytes  # of a GET without the keys
    headers: Mapping[str, str]
    data: Mapping[str, Any] | None  # None: the provider has no such title


@dataclass(frozen=True, slots=True, kw_only=True)
class _BlockedKeys:
    """Why no request with some keys is sent for a time."""

    until: datetime
    message: str
    code: str
    account: Credentials

    def error(self, now: datetime) -> errors.ProviderError:
        """Return a new error for one request."""
        rest = max(1.0, (self.until - now).total_seconds())
        return errors.ProviderError(self.message, code=self.code, retry_after=rest)


class ProviderClient:
    """Sends requests to one provider and returns the checked answers. It may be used from any thread."""

    def __init__(
        self,
        profile: ProviderProfile,
        *,
        network: Network,
        cache: AnswerCache,
        log: RequestLog,
        cache_days: Callable[[], int],
        clock: Callable[[], datetime],
        timeout: float = 60.0,
        backoff: float = 0.5,
    ) -> None:
        """
        Prepare requests.

        `timeout` (seconds) limits one call with all its retries; `backoff` is the wait before the first retry.
        """
        self.profile = profile
        self._network, self._cache, self._log = network, cache, log
        self._cache_days, self._clock = cache_days, clock
        self._timeout, self._backoff = timeout, backoff
        self._limiter = RateLimiter(profile.per_second)
        self._breaker = CircuitBreaker(
            profile.name, clock=clock, address=profile.url, faults=lambda: log.faults(profile.provider)
        )
        self._locks = [threading.Lock() for _ in range(_LOCKS)]  # so that equal requests are sent once
        self._counting = threading.Lock()
        self.last_problem = ""  # of the last request that was sent; "" if it was answered
        self._refusal: _BlockedKeys | None = None

    def get(self, route: str, parameters: Mapping[str, str]) -> Mapping[str, Any] | None:
        """
        Return the data at a route, from the cache if it is known; None if the provider does not have it.

        Raises:
            ProviderError: There is no usable answer; `retry_after` says when a request can succeed, if that is known.

        """
        deadline = time.monotonic() + self._timeout
        sent = {name: value for name, value in sorted(parameters.items()) if value}
        url = self.profile.url().rstrip("/") + route
        key = _key(url, sent)
        with self._single_flight(key, deadline):
            known = self._cache.get(self.profile.provider, key)
            if known is not None and known.expires_at > self._clock() and scope.is_usable(known.fetched_at):
                return self._data(known.status, known.body, self._account())
            call = _Call(url=url, route=route, parameters=sent, deadline=deadline, account=self._account(), known=known)
            answer = self._with_retries(call)
            self._keep(key, answer)
            return answer.data

    def post(self, route: str, body: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Send a body, without cache and without the credentials, and return the data of the answer."""
        deadline = time.monotonic() + self._timeout
        url = self.profile.url().rstrip("/") + route
        call = _Call(url=url, route=route, parameters={}, deadline=deadline, account=self._account(), body=body)
        return self._with_retries(call).data

    def ask(self, route: str, parameters: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Send a request without cache, and return the data of the answer; errors as in `get`."""
        deadline = time.monotonic() + self._timeout
        url = self.profile.url().rstrip("/") + route
        call = _Call(url=url, route=route, parameters=parameters, deadline=deadline, account=self._account())
        return self._with_retries(call).data

    def refusal(self) -> str:
        """Return why the key is not used at present; "" if it is used."""
        refusal = self._present_refusal()
        return refusal.message if refusal else ""

    def refused_error(self) -> errors.ProviderError | None:
        """Return why the key is not used at present, as an error; None if it is used."""
        refusal = self._present_refusal()
        return self._own(refusal.error(self._clock())) if refusal else None

    def unavailable(self) -> errors.ProviderError | None:
        """Return why no request is sent at present: key, outage or spent quota; None if the next one is sent."""
        error = self.refused_error() or self._breaker.error() or self.quota_error()
        return self._own(error) if error else None

    def allow(self) -> None:
        """Send the next request: the provider may accept the key now, or be available again."""
        self._refusal = None
        self._breaker.probe()

    def allow_key(self) -> None:
        """Forget that a token was rejected: there may be another one."""
        self._refusal = None

    def _own(self, error: errors.ProviderError) -> errors.ProviderError:
        error.providers = [self.profile.provider]
        return error

    def _present_refusal(self) -> _BlockedKeys | None:
        """Return why no request is sent; None if requests are sent: a refusal ends with its time and with its key."""
        refusal = self._refusal
        if refusal is None or refusal.until <= self._clock() or refusal.account != self._account():
            return None
        return refusal

    def _account(self) -> Credentials:
        return (self.profile.account or self.profile.credentials)()

    def _with_retries(self, call: _Call) -> _Checked:
        """
        Send a request, and repeat it after temporary errors, as long as the time of the call allows.

        It is not repeated if the provider is paused since.
        """
        import tenacity

        backoff = tenacity.wait_random_exponential(self._backoff, _MAX_BACKOFF)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return getattr(error, "retry_after", None) or backoff(state)

        def stop(state: tenacity.RetryCallState) -> bool:
            is_late = time.monotonic() + state.upcoming_sleep > call.deadline
            return state.attempt_number >= ATTEMPTS or is_late or self._network.closing.is_set()

        attempts = tenacity.Retrying(
            stop=stop,
            wait=wait,
            retry=tenacity.retry_if_exception(
                lambda error: getattr(error, "is_temporary", False) and self._breaker.error() is None
            ),
            sleep=tenacity.sleep_using_event(self._network.closing),
            reraise=True,
        )
        try:
            return attempts(self._attempt, call)
        except errors.ProviderError as error:
            self._own(error)
            if error.reason == "provider_busy":
                self._breaker.give_up(_key(call.url, call.parameters), error)
            raise

    def _attempt(self, call: _Call) -> _Checked:
        """Send a request once, unless the provider is paused; temporary errors are marked as temporary."""
        if refusal := self._present_refusal():
            raise refusal.error(self._clock())
        with self._breaker.attempt(_key(call.url, call.parameters), call.deadline - time.monotonic()):
            return self._send(call)

    def _send(self, call: _Call) -> _Checked:
        pause = self._limiter.paused_seconds()
        if pause > call.deadline - time.monotonic():
            message = f"{self.profile.name} has asked for a pause of {pause:.0f} more seconds."
            raise errors.ProviderError(message, code="provider_busy", retry_after=pause, is_temporary=True)
        credentials = Credentials() if call.body is not None else self.profile.credentials()
        request = HttpRequest(
            provider=self.profile.name,
            method="GET" if call.body is None else "POST",
            url=call.url,
            parameters={**call.parameters, **credentials.parameters},
            headers={**_conditions(call.known), **credentials.headers},
            body=call.body,
        )
        request_id = self._begin(call.route, call.parameters)
        seconds = max(0.1, call.deadline - time.monotonic())
        try:
            answer = recorded(self._log, request_id, lambda: self._network.run(self._limited(request), seconds))
            self.last_problem = ""
        except errors.ProviderError as error:
            self.last_problem = error.message
            raise
        self._check_status(answer, call.account)
        return self._checked(answer, call)

    def _checked(self, answer: HttpAnswer, call: _Call) -> _Checked:
        """Return an answer with its data; a confirmed answer is the known one."""
        if answer.status == 304 and call.known is not None:
            status, body = call.known.status, call.known.body
        else:
            self._check_type(answer)
            status, body = answer.status, answer.body
            if call.body is None:
                body = _without_secrets(body, self.profile.credentials())
        data = self._data(status, body, call.account)
        return _Checked(status=status, body=body, headers=answer.headers, data=data)

    async def _limited(self, request: HttpRequest) -> HttpAnswer:
        async with self._limiter.slot():
            answer = await self._network.send(request)
        if answer.status == 429:
            wait = retry_after(answer.headers, self._clock()) or self._backoff
            if wait <= LONG_WAIT:
                self._limiter.pause(wait)
        return answer

    def _begin(self, route: str, parameters: Mapping[str, str]) -> int:
        """
        Store the request in the ledger.

        Raises:
            ProviderError: The requests of this day are used up.

        """
        provider, limit = self.profile.provider, self.profile.per_day()
        if limit is None:
            return self._log.begin(provider, route, parameters)
        with self._counting:  # another thread must not count before this request is stored
            if error := self.quota_error():
                raise error
            return self._log.begin(provider, route, parameters)

    def quota_error(self) -> errors.ProviderError | None:
        """Return that the requests of this day are used up, as an error; None if they are not."""
        limit = self.profile.per_day()
        if limit is None:
            return None
        now = self._clock()
        used = self._log.count(self.profile.provider, now - _DAY)
        if used.number < limit:
            return None
        wait = used.first_at + _DAY - now if used.first_at else _QUOTA_WAIT
        message = f"{self.profile.name} has had its {limit:,} requests of the last 24 hours. {_again(now + wait, now)}"
        return errors.ProviderError(message, code="provider_quota", retry_after=max(wait.total_seconds(), 1.0))

    def _check_status(self, answer: HttpAnswer, account: Credentials) -> None:
        name, status = self.profile.name, answer.status
        if status in {200, 304, 404}:
            return
        if status in TEMPORARY:
            what = "too many requests" if status == 429 else f"an error of its server ({status})"
            raise errors.ProviderError(
                f"{name} reports {what}.",
                code="provider_busy" if status == 429 else "provider_failed",
                retry_after=retry_after(answer.headers, self._clock()),
                is_temporary=True,
            )
        if status in _REJECTED:
            try:
                self._interpreted(status, _parsed(answer.body), account)
            except ValueError:
                pass  # a proxy may reject the key, too
            except errors.ProviderError as error:
                if error.reason == "provider_quota":
                    raise
            message = f"{name} rejects the key. Check it: 'indexium providers status' names where it is set."
            raise self._refuse(message, "provider_key", account)
        raise self._unusable(f"it has the status {status}")

    def _refuse(self, message: str, code: str, account: Credentials) -> errors.ProviderError:
        """Send no request with these keys for some time, and return the error of this one."""
        now, wait = self._clock(), _QUOTA_WAIT if code == "provider_quota" else _REJECTED_WAIT
        if code == "provider_quota":
            message += f" {_again(now + wait, now)}"
        refusal = _BlockedKeys(until=now + wait, message=message, code=code, account=account)
        self._refusal = refusal
        return refusal.error(now)

    def _check_type(self, answer: HttpAnswer) -> None:
        kind = answer.headers.get("content-type", "")
        if "json" not in kind.lower():
            raise self._unusable("it is not JSON")

    def _data(self, status: int, body: bytes, account: Credentials) -> Mapping[str, Any] | None:
        try:
            data = _parsed(body)
        except ValueError:
            raise self._unusable("it is cut, or not a JSON object") from None
        return self._interpreted(status, data, account)

    def _interpreted(self, status: int, data: Mapping[str, Any], account: Credentials) -> Mapping[str, Any] | None:
        try:
            return self.profile.interpret(status, data)
        except errors.ProviderError as error:
            if error.reason in {"provider_quota", "provider_key"}:
                raise self._refuse(error.message, error.reason, account) from None
            raise

    def _keep(self, key: str, answer: _Checked) -> None:
        now, days = self._clock(), self._cache_days()
        kept = CachedAnswer(
            status=answer.status,
            body=answer.body,
            etag=answer.headers.get("etag", "")[:1000],
            last_modified=answer.headers.get("last-modified", "")[:100],
            fetched_at=now,
            expires_at=now + timedelta(days=min(days, ABSENT_DAYS) if answer.data is None else days),
        )
        self._cache.put(self.profile.provider, key, kept)

    @contextlib.contextmanager
    def _single_flight(self, key: str, deadline: float) -> Iterator[None]:
        lock = self._locks[hash(key) % _LOCKS]
        if not lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            message = f"{self.profile.name} did not answer within {self._timeout:.0f} seconds."
            raise errors.ProviderError(message, code="provider_timeout", is_temporary=True)
        try:
            yield
        finally:
            lock.release()

    def _unusable(self, problem: str) -> errors.ProviderError:
        message = f"{self.profile.name} gives no usable answer: {problem}."
        return errors.ProviderError(message, code="provider_bad_answer")


def recorded(log: RequestLog, request_id: int, send: Callable[[], HttpAnswer]) -> HttpAnswer:
    """Send a request that is in the ledger, and store its result there, also after a failure."""
    started, answer, is_ended = time.monotonic(), None, True
    try:
        answer = send()
    except errors.ProviderError as error:
        is_ended = error.reason != "provider_off"  # a request that the end of the process cuts says nothing
        raise
    finally:
        if is_ended:
            log.finish(
                request_id,
                status=answer.status if answer else None,
                seconds=time.monotonic() - started,
                size=len(answer.body) if answer else None,
            )
    return answer


def _parsed(body: bytes) -> Mapping[str, Any]:
    """Return the object of a JSON text. Raises ValueError if it is none."""
    try:
        data = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(data, dict):
        raise ValueError("no object")  # noqa: TRY004 - one error for every text that is no object
    return data


def _again(moment: datetime, now: datetime) -> str:
    return f"It is asked again {wording.when(moment, now=now)}."


def _key(url: str, parameters: Mapping[str, str]) -> str:
    """Return what identifies a request, without its keys."""
    return f"{url}?{urlencode(parameters)}"


def _conditions(known: CachedAnswer | None) -> dict[str, str]:
    """Return the headers that ask for an answer only if it differs from the known one."""
    if known is None:
        return {}
    headers = {"if-none-match": known.etag, "if-modified-since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def _without_secrets(body: bytes, credentials: Credentials) -> bytes:
    """Return an answer without the keys that it may repeat."""
    for secret in credentials.secrets():
        body = body.replace(secret, b"***")
    return body
