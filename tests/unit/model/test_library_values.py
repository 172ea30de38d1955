"""Library folders, lists of their files and scans, in words."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from indexium_core.model.files.inventory import LibraryDetails, ListedFile
from indexium_core.model.files.scan_reports import ScanProgress, ScanReport

FOLDER = LibraryDetails(
    library_id=1,
    name="Family",
    path="/films",
    path_bytes=b"/films",
    device=None,
    cast_people="off",
    metadata_language="",
    state="online",
    state_reason="",
    file_count=1204,
    bytes=3_400_000_000,
    states={"ok": 1200, "corrupt": 3},
    people_mode=None,
    comment_mode="preserve",
    audio=False,
    photos=False,
    kind="home",
    write_ratings="with-plan",
    exclude=["Extras"],
    scanned_at=datetime(2026, 11, 20, tzinfo=UTC),
    problem="",
    remedy="",
    promise="A name leads to the old file or to the new one.",
    file_system="ext4",
    free_bytes=10**11,
)


def test_folder_says_what_it_holds() -> None:
    assert FOLDER.about.startswith("home videos · 1,204 files · 3.4 GB · scanned ")
    assert FOLDER.about.endswith(" · 100 GB free")
    assert FOLDER.scanned_text in FOLDER.about


def test_offline_folder_has_no_free_space() -> None:
    away = replace(FOLDER, state="offline", file_count=1, bytes=0, scanned_at=None)
    assert away.about == "home videos · 1 file · not scanned yet"
    assert (away.is_online, away.scanned_text) == (False, "")


def test_place_of_a_file_is_its_library_and_its_folders() -> None:
    file = ListedFile(
        file_id=7,
        file_name="sea.mp4",
        file_path="/films/2019/May/sea.mp4",
        folder="2019/May",
        library="films",
        size=1000,
        container="mp4",
        state="ok",
        message="",
        people=[],
        named=[],
        text="",
        copies=1,
    )
    assert file.place == "films / 2019 / May"
    assert replace(file, folder="").place == "films"


@pytest.mark.parametrize(
    ("progress", "number_text", "pace"),
    [
        (ScanProgress(done=1, total=None, current="a", rate=0.4, eta_seconds=None), "file found", ""),
        (ScanProgress(done=1204, total=None, current="a", rate=9.0, eta_seconds=None), "files found", "9 files/s"),
        (ScanProgress(done=1, total=1, current="a", rate=0.0, eta_seconds=0.0), "of 1 file read", ""),
        (
            ScanProgress(done=3, total=12, current="a", rate=9.0, eta_seconds=61.0),
            "of 12 files read",
            "9 files/s · about 1 min left",
        ),
    ],
)
def test_scan_says_how_far_it_is(progress: ScanProgress, number_text: str, pace: str) -> None:
    assert (progress.number_text, progress.pace) == (number_text, pace)


def test_report_of_a_scan_is_text() -> None:
    report = ScanReport(seen=5, new=1, missing=2, seconds=2.0, by_state={"ok": 3, "corrupt": 1, "empty": 1})
    assert report.text == "5 files: 1 new, 2 missing, in 2 s. 2 files cannot be used."
    assert report.unusable == 2
    assert ScanReport(seen=1, seconds=0.004, empty_folders=1).text == (
        "1 file, in 4 ms. 1 folder is empty: “Find empty folders…” under “More…” lists them."
    )


def test_cancelled_scan_says_what_is_left() -> None:
    report = ScanReport(seen=1, unchanged=1, seconds=2.0, cancelled=True)
    report.cache.hits = 3
    assert report.text == (
        "Stopped after 1 file: 1 unchanged, in 2 s. The other files were not scanned. The next scan includes them. "
        "3 hashes were known."
    )


def test_report_comes_back_from_its_job() -> None:
    report = ScanReport(seen=5, new=1, seconds=2.0, by_state={"corrupt": 1}, messages=["A folder."])
    report.cache.hits = 3
    assert ScanReport.of({**asdict(report), "message": "5 files: 1 new"}) == report
