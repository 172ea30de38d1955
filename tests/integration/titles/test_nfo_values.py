"""Values of NFO files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexium_core.library import Library
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
    with library._parts.store.atomic() as tx:
        for name, value in values.items():
            facts = [film.id, name, json.dumps(value), datetime.now(UTC)]
            tx.execute(
                "INSERT INTO title_values VALUES ('movie', $1, $2, $3, 'provider', 'tmdb', 0.9, $4, FALSE)", facts
            )
    identify(library)
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
