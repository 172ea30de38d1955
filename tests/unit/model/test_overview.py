"""The numbers of a home, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from indexium_core.model.files.scan_reports import ScanProgress
from indexium_core.model.overview import HomeNumbers

EMPTY = HomeNumbers(
    planned=0,
    files=0,
    titles=0,
    to_decide=0,
    to_approve=0,
    operations=0,
    open_jobs=0,
    folders=0,
    online_folders=0,
    scanned_at=None,
    scan=None,
    done_percent=None,
    has_titles=False,
    has_accounts=False,
)


def test_folders_are_counted_with_those_that_are_online() -> None:
    assert EMPTY.folder_text == "no folder added yet"
    assert replace(EMPTY, folders=1, online_folders=1).folder_text == "1 of 1 folder online"
    assert replace(EMPTY, folders=2, online_folders=1).folder_text == "1 of 2 folders online"


def test_scan_is_told_while_it_runs_and_afterwards() -> None:
    one = replace(EMPTY, folders=1)
    scan = ScanProgress(done=3, total=None, current="a", rate=9.0, eta_seconds=None)
    assert EMPTY.scan_text == ""
    assert one.scan_text == "not scanned yet"
    assert replace(one, scanned_at=datetime.now(UTC)).scan_text == "scanned just now"
    assert replace(one, scan=scan).scan_text == "scanning: 3 files found"
    assert replace(one, scan=replace(scan, total=1200)).scan_text == "scanning: 3 of 1,200 files"
    assert replace(EMPTY, folders=1).as_dict()["scan_text"] == "not scanned yet"
