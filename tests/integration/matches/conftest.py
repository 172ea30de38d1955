"""A library of films and a series, and a stand-in of the providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import settings
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.support.matched_home import FILES, add
from tests.support.providers import KEYS


@pytest.fixture
def stand_in() -> Iterator[ProviderStandIn]:
    with ProviderStandIn() as server:
        yield server


@pytest.fixture
def library(stand_in: ProviderStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library of films and a series, and a TMDB key."""
    for seed, name in enumerate(FILES):
        add(tmp_path / "media" / name, seed)
    home = tmp_path / "home"
    home.mkdir()
    for name, value in stand_in.settings.items():
        settings.store(home, name, value)
    monkeypatch.setenv("INDEXIUM_TMDB_API_KEY", KEYS["tmdb_api_key"])
    with Library.open(home) as opened:
        opened.inventory.add(tmp_path / "media", kind="mixed")
        opened.scan()
        opened.matches.on_accept = lambda _: None  # an enrichment in the background changes values, too
        yield opened
