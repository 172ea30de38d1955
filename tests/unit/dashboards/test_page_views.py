"""The page of the library as values, without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboards.pages.library import folders, import_preview
from indexium_core.model.files.inventory import (
    KINDS,
    FilePage,
    FolderComparison,
    LibraryDetails,
    ListedFile,
    Quality,
    RemovalReport,
    TextCount,
)
from indexium_core.model.files.scan_reports import ScanProgress, ScanReport
from indexium_core.model.people.import_report import ImportCheck, ImportReport, RejectedRow, UnmatchedFile
from indexium_core.model.publishing.options import PublishOptions

FOLDER = LibraryDetails(
    library_id=1,
    name="<b>Family</b> 🎂 العائلة",
    path="/films",
    path_bytes=b"/films",
    device=None,
    cast_people="off",
    metadata_language="",
    state="online",
    state_reason="",
    file_count=1204,
    bytes=3_400_000_000,
    states={"ok": 1200, "corrupt": 3, "empty": 1, "missing": 2},
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
NOTHING = Quality(**dict.fromkeys([*KINDS, "persons", "waiting"], 0))
GOOD = replace(NOTHING, all=1204, people=812, nobody=300, unknown=92, text=37, persons=41)


def now(details: list[LibraryDetails], quality: Quality, *, scanning: bool = False) -> list[int]:
    steps = folders.steps(details, quality, planned=4, scanning=scanning)
    assert all(step["promise"] for step in steps)
    return [place for place, step in enumerate(steps, 1) if step["now"]]


def test_first_steps_lead_from_folder_to_plan() -> None:
    unscanned = replace(FOLDER, scanned_at=None)
    assert now([], NOTHING) == [1]
    assert now([unscanned], NOTHING) == [2]
    assert now([FOLDER], NOTHING, scanning=True) == [2]
    assert now([FOLDER], replace(GOOD, persons=0)) == [3]
    assert now([FOLDER], GOOD) == [4]
    assert now([FOLDER], replace(NOTHING, waiting=3)) == [4]


def test_folder_shows_its_problems() -> None:
    row = folders.folder_row(FOLDER, PublishOptions())
    assert row["name"] == FOLDER.name
    assert [each["text"] for each in row["chips"]] == ["2 missing", "3 damaged", "1 empty"]
    assert row["facts"].startswith("home videos · 1,204 files · 3.4 GB · scanned")
    assert row["promise"] == "ext4: A name leads to the old file or to the new one."


def test_offline_folder_shows_its_problem() -> None:
    away = replace(FOLDER, state="offline", problem="The folder /films does not exist.", file_count=1, bytes=0)
    row = folders.folder_row(away, PublishOptions())
    assert (row["online"], row["promise"], row["problem"]) == (False, "", "The folder /films does not exist.")
    assert row["facts"].startswith("home videos · 1 file · scanned")


def test_zero_counts_are_hidden() -> None:
    shown = {tile["kind"]: tile["count"] for tile in folders.quality_view(GOOD, None, kind="")["tiles"]}
    assert shown == {"all": "1,204", "people": "812", "nobody": "300", "unknown": "92", "text": "37"}


def test_problem_list_offers_actions() -> None:
    file = ListedFile(
        file_id=7,
        file_name="<i>sea</i>.mp4",
        file_path="/films/2019/<i>sea</i>.mp4",
        folder="2019",
        library="films",
        size=1000,
        container="mp4",
        state="ok",
        message="",
        people=[],
        named=["Ann Lee"],
        text="",
        copies=1,
    )
    page = FilePage(items=[file], total=92, page=2, per_page=25)
    found = folders.quality_view(GOOD, page, kind="unknown")["list"]
    assert found["range"] == "26–26 of 92"
    assert found["pages"] == 4
    assert found["take"] == "Add these people (92 files)"
    assert (found["rows"][0]["people"], found["rows"][0]["only_named"]) == (["Ann Lee"], True)
    assert folders.quality_view(GOOD, page, kind="text")["list"]["planned"] == "issue:custom_comment"


def test_unique_texts_are_not_listed() -> None:
    quality = replace(GOOD, texts=[TextCount(text="Ripped by X", files=30), TextCount(text="mine", files=1)])
    page = FilePage(items=[], total=0, page=1, per_page=25)
    assert folders.quality_view(quality, page, kind="text")["list"]["texts"] == [
        {"text": "Ripped by X", "files": "30 files"}
    ]


@pytest.mark.parametrize(
    ("progress", "count", "what", "share"),
    [
        (ScanProgress(done=1, total=None, current="a", rate=9.0, eta_seconds=None), "1", "file found", None),
        (ScanProgress(done=1204, total=None, current="a", rate=9.0, eta_seconds=None), "1,204", "files found", None),
        (ScanProgress(done=1, total=1, current="a", rate=9.0, eta_seconds=0.0), "1", "of 1 file read", 100),
        (ScanProgress(done=3, total=12, current="a", rate=9.0, eta_seconds=1.0), "3", "of 12 files read", 25),
    ],
)
def test_scan_shows_progress(progress: ScanProgress, count: str, what: str, share: int | None) -> None:
    shown = folders.scanning(progress, stopping=False)
    parts = [] if share is None else [{"kind": "ok", "share": share}]
    assert (shown["count"], shown["what"], shown["bar"]["parts"]) == (count, what, parts)


def test_scan_report_is_one_line() -> None:
    report = ScanReport(seen=1, new=1, seconds=2.0, by_state={"corrupt": 1}, cancelled=True, messages=["A folder."])
    shown = folders.report(report)
    assert shown["text"].startswith("Stopped after 1 file: 1 new, in 2 s. The other files were not scanned.")
    assert shown["text"].endswith("1 file cannot be used.")
    assert "issue:corrupt" in shown["bad"]
    assert shown["messages"] == ["A folder."]


def test_folder_removal_question_has_numbers() -> None:
    found = RemovalReport(library_id=1, path="/films", files=1204, missing=2, with_people=812, decisions=5)
    text = str(folders.forgetting(found, part="all"))
    for said in ("No file on the disk is changed", "1,204", "812: their people are kept", "5: these are removed"):
        assert said in text


def test_missing_files_question_has_numbers() -> None:
    found = FolderComparison(library_id=1, path="/films", known=1204, gone=2, new=1, with_people=1, reason="")
    text = str(folders.gone(found))
    for said in ("1,204 files", "2 files", "1 file; some may be", "Nothing is deleted"):
        assert said in text


def test_import_preview_lists_accepted_and_rejected_rows() -> None:
    report = ImportReport(
        matched=57,
        waiting=3,
        rejected=[RejectedRow(line=4, where="line 4", reason="bad name")],
        skipped=[RejectedRow(line=7, where="faces, row 7", reason="no person")],
    )
    check = ImportCheck(report=report, rows=58, people=7, waiting=[], waiting_rows=2, relative=True, root="/films")
    shown = import_preview.import_preview("people.csv", check, ["/films", "/"], replace=False)
    assert shown["confirm"] == "Import 60 names"
    assert shown["rejected"]["rows"] == [{"line": "line 4", "text": "bad name"}]
    assert shown["skipped"]["rows"] == [{"line": "faces, row 7", "text": "no person"}]
    assert [each["text"] for each in shown["levels"]] == [
        "names of scanned files",
        "names waiting for a scan",
        "row rejected",
        "name skipped",
    ]
    assert shown["summary"] == "60 names of 7 people in 58 rows"
    assert [root["on"] for root in shown["roots"]] == [True, False]
    assert shown["waiting"]["more"] == "and 2 more"
    assert shown["hint"].startswith("3 names are for files that no scan has found. Import them now. Scan the folder")
    nothing = replace(check, report=ImportReport(matched=0, waiting=0, rejected=[]), relative=False)
    assert import_preview.import_preview("people.csv", nothing, ["/films"], replace=False)["confirm"] == ""


def test_preview_of_a_legacy_database_has_history_and_unmatched_files() -> None:
    report = ImportReport(
        matched=0,
        waiting=2,
        rejected=[],
        suggestions=1,
        operations=3,
        known_operations=4,
        by_hash=5,
        by_path=6,
        unmatched=[UnmatchedFile(path="/old/b.mp4", people=2, suggestions=0, operations=1)],
        problems=["The table faces cannot be read."],
    )
    check = ImportCheck(report=report, rows=2, people=2, waiting=[], waiting_rows=2, relative=False, root="/films")
    history_only = replace(check, rows=0, report=replace(report, matched=0, waiting=0))
    assert not import_preview.import_preview("old.db", history_only, [], replace=False)["has_rows"]
    shown = import_preview.import_preview("old.db", check, [], replace=False)
    assert shown["confirm"] == "Import 2 names, 1 suggestion and 3 operations"
    assert shown["unmatched"]["rows"] == [{"line": "2 names, 1 history entry", "text": "/old/b.mp4"}]
    assert shown["problems"] == ["The table faces cannot be read."]
    assert shown["facts"] == [
        "11 files matched: 5 by content, 6 by path.",
        "1 suggestion of people: none is assigned automatically.",
        "History: 3 new operations, 4 imported earlier. It can only be read.",
    ]
    assert import_preview.imported(report).endswith("the scan assigns the names. 3 operations added to the history.")
