"""A served dashboard without a browser, on a library in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboards.web import server
from tests.support.fake_library import FakeLibrary
from tests.support.view_types import checked_views


@pytest.fixture(scope="session")
def served() -> Iterator[server.DashboardServer]:
    library = FakeLibrary(count=20)
    with server.make_server(library, port=0).background() as running:  # type: ignore[arg-type]
        yield running
    library.close()


@pytest.fixture(autouse=True)
def shapes_of_views() -> Iterator[None]:
    """Check the shape of each view that a component shows."""
    with checked_views():
        yield
