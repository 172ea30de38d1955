"""A library of films and a series that publishes, with a short quiet time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support.copied_home import SettledHome
from tests.support.published_home import POSTER_DONE, PUBLISHING, by_title, tree

ALL = PublicationSelection(filter=PublicationFilter())


@pytest.fixture
def prepared(request: pytest.FixtureRequest) -> SettledHome:
    """The home of `folder` and `library`: if the test asks for `published`, everything is published in it."""
    return POSTER_DONE if "published" in request.fixturenames else PUBLISHING


@pytest.fixture
def folder(prepared: SettledHome) -> Path:
    return prepared.lay_out()


@pytest.fixture
def library(tmp_path: Path, folder: Path, prepared: SettledHome) -> Iterator[Library]:
    del folder  # its files are there first
    with prepared.open(tmp_path / "home") as opened:
        opened.settings.webhook_quiet_seconds = 1
        yield opened


@pytest.fixture
def film(library: Library) -> int:
    return by_title(library)["The Lantern Keeper"]


@pytest.fixture
def published(library: Library, folder: Path) -> dict[str, bytes]:
    """The library with everything published, one film with a poster: the bytes of each file."""
    del library
    return tree(folder)
