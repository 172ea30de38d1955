"""The page of checks: the display of findings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboards.pages.checks import checks_list
from dashboards.state import ChecksState
from indexium_core.model.check import (
    BULK_KINDS,
    CheckFile,
    CheckGroup,
    CheckName,
    CheckPage,
    CheckRow,
    Kind,
    Resolution,
)


def group(kind: Any = "differ", total: int = 3, dismissed: int = 0, at_once: int | None = None) -> CheckGroup:
    at_once = (total if kind in BULK_KINDS else 0) if at_once is None else at_once
    return CheckGroup(
        kind=kind, title="Title", text="What is listed.", total=total, dismissed=dismissed, at_once=at_once
    )


def file(
    name: str, *, people: tuple[str, ...] = (), named: tuple[str, ...] = (), known: tuple[str, ...] = ()
) -> CheckFile:
    return CheckFile(
        file_id=1, file_name=name, file_path=f"/films/A/B/{name}", folder="A/B", library="films",
        people=list(people), named=list(named), known=list(known), risk="safe", faces=[],
    )  # fmt: skip


def finding(kind: Any, **changes: Any) -> CheckRow:
    facts: dict[str, Any] = {
        "kind": kind, "subject": "7", "facts": 1, "title": "a.mp4", "text": "Why.", "files": (file("a.mp4"),),
        "file_count": 1, "names": (), "resolutions": (), "query": "",
    }  # fmt: skip
    return CheckRow(**facts | changes)


def resolution(*names: str, code: str = "add", **changes: Any) -> Resolution:
    facts: dict[str, Any] = {"label": "Add to the database", "text": "Text.", "files": 0}
    return Resolution(code=code, names=names, **facts | changes)


DIFFER = finding(
    "differ",
    files=(file("a.mp4", named=("Ann Lee", "Ghost"), known=("Ann Lee", "Bob Ray")),),
    resolutions=(resolution("Ghost"), resolution("Ghost", code="remove", label="Remove", asks=True)),
    query='path:"A/B/a.mp4"',
)


def listed(
    *rows: CheckRow, total: int = 0, number: int = 1, ignored: bool = False, of: CheckGroup | None = None
) -> Any:
    page = CheckPage(items=list(rows), total=total or len(rows), page=number, per_page=25)
    return checks_list.list_view(of or group(), page, ignored=ignored, subject="")


def test_header_counts_open_and_ignored_findings() -> None:
    view = checks_list.header_view([group("copies", 1200), group("differ", 34, 2)], "differ")
    assert view["title"] == "1,234 findings"
    assert view["summary"].endswith("the database and the files · 2 ignored findings")
    assert [(each["count"], each["on"]) for each in view["groups"]] == [("1,200", False), ("34", True)]
    assert checks_list.header_view([group(total=0)], "differ")["title"] == "No findings"


def test_row_shows_differing_people_first() -> None:
    (row,) = listed(DIFFER)["rows"]
    assert (row["title"], row["sub"], row["files"]) == ("a.mp4", "A / B", "")
    assert [(tag["text"], tag["kind"]) for tag in row["tags"]] == [("Ghost", "odd"), ("Ann Lee", ""), ("Bob Ray", "")]


def test_row_shows_first_of_many_names() -> None:
    many = tuple(f"Guest {number}" for number in range(9))
    (row,) = listed(finding("differ", files=(file("a.mp4", named=many),), resolutions=(resolution(*many),)))["rows"]
    assert (len(row["tags"]), row["more"]) == (6, 3)


def test_check_page_has_its_range_and_actions() -> None:
    view = listed(DIFFER, total=51, number=3, of=group(total=51, dismissed=1))
    assert (view["range"], view["pages"], view["turn"]) == ("51–51 of 51", 3, "1 ignored")
    assert [each["label"] for each in view["at_once"]] == ["Add all 51 to the database…", "Ignore all 51…"]
    assert listed(DIFFER, of=group("single", 1))["at_once"] == []
    assert listed(DIFFER, ignored=True, of=group(total=2))["turn"] == "Back to 2 open findings"


@pytest.mark.parametrize("kind", BULK_KINDS)
def test_all_findings_of_a_kind_are_resolved_after_a_question_of_their_own(kind: Kind) -> None:
    """The answers about recordings add more than names."""
    question = checks_list.question_about_all(group(kind, 3))
    is_answer = kind == "other_recording"
    assert question["confirm"] == ("Answer all 3" if is_answer else "Add all 3")
    assert ("recording" in question["sections"][0]["text"]) == is_answer
    label = listed(finding(kind, resolutions=(resolution("Ann Lee"),)), of=group(kind, 3))["at_once"][0]["label"]
    assert label == ("Answer all 3…" if is_answer else "Add all 3 to the database…")


def test_questions_without_sure_evidence_are_in_no_answer_to_all() -> None:
    view = listed(
        finding("other_recording", resolutions=(resolution("Ann Lee"),)), of=group("other_recording", 3, at_once=2)
    )
    assert [each["label"] for each in view["at_once"]] == ["Answer 2 with sure evidence…", "Ignore all 3…"]
    question = checks_list.question_about_all(group("other_recording", 3, at_once=2))
    assert (question["title"], question["confirm"]) == (
        "Are these 2 the same recordings?",
        "Answer 2 with sure evidence",
    )
    assert question["sections"][1]["text"] == "1 file without sure evidence waits."
    none = listed(
        finding("other_recording", resolutions=(resolution("Ann Lee"),)), of=group("other_recording", 3, at_once=0)
    )
    assert [each["label"] for each in none["at_once"]] == ["Ignore all 3…"]


def test_empty_check_list_has_explanation() -> None:
    assert listed(of=group("copies", 0))["empty"]["text"] == "All copies of a file have the same people."
    assert listed(of=group("copies", 0), ignored=True)["empty"]["title"] == "No ignored findings"


def test_finding_details_compare_file_and_database() -> None:
    view = checks_list.details_view(DIFFER, ignored=False)
    (shown,) = view["files"]
    assert [(each["label"], [tag["text"] for tag in each["tags"] if tag["kind"]]) for each in shown["lists"]] == [
        ("in the file", ["Ghost"]),
        ("in the database", []),
    ]
    assert [each["label"] for each in view["resolutions"]] == ["Add to the database", "Remove…"]
    assert view["href"] == "/plan?q=path%3A%22A%2FB%2Fa.mp4%22"
    assert checks_list.details_view(DIFFER, ignored=False, base="/app")["href"].startswith("/app?view=plan&q=path")


def test_ignored_finding_can_only_be_listed_again() -> None:
    assert checks_list.details_view(DIFFER, ignored=True)["resolutions"] == []
    assert checks_list.details_view(None, ignored=True) == {"open": False}


def test_name_shows_its_location() -> None:
    names = (
        CheckName(name="Zoë Öz", is_known=True, assigned=1204, named=3, files=1204, first=[]),
        CheckName(name="Zoe Oz", is_known=False, assigned=0, named=1, files=1, first=[]),
    )
    row = finding("spelling", title="Zoë Öz · Zoe Oz", names=names, file_count=14)
    view = checks_list.details_view(row, ignored=False)
    assert [each["text"] for each in view["names"]] == [
        "in the database, 1,204 files · named in 3 comments",
        "not in the database · named in 1 comment",
    ]
    assert view["more"] == "and 13 files more"
    (line,) = listed(row)["rows"]
    assert (line["title"], [tag["note"] for tag in line["tags"]]) == ("Zoë Öz", ["1,204", "1"])


def test_address_keeps_view() -> None:
    state = ChecksState(kind="spelling", number=2, ignored=True, subject="Zoe Oz | Zoë Öz")
    again = ChecksState()
    again.take(state.search())
    assert (again.kind, again.number, again.ignored, again.subject) == ("spelling", 2, True, "Zoe Oz | Zoë Öz")
    again.take("kind=nonsense&page=-1")
    assert (again.kind, again.number, again.subject) == ("", 1, "")


def test_files_of_one_title_are_compared_by_resolution_size_and_duration() -> None:
    files = tuple(
        replace(file(name), resolution=resolution, size=size, duration=6190.0)
        for name, resolution, size in (("a.mkv", "1920x1080", 4_000_000_000), ("b.avi", None, 700_000_000))
    )
    several = finding("several_files", title="Ring (1998)", files=files, file_count=2)
    [row] = listed(several)["rows"]
    assert [tag["text"] for tag in row["tags"]] == ["1920 × 1080, 4 GB, 1:43:10", "700 MB, 1:43:10"]
    assert (row["is_file"], row["files"]) == (False, "2 files")
    shown = checks_list.details_view(several, ignored=False)
    assert [(each["media"], each["lists"]) for each in shown["files"]] == [
        ("1920 × 1080, 4 GB, 1:43:10", []),
        ("700 MB, 1:43:10", []),
    ]
    assert shown["resolutions"] == []
