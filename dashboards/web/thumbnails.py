"""`/thumbnail/{file_id}`: a thumbnail of a file, read on separate threads and never on the server's loop."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from concurrent.futures import Executor, Future

from dashboards.web.media_answers import LARGEST_ID, MediaAnswer
from indexium_core import errors
from indexium_core.library import Library

__all__ = ["Thumbnail", "address"]

logger = logging.getLogger(__name__)

_WIDTHS = (320, 640, 1280)  # pixels; a page asks for one of these
_KEPT = "private, max-age=86400"  # the address changes with the file


def address(file_id: int, file_hash: str | None, mtime_ns: int) -> str:
    """Return the address of a thumbnail; it changes when the file changes."""
    version = hashlib.blake2b(f"{file_hash} {mtime_ns}".encode(), digest_size=6).hexdigest()
    return f"/thumbnail/{file_id}?v={version}"


class Thumbnail(MediaAnswer):
    """Answers with a JPEG, or with 404. An image in a page gets 204 instead: browsers log a 404 as an error."""

    def initialize(self, library: Library, pool: Executor) -> None:
        self._library, self._pool = library, pool
        self._reading: Future[bytes | None] | None = None

    async def get(self, file_id: str) -> None:
        data = await self._read(int(file_id)) if int(file_id) <= LARGEST_ID else None
        if data is None:
            self.set_header("Cache-Control", "no-store")
            self.set_status(204 if self.request.headers.get("Sec-Fetch-Dest") == "image" else 404)
            return
        self.set_header("Content-Type", "image/jpeg")
        self.set_header("Cache-Control", _KEPT)
        self.set_header("ETag", f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"')
        if self.check_etag_header():
            self.set_status(304)
            return
        self.write(data)

    async def _read(self, file_id: int) -> bytes | None:
        width = self.get_query_argument("width", "640")
        wanted = int(width) if width in {str(each) for each in _WIDTHS} else 640
        self._reading = self._pool.submit(self._library.thumbnails.jpeg, file_id, width=wanted)
        try:
            return await asyncio.wrap_future(self._reading)
        except asyncio.CancelledError:  # the page left this file before the read started
            return None
        except errors.IndexiumError as error:
            logger.info("thumbnail.failed", extra={"error": error.message})
            return None

    def on_connection_close(self) -> None:
        """Cancel the read of a thumbnail, if it has not started and no client waits for it."""
        if self._reading is not None:
            self._reading.cancel()
