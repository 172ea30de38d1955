"""
The calls of commands: `POST /api/library/{method}`, for holders of the token.

A call runs the method in this process; `wire` encodes its values. A long call is answered line by line
(`{"progress": …}`, `{"piece": …}`, at last `{"result": …}` or `{"problem": …}`). If the client disconnects before the
end, a scan or a dry run is cancelled, as by Ctrl-C; an operation that has started continues.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from indexium_core import errors
from indexium_core.api import problems, wire
from indexium_core.api.streams import Stream
from indexium_core.library import Library, MetadataPlan, OperationHandle, remote_calls
from indexium_core.model.remote_calls import DESCRIBE, RemoteCall, ServiceDescription

__all__ = ["Caller", "router"]

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/api/library", tags=["commands"])

_TOLD = 0.1  # seconds between two words about how far it is
_AHEAD = 16  # lines that may wait for a listener that is slow


class Caller:
    """Does what a command calls for."""

    def __init__(self, library: Library, pool: Executor) -> None:
        self._library = library
        self.pool = pool
        self.codec = wire.Codec(give=_given, take={"plan": self._plan})

    @functools.cached_property
    def calls(self) -> dict[str, RemoteCall]:
        """Return what can be called."""
        return remote_calls(self._library)

    def _description(self) -> ServiceDescription:
        return ServiceDescription(calls=self.calls, classes=wire.value_classes())

    def _plan(self, facts: Mapping[str, Any]) -> MetadataPlan:
        return self._library.plan(
            facts["query"], plan_id=facts["plan_id"], file_hashes=facts["file_hashes"], file_ids=facts["file_ids"]
        )

    def bound(self, name: str, words: Any) -> Callable[..., Any]:
        """
        Return a call that is ready to be made.

        Raises:
            Problem: It cannot be called, or not with these values.

        """
        if name == DESCRIBE:
            return self._description
        if name not in self.calls:
            raise problems.ProblemAnswer(404, "unknown_address", f"'{name}' cannot be called through the service.")
        try:
            args, kwargs = self.codec.decoded(words["args"]), self.codec.decoded(words["kwargs"])
            method = self._method(name, args)
            inspect.signature(method).bind(*args, **kwargs)
        except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
            raise problems.ProblemAnswer(422, "invalid_request", f"'{name}' cannot be called so: {error}.") from error
        return lambda **more: method(*args, **kwargs, **more)

    def _method(self, name: str, args: list[Any]) -> Callable[..., Any]:
        owner, _, own = name.partition(".")
        target: Any = args.pop(0) if owner == "plan" else getattr(self._library, owner)
        if owner == "plan" and not isinstance(target, MetadataPlan):
            message = "it is asked of a plan"
            raise TypeError(message)
        member = getattr(target, own)
        return member if callable(member) else lambda: member

    def give_up(self, name: str) -> bool:
        """End in good order what a listener that has gone was waiting for; False where there is no such way."""
        if name == "scans.run":
            self._library.scans.cancel()
        return name in {"scans.run", "operations.dry_run"}


def _given(value: Any) -> tuple[str, Any] | None:
    if isinstance(value, MetadataPlan):
        hashes, ids = value.search.file_hashes, value.search.file_ids
        facts = {"plan_id": value.id, "query": value.query}
        return "plan", facts | {
            "file_hashes": None if hashes is None else list(hashes),
            "file_ids": None if ids is None else list(ids),
        }
    if isinstance(value, OperationHandle):
        return "operation", value.id
    return None


@router.post("/{method}")
async def call(request: Request, method: str) -> Response:
    """Call a method of the library, in the words of `indexium_core/api/wire.py`; for holders of the token."""
    caller: Caller = request.app.state.caller
    try:
        words = json.loads(await request.body())
    except (ValueError, RecursionError):
        return problems.answer(400, "bad_request", "The body is no JSON.")
    loop = asyncio.get_running_loop()
    work = await loop.run_in_executor(caller.pool, caller.bound, method, words)
    if words.get("stream"):
        return Stream(_lines(caller, method, work), media_type="application/x-ndjson")
    text = await loop.run_in_executor(caller.pool, lambda: caller.codec.dumps(work()))
    return Response(text, media_type="application/json")


class _Left(Exception):  # noqa: N818 - nothing went wrong
    """Nobody listens any more."""


class _CallPipe:
    """Carries lines from the thread that works to the connection; a slow listener holds the work up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
        self._left = threading.Event()
        self._told = 0.0

    def send(self, line: bytes | None) -> None:
        """Hand a line on, None for the end; raises `_Left`."""
        if self._left.is_set():
            raise _Left
        asyncio.run_coroutine_threadsafe(self._queue.put(line), self._loop).result()

    @property
    def left(self) -> bool:
        """Whether nobody listens any more."""
        return self._left.is_set()

    def due(self) -> bool:
        """Tell whether to say now how far it is."""
        now = time.monotonic()
        due = now - self._told >= _TOLD
        self._told = now if due else self._told
        return due

    async def get(self) -> bytes | None:
        return await self._queue.get()

    def leave(self) -> None:
        """Let nobody wait for a listener that has gone."""
        self._left.set()
        while not self._queue.empty():
            self._queue.get_nowait()


async def _lines(caller: Caller, method: str, work: Callable[..., Any]) -> AsyncGenerator[bytes, None]:
    loop = asyncio.get_running_loop()
    line = _CallPipe(loop)
    loop.run_in_executor(caller.pool, _work, caller, method, work, line)
    ended = False
    try:
        while (text := await line.get()) is not None:
            yield text
        ended = True
    finally:
        line.leave()
        if not ended:
            caller.give_up(method)


def _work(caller: Caller, method: str, work: Callable[..., Any], line: _CallPipe) -> None:
    def told(*values: Any) -> bool:
        if line.left:
            if caller.give_up(method):
                return False  # by which a dry run gives the rest up
            raise _Left
        if line.due():
            line.send(_text("progress", caller.codec.encoded(list(values))))
        return True

    try:
        try:
            callback = caller.calls[method].callback
            found = work(**{callback: told}) if callback else work()
            if caller.calls[method].pieces:
                _hand_on(found, line)
                found = None
            line.send(_text("result", caller.codec.encoded(found)))
        except errors.IndexiumError as error:
            line.send(_text("problem", wire.error_to_wire(error)))
        except _Left:
            raise
        except Exception:
            logger.exception("api.call_failed", extra={"user_action": method})
            message = "The service failed at this; its log says why. No file was left half-written."
            line.send(_text("problem", {"message": message, "reason": "internal"}))
        line.send(None)
    except _Left:
        logger.info("api.left", extra={"user_action": method})


def _hand_on(pieces: Iterator[str], line: _CallPipe) -> None:
    for piece in pieces:
        line.send(_text("piece", piece))


def _text(what: str, value: Any) -> bytes:
    return json.dumps({what: value}, separators=(",", ":")).encode() + b"\n"
