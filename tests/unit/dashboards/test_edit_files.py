"""The dialog that edits many files, in Node: its days, and the changes that its choices make."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.scripts import evaluate

DAYS = "(await face('days')).skipDays(new Date(Number(year), Number(month) - 1, Number(day)))"
CHANGES = """await (async () => {
  const {EditDraft} = await face("edit_files_draft")
  const draft = new EditDraft(tab)
  return [draft.change(), Object.assign(draft, choices).change()]
})()"""


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
    found = evaluate(DAYS, year=today.year, month=today.month, day=today.day)

    assert [each["day"] for each in found] == offered


def test_skip_day_is_in_words() -> None:
    found = evaluate(DAYS, year=2026, month=11, day=20)

    assert [(each["label"], each["text"]) for each in found] == [
        ("Tomorrow", "Sat 21 Nov"),
        ("Next week", "Mon 23 Nov"),
        ("Next month", "Tue 1 Dec"),
    ]


@pytest.mark.parametrize(
    ("tab", "choices", "preview", "decision"),
    [
        (
            "people",
            {"add": ["Ann"], "remove": ["Bob"]},
            ["bulk.preview", {"add": ["Ann"], "remove": ["Bob"], "examples": 0}],
            ["decisions.change_people", {"add": ["Ann"], "remove": ["Bob"]}],
        ),
        (
            "replace",
            {"pair": {"old": "Bob", "new": "Rob"}},
            ["bulk.preview", {"replace": ["Bob", "Rob"]}],
            ["decisions.replace_person", {"old": "Bob", "new": "Rob"}],
        ),
        (
            "fields",
            {"rule": "{name}"},
            ["bulk.preview_fields", {"values": {"title": "{name}"}}],
            ["decisions.set_fields", {"values": {"title": "{name}"}}],
        ),
        (
            "fields",
            {"rule": "{name}", "isRemoved": True, "fieldKey": "date"},
            ["bulk.preview_fields", {"values": {"date": ""}}],
            ["decisions.set_fields", {"values": {"date": ""}}],
        ),
        (
            "templates",
            {"template": "Family"},
            ["templates.preview", {"name": "Family"}],
            ["templates.apply", {"name": "Family"}],
        ),
    ],
)
def test_choices_of_a_tab_make_a_change(
    tab: str, choices: dict[str, Any], preview: list[Any], decision: list[Any]
) -> None:
    before, change = evaluate(CHANGES, tab=tab, choices=choices)

    assert before is None
    assert (change["preview"], change["decision"]) == (preview, decision)


@pytest.mark.parametrize("tab", ["skip", "modes", "media"])
def test_tab_of_the_files_themselves_changes_no_copy(tab: str) -> None:
    assert evaluate("(await face('edit_files_draft')).reachesCopies(tab)", tab=tab) is False


def test_only_additions_and_replacements_can_be_templates() -> None:
    _, change = evaluate(CHANGES, tab="people", choices={"add": ["Ann"]})
    assert change["template"] == {"people": ["Ann"]}
    _, change = evaluate(CHANGES, tab="people", choices={"add": ["Ann"], "remove": ["Bob"]})
    assert "template" not in change
    _, change = evaluate(CHANGES, tab="replace", choices={"pair": {"old": "Bob", "new": "Rob"}})
    assert change["template"] == {"replace": ["Bob", "Rob"]}
