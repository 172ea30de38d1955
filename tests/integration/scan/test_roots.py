"""Roots: valid roots, and an unreachable root or folder loses no file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files import walk
from indexium_core.flows.scanning import discovery, file_facts
from indexium_core.model.files.scan_reports import ScanReport
from indexium_core.store.database import Database
from tests.support.scans import OLD, Scans, before_reading, clip, closed, films, library_row, marks, rows, states


def _offline(report: ScanReport, database: Database, why: str) -> None:
    assert report.offline == 1
    assert why in report.messages[0]
    assert library_row(database)["state"] == "offline"
    assert library_row(database)["state_reason"] == report.messages[0]
    assert "missing" not in states(database).values()


def test_missing_root_is_offline_until_it_returns(
    scanner: Scans, database: Database, root: Path, tmp_path: Path, probes: list[bytes]
) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    root.rename(tmp_path / "unplugged")
    _offline(scanner.scan([root]), database, "does not exist")
    (tmp_path / "unplugged").rename(root)
    report = scanner.scan()
    assert (report.offline, report.unchanged) == (0, 1)
    assert library_row(database)["state"] == "online"
    assert len(probes) == 1


def test_emptied_root_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    path = clip(root, "a.mp4")
    scanner.scan([root])
    path.unlink()
    (root / ".hidden").mkdir()
    _offline(scanner.scan([root]), database, "is empty")


def test_root_on_another_device_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    with database.atomic() as tx:
        tx.execute("UPDATE libraries SET device = device + 1")
    _offline(scanner.scan([root]), database, "another device")


def test_root_replaced_by_file_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    shutil.rmtree(root)
    root.write_text("")
    _offline(scanner.scan([root]), database, "not a folder")


def test_unlistable_root_is_offline(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    closed(monkeypatch, os.fsencode(root))
    _offline(scanner.scan(), database, "cannot be listed: permission denied")


def test_root_without_most_files_is_offline(scanner: Scans, database: Database, root: Path) -> None:
    paths = films(root, 20)
    scanner.scan([root])
    for path in paths[:11]:
        path.unlink()
    _offline(scanner.scan([root]), database, "11 of 20 files")


@pytest.mark.parametrize(("count", "gone"), [(20, 10), (19, 18)])
def test_loss_of_half_or_few_files_is_accepted(
    scanner: Scans, database: Database, root: Path, count: int, gone: int
) -> None:
    paths = films(root, count)
    scanner.scan([root])
    for path in paths[:gone]:
        path.unlink()
    assert (scanner.scan([root]).missing, library_row(database)["state"]) == (gone, "online")


def test_renamed_folder_loses_no_file(scanner: Scans, database: Database, root: Path) -> None:
    folder = root / "before"
    for seed in range(20):
        clip(folder, f"{seed}.mp4", seed=seed % 4)
    scanner.scan([root])
    folder.rename(root / "after")
    report = scanner.scan([root])
    assert (report.offline, report.moved, report.missing, report.new) == (0, 20, 0, 0)


def test_confirmation_marks_files_as_missing(scanner: Scans, database: Database, root: Path) -> None:
    paths = films(root, 30)
    scanner.scan([root])
    for path in paths:
        path.unlink()
    assert scanner.scan([root]).offline == 1
    report = scanner.scan([root], accept_missing=True)
    assert (report.missing, report.offline) == (30, 0)
    assert library_row(database)["state"] == "online"


def test_disk_removed_while_reading_loses_no_file(
    scanner: Scans, database: Database, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(3):
        clip(root, f"{seed}.mp4", seed=seed)
    scanner.scan([root])
    for path in root.iterdir():
        os.utime(path, ns=(OLD, OLD + 1))
    before_reading(monkeypatch, lambda: root.rename(tmp_path / "unplugged"))
    _offline(scanner.scan([root]), database, "does not exist")


def test_disk_removed_while_walking_loses_no_file(
    scanner: Scans, database: Database, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root / "folder", "a.mp4")
    scanner.scan([root])
    real = walk.walk

    def pulled(path: bytes, **how: bool) -> Iterator[walk.Folder]:
        root.rename(tmp_path / "unplugged")
        return real(path, **how)

    monkeypatch.setattr(discovery.walk, "walk", pulled)
    _offline(scanner.scan(), database, "does not exist")


def test_offline_root_does_not_block_scan_of_others(scanner: Scans, database: Database, tmp_path: Path) -> None:
    clip(tmp_path / "1", "a.mp4")
    clip(tmp_path / "2", "b.mp4", seed=1)
    scanner.scan([tmp_path / "1", tmp_path / "2"])
    shutil.rmtree(tmp_path / "1")
    clip(tmp_path / "2", "c.mp4", seed=2)
    report = scanner.scan()
    assert (report.libraries, report.offline, report.new) == (2, 1, 1)


# Unreachable folders and files.


def test_files_of_inaccessible_folder_are_unreadable_and_keep_facts(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root / "closed", "a.mp4", comment="People: Ann Lee")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    before = rows(database)["a.mp4"]
    with monkeypatch.context() as patch:
        closed(patch, os.fsencode(root / "closed"))
        report = scanner.scan([root])
        row = rows(database)["a.mp4"]
        assert (row["state"], row["people"], row["file_hash"]) == ("unreadable", ["Ann Lee"], before["file_hash"])
        assert "permission denied" in row["state_message"]
        assert report.by_state == {"ok": 1, "unreadable": 1}
        assert "closed cannot be listed: permission denied" in report.messages[0]
        marked = marks(database)
        assert scanner.scan([root]).changed == 0
        assert marks(database) == marked
    scanner.scan([root])
    assert rows(database)["a.mp4"] == before


def test_each_scan_reads_unreadable_file_again(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root, "a.mp4", comment="People: Ann Lee")
    with monkeypatch.context() as patch:
        patch.setattr(file_facts.probe, "FileReader", _refusing)
        scanner.scan([root])
        assert states(database) == {"a.mp4": "unreadable"}
    scanner.scan([root])
    assert rows(database)["a.mp4"]["people"] == ["Ann Lee"]


def _refusing(path: bytes) -> Any:
    raise errors.FileAccessError("Permission denied.")


# Valid roots and their messages.


def test_invalid_root_is_rejected_with_one_sentence(scanner: Scans, database: Database, root: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    with pytest.raises(errors.UsageError, match=r"The folder .*nowhere does not exist"):
        scanner.scan([root / "nowhere"])
    with pytest.raises(errors.UsageError, match="is a file, not a folder"):
        scanner.scan([clip(root, "a.mp4")])
    with pytest.raises(errors.UsageError, match=r"inner is inside .*films,"):
        scanner.scan([root, inner])
    assert database.read().value("SELECT count(*) FROM libraries") == 0
    scanner.scan([root])
    with pytest.raises(errors.UsageError, match=r"inner is inside .*films,"):
        scanner.scan([inner])
    with pytest.raises(errors.UsageError, match="contains the library"):
        scanner.scan([root.parent])


def test_root_named_twice_or_by_link_is_scanned_once(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    link = root.parent / "link"
    link.symlink_to(root)
    assert scanner.scan([root, link, f"{root}/"]).libraries == 1
    assert library_row(database)["path"] == str(root)


def test_roots_with_same_name_prefix_are_separate(scanner: Scans, tmp_path: Path) -> None:
    clip(tmp_path / "films", "a.mp4")
    clip(tmp_path / "films-2", "b.mp4", seed=1)
    assert scanner.scan([tmp_path / "films", tmp_path / "films-2"]).new == 2
    (tmp_path / "films" / "a.mp4").touch()
    assert scanner.scan([tmp_path / "films"]).missing == 0


def test_links_out_of_root_are_mentioned(scanner: Scans, root: Path, tmp_path: Path) -> None:
    (root / "out.mp4").symlink_to(clip(tmp_path / "elsewhere", "a.mp4"))
    clip(root, "b.mp4")
    report = scanner.scan([root])
    assert report.seen == 1
    assert "1 link leads out of" in report.messages[0]


@pytest.mark.parametrize(("age", "growing"), [(0, True), (59, True), (60, False), (-59, True), (-60, False)])
def test_growing_is_mtime_within_minute(age: int, growing: bool) -> None:
    assert discovery.is_growing(0, age * 10**9) is growing
