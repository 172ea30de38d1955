"""Downloads of query results: the whole result as CSV or Parquet, while the query runs."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from functools import partial
from typing import Any

from tornado.iostream import StreamClosedError

from dashboards.web.downloads import FileHandler
from indexium_core import errors
from indexium_core.api.access import OTHER_SITES
from indexium_core.library import Library
from indexium_core.model.analysis import MEDIA_TYPES, READER_SECONDS, QueryFile, texts_of

logger = logging.getLogger(__name__)


def routes(library: Library, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the addresses below /files/. `pool` runs nothing else: a download waits for its query."""
    arguments = {"library": library, "pool": pool}
    return [(r"/files/query\.(csv|parquet)", QueryDownload, arguments)]


class QueryDownload(FileHandler):
    """`GET /files/query.csv`, `.parquet`: all rows of the query `q` with the values `v` (JSON) of its fields."""

    def prepare(self) -> None:
        self._stream: QueryFile | None = None

    def on_connection_close(self) -> None:
        """Cancel the query, because the browser no longer receives its result."""
        if self._stream is not None:
            self._stream.stop()

    async def get(self, kind: str) -> None:
        if self.request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
            self.refuse(403, "Only the pages of this server may download results.")
            return
        text, typed = self.get_query_argument("q", ""), self.get_query_argument("v", "{}")
        try:
            self._stream = await self.on_thread(partial(self._open, text, typed, kind))
        except errors.IndexiumError as error:
            self.refuse(error.http_status, error.message)
            return
        try:
            if self.request.connection.stream.closed():  # the browser has left before there was a stream to stop
                self._stream.stop()
            await self._send_stream(self._stream)
        finally:
            self._stream.stop()
            await self.on_thread(self._stream.close)

    def _open(self, text: str, typed: str, kind: str) -> QueryFile:
        queries = self._library.queries
        return queries.stream(text, kind, queries.values(text, texts_of(typed)), client=self.request.remote_ip or "")

    async def _send_stream(self, stream: QueryFile) -> None:
        """Send the pieces of a stream; an error after the first one closes the connection."""
        pieces = stream.pieces()
        try:
            piece = await self.on_thread(lambda: next(pieces, b""))
        except errors.IndexiumError as error:
            self.refuse(error.http_status, error.message)
            return
        self.set_header("Content-Type", MEDIA_TYPES[stream.kind])
        self.set_header("Content-Disposition", f'attachment; filename="{stream.file_name}"')
        self.set_header("Cache-Control", "no-store")
        try:
            while piece:
                await self._flushed(piece)
                piece = await self.on_thread(lambda: next(pieces, b""))
        except (errors.IndexiumError, StreamClosedError, TimeoutError) as error:
            logger.info("dashboard.download_ended", extra={"file_name": stream.file_name, "error": str(error)})
            self.request.connection.stream.close()
            return
        self.finish()

    async def _flushed(self, piece: bytes) -> None:
        """Send a piece. Raises TimeoutError if the browser does not take it."""
        self.write(piece)
        await asyncio.wait_for(asyncio.ensure_future(self.flush()), READER_SECONDS)
