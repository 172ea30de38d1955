"""What an edit of many files would do, in words; what can be edited."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.review.decisions import Template
from indexium_core.model.review.edit_choices import EditChoices
from indexium_core.model.review.reports import ChangePreview, Example, FieldExample, FieldsPreview


def preview(**facts: object) -> ChangePreview:
    nothing = {"files": 12, "copies": 0, "changed": 9, "emptied": 0, "added": {}, "removed": {}, "examples": []}
    return ChangePreview(**nothing | facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "text", "notes"),
    [
        (
            {"added": {"Ann Lee": 7}, "removed": {"Bob Ray": 5}},
            "Adds Ann Lee to 7 files, removes Bob Ray from 5.",
            "3 files do not change.",
        ),
        ({"added": {"Ann": 9, "Bo": 9, "Cy": 9}, "changed": 12}, "Adds Ann, Bo and Cy to 9 files.", ""),
        (
            {"added": {"Ann": 1, "Bo": 2}, "removed": {"Cy": 1200}, "changed": 11},
            "Adds Ann to 1 file and Bo to 2, removes Cy from 1,200.",
            "1 file does not change.",
        ),
        (
            {"removed": {f"P {number}": number for number in range(1, 6)}},
            "Removes 5 people from up to 5 files.",
            "3 files do not change.",
        ),
        ({"changed": 0}, "Nothing would change.", ""),
        ({"changed": 2}, "Changes the spelling of names in 2 files.", "10 files do not change."),
    ],
)
def test_change_is_described_in_sentence(facts: dict[str, object], text: str, notes: str) -> None:
    found = preview(**facts)

    assert (found.sentence, found.notes, found.warning) == (text, notes, "")


def test_replacement_warns_of_files_without_people() -> None:
    found = preview(removed={"Bob": 9}, added={"Rob": 7}, emptied=1, replaced=("Bob", "Rob"))

    assert found.sentence == "Replaces Bob by Rob in 9 files."
    assert found.warning == "1 file would have no people left."


def test_names_of_a_replacement_are_not_in_its_outer_form() -> None:
    assert "replaced" not in preview(replaced=("Bob", "Rob")).as_dict()


def test_examples_show_removed_kept_and_added_people() -> None:
    example = Example(file_id=3, file_name="a.mp4", file_path="/a.mp4", before=["Ann", "Bo"], after=["Bo", "Cy"])

    assert [(tag["text"], tag["kind"]) for tag in example.tags] == [("Ann", "del"), ("Bo", ""), ("Cy", "add")]
    assert preview(examples=[example]).more == 8


def fields_preview(**facts: Any) -> FieldsPreview:
    example = FieldExample(file_id=1, file_name="a.avi", field="title", before="Old", after="a")
    nothing = {"files": 9, "copies": 0, "changed": 7, "without_value": 0, "invalid": 0}
    return FieldsPreview(**{"invalid_reason": "", "examples": [example]} | nothing | facts)


def test_preview_of_fields_shows_the_first_files() -> None:
    found = fields_preview()

    assert (found.notes, found.warning, found.more) == ("", "", 6)
    assert [(tag["text"], tag["kind"]) for tag in found.examples[0].tags] == [("Old", "del"), ("a", "add")]


def test_preview_of_fields_reports_files_that_keep_their_value() -> None:
    bad = FieldExample(file_id=2, file_name="b.avi", field="date", before=None, after=None, problem="No date.")
    found = fields_preview(changed=0, without_value=3, invalid=1, locked=2, unsupported=1, examples=[bad])

    assert found.notes == (
        "The rule has no value for 3 files. The field is locked in 2 files."
        " The container of 1 file cannot store the value."
    )
    assert (found.warning, found.more, found.examples[0].tags) == ("The value is not valid for 1 file.", 1, [])


def test_preview_with_more_examples_than_changes_lacks_none() -> None:
    example = FieldExample(file_id=1, file_name="a.avi", field="title", before="Old", after="a")

    assert fields_preview(changed=1, examples=[example, example]).more == 0


@pytest.mark.parametrize(
    ("facts", "does"),
    [
        ({"people": ["Ann", "Bo"], "old_person": None, "new_person": None}, "adds Ann and Bo"),
        ({"people": [], "old_person": "Bob", "new_person": "Rob"}, "replaces Bob by Rob"),
    ],
)
def test_template_says_what_it_does(facts: dict[str, Any], does: str) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)

    assert Template(template_id=1, name="Family", created_at=now, **facts).does == does


def test_every_editable_field_has_an_example() -> None:
    choices = EditChoices.now()

    assert [each.key for each in choices.fields] == [each.key for each in EDITABLE]
    assert all(each.example for each in choices.fields)
    title = choices.fields[0]
    assert (title.title, title.rules[0].label, title.rules[0].rule) == ("Title", "The file name", "{name}")


def test_only_some_properties_are_read_on_request() -> None:
    choices = EditChoices.now()

    assert {each.key for each in choices.properties if each.is_on_request} == {"duration", "size"}
    assert "year" in {each.name for each in choices.placeholders}
