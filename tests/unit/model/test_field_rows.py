"""The fields in the details of a file, and in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core.flows.review import field_rules
from indexium_core.model.fields.readers import shown_in
from indexium_core.model.fields.rules import FileNames, ValueRule
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.files.media import Change
from indexium_core.model.review.decisions import StandingDecision, kind_of_field
from indexium_core.model.review.file_details import FieldDetails, FileDetails
from tests.support.fake_plan import details_of, items
from tests.support.operation_values import item as history_item

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FILE = replace(items(1)[1], container="avi", changes=[])


def edit_of(key: str, value: str | None = "New") -> StandingDecision:
    return StandingDecision(
        decision_id=1,
        file_id=1,
        file_path="/films/a.avi",
        db_people=None,
        field=key,
        summary="",
        kind=kind_of_field(key),
        people=None,
        until=None,
        people_mode=None,
        comment_mode=None,
        value=value,
        reason="",
        created_at=NOW,
    )


def view(
    *,
    fields: Mapping[str, str] | None = None,
    edits: Sequence[StandingDecision] = (),
    container: str = "avi",
) -> FileDetails:
    now = dict(fields or {})
    planned = {**now, **{edit.kind.removeprefix("field:"): edit.value for edit in edits}}
    found = [
        FieldDetails(
            field=each.key,
            title=each.title,
            value=now.get(each.key),
            planned=planned.get(each.key),
            origin="",
            since=None,
            locked=each.key == "genre",
            problem=each.problem_in(container, planned.get(each.key)),
            shown=shown_in(each, container),
        )
        for each in EDITABLE
    ]
    return replace(details_of(FILE), container=container, fields=now, field_details=found, decisions=list(edits))


def row(details: FileDetails, key: str) -> dict[str, Any]:
    return next(each for each in details.field_rows if each["key"] == key)


def test_fields_with_a_value_have_their_names_in_other_programs() -> None:
    shown = view(fields={"genre": "Travel", "show": "Sea"}, edits=[edit_of("title")])
    assert shown.field_names["rows"] == [
        ["Title", "Title (ExifTool, MediaInfo, ffprobe); not in Kodi"],
        ["Genre", "Genre (ExifTool, MediaInfo, ffprobe); not in Kodi"],
    ]
    assert shown.field_names["note"].startswith("Not measured: Jellyfin, ")
    assert view().field_names == {"rows": [], "note": ""}


def test_fields_with_a_value_or_an_edit_are_shown() -> None:
    shown = view(fields={"genre": "Travel"}, edits=[edit_of("title")])

    assert [each["key"] for each in shown.field_rows if each["is_shown"]] == ["title", "genre"]
    assert {each["key"] for each in shown.field_rows} == {field.key for field in EDITABLE}
    assert [row(shown, key)["edited"] for key in ("title", "genre")] == [True, False]
    assert [row(shown, key)["locked"] for key in ("title", "genre")] == [False, True]


def test_fields_without_a_place_have_the_reason() -> None:
    reasons = {each["why"] for each in view().field_rows}
    assert reasons == {"", "AVI files have no place for it."}
    assert not any(each["why"] for each in view(container="mp4").field_rows if each["key"] == "rating")


def test_planned_value_shows_its_difference() -> None:
    title = row(view(fields={"title": "At see"}, edits=[edit_of("title", "At sea")]), "title")

    assert (title["value"], title["changed"]) == ("At sea", True)
    assert "".join(part["text"] for part in title["old"]) == "At see"
    assert [part["text"] for part in title["new"] if part["mark"]] != []


def test_removed_value_has_no_new_text() -> None:
    title = row(view(fields={"title": "At sea"}, edits=[edit_of("title", None)]), "title")

    assert (title["value"], title["new"], title["changed"]) == ("", None, True)


@pytest.mark.parametrize(("value", "stars"), [("4", 4), (None, 0), ("87", 0)])
def test_rating_is_a_number_of_stars(value: str | None, stars: int) -> None:
    assert row(view(fields={"rating": value} if value else {}), "rating")["stars"] == stars


@pytest.mark.parametrize("value", ["At sea", "{name}", "a } b {{", "{"])
def test_typed_value_is_never_a_rule(value: str) -> None:
    file = FileNames(file_name="a.avi", folder="", modified=NOW)
    assert ValueRule.as_typed(value).value(file) == value
    assert field_rules.constants({"title": ValueRule.as_typed(value)}) == {"title": value}


def test_history_shows_fields_before_and_after() -> None:
    fields = (Change(field="rating", old=None, new="3"), Change(field="title", old="Old", new=None))
    shown = history_item(fields=fields, new_comment="People: Bob Ray")

    assert shown.keeps_comment
    assert [each["label"] for each in shown.changed_fields] == ["Rating", "Title"]
    rating, title = shown.changed_fields
    assert (rating["old"], rating["new"][0]["text"]) == (None, "★★★☆☆")
    assert (title["old"][0]["text"], title["new"]) == ("Old", None)
    assert not history_item().keeps_comment
