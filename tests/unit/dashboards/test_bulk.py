"""Texts of the dialog for many files: numbers and names in plain sentences."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dashboards.components.bulk import bulk
from indexium_core.model.review.decisions import Template
from indexium_core.model.review.reports import BulkPeople, BulkPerson, ChangePreview, Example


def preview(**facts: object) -> ChangePreview:
    nothing = {"files": 12, "copies": 0, "changed": 9, "emptied": 0, "added": {}, "removed": {}, "examples": []}
    return ChangePreview(**nothing | facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "text", "rest"),
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
def test_change_is_described_in_sentence(facts: dict[str, object], text: str, rest: str) -> None:
    found = bulk.effect(preview(**facts), {"add": [], "remove": []})

    assert (found["text"], found["rest"], found["warning"]) == (text, rest, "")


def test_replacement_warns_of_files_without_people() -> None:
    found = bulk.effect(preview(removed={"Bob": 9}, added={"Rob": 7}, emptied=1), {}, ("Bob", "Rob"))

    assert found["text"] == "Replaces Bob by Rob in 9 files."
    assert found["warning"] == "1 file would have no people left."


def test_examples_show_removed_kept_and_added_people() -> None:
    example = Example(file_id=3, file_name="a.mp4", file_path="/a.mp4", before=["Ann", "Bo"], after=["Bo", "Cy"])

    (shown,) = bulk.effect(preview(examples=[example]), {})["examples"]
    assert [(tag["text"], tag["kind"]) for tag in shown["tags"]] == [("Ann", "del"), ("Bo", ""), ("Cy", "add")]
    assert bulk.effect(preview(examples=[example]), {})["more"] == "and 8 more"


@pytest.mark.parametrize(
    ("today", "offered"),
    [
        (date(2026, 11, 20), ["2026-11-21", "2026-11-23", "2026-12-01"]),  # a Friday
        (date(2026, 12, 28), ["2026-12-29", "2027-01-04", "2027-01-01"]),  # a Monday: the next one
        (date(2026, 11, 30), ["2026-12-01", "2026-12-07"]),  # the first day of the next month is tomorrow
        (date(2027, 1, 31), ["2027-02-01"]),  # a Sunday
    ],
)
def test_skip_days_are_in_future_and_each_is_offered_once(today: date, offered: list[str]) -> None:
    assert [each["day"] for each in bulk.days(today)] == offered


def test_bulk_dialog_names_its_files() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    kept = [
        Template(template_id=1, name="Family", people=["Ann", "Bo"], old_person=None, new_person=None, created_at=now),
        Template(template_id=2, name="fix", people=[], old_person="Bob", new_person="Rob", created_at=now),
    ]
    found = BulkPeople(files=3, copies=1, total=80, people=[BulkPerson(name="Ann", files=2)])

    view = bulk.view(found, serial=4, tab="people", kept=kept, today=date(2026, 11, 20))
    assert view["titles"]["people"] == "Edit people of 3 files"
    assert view["titles"]["skip"] == "Skip 2 files"  # a copy is not skipped
    assert view["only"] == "Edit only the selected files, not their copies"
    assert view["note"] == "1 of them is a copy of the selected files: copies have the same people."
    hiding = bulk.view(found, serial=4, tab="people", kept=kept, today=date(2026, 11, 20), hidden=2)
    assert hiding["note"].startswith("2 files of them are hidden by the search. 1 of them is a copy")
    assert view["rest"] == "and 79 more; type a name to find them"
    assert [each["does"] for each in view["templates"]] == ["adds Ann and Bo", "replaces Bob by Rob"]
    assert view["least"] == "2026-11-21"
