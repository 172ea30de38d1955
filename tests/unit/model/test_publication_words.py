"""Publications in words: rows of the list, details of a title, what libraries publish, and the question before."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from indexium_core.model import wording
from indexium_core.model.publishing.details import PublicationDetails, SideFileDetails, difference
from indexium_core.model.publishing.options import LibraryPublishing, PublishOptions, proposed_for, published_by
from indexium_core.model.publishing.player_views import PlayerFact, PlayerSentence, PlayerView
from indexium_core.model.publishing.publication import (
    PublicationItem,
    PublicationOverview,
    PublicationRemark,
    SideFileChip,
    SideFilePlan,
    action_counts,
    issues_of,
)
from indexium_core.model.publishing.requests import (
    PUBLISHED_RISKS,
    DangerousTitle,
    PublicationPreview,
    PublicationSelection,
    PublicationSummary,
    named_titles,
)
from tests.support.cases import each_case


def side_file(name: str, action: str = "create", **facts: Any) -> SideFilePlan:
    values: dict[str, Any] = {"kind": "nfo" if name.endswith(".nfo") else "poster", "owner": "nobody"}
    return SideFilePlan(path_bytes=f"/films/Sky/{name}".encode(), action=action, **values | facts)  # type: ignore[arg-type]


def item(*files: SideFilePlan, risk: str = "safe", codes: tuple[str, ...] = (), **facts: Any) -> PublicationItem:
    known: dict[str, Any] = {
        "entity_type": "movie", "entity_id": 7, "library_id": 1, "name": "Copper Sky (2013)", "folder": "Films / Sky",
        "people": [], "is_unpublished": True, "new_bytes": 10, "members": 1, "action_counts": action_counts(files),
    }  # fmt: skip
    return PublicationItem(risk=risk, codes=list(codes), files=list(files), **known | facts)


# --- Rows of the list --------------------------------------------------------------------------------------------


@each_case(
    ("shown", "reason"),
    [
        (item(side_file("movie.nfo")), "new file"),
        (item(side_file("movie.nfo"), side_file("poster.jpg")), "new files"),
        (item(side_file("movie.nfo", "update", owner="ours")), "ours"),
        (item(side_file("movie.nfo", "update"), risk="warning", codes=("foreign_nfo_edited",)), "edits a file"),
        (item(risk="danger", codes=("drift", "own_file_removed", "locked_for_jellyfin")), "2 reasons"),
        (item(risk="blocked", codes=("offline",)), "offline"),
        (item(risk="unchanged"), "unchanged"),
    ],
)
def test_risk_has_the_only_reason_or_their_number(shown: PublicationItem, reason: str) -> None:
    assert shown.reason == reason


def test_sentences_of_a_risk_are_those_of_its_own_severity() -> None:
    shown = item(risk="danger", codes=("own_file_removed", "locked_for_jellyfin"))
    assert shown.why == "A file that we published before would be removed."


def test_many_files_are_shown_by_name_and_number_those_that_change_first() -> None:
    files = [side_file(f"{number}.jpg", "unchanged", before_hash="00") for number in range(3)]
    files.append(side_file("movie.nfo", "update"))
    shown = item(*files, action_counts={"unchanged": 3, "update": 1, "create": 12}).chips

    assert [(each.action, each.name, each.word) for each in shown] == [
        ("update", "movie.nfo", "edited"),
        ("unchanged", "0.jpg", "unchanged"),
        ("unchanged", "1.jpg", "unchanged"),
        ("unchanged", "2.jpg", "unchanged"),
        ("create", "12 more", "new"),
    ]


def test_five_files_have_their_names() -> None:
    files = [side_file(f"{number}.jpg") for number in range(5)]
    assert [each.name for each in item(*files).chips] == [f"{number}.jpg" for number in range(5)]
    assert item(*files, side_file("5.jpg")).chips[-1] == SideFileChip(action="create", name="2 more", word="new")


def test_file_that_is_left_out_has_the_word_of_the_command_line() -> None:
    left, present = side_file("poster.jpg", "unchanged"), side_file("movie.nfo", "unchanged", before_hash="00")
    assert [each.word for each in item(left, present).chips] == [left.word, present.word] == ["left out", "unchanged"]


def test_remarks_name_who_changed_which_file() -> None:
    changed = side_file("movie.nfo", "update", codes=("drift",), writer="Jellyfin", changed_fields=("plot", "tmdb_id"))
    broken = side_file("a.nfo", "blocked", codes=("nfo_unreadable",), message="a bare “&” in line 14.")
    codes = ("drift", "foreign_nfo_edited", "nfo_unreadable", "offline")

    [first, second] = item(changed, broken, risk="danger", codes=codes).remarks
    said = "movie.nfo was changed by Jellyfin since the last publication: plot, tmdb id."
    assert first == PublicationRemark(level="danger", text=said)
    assert second.text == "a.nfo: a bare “&” in line 14."


@each_case(
    ("facts", "about"),
    [
        ({"entity_type": "series", "members": 6}, "series, 5 parts"),
        ({"entity_type": "series", "members": 1}, "series"),
        ({"entity_type": "movie"}, ""),
        ({"entity_type": "video"}, ""),
        ({"entity_type": "episode"}, "episode"),
    ],
)
def test_kind_of_a_title_is_said_unless_it_is_usual(facts: dict[str, Any], about: str) -> None:
    assert item(**facts).about == about


def test_only_titles_with_something_to_write_can_be_published() -> None:
    assert [item(risk=each).can_publish for each in (*PUBLISHED_RISKS, "blocked", "unchanged")] == [
        *[True, True, True, False, False]
    ]
    assert item().initials == "CS"


def test_overview_counts_files_by_what_happens_to_them() -> None:
    found = PublicationOverview(
        risks={"safe": 1}, actions={"update": 1, "create": 3}, new_bytes=2_000_000, titles=1, selectable=1,
        by_action=[], by_code=[], by_library=[], has_libraries=True, about="NFO files for Kodi",
        rollback_until=datetime(2026, 8, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    assert found.summary == "3 files new · 1 edited · 2 MB"
    assert found.rollback == f"every byte can be rolled back until {wording.day(found.rollback_until)}"
    assert dataclasses.replace(found, actions={}, new_bytes=0).summary == ""


# --- What libraries publish ---------------------------------------------------------------------------------------


def library(number: int, **options: Any) -> LibraryPublishing:
    return LibraryPublishing(
        library_id=number, name=f"Folder {number}", options=PublishOptions(**options), proposed="both"
    )


def test_libraries_with_the_same_options_are_one_sentence() -> None:
    both = {"publish": "both", "readers": ("kodi", "plex")}
    assert published_by([library(1, **both), library(2, **both), library(3)]) == (
        "NFO files and pictures for Kodi and Plex"
    )
    assert published_by([library(1, **both), library(2, publish="nfo")]) == (
        "Folder 1: NFO files and pictures · Folder 2: NFO files"
    )
    assert published_by([library(1)]) == ""


def test_first_choice_is_a_proposal_by_the_kind_of_the_library() -> None:
    assert (proposed_for("home"), proposed_for("movies")) == ("nfo", "both")
    assert {"value": "clearart", "label": "Clear art"} in [each.as_dict() for each in library(1).pictures]


# --- Details -----------------------------------------------------------------------------------------------------


def details(*files: SideFileDetails, **facts: Any) -> PublicationDetails:
    shown = item(*(each.file for each in files), **facts)
    return PublicationDetails(
        item=shown, files=list(files), issues=issues_of(shown.codes), players=[], rollback=[], members=[],
        last_published=None,
    )  # fmt: skip


def test_changed_lines_are_compared_and_kept_lines_folded() -> None:
    kept = "\n".join(f"<tag>{number}</tag>" for number in range(9))
    lines = difference(f"<year>1962</year>\n{kept}\n</movie>", f"<year>1961</year>\n{kept}\n<plot>x</plot>\n</movie>")
    nfo = SideFileDetails(file=side_file("movie.nfo", "update", before_hash="1"), lines=lines)

    assert nfo.about == "+2 −1 · 10 lines kept"
    assert [(each.state, each.count) for each in nfo.compared] == [
        *(("removed", 1), ("added", 1), ("kept", 1), ("folded", 7), ("kept", 1), ("added", 1), ("kept", 1)),
    ]
    assert [part["text"] for part in nfo.compared[1].parts if part["mark"]] == ["1"]


def test_long_lines_are_not_compared_and_long_files_are_cut() -> None:
    lines = difference("<plot>" + "x" * 5000, "\n".join(["<plot>" + "y" * 5000, *"ab" * 700]))
    shown = SideFileDetails(file=side_file("movie.nfo", "update", before_hash="1"), lines=lines).compared
    assert len(shown) == 600
    assert [(len(str(each.parts[0]["text"])), each.parts[0]["mark"]) for each in shown[:2]] == [(4000, False)] * 2


@each_case(
    ("facts", "labels"),
    [
        ({"action": "update", "codes": ("drift",)}, ["Keep theirs", "Select to write ours"]),
        ({"action": "blocked", "codes": ("changed_repeatedly",)}, ["Keep theirs", "Select to write ours"]),
        ({"action": "blocked", "codes": ("nfo_unreadable",)}, ["Keep theirs", "Select to replace the file"]),
        (
            {"action": "create", "codes": ("own_file_missing",)},
            ["Restore", "Leave it out", "Stop publishing it"],
        ),
        ({"action": "replace", "codes": ("foreign_nfo_replaced",)}, ["Keep theirs"]),
        ({"action": "unchanged", "codes": ("released",)}, ["Publish it again"]),
        ({"action": "unchanged", "owner": "changed"}, ["Select to write ours"]),
        ({"action": "unchanged", "owner": "nobody"}, ["Restore"]),
        ({"action": "unchanged", "owner": "ours"}, []),
        ({"action": "update", "owner": "changed"}, []),
    ],
)
def test_files_of_others_can_be_kept_or_replaced(facts: dict[str, Any], labels: list[str]) -> None:
    shown = SideFileDetails(file=side_file("movie.nfo", **facts), lines=[]).decisions
    assert [each.label for each in shown] == labels


def test_picture_has_its_versions_and_sizes() -> None:
    file = side_file(
        "poster.jpg", "replace", before_hash="a" * 64, after_hash="b" * 64, candidate_id=3, before_size=1500,
        after_size=2000, owner="others",
    )  # fmt: skip
    shown = SideFileDetails(file=file, lines=[])
    assert (shown.before, shown.after, shown.about) == ("a" * 16, "b" * 16, "1.5 KB → 2 KB · not ours")
    same = SideFileDetails(file=dataclasses.replace(file, action="unchanged", candidate_id=None), lines=[])
    assert (same.after, same.about) == ("", "1.5 KB · not ours")


def test_details_say_who_wrote_a_file_and_what_a_person_can_do() -> None:
    edited = side_file("a.nfo", "update", codes=("foreign_nfo_edited",), writer="Kodi", changed_fields=("plot",))
    changed = side_file("b.nfo", "update", codes=("drift",))
    files = [SideFileDetails(file=each, lines=[]) for each in (edited, changed)]
    shown = details(*files, codes=("drift", "foreign_nfo_edited", "picture_not_stored")).remarks

    assert [each.level for each in shown] == ["danger", "warning", "note"]
    assert shown[0].text.startswith("b.nfo was changed by another program since the last publication. It is written")
    assert shown[1].text == "a.nfo was written by Kodi. 1 field changes; the rest stays byte for byte."
    assert shown[2].text.endswith("Wait for the job that downloads pictures.")


def test_changes_can_be_discarded_only_since_a_publication() -> None:
    found = details()
    published = dataclasses.replace(found, last_published=datetime.now(UTC))
    assert (found.published, found.can_discard) == ("", False)
    assert (published.published, published.can_discard) == ("Published just now", True)


def test_player_says_once_what_is_true_of_several_fields_and_its_conditions_last() -> None:
    facts = (
        PlayerFact(field="condition", state="seen", reason="It needs an option."),
        PlayerFact(field="title", state="seen", reason="From movie.nfo."),
        PlayerFact(field="year", state="seen", reason="From movie.nfo."),
        PlayerFact(field="people", state="seen", reason="2 people from movie.nfo."),
        PlayerFact(field="lock", state="not_seen", reason="The title is locked."),
    )
    player = PlayerView(
        player="Kodi", versions="20 to 21", title="Sky", year=2013, people=("Ann",), plot="", poster="", facts=facts
    )
    assert player.about == "2013 · 1 person"
    assert player.sentences == [
        PlayerSentence(state="seen", text="title and year: from movie.nfo"),
        PlayerSentence(state="seen", text="2 people from movie.nfo"),
        PlayerSentence(state="not_seen", text="The title is locked"),
        PlayerSentence(state="condition", text="It needs an option"),
    ]


# --- The question ------------------------------------------------------------------------------------------------


def preview(*reasons: str, **by_risk: int) -> PublicationPreview:
    summary = PublicationSummary(
        titles=sum(by_risk.values()) + 5, rows=sum(by_risk.values()), by_risk={}, actions={"create": 41},
        new_bytes=22_000_000, excluded={"blocked": 2, "changed since": 1}, digest="", rows_by_risk=by_risk,
    )  # fmt: skip
    return PublicationPreview(summary=summary, reasons=reasons)


def test_question_counts_titles_as_the_list_and_says_what_is_left_out() -> None:
    found = preview(danger=1, safe=24)
    assert (found.action, found.danger, list(found.by_risk)) == ("Publish 25 titles", 1, ["safe", "danger"])
    facts = dict(found.facts)
    assert list(facts) == ["Titles", "Files", "Written", "Rollback", "Left out"]
    assert facts["Titles"] == "30 with the seasons and episodes of series"
    assert facts["Left out"] == "2 blocked, 1 changed by another program, so only written if selected by hand"


def test_question_says_why_a_publication_waits() -> None:
    waiting = preview("it is dangerous", safe=24)
    assert waiting.action == "Propose to publish 24 titles"
    assert "it is dangerous" in waiting.waits
    assert preview(safe=24).waits == ""


def test_dangerous_title_has_the_files_that_would_be_lost() -> None:
    lost = side_file("movie.nfo", "update", codes=("drift",))
    shown = DangerousTitle.of(item(lost, side_file("poster.jpg"), risk="danger", codes=("drift", "saver_is_on")))
    assert (shown.address, shown.labels, shown.message) == (
        *("movie:7", ["changed since"], "Another program changed a file of ours."),
    )
    assert [each.path for each in shown.files] == ["movie.nfo"]


def test_titles_that_were_selected_all_at_once_are_not_named_by_hand() -> None:
    both = named_titles(["movie:7"], ["movie:8"], risk=PUBLISHED_RISKS, alone=False)
    assert (both.by_hand, both.risks) == (frozenset({"movie:7"}), PUBLISHED_RISKS)
    assert PublicationSelection(found=("movie:8",)).risks == PUBLISHED_RISKS
    assert PublicationSelection(addresses=("movie:7",), is_by_hand=False).by_hand == frozenset()
