"""What the answers with pictures, videos and photos have in common."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ClassVar

from tornado.web import RequestHandler

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.artwork.assets import CachedImage
from indexium_core.model.operations.actor import carry_actor

logger = logging.getLogger(__name__)

LARGEST_ID = 2**62
# A browser requests up to 100 pictures at the same time, through a proxy with HTTP/2.
_LIMIT = ActorLimit(128, "pictures")


class MediaAnswer(RequestHandler):
    """Answers with bytes that have their own ETag; an error is only a status, because the client expects no text."""

    def compute_etag(self) -> str | None:
        """Return the value that the answer has already: Tornado would hash the body."""
        tag: str | None = self._headers.get("ETag")
        return tag

    def write_error(self, status_code: int, **_: Any) -> None:
        """Send only the status."""
        self.set_header("Cache-Control", "no-store")
        self.finish()
        del status_code


class PictureAnswer(MediaAnswer):
    """
    Answers with a picture that separate threads read, or with 404.

    An image in a page gets 204 instead: browsers log a 404 as an error.
    """

    failure: ClassVar[str]  # the name of the log event
    cache_control: str

    def initialize(self, library: Library, pool: Executor) -> None:
        self._library, self._pool = library, pool
        self._reading: Future[CachedImage | None] | None = None
        self._problem: errors.IndexiumError | None = None  # why there is no picture

    async def answer(self, number: str, read: Callable[[int], CachedImage | None]) -> None:
        """Answer with the picture that `read` returns for the id of a file or a title; `pool` calls `read`."""
        try:
            with _LIMIT.use():
                image = await self._read(read, int(number)) if int(number) <= LARGEST_ID else None
        except errors.TooManyError as error:
            self.set_status(error.http_status)
            self.set_header("Cache-Control", "no-store")
            return
        if image is None:
            self.answer_without()
            return
        self.set_header("Content-Type", image.media_type)
        self.set_header("Cache-Control", self.cache_control)
        self.set_header("ETag", f'"{image.version}"')
        if self.check_etag_header():
            self.set_status(304)
            return
        self.write(image.data)

    def answer_without(self) -> None:
        """Answer that there is no picture."""
        self.set_header("Cache-Control", "no-store")
        self.set_status(204 if self.request.headers.get("Sec-Fetch-Dest") == "image" else 404)

    async def _read(self, read: Callable[[int], CachedImage | None], number: int) -> CachedImage | None:
        self._reading = self._pool.submit(carry_actor(read), number)
        try:
            return await asyncio.wrap_future(self._reading)
        except asyncio.CancelledError:  # the page left this picture before the read started
            return None
        except errors.IndexiumError as error:
            logger.info(self.failure, extra={"error": error.message})
            self._problem = error
            return None

    def on_connection_close(self) -> None:
        """Cancel the read of a picture, if it has not started and no client waits for it."""
        if self._reading is not None:
            self._reading.cancel()
