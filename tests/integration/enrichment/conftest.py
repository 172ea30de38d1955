"""A library of films and a series at the stand-in of the providers, with all keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.clock import Clock
from tests.support.copied_home import CopiedHome, search_all_names
from tests.support.enriched_home import FILES
from tests.support.providers import KEYS, use_keys

_HOME = CopiedHome(FILES, options=lambda: {"clock": Clock()})


def only_tmdb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the keys of the other providers away."""
    for name in KEYS:
        if name != "tmdb_api_key":
            monkeypatch.delenv(f"INDEXIUM_{name.upper()}", raising=False)


@pytest.fixture(autouse=True)
def all_names_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that are kept back have their own tests."""
    search_all_names(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _HOME.lay_out(tmp_path / "media")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(configured: Path, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    use_keys(monkeypatch)
    with _HOME.open(configured, folder, clock=clock) as opened:
        clock.forward(days=1)
        yield opened
