"""The home of the tests of folders of a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import split_home
from tests.support.split_home import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with split_home.opened(tmp_path) as made:
        yield made
