"""Repeated scans: no unchanged file is read again, and a moved file keeps its identity."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from indexium_core.flows.people.people_service import PeopleService
from indexium_core.store.database import Database
from tests.support import media
from tests.support.clock import Clock
from tests.support.scans import OLD, Scans, clip, library_row, marks, rows, states


def test_second_scan_reads_no_file_and_writes_no_row(
    scanner: Scans, database: Database, root: Path, clock: Clock, probes: list[bytes]
) -> None:
    for seed in range(3):
        clip(root, f"{seed}.mp4", seed=seed)
    media.empty(root, name="young and empty.mp4")
    scanner.scan([root])
    before, marked = rows(database), marks(database)
    probes.clear()
    clock.now += timedelta(seconds=10)
    report = scanner.scan([root])
    assert (report.unchanged, report.new, report.changed, report.missing) == (4, 0, 0, 0)
    assert report.by_state == {"ok": 3, "empty": 1}
    assert probes == []
    assert rows(database) == before
    assert marks(database) == marked
    assert library_row(database)["scanned_at"] == clock.now


def test_changed_files_only_are_read_again(scanner: Scans, database: Database, root: Path, probes: list[bytes]) -> None:
    kept, changed = clip(root, "kept.mp4"), clip(root, "changed.mp4", seed=1, comment="People: Ann Lee")
    scanner.scan([root])
    probes.clear()
    shutil.copyfile(media.build("mp4", root.parent, seed=1, comment="People: Bob Ray"), changed)
    os.utime(changed, ns=(OLD, OLD + 1))
    report = scanner.scan([root])
    assert probes == [os.fsencode(changed)]
    assert (report.changed, report.unchanged) == (1, 1)
    assert rows(database)["changed.mp4"]["people"] == ["Bob Ray"]
    assert kept.exists()


def test_full_scan_reads_all_files(scanner: Scans, database: Database, root: Path, probes: list[bytes]) -> None:
    clip(root, "a.mp4")
    scanner.scan([root])
    scanner.scan([root], full=True)
    assert len(probes) == 2
    assert rows(database)["a.mp4"]["file_hash"].startswith("f1:")


def test_young_file_is_growing_until_second_scan(
    scanner: Scans, database: Database, root: Path, clock: Clock, probes: list[bytes]
) -> None:
    path = clip(root, "a.mp4")
    os.utime(path, ns=(clock.ns, clock.ns - 59 * 10**9))
    remedy = (
        "1 file was changed less than a minute before the scan, and cannot be written yet. "
        "Wait a minute, then scan again."
    )
    assert scanner.scan([root]).messages == [remedy]
    assert rows(database)["a.mp4"]["growing"] is True
    assert scanner.scan([root]).messages == [remedy]
    assert len(probes) == 1
    clock.now += timedelta(seconds=2)
    again = scanner.scan([root])
    assert (again.changed, again.unchanged, again.messages) == (0, 1, [])
    assert rows(database)["a.mp4"]["growing"] is False
    assert len(probes) == 2


def test_file_from_future_is_not_growing(scanner: Scans, database: Database, root: Path, clock: Clock) -> None:
    os.utime(clip(root, "a.mp4"), ns=(0, clock.ns + 10**18))
    scanner.scan([root])
    assert rows(database)["a.mp4"]["growing"] is False


def test_file_written_by_indexium_is_not_growing(scanner: Scans, database: Database, root: Path, clock: Clock) -> None:
    os.utime(clip(root, "a.mp4"), ns=(clock.ns, clock.ns))
    scanner.scan([root])
    with database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET own_mtime_ns = mtime_ns, growing = false")
    scanner.scan([root], full=True)
    assert rows(database)["a.mp4"]["growing"] is False


def test_missing_file_keeps_identity_when_restored(
    scanner: Scans, database: Database, root: Path, tmp_path: Path
) -> None:
    path = clip(root, "a.mp4", comment="People: Ann Lee")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    known = rows(database)["a.mp4"]["file_id"]
    path.rename(tmp_path / "aside.mp4")
    assert scanner.scan([root]).missing == 1
    assert states(database)["a.mp4"] == "missing"
    assert scanner.scan([root]).missing == 0
    (tmp_path / "aside.mp4").rename(path)
    scanner.scan([root])
    assert (states(database)["a.mp4"], rows(database)["a.mp4"]["file_id"]) == ("ok", known)


# Moves.


def test_renamed_file_keeps_identity(scanner: Scans, database: Database, root: Path) -> None:
    path = clip(root, "old.mp4")
    clip(root, "other.mp4", seed=1)
    scanner.scan([root])
    known = rows(database)["old.mp4"]["file_id"]
    (root / "folder").mkdir()
    path.rename(root / "folder/new.mp4")
    report = scanner.scan([root])
    assert (report.moved, report.new, report.missing, report.changed) == (1, 0, 0, 0)
    assert rows(database)["new.mp4"]["file_id"] == known
    assert "old.mp4" not in rows(database)


def test_file_moved_to_root_scanned_earlier_keeps_identity(scanner: Scans, database: Database, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    clip(first, "stays.mp4")
    path = clip(second, "moves.mp4", seed=1)
    clip(second, "stays too.mp4", seed=2)
    scanner.scan([first, second])
    known = rows(database)["moves.mp4"]["file_id"]
    path.rename(first / "moves.mp4")
    report = scanner.scan()
    assert (report.moved, report.new, report.missing) == (1, 0, 0)
    row = rows(database)["moves.mp4"]
    assert (row["file_id"], row["path"]) == (known, str(first / "moves.mp4"))


def test_moved_file_does_not_hide_missing_file(scanner: Scans, database: Database, root: Path, tmp_path: Path) -> None:
    for seed in range(3):
        clip(root, f"{seed}.mp4", seed=seed)
    scanner.scan([root])
    (root / "0.mp4").rename(tmp_path / "aside.mp4")
    scanner.scan([root])
    (tmp_path / "aside.mp4").rename(root / "back.mp4")
    (root / "1.mp4").unlink()
    report = scanner.scan([root])
    assert (report.moved, report.missing) == (1, 1)
    assert states(database) == {"back.mp4": "ok", "1.mp4": "missing", "2.mp4": "ok"}


def test_copy_is_separate_file_with_same_identity(scanner: Scans, database: Database, root: Path) -> None:
    shutil.copy2(clip(root, "a.mp4"), root / "b.mp4")
    scanner.scan([root])
    one, two = rows(database).values()
    assert one["file_hash"] == two["file_hash"]
    assert one["file_id"] != two["file_id"]


def test_waiting_people_are_assigned_after_scan(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "a.mp4")
    table = root / "people.csv"
    table.write_text("path,person\na.mp4,Ann Lee\n")
    service = PeopleService(database)
    assert service.import_file(table).waiting == 1
    scanner.scan([root])
    (row,) = service.export()
    assert (row.person, row.file_hash) == ("Ann Lee", rows(database)["a.mp4"]["file_hash"])
