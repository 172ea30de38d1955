"""
Access control: the token, JSON for changes, and the rate limit of started jobs.

`dashboards/web/request_guard.py` has already checked Host and Origin, also for pages and websockets.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from starlette.types import Receive, Scope, Send

from indexium_core.api import problems
from indexium_core.model.operations.actor import acting_as

OTHER_SITES = frozenset({"cross-site", "same-site"})  # of Sec-Fetch-Site: a page of another site sends the request

NOT_VALID = "This token is wrong, was revoked, or has ended. 'indexium tokens list' shows the tokens."
API_KEY = "X-Api-Key"  # a header for programs that cannot send Authorization
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_MOST_SENDERS = 10_000  # that the limit of starts remembers


class _App(Protocol):
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]: ...


def bearer(header: str | None, token: str) -> bool | None:
    """Return whether an Authorization header has the token; None if there is no header."""
    if not header:
        return None
    kind, _, given = header.partition(" ")
    return kind.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())


def token_in(headers: Mapping[str, str]) -> str:
    """Return the token of a program in headers whose names have any case: of Bearer or of X-Api-Key; "" without one."""
    kind, _, given = headers.get("Authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else headers.get(API_KEY, "").strip()


class Gate:
    """Middleware in front of the application: rejects requests by their headers, and says who acts in the others."""

    def __init__(
        self, app: _App, *, token: str, serving: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """Guard an application; each request is answered inside `serving`, so that background work yields to it."""
        self._app, self._token, self._serving = app, token, serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as its actor, or reject it before its body is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, send)
        else:
            with acting_as(scope["state"]["actor"]), self._serving():
                await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> _App | None:
        if scope["path"].startswith(problems.RECEIPTS):
            return None
        headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}
        holds = bearer(headers.get("authorization"), self._token)
        has_api_token = scope["state"]["actor"].kind == "token"  # `actor_of` of the mount has checked it
        is_wrong = holds is False or (not holds and bool(headers.get(API_KEY.lower())))
        if not holds and scope["path"].startswith(problems.CALLS):
            detail = "This call needs the token of the running service. The file service.json in the home holds it."
            return problems.answer(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
        if is_wrong and not has_api_token:
            return problems.answer(401, "unauthorized", NOT_VALID, headers={"WWW-Authenticate": "Bearer"})
        if scope["method"] in _CHANGES and not _is_json(scope["method"], headers):
            detail = "Send changes as JSON, with Content-Type: application/json."
            return problems.answer(415, "not_json", detail)
        return None


def _is_json(method: str, headers: MutableMapping[str, str]) -> bool:
    """Return whether a request declares JSON. A form on a page of another origin cannot do that."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    return kind == "application/json" or (method == "DELETE" and empty and not kind)


class RateLimit:
    """A rate limit of started jobs per minute and sender. Thread-safe."""

    def __init__(self, limit: Callable[[], int], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Create the limit: `limit` returns the maximum per minute, 0 for no limit; `clock` is a monotonic clock."""
        self._limit, self._clock = limit, clock
        self._lock = threading.Lock()
        self._starts: dict[Hashable, deque[float]] = {}

    def take(self, sender: Hashable) -> None:
        """Count one more start of a sender. Raises `ProblemAnswer` (429, with Retry-After) if its limit is reached."""
        limit, now = self._limit(), self._clock()
        with self._lock:
            starts = self._starts.pop(sender, deque())
            while starts and starts[0] <= now - 60:
                starts.popleft()
            while len(self._starts) >= _MOST_SENDERS:  # the first ones have started nothing for the longest time
                del self._starts[next(iter(self._starts))]
            self._starts[sender] = starts
            if limit and len(starts) >= limit:
                seconds = max(1, round(starts[0] + 60 - now + 0.5))
                detail = (
                    f"More than {limit} jobs were started in a minute (INDEXIUM_API_WRITES_PER_MINUTE). "
                    f"Try again in {seconds} s."
                )
                raise problems.ProblemAnswer(429, "too_many", detail, headers={"Retry-After": str(seconds)})
            starts.append(now)
