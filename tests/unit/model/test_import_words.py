"""The preview and the result of an import of people, in words."""

from __future__ import annotations

from dataclasses import replace

from indexium_core.model.people.copies import FileCopy
from indexium_core.model.people.import_report import (
    LINES,
    ImportCheck,
    ImportLine,
    ImportReport,
    RejectedRow,
    UnmatchedFile,
    WaitingRow,
)

REPORT = ImportReport(
    matched=57,
    waiting=3,
    rejected=[RejectedRow(line=4, where="line 4", reason="bad name")],
    skipped=[RejectedRow(line=7, where="faces, row 7", reason="no person")],
)
CHECK = ImportCheck(report=REPORT, rows=58, people=7, waiting=[], waiting_rows=2, relative=True, root="/films")
LEGACY = ImportReport(
    matched=0,
    waiting=2,
    rejected=[],
    suggestions=1,
    operations=3,
    known_operations=4,
    by_hash=5,
    by_path=6,
    unmatched=[UnmatchedFile(path="/old/b.mp4", people=2, suggestions=0, operations=1)],
)


def test_preview_lists_accepted_and_rejected_rows() -> None:
    assert REPORT.content == "60 names"
    assert (CHECK.summary, CHECK.has_rows) == ("60 names of 7 people in 58 rows", True)
    assert CHECK.rejected_lines.rows == [ImportLine(where="line 4", text="bad name")]
    assert CHECK.skipped_lines.rows == [ImportLine(where="faces, row 7", text="no person")]
    assert (CHECK.rejected_lines.total, CHECK.rejected_lines.more) == (1, "")


def test_preview_shows_the_first_lines() -> None:
    waiting = [WaitingRow(line=line, where=f"line {line}", path=f"/films/{line}.mp4") for line in range(LINES + 9)]
    lines = replace(CHECK, waiting=waiting, waiting_rows=1000).waiting_lines
    assert len(lines.rows) == LINES
    assert lines.rows[0] == ImportLine(where="line 0", text="/films/0.mp4")
    assert (lines.total, lines.more) == (1000, "and 950 more")


def test_hint_about_waiting_names_says_what_helps() -> None:
    assert REPORT.waiting_hint.startswith("3 names are for files that no scan has found. Import them now. Scan the")
    without_match = replace(REPORT, matched=0, waiting=1).waiting_hint
    assert without_match.startswith("1 name is for files that no scan has found. If the paths start in another folder,")
    assert "choose it. Otherwise import them now. Scan the folder" in without_match
    assert replace(REPORT, waiting=0).waiting_hint == ""


def test_import_of_nothing_has_no_content() -> None:
    nothing = ImportReport(matched=0, waiting=0, rejected=[])
    assert (nothing.content, nothing.legacy_facts) == ("", [])
    assert replace(CHECK, report=nothing, rows=0).has_rows


def test_preview_of_a_legacy_database_has_history_and_unmatched_files() -> None:
    check = replace(CHECK, report=LEGACY, rows=2)
    assert not replace(check, rows=0).has_rows
    assert LEGACY.content == "2 names, 1 suggestion and 3 operations"
    assert check.unmatched_lines.rows == [ImportLine(where="2 names, 1 history entry", text="/old/b.mp4")]
    assert LEGACY.legacy_facts == [
        "11 files matched: 5 by content, 6 by path.",
        "1 suggestion of people: none is assigned automatically.",
        "History: 3 new operations, 4 imported earlier. It can only be read.",
    ]


def test_result_of_an_import_is_text() -> None:
    assert LEGACY.text.startswith("0 names added in 0 files. 2 names are waiting for a scan. Scan the folder")
    assert LEGACY.text.endswith("the scan assigns the names. 3 operations added to the history.")
    copies = [FileCopy(file_id=2, file_path="/films/b.mp4")]
    report = replace(REPORT, waiting=0, added=1, files=2, copies=1, copy_files=copies)
    assert report.text == (
        "1 name added in 2 files. 1 row rejected. 1 placeholder name skipped. It reached 1 copy, too: /films/b.mp4."
    )
