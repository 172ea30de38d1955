"""The page of publications in Node, with values of the library; and publications on other pages."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import ItemDetails, ItemSideFile, MetadataOperation
from indexium_core.model.publishing.options import LibraryPublishing, PublishOptions
from indexium_core.model.publishing.publication import (
    PublicationChoice,
    PublicationOverview,
)
from indexium_core.model.publishing.requests import CheckedTitle, DangerousTitle
from tests.support.cases import each_case
from tests.support.scripts import evaluate
from tests.unit.model.test_publication_words import item

UNTIL = datetime(2026, 8, 1, 12, tzinfo=UTC)


def overview(**facts: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "risks": {"safe": 2, "danger": 1}, "actions": {"create": 3}, "new_bytes": 2_000_000, "titles": 3,
        "selectable": 2, "by_action": [PublicationChoice(value="create", label="new", total=3)], "by_code": [],
        "by_library": [PublicationChoice(value="4", label="Films", total=3)], "has_libraries": True,
        "about": "NFO files for Kodi", "rollback_until": UNTIL,
    }  # fmt: skip
    found = PublicationOverview(**known | facts)
    return {**found.as_dict(), "summary": found.summary, "rollback": found.rollback}


def publish(script: str, place: dict[str, str] | None = None, **facts: Any) -> Any:
    """Return the value of a script, which knows `publish`, `act` (an action by its name), `head` and `place`."""
    body = f"""(async ({{publish, namedBy, found}}) => {{
        const act = name => publish.actions.find(each => each.act === name)
        return {script}
    }})(await face("publish"))"""
    return evaluate(f"await {body}", head={"overview": overview(**facts)}, place=place or {})


def test_head_says_what_would_be_published() -> None:
    assert publish("[publish.title(head), publish.summary(head), publish.above(head)]") == [
        *("3 titles would be published", "3 files new · 2 MB", "NFO files for Kodi"),
    ]
    assert publish("publish.title(head, 0)", titles=0) == "Nothing to publish"
    assert publish("[publish.title(head), publish.summary(head), publish.isBare(head)]", about="") == [
        *("Publish", "", True),
    ]


def test_risks_are_filters_and_danger_can_be_reviewed() -> None:
    chips = "publish.chips(head, place).map(({label, total, on, to}) => [label, total, on, to.risk])"
    assert publish(chips, {"risk": "danger"})[:3] == [
        *(["safe", 2, False, "safe"], ["warning", 0, False, "warning"], ["danger", 1, True, ""]),
    ]
    assert publish("publish.turn(head, place).label") == "Review danger (1)"
    assert publish("publish.turn(head, place)", {"risk": "danger"}) is None


def test_filters_take_several_values_and_one_folder() -> None:
    place = {"q": "sky", "risk": "safe", "files": "create|update", "folder": "4"}
    assert publish("found(place)", place) == {
        "query": "sky", "risk": ["safe"], "action": ["create", "update"], "code": [], "library_id": 4,
    }  # fmt: skip
    options = (
        "publish.filters(head, place).map(({label, sign, groups: [{options: [first]}]}) => [label, sign, first?.to])"
    )
    assert publish(options, place) == [
        *(["Files", 2, {"files": "update"}], ["Note", 0, None], ["Folder", 1, {"folder": "4"}]),
    ]
    assert publish("publish.narrowed(head, place)", place) == [
        {"label": "safe", "to": {"risk": ""}},
        {"label": "new", "to": {"files": "update"}},
        {"label": "update", "to": {"files": "create"}},
        {"label": "Films", "to": {"folder": ""}},
    ]


def test_empty_list_says_why_and_offers_what_helps() -> None:
    empty = "(({title, acts = []}) => [title, ...acts.map(({label}) => label)])(publish.empty(place, head))"
    assert publish(empty, about="") == ["No folder publishes yet", "Choose what to publish…"]
    assert publish(empty, about="", has_libraries=False) == ["No folder publishes yet", "Open the library"]
    assert publish(empty, {"q": "sky"}) == ["No title matches", "Clear all filters"]
    assert publish(empty, risks={"unchanged": 4}) == ["Everything is published"]
    assert publish(empty, risks={}) == ["Nothing to publish", "Choose what to publish…"]


def test_selection_is_counted_by_risk_and_sent_as_it_was_made() -> None:
    chosen = [("movie:7", "danger", False), ("movie:8", "safe", True), ("movie:9", "safe", True)]
    rows = [{"id": address, "known": risk, "isFound": is_found} for address, risk, is_found in chosen]
    script = f"[publish.lasting.text({rows}, head), namedBy({rows})]".replace("True", "true").replace("False", "false")
    [text, named] = publish(script)
    assert text["title"] == "3 of 3 titles selected"
    assert text["note"].startswith("2 safe, 1 danger · every byte can be rolled back until ")
    assert named == {"addresses": ["movie:7"], "found": ["movie:8", "movie:9"]}
    assert publish("publish.lasting.text([], head).title") == "Nothing selected"
    assert publish("publish.lasting.text([], head).title", titles=0) == ""


def test_selection_that_lasts_keeps_what_was_chosen_one_by_one() -> None:
    script = """(({LastingSelection}) => {
        const shown = [{id: "movie:7", risk: "danger"}, {id: "movie:8", risk: "warning"}, {id: "movie:9", risk: "safe"}]
        const rows = {idOf: row => row.id, shown: () => shown}
        const own = new LastingSelection({rows, place: () => ({})}, {can: () => true, knows: row => row.risk})
        own.set([shown[0]], true)
        own.replace({"movie:7": "danger", "movie:8": "safe"}, true, own.wait())
        own.follow()
        const all = own.chosen()
        own.set([shown[0]], false)
        own.set([{id: "movie:8", risk: "safe"}], true)
        return [all, own.chosen(), own.size]
    })(await face("lasting_selection"))"""
    assert evaluate(script) == [
        [
            {"id": "movie:7", "known": "danger", "isFound": False},
            {"id": "movie:8", "known": "warning", "isFound": True},
        ],
        [{"id": "movie:8", "known": "safe", "isFound": False}],
        1,
    ]


def test_what_a_person_selects_while_all_rows_are_looked_for_comes_after_them() -> None:
    script = """(({LastingSelection}) => {
        const own = new LastingSelection({rows: {idOf: row => row.id}}, {can: () => true, knows: row => row.risk})
        const later = own.wait()
        own.set([{id: "movie:7", risk: "danger"}], true)
        own.set([{id: "movie:8"}], false)
        own.replace({"movie:8": "safe", "movie:9": "safe"}, true, later)
        return own.chosen().map(({id}) => id)
    })(await face("lasting_selection"))"""
    assert evaluate(script) == ["movie:9", "movie:7"]


@each_case(
    ("decision", "choice", "is_selected"),
    [
        *(("keep", "keep", False), ("replace", "replace", True), ("restore", "replace", True)),
        *(("stop", "stop", False), ("resume", "resume", True), ("take_back", "", False)),
        ("take_back_and_select", "", True),
    ],
)
def test_decision_about_a_file_is_stored_and_selects_its_title(decision: str, choice: str, is_selected: bool) -> None:
    data = {"decision": decision, "address": "movie:7", "path": "/a.nfo"}
    assert publish(f"[act('decide-file').call([], {data}), act('decide-file').picks({data})]") == [
        ["publications.choose", {"address": "movie:7", "choice": choice, "path": "/a.nfo"}],
        is_selected,
    ]


# --- The question before a publication, and the dry run --------------------------------------------------------------


def sections(**facts: Any) -> list[dict[str, Any]]:
    known: dict[str, Any] = {
        "rows": 25, "by_risk": {"safe": 24, "danger": 1}, "danger": 1, "waits": "", "left_out": "",
        "facts": [["Files", "41 new"]], "summary": {"notes": ["Kodi keeps it."]}, "reasons": [],
        "dangers": [DangerousTitle.of(item(risk="danger", codes=("drift",)))],
    }  # fmt: skip
    found: list[dict[str, Any]] = evaluate(
        "(({sectionsOf}) => sectionsOf(preview))(await face('publish_question'))", preview=known | facts
    )
    return found


def test_question_lists_what_others_would_lose() -> None:
    levels, facts, lines, items, hint = sections()
    assert levels["levels"] == [{"level": "safe", "count": "24"}, {"level": "danger", "count": "1"}]
    assert (facts["pairs"], hint["text"]) == ([["Files", "41 new"]], "Kodi keeps it.")
    assert lines["lines"][0]["actions"] == [{"label": "Leave it out", "act": "leave_out"}]
    assert items["items"][0]["chips"] == [{"level": "danger", "text": "changed since"}]
    assert sections(rows=1)[2]["lines"][0]["actions"] == []
    assert sections(waits="Nothing is written before.")[0]["level"] == "warning"
    [nothing] = sections(rows=0, left_out="2 blocked")
    assert nothing["text"] == "There is nothing to publish: 2 blocked."


def test_answer_names_what_was_shown_and_dangerous_titles_can_be_left_out() -> None:
    script = """(({publication}) => {
        const question = publication(asked => asked)
        const found = {summary: {digest: "abc"}, reasons, danger: 2, rows: 3, action: "Publish 3 titles"}
        return [
            question.answers(found, {}), question.answers(found, {leave_out: "1"}), question.typed(found).word,
            question.confirmOf({rows: 0}),
        ]
    })(await face("publish_question"))"""
    assert evaluate(script, reasons=[]) == [
        {"expected": "abc", "is_proposal": False},
        {"expected": "abc", "is_proposal": False, "risk": ["safe", "warning"]},
        *("publish 2", ""),
    ]
    assert evaluate(script, reasons=["they wait"])[2] == "propose 2"


def checked(number: int, status: str = "success", top: int | None = None) -> CheckedTitle:
    text, level = ("ready", "safe") if status == "success" else (status, "danger")
    return CheckedTitle(
        address=f"movie:{number}", top=f"movie:{top or number}", name=f"Title {number}", folder="", status=status,
        text=text, level=level, glyph="", message="",
    )  # fmt: skip


def test_dry_run_tells_its_progress_and_its_report() -> None:
    script = "(({reportSections}) => reportSections(report, turned))(await face('publish_question'))"
    report = {"titles": [], "bytes": 1500, "seconds": 2, "done": 50, "total": 1200}
    assert evaluate(script, report=report, turned={}) == [
        {"kind": "gauge", "now": 50, "max": 1200, "text": "50 of 1,200 titles checked. Nothing is changed."}
    ]
    titles = [checked(1, "failed"), *(checked(each) for each in range(2, 31))]
    done = {**report, "titles": titles, "done": 30, "total": 30}
    why, levels, facts, listed = evaluate(script, report=done, turned={"results": "2"})
    assert (why["level"], why["text"]) == ("warning", "29 of 30 titles would be written. Nothing was changed.")
    assert [(each["text"], each["count"]) for each in levels["levels"]] == [("would be written", "29"), ("failed", "1")]
    assert facts["pairs"] == [["Written", "1.5 KB"], ["Checked", "30 titles in 2 s"]]
    assert (listed["range"], len(listed["items"])) == ("26–30 of 30", 5)
    assert [each["label"] for each in listed["choices"]] == ["all 30", "not written 1", "ready 29"]
    assert evaluate(script, report=done, turned={"results-shown": "not"})[3]["range"] == "1–1 of 1"


def test_only_titles_that_are_ready_are_published_after_a_dry_run() -> None:
    wish = "{addresses: ['movie:1'], found: ['movie:3']}"
    script = f"(({{readyWish}}) => readyWish({wish}, titles))(await face('publish_question'))"
    assert evaluate(script, titles=[checked(1), checked(3)]) == {"addresses": ["movie:1"], "found": ["movie:3"]}
    assert evaluate(script, titles=[checked(2, top=1), checked(3), checked(4, "failed", top=3)]) == {
        "addresses": ["movie:2"], "found": ["movie:3"], "alone": True,
    }  # fmt: skip


# --- What libraries publish ---------------------------------------------------------------------------------------


def library(number: int, **options: Any) -> LibraryPublishing:
    return LibraryPublishing(
        library_id=number, name=f"Folder {number}", options=PublishOptions(**options), proposed="nfo"
    )


def test_question_shows_the_present_choice_or_a_proposal() -> None:
    script = (
        "(({fieldsFor}) => fieldsFor(libraries).map(({name, value}) => [name, value]))(await face('publish_options'))"
    )
    decided = library(2, publish="off", is_decided=True)
    publishing = library(3, publish="both", readers=("kodi",), people=False, is_decided=True)
    shown = dict(evaluate(script, libraries=[library(1), decided, publishing]))
    assert (shown["library-1"], shown["library-2"], shown["library-3"]) == ("nfo", "off", "both")
    assert (shown["readers"], shown["people"]) == (["kodi"], [])
    assert dict(evaluate(script, libraries=[library(1)]))["readers"] == ["kodi", "jellyfin", "plex"]
    assert evaluate(script, libraries=[]) == []


def test_fields_depend_on_what_is_published_and_impossible_answers_have_a_reason() -> None:
    script = """(({fieldsFor, problemOf}) => [
        fieldsFor(libraries).filter(({when}) => when?.(answers) ?? true).map(({name}) => name).slice(1),
        problemOf(answers),
    ])(await face("publish_options"))"""

    def shown(publish: str, **answers: Any) -> Any:
        return evaluate(script, libraries=[library(1)], answers={"library-1": publish, **answers})

    assert shown("off") == [[], ""]
    assert shown("nfo", readers=[]) == [["readers", "people"], "Choose at least one program that reads the files."]
    assert shown("both", kinds=[]) == [["readers", "kinds", "people"], "Choose at least one kind of picture."]


def test_what_nobody_has_changed_stays_as_it_is() -> None:
    script = "(({changesOf}) => changesOf(own, answers, shared))(await face('publish_options'))"
    answers = {"library-1": "both", "readers": ["plex", "kodi"], "kinds": ["poster"], "people": []}
    shared = PublishOptions(publish="both", readers=("kodi", "plex"), people=False, is_decided=True)
    decided = evaluate(script, own=library(1, publish="nfo", is_decided=True), answers=answers, shared=shared)
    assert decided == {"library_id": 1, "publish": "both", "kinds": ["poster"], "readers": None, "people": None}
    new = evaluate(script, own=library(1), answers=answers, shared=shared)
    assert new == {**decided, "readers": ["plex", "kodi"], "people": False}


# --- Titles and operations ---------------------------------------------------------------------------------------


def operation(**facts: Any) -> MetadataOperation:
    known: dict[str, Any] = {each.name: None for each in dataclasses.fields(MetadataOperation)}
    counts = ("file_count", "success_count", "failure_count", "skipped_count", "conflict_count", "unknown_count")
    known |= dict.fromkeys((*counts, "cancelled_count", "undone_count", "comment_only"), 0)
    known |= {"id": 4, "status": "completed", "user_note": "", "reverts_type": "", "error_message": ""}
    return MetadataOperation(**known | facts)


def test_publication_and_its_rollback_count_titles() -> None:
    published = operation(operation_type="publish", file_count=3, success_count=3)
    restored = operation(operation_type="rollback", reverts_type="publish", file_count=1, success_count=1)
    written = operation(operation_type="write", file_count=2, success_count=2)

    assert [summaries.result(each) for each in (published, restored, written)] == [
        "3 titles published",
        "1 title restored",
        "2 files written",
    ]
    assert published.kind_name == "Publication"


def test_item_of_a_publication_lists_its_side_files() -> None:
    known: dict[str, Any] = {each.name: None for each in dataclasses.fields(ItemDetails)}
    files = (
        ItemSideFile(path="/films/Sky/movie.nfo", kind="nfo", action="update"),
        ItemSideFile(path="/films/Sky/poster.png", kind="poster", action="remove"),
    )
    shown = ItemDetails(**known | {"tags_added": [], "tags_removed": [], "fields": (), "side_files": files})

    assert shown.tags == [
        {"text": "movie.nfo", "kind": "set"},
        {"text": "poster.png", "kind": "del"},
    ]
