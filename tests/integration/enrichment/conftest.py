"""A library of films and a series at the stand-in of the providers, with all keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support import media
from tests.support.clock import Clock
from tests.support.enriched_home import FILES
from tests.support.providers import use_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return media.tree(tmp_path / "media", FILES)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(configured: Path, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    use_keys(monkeypatch)
    with Library.open(configured, clock=clock) as opened:
        opened.inventory.add(folder, kind="mixed")
        opened.scan()
        clock.forward(days=1)
        yield opened
