"""The details of a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.components import person_field
from dashboards.components.details import file_drawer
from indexium_core.cli.library import show
from indexium_core.model.files.media import Change, FieldValue, StreamFacts
from indexium_core.model.people.copies import FileCopy
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.planning.risk import Issue
from indexium_core.model.review import file_words
from indexium_core.model.review.file_details import FileDetails, FileEvent, Origin, PersonDetails
from tests.support.fake_plan import details_of, items, standing

PLAN = items(50)
DAY = datetime(2026, 11, 3, 12, tzinfo=UTC)


def of(level: str) -> PlanItem:
    return next(item for item in PLAN.values() if item.risk_level == level)


def view(item: PlanItem, **changes: Any) -> dict[str, Any]:
    details = details_of(item, **changes)
    return file_drawer.view(details, item, edit=0, editable=True)


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
    shown = view(of("safe"), state=state, container=container)
    assert bool(shown["picture"]) == there


def test_bidi_text_in_reason_is_isolated() -> None:
    lossy = next(item for item in PLAN.values() if item.issues)
    issue = replace(lossy.issues[0], message="Would lose “gpj.\u202eexe”.")
    shown = view(replace(lossy, issues=[issue]))["issues"]
    assert [each["message"] for each in shown] == ["Would lose “gpj.⟨right-to-left override⟩exe”."]
    assert [each["remedy"] for each in shown] == [risk.remedy(issue.code)]


def test_jellyfin_note_is_shown_once() -> None:
    note = Issue(code="shown_as_plot", message="Jellyfin …", severity="note")
    assert view(replace(of("safe"), issues=[note]))["issues"] == []


def test_thumbnail_address_changes_with_file() -> None:
    item = of("safe")
    assert view(item, file_hash="x1:1")["picture"] != view(item, file_hash="x1:2")["picture"]


def test_programs_with_one_result_share_row() -> None:
    rows = view(of("safe"))["shows"]["rows"]
    assert ["MediaInfo, ExifTool, ffprobe", "as Comment", "comment"] in rows
    assert rows[0][:2] == ["Jellyfin", "as the plot, if it has no overview"]


def test_unwritten_file_shows_present_readers() -> None:
    shown = view(of("blocked"))["shows"]
    assert shown["label"] == "What other programs show now"
    assert view(of("safe"))["shows"]["label"] == "What other programs will show"


def test_refusal_is_shown_once() -> None:
    item = of("blocked")
    said = {"strategy": "", "strategy_code": "no_strategy_yet"}
    assert ["Reason", "MXF is not written."] in view(item, strategy_why="MXF is not written.", **said)["how"]
    again = view(item, strategy_why=item.issues[0].message, **said)["how"]
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
    shown = view(of("safe"), people=[twice])["origins"]["each"]
    assert shown == [["Kim Park", "imported, 3 Nov, imported as “KIM PARK”"]]


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
    details = details_of(of("safe"))
    shown = file_drawer.view(details, of("safe"), edit=0, editable=True, suggestions=[folder, face])["suggestions"]
    assert [each["sure"] for each in shown] == ["", "80 %"]
    without = file_drawer.view(details, of("safe"), edit=0, editable=False, suggestions=[folder])
    assert without["suggestions"] == []


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
    shown = view(of("safe"), history=[event(**changes)], history_total=1)["history"][0]
    assert shown["back"] == said
    assert shown["old"] is None
    assert shown["new"] == [{"text": "People: Ann", "mark": False}]


def test_newest_operations_are_sent_and_all_are_counted() -> None:
    shown = view(of("safe"), history=[event(operation_id=n) for n in range(20)], history_total=44)
    assert (len(shown["history"]), shown["past"]) == (file_drawer.SHOWN_EVENTS, 44)


def test_further_copies_are_counted() -> None:
    details: FileDetails = details_of(of("safe"), copies=[FileCopy(file_id=2, file_path="/b.mp4")], copies_total=12)
    assert ["Copies", "/b.mp4"] in details.disk_facts
    assert ["", "and 11 more"] in details.disk_facts
    assert "12 copies" in details.main_facts
    assert details.copies_text == "Edit only this file, not its 12 copies"
    assert details_of(of("safe")).copies_text == ""


# Suggested names.


def library(*names: str, similar: str = "") -> Any:
    like = SimpleNamespace(name=similar, files=12, reason="one letter differs")
    return SimpleNamespace(
        files=SimpleNamespace(
            names_like=lambda text: [(name, 3) for name in names if text.lower() in name.lower()],
        ),
        people=SimpleNamespace(similar=lambda text, limit: [like] if similar else []),
    )


def offers(of: Any, text: str) -> person_field.Offers:
    return person_field.with_similar(of, person_field.names(of, text))


def test_misspelt_name_offers_similar_people() -> None:
    offered = offers(library("Ann Lee", similar="Ann Lee"), "Ann Leee")
    assert offered["names"] == []
    assert offered["similar"] == [{"name": "Ann Lee", "files": 12, "reason": "one letter differs"}]
    assert not offered["known"]


def test_exact_name_has_no_suggestion() -> None:
    offered = offers(library("Ann Lee", "Ann Leeson", similar="Ann Leeson"), "ann  lee")
    assert offered["known"]
    assert offered["similar"] == []


def test_person_is_offered_once() -> None:
    offered = offers(library("Ann Leeson", similar="Ann Leeson"), "Ann Lee")
    assert [each["name"] for each in offered["names"]] == ["Ann Leeson"]
    assert offered["similar"] == []


def test_empty_input_requests_nothing() -> None:
    assert person_field.names(None, "  ")["known"]  # type: ignore[arg-type]


def test_history_of_a_file_shows_changed_fields() -> None:
    changes = [Change(field="title", old="Old", new="New"), Change(field="rating", old=None, new="4")]
    view = file_drawer.view(
        details_of(of("safe"), history=[event(before="A note", after="A note", tags_added=[], fields=changes)]),
        of("safe"),
        edit=0,
        editable=False,
    )
    [shown] = view["history"]
    assert [tag["text"] for tag in shown["tags"]] == ["Title: New", "Rating: ★★★★☆"]
    assert [field["label"] for field in shown["fields"]] == ["Title", "Rating"]
    assert shown["same"], "the comment is not shown as a change"
