"""Downloads of query results: the whole result as CSV or Parquet, which a query writes into a temporary file."""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
from collections.abc import Generator
from concurrent.futures import Executor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tornado.iostream import StreamClosedError

from dashboards.result_cache import ResultCache
from dashboards.web.downloads import FileHandler
from indexium_core import errors
from indexium_core.library import Library

__all__ = ["QueryDownload", "routes"]

_PIECE = 1 << 20  # bytes
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def routes(library: Library, result_cache: ResultCache, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the addresses below /files/."""
    arguments = {"library": library, "result_cache": result_cache, "pool": pool}
    return [(r"/files/query\.(csv|parquet)", QueryDownload, arguments)]


class QueryDownload(FileHandler):
    """`GET /files/query.csv`, `.parquet`: all rows of the query `q` with the values `v` (JSON) of its fields."""

    def prepare(self) -> None:
        self._is_closed = threading.Event()

    def on_connection_close(self) -> None:
        """Cancel the query, because the browser no longer receives its result."""
        self._is_closed.set()

    async def get(self, kind: str) -> None:
        if self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            self.refuse(403, "Only the pages of this server may download results.")
            return
        text, typed = self.get_query_argument("q", ""), self.get_query_argument("v", "{}")
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="indexium-query-")))
            try:
                path = await self.on_thread(partial(self._write, text, typed, folder / f"result.{kind}"))
            except errors.IndexiumError as error:
                self.refuse(error.http_status, error.message)
                return
            pieces = _pieces(path)
            stack.callback(pieces.close)
            self.set_header("Content-Type", _TYPES[kind])
            name = f"indexium-query-{datetime.now(UTC).astimezone():%Y-%m-%d-%H%M}.{kind}"
            self.set_header("Content-Disposition", f'attachment; filename="{name}"')
            self.set_header("Content-Length", str(path.stat().st_size))
            self.set_header("Cache-Control", "no-store")
            with contextlib.suppress(StreamClosedError):
                while piece := await self.on_thread(lambda: next(pieces, b"")):
                    self.write(piece)
                    await self.flush()
                self.finish()

    def _write(self, text: str, typed: str, path: Path) -> Path:
        try:
            values = {str(name): str(value) for name, value in json.loads(typed).items()}
        except (ValueError, AttributeError, RecursionError) as error:
            raise errors.UsageError("The values of the fields are not valid JSON.") from error
        queries = self._library.queries
        queries.write(text, path, queries.values(text, values), is_stopped=self._is_closed.is_set)
        return path


def _pieces(path: Path) -> Generator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
