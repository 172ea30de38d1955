"""A scanner, a folder to scan, and a record of the files that are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexium_core import settings
from indexium_core.flows.scanning import file_facts
from indexium_core.flows.scanning.scanner import Scanner
from indexium_core.store.database import Database
from tests.support.clock import Clock
from tests.support.scans import Scans


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scanner(database: Database, clock: Clock, home: Path) -> Scans:
    return Scans(database, Scanner(database, config=settings.load(home), clock=clock))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The paths that are probed after this point."""
    seen: list[bytes] = []
    real = file_facts.probe.probe

    def probe(path: bytes, *args: Any, **kwargs: Any) -> Any:
        seen.append(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(file_facts.probe, "probe", probe)
    return seen
