"""The display of a comment in other programs: the table, its page, and measurements."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexium_core.files.containers import unsupported
from indexium_core.model.fields import readers
from tests.support import readers as measured
from tests.support import shapes
from tests.support.cases import each_case

PAGE = Path(__file__).resolve().parents[3] / "docs" / "readers.md"
COMMENT = "People: Ann Lee"


def of(program: str, container: str, comment: str | None = COMMENT, **more: object) -> readers.Reading:
    found = readers.readings(container, comment, **more)  # type: ignore[arg-type]
    return next(each for each in found if each.program == program)


@each_case("group", readers.CONTAINERS)
def test_every_program_has_rule_for_every_container(group: str) -> None:
    container = readers.CONTAINERS[group][0]
    assert [each.program for each in readers.readings(container, COMMENT)] == list(readers.TABLE)


def test_container_without_comments_is_shown_by_no_program() -> None:
    without = [kind.container for kind in unsupported.KINDS if not kind.holds_comment]
    assert [readers.readings(container, COMMENT) for container in without] == [[]] * len(without)


def test_unknown_entry_has_no_basis() -> None:
    rules = [rule for of_program in readers.TABLE.values() for rule in of_program.values()]
    assert all((rule.shows == "unknown") == (rule.basis == "") for rule in rules)
    assert of("Windows Explorer", "matroska").text == "not known"


def test_jellyfin_shows_comment_as_plot_without_description() -> None:
    assert of("Jellyfin", "mp4").shows == "plot"
    assert of("Jellyfin", "matroska", tags={"DESCRIPTION": "A wedding"}).text.endswith(
        "the tag description of the file instead"
    )
    assert of("Jellyfin", "mp4", tags={"synopsis": "  "}).shows == "plot"


def test_jellyfin_ignores_apple_comment() -> None:
    key = "moov/meta/ilst/com.apple.quicktime.comment"
    assert of("Jellyfin", "mov", places=[key]).shows == "nothing"
    assert of("Jellyfin", "mov", places=[key, "moov/udta/©cmt"]).shows == "plot"


@pytest.mark.parametrize("comment", [None, "", " \n"])
def test_file_without_comment_shows_none(comment: str | None) -> None:
    assert {each.shows for each in readers.readings("mp4", comment)} == {"nothing"}


def test_avi_comment_is_certain_only_in_ascii() -> None:
    assert of("MediaInfo", "avi").shows == "comment"
    assert of("MediaInfo", "avi", "People: Zoë").shows == "garbled"
    assert of("ffprobe", "avi", "People: Zoë").shows == "comment"


# The container of a case, where its extension has another name.
KINDS = {"m4a": "mp4", "m4v": "mp4", "mkv": "matroska", "wmv": "asf", "ogv": "ogg"}
NAMES = {"ffprobe": measured.FFPROBE, "MediaInfo": measured.MEDIAINFO, "ExifTool": measured.EXIFTOOL}


@each_case("case", measured.SHOWN_BY)
@each_case("comment", [COMMENT, "People: Zoë Öz"])
def test_table_matches_measurements(case: str, comment: str) -> None:
    kind = shapes.ALL[case].container
    shown = measured.shown_by(case, comment)
    for program, name in NAMES.items():
        reading = of(program, KINDS.get(kind, kind), comment)
        behind = name == measured.EXIFTOOL and measured.EXIFTOOL_ALL in shown  # the table names that option
        assert (reading.shows == "comment") == (name in shown or behind), program


def test_docs_page_has_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    head = next(row for row in rows if row[0] == "program")
    documented = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows if row[0] in readers.TABLE}

    assert head[1:] == list(readers.CONTAINERS)
    assert documented == {
        program: {group: cell(rule) for group, rule in rules.items()} for program, rules in readers.TABLE.items()
    }


def cell(rule: readers.Rule) -> str:
    """A rule as a cell of the page."""
    if rule.shows == "unknown":
        return "not known"
    if rule.shows == "nothing":
        return f"no ({rule.basis})"
    limit = {"plot": "as the plot", "ascii": f"{rule.label}, plain ASCII only"}.get(rule.shows, rule.label)
    return f"{limit} ({rule.basis})"


def test_docs_page_has_sources_for_every_other_basis() -> None:
    text = PAGE.read_text(encoding="utf-8")
    others = {p for p, rules in readers.TABLE.items() if any(r.basis not in ("", "measured") for r in rules.values())}
    for program in others:
        part = text.partition(f"## {program}")[2].partition("\n## ")[0]
        assert re.search(r"https://", part), program
