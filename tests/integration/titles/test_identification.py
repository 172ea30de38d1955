"""Identification: titles and their files after scans, with stable ids."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.support import tables
from tests.support.identified_home import add, identify, titles


def test_scan_identifies_titles(library: Library) -> None:
    assert {(each.name, each.state) for each in titles(library).values()} == {
        ("The Thing (1982)", "identified"),
        ("Thng", "identified"),
    }
    assert [each.title for each in library.titles.list(state="ignored").items] == ["VID_20190731_183000"]
    [pond] = titles(library, "series").values()
    assert (pond.title, pond.episode_count, pond.season_count, pond.file_count) == ("Pond", 4, 2, 3)
    episodes = library.titles.list(kind="episode").items
    assert [each.name for each in episodes] == [
        "Pond - S01E01 - Frogs",
        "Pond - S01E02 - Episode 2",
        "Pond - S01E03 - Episode 3",
        "Pond - S02E04 - Episode 4",
    ]
    assert library.titles.get(episodes[1].id).files == library.titles.get(episodes[2].id).files


def test_ids_are_those_of_all_files_of_a_title(library: Library, folder: Path) -> None:
    add(folder / "Films/Ring, The (2002)/The Ring (2002).mp4", 71)
    add(folder / "Films/The Ring (2002) {tmdb-565}/The Ring (2002).mp4", 72)
    library.scan()
    ring = titles(library)["The Ring"]
    assert ring.file_count == 2
    assert [each.value for each in library.titles.candidates(ring.id, "tmdb_id")] == ["565"]


def editions(library: Library, title: str) -> dict[str, str]:
    """The editions of the files of a film by their names, and that of the film itself as ""."""
    found = library.titles.get(titles(library)[title].id)
    rows = [("", each.text) for each in found.values if each.field == "edition"]
    return dict(rows + [(Path(each.file_path).name, each.edition) for each in found.files])


def test_each_file_keeps_its_edition_and_the_film_has_the_one_that_all_share(library: Library, folder: Path) -> None:
    film = folder / "Films/Ring (1998)"
    final = add(film / "Ring (1998) - Final Cut.mp4", 71)
    library.scan()
    assert editions(library, "Ring") == {"": "Final Cut", final.name: "Final Cut"}
    tagged = add(film / "Ring (1998) {edition-Theatrical}.mp4", 72)
    add(film / "Ring (1998) Director's Cut-trailer.mp4", 73)
    library.scan()
    of_files = {
        final.name: "Final Cut",
        tagged.name: "Theatrical",
        "Ring (1998) Director's Cut-trailer.mp4": "Director's Cut",
    }
    assert editions(library, "Ring") == of_files
    ring = titles(library)["Ring"].id
    library.titles.set(ring, "edition", "Both")
    assert editions(library, "Ring")[""] == "Both"
    library.titles.set(ring, "edition", None)
    tagged.rename(film / "Ring.1998.final.cut.720p.x264.mp4")  # a spelling is no other edition
    library.scan()
    again = {"": "Final Cut", "Ring.1998.final.cut.720p.x264.mp4": "final cut"}
    assert editions(library, "Ring").items() >= again.items()
    final.rename(film / "Ring (1998).mp4")
    library.scan()
    found = editions(library, "Ring")
    assert ("" in found, found["Ring (1998).mp4"]) == (False, "")  # one file says none


def test_home_library_is_not_identified(library: Library, tmp_path: Path) -> None:
    add(tmp_path / "private" / "The Fly (1986).mp4", 9)
    library.scan([tmp_path / "private"])
    assert "The Fly" not in titles(library)
    library_id = next(row.library_id for row in library.inventory.list() if row.kind == "home")
    with pytest.raises(errors.UsageError, match="home videos"):
        library.titles.identify([library_id])
    library.inventory.set_kind(library_id, "movies")
    identify(library)
    assert "The Fly" in titles(library)
    library.inventory.set_kind(library_id, "home")
    assert "The Fly" not in titles(library)
    with pytest.raises(errors.UsageError, match="no kind of library “films”"):
        library.inventory.set_kind(library_id, "films")


def test_nothing_changes_if_nothing_changed(library: Library) -> None:
    before = {kind: titles(library, kind) for kind in ("movie", "series", "season", "episode")}
    stored = tables.rows(library, "SELECT * FROM title_values ORDER BY ALL")
    library.scan()
    report = identify(library)
    assert (report["added"], report["changed"], report["names"]) == (0, 0, 0)
    assert {kind: titles(library, kind) for kind in before} == before
    assert tables.rows(library, "SELECT * FROM title_values ORDER BY ALL") == stored


def test_group_whose_files_stay_in_another_series_makes_no_series(library: Library, folder: Path) -> None:
    pond = titles(library, "series")["Pond"]
    episode = next(each for each in library.titles.list(kind="episode").items if each.episode == 4)
    library.titles.set(episode.id, "title", "By hand")
    (folder / "Shows/Lake").mkdir()
    (folder / "Shows/Pond/Season 2/Pond - S02E04.mp4").rename(folder / "Shows/Lake/Lake - S02E04.mp4")
    library.scan()
    seen: list[str] = []
    library.events.subscribe(lambda event: seen.append(event.name))
    report = identify(library)
    assert (report["added"], report["changed"]) == (0, 0)
    assert "series:added" not in seen
    found = library.titles.get(episode.id)
    assert (found.item.series_id, found.item.title, len(found.files)) == (pond.id, "By hand", 1)


def test_names_of_other_libraries_are_not_read_again(library: Library, tmp_path: Path) -> None:
    other = tmp_path / "other"
    add(other / "The Fly (1986).mp4", 9)
    library.inventory.add(other, kind="movies")
    library.scan()
    [first, second] = sorted(row.library_id for row in library.inventory.list())
    for library_id in (first, second):
        library.jobs.wait(library.titles.identify([library_id]).id, timeout=60)
    assert identify(library)["names"] == 0
    away = other.rename(tmp_path / "away")
    library.scan()
    identify(library)
    away.rename(other)
    library.scan()
    assert identify(library)["names"] == 0
    names = "SELECT count(*) FROM title_names WHERE name = 'The Fly (1986)'"
    assert tables.value(library, names) == 1
    (other / "The Fly (1986).mp4").rename(other / "The Wasp (1988).mp4")
    library.scan()
    assert tables.value(library, names) == 0


def test_renamed_episode_keeps_its_id(library: Library, folder: Path) -> None:
    ids = {each.episode: each.id for each in library.titles.list(kind="episode").items}
    path = folder / "Shows/Pond/Season 2/Pond - S02E04.mp4"
    path.rename(path.with_name("Pond - S02E05.mp4"))
    library.scan()
    assert {each.episode: each.id for each in library.titles.list(kind="episode").items} == {
        1: ids[1],
        2: ids[2],
        3: ids[3],
        5: ids[4],
    }


def test_title_without_files_disappears_unless_person_changed_it(library: Library, folder: Path) -> None:
    library.titles.set(titles(library)["Thng"].id, "year", 1951)
    shutil.rmtree(folder / "Films")
    library.scan()
    [row] = library.inventory.list()
    assert set(titles(library)) == {"The Thing", "Thng"}  # missing files keep their titles
    library.inventory.forget_missing(row.library_id)
    identify(library)
    assert set(titles(library)) == {"Thng"}


@pytest.mark.parametrize("name", ["Sample/movie-sample.mp4", "Films/sample.mp4", "Films/Dune (1984)/dune.sample.mp4"])
def test_sample_alone_is_no_film(library: Library, folder: Path, name: str) -> None:
    add(folder / name, 71)
    library.scan()
    assert set(titles(library)) == {"The Thing", "Thng"}
    [found] = [each for each in library.titles.list(state="ignored").items if not each.title.startswith("VID")]
    assert [each.role for each in library.titles.get(found.id).files] == ["sample"]


def test_sample_belongs_to_the_film_that_comes_later(library: Library, folder: Path) -> None:
    add(folder / "Films/Dune (1984)/Sample/dune.sample.mp4", 71)
    library.scan()
    add(folder / "Films/Dune (1984)/Dune (1984).mp4", 72)
    library.scan()
    files = library.titles.get(titles(library)["Dune"].id).files
    assert [each.role for each in files] == ["main", "sample"]
