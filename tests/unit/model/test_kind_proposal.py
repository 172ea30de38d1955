"""The kind that the names in a folder propose."""

from __future__ import annotations

import json
from pathlib import Path

from indexium_core.flows.scanning import folder_names
from indexium_core.model.files.kind_proposal import MOST_VIDEOS, NamedVideo, propose
from tests.support.cases import each_case

CORPUS = Path(__file__).parents[2] / "corpus" / "libraries.json"


def named(*paths: str) -> list[NamedVideo]:
    return [(tuple(path.split("/")[:-1]), path.rpartition("/")[2]) for path in paths]


@each_case(
    ("paths", "kind", "reason"),
    [
        (
            ("Vessel (1998)/Vessel.mkv", "Pond (2004).mkv", "extras.mkv"),
            "movies",
            "2 of 3 videos have the name of a film: “Vessel”.",
        ),
        (("Pond/Season 1/Pond S01E01.mkv", "Pond/Season 1/Pond S01E02.mkv"), "series", "2 of 2 videos"),
        (("Vessel (1998).mkv", "Pond S01E01.mkv"), "mixed", "1 of 2 videos have the names of films, 1 of episodes."),
        (("Sewing/1. Start/01 - Thread.mp4", "Sewing/1. Start/02 - Needle.mp4"), "educational", "the name of a lesson"),
        (("2015/IMG_2031.mov", "2015/Birthday.mp4"), "home", "No video has the name of a film"),
        (("Christmas (2015).mp4", "2015-02-16 Garden.mp4"), "home", "No video has the name of a film"),
        (("a.mp4", "b.mp4", "Pond (2004).mkv"), "home", "Only 1 of 3 videos has the name of a film or episode."),
        ((), "home", "No video or photo was found."),
    ],
)
def test_proposal_by_names(paths: tuple[str, ...], kind: str, reason: str) -> None:
    found = propose(named(*paths))
    assert found.kind == kind, found
    assert reason in found.reason


def test_proposal_fits_the_libraries_of_the_corpus() -> None:
    groups = json.loads(CORPUS.read_text(encoding="utf-8"))["groups"]
    clear = [group for group in groups if group["is_one_library"] and group["kind"] != "mixed"]
    proposed = {
        group["name"]: propose(named(*(each["path"] for each in group["files"]))).kind == group["kind"]
        for group in clear
    }
    assert [name for name, fits in proposed.items() if not fits] == ["old tapes"]  # it has as many films as episodes


def test_names_of_a_folder_are_sampled(tmp_path: Path) -> None:
    for number in range(MOST_VIDEOS + 1):
        (tmp_path / f"Film {number} (1999).MKV").touch()
    for name in (".hidden.mkv", "a.jpg", "b.HEIC", "notes.txt"):
        (tmp_path / name).touch()
    found = folder_names.kind_of(str(tmp_path))
    assert (found.kind, found.is_partial, found.photos) == ("movies", True, 2)
    assert 0 < found.videos <= MOST_VIDEOS
    assert "sampled videos" in found.reason
    assert folder_names.kind_of(str(tmp_path / "nothing")).kind == "home"
