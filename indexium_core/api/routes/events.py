"""
Server-sent events. A client that reconnects with `Last-Event-ID` misses no events.

A stream reads the recorded events from the client's last position; the event bus only starts the next read. So a slow
client uses no memory, and a client that reconnects receives all events since then, also after a restart of the service.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.concurrency import run_in_threadpool

from indexium_core.api import problems
from indexium_core.api.context import Open, StreamLimitParam, Text, words
from indexium_core.api.streams import Stream
from indexium_core.library import Library
from indexium_core.model import shapes
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.accounts.permissions import PLAN_READ
from indexium_core.model.event import Event

router = APIRouter(prefix="/api", tags=["events"])

_ALIVE = 15.0  # seconds without an event after which a keep-alive comment is sent
_MOMENT = 0.05  # seconds for which simultaneous events are collected
_PAGE = 500  # events per read
_COMMON = ("job_id", "operation_id", "current", "total", "message", "rate", "eta_seconds")


@router.get(
    "/events",
    response_class=Stream,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    library: Open,
    limit: StreamLimitParam,
    last_event_id: Annotated[str | None, Header(max_length=30)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1, description="The same as Last-Event-ID.")] = None,
    names: Annotated[Text, Query(description="Only these events, separated by commas: write:completed, job:*")] = "",
    operation_id: int | None = None,
    job_id: int | None = None,
) -> Stream:
    """Stream events as server-sent events, from now on or after `Last-Event-ID`."""
    library.authority.require(PLAN_READ)
    if last_event_id and not (last_event_id.isdecimal() and int(last_event_id) < 2**63):
        raise problems.ProblemAnswer(422, "invalid_request", "Last-Event-ID must be the number of an event.")
    start = int(last_event_id) if last_event_id else after
    wanted = _Wanted(words(names), {"operation_id": operation_id, "job_id": job_id})
    limit.require()
    newest = library.events.last_id  # a larger id comes from another home or from a restored database
    stream = _counted(limit, _event_stream(library, newest if start is None else min(start, newest), wanted))
    return Stream(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


class _Wanted:
    """The events that a client requests."""

    def __init__(self, names: tuple[str, ...], ids: dict[str, int | None]) -> None:
        self._names = names
        self._ids = {name: number for name, number in ids.items() if number is not None}

    def __call__(self, event: Event) -> bool:
        named = not self._names or any(
            event.name.startswith(name[:-1]) if name.endswith("*") else event.name == name for name in self._names
        )
        return named and all(event.data.get(name) == number for name, number in self._ids.items())


async def _counted(limit: ActorLimit, stream: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Yield a stream, and count it while it is sent."""
    with limit.use():
        async with aclosing(stream):
            async for block in stream:
                yield block


async def _event_stream(library: Library, cursor: int, wanted: _Wanted) -> AsyncGenerator[str, None]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    unsubscribe = library.events.subscribe(lambda _: _wake(loop, woken))
    try:
        yield f": from here on\nid: {cursor}\n\n"  # the position to resume from if the connection is lost now
        while True:
            woken.clear()
            found = await run_in_threadpool(library.event_log.since, cursor, _PAGE)
            if found:
                cursor = found[-1].id
                yield "".join(_block(event) for event in found if wanted(event)) or f"id: {cursor}\n\n"
            if len(found) < _PAGE:
                yield_alive = not await _waited(woken)
                if yield_alive:
                    yield ": still there\n\n"
    finally:
        unsubscribe()


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(woken.set)


async def _waited(woken: asyncio.Event) -> bool:
    """Wait for an event and collect simultaneous ones; return False after a timeout."""
    try:
        await asyncio.wait_for(woken.wait(), _ALIVE)
    except TimeoutError:
        return False
    await asyncio.sleep(_MOMENT)
    return True


def _block(event: Event) -> str:
    data: dict[str, Any] = {"id": event.id, "at": event.at, **dict.fromkeys(_COMMON), **event.data}
    return f"id: {event.id}\nevent: {event.name}\ndata: {json.dumps(data, default=shapes.plain)}\n\n"
