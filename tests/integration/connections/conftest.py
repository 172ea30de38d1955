"""A library of films and a series that publishes, with a short quiet time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support.published_home import HOME, picture, select_picture, tree

ALL = PublicationSelection(filter=PublicationFilter())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(tmp_path / "home", folder) as opened:
        opened.settings.webhook_quiet_seconds = 1
        opened.publications.set_options(1, publish="both")
        yield opened


@pytest.fixture
def film(library: Library) -> int:
    return next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")


@pytest.fixture
def published(library: Library, folder: Path, film: int) -> dict[str, bytes]:
    """The library with everything published: the bytes of each file."""
    select_picture(library, film, picture("red"))
    library.publications.refresh()
    assert set(library.publications.start(ALL).wait().counts) == {"success"}
    return tree(folder)
