"""Streamed responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message

from indexium_core.api.streams import Stream


class Left(Exception):  # noqa: N818 - it is what happens
    """The listener disconnects while data is sent to it."""


async def leave(message: Message) -> None:
    if message["type"] == "http.response.body":
        raise Left


async def wait_for_ever() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def test_stream_source_ends_when_client_disconnects() -> None:
    ended: list[bool] = []

    async def pieces() -> AsyncGenerator[bytes, None]:
        try:
            yield b"one"
            yield b"two"
        finally:
            ended.append(True)

    async def told(made: StreamingResponse) -> bool:
        """Return whether the stream ended while its exception was still referenced."""
        scope: dict[str, Any] = {"type": "http", "asgi": {"spec_version": "2.3"}}
        with pytest.raises(Left) as caught:
            await made(scope, wait_for_ever, leave)
        assert caught.traceback
        return bool(ended)

    assert asyncio.run(told(Stream(pieces())))
