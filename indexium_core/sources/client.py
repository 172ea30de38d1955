"""
Requests to one provider: cache, quota, rate limit, ledger, retries and the guards of an answer.

A key is sent as a header or a parameter of its own. It is no part of the cache, the ledger, a log or an error.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from indexium_core import errors
from indexium_core.model.providers.traffic import CachedAnswer, RequestCount
from indexium_core.sources.limits import RateLimiter
from indexium_core.sources.network import HttpAnswer, HttpRequest, Network

__all__ = [
    "TEMPORARY",
    "AnswerCache",
    "Credentials",
    "ProviderClient",
    "ProviderProfile",
    "RequestLog",
    "recorded",
    "retry_after",
]

ATTEMPTS = 4
ABSENT_DAYS = 7  # how long it is known that a provider does not have a title
TEMPORARY = frozenset({429, 500, 502, 503, 504})  # status of an answer
_REJECTED = frozenset({401, 403})
_REJECTED_SECONDS = 600.0  # after a rejected key, no request is sent for this time
_MAX_PAUSE = 86400.0  # seconds of a `Retry-After`
_QUOTA_SECONDS = 3600.0  # after the provider has reported a spent quota
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
    interpret: Callable[[int, Mapping[str, Any]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One request with all its attempts."""

    url: str
    route: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    deadline: float  # monotonic seconds
    account: Credentials  # the keys of the user at the start of the call
    body: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """Why no request with some keys is sent for a time."""

    until: float  # monotonic seconds
    message: str
    code: str
    account: Credentials

    def error(self) -> errors.ProviderError:
        """Return a new error for one request."""
        rest = max(1.0, self.until - time.monotonic())
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
        self._locks = [threading.Lock() for _ in range(_LOCKS)]  # so that equal requests are sent once
        self._counting = threading.Lock()
        self.last_problem = ""  # of the last request that was sent; "" if it was answered
        self._refusal: _Refusal | None = None

    def get(self, route: str, parameters: Mapping[str, str]) -> Mapping[str, Any] | None:
        """
        Return the data at a route, from the cache if it is known; None if the provider does not have it.

        Raises:
            ProviderError: There is no usable answer; `retry_after` says when a request can succeed, if that is known.

        """
        deadline = time.monotonic() + self._timeout
        sent = {name: value for name, value in sorted(parameters.items()) if value}
        url = self.profile.url().rstrip("/") + route
        key = f"{url}?{urlencode(sent)}"
        with self._single_flight(key, deadline):
            known = self._cache.get(self.profile.provider, key)
            if known is not None and known.expires_at > self._clock():
                return self._data(known.status, known.body, self._account())
            call = _Call(
                url=url,
                route=route,
                parameters=sent,
                headers=_conditions(known),
                deadline=deadline,
                account=self._account(),
            )
            answer = self._with_retries(call)
            status, body = answer.status, _without_secrets(answer.body, self.profile.credentials())
            if status == 304 and known is not None:  # the known answer is still right
                status, body = known.status, known.body
            else:
                self._check_type(answer)
            data = self._data(status, body, call.account)
            self._keep(key, status, body, answer.headers, is_absent=data is None)
            return data

    def post(self, route: str, body: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Send a body, without cache and without the credentials, and return the data of the answer."""
        deadline = time.monotonic() + self._timeout
        url = self.profile.url().rstrip("/") + route
        call = _Call(
            url=url, route=route, parameters={}, headers={}, deadline=deadline, account=self._account(), body=body
        )
        answer = self._with_retries(call)
        self._check_type(answer)
        return self._data(answer.status, answer.body, call.account)

    def ask(self, route: str, parameters: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Send a request without cache, and return the data of the answer; errors as in `get`."""
        deadline = time.monotonic() + self._timeout
        url = self.profile.url().rstrip("/") + route
        call = _Call(
            url=url, route=route, parameters=parameters, headers={}, deadline=deadline, account=self._account()
        )
        answer = self._with_retries(call)
        self._check_type(answer)
        return self._data(answer.status, answer.body, call.account)

    def refusal(self) -> str:
        """Return why no request is sent at present; "" if requests are sent."""
        refusal = self._present_refusal()
        return refusal.message if refusal else ""

    def refused_error(self) -> errors.ProviderError | None:
        """Return why no request is sent at present, as an error; None if requests are sent."""
        refusal = self._present_refusal()
        return refusal.error() if refusal else None

    def allow(self) -> None:
        """Forget that a token was rejected: there may be another one."""
        self._refusal = None

    def _present_refusal(self) -> _Refusal | None:
        """Return why no request is sent; None if requests are sent: a refusal ends with its time and with its key."""
        refusal = self._refusal
        if refusal is None or refusal.until <= time.monotonic() or refusal.account != self._account():
            return None
        return refusal

    def _account(self) -> Credentials:
        return (self.profile.account or self.profile.credentials)()

    def _with_retries(self, call: _Call) -> HttpAnswer:
        """Send a request, and repeat it after temporary errors, as long as the time of the call allows."""
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
            retry=tenacity.retry_if_exception(lambda error: getattr(error, "is_temporary", False)),
            sleep=tenacity.sleep_using_event(self._network.closing),
            reraise=True,
        )
        return attempts(self._attempt, call)

    def _attempt(self, call: _Call) -> HttpAnswer:
        """Send a request once; temporary errors are marked as temporary."""
        if refusal := self._present_refusal():
            raise refusal.error()
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
            headers={**call.headers, **credentials.headers},
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
        return answer

    async def _limited(self, request: HttpRequest) -> HttpAnswer:
        async with self._limiter.slot():
            answer = await self._network.send(request)
        if answer.status == 429:
            self._limiter.pause(retry_after(answer.headers, self._clock()) or self._backoff)
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
        wait = (used.first_at + _DAY - now).total_seconds() if used.first_at else _QUOTA_SECONDS
        message = f"{self.profile.name} has had its {limit:,} requests of the last 24 hours."
        return errors.ProviderError(message, code="provider_quota", retry_after=max(wait, 1.0))

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
        seconds = _QUOTA_SECONDS if code == "provider_quota" else _REJECTED_SECONDS
        refusal = _Refusal(until=time.monotonic() + seconds, message=message, code=code, account=account)
        self._refusal = refusal
        return refusal.error()

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

    def _keep(self, key: str, status: int, body: bytes, headers: Mapping[str, str], *, is_absent: bool) -> None:
        now, days = self._clock(), self._cache_days()
        kept = CachedAnswer(
            status=status,
            body=body,
            etag=headers.get("etag", "")[:1000],
            last_modified=headers.get("last-modified", "")[:100],
            fetched_at=now,
            expires_at=now + timedelta(days=min(days, ABSENT_DAYS) if is_absent else days),
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
    started, answer = time.monotonic(), None
    try:
        answer = send()
    finally:
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


def _conditions(known: CachedAnswer | None) -> dict[str, str]:
    """Return the headers that ask for an answer only if it differs from the known one."""
    if known is None:
        return {}
    headers = {"if-none-match": known.etag, "if-modified-since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


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


def _without_secrets(body: bytes, credentials: Credentials) -> bytes:
    """Return an answer without the keys that it may repeat."""
    for secret in credentials.secrets():
        body = body.replace(secret, b"***")
    return body
