"""A library of films and a series at the stand-in of the providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support import media
from tests.support.matched_home import FILES


@pytest.fixture
def library(configured: Path, tmp_path: Path) -> Iterator[Library]:
    """A library of films and a series."""
    with Library.open(configured) as opened:
        opened.inventory.add(media.tree(tmp_path / "media", FILES), kind="mixed")
        opened.scan()
        opened.matches.on_accept = lambda _: None  # an enrichment in the background changes values, too
        yield opened
