"""A served dashboard without a browser, on a library in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboards.web import server
from tests.support.fake_library import FakeLibrary


@pytest.fixture(scope="session")
def served() -> Iterator[server.DashboardServer]:
    library = FakeLibrary(count=20)
    with server.make_server(library, port=0).background() as running:  # type: ignore[arg-type]
        yield running
    library.close()
