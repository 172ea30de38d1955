"""A library of films, a series and a home video that is identified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.copied_home import CopiedHome
from tests.support.identified_home import HOME


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
        yield opened
