"""The questions before a write, a retry and an import, and the dry run, in Node with values of the library."""

from __future__ import annotations

from typing import Any

from tests.support.scripts import evaluate
from tests.unit.model.test_shown_write import change, result, state

FOUND: dict[str, Any] = {
    "plan_id": 7, "number": 5, "danger": 2, "loses_text": 2, "removes_all_people": 1, "action": "Write 5 files",
    "is_proposal": False, "waits": "", "by_risk": {"safe": 3, "danger": 2}, "facts": [["Method", "5 in place"]],
    "all_in_use": False, "holders": [], "holder_id": None, "stale": {"plan_id": 7, "count": 0, "items": []},
    "dangers": {"items": [], "total": 2, "page": 1, "per_page": 20}, "expected": "5-1", "options": {}, "title": "Rome",
}  # fmt: skip


def sections(found: dict[str, Any], more: str = "") -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = evaluate(
        f"(({{sectionsOf}}) => sectionsOf(found{more}))(await face('write_question'))", found=FOUND | found
    )
    return shown


def lines(shown: list[dict[str, Any]], level: str) -> list[tuple[str, list[str]]]:
    [found] = [each["lines"] for each in shown if each["kind"] == "lines" and each["level"] == level]
    return [(line["text"], [f"{each['label']}: {each['act']}" for each in line["actions"]]) for line in found]


def test_losses_of_a_write_have_their_actions() -> None:
    assert lines(sections({}), "danger") == [
        ("2 dangerous files", ["Exclude dangerous files: leave-out", "Show these: show-danger"]),
        ("2 files would lose custom text", ["Preserve all 2: preserve", "Show these: show-text"]),
        ("1 file would have no people left", ["Show it: show-everyone"]),
    ]
    alone = {"number": 1, "danger": 1, "loses_text": 1, "removes_all_people": 0}
    assert lines(sections(alone), "danger") == [
        ("1 dangerous file", ["Show it: show-danger"]),  # without it, nothing would be left
        ("1 file would lose custom text", ["Preserve it: preserve", "Show it: show-text"]),
    ]
    assert [each["kind"] for each in sections({"danger": 0})] == ["levels", "facts"]


def test_changes_in_the_question_are_listed_and_the_last_one_can_be_undone() -> None:
    shown = sections({}, ", [{text: 'One.'}, {text: 'Two.'}], 'One file is gone.'")
    assert lines(shown, "safe") == [("One.", []), ("Two.", ["Undo: undo"])]
    assert {"kind": "hint", "text": "One file is gone."} in shown
    assert sections({"number": 0, "action": ""}) == [
        {"kind": "text", "text": "There is nothing to write: no selected file would change."}
    ]


def test_question_says_what_else_uses_the_files_and_why_it_waits() -> None:
    shown = sections({"holders": ["Operation 7 is paused."], "waits": "Bob has to approve it."})
    assert [each["text"] for each in shown if each["kind"] == "why"] == [
        *("Bob has to approve it.", "Operation 7 is paused."),
    ]
    assert sections({"all_in_use": True, "holders": ["Operation 7 is paused."]}) == [
        {"kind": "why", "level": "warning", "text": "Operation 7 is paused."}
    ]


def test_files_that_changed_are_listed_as_shown_and_now() -> None:
    file = {
        "file_id": 3, "file_name": "a.mp4", "file_path": "/a.mp4", "shown": "People: Ann", "now": None,
        "reason": "the file itself changed",
    }  # fmt: skip
    [why, files] = evaluate(
        "(({staleSections}) => staleSections(stale))(await face('write_question'))",
        stale={"plan_id": 8, "count": 4, "items": [file]},
    )
    assert why["text"].startswith("4 of these files changed since they were shown. Nothing was written.")
    assert files["more"] == "and 3 more"
    [item] = files["items"]
    assert (item["was"], item["now"], item["status"]) == ("People: Ann", "", "the file itself changed")


STATES = ("ticket", "done", "total", "ready", "is_done", "verdict", "level", "outcomes", "facts")


def test_dry_run_shows_its_progress_and_then_its_report() -> None:
    def shown(*states: Any, total: int) -> list[dict[str, Any]]:
        found = state(*states, total=total)
        values = {name: getattr(found, name) for name in STATES}
        values["outcomes"] = [each.as_dict() for each in found.outcomes]
        made: list[dict[str, Any]] = evaluate(
            "(({stateSections}) => stateSections(state, false))(await face('dry_run'))", state=values
        )
        return made

    assert shown(result(1), total=4) == [
        {"kind": "gauge", "now": 1, "max": 4, "text": "1 of 4 files checked. Nothing is changed."}
    ]
    report = shown(result(1), result(2, "conflict"), total=2)
    assert [each["kind"] for each in report] == ["why", "levels", "facts", "links"]
    assert report[0]["text"] == "1 of 2 files would be written. Nothing was changed."
    assert [each["href"] for each in report[3]["links"]] == ["/files/dry-run/t.csv", "/files/dry-run/t.json"]


def imported(rows: int, errors: int = 0, **facts: Any) -> Any:
    row = change(after=["Bo"])
    items = [{"file_id": row.file_id, "file_name": row.file_name, "file_path": row.file_path, "chips": row.chips,
              "tags": row.tags, "message": row.message}] * min(rows, 25)  # fmt: skip
    known = {"files": rows, "facts": [], "loss": "", "hint": "It only changes the plan.", "conflicts": 0}
    return {
        "preview": known | facts,
        "rows": {"items": items, "total": rows, "page": 1, "per_page": 25},
        "errors": {"items": [{"line": 9, "message": "x"}][:errors], "total": errors, "page": 1, "per_page": 25},
    }


def test_import_shows_changes_errors_and_what_was_edited_here() -> None:
    script = "(({sectionsOf, fieldsFor}) => [sectionsOf(shown), fieldsFor(shown)])(await face('import_question'))"
    shown, fields = evaluate(script, shown=imported(30, 1, loss="1 file would have no people left."))
    assert [each.get("label", each["kind"]) for each in shown] == [
        *("facts", "why", "hint", "1 row cannot be imported", "30 files would be changed"),
    ]
    assert (shown[4]["pages"], shown[4]["items"][0]["name"], fields) == (2, "a.mp4", [])
    shown, [field] = evaluate(script, shown=imported(0, conflicts=2))
    assert shown[0]["text"] == "No row differs from the plan."
    assert [each["label"] for each in field["options"]] == [
        *("Also the 2 files that were edited here after the export",),
    ]
