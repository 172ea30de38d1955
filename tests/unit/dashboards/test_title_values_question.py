"""The question before values of titles are planned."""

from __future__ import annotations

from typing import Any

from dashboards.questions.title_values_question import sections
from indexium_core.model.fields.preview import FieldExample, FieldsPreview


def preview(*examples: FieldExample, **counts: int) -> FieldsPreview:
    facts: dict[str, Any] = {
        "files": 3, "copies": 0, "changed": 2, "without_value": 0, "invalid": 0, "invalid_reason": "", "locked": 0,
    }  # fmt: skip
    return FieldsPreview(examples=list(examples), **facts | counts)


def example(**changes: Any) -> FieldExample:
    facts: dict[str, Any] = {"file_id": 1, "file_name": "a.mkv", "field": "title", "before": None, "after": "Ring"}
    return FieldExample(**facts | changes)


def test_question_has_counts_and_first_changes() -> None:
    text, changes, hint = sections(preview(example(), example(after="x " * 60), example(after=None, problem="No.")))
    assert text["text"] == "2 files of 3 would get other values. Nothing is written yet."
    assert changes["pairs"][0] == ["a.mkv · Title", "Ring"]
    assert len(changes["pairs"]) == 2
    assert changes["pairs"][1][1].endswith("…")
    assert len(changes["pairs"][1][1]) == 80
    assert hint["kind"] == "hint"


def test_question_names_files_that_keep_their_values() -> None:
    exceptions = sections(preview(example(), unsupported=1, locked=2))[2]
    assert exceptions["pairs"] == [["The container cannot store a value", "1 file"], ["A field is locked", "2 files"]]
