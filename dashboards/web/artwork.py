"""
`/poster/{title_id}`, its candidates and `/collage/{title_id}`: pictures of films and series as JPEGs.

A picture may have to be downloaded first, so the work is done on separate threads and never on the server's loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from dashboards.web.media_answers import LARGEST_ID, MediaAnswer
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.artwork.assets import COLLAGE_LAYOUTS, VARIANTS, CachedImage

__all__ = ["routes"]

logger = logging.getLogger(__name__)

_KEPT = "private, max-age=60"  # another picture may be chosen for the title


class _TitlePicture(MediaAnswer):
    """Answers with a JPEG, or with 404. An image in a page gets 204 instead: browsers log a 404 as an error."""

    def initialize(self, library: Library, pool: Executor) -> None:
        self._library, self._pool = library, pool
        self._reading: Future[CachedImage | None] | None = None

    async def _answer(self, title_id: str, read: Callable[[int], CachedImage | None]) -> None:
        image = await self._read(lambda: read(int(title_id))) if int(title_id) <= LARGEST_ID else None
        if image is None:
            self.set_header("Cache-Control", "no-store")
            self.set_status(204 if self.request.headers.get("Sec-Fetch-Dest") == "image" else 404)
            return
        self.set_header("Content-Type", image.media_type)
        self.set_header("Cache-Control", _KEPT)
        self.set_header("ETag", f'"{image.version}"')
        if self.check_etag_header():
            self.set_status(304)
            return
        self.write(image.data)

    def _choice(self, name: str, known: tuple[str, ...]) -> str:
        """Return the value of a parameter, by default the first one; "" after the answer 400 to an unknown value."""
        value = self.get_query_argument(name, "") or known[0]
        if value in known:
            return value
        self.set_status(400)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(f"There is no {name} “{value[:40]}”. Choose one of: {', '.join(known)}.\n")
        return ""

    async def _read(self, read: Callable[[], CachedImage | None]) -> CachedImage | None:
        self._reading = self._pool.submit(read)
        try:
            return await asyncio.wrap_future(self._reading)
        except asyncio.CancelledError:  # the page left this title before the read started
            return None
        except errors.IndexiumError as error:
            logger.info("artwork.failed", extra={"error": error.message})
            return None

    def on_connection_close(self) -> None:
        """Cancel the read of a picture, if it has not started and no client waits for it."""
        if self._reading is not None:
            self._reading.cancel()


class TitlePoster(_TitlePicture):
    """The poster of a title; with `?kind=backdrop` its backdrop."""

    async def get(self, title_id: str) -> None:
        size = self._choice("kind", tuple(VARIANTS))
        if size:
            await self._answer(title_id, lambda number: self._library.artwork.poster(number, size))


class CandidatePoster(_TitlePicture):
    """The poster of a proposed match of a title."""

    async def get(self, title_id: str, position: str) -> None:
        await self._answer(title_id, lambda number: self._library.artwork.candidate_poster(number, int(position)))


class TitleCollage(_TitlePicture):
    """The posters of a title and its seasons; `?layout=strip` in one row."""

    async def get(self, title_id: str) -> None:
        layout = self._choice("layout", tuple(COLLAGE_LAYOUTS))
        if layout:
            await self._answer(title_id, lambda number: self._library.artwork.collage(number, layout))


def routes(library: Library, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the routes of the pictures of titles; `pool` downloads and makes them."""
    parts = {"library": library, "pool": pool}
    return [
        (r"/poster/(\d{1,19})", TitlePoster, parts),
        (r"/poster/(\d{1,19})/candidate/(\d{1,4})", CandidatePoster, parts),
        (r"/collage/(\d{1,19})", TitleCollage, parts),
    ]
