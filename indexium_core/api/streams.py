"""Answers that come piece by piece, as long as somebody listens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Send

__all__ = ["Stream"]


class Stream(StreamingResponse):
    """
    An answer whose pieces come from an asynchronous generator.

    That is closed as soon as nobody listens, also where this is found out as a piece is sent; else its end would wait
    until its memory is wanted.
    """

    def __init__(self, pieces: AsyncGenerator[Any, None], **facts: Any) -> None:
        super().__init__(pieces, **facts)
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        """Send the pieces; whatever ends that ends the generator."""
        async with aclosing(self._pieces):
            await super().stream_response(send)
