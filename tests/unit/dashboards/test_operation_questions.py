"""The questions about rollbacks and interrupted work in Node: their sections, their buttons, and what they start."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from indexium_core.model.operations.rollback import CheckedRollback, ConflictItem, RollbackCheck, RollbackOptions
from indexium_core.model.operations.rollback_preview import RollbackPreview
from indexium_core.model.shapes import wanted
from tests.support.operation_values import item, operation
from tests.support.scripts import evaluate

WORDS = "noun person restorable is_proposal title is_possible named waits refusal promise hint counts hints adds newer"
PREVIEW = dict.fromkeys([*WORDS.split(), "conflict_count", "choices", "item_ids"], 1) | {
    "conflicts": {"name": 1, "file_path": 1, "message": 1}
}
REPORT = dict.fromkeys(["description", "stop_reason", "promise", "outcomes", "total"], 1) | {
    "files": dict.fromkeys(["item_id", "file_name", "file_path", "outcome", "label", "message"], 1)
}


def preview(options: RollbackOptions | None = None, *, reasons: tuple[str, ...] = (), **facts: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"operation_id": 7, "restorable": 3, "conflicts": [], "can_rollback": True, "reason": ""}
    checked = CheckedRollback(check=RollbackCheck(**known | facts), reasons=reasons)
    options = options or RollbackOptions()
    found: dict[str, Any] = wanted(RollbackPreview(operation=operation(), options=options, checked=checked), PREVIEW)
    return found


def rollback(expression: str, **values: Any) -> Any:
    return evaluate(f'await (async rollback => {expression})(await face("rollback"))', **values)


@pytest.mark.parametrize(
    ("options", "facts", "ticked", "text"),
    [
        (None, {}, [], "Roll back 3 files"),
        (None, {"restorable": 0, "comment_only": 2}, [], "Roll back"),
        (None, {"replaceable": 2, "superseded": 2, "both": 1}, ["replace"], "Roll back 4 files"),
        (None, {"replaceable": 2, "superseded": 2, "both": 1}, ["replace", "newer"], "Roll back 6 files"),
        (None, {"reasons": ("they wait",)}, ["replan"], "Propose to roll back 3 files"),
        (RollbackOptions(person="Ann"), {}, [], "Remove from 3 files"),
        (None, {"restorable": 0}, [], ""),
    ],
)
def test_button_counts_what_is_rolled_back(
    options: RollbackOptions | None, facts: dict[str, Any], ticked: list[str], text: str
) -> None:
    found = preview(options, **facts)
    assert rollback("rollback.confirmOf(found, ticked)", found=found, ticked=ticked) == text


def test_choices_become_options() -> None:
    found = preview(RollbackOptions(item_ids=frozenset({9, 4})), comment_only=1, superseded=1, newer=(5,))
    options = "rollback.rollbackOptions(found, ticked)"
    assert rollback(options, found=found, ticked=["comment", "replan"]) == {
        "item_ids": [4, 9],
        "changed": "comment",
        "with_newer": [],
        "replan": True,
    }
    assert rollback(options, found=preview(superseded=1, newer=(5,)), ticked=["newer"]) == {
        "changed": "skip",
        "with_newer": [5],
        "replan": False,
    }
    person = rollback(options, found=preview(RollbackOptions(person="Ann")), ticked=[])
    assert person["person"] == "Ann"


def test_question_lists_conflicts_and_their_number() -> None:
    conflicts = [item(number, ConflictItem, code="offline", message="Its folder is offline.") for number in range(60)]
    sections = rollback("rollback.sectionsOf(found)", found=preview(conflicts=conflicts))
    assert [each["kind"] for each in sections] == ["text", "why", "facts", "items"]
    assert (sections[-1]["label"], len(sections[-1]["items"]), sections[-1]["more"]) == (
        "60 files with a conflict",
        50,
        "and 10 more",
    )
    assert sections[-1]["items"][0] == {
        "name": "0.mp4",
        "path": "/films/0.mp4",
        "message": "Its folder is offline.",
        "status": "conflict",
        "level": "warning",
    }


def sections(turned: dict[str, str] | None = None, **facts: Any) -> list[dict[str, Any]]:
    files = [
        InterruptedFile(item_id=number, file_id=number, file_path=f"/v/{number}.mp4", outcome=outcome)
        for number, outcome in enumerate(("undone", "not_started"))
    ]
    record = operation(status="interrupted", **facts)
    cut = InterruptedOperation(operation=record, counts={"written": 120, "not_started": 1, "undone": 1}, files=files)
    found: list[dict[str, Any]] = evaluate(
        '(await face("interruptions")).sectionsOf(report, turned)', report=wanted(cut, REPORT), turned=turned or {}
    )
    return found


def test_interrupted_operation_is_counted_by_outcome() -> None:
    found = sections()
    assert [each["kind"] for each in found] == ["text", "levels", "text", "items"]
    assert [(each["count"], each["text"]) for each in found[1]["levels"]] == [
        ("120", "written"),
        ("1", "not started"),
        ("1", "undone"),
    ]
    assert [each["kind"] for each in sections(error_message="The disk is full.")][1] == "why"


def test_files_of_an_interrupted_operation_are_filtered_and_paged() -> None:
    whole = sections()[-1]
    assert [(each["name"], each["status"], each["glyph"]) for each in whole["items"]] == [
        ("0.mp4", "undone", "↺"),
        ("1.mp4", "not started", "·"),
    ]
    assert (whole["pages"], [each["label"] for each in whole["choices"]]) == (
        3,
        ["all 122", "undone 1", "not started 1", "written 120"],
    )
    written = sections({"files": "2", "files-shown": "written"})[-1]
    assert (written["page"], written["pages"]) == (2, 3)
    assert [each["value"] for each in written["choices"] if each["on"]] == ["written"]
