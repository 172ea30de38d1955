"""The question before values of titles are planned."""

from __future__ import annotations

from typing import Any

from dashboards.questions.title_values_question import plan_search, sections
from indexium_core.model.review.reports import FieldExample, FieldsPreview


def preview(*examples: FieldExample, **counts: int) -> FieldsPreview:
    facts: dict[str, Any] = {
        "files": 3, "copies": 0, "changed": 2, "without_value": 0, "invalid": 0, "invalid_reason": "", "locked": 0,
    }  # fmt: skip
    return FieldsPreview(examples=list(examples), **facts | counts)


def example(**changes: Any) -> FieldExample:
    facts: dict[str, Any] = {"file_id": 1, "file_name": "a.mkv", "field": "title", "before": None, "after": "Ring"}
    return FieldExample(**facts | changes)


def test_question_lists_every_value_before_and_after_by_file() -> None:
    plot = example(field="description", before="Old", after="x " * 60)
    problem = example(field="show", problem="No.")
    text, changes, hint = sections(preview(example(), example(file_id=2, file_name="b.mkv"), plot, problem))
    assert text["text"] == "2 files of 3 would get other values. Nothing is written yet."
    assert changes["items"] == [
        {
            "name": "a.mkv",
            "key": 1,
            "values": [
                {"label": "Title", "was": "", "now": "Ring"},
                {"label": "Description", "was": "Old", "now": "x " * 60},
            ],
        },
        {"name": "b.mkv", "key": 2, "values": [{"label": "Title", "was": "", "now": "Ring"}]},
    ]
    assert hint["kind"] == "hint"


def test_many_files_have_pages_and_a_search_without_their_ids() -> None:
    few = preview(*(example(file_id=number) for number in range(1, 24)))
    listing = sections(few)[1]
    assert (len(listing["items"]), listing["pages"], listing["range"]) == (20, 2, "1–20 of 23")
    assert plan_search(few).startswith("id:1,2,3,")
    assert plan_search(preview(*(example(file_id=number) for number in range(201)))) == "edited:yes"


def test_question_names_files_that_keep_their_values() -> None:
    exceptions = sections(preview(example(), unsupported=1, locked=2))[2]
    assert exceptions["pairs"] == [["The container cannot store a value", "1 file"], ["A field is locked", "2 files"]]
