"""A library of films and a series, and a library of home videos, both published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.copied_home import SettledHome
from tests.support.published_home import DONE, LANTERN_DONE, PUBLISHING, SKY_DONE, by_title, tree

_STATES = {"done": DONE, "published": LANTERN_DONE, "sky": SKY_DONE, "first": SKY_DONE}  # by the fixture for it


@pytest.fixture
def prepared(request: pytest.FixtureRequest) -> SettledHome:
    """The home of `folder` and `library`: if the test asks for a publication, everything is published in it."""
    return next((home for name, home in _STATES.items() if name in request.fixturenames), PUBLISHING)


@pytest.fixture
def folder(prepared: SettledHome) -> Path:
    return prepared.lay_out()


@pytest.fixture
def library(tmp_path: Path, folder: Path, prepared: SettledHome) -> Iterator[Library]:
    del folder  # its files are there first
    with prepared.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def film(library: Library) -> int:
    return by_title(library)["The Lantern Keeper"]


@pytest.fixture
def done(library: Library) -> int:
    """The operation that published every title."""
    [operation] = library.history().items
    return operation.id


@pytest.fixture
def published(library: Library, folder: Path) -> dict[str, bytes]:
    """Every title is published, one film with a poster and over an NFO file of others: the bytes of each file."""
    del library
    return tree(folder)


@pytest.fixture
def sky(library: Library) -> int:
    """A film in a folder with others, published with a poster and over an NFO file of others, as is every title."""
    return by_title(library)["Copper Sky"]


@pytest.fixture
def first(library: Library) -> int:
    """The operation that published the film of `sky`, and every other title."""
    [operation] = library.history().items
    return operation.id
