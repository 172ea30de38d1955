"""Dependencies and parameter types of the routes: library, known parameters, rate limit, idempotent requests."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Hashable
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Header, Path, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.access import RateLimit
from indexium_core.library import Library
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.operations.idempotency import IdempotentRequest, StartedRequest
from indexium_core.model.surrogates import INVALID_TEXT

_T = TypeVar("_T")
_MOST = 2**63 - 1
_MOST_SHOWN = 40  # characters of an unknown name
_LOCKS = 64  # number of locks; a key always uses the same lock
Number = Annotated[int, Field(ge=1, le=_MOST)]
SmallId = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]  # of a library
Text = Annotated[str, StringConstraints(max_length=10_000)]
Id = Annotated[int, Path(ge=1, le=_MOST)]
FileId = Annotated[int, Path(ge=1, le=_MOST, description="Id of a file.")]
# The library checks it, so that its error names the choices.
JobPriority = Annotated[int | Text, Field(description="1 starts first, 10 last; or high (2), normal (5), low (8).")]
Page = Annotated[int, Query(ge=1, le=10**9)]
PerPage = Annotated[int, Query(ge=1, le=1000)]
_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="A repeated request with the same key gets the response of the first one, and starts nothing.",
    ),
]


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


# A list of ids or hashes, in which each value counts once.
Distinct = AfterValidator(_distinct)


def _valid_unicode(value: Any) -> Any:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError(INVALID_TEXT) from None
    return value


AnyJson = Annotated[Any, BeforeValidator(_valid_unicode)]  # any value; Pydantic checks the other texts


class Body(BaseModel):
    """A request body; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


async def _require_known_parameters(request: Request) -> None:
    """Reject a request with a query parameter that its route does not have. Raises `ProblemAnswer` (422)."""
    if not request.query_params:
        return
    route: APIRoute = request.scope["route"]
    fields = get_flat_params(route.dependant)  # the fields of a model of parameters do not name their place
    known = [each.alias for each in fields if getattr(each.field_info, "in_", ParamTypes.query) == ParamTypes.query]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        choice = f"Its parameters are {', '.join(known)}." if known else "It has no parameters."
        detail = f"{request.url.path} has no parameter “{unknown[0][:_MOST_SHOWN]}”. {choice}"
        found = [{"field": name, "message": "There is no such parameter."} for name in unknown]
        raise problems.ProblemAnswer(422, "invalid_request", detail, errors=found)


KNOWN_PARAMETERS = Depends(_require_known_parameters)  # of every route


class _KnownRequests(Protocol):
    def find(self, request: IdempotentRequest) -> StartedRequest | None: ...


class WorkStarter:
    """Starts work: within the rate limit, and once per idempotency key."""

    def __init__(self, rate: RateLimit, requests: _KnownRequests) -> None:
        self._rate, self._requests = rate, requests
        self._locks = [threading.Lock() for _ in range(_LOCKS)]  # one lock per group of keys

    def start(self, sender: Hashable, start: Callable[[], _T]) -> _T:
        """Return the result of `start`. Raises `ProblemAnswer` if the rate limit of the sender is reached."""
        self._rate.take(sender)
        return start()

    def once(
        self,
        sender: Hashable,
        request: IdempotentRequest,
        start: Callable[[], _T],
        again: Callable[[StartedRequest], _T],
    ) -> _T:
        """Return the result of `start`, or of `again` if the same request of this actor has started work before."""
        with self._locks[hash(request.key) % _LOCKS]:  # a repeated request waits until the first has started
            started = self._requests.find(request)
            return self.start(sender, start) if started is None else again(started)


class StartRequest:
    """A request that starts work, with its idempotency key."""

    def __init__(self, work: WorkStarter, request: Request, key: str | None) -> None:
        self._work, self._request, self._key = work, request, key

    def once(
        self,
        body: BaseModel | None,
        *,
        start: Callable[[IdempotentRequest | None], _T],
        again: Callable[[StartedRequest], _T],
    ) -> _T:
        """
        Start the work of a request; a repeated request with the same key starts nothing.

        Args:
            body: The body of the request.
            start: Starts the work, stores the idempotent request that it receives, and returns the response.
            again: Returns the response for the work that was started before.

        Raises:
            ProblemAnswer: The rate limit is reached.
            UsageError: The key was used for a different request.

        """
        if not self._key:
            return self._work.start(self._sender, lambda: start(None))
        text = f"{self._request.method} {self._request.url.path} {body.model_dump_json() if body else ''}"
        mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        request = IdempotentRequest(key=self._key, mark=mark)
        return self._work.once(self._sender, request, lambda: start(request), again)

    @property
    def _sender(self) -> Hashable:
        """Whose starts are counted together: those of one person or token, from one address."""
        actor, client = current_actor(), self._request.client
        return actor.kind, actor.id, client.host if client else ""


class WaitLimit:
    """
    Limits the number of requests that wait for an end, so that threads remain for all other requests.

    An account has half of them, so that the requests of others can wait, too.
    """

    def __init__(self, most: int = 20) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._limit = ActorLimit(max(1, most // 2), "waiting requests")

    def __call__(self, seconds: float, wait: Callable[[float], Any]) -> None:
        """Call `wait` with `seconds`; skip the call if too many requests wait already."""
        if not seconds:
            return
        try:
            account = self._limit.take()
        except errors.TooManyError:
            return
        try:
            if self._free.acquire(blocking=False):
                try:
                    wait(seconds)
                finally:
                    self._free.release()
        finally:
            self._limit.release(account)


# Each of these runs on the loop: FastAPI would call a function without `async` in a thread.


async def _library(request: Request) -> Library:
    return request.app.state.library  # type: ignore[no-any-return]


def _work(request: Request) -> WorkStarter:
    return request.app.state.work  # type: ignore[no-any-return]


async def _start_request(request: Request, key: _Key = None) -> StartRequest:
    return StartRequest(_work(request), request, key)


async def _waits(request: Request) -> WaitLimit:
    return request.app.state.waits  # type: ignore[no-any-return]


async def _streams(request: Request) -> ActorLimit:
    return request.app.state.streams  # type: ignore[no-any-return]


Open = Annotated[Library, Depends(_library)]
StartParam = Annotated[StartRequest, Depends(_start_request)]
WaitParam = Annotated[WaitLimit, Depends(_waits)]
StreamLimitParam = Annotated[ActorLimit, Depends(_streams)]


def words(text: str | None) -> tuple[str, ...]:
    """Return the comma-separated words of a parameter."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())
