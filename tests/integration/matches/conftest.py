"""A library of films and a series at the stand-in of the providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.copied_home import CopiedHome, search_all_names
from tests.support.matched_home import FILES

_HOME = CopiedHome(FILES)


@pytest.fixture(autouse=True)
def all_names_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that are kept back have their own tests."""
    search_all_names(monkeypatch)


@pytest.fixture
def library(configured: Path, tmp_path: Path) -> Iterator[Library]:
    """A library of films and a series."""
    with _HOME.open(configured, _HOME.lay_out(tmp_path / "media")) as opened:
        opened.matches.on_accept = lambda _: None  # an enrichment in the background changes values, too
        yield opened
