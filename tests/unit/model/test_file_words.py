"""The details of a file in words: picture, reasons, people, comments, copies and past operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core.cli.library import show
from indexium_core.model.files.media import Change, FieldValue, StreamFacts
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.review import file_words
from indexium_core.model.review.file_details import FileDetails, FileEvent, Origin, PersonDetails
from tests.support.fake_plan import details_of, items, standing

PLAN = items(50)
DAY = datetime(2026, 11, 3, 12, tzinfo=UTC)


def of(level: str) -> PlanItem:
    return next(item for item in PLAN.values() if item.risk_level == level)


def test_preserve_is_offered_only_for_lost_text() -> None:
    lossy = next(item for item in PLAN.values() if any(issue.code == "custom_comment" for issue in item.issues))
    assert details_of(lossy).offers == {"skip": "on", "preserve": "on"}
    assert "preserve" not in details_of(of("safe")).offers
    assert "revoke" in details_of(lossy, decisions=[standing(1, "edit")]).offers
    skipped = details_of(replace(lossy, postponed=True), decisions=[standing(1, "postpone")])
    assert skipped.offers == {"skip": "off", "preserve": "on"}


def test_thumbnail_shows_duration_size_and_video_codec() -> None:
    cover = StreamFacts(
        index=0, kind="video", codec="png", language=None, details={"width": 64, "height": 64, "attached_pic": True}
    )
    film = StreamFacts(index=1, kind="video", codec="hevc", language=None, details={"width": 3840, "height": 2160})
    details = details_of(of("safe"), duration=6727.0, streams=[cover, film])
    assert details.caption == ["1:52:07", "3840×2160", "HEVC"]
    turned = replace(film, details=film.details | {"turned": True})
    upright = replace(details, streams=[cover, turned])
    assert upright.caption == ["1:52:07", "2160×3840", "HEVC"]
    assert upright.stream_facts == [
        ["Video", "PNG · a picture, not a video · 64×64"],
        ["Video", "HEVC · 2160×3840"],
    ]
    assert show._stream(turned) == "video, hevc, 2160×3840"


@pytest.mark.parametrize(
    ("state", "container", "there"),
    [("ok", "mp4", True), ("corrupt", "matroska", True), ("missing", "mp4", False), ("corrupt", "", False)],
)
def test_thumbnail_is_requested_only_if_possible(state: str, container: str, there: bool) -> None:
    assert bool(details_of(of("safe"), state=state, container=container).picture_version) == there


def test_bidi_text_in_reason_is_isolated() -> None:
    lossy = next(item for item in PLAN.values() if item.issues)
    issue = replace(lossy.issues[0], message="Would lose “gpj.\u202eexe”.")
    [shown] = replace(lossy, issues=[issue]).ordered_issues
    assert (shown.text, shown.remedy) == ("Would lose “gpj.⟨right-to-left override⟩exe”.", risk.remedy(issue.code))


def test_thumbnail_address_changes_with_file() -> None:
    item = of("safe")
    assert details_of(item, file_hash="x1:1").picture_version != details_of(item, file_hash="x1:2").picture_version


def test_programs_with_one_result_share_row() -> None:
    rows = details_of(of("safe")).program_rows
    assert ["MediaInfo, ExifTool, ffprobe", "as Comment", "comment"] in rows
    assert rows[0][:2] == ["Jellyfin", "as the plot, if it has no overview"]


def test_refusal_is_shown_once() -> None:
    item = of("blocked")
    said = {"strategy": "", "strategy_code": "no_strategy_yet"}
    assert ["Reason", "MXF is not written."] in details_of(
        item, strategy_why="MXF is not written.", **said
    ).method_facts
    again = details_of(item, strategy_why=item.issues[0].message, **said).method_facts
    assert [pair[0] for pair in again][:2] == ["Strategy", "People"]


def test_people_sources_are_counted() -> None:
    def person(name: str, *kinds: str) -> PersonDetails:
        return PersonDetails(name=name, origins=tuple(Origin(origin=kind, since=DAY) for kind in kinds), state="kept")

    people = [person("Ann", "face", "comment"), person("Bob", "face"), person("Zoë", "hand"), person("Cy", "comment")]
    assert file_words.origin_sum(people) == "2 by face recognition, 1 by hand, 1 only in the file comment"


def test_other_spelling_of_person_is_shown() -> None:
    twice = PersonDetails(
        name="Kim Park",
        origins=(Origin(origin="import", since=DAY), Origin(origin="import", since=None, spelt="KIM PARK")),
        state="added",
    )
    assert twice.origins_text == "imported, 3 Nov, imported as “KIM PARK”"


def test_several_comment_fields_are_listed() -> None:
    one = FieldValue(field="comment", where="moov/udta/©cmt", value="a")
    other = FieldValue(field="comment", where="moov/meta/ilst/comment", value="")
    assert details_of(of("safe"), comment_fields=[one]).same_texts == []
    assert details_of(of("safe"), comment_fields=[one, other], fields_differ=True).same_texts == []
    agreeing = [one, replace(other, value="a")]
    assert details_of(of("safe"), comment_fields=agreeing).same_texts[0][1] == "the same text"


def test_each_of_several_comments_shows_its_change() -> None:
    held = {"a": "At sea", "b": "People: Bob", "c": "kept", "d": "gone"}
    places = [FieldValue(field="comment", where=where, value=value) for where, value in held.items()]
    new = {"a": "People: Ann", "b": "People: Ann", "d": None, "e": "People: Ann"}
    changes = [Change(field="comment", old=held.get(where), new=text, where=where) for where, text in new.items()]
    item = replace(of("danger"), changes=changes)
    rows = details_of(item, comment_fields=places, fields_differ=True).comment_texts
    fates = {"a": "replaced", "b": "changed", "c": "kept", "d": "removed", "e": "added"}
    assert {row["where"]: row["change"] for row in rows} == fates
    assert "".join(run["text"] for run in rows[0]["old"]) == "At sea"
    assert rows[4]["old"] is None
    assert rows[3]["new"] is None


def test_only_face_suggestions_show_confidence() -> None:
    facts: dict[str, Any] = {"reason": "Is in 4 of 5.", "support": 4, "of": 5, "score": 0.7, "confidence": 0.8}
    folder, face = (Suggestion(name="Ann Lee", kind=kind, **facts) for kind in ("folder", "face"))
    assert [each.sure_text for each in (folder, face)] == ["", "80 %"]


def event(**changes: Any) -> FileEvent:
    facts: dict[str, Any] = {
        "operation_id": 3,
        "item_id": 9,
        "operation_type": "write",
        "at": DAY,
        "note": "",
        "status": "success",
        "code": "",
        "message": "",
        "before": None,
        "after": "People: Ann",
        "tags_added": ["Ann"],
        "tags_removed": [],
        "fields": [],
        "strategy": "mp4_in_place",
        "can_rollback": True,
        "exact": True,
        "rollback_until": datetime(2099, 2, 18, tzinfo=UTC),
        "rollback_reason": "",
    }
    return FileEvent(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Can be rolled back byte for byte until 18 Feb 2099."),
        ({"exact": False, "rollback_reason": "Only the comment can be restored."}, "Only the comment can be restored."),
        ({"status": "failed", "exact": False, "rollback_reason": "The operation did not change the file."}, ""),
    ],
)
def test_past_operation_shows_whether_it_can_roll_back(changes: dict[str, Any], said: str) -> None:
    shown = event(**changes)
    assert shown.rollback_text == said
    assert shown.comments == {"before": None, "after": [{"text": "People: Ann", "mark": False}]}


def test_further_copies_are_counted() -> None:
    details: FileDetails = details_of(of("safe"), copies=[FileCopy(file_id=2, file_path="/b.mp4")], copies_total=12)
    assert ["Copies", "/b.mp4"] in details.disk_facts
    assert ["", "and 11 more"] in details.disk_facts
    assert "12 copies" in details.main_facts
    assert details.copies_text == "Edit only this file, not its 12 copies"
    assert details_of(of("safe")).copies_text == ""


def test_history_of_a_file_shows_changed_fields() -> None:
    changes = [Change(field="title", old="Old", new="New"), Change(field="rating", old=None, new="4")]
    shown = event(before="A note", after="A note", tags_added=[], fields=changes)
    assert [tag["text"] for tag in shown.change_tags] == ["Title: New", "Rating: ★★★★☆"]
    assert [field["label"] for field in shown.changed_fields] == ["Title", "Rating"]
    assert shown.keeps_comment, "the comment is not shown as a change"
