"""
The calls of commands: `POST /api/library/{method}`, with the token.

A call runs the method in this process; `wire` encodes its values. A long call is answered line by line
(`{"progress": …}`, `{"piece": …}`, finally `{"result": …}` or `{"problem": …}`). If the client disconnects before the
end, a scan or a dry run is cancelled, like with Ctrl-C; a started operation continues.
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
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.library import Library, remote_calls
from indexium_core.model.operations.actor import carry_actor
from indexium_core.model.remote_calls import DESCRIBE, RemoteCall, ServiceDescription
from indexium_core.model.surrogates import INVALID_TEXT

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/api/library", tags=["commands"])

_PROGRESS_SECONDS = 0.1  # between two progress lines
_AHEAD = 16  # lines that are buffered for a slow client


class Caller:
    """Executes the calls of commands."""

    def __init__(self, library: Library, pool: Executor) -> None:
        self._library = library
        self.pool = pool
        self.codec = wire.Codec(to_reference=_encode_reference, from_reference={"plan": self._plan})

    @functools.cached_property
    def calls(self) -> dict[str, RemoteCall]:
        """Return the methods that can be called."""
        return remote_calls(self._library)

    def _description(self) -> ServiceDescription:
        return ServiceDescription(
            calls=self.calls, classes=wire.value_classes(), fields=self._library.fields.definitions()
        )

    def _plan(self, facts: Mapping[str, Any]) -> MetadataPlan:
        return self._library.plan(
            facts["query"], plan_id=facts["plan_id"], file_hashes=facts["file_hashes"], file_ids=facts["file_ids"]
        )

    def bound(self, name: str, arguments: Any) -> Callable[..., Any]:
        """
        Return a call with its decoded arguments.

        Raises:
            ProblemAnswer: The method cannot be called, or it cannot be called with these values.

        """
        if name == DESCRIBE:
            return self._description
        if name not in self.calls:
            raise problems.ProblemAnswer(404, "unknown_address", f"'{name}' cannot be called through the service.")
        try:
            # A surrogate that stands for a byte of a file name is valid here; the library rejects it in other texts.
            json.dumps(arguments, ensure_ascii=False).encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise problems.ProblemAnswer(422, "invalid_request", INVALID_TEXT) from error
        try:
            args, kwargs = self.codec.decoded(arguments["args"]), self.codec.decoded(arguments["kwargs"])
            method = self._method(name, args)
            inspect.signature(method).bind(*args, **kwargs)
        except (TypeError, KeyError, ValueError, AttributeError, RecursionError) as error:
            detail = f"'{name}' cannot be called with these arguments: {error}."
            raise problems.ProblemAnswer(422, "invalid_request", detail) from error
        return lambda **more: method(*args, **kwargs, **more)

    def _method(self, name: str, args: list[Any]) -> Callable[..., Any]:
        owner, _, own = name.partition(".")
        target: Any = args.pop(0) if owner == "plan" else getattr(self._library, owner)
        if owner == "plan" and not isinstance(target, MetadataPlan):
            raise TypeError("the first argument must be a plan")
        member = getattr(target, own)
        return member if callable(member) else lambda: member

    def cancel(self, name: str) -> bool:
        """Cancel the call of a client that has disconnected; return False if the method cannot be cancelled."""
        if name == "scans.run":
            self._library.scans.cancel()
        return name in {"scans.run", "operations.dry_run"}


def _encode_reference(value: Any) -> tuple[str, Any] | None:
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
    """Call a method of the library with values encoded by `indexium_core/api/wire.py`; needs the token."""
    caller: Caller = request.app.state.caller
    try:
        arguments = json.loads(await request.body())
    except (ValueError, RecursionError):
        return problems.answer(400, "bad_request", "The body is not valid JSON.")
    loop = asyncio.get_running_loop()
    work = await loop.run_in_executor(caller.pool, caller.bound, method, arguments)
    if arguments.get("stream"):
        return Stream(_lines(caller, method, work), media_type="application/x-ndjson")
    text = await loop.run_in_executor(caller.pool, carry_actor(lambda: caller.codec.dumps(work())))
    return Response(text, media_type="application/json")


class _Disconnected(Exception):  # noqa: N818 - not an error
    """The client has disconnected."""


class _CallPipe:
    """Carries lines from the worker thread to the connection; a slow client slows the worker down."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
        self._is_disconnected = threading.Event()
        self._reported_at = 0.0

    def send(self, line: bytes | None) -> None:
        """Send a line; None marks the end. Raises `_Disconnected`."""
        if self._is_disconnected.is_set():
            raise _Disconnected
        asyncio.run_coroutine_threadsafe(self._queue.put(line), self._loop).result()

    @property
    def is_disconnected(self) -> bool:
        """Whether the client has disconnected."""
        return self._is_disconnected.is_set()

    def is_due(self) -> bool:
        """Return whether a progress line is due."""
        now = time.monotonic()
        is_due = now - self._reported_at >= _PROGRESS_SECONDS
        self._reported_at = now if is_due else self._reported_at
        return is_due

    async def get(self) -> bytes | None:
        return await self._queue.get()

    def disconnect(self) -> None:
        """Release the worker after the client has disconnected."""
        self._is_disconnected.set()
        while not self._queue.empty():
            self._queue.get_nowait()


async def _lines(caller: Caller, method: str, work: Callable[..., Any]) -> AsyncGenerator[bytes, None]:
    loop = asyncio.get_running_loop()
    line = _CallPipe(loop)
    loop.run_in_executor(caller.pool, carry_actor(_work), caller, method, work, line)
    ended = False
    try:
        while (text := await line.get()) is not None:
            yield text
        ended = True
    finally:
        line.disconnect()
        if not ended:
            caller.cancel(method)


def _work(caller: Caller, method: str, work: Callable[..., Any], line: _CallPipe) -> None:
    def on_progress(*values: Any) -> bool:
        if line.is_disconnected:
            if caller.cancel(method):
                return False  # cancels the rest of a dry run
            raise _Disconnected
        if line.is_due():
            line.send(_text("progress", caller.codec.encoded(list(values))))
        return True

    try:
        try:
            callback = caller.calls[method].callback
            found = work(**{callback: on_progress}) if callback else work()
            if caller.calls[method].pieces:
                _send_pieces(found, line)
                found = None
            line.send(_text("result", caller.codec.encoded(found)))
        except errors.IndexiumError as error:
            line.send(_text("problem", wire.error_to_wire(error)))
        except _Disconnected:
            raise
        except Exception:
            logger.exception("api.call_failed", extra={"user_action": method})
            message = "The service failed; its log shows the cause. No file was left half-written."
            line.send(_text("problem", {"message": message, "reason": "internal"}))
        line.send(None)
    except _Disconnected:
        logger.info("api.disconnected", extra={"user_action": method})


def _send_pieces(pieces: Iterator[str], line: _CallPipe) -> None:
    for piece in pieces:
        line.send(_text("piece", piece))


def _text(what: str, value: Any) -> bytes:
    return json.dumps({what: value}, separators=(",", ":")).encode() + b"\n"
