"""The words of the question about an interrupted operation."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core.model.operations.interrupted import InterruptedFile, InterruptedOperation
from tests.support.operation_values import operation


def cut(counts: dict[Any, int] | None = None, **facts: Any) -> InterruptedOperation:
    record = operation(**{"id": 5, "status": "interrupted", "user_note": "nightly"} | facts)
    counts = {"not_started": 1, "written": 2, "undone": 1} if counts is None else counts
    return InterruptedOperation(operation=record, counts=counts, files=[])


def test_question_says_what_each_answer_does() -> None:
    found = cut()
    assert (found.title, found.resume_text, found.rollback_text) == (
        "A write was interrupted",
        "Resume 2 files",
        "Roll back 2…",
    )
    promise = "Resume continues with 2 files. Roll back restores 2 files. You can also decide later."
    assert found.promise == promise
    assert cut(status="failed").title == "A write stopped"
    assert "reverts the rollback of 2 files" in cut({"restored": 2}, operation_type="rollback").promise


def test_description_names_operation_and_progress() -> None:
    counts = {"written": 2, "skipped": 3, "not_started": 2, "unknown": 2}
    assert cut(counts).description.startswith("Write “nightly”, started ")
    assert cut(counts, user_note="").description.startswith("Write 5, started ")
    back = cut(counts, user_note="", operation_type="rollback", reverts_id=3, reverts_note="nightly").description
    assert back.startswith("Rollback of “nightly”, started ")
    assert "processed 5 of 9 files. The state of 2 files is unknown" in back


def test_impossible_answers_are_not_offered() -> None:
    whole = cut({"written": 4})
    assert (whole.resume_text, whole.promise.partition(".")[0]) == ("", "No file is left")
    assert cut({"not_started": 3}).rollback_text == ""
    assert cut(can_rollback=False).rollback_text == ""
    assert "Roll back" not in cut(can_rollback=False).promise


def test_outcomes_that_need_a_decision_come_first() -> None:
    assert [(each.outcome, each.label, each.files) for each in cut().outcomes] == [
        ("undone", "undone", 1),
        ("not_started", "not started", 1),
        ("written", "written", 2),
    ]


@pytest.mark.parametrize(("outcome", "label"), [("not_started", "not started"), ("written", "written")])
def test_file_has_the_word_for_its_outcome(outcome: Any, label: str) -> None:
    assert InterruptedFile(item_id=1, file_id=1, file_path="/v/1.mp4", outcome=outcome).label == label
