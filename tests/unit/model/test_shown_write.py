"""The question before a write, the dry run and the import of an edited export, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.dry_run_state import DryRunFile, DryRunState
from indexium_core.model.operations.operation import WriteOptions, WriteResult
from indexium_core.model.operations.preview import WritePreview
from indexium_core.model.operations.shown_write import ShownWrite, how_written
from indexium_core.model.planning.changes import ChangesPreview, FieldEdit, FileChange, LineError, ShownChanges
from indexium_core.model.planning.losses import DangerousFilePage
from indexium_core.model.planning.plan import (
    FieldChangeCount,
    Holder,
    SelectionChanges,
    SelectionDigest,
    SelectionSummary,
    StaleFiles,
)

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)


def shown(*, leaves_out_danger: bool = False, summary: dict[str, Any] | None = None, **facts: Any) -> ShownWrite:
    numbers: dict[str, Any] = {
        "count": 42, "by_risk": {"danger": 2, "safe": 40}, "tags_to_add": 60, "tags_to_remove": 3, "est_seconds": 4.0,
        "est_bytes": 1_200_000, "excluded": {}, "by_strategy": {"mp4_in_place": 42}, "rollback_until": UNTIL,
    }  # fmt: skip
    known: dict[str, Any] = {
        "changes": SelectionChanges(comments=42, fields=[]), "digest": SelectionDigest(count=42, digest=2**63 + 1),
        "stale": StaleFiles(plan_id=7, count=0, items=[]), "holders": [], "reasons": [], "options": WriteOptions(),
        "title": "Holiday",
    }  # fmt: skip
    preview = WritePreview(summary=SelectionSummary(**numbers | (summary or {})), **known | facts)
    none = DangerousFilePage(items=[], total=2, page=1, per_page=20)
    return ShownWrite(preview=preview, plan_id=7, dangers=none, leaves_out_danger=leaves_out_danger)


def test_question_before_a_write_has_words_for_its_numbers() -> None:
    found = shown()
    assert (found.action, found.waits, found.danger, found.is_proposal) == ("Write 42 files", "", 2, False)
    assert list(found.by_risk.items()) == [("safe", 40), ("danger", 2)]
    assert found.facts == [
        ["People", "60 added, 3 removed"],
        ["Method", "42 in place"],
        ["Written", "about 1.2 MB, in about 4 s"],
        ["Rollback", "42 files can be rolled back byte for byte until 20 Nov"],
    ]
    assert shown(summary={"tags_to_add": 0, "tags_to_remove": 0}).facts[0] == [
        *("People", "the same people, in another form"),
    ]


def test_fields_and_files_that_are_left_out_are_named() -> None:
    fields = [
        FieldChangeCount(field="rating", files=30, replaced=0, removed=0),
        FieldChangeCount(field="title", files=12, replaced=3, removed=1),
        FieldChangeCount(field="genre", files=1, replaced=1, removed=0),
    ]
    summary = {"hidden": 3, "excluded": {"unchanged": 9, "danger": 4, "blocked": 1, "postponed": 2}}
    found = dict(shown(changes=SelectionChanges(comments=0, fields=fields), summary=summary).facts)
    assert "People" not in found
    assert (found["Rating"], found["Genre"]) == ("30 files", "1 file, replaces another value")
    assert found["Title"] == "12 files, 3 of them replace another value, 1 of them loses the value"
    assert found["Hidden"] == "3 files that the search does not show"
    assert found["Not included"] == "4 danger, 1 blocked, 2 skipped"
    careful = shown(summary=summary, leaves_out_danger=True)
    assert dict(careful.facts)["Not included"] == "1 blocked, 2 skipped"  # the question says the rest


def test_write_that_waits_is_proposed() -> None:
    found = shown(reasons=["it has 2 dangerous files"])
    assert (found.action, found.is_proposal) == ("Propose to write 42 files", True)
    assert found.waits == "Nothing is written before another person approves it: it has 2 dangerous files."


@pytest.mark.parametrize(
    ("facts", "is_in_use"),
    [
        ({"stale": StaleFiles(plan_id=8, count=1, items=[])}, False),
        ({"holders": [Holder(3, "paused", 40), Holder(4, "paused", 2)]}, True),
        ({"summary": {"count": 0}}, False),
    ],
    ids=["other results", "all in use", "no file"],
)
def test_nothing_is_confirmed_that_cannot_be_written(facts: dict[str, Any], is_in_use: bool) -> None:
    found = shown(**facts)
    assert (found.action, found.all_in_use) == ("", is_in_use)


def test_operations_that_use_some_files_are_named() -> None:
    found = shown(holders=[Holder(7, "paused", 3)])
    assert found.action == "Write 42 files"
    assert found.holders == ["Operation 7 is paused and uses 3 of these files. Resume or cancel it first."]
    assert (found.holder_id, shown().holder_id) == (7, None)


def test_digest_of_a_selection_is_a_text_for_scripts() -> None:
    digest = SelectionDigest(count=42, digest=2**64 - 1)
    assert SelectionDigest.of_text(digest.text) == digest
    for wrong in ("", "42", "42-x", "42-1-1"):
        with pytest.raises(errors.UsageError, match="is not the digest of a selection"):
            SelectionDigest.of_text(wrong)


def test_strategies_are_described() -> None:
    counts = {"mp4_in_place": 70, "matroska_in_place": 4, "mp4_copy": 3, "ogg_remux": 1, "mp4_reflink": 2}
    assert how_written(counts) == "74 in place, 3 as a full copy, 2 as a shared copy, 1 rewritten by FFmpeg"


def result(number: int, state: str = "success", code: str = "") -> WriteResult:
    how = "mp4_in_place" if state == "success" else ""
    proof = {"bytes_to_write": 1000} if state == "success" else {}
    return WriteResult(
        item_id=None, file_id=number, status=state, code=code, message=code, strategy=how, seconds=0.1, proof=proof
    )


def state(*items: WriteResult, total: int) -> DryRunState:
    counts = {each.status: sum(other.status == each.status for other in items) for each in items}
    return DryRunState(
        ticket="t", report=DryRunReport(items=list(items), counts=counts, excluded={}, total=total, seconds=2.0)
    )


def test_dry_run_tells_its_result() -> None:
    found = state(result(1), result(2), result(3, "conflict", "in_use"), total=3)
    assert (found.done, found.ready, found.is_done, found.level) == (3, 2, True, "warning")
    assert found.verdict == "2 of 3 files would be written. Nothing was changed."
    assert [(each.count, each.text, each.level) for each in found.outcomes] == [
        ("2", "would be written", "safe"),
        ("1", "conflict", "danger"),
    ]
    assert found.facts == [["Method", "2 in place"], ["Written", "2 KB"], ["Checked", "3 files in 2 s"]]
    whole = state(result(1), result(2), total=2)
    assert (whole.verdict, whole.level, whole.outcomes) == (
        *("2 files would be written. Nothing was changed.", "safe", []),
    )
    part = state(result(1), total=2)
    assert (part.is_done, part.level) == (False, "warning")
    assert state(result(1, "skipped"), total=1).facts == [["Checked", "1 file in 2 s"]]


def test_checked_file_is_ready_or_has_its_reason() -> None:
    [ready, busy] = [DryRunFile.of(each, None) for each in (result(1), result(2, "conflict", "in_use"))]
    assert (ready.name, ready.status, ready.level, ready.message) == (
        "file 1",
        "ready",
        "safe",
        "in place, only the metadata bytes",
    )
    assert (busy.status, busy.level, busy.message) == ("in use, will retry", "blocked", "in_use")


def change(**facts: Any) -> FileChange:
    known: dict[str, Any] = {"line": 3, "file_id": 1, "file_name": "a.mp4", "file_path": "/a.mp4", "before": ["Ann"]}
    return FileChange(**known | facts)


def test_row_of_an_import_shows_what_it_changes() -> None:
    people = change(after=["Ann", "Bo"])
    assert people.tags == [{"text": "Ann", "kind": ""}, {"text": "Bo", "kind": "add"}]
    assert change(after=["Bo"]).tags == [{"text": "Ann", "kind": "del"}, {"text": "Bo", "kind": "add"}]
    assert (people.message, change().tags) == ("line 3", None)
    assert change(before=["Ann", "Bo"], after=["Bo", "Ann"]).message == "another order · line 3"
    other = change(
        fields=[FieldEdit(field="title", before=None, after="Rome")], comment_mode="preserve", postponed=True,
        until=UNTIL, conflict="Edited since.", removes_everyone=True,
    )  # fmt: skip
    assert other.message == "Title: no value → Rome, preserve, until 20 Nov · Edited since. · line 3"
    assert [each["text"] for each in other.chips] == ["edited here", "removes all people", "skip"]
    assert change(postponed=False).chips == [{"level": "note", "text": "no longer skipped"}]


def test_import_counts_its_changes_and_has_pages() -> None:
    rows = [change(line=line, after=["Bo"], conflict="Edited." if line == 1 else "") for line in range(1, 4)]
    preview = ChangesPreview(
        rows=[*rows, change(line=4, after=[], removes_everyone=True)], unchanged=5, notes=["A note."],
        errors=[LineError(line=9, message="x")],
    )  # fmt: skip
    assert (preview.files, preview.conflicts) == (3, 1)
    assert preview.facts == [["Other people", "4 files"], ["Unchanged", "5 files"]]
    assert preview.loss == "1 file would have no people left: the cell of the people is empty."
    assert preview.hint == "This import does not write any files. It only changes the plan. A note."
    assert ChangesPreview(rows=rows).loss == ""
    page = ShownChanges.of(preview, page=2, errors_page=0, per_page=3)
    assert ([each.line for each in page.rows.items], page.rows.total, page.rows.page) == ([4], 4, 2)
    assert ([each.line for each in page.errors.items], page.errors.page) == ([9], 1)
