"""
Downloads of plans and reports, and the upload of an edited CSV.

A thread creates a download in pieces while the browser receives it. An upload has a size limit and changes nothing
here: the comparison is kept, and a page shows it and asks what to do.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler, stream_request_body

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.operations.actor import carry_actor
from indexium_core.model.planning.plan import SORT_KEYS

logger = logging.getLogger(__name__)

LARGEST = 100_000_000  # bytes of an upload; a plan of 100,000 files has about 60 MB
_DROPPED = 2**31  # bytes that are read after a rejection, so that a browser that is still sending receives it
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


def routes(library: Library, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the addresses below /files/."""
    arguments = {"library": library, "pool": pool}
    return [
        (r"/files/plan\.(csv|json)", PlanDownload, arguments),
        (r"/files/dry-run/([\w-]+)\.(csv|json)", DryRunDownload, arguments),
        (r"/files/changes", ChangesDownload, arguments),
    ]


def is_from_own_page(request: HTTPServerRequest) -> bool:
    """Return whether a page of this server sends a request, by its Origin."""
    return bool(urlsplit(request.headers.get("Origin", "")).netloc.lower() == request.host.lower())


class FileHandler(RequestHandler):
    """The common parts of these handlers."""

    def initialize(self, library: Library, pool: Executor) -> None:
        self._library, self._pool = library, pool

    def refuse(self, status: int, sentence: str) -> None:
        """Answer with one sentence."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(sentence)

    async def on_thread(self, call: Callable[[], Any]) -> Any:
        """Run long work on a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, carry_actor(call))

    async def send(self, make: Callable[[], Iterator[str]], name: str, kind: str) -> None:
        """Send the pieces of `make` as a file; an error during the transfer closes the connection."""
        try:
            pieces = await self.on_thread(make)
            first = await self.on_thread(lambda: next(pieces, ""))
        except errors.IndexiumError as error:
            self.refuse(error.http_status, error.message)
            return
        self.set_header("Content-Type", TYPES[kind])
        self.set_header("Content-Disposition", f'attachment; filename="{name}.{kind}"')
        self.set_header("Cache-Control", "no-store")
        piece = ("\ufeff" if kind == "csv" else "") + first  # without the mark, Excel assumes its old encoding
        try:
            while piece:
                self.write(piece)
                await self.flush()
                piece = await self.on_thread(lambda: next(pieces, ""))
        except StreamClosedError:
            logger.info("dashboard.download_ended", extra={"file_name": name})
            return
        self.finish()


class PlanDownload(FileHandler):
    """`GET /files/plan.csv`, `.json`: the files of a search, in the format of the command line."""

    async def get(self, kind: str) -> None:
        query, sort = self.get_query_argument("q", ""), self.get_query_argument("sort", "risk")
        sort = sort if sort in SORT_KEYS else "risk"
        turned, everything = (self.get_query_argument(name, "") == "1" for name in ("desc", "all"))
        fields: tuple[str, ...] | None = None if self.get_query_argument("fields", "") == "all" else ()
        name = "-".join(part for part in ("indexium-plan", slug(query), f"{_today()}") if part)
        await self.send(
            lambda: self._library.exporter.plan(
                query, kind, sort=sort, descending=turned, everything=everything, fields=fields
            ),
            name,
            kind,
        )


class DryRunDownload(FileHandler):
    """`GET /files/dry-run/….csv`, `.json`: the report of a dry run."""

    async def get(self, token: str, kind: str) -> None:
        def make() -> Iterator[str]:
            report, plan = self._library.dry_runs.find(token)
            return self._library.exporter.dry_run(report, plan, kind)

        await self.send(make, f"indexium-dry-run-{_today()}", kind)


@stream_request_body
class ChangesDownload(FileHandler):
    """
    `POST /files/changes`: an edited CSV, which is compared with the plan.

    Answers with the {token} of the comparison, or {refused} with the reason: an unsuitable file is no
    page error.
    """

    def prepare(self) -> None:
        """Reject requests of other pages before the body is read; `request_guard` has checked Host and Origin."""
        self._body = bytearray()
        self._refused = self._why_not()
        if self._refused:
            self.request.connection.set_max_body_size(_DROPPED)
            self.refuse(*self._refused)

    def _why_not(self) -> tuple[int, str] | None:
        length = self.request.headers.get("Content-Length", "")
        if self.request.method != "POST":
            return None
        if not is_from_own_page(self.request):
            return 403, "Only the pages of this server may send files here."
        if self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "text/csv":
            return 415, "Only CSV files can be imported. Export the plan as CSV, and edit that file."
        if not length.isdecimal() or int(length) > LARGEST:
            size = f" ({wording.size(int(length))})" if length.isdecimal() else ""
            return (
                413,
                f"This file{size} is larger than {wording.size(LARGEST)}. Import only the rows that you changed.",
            )
        return None

    def data_received(self, chunk: bytes) -> None:
        if not self._refused:
            self._body.extend(chunk)

    async def post(self) -> None:
        if self._refused:
            return
        body = bytes(self._body)
        self.set_header("Cache-Control", "no-store")
        try:
            ticket = await self.on_thread(lambda: self._library.changes.read_upload(body))
        except (errors.UsageError, errors.ForbiddenError) as error:
            self.write({"refused": error.message})
        else:
            self.write({"token": ticket})


def _today() -> str:
    return f"{datetime.now(UTC).astimezone():%Y-%m-%d}"


def slug(text: str) -> str:
    """Return the words of a search as part of a file name: only ASCII letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
