"""The page of publications and its questions: words, selections, differences, and what a person can choose."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from dashboards.pages.publish import publish_details, publish_list, publish_views
from dashboards.pages.publish.publish_selection import bar_view
from dashboards.pages.publish.publish_state import PublishState
from dashboards.pages.titles.titles_publishing import offer_view, title_view
from dashboards.questions import publish_options_question as options_question
from dashboards.questions.publish_options_question import PublishChoice
from dashboards.questions.publish_question import PublishWish, ShownPublication, sections, without_danger
from dashboards.state import NOTHING
from indexium_core.model import wording
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import ItemDetails, ItemSideFile, MetadataOperation
from indexium_core.model.planning.plan import Selection
from indexium_core.model.publishing.details import PublicationDetails, SideFileDetails, difference
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.player_views import PlayerFact, PlayerView
from indexium_core.model.publishing.publication import (
    PublicationItem,
    PublicationPage,
    PublishLogEntry,
    SideFilePlan,
    action_counts,
    issues_of,
)
from indexium_core.model.publishing.requests import (
    PUBLISHED_RISKS,
    ExampleTitle,
    PublicationFilter,
    PublicationPreview,
    PublicationSelection,
    PublicationSummary,
    PublishExample,
)
from indexium_core.model.publishing.subjects import Entity
from tests.support.cases import each_case

NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)
FILM = Entity("movie", 7)


def side_file(name: str, action: str = "create", **facts: Any) -> SideFilePlan:
    values: dict[str, Any] = {"kind": "nfo" if name.endswith(".nfo") else "poster", "owner": "nobody"}
    return SideFilePlan(path_bytes=f"/films/Sky/{name}".encode(), action=action, **values | facts)  # type: ignore[arg-type]


def item(*files: SideFilePlan, risk: str = "safe", codes: tuple[str, ...] = (), **facts: Any) -> PublicationItem:
    known: dict[str, Any] = {
        "entity_type": "movie", "entity_id": 7, "library_id": 1, "name": "Copper Sky (2013)", "folder": "Films / Sky",
        "people": [], "is_unpublished": True, "new_bytes": 10, "members": 1, "action_counts": action_counts(files),
    }  # fmt: skip
    return PublicationItem(risk=risk, codes=list(codes), files=list(files), **known | facts)


def page(*items: PublicationItem, **facts: Any) -> PublicationPage:
    counts = {risk: sum(each.risk == risk for each in items) for risk in ("safe", "warning", "danger", "blocked")}
    known: dict[str, Any] = {
        "total": len(items), "page": 1, "per_page": 40, "risks": counts, "actions": {"create": 3, "update": 1},
        "codes": {}, "new_bytes": 2_000_000, "titles": len(items),
    }  # fmt: skip
    return PublicationPage(items=list(items), **known | facts)


def snapshot(found: PublicationPage, *, by_hand: int = 0, publish: Any = "both") -> publish_list.PublishSnapshot:
    return publish_list.PublishSnapshot(
        page=found,
        options={1: PublishOptions(publish=publish, is_decided=True)},
        libraries=[library(1, "Films")],
        in_scope={},
        by_hand=by_hand,
    )


def library(library_id: int, name: str, kind: str = "mixed") -> LibraryRow:
    found = object.__new__(LibraryRow)
    for key, value in {"library_id": library_id, "name": name, "kind": kind}.items():
        object.__setattr__(found, key, value)
    return found


def listed(found: publish_list.PublishSnapshot, state: PublishState, **selected: str) -> dict[str, Any]:
    chosen = {Entity.of_address(address.replace("_", ":")).subject: risk for address, risk in selected.items()}
    return publish_list.list_view(found, state, selected=chosen, picked=0, has_pictures=True)


# --- The list ----------------------------------------------------------------------------------------------------


@each_case(
    ("shown", "reason"),
    [
        (item(side_file("movie.nfo")), "new file"),
        (item(side_file("movie.nfo"), side_file("poster.jpg")), "new files"),
        (item(side_file("movie.nfo", "update", owner="ours")), "ours"),
        (item(side_file("movie.nfo", "update"), risk="warning", codes=("foreign_nfo_edited",)), "edits a file"),
        (item(risk="danger", codes=("drift", "own_file_removed", "locked_for_jellyfin")), "2 reasons"),
        (item(risk="blocked", codes=("offline",)), "offline"),
    ],
)
def test_chip_has_the_only_reason_or_their_number(shown: PublicationItem, reason: str) -> None:
    assert publish_views.reason(shown) == reason


def test_many_files_are_shown_by_name_and_number_those_that_change_first() -> None:
    files = [side_file(f"{number}.jpg", "unchanged", before_hash="00") for number in range(3)]
    files.append(side_file("movie.nfo", "update"))
    shown = publish_views.file_chips(item(*files, action_counts={"unchanged": 3, "update": 1, "create": 12}))

    assert [(each["sign"], each["name"], each["word"]) for each in shown] == [
        ("~", "movie.nfo", "edited"),
        ("=", "0.jpg", "unchanged"),
        ("=", "1.jpg", "unchanged"),
        ("=", "2.jpg", "unchanged"),
        ("+", "12 more", "new"),
    ]


def test_file_that_is_left_out_has_the_word_of_the_command_line() -> None:
    left, present = side_file("poster.jpg", "unchanged"), side_file("movie.nfo", "unchanged", before_hash="00")
    chips = publish_views.file_chips(item(left, present, action_counts={"unchanged": 2}))
    assert [each["word"] for each in chips] == [left.word, present.word] == ["left out", "unchanged"]


def test_notes_name_who_changed_which_file() -> None:
    changed = side_file("movie.nfo", "update", codes=("drift",), writer="Jellyfin", changed_fields=("plot", "tmdb_id"))
    broken = side_file("a.nfo", "blocked", codes=("nfo_unreadable",), message="a bare “&” in line 14.")

    [first, second] = publish_views.notes(item(changed, broken, risk="danger", codes=("drift", "nfo_unreadable")))
    assert first == {
        "level": "danger",
        "text": "movie.nfo was changed by Jellyfin since the last publication: plot, tmdb id.",
    }
    assert second["text"] == "a.nfo: a bare “&” in line 14."


def test_box_of_the_head_follows_the_selection_of_all_titles() -> None:
    found = snapshot(page(item(side_file("movie.nfo")), titles=3, total=3, risks={"safe": 2, "danger": 1}), by_hand=1)
    state = PublishState()
    assert (listed(found, state)["all"], listed(found, state)["able"]) == ("none", 2)
    assert listed(found, state, movie_7="safe")["all"] == "some"

    state.select(Selection(query=""), state.filter())
    assert listed(found, state, movie_7="safe", movie_8="safe")["all"] == "all"


def test_blocked_titles_cannot_be_selected() -> None:
    [row] = listed(snapshot(page(item(risk="blocked", codes=("offline",)))), PublishState())["rows"]
    assert (row["can"], row["selected"]) == (False, False)


def test_header_counts_files_by_what_happens_to_them() -> None:
    shown = publish_list.header_view(snapshot(page(item(side_file("movie.nfo")))), PublishState(risk="safe"))

    assert shown["headline"] == "1 title would be published"
    assert shown["summary"] == f"3 files new · 1 edited · {wording.size(2_000_000)}"
    assert [(each["level"], each["count"], each["on"]) for each in shown["chips"]][:2] == [
        ("safe", 1, True),
        ("warning", 0, False),
    ]
    assert shown["about"] == "NFO files and pictures for Kodi, Jellyfin and Plex"


def test_empty_list_says_why_and_offers_what_helps() -> None:
    off = listed(snapshot(page(), publish="off"), PublishState())["empty"]
    narrowed = listed(snapshot(page()), PublishState(query="sky"))["empty"]
    done = listed(snapshot(page(risks={"unchanged": 4})), PublishState())["empty"]

    assert [each["act"] for each in off["acts"]] == ["options"]
    assert [each["act"] for each in narrowed["acts"]] == ["clear"]
    assert (done["title"], done["acts"]) == ("Everything is published", [])


# --- The selection -----------------------------------------------------------------------------------------------


def test_selection_by_hand_names_titles_and_all_titles_are_a_filter() -> None:
    state = PublishState()
    state.pick(FILM.subject, on=True)
    assert state.requested() == PublicationSelection(addresses=("movie:7",))

    wanted = PublicationFilter(risk=("safe",))
    state.select(Selection(query=""), wanted)
    state.pick(Entity("movie", 8).subject, on=False)
    state.pick(FILM.subject, on=True)
    assert state.requested() == PublicationSelection(
        addresses=("movie:7",), filter=wanted, risk=PUBLISHED_RISKS, excluded=("movie:8",)
    )
    in_scope = {Entity("movie", number).subject: "safe" for number in (8, 9)}
    assert state.selected(in_scope, {FILM.subject: "danger"}) == {
        Entity("movie", 9).subject: "safe",
        FILM.subject: "danger",
    }
    state.select(NOTHING)
    assert state.requested() == PublicationSelection()


def test_address_keeps_filters_and_drops_unknown_values() -> None:
    state = PublishState()
    state.take("q=sky&risk=danger&files=create|party&note=drift&folder=3&title=movie:7")
    assert state.filter() == PublicationFilter(
        query="sky", risk=("danger",), action=("create",), code=("drift",), library_id=3
    )
    assert state.address == "movie:7"
    state.take("risk=party&title=party:7&folder=x")
    assert (state.filter(), state.address) == (PublicationFilter(), "")


def test_bar_counts_the_selected_titles_by_risk() -> None:
    chosen = {1: "safe", 2: "safe", 3: "danger"}
    shown = bar_view(chosen, 9, able=8, days=90, now=NOW)
    assert shown["title"] == "3 of 9 titles selected"
    assert shown["note"].startswith("2 safe, 1 danger · every byte can be rolled back until ")
    assert [each["act"] for each in shown["buttons"]] == ["clear", "dry_run", "write"]
    assert bar_view({}, 9, able=8, days=90)["buttons"][0]["label"] == "Select all 8"


# --- The details -------------------------------------------------------------------------------------------------


def details(*files: SideFileDetails, **facts: Any) -> PublicationDetails:
    shown = item(*(each.file for each in files), **facts)
    return PublicationDetails(
        item=shown, files=list(files), issues=issues_of(shown.codes), players=[], rollback=[], members=[],
        last_published=None,
    )  # fmt: skip


def seen(found: PublicationDetails) -> dict[str, Any]:
    return publish_details.view(found, back=None, is_selected=False, has_pictures=True)


def test_changed_lines_are_compared_and_kept_lines_folded() -> None:
    kept = "\n".join(f"<tag>{number}</tag>" for number in range(9))
    lines = difference(f"<year>1962</year>\n{kept}\n</movie>", f"<year>1961</year>\n{kept}\n<plot>x</plot>\n</movie>")
    [nfo] = seen(details(SideFileDetails(file=side_file("movie.nfo", "update", before_hash="1"), lines=lines)))["nfo"]

    assert nfo["about"] == "+2 −1 · 10 lines kept"
    assert [(each["state"], each["count"]) for each in nfo["lines"]] == [
        *(("removed", 1), ("added", 1), ("kept", 1), ("folded", 7), ("kept", 1), ("added", 1), ("kept", 1)),
    ]
    assert [part["text"] for part in nfo["lines"][1]["parts"] if part["mark"]] == ["1"]


@each_case(
    ("facts", "labels"),
    [
        ({"action": "update", "codes": ("drift",)}, ["Keep theirs", "Select to write ours"]),
        ({"action": "blocked", "codes": ("changed_repeatedly",)}, ["Keep theirs", "Select to write ours"]),
        ({"action": "blocked", "codes": ("nfo_unreadable",)}, ["Keep theirs", "Select to replace the file"]),
        ({"action": "replace", "codes": ("foreign_nfo_replaced",)}, ["Keep theirs"]),
        ({"action": "unchanged", "owner": "changed"}, ["Select to write ours"]),
        ({"action": "unchanged", "owner": "ours"}, []),
    ],
)
def test_files_of_others_can_be_kept_or_replaced(facts: dict[str, Any], labels: list[str]) -> None:
    [nfo] = seen(details(SideFileDetails(file=side_file("movie.nfo", **facts), lines=[])))["nfo"]
    assert [each["label"] for each in nfo["choices"]] == labels
    assert {each["choice"] for each in nfo["choices"]} <= publish_details.DECISIONS.keys()


def test_picture_is_shown_before_and_after() -> None:
    file = side_file("poster one.jpg", "replace", before_hash="a" * 64, after_hash="b" * 64, candidate_id=3)
    [image] = seen(details(SideFileDetails(file=file, lines=[])))["images"]
    assert image["before"] == f"/present-picture/movie:7?path=%2Ffilms%2FSky%2Fposter%20one.jpg&v={'a' * 16}"
    assert image["after"] == f"/picture/3?v={'b' * 16}"


def test_player_says_once_what_is_true_of_several_fields_and_its_conditions_last() -> None:
    facts = (
        PlayerFact(field="condition", state="seen", reason="It needs an option."),
        PlayerFact(field="title", state="seen", reason="From movie.nfo."),
        PlayerFact(field="year", state="seen", reason="From movie.nfo."),
        PlayerFact(field="people", state="seen", reason="2 people from movie.nfo."),
        PlayerFact(field="lock", state="not_seen", reason="The title is locked."),
    )
    assert publish_details.facts_of(facts) == [
        {"state": "seen", "text": "title and year: from movie.nfo"},
        {"state": "seen", "text": "2 people from movie.nfo"},
        {"state": "not_seen", "text": "The title is locked"},
        {"state": "condition", "text": "It needs an option"},
    ]


def test_player_shows_the_picture_that_it_will_find() -> None:
    file = side_file("poster.jpg", after_hash="b" * 64, candidate_id=3)
    player = PlayerView(
        player="Kodi", versions="20 to 21", title="Sky", year=2013, people=("Ann",), plot="", poster="poster.jpg",
        facts=(),
    )  # fmt: skip
    [shown] = seen(dataclasses.replace(details(SideFileDetails(file=file, lines=[])), players=[player]))["players"]
    assert (shown["about"], shown["picture"]["poster"]) == ("2013 · 1 person", f"/picture/3?v={'b' * 16}")


# --- Questions ---------------------------------------------------------------------------------------------------


def shown_publication(**by_risk: int) -> ShownPublication:
    summary = PublicationSummary(
        titles=sum(by_risk.values()) + 5, rows=sum(by_risk.values()), by_risk={**by_risk, "safe": by_risk["safe"] + 5},
        actions={"create": 41}, new_bytes=22_000_000, excluded={"blocked": 2, "changed since": 1}, digest="",
    )  # fmt: skip
    wish = PublishWish(selection=PublicationSelection(addresses=("movie:7",)), risks=by_risk, dangers=("movie:7",))
    dangers = [item(side_file("movie.nfo", "update", codes=("drift",)), risk="danger", codes=("drift",))]
    preview = PublicationPreview(summary=summary, reasons=())
    return ShownPublication(wish=wish, preview=preview, dangers=dangers if by_risk.get("danger") else [])


def test_question_counts_titles_as_the_page_and_says_what_is_left_out() -> None:
    found = shown_publication(safe=24, danger=1)
    levels, facts, *rest = sections(found)

    assert (found.titles, found.danger_count) == ("25 titles", 1)
    assert [(each["level"], each["count"]) for each in levels["levels"]] == [("safe", "24"), ("danger", "1")]
    pairs = dict(facts["pairs"])
    assert pairs["Titles"] == "30 with the seasons and episodes of series"
    assert pairs["Left out"] == "2 blocked, 1 changed by another program, so only written if selected by hand"
    assert rest[0]["lines"][0]["actions"] == [{"label": "Leave it out", "act": "leave_out"}]
    assert rest[1]["items"][0]["chips"] == [{"level": "danger", "text": "changed since"}]


def test_question_says_why_a_publication_waits() -> None:
    found = shown_publication(safe=24)
    waiting = dataclasses.replace(found, preview=dataclasses.replace(found.preview, reasons=("it is dangerous",)))
    [first, *_] = sections(waiting)
    assert (first["kind"], first["level"]) == ("why", "warning")
    assert "it is dangerous" in first["text"]
    assert sections(found)[0]["kind"] != "why"


def test_dangerous_titles_can_be_left_out() -> None:
    rest = without_danger(shown_publication(safe=24, danger=1).wish)
    assert (rest.selection.risk, rest.risks, rest.dangers) == (("safe", "warning"), {"safe": 24}, ())


def test_first_choice_is_a_proposal_until_somebody_has_decided() -> None:
    folders = [library(1, "Films"), library(2, "Family", "home"), library(3, "Old")]
    options = {
        1: PublishOptions(),
        2: PublishOptions(),
        3: PublishOptions(publish="off", readers=("kodi",), is_decided=True),
    }
    assert PublishChoice.of(folders, options).publish == {1: "both", 2: "nfo", 3: "off"}


def test_boxes_of_the_options_turn_and_an_impossible_choice_has_a_reason() -> None:
    choice = PublishChoice(publish={1: "both"})
    assert choice.after("readers", "plex").readers == ("kodi", "jellyfin")
    assert choice.after("readers", "plex").after("readers", "plex") == choice
    assert choice.after("1", "party") == choice.after("9", "off") == choice.after("kinds", "party") == choice
    assert PublishChoice(publish={1: "nfo"}, readers=()).problem.startswith("Choose at least one program")
    assert PublishChoice(publish={1: "both"}, kinds=()).problem.startswith("Choose at least one kind")
    assert PublishChoice(publish={1: "off"}, kinds=(), readers=()).problem == ""


def test_options_show_an_example_of_the_own_folders() -> None:
    files = [
        ItemSideFile(path="Sky/movie.nfo", kind="nfo", action="update"),
        ItemSideFile(path="Sky/poster.jpg", kind="poster", action="create"),
    ]
    example = PublishExample(titles=30, examples=[ExampleTitle(name="Sky", files=files)])
    choice = PublishChoice(publish={1: "both"})
    *_, listing = options_question.sections([library(1, "Films")], choice, {(1, "both"): example})

    tags = listing["items"][0]["tags"]
    assert [(each["text"], each["kind"]) for each in tags] == [("Sky/movie.nfo", "set"), ("Sky/poster.jpg", "add")]
    assert listing["more"] == "and 29 more of Films"


# --- Titles and operations ---------------------------------------------------------------------------------------


def test_button_of_the_titles_says_how_many_would_be_published() -> None:
    assert offer_view("/p", is_on=False, titles=0)["label"] == "Publish…"
    assert offer_view("/p", is_on=True, titles=1200) == {"href": "/p", "label": "Publish 1,200…", "done": False}
    assert offer_view("/p", is_on=True, titles=0) == {"href": "/p", "label": "Nothing to publish", "done": True}


def test_title_can_be_published_only_if_there_is_something_to_write() -> None:
    entry = PublishLogEntry(
        id=1, entity_type="movie", entity_id=7, nfo_hash=None, assets_published=[], published_at=datetime.now(UTC),
        published_by="system", success=True, error_message="", operation_id=1,
    )  # fmt: skip
    assert title_view(item(risk="unchanged", is_unpublished=False), [entry], href="/p") == {
        "label": "",
        "href": "/p",
        "text": "Published just now",
    }
    assert title_view(item(), [entry], href="/p")["text"] == "Published just now; changed since"
    assert (title_view(item(), [], href="/p")["label"], title_view(None, [], href="/p")["label"]) == ("Publish…", "")


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
