"""Streamed responses that end when the client disconnects."""

from __future__ import annotations

from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send


class IncompleteStreamError(Exception):
    """A stream cannot be completed: the connection is closed, so that the client sees it."""


class Stream(StreamingResponse):
    """
    A response whose chunks come from an asynchronous generator.

    The generator is closed as soon as the client disconnects, also if sending a chunk fails. Otherwise only the garbage
    collector would close the generator.
    """

    async def stream_response(self, send: Send) -> None:
        """Send the chunks, then close the generator in every case."""
        async with aclosing(self.body_iterator):  # type: ignore[type-var]
            await super().stream_response(send)
