"""Answers that come piece by piece, as long as somebody listens."""

from __future__ import annotations

from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send

__all__ = ["Stream"]


class Stream(StreamingResponse):
    """
    An answer whose pieces come from an asynchronous generator.

    That is closed as soon as nobody listens, also where this is found out as a piece is sent; else its end would wait
    until its memory is wanted.
    """

    async def stream_response(self, send: Send) -> None:
        """Send the pieces; whatever ends that ends the generator."""
        async with aclosing(self.body_iterator):  # type: ignore[type-var]
            await super().stream_response(send)
