"""The route of queries: the result of one SELECT, as JSON or as a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.access import OTHER_SITES
from indexium_core.api.answers import Json
from indexium_core.api.context import Open
from indexium_core.api.streams import IncompleteStreamError, Stream
from indexium_core.model.analysis import MEDIA_TYPES, QueryColumn, QueryFile, texts_of

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/api", tags=["queries"])

_POLL_SECONDS = 0.5  # between two looks whether the client is still there

Sql = Annotated[
    str,
    StringConstraints(max_length=100_000),
    Query(description="One SELECT on the tables for analysts; `$name` is a parameter."),
]
Values = Annotated[
    str,
    StringConstraints(max_length=100_000),
    Query(description='JSON: the values of the parameters as texts, `{"name": "value"}`.'),
]


class QueryRows(BaseModel):
    """The first rows of a result, by the names of their columns."""

    columns: list[QueryColumn]
    items: list[dict[str, Any]]
    total: int | None
    snapshot_at: datetime
    seconds: float
    cut_values: int
    notice: str


@router.get(
    "/query",
    response_model=QueryRows,
    responses={
        200: {
            "description": "With `format=json` the first rows, up to 10,000 or about 2 MB; otherwise a file with all.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
        }
    },
)
async def query(
    library: Open,
    request: Request,
    sql: Sql,
    values: Values = "{}",
    format: Literal["json", "csv", "parquet"] = "json",  # noqa: A002 - the name of the parameter
) -> Response:
    """Run one SELECT on the tables for analysts. `csv` and `parquet` return all rows, `json` the first ones."""
    _require_own_request(request)
    _require_unicode(request)
    queries = library.queries
    parameters = await run_in_threadpool(lambda: queries.values(sql, texts_of(values)))
    if format == "json":
        answer = await run_in_threadpool(lambda: queries.run(sql, parameters))
        return Json(
            {
                "columns": answer.columns,
                "items": answer.records(),
                "total": answer.total,
                "snapshot_at": answer.snapshot_at,
                "seconds": round(answer.seconds, 3),
                "cut_values": answer.cut_values,
                "notice": answer.notice,
            }
        )
    client = request.client.host if request.client else ""
    stream = await run_in_threadpool(lambda: queries.stream(sql, format, parameters, client=client))
    return await _file(stream, request)


async def _file(stream: QueryFile, request: Request) -> Response:
    """Return the response with the pieces of a stream; an error before the first piece is raised."""
    pieces = stream.pieces()
    try:
        first = await _first(stream, pieces, request)
    except BaseException:
        await run_in_threadpool(stream.close)
        raise
    headers = {"Content-Disposition": f'attachment; filename="{stream.file_name}"', "Cache-Control": "no-store"}
    return Stream(_sent(stream, first, pieces), media_type=MEDIA_TYPES[stream.kind], headers=headers)


async def _first(stream: QueryFile, pieces: Iterator[bytes], request: Request) -> bytes:
    """Return the first piece; the query ends soon if the client leaves before it."""
    piece = asyncio.ensure_future(run_in_threadpool(lambda: next(pieces, b"")))
    while not (await asyncio.wait({piece}, timeout=_POLL_SECONDS))[0]:
        if await request.is_disconnected():
            stream.stop()
    return piece.result()


async def _sent(stream: QueryFile, first: bytes, rest: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces; an error closes the connection, so that the client sees that the file is not complete."""
    try:
        piece = first
        while piece:
            yield piece
            piece = await run_in_threadpool(lambda: next(rest, b""))
    except errors.IndexiumError as error:
        logger.info("api.stream_ended", extra={"error": error.message})
        raise IncompleteStreamError from error
    finally:
        stream.stop()
        await run_in_threadpool(stream.close)


def _require_own_request(request: Request) -> None:
    """Refuse a link on a page of another site: it cannot read the answer, but it would start a query."""
    if request.headers.get("sec-fetch-site") in OTHER_SITES:
        detail = "A page of another site may not start a query. Copy the address into the address bar."
        raise problems.ProblemAnswer(403, "forbidden", detail)


def _require_unicode(request: Request) -> None:
    """Refuse bytes that are no text, which would otherwise become question marks in the query."""
    try:
        unquote_to_bytes(request.scope["query_string"]).decode()
    except UnicodeDecodeError as error:
        detail = "The address is not valid UTF-8, for example half of a surrogate pair. Encode the query as UTF-8."
        raise problems.ProblemAnswer(400, "bad_request", detail) from error
