"""Pages of the dashboard in the cells of a notebook: frames that show the pages of a server in the kernel."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from dashboards import app
from dashboards.web import server
from indexium_core import errors
from indexium_core.library import Library

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class EmbeddedPage:
    """A page in a cell."""

    title: str
    url: str
    height: int  # pixels

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{self.height}px;border:1px solid rgba(128,128,128,.35)"
        return f'<iframe title="{escape(self.title)}" src="{escape(self.url)}" style="{style}"></iframe>'


class EmbeddedPages:
    """The server of the pages of a library; it runs on its own thread until `close`."""

    def __init__(self, library: Library) -> None:
        port = server.free_port(_HOST, 0)
        self._server = server.DashboardServer(library, host=_HOST, port=port, is_embedded=True)
        self._running = contextlib.ExitStack()
        self._running.enter_context(self._server.background())

    def page(self, name: str, *, query: str, height: int) -> EmbeddedPage:
        """Return a page by the name in its address. Raises UsageError if there is none."""
        if name not in app.TITLES:
            raise errors.UsageError(f"There is no page '{name}'. The pages are {', '.join(app.TITLES)}.")
        search = f"?{urlencode({'q': query})}" if query else ""
        return EmbeddedPage(title=app.TITLES[name], url=f"{self._server.url}{app.PATHS[name]}{search}", height=height)

    def close(self) -> None:
        """End the server."""
        self._running.close()
