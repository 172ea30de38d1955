"""Queries and exports of the newest snapshot of a home that cannot be opened, for example because its disk is full."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.snapshots import analysis
from indexium_core.flows.snapshots.queries import Queries


class PresentSnapshot:
    """A snapshot that stays: nothing newer can be taken."""

    def __init__(self, home: Path, notice: str) -> None:
        """`notice`: why nothing newer can be taken, and what the snapshot shows."""
        self._home, self._notice = home, notice
        self.snapshots = self
        self.queries = Queries(self, home, max_download=lambda: 0)

    def refresh(self) -> str:
        """Return the notice."""
        return self._notice

    def export_parquet(self, folder: Path) -> list[Path]:
        """Write every table into `folder`, see `Snapshots.export_parquet`."""
        return analysis.export_parquet(self._home, folder)


@contextlib.contextmanager
def opened(home: Path, reason: errors.StoreError) -> Iterator[PresentSnapshot]:
    """Open the newest snapshot of a home that cannot be opened for this reason, which is raised if there is none."""
    notice = analysis.notice_of_present(home, reason)
    if not notice:
        raise reason
    present = PresentSnapshot(home, notice)
    try:
        yield present
    finally:
        present.queries.close()
