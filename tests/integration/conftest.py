"""Fixtures for tests of operations, of scanned folders and of providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import library as library_module
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.fields import custom
from tests.support.providers import store_addresses, use_keys
from tests.support.studio import Studio


@pytest.fixture(scope="module", autouse=True)
def closed_libraries() -> Iterator[None]:
    """Close what the tests of a module left open: the custom fields of an open home count for the whole process."""
    yield
    library_module._close_open_libraries()
    for home in list(custom._homes):
        custom.release(home)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 6)
    yield made
    made.library.close()


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    """A library with the scanned `folder` of the test module."""
    with Library.open(tmp_path / "home") as opened:
        opened.scan([folder])
        yield opened


@pytest.fixture
def stand_in() -> Iterator[ProviderStandIn]:
    """The providers of a test."""
    with ProviderStandIn() as running:
        yield running


@pytest.fixture
def configured(stand_in: ProviderStandIn, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose providers are the stand-in, without pauses; the environment has a TMDB key."""
    store_addresses(home, stand_in, enrich_pause_ms="0")
    use_keys(monkeypatch, "tmdb_api_key")
    return home


@pytest.fixture
def with_snapshots(monkeypatch: pytest.MonkeyPatch, hermetic: None) -> None:
    """Take snapshots after changes, as by default."""
    del hermetic
    monkeypatch.setenv("INDEXIUM_SNAPSHOTS", "true")
