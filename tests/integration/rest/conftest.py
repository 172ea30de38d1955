"""Services of real libraries with real films, and clients."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from dashboards.web.server import DashboardServer
from indexium_core.library import Library
from tests.support import homes, media
from tests.support.rest import Client


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with three writable films, an unwritable one and a copy."""
    comments = {"sea.mp4": "Shot at sea", "<b>.mkv": None, "lake.mp4": None, "old.ts": None}
    folder = media.films(tmp_path / "films", comments)
    shutil.copy2(folder / "lake.mp4", folder / "copy.mp4")
    return folder


@pytest.fixture
def library(home: Path, films: Path) -> Iterator[Library]:
    with homes.opened(home, films, "Ann Lee") as opened:
        yield opened


@pytest.fixture
def running(library: Library) -> Iterator[DashboardServer]:
    with server.make_server(library, port=0).background() as made:
        yield made


@pytest.fixture
def rest(running: DashboardServer) -> Client:
    return Client(running.url)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service of a library with one film; invalid requests do not change it."""
    folder = tmp_path_factory.mktemp("small")
    path = media.build("mkv", folder, name="a.mkv", seed=1)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    with Library.open(folder / "home") as library:
        library.scan([folder])
        library.people.add([path], ["Ann Lee"])
        with server.make_server(library, port=0).background() as made:
            yield Client(made.url)
            assert Client(made.url).get("/api/metadata/history").json["total"] == 0
