"""
The REST application: routers, middleware and OpenAPI description.

`make_app` creates it for a library; `asgi` runs it in the dashboard's server.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from indexium_core.api import access, docs_page, problems
from indexium_core.api.answers import Json
from indexium_core.api.asgi import ASGIApp
from indexium_core.api.context import KNOWN_PARAMETERS, WaitLimit, WorkStarter
from indexium_core.api.routes import (
    activity,
    approvals,
    command_calls,
    events,
    fields,
    jobs,
    metrics,
    operations,
    planning,
    properties,
    providers,
    queries,
    schedules,
    tokens,
    tracks,
)
from indexium_core.api.routes.connections import automation, players, webhooks
from indexium_core.api.routes.titles import artwork, matches, publishing, titles
from indexium_core.library import Library
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.connections.webhooks import MAX_BODY_BYTES
from indexium_core.version import __version__

_LISTS = 32_000_000  # bytes; enough for a list of a million ids
_VALUES = 2_000_000  # bytes of a body without such a list; enough for the longest query
_NOTHING = 16_384  # bytes of a body that no route reads
_LONG = 1000  # elements of a list from which on its body may be large
_CALL = 400_000_000  # bytes of a call by a command; enough for a CSV of a large library
_CALLERS = 32  # concurrent calls of commands
_STREAMS = 50  # concurrent event streams of one account

_MODULES = (
    webhooks,  # first: a sender waits for its answer
    planning,
    operations,
    approvals,
    jobs,
    schedules,
    tracks,
    properties,
    publishing,  # before `titles`: its addresses are more specific
    titles,
    matches,
    providers,
    automation,
    players,
    tokens,
    artwork,
    fields,
    activity,
    events,
    metrics,
    queries,
    command_calls,
)

ABOUT = """All functions of the dashboard and the command line, for programs.

Lists are `{"items", "total", "page", "per_page"}`. An error is a problem document (RFC 9457) with a stable `code`.
Send changes as `application/json`. Times are in UTC. As soon as there are people who sign in, send an API token:
`Authorization: Bearer ix_…`, or `X-Api-Key: ix_…`."""


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API token, or that in service.json."},
    "apiKey": {"type": "apiKey", "in": "header", "name": access.API_KEY, "description": "An API token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "indexium-5006",
        "description": "A session; it has the port.",
    },
}


class _Rest(FastAPI):
    """The application with a description that says how clients sign in."""

    def openapi(self) -> dict[str, Any]:
        """Return the description."""
        found = super().openapi()  # the framework keeps it
        if "security" not in found:
            found["components"]["securitySchemes"] = _SCHEMES
            found["security"] = [{name: []} for name in _SCHEMES] + [{}]  # without people, no sign-in is needed
            for path, methods in found["paths"].items():
                if path.startswith(problems.RECEIPTS):  # senders have secrets of their own
                    for route in methods.values():
                        route["security"] = []
        return found


def largest(path: str) -> int:
    """Return the maximum size in bytes of a request body for a path: what its routes declare."""
    if path.startswith(problems.RECEIPTS):
        return MAX_BODY_BYTES
    if path.startswith(problems.CALLS):
        return _CALL
    return max((size for pattern, size in _sizes() if pattern.match(path)), default=_NOTHING)


@functools.cache
def _sizes() -> list[tuple[re.Pattern[str], int]]:
    """Return the patterns of the addresses whose routes read a body, with the maximum size of this body."""
    return [
        (route.path_regex, _size(route))
        for routes in _MODULES
        for route in routes.router.routes
        if isinstance(route, APIRoute) and route.body_field
    ]


def _size(route: APIRoute) -> int:
    model: Any = route.body_field and route.body_field.field_info.annotation
    schema = json.dumps(TypeAdapter(model).json_schema())
    return _LISTS if any(int(most) > _LONG for most in re.findall(r'"maxItems": (\d+)', schema)) else _VALUES


def make_app(library: Library, *, token: str) -> ASGIApp:
    """Return the application with its access control, for a server."""
    return access.Gate(make_api(library), token=token, serving=library.ui_priority.serving)


@functools.cache
def _routes() -> list[BaseRoute]:
    """Return the routes of all modules; FastAPI would prepare them again for each application, which takes 0.1 s."""
    router = APIRouter(default_response_class=Json, responses=dict(problems.DESCRIBED), dependencies=[KNOWN_PARAMETERS])
    for routes in _MODULES:
        router.include_router(routes.router)
    return list(router.routes)


def make_api(library: Library) -> FastAPI:
    """Return the application alone, without access control."""
    pool = ThreadPoolExecutor(max_workers=_CALLERS, thread_name_prefix="indexium-call")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.shutdown(wait=False, cancel_futures=True)

    app = _Rest(
        title="Indexium",
        version=__version__,
        description=ABOUT,
        lifespan=lifespan,
        openapi_url=None,  # routes below, which check their parameters as all others
        docs_url=None,  # the default page would load scripts from another server
        redoc_url=None,
        default_response_class=Json,
        responses=dict(problems.DESCRIBED),
        redirect_slashes=False,
        dependencies=[KNOWN_PARAMETERS],
    )
    app.state.library = library
    app.state.caller = command_calls.Caller(library, pool)
    app.state.work = WorkStarter(access.RateLimit(lambda: library.settings.api_writes_per_minute), library.requests)
    app.state.waits = WaitLimit()
    app.state.streams = ActorLimit(_STREAMS, "event streams")
    problems.install(app)
    app.router.routes += _routes()

    @app.get("/api/openapi.json", include_in_schema=False)
    async def description() -> Json:  # on the loop, like the next one: FastAPI makes the description on one thread only
        """Return the API description."""
        return Json(app.openapi())

    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> Response:
        """Show the API description on a page without external resources."""
        return HTMLResponse(docs_page.of(app.openapi()))

    return app
