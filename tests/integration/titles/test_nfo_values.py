"""Values of NFO files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.titles.titles import TitleItem
from tests.support import tables
from tests.support.identified_home import NFO, add, identify, titles


def test_nfo_file_of_one_film_is_not_that_of_its_neighbour(library: Library, folder: Path) -> None:
    names = ("Heat (1995)", "Alien (1979)", "Dune (1984) cd1", "Dune (1984) cd2", "Solaris", "Blob (1958) 1080p")
    for seed, name in enumerate(names, 60):
        around = {"Heat": "Two", "Alien": "Two"}.get(name.split()[0], name.split()[0])
        add(folder / f"Films/{around}/{name}.mp4", seed)
    (folder / "Films/Two/Heat (1995).nfo").write_text(NFO.format("Heat of the NFO file"))
    (folder / "Films/Dune/Dune (1984) cd1.nfo").write_text(NFO.format("Dune of the NFO file"))
    (folder / "Films/Solaris/other.nfo").write_text(NFO.format("Solaris of the NFO file"))
    add(folder / "Films/Blob/Blob (1958) 720p.mp4", 70)
    (folder / "Films/Blob/Blob (1958) 720p.nfo").write_text(NFO.format("Blob of the NFO file"))
    library.scan()
    found = titles(library)
    assert {"Heat of the NFO file", "Alien"} <= set(found)
    assert library.titles.candidates(found["Alien"].id, "tmdb_id") == []
    assert [found[f"{each} of the NFO file"].file_count for each in ("Dune", "Solaris", "Blob")] == [2, 1, 2]


@pytest.mark.parametrize("text", [NFO.format("Other"), "https://www.themoviedb.org/movie/77"], ids=["film", "url"])
def test_nfo_file_of_a_film_does_not_belong_to_episodes_beside_it(library: Library, folder: Path, text: str) -> None:
    (folder / "Shows/Pond/Season 1/Other.nfo").write_text(text)
    for seed, name in enumerate(
        ("Lake/Lake.S01E01", "Lake/Lake.S01E02", "Moor/Season 1/First", "Moor/Season 1/Last"), 60
    ):
        add(folder / f"Shows/{name}.mp4", seed)
        (folder / f"Shows/{name}.mp4").with_name("Other.nfo").write_text(text)
    library.scan()
    assert set(titles(library)) == {"The Thing", "Thng"}
    counts = {each.title: each.file_count for each in titles(library, "series").values()}
    assert counts == {"Pond": 3, "Lake": 2, "Moor": 2}
    assert all(library.titles.candidates(each.id, "tmdb_id") == [] for each in titles(library, "series").values())


def test_nfo_file_of_a_film_with_the_name_of_an_episode_belongs_to_it(library: Library, folder: Path) -> None:
    add(folder / "Films/Lake/Lake 1x02.mp4", 60)
    (folder / "Films/Lake/Lake 1x02.nfo").write_text(NFO.format("Lake of the NFO file"))
    library.scan()
    assert titles(library)["Lake of the NFO file"].file_count == 1


def test_folder_that_cannot_be_listed_keeps_values_of_nfo_files(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "Films/Thng.nfo").write_text(NFO.format("From the NFO file"))
    identify(library)
    monkeypatch.setattr("indexium_core.flows.titles.nfo_reading._read_folder", lambda _: None)
    identify(library)
    assert "From the NFO file" in titles(library)


def test_nfo_file_of_a_season_gives_its_values(library: Library, folder: Path) -> None:
    season = folder / "Shows/Pond/Season 1/season.nfo"
    season.write_text("<season><title>Frogs and reeds</title><plot>The first year.</plot></season>")
    (folder / "Shows/Pond/Season 2/season.nfo").write_text(
        "<season><seasonnumber>7</seasonnumber><title>X</title></season>"
    )
    assert identify(library)["broken"] == 0
    found = titles(library, "season")["Frogs and reeds"]
    assert (found.season, set(titles(library, "season"))) == (1, {"Frogs and reeds", "Season 2"})
    assert {(each.field, each.value, each.origin) for each in library.titles.get(found.id).values} == {
        ("title", "Frogs and reeds", "nfo"),
        ("plot", "The first year.", "nfo"),
    }
    library.titles.set(found.id, "title", "By hand")
    season.write_text("<season><title>Tadpoles</title></season>")
    identify(library)
    assert [each.value for each in library.titles.candidates(found.id)] == ["By hand", "Tadpoles"]
    season.unlink()
    identify(library)
    assert [each.value for each in library.titles.candidates(found.id)] == ["By hand"]


def test_nfo_file_of_a_series_names_its_seasons(library: Library, folder: Path) -> None:
    series = folder / "Shows/Pond/tvshow.nfo"
    names = '<namedseason number="1">Spring</namedseason><namedseason number="2">Summer</namedseason>'
    series.write_text(f'<tvshow><title>Pond</title>{names}<namedseason number="x">No</namedseason></tvshow>')
    (folder / "Shows/Pond/Season 2/season.nfo").write_text("<season><title>High summer</title></season>")
    identify(library)
    assert set(titles(library, "season")) == {"Spring", "High summer"}
    series.write_text("<tvshow><title>Pond</title></tvshow>")
    identify(library)
    assert set(titles(library, "season")) == {"Season 1", "High summer"}


@pytest.mark.parametrize(
    ("lock", "locked"),
    [
        ("<lockdata>true</lockdata>", {"plot", "genres", "runtime_minutes"}),
        ("<lockedfields>Overview|Genres|Name</lockedfields>", {"plot", "genres"}),
        ("<lockdata>false</lockdata>", set()),
    ],
)
def test_locked_field_of_nfo_file_takes_no_value_of_a_provider(
    library: Library, folder: Path, lock: str, locked: set[str]
) -> None:
    (folder / "Films/Thng.nfo").write_text(f"<movie>{lock}<genre>Horror</genre></movie>")
    identify(library)
    film = titles(library)["Thng"]
    values = {"plot": "Of a provider", "genres": ["Comedy"], "runtime_minutes": 90, "tagline": "Of a provider"}
    with tables.changing(library) as tx:
        for name, value in values.items():
            facts = [film.id, name, json.dumps(value), datetime.now(UTC)]
            tx.execute(
                "INSERT INTO title_values VALUES ('movie', $1, $2, $3, 'provider', 'tmdb', 0.9, $4, FALSE)", facts
            )
    identify(library)
    by_nfo = {each.field for each in library.titles.candidates(film.id) if each.locked_by_nfo}
    assert by_nfo & {*values} == locked
    own = {"genres": ["Horror"]} | dict.fromkeys(locked - {"genres"})
    shown = {each.field: each.value for each in library.titles.get(film.id).values if each.field in values}
    assert shown == values | own
    library.titles.set(film.id, "plot", "By hand")
    assert library.titles.candidates(film.id, "plot")[0].value == "By hand"


def test_report_names_broken_nfo_files_and_the_others_count(library: Library, folder: Path) -> None:
    (folder / "Films/Thng.nfo").write_text("<movie><title>Before the error</title><plot>A & <b></movie>")
    (folder / "Films/The Thing (1982)/movie.nfo").write_text(NFO.format("Whole"))
    report = identify(library)
    [(path, problem)] = report["problems"].items()  # type: ignore[attr-defined]
    assert (Path(path).name, "XML is not valid (mismatched tag)" in problem) == ("Thng.nfo", True)
    assert "1 NFO file has an error" in str(report["message"])
    assert {"Before the error", "Whole"} <= set(titles(library))
    thng = titles(library)["Before the error"]
    assert library.titles.get(thng.id).nfo_problems == {path: problem}
    assert library.titles.get(titles(library)["Whole"].id).nfo_problems == {}
    (folder / "Films/Thng.nfo").write_text("<movie><title>Corrected</title></movie>")
    identify(library)
    assert library.titles.get(thng.id).nfo_problems == {}


def test_broken_nfo_files_of_series_and_season_are_named(library: Library, folder: Path) -> None:
    for name in ("tvshow.nfo", "Season 1/season.nfo", "Season 1/Pond - S01E01 - Frogs.nfo"):
        root = {"tvshow": "tvshow", "season": "season"}.get(Path(name).stem, "episodedetails")
        (folder / "Shows/Pond" / name).write_text(f"<{root}><plot>A</{root}>")
    (folder / "Films/The Thing (1982)/other.nfo").write_text("<movie><plot>A</movie>")
    identify(library)

    def broken(title: TitleItem) -> set[str]:
        return {Path(path).name for path in library.titles.get(title.id).nfo_problems}

    pond, frogs = titles(library, "series")["Pond"], "Pond - S01E01 - Frogs.nfo"
    assert broken(pond) == {"tvshow.nfo", "season.nfo", frogs}
    assert broken(titles(library, "season")["Season 1"]) == {"season.nfo", frogs}
    assert broken(titles(library, "season")["Season 2"]) == set()
    assert broken(titles(library)["The Thing"]) == {"other.nfo"}
    library.inventory.set_kind(library.inventory.list()[0].library_id, "home")
    assert tables.value(library, "SELECT count(*) FROM nfo_problems") == 0


def test_value_of_nfo_file_that_does_not_fit_is_left_out_and_named(library: Library, folder: Path) -> None:
    episode = folder / "Shows/Pond/Season 1/Pond - S01E01 - Frogs.nfo"
    text = "<episodedetails><title>Frogs</title><aired>2010-04-31</aired><runtime>two hours</runtime></episodedetails>"
    episode.write_text(text)
    (folder / "Films/Thng.nfo").write_text("")
    (folder / "Films/The Thing (1982)/movie.nfo").write_text("<tvshow><title>No film</title></tvshow>")
    assert identify(library)["broken"] == 3
    frogs = titles(library, "episode")["Frogs"]
    assert library.titles.candidates(frogs.id, "aired") == library.titles.candidates(frogs.id, "release_date") == []
    [problem] = library.titles.get(frogs.id).nfo_problems.values()
    assert "not “2010-04-31”" in problem
    assert "not “two hours”" in problem
    for name, part in (("Thng", "is empty"), ("The Thing", "<tvshow>")):
        [problem] = library.titles.get(titles(library)[name].id).nfo_problems.values()
        assert part in problem


def test_id_of_nfo_file_has_no_other_origin(library: Library, folder: Path) -> None:
    text = "<movie><title>Thng</title><uniqueid type='imdb'>tt0083658</uniqueid></movie>"
    (folder / "Films/Thng.nfo").write_text(text)
    (folder / "Shows/Pond/tvshow.nfo").write_text("<tvshow><title>Pond</title><tvdbid>12</tvdbid></tvshow>")
    add(folder / "Films/Heat (1995) [imdbid-tt0113277].mp4", 60)
    library.scan()
    identify(library)
    found, pond = titles(library), titles(library, "series")["Pond"]
    ids = {
        title.title: [(each.value, each.origin) for each in library.titles.candidates(title.id, field)]
        for title, field in ((found["Thng"], "imdb_id"), (found["Heat"], "imdb_id"), (pond, "tvdb_id"))
    }
    assert ids == {
        "Thng": [("tt0083658", "nfo")],
        "Heat": [("tt0113277", "name")],
        "Pond": [("12", "nfo")],
    }


def test_id_comes_from_the_first_nfo_file_of_a_film_that_has_it(library: Library, folder: Path) -> None:
    """Two versions of a film, each with an NFO file: values of the first one, and ids that only the second one has."""
    for seed, (name, text) in enumerate(
        (
            ("Blob (1958) 1080p", "<movie><title>Blob One</title><tmdbid>5</tmdbid></movie>"),
            ("Blob (1958) 720p", "<movie><title>Blob Two</title><tmdbid>6</tmdbid><imdbid>tt0051418</imdbid></movie>"),
        ),
        60,
    ):
        add(folder / f"Films/Blob/{name}.mp4", seed)
        (folder / f"Films/Blob/{name}.nfo").write_text(text)
    library.scan()
    blob = titles(library)["Blob One"]
    ids = [[each.value for each in library.titles.candidates(blob.id, name)] for name in ("tmdb_id", "imdb_id")]
    assert (blob.file_count, ids) == (2, [["5"], ["tt0051418"]])
