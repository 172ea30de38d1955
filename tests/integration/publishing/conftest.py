"""A library of films and a series, and a library of home videos, both published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support.copied_home import CopiedHome
from tests.support.published_home import HOME

ALL = PublicationSelection(filter=PublicationFilter())


@pytest.fixture
def prepared() -> CopiedHome:
    """The home that `folder` and `library` copy; a module with other files has its own."""
    return HOME


@pytest.fixture
def folder(tmp_path: Path, prepared: CopiedHome) -> Path:
    return prepared.lay_out(tmp_path / "media")


@pytest.fixture
def library(tmp_path: Path, folder: Path, prepared: CopiedHome) -> Iterator[Library]:
    with prepared.open(tmp_path / "home", folder) as opened:
        [found] = opened.inventory.list()
        opened.publications.set_options(found.library_id, publish="both")
        yield opened


@pytest.fixture
def film(library: Library) -> int:
    return next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")
