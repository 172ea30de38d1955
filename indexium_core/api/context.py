"""What every route is given: the library, and what guards the work that it begins; and the kinds of its parameters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from indexium_core.api.gate import Once, Rate
from indexium_core.library import Library

__all__ = [
    "Beginning",
    "Body",
    "FileId",
    "Id",
    "Key",
    "Number",
    "Open",
    "Page",
    "PerPage",
    "Text",
    "Waiting",
    "Waits",
    "Work",
    "listed",
    "words",
]

_MOST = 2**63 - 1
Number = Annotated[int, Field(ge=1, le=_MOST)]
Text = Annotated[str, StringConstraints(max_length=10_000)]
Id = Annotated[int, Path(ge=1, le=_MOST)]
FileId = Annotated[int, Path(ge=1, le=_MOST, description="Id of a file.")]
Page = Annotated[int, Query(ge=1, le=10**9)]
PerPage = Annotated[int, Query(ge=1, le=1000)]
Key = Annotated[
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


class Work:
    """Begins work for a request: once where it says a key, and only so much in a minute."""

    def __init__(self, rate: Rate, once: Once) -> None:
        self._rate, self._once = rate, once

    def begin(self, key: str | None, request: Request, body: BaseModel | None, start: Callable[[], Any]) -> Any:
        """Return what `start` returns, or returned for this key before. Problem: too much, or the key was used."""
        said = f"{request.method} {request.url.path} {body.model_dump_json() if body else ''}"

        def begun() -> Any:
            self._rate.take()
            return start()

        return self._once(key, said, begun)


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


def _work(request: Request) -> Work:
    return request.app.state.work  # type: ignore[no-any-return]


def _waits(request: Request) -> Waits:
    return request.app.state.waits  # type: ignore[no-any-return]


Open = Annotated[Library, Depends(_library)]
Beginning = Annotated[Work, Depends(_work)]
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
