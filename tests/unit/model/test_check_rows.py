"""What a finding shows: its lines, its names, and its files side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from indexium_core.model.check import CheckFile, CheckName, CheckRow, ComparedFile, Resolution


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


def tags(row: CheckRow) -> list[tuple[str, bool]]:
    return [(each.name, each.differs) for each in row.tags]


def names(compared: ComparedFile) -> list[tuple[str, list[str]]]:
    """Return the lists of a file, with the names that differ."""
    return [(each.label, [tag.name for tag in each.tags if tag.differs]) for each in compared.names]


def test_differing_people_are_first() -> None:
    assert (DIFFER.shown_title, DIFFER.below, DIFFER.is_of_file, DIFFER.is_counted) == ("a.mp4", "A / B", True, False)
    assert tags(DIFFER) == [("Ghost", True), ("Ann Lee", False), ("Bob Ray", False)]


def test_file_and_database_are_compared() -> None:
    [shown] = DIFFER.compared
    assert (shown.file_name, shown.file_path, shown.place, shown.media) == ("a.mp4", "/films/A/B/a.mp4", "A / B", "")
    assert names(shown) == [("in the file", ["Ghost"]), ("in the database", [])]


def test_copies_have_the_people_of_all_after_those_of_some() -> None:
    files = (file("a.mp4", people=("Ann Lee", "Tom Ash")), file("b.mp4", people=("Ann Lee",)))
    copies = finding("copies", files=files, file_count=2, resolutions=(resolution("Tom Ash"),))
    assert tags(copies) == [("Tom Ash", True), ("Ann Lee", False)]
    assert (copies.below, copies.is_of_file, copies.is_counted) == ("A / B", True, True)
    assert [names(each) for each in copies.compared] == [[("", ["Tom Ash"])], [("", [])]]


def test_names_with_two_spellings_have_their_files() -> None:
    both = (
        CheckName(name="Zoë Öz", is_known=True, assigned=1204, named=3, files=1204, first=[]),
        CheckName(name="Zoe Oz", is_known=False, assigned=0, named=1, files=1, first=[]),
    )
    row = finding("spelling", title="Zoë Öz · Zoe Oz", names=both, file_count=14)
    assert (row.shown_title, row.below) == ("Zoë Öz", "Why.")
    assert [(each.name, each.note) for each in row.tags] == [("Zoë Öz", "1,204"), ("Zoe Oz", "1")]


def test_name_is_compared_before_and_after_the_write() -> None:
    changed = file("a.mp4", named=("Zoe",), people=("Zoë",))
    same = file("b.mp4", named=("Zoe",), people=("Zoe",))
    row = finding("unknown", title="Zoe", files=(changed, same), file_count=7, resolutions=(resolution("Zoe"),))
    assert (row.below, row.is_counted, tags(row)) == ("a.mp4 and 6 more", True, [])
    assert [names(each) for each in row.compared] == [[("now", ["Zoe"]), ("after the write", [])], [("", ["Zoe"])]]
    assert finding("unknown", files=(), file_count=0).below == ""


def test_files_of_one_title_are_compared_by_resolution_size_and_duration() -> None:
    files = tuple(
        replace(file(name), resolution=resolution, size=size, duration=6190.0)
        for name, resolution, size in (("a.mkv", "1920x1080", 4_000_000_000), ("b.avi", None, 700_000_000))
    )
    several = finding("several_files", title="Ring (1998)", files=files, file_count=2)
    media = ["1920 × 1080, 4 GB, 1:43:10", "700 MB, 1:43:10"]
    assert [each.name for each in several.tags] == media
    assert (several.is_of_file, several.is_counted) == (False, True)
    assert [(each.media, each.names) for each in several.compared] == [(each, []) for each in media]


def test_place_of_a_file_at_the_root_is_its_library() -> None:
    assert replace(file("a.mp4"), folder="").place == "films"
    assert finding("same_name", subject="old/a.mp4").below == "old/a.mp4"
