"""Fixtures for tests of operations and of scanned folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core.library import Library
from tests.support.studio import Studio


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
