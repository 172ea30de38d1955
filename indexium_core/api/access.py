"""
Who may do what: the token, JSON for changes, and how much may be begun in a minute.

`dashboards/web/request_guard.py` checks Host and Origin before this, for pages and websockets too.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Protocol

from starlette.types import Receive, Scope, Send

from indexium_core.api import problems

__all__ = ["Gate", "Rate", "bearer"]

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _App(Protocol):
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]: ...


def bearer(header: str | None, token: str) -> bool | None:
    """Tell whether an Authorization header brings the token; None where it brings nothing."""
    if not header:
        return None
    kind, _, given = header.partition(" ")
    return kind.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())


class Gate:
    """Stands before the application and refuses by the headers alone, before a body is read."""

    def __init__(self, app: _App, *, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> _App | None:
        headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}
        holds = bearer(headers.get("authorization"), self._token)
        if holds is False or (holds is None and scope["path"].startswith(problems.CALLS)):
            detail = "This needs the token of the service that runs now; service.json in the home has it."
            return problems.answer(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
        if scope["method"] in _CHANGES and not _is_json(scope["method"], headers):
            detail = "Changes are sent as JSON: say Content-Type: application/json."
            return problems.answer(415, "not_json", detail)
        return None


def _is_json(method: str, headers: MutableMapping[str, str]) -> bool:
    """Tell whether a change says to be JSON: no form of a foreign page can say so."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    return kind == "application/json" or (method == "DELETE" and empty and not kind)


class Rate:
    """So many things may be begun in a minute. May be used from any thread."""

    def __init__(self, limit: Callable[[], int], *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Count from now on.

        Args:
            limit: Returns how many, 0 for any number.
            clock: Seconds that never go back.

        """
        self._limit, self._clock = limit, clock
        self._lock = threading.Lock()
        self._begun: deque[float] = deque()

    def take(self) -> None:
        """Count one more; raises a Problem (429) that says when to ask again."""
        limit, now = self._limit(), self._clock()
        with self._lock:
            while self._begun and self._begun[0] <= now - 60:
                self._begun.popleft()
            if limit and len(self._begun) >= limit:
                seconds = max(1, round(self._begun[0] + 60 - now + 0.5))
                detail = (
                    f"More than {limit} pieces of work in a minute (INDEXIUM_API_WRITES_PER_MINUTE). "
                    f"Ask again in {seconds} s."
                )
                raise problems.ProblemAnswer(429, "too_many", detail, headers={"Retry-After": str(seconds)})
            self._begun.append(now)
