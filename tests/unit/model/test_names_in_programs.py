"""The names of fields in other programs: the table, its words, and its page `docs/readers.md`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core.model.fields import readers
from indexium_core.model.fields.field import NOWHERE, Field, MatroskaPlace
from indexium_core.model.fields.readers import CONTAINERS
from indexium_core.model.fields.table import EDITABLE, field_named
from tests.support import field_rows

PAGE = Path(__file__).resolve().parents[3] / "docs" / "readers.md"


@pytest.mark.parametrize("program", readers.MEASURED)
def test_page_has_the_table_of_a_program(program: str) -> None:
    lines = [f"| in {program} | {' | '.join(CONTAINERS)} |", "| --- " * (len(CONTAINERS) + 1) + "|"]
    for field in EDITABLE:
        cells = [field_rows.shown_by(field, program, containers) for containers in CONTAINERS.values()]
        lines.append(f"| `{field.key}` | {' | '.join(cells)} |")
    assert "\n".join(lines) in PAGE.read_text(encoding="utf-8")


def test_page_names_the_unmeasured_programs() -> None:
    [sentence] = re.findall(r"What (.*) show of fields was not measured", PAGE.read_text(encoding="utf-8"))
    assert tuple(re.split(", | and ", sentence)) == readers.UNMEASURED


def test_every_field_is_measured_in_every_place() -> None:
    missing = [
        (field.key, container, each.program)
        for field in EDITABLE
        for container in field.places
        for each in readers.shown_in(field, container)
        if each.program in readers.MEASURED and not each.basis
    ]
    assert {(container, program) for _, container, program in missing} == {
        (container, "Kodi") for container in CONTAINERS["JPEG, PNG, TIFF, WebP, HEIC"]
    }


def test_a_field_without_a_place_is_not_shown() -> None:
    assert readers.shown_in(field_named("show"), "jpeg") == []


@pytest.mark.parametrize(
    ("key", "container", "words"),
    [
        ("title", "mp4", "Title (ExifTool, MediaInfo, ffprobe, Kodi)"),
        ("description", "avi", "Subject (ExifTool, MediaInfo, ffprobe); not in Kodi"),
        ("title", "jpeg", "Title (ExifTool); not in MediaInfo, ffprobe"),
        ("rating", "webm", "Rating (ExifTool, MediaInfo, ffprobe); not in Kodi"),
    ],
)
def test_words_group_the_programs_by_name(key: str, container: str, words: str) -> None:
    assert readers.in_words(readers.shown_in(field_named(key), container)) == words


def test_note_has_the_condition_of_kodi_and_the_unmeasured_programs() -> None:
    film = readers.note_on(readers.shown_in(field_named("title"), "mp4"))
    assert film.startswith("Kodi shows fields only of an .mp4")
    assert film.endswith("Not measured: Jellyfin, VLC, macOS Finder, Windows Explorer, Plex, digiKam, Lightroom.")
    photo = readers.note_on(readers.shown_in(field_named("title"), "jpeg"))
    assert photo.startswith("Not measured: Kodi, Jellyfin")
    assert readers.note_on([]) == ""


def test_a_field_that_the_table_does_not_know_is_not_measured() -> None:
    stored = replace(NOWHERE, matroska=MatroskaPlace(names=("TAPE",)))
    own = Field(key="tape", title="Tape", type="text", about="", stored=stored)
    shown = readers.shown_in(own, "matroska")
    assert readers.in_words(shown) == "not measured"
    assert {each.basis for each in shown} == {""}
