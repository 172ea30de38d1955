"""A service in this process as `serve` runs it, and another process for those who ask it."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager

from dashboards.web import server
from indexium_core.library import Library


def served(library: Library) -> AbstractContextManager[server.DashboardServer]:
    """Serve a library at a free port until the context ends."""
    server.tune_interpreter()
    return server.make_server(library, port=0).background()


def other_process() -> ProcessPoolExecutor:
    """Return a process for clients: in this one, they would wait for the service and the service for them."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
