"""
Uploads of lists of people: a file in the home until a person has imported or discarded it.

An upload changes nothing. Only the uploading page has its token, see `flows/people/people_lists.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from tornado.web import RequestHandler, stream_request_body

from dashboards.web.downloads import is_from_own_page
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PLAN_EDIT

LARGEST = 200_000_000  # bytes; a legacy .db file with 100,000 files has about 60 MB
FOLDER = "uploads"
_DROPPED = 2**31  # bytes that are read after a rejection, so that a browser that is still sending receives the response
_KINDS = {".csv", ".txt", ".tsv", ".json", ".db", ".sqlite", ".sqlite3"}


def routes(library: Library, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the routes of uploads; files of an earlier process are removed."""
    folder = library.home / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    arguments = {"library": library, "folder": folder, "pool": pool}
    return [(r"/files/people", People, arguments)]


@stream_request_body
class People(RequestHandler):
    """`POST /files/people`: a list of people; answers with its token. `request_guard` has checked Host and Origin."""

    def initialize(self, library: Library, folder: Path, pool: Executor) -> None:
        self._library, self._folder, self._pool = library, folder, pool
        self._file: IO[bytes] | None = None
        self._path = folder / secrets.token_hex(8)

    def prepare(self) -> None:
        """Reject requests of other pages before the body is read."""
        refusal = self._why_not() if self.request.method == "POST" else None
        if refusal:
            self.request.connection.set_max_body_size(_DROPPED)
            self.set_status(refusal[0])
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(refusal[1])
        elif self.request.method == "POST":
            self.request.connection.set_max_body_size(LARGEST)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._path = self._path.with_suffix(Path(self._name()).suffix.lower())
            self._file = self._path.open("xb")

    def _name(self) -> str:
        return unquote(self.request.headers.get("X-File-Name", ""))[-200:]

    def _why_not(self) -> tuple[int, str] | None:
        length = self.request.headers.get("Content-Length", "")
        if not is_from_own_page(self.request):
            return 403, "Only the pages of this server may send files here."
        if self.request.headers.get("Content-Type", "") != "application/octet-stream":
            return 415, "Only the pages of this server may send files here."
        if Path(self._name()).suffix.lower() not in _KINDS:
            return 415, "A list of people is a CSV, a JSON or a database (.db)."
        if not length.isdecimal() or int(length) > LARGEST:
            size = f" ({wording.size(int(length))})" if length.isdecimal() else ""
            return 413, f"This file{size} is larger than {wording.size(LARGEST)}."
        try:
            self._library.authority.require(PLAN_EDIT)
        except errors.ForbiddenError as error:
            return error.http_status, error.message
        return None

    async def data_received(self, chunk: bytes) -> None:
        if self._file is not None:
            await self._on_thread(self._file.write, chunk)

    async def _on_thread(self, call: Callable[..., Any], *arguments: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, call, *arguments)

    def post(self) -> None:
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self.set_header("Cache-Control", "no-store")
        self.write({"token": self._library.people_lists.keep(self._path, self._name())})

    def on_connection_close(self) -> None:
        """Remove the file of an interrupted upload."""
        if self._file is not None:
            self._file.close()
            with contextlib.suppress(OSError):
                self._path.unlink()
