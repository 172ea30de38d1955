"""Scans of some folders of a library: files elsewhere are neither read nor missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from indexium_core.store.database import Database
from tests.support.scans import Scans, clip, library_row, rows, states


def test_only_the_folders_are_scanned(scanner: Scans, database: Database, root: Path, probes: list[bytes]) -> None:
    clip(root / "A", "a.mp4", seed=1)
    clip(root / "B", "b.mp4", seed=2)
    scanner.scan([root])
    scanned_at = library_row(database)["scanned_at"]
    probes.clear()
    new = clip(root / "A", "new.mp4", seed=3)
    clip(root / "B", "later.mp4", seed=4)
    (root / "B" / "b.mp4").unlink()
    report = scanner.scan([root], places=[os.fsencode(root / "A")])
    assert (report.new, report.missing, report.unchanged) == (1, 0, 1)
    assert probes == [os.fsencode(new)]
    assert states(database) == {"a.mp4": "ok", "b.mp4": "ok", "new.mp4": "ok"}
    assert library_row(database)["scanned_at"] == scanned_at
    report = scanner.scan([root])
    assert (report.new, report.missing) == (1, 1)


def test_folder_that_is_gone_has_missing_files(scanner: Scans, database: Database, root: Path) -> None:
    clip(root / "A", "a.mp4", seed=1)
    clip(root / "AB", "b.mp4", seed=2)
    scanner.scan([root])
    shutil.rmtree(root / "A")
    assert scanner.scan([root], places=[os.fsencode(root / "A")]).missing == 1
    assert states(database) == {"a.mp4": "missing", "b.mp4": "ok"}


def test_file_that_moves_into_a_folder_keeps_its_row(scanner: Scans, database: Database, root: Path) -> None:
    path = clip(root / "A", "a.mp4", seed=1)
    (root / "B").mkdir()
    scanner.scan([root])
    known = rows(database)["a.mp4"]["file_id"]
    path.rename(root / "B" / "a.mp4")
    report = scanner.scan([root], places=[os.fsencode(root / "A"), os.fsencode(root / "B")])
    assert (report.moved, report.missing) == (1, 0)
    assert rows(database)["a.mp4"]["file_id"] == known


def test_unstable_files_elsewhere_stay(scanner: Scans, database: Database, root: Path) -> None:
    clip(root / "A", "a.mp4", seed=1)
    (root / "B").mkdir()
    (root / "B" / "b.mp4").write_bytes(b"no film")
    scanner.scan([root])
    before = states(database)
    assert scanner.scan([root], places=[os.fsencode(root / "A")]).missing == 0
    assert states(database) == before
