"""A library of films, a series and a home video that is identified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.identified_home import HOME


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return HOME.lay_out(tmp_path / "media")


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with HOME.open(tmp_path / "home", folder) as opened:
        yield opened
