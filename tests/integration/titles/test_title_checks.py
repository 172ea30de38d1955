"""The check for films and episodes with several files."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.check import CheckRow
from tests.support import media
from tests.support.copied_home import CopiedHome

NAMES = (
    "Films/Ring (1998)/Ring (1998) 1080p.mkv",
    "Films/Ring (1998)/Ring (1998) 720p.mp4",
    "Films/Ring (1998)/Extras/Interview.mp4",
    "Films/Dune (1984)/Dune (1984) cd1.avi",
    "Films/Dune (1984)/Dune (1984) cd2.avi",
    "Films/Alien (1979)/Alien (1979).mp4",
    "Films/Alien (1979)/Alien (1979) Director's Cut.mp4",
    "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mkv",
    "Shows/Pond/Season 1/Pond - S01E01-E02.mkv",
)
_HOME = CopiedHome(NAMES)


@pytest.fixture
def prepared() -> CopiedHome:
    return _HOME


def found(library: Library) -> dict[str, CheckRow]:
    return {row.title: row for row in library.checks.page("several_files").items}


def names(row: CheckRow) -> list[str]:
    return sorted(file.file_name for file in row.files)


def test_film_and_episode_with_several_files_are_found(library: Library) -> None:
    rows = found(library)
    assert list(rows) == ["Pond - S01E01 - Frogs", "Ring (1998)"]  # neither parts nor editions nor extras
    ring = rows["Ring (1998)"]
    assert names(ring) == ["Ring (1998) 1080p.mkv", "Ring (1998) 720p.mp4"]
    assert (ring.file_count, ring.resolutions) == (2, ())
    assert ring.text.startswith("This film has 2 files: ")
    for file in ring.files:
        assert file.size > 0
        assert file.media in ring.text
        assert " × " in file.media
    assert names(rows["Pond - S01E01 - Frogs"]) == ["Pond - S01E01 - Frogs.mkv", "Pond - S01E01-E02.mkv"]
    assert rows["Pond - S01E01 - Frogs"].text.startswith("This episode has 2 files: ")


def test_change_of_files_changes_findings(library: Library, folder: Path) -> None:
    ring = found(library)["Ring (1998)"]
    library.checks.ignore("several_files", [ring.subject])
    assert "Ring (1998)" not in found(library)
    media.video(folder / "Films/Ring (1998)/Ring (1998) 480p.avi", seed=20)
    library.scan()
    assert found(library)["Ring (1998)"].file_count == 3
    (folder / NAMES[0]).unlink()
    (folder / "Films/Ring (1998)/Ring (1998) 480p.avi").unlink()
    library.scan()
    assert "Ring (1998)" not in found(library)


def test_files_of_one_edition_are_found(library: Library, folder: Path) -> None:
    alien = folder / "Films/Alien (1979)"
    for seed, name in enumerate(("Alien.1979.directors.cut.720p.x264", "Alien (1979) {edition-Special}"), start=30):
        media.video(alien / f"{name}.avi", seed=seed)
    media.video(folder / "Shows/Pond/Season 1 (Extended)/Pond - S01E02.avi", seed=32)
    library.scan()
    rows = found(library)
    assert list(rows) == ["Alien (1979)", "Pond - S01E01 - Frogs", "Ring (1998)"]  # not the second episode
    assert names(rows["Alien (1979)"]) == ["Alien (1979) Director's Cut.mp4", "Alien.1979.directors.cut.720p.x264.avi"]


def test_film_that_is_none_has_no_finding(library: Library) -> None:
    ring = next(each for each in library.titles.list(kind="movie").items if each.title == "Ring")
    library.titles.set(ring.id, "ignored", "yes")
    assert "Ring (1998)" not in found(library)
    library.titles.set(ring.id, "ignored", "no")
    assert "Ring (1998)" in found(library)


def test_two_copies_of_one_part_are_found(library: Library, folder: Path) -> None:
    media.video(folder / "Films/Dune (1984)/Dune (1984) 720p cd1.avi", seed=30)
    media.video(folder / "Films/Dune (1984)/Dune (1984) 720p cd2.avi", seed=31)
    library.scan()
    assert found(library)["Dune (1984)"].file_count == 4
