"""Scans of real files: every file becomes a row with a defined state."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from indexium_core.flows.scanning import file_facts
from indexium_core.store.database import Database
from tests.support import media
from tests.support.scans import OLD, Scans, before_reading, clip, rows, states


def test_file_is_stored_with_its_content(scanner: Scans, database: Database, root: Path) -> None:
    clip(root / "a" / "b", "Film.MP4", comment="Nice evening\nPeople: Ann Lee, Bob Ray", languages=("eng", "ger"))
    report = scanner.scan([root])
    row = rows(database)["Film.MP4"]
    assert (report.seen, report.new, report.by_state) == (1, 1, {"ok": 1})
    assert (row["folder"], row["file_ext"], row["container"], row["state"]) == ("a/b", "mp4", "mp4", "ok")
    assert row["people"] == ["Ann Lee", "Bob Ray"]
    assert row["people_keys"] == ["ann lee", "bob ray"]
    assert row["custom_text"].strip() == "Nice evening"
    assert row["comment"] == "Nice evening\nPeople: Ann Lee, Bob Ray"
    assert row["strategy"] == "mp4_in_place"
    assert row["est_bytes"] > 0
    assert row["mtime_ns"] == OLD


def test_odd_names_are_ordinary_rows(scanner: Scans, database: Database, root: Path) -> None:
    names = [
        "🎬.mp4",
        "שלום.mkv",
        'it\'s "quoted".mp4',
        "<script>alert(1)<script>.mp4",
        "two\nlines.mp4",
        "a\x1b[31m.mp4",
    ]
    for name in names:
        clip(root, name)
    scanner.scan([root])
    assert states(database) == dict.fromkeys(names, "ok")


def test_undecodable_name_keeps_bytes(scanner: Scans, database: Database, root: Path) -> None:
    path = os.fsencode(root) + b"/caf\xe9.mp4"
    os.rename(clip(root, "x.mp4"), path)
    scanner.scan([root])
    row = rows(database)["caf\N{REPLACEMENT CHARACTER}.mp4"]
    assert (bytes(row["path_bytes"]), row["state"]) == (path, "ok")
    assert scanner.scan([root]).unchanged == 1


def test_bad_files_are_rows_with_state_and_sentence(scanner: Scans, database: Database, root: Path) -> None:
    clip(root, "good.mp4")
    media.truncated("mp4", root, name="truncated.mp4")
    media.empty(root, name="empty.mp4")
    (root / "text.mp4").write_text("<html>")
    clip(root, "really a webm.mp4", "webm")
    os.mkfifo(root / "fifo.mp4")
    (root / "loop").symlink_to(root)
    scanner.scan([root])
    assert states(database) == {
        "good.mp4": "ok",
        "truncated.mp4": "corrupt",
        "empty.mp4": "empty",
        "text.mp4": "not_video",
        "really a webm.mp4": "ok",
    }
    assert rows(database)["really a webm.mp4"]["container"] == "webm"
    assert all(bool(row["state_message"]) == (row["state"] != "ok") for row in rows(database).values())


def test_hard_links_are_linked_rows(scanner: Scans, database: Database, root: Path) -> None:
    (root / "b.mp4").hardlink_to(clip(root, "a.mp4"))
    scanner.scan([root])
    assert {(row["inode"], row["nlink"]) for row in rows(database).values()} == {((root / "a.mp4").stat().st_ino, 2)}


def test_read_only_state_follows_mode_bits_without_reading(
    scanner: Scans, database: Database, root: Path, probes: list[bytes]
) -> None:
    path = clip(root, "a.mp4")
    scanner.scan([root])
    path.chmod(0o444)
    scanner.scan([root])
    assert rows(database)["a.mp4"]["read_only"] is True
    assert len(probes) == 1


def test_failed_probe_does_not_stop_scan(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    real = file_facts.probe.probe

    def probe(path: bytes, *args: Any, **kwargs: Any) -> Any:
        if path.endswith(b"a.mp4"):
            raise RuntimeError("a mistake of ours")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(file_facts.probe, "probe", probe)
    scanner.scan([root])
    assert states(database) == {"a.mp4": "corrupt", "b.mp4": "ok"}
    assert "scan.probe_failed" in caplog.text


def test_file_removed_during_scan_gets_no_row(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    before_reading(monkeypatch, lambda: (root / "a.mp4").unlink(missing_ok=True))
    report = scanner.scan([root])
    assert states(database) == {"b.mp4": "ok"}
    assert (report.seen, report.new, report.missing) == (1, 1, 0)


def test_known_file_removed_during_scan_is_missing(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(root, "a.mp4")
    clip(root, "b.mp4", seed=1)
    scanner.scan([root])
    os.utime(path)
    before_reading(monkeypatch, lambda: path.unlink(missing_ok=True))
    assert scanner.scan([root]).missing == 1
    assert states(database) == {"a.mp4": "missing", "b.mp4": "ok"}


def test_file_written_during_scan_keeps_row_until_next_scan(
    scanner: Scans, database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The facts of a scan may be older than those that a write stored during the scan."""
    path = clip(root, "a.mp4", comment="old")
    scanner.scan([root])
    os.utime(path, ns=(OLD, OLD + 1))
    with monkeypatch.context() as patch:
        before_reading(patch, lambda: os.utime(path, ns=(OLD, OLD + 2)))
        scanner.scan([root])
    assert rows(database)["a.mp4"]["mtime_ns"] == OLD
    scanner.scan([root])
    assert rows(database)["a.mp4"]["mtime_ns"] == OLD + 2
