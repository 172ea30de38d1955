"""The home of the tests of folders of a person, and the applications of the tests of all routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.web import Application

from dashboards.web import request_guard
from tests.support import split_home
from tests.support.split_home import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with split_home.opened(tmp_path) as made:
        yield made


@pytest.fixture
def applications(monkeypatch: pytest.MonkeyPatch) -> list[Application]:
    """The applications of the servers that start."""
    found: list[Application] = []
    guard = request_guard.guard

    def guarded(application: Application, *given: Any, **named: Any) -> None:
        found.append(application)
        guard(application, *given, **named)

    monkeypatch.setattr(request_guard, "guard", guarded)
    return found
