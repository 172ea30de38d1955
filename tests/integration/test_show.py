"""The command `indexium show`: one file as text and as JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from indexium_core.cli import app
from indexium_core.library import Library
from tests.support import media


@pytest.fixture
def film(home: Path, tmp_path: Path) -> Path:
    path = media.build("mkv", tmp_path, name="Zoë’s day.mkv", comment="Rain\r\nPeople: Bob Ray", tags={"title": "Day"})
    os.utime(path, (1_600_000_000, 1_600_000_000))
    with Library.open(home) as library:
        library.scan([tmp_path])
        library.people.add([path], ["Ann Lee"])
    return path


def show(home: Path, *words: str) -> int:
    return app.main(["--home", str(home), "show", *words])


def test_all_facts_of_file_are_printed(film: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(home, str(film)) == 0
    text = capsys.readouterr().out
    for part in ("Zoë’s day.mkv", r"Rain\r\nPeople: Bob Ray", "TITLE: Day", "+ Ann Lee", "entered by hand on", "h264"):
        assert part in text or part.lower() in text.lower(), part
    assert "as the plot, if it has no overview" in text
    assert "Title (ExifTool, MediaInfo, ffprobe); not in Kodi" in " ".join(text.split())
    assert "matroska_in_place" in text
    assert "Kept for rollback: the bytes that change." in text


def test_json_has_same_facts(film: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(home, "1", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["file_path"] == str(film)
    assert [person["name"] for person in found["people"]] == ["Ann Lee", "Bob Ray"]
    assert found["plan"]["result_people"] == ["Ann Lee", "Bob Ray"]
    assert {reading["program"] for reading in found["readings"]} >= {"Jellyfin", "VLC", "ffprobe"}
    assert found["streams"][0]["details"]["width"] == 160
    [title] = [each for each in found["field_details"] if each["field"] == "title"]
    assert {"program": "ExifTool", "name": "Title", "basis": "measured"} in title["shown"]
    assert {"program": "VLC", "name": "", "basis": ""} in title["shown"]


@pytest.mark.parametrize("word", ["99", "no such film.mkv"])
def test_unknown_file_is_one_sentence(word: str, film: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(home, word) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert word in said.err
    assert len(said.err.splitlines()) == 1
