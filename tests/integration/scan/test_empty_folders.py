"""Empty folders are reported by a scan, and removed only on request."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from indexium_core import cli
from indexium_core.cli import output
from indexium_core.flows.scanning import discovery as module
from indexium_core.flows.scanning.inventory import Inventory
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes
from tests.support.scans import Scans, clip


def test_empty_folders_are_counted_and_removed(scanner: Scans, database: Database, root: Path, tmp_path: Path) -> None:
    clip(root / "films", "a.mp4")
    (root / "empty" / "inner").mkdir(parents=True)
    (root / "hidden").mkdir()
    (root / "hidden" / ".keep").write_bytes(b"")
    (root / "system" / "lost+found").mkdir(parents=True)
    (root / "link").symlink_to(tmp_path)
    (root / "mixed" / "empty").mkdir(parents=True)
    (root / "mixed" / "notes.txt").write_bytes(b"x")
    assert scanner.scan([root]).empty_folders == 3
    inventory = Inventory(database, exclude_scans=nullcontext, modes=Modes)
    library_id = catalog.libraries(database.read())[0].library_id
    found = inventory.empty_folders(library_id)
    assert found.folders == [str(root / each) for each in ("empty/inner", "mixed/empty", "empty")]
    (root / "mixed" / "empty" / "new.txt").write_bytes(b"x")  # after the preview
    (root / "later").mkdir()
    removed = inventory.remove_empty_folders(library_id, found.folders)
    assert (removed.removed, removed.folders) == (2, [str(root / "empty/inner"), str(root / "empty")])
    assert sorted(path.name for path in root.iterdir()) == ["films", "hidden", "later", "link", "mixed", "system"]


def test_root_is_never_removed(scanner: Scans, database: Database, root: Path) -> None:
    assert scanner.scan([root]).empty_folders == 0
    inventory = Inventory(database, exclude_scans=nullcontext, modes=Modes)
    library_id = catalog.libraries(database.read())[0].library_id
    assert inventory.remove_empty_folders(library_id, [str(root)]).removed == 0
    assert root.is_dir()


def test_folder_that_cannot_be_removed_is_reported(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "one").mkdir()
    (root / "two").mkdir()
    scanner.scan([root])
    inventory = Inventory(database, exclude_scans=nullcontext, modes=Modes)
    library_id = catalog.libraries(database.read())[0].library_id
    real = module.disk.remove_folder

    def remove_folder(name: bytes, *, folder: int) -> None:
        if name == b"one":
            raise PermissionError(13, "Permission denied")
        real(name, folder=folder)

    monkeypatch.setattr(module.disk, "remove_folder", remove_folder)
    report = inventory.remove_empty_folders(library_id, [str(root / "one"), str(root / "two")])
    assert report.problems == [f"The folder {root / 'one'} cannot be removed: permission denied."]
    assert [path.name for path in root.iterdir()] == ["one"]


def test_offline_folder_is_reported(scanner: Scans, database: Database, root: Path) -> None:
    (root / "empty").mkdir()
    scanner.scan([root])
    inventory = Inventory(database, exclude_scans=nullcontext, modes=Modes)
    library_id = catalog.libraries(database.read())[0].library_id
    root.rename(root.with_name("offline"))
    found = inventory.empty_folders(library_id)
    assert (found.folders, len(found.problems)) == ([], 1)
    assert str(root) in found.problems[0]
    assert inventory.remove_empty_folders(library_id, [str(root / "empty")]).problems == found.problems


def test_command_asks_before_it_removes(root: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "empty").mkdir()
    command = ["--home", str(home), "libraries", "empty-folders", "1"]
    assert cli.main(["--home", str(home), "scan", str(root)]) == 0
    assert "1 folder is empty" in capsys.readouterr().err
    assert cli.main(command) == 0
    assert capsys.readouterr().out == f"{root / 'empty'}\n"
    assert cli.main([*command, "--remove"]) == 2  # no terminal can ask
    assert (root / "empty").is_dir()
    assert cli.main([*command, "--remove", "--yes"]) == 0
    assert "1 empty folder was removed." in capsys.readouterr().err
    assert list(root.iterdir()) == []


def test_removal_with_json_prints_one_document(
    root: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "empty").mkdir()
    assert cli.main(["--home", str(home), "scan", str(root)]) == 0
    capsys.readouterr()
    monkeypatch.setattr(output, "confirm", lambda _: True)
    assert cli.main(["--home", str(home), "libraries", "empty-folders", "1", "--remove", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["removed"] == 1
    assert str(root / "empty") in printed.err
