"""
The REST application: routers, what is in front of them, and its description.

`make_app` puts one together for a library; `asgi` lets it live in the dashboard's own server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

from indexium_core.api import access, docs_page, problems
from indexium_core.api.answers import Json
from indexium_core.api.asgi import ASGIApp
from indexium_core.api.context import Waits, WorkStarter
from indexium_core.api.routes import command_calls, events, jobs, metrics, operations, planning, properties, tracks
from indexium_core.library import Library
from indexium_core.version import __version__

__all__ = ["largest", "make_api", "make_app"]

_BODY = 32_000_000  # bytes: a list of a million ids
_CALL = 400_000_000  # bytes of a command's call: a CSV of a large library
_CALLERS = 32  # calls of commands at a time

ABOUT = """Everything that the dashboard and the command can do with a library, for programs.

Lists are `{"items", "total", "page", "per_page"}`. A refusal is a problem document (RFC 9457) with a stable `code`.
Changes are sent as `application/json`. Moments are UTC."""


def largest(path: str) -> int:
    """Return how many bytes the body of a request to a path may have."""
    return _CALL if path.startswith(problems.CALLS) else _BODY


def make_app(library: Library, *, token: str) -> ASGIApp:
    """Return the application with its gate: what a server is to run."""
    return access.Gate(make_api(library), token=token)


def make_api(library: Library) -> FastAPI:
    """Return the application alone, to which every request that comes is welcome."""
    pool = ThreadPoolExecutor(max_workers=_CALLERS, thread_name_prefix="indexium-call")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.shutdown(wait=False, cancel_futures=True)

    app = FastAPI(
        title="Indexium",
        version=__version__,
        description=ABOUT,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would fetch scripts from another machine
        redoc_url=None,
        default_response_class=Json,
        responses=dict(problems.DESCRIBED),
        redirect_slashes=False,
    )
    app.state.library = library
    app.state.caller = command_calls.Caller(library, pool)
    app.state.work = WorkStarter(access.Rate(lambda: library.settings.api_writes_per_minute), library.requests)
    app.state.waits = Waits()
    problems.install(app)
    for routes in (planning, operations, jobs, tracks, properties, events, metrics, command_calls):
        app.include_router(routes.router)

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> Response:
        """Show what the service can be asked, on a page without anything from elsewhere."""
        return HTMLResponse(docs_page.of(app.openapi()))

    return app
