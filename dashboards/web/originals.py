"""`/media/{file_id}`: the bytes of a video or photo, whole or a range of them, read on separate threads."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from tornado.iostream import StreamClosedError

from dashboards.web.media_answers import LARGEST_ID, MediaAnswer
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.files.tiles import BrowserFile
from indexium_core.model.operations.actor import carry_actor

T = TypeVar("T")
logger = logging.getLogger(__name__)

_PIECE = 1_048_576  # bytes that one read returns
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


class OriginalFile(MediaAnswer):
    """Answers with the file or with a range of it (RFC 9110, section 14); 404 for every file that is not served."""

    def initialize(self, library: Library, pool: Executor) -> None:
        self._originals, self._pool = library.originals, pool

    async def head(self, file_id: str) -> None:
        await self._answer(int(file_id), with_body=False)

    async def get(self, file_id: str) -> None:
        await self._answer(int(file_id), with_body=True)

    async def _answer(self, file_id: int, *, with_body: bool) -> None:
        found = await self._find(file_id) if file_id <= LARGEST_ID else None
        self.set_header("Cache-Control", "private, no-cache")
        if found is None:
            self.set_status(404)
            return
        tag = f'"{found.mtime_ns:x}-{found.size:x}"'
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("ETag", tag)
        self.set_header("Content-Disposition", "inline")
        if "Range" not in self.request.headers and self.check_etag_header():
            self.set_status(304)
            return
        first, last = 0, found.size - 1
        wanted = self._range(found.size) if self.request.headers.get("If-Range", tag) == tag else None
        if wanted is not None:
            first, last = wanted
            if first > last:
                self.set_status(416)
                self.set_header("Content-Range", f"bytes */{found.size}")
                return
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {first}-{last}/{found.size}")
        self.set_header("Content-Type", found.media_type)
        self.set_header("Content-Length", str(last - first + 1))
        if not with_body:
            return
        while first <= last:
            length = min(_PIECE, last - first + 1)
            if not await self._send(found, first, length):
                self._stop()
                return
            first += length

    async def _find(self, file_id: int) -> BrowserFile | None:
        try:
            return await self._run(lambda: self._originals.find(file_id))
        except errors.IndexiumError as error:
            logger.info("original.failed", extra={"error": error.message})
            return None

    async def _send(self, original: BrowserFile, first: int, length: int) -> bool:
        """Send bytes of the file; return whether the answer can continue."""
        try:
            data = await self._run(lambda: self._originals.read(original, first, length))
            self.write(data)
            await self.flush()
        except (errors.FileAccessError, StreamClosedError) as error:
            logger.info("original.stopped", extra={"error": str(error)})
            return False
        return len(data) == length

    def _stop(self) -> None:
        """End an answer that cannot be completed: 404 before its first byte, otherwise the connection is closed."""
        if not self._headers_written:
            self.clear()
            self.set_status(404)
        elif self.request.connection is not None:
            self.request.connection.stream.close()

    def _range(self, size: int) -> tuple[int, int] | None:
        """Return the first and the last requested byte, first > last for none; None without a valid range."""
        match = _RANGE.fullmatch(self.request.headers.get("Range", "").strip())
        if match is None or match.groups() == ("", ""):
            return None
        start, end = match.groups()
        if not start:
            return max(0, size - int(end)) if int(end) else size, size - 1
        last = min(int(end), size - 1) if end else size - 1
        if end and int(end) < int(start):
            return None
        return int(start), last

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._pool.submit(carry_actor(work)))
