"""What every route is given: the library, and what guards the work that it begins; and the kinds of its parameters."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from indexium_core.api.access import Rate
from indexium_core.library import Library
from indexium_core.model.operations.request import IdempotentRequest, StartedRequest

__all__ = [
    "Beginning",
    "Body",
    "FileId",
    "Id",
    "Number",
    "Open",
    "Page",
    "PerPage",
    "Sent",
    "Text",
    "Waiting",
    "Waits",
    "WorkStarter",
    "listed",
    "words",
]

_T = TypeVar("_T")
_MOST = 2**63 - 1
_TURNS = 64  # requests with a key that are begun at a time
Number = Annotated[int, Field(ge=1, le=_MOST)]
Text = Annotated[str, StringConstraints(max_length=10_000)]
Id = Annotated[int, Path(ge=1, le=_MOST)]
FileId = Annotated[int, Path(ge=1, le=_MOST, description="Id of a file.")]
Page = Annotated[int, Query(ge=1, le=10**9)]
PerPage = Annotated[int, Query(ge=1, le=1000)]
_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="A request that is sent again with the same key is answered as the first one, and begins nothing.",
    ),
]


class Body(BaseModel):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid")


class _Requests(Protocol):
    def find(self, asked: IdempotentRequest) -> StartedRequest | None: ...


class WorkStarter:
    """Begins work: only so much in a minute, and once for each key."""

    def __init__(self, rate: Rate, requests: _Requests) -> None:
        self._rate, self._requests = rate, requests
        self._turns = [threading.Lock() for _ in range(_TURNS)]  # one key is always at the same one

    def begin(self, start: Callable[[], _T]) -> _T:
        """Return what `start` returns; Problem: too much."""
        self._rate.take()
        return start()

    def once(self, asked: IdempotentRequest, start: Callable[[], _T], again: Callable[[StartedRequest], _T]) -> _T:
        """Return what `start` returns, or `again` for what was begun before; UsageError: for another request."""
        with self._turns[hash(asked.key) % _TURNS]:  # who asks again while the first is begun waits for that
            begun = self._requests.find(asked)
            return self.begin(start) if begun is None else again(begun)


class Sent:
    """A request that begins work, and the key under which it may be sent again."""

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
        Begin work that is not to be begun twice where the same is sent twice with one key.

        Args:
            body: What the request says.
            start: Begins the work, notes what it is handed together with it, and returns the answer.
            again: Returns the answer for what was begun before.

        Raises:
            Problem: Too much is begun in a minute.
            UsageError: The key came with another request.

        """
        if not self._key:
            return self._work.begin(lambda: start(None))
        said = f"{self._request.method} {self._request.url.path} {body.model_dump_json() if body else ''}"
        mark = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
        asked = IdempotentRequest(key=self._key, mark=mark)
        return self._work.once(asked, lambda: start(asked), again)


class Waits:
    """Lets requests wait for an end: only so many at a time, so that there are threads left for all others."""

    def __init__(self, most: int = 20) -> None:
        self._free = threading.BoundedSemaphore(most)

    def __call__(self, seconds: float, wait: Callable[[float], Any]) -> None:
        """Call `wait` with so many seconds; not at all where enough others wait."""
        if seconds and self._free.acquire(blocking=False):
            try:
                wait(seconds)
            finally:
                self._free.release()


def _library(request: Request) -> Library:
    return request.app.state.library  # type: ignore[no-any-return]


def _work(request: Request) -> WorkStarter:
    return request.app.state.work  # type: ignore[no-any-return]


def _sent(request: Request, key: _Key = None) -> Sent:
    return Sent(_work(request), request, key)


def _waits(request: Request) -> Waits:
    return request.app.state.waits  # type: ignore[no-any-return]


Open = Annotated[Library, Depends(_library)]
Beginning = Annotated[Sent, Depends(_sent)]
Waiting = Annotated[Waits, Depends(_waits)]


def listed(page: Any, items: list[Any] | None = None) -> Mapping[str, Any]:
    """Return a page of the library as every list is answered."""
    return {
        "items": page.items if items is None else items,
        "total": page.total,
        "page": page.page,
        "per_page": page.per_page,
    }


def words(text: str | None) -> tuple[str, ...]:
    """Return the words of a parameter that takes several, split by commas."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())
