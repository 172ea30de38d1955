"""Scans leave out what the patterns of a library match."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from indexium_core.flows.scanning.inventory import Inventory
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes
from tests.support.scans import Scans, clip, rows


def test_excluded_files_are_forgotten_and_return_when_included_again(
    scanner: Scans, database: Database, root: Path
) -> None:
    clip(root, "a.mp4", comment="People: Ann Lee")
    clip(root / "Extras", "b.mp4", seed=1)
    clip(root / "2019", "c.avi.mp4", seed=2)
    (root / "link.mp4").symlink_to(root / "Extras" / "b.mp4")
    scanner.scan([root])
    inventory = Inventory(database, exclude_scans=nullcontext, modes=Modes)
    library_id = catalog.libraries(database.read())[0].library_id
    patterns = ["Extras", "2019/*.avi.*"]
    assert inventory.exclude_removal(library_id, patterns).files == 2
    assert set(rows(database)) == {"a.mp4", "b.mp4", "c.avi.mp4"}
    assert inventory.set_exclude(library_id, patterns).files == 2
    report = scanner.scan([root])
    assert (report.seen, report.new, report.missing) == (1, 0, 0)
    assert inventory.list()[0].exclude == patterns
    assert inventory.set_exclude(library_id, []).files == 0
    report = scanner.scan([root])
    assert (report.new, report.missing, report.cache.hits) == (2, 0, 2)
