"""A film stays itself by its id, and an episode by its number, whatever a person says about another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from indexium_core.library import Library
from indexium_core.model.lookups.candidates import Candidate
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.store.titles import external_ids, matches
from tests.support import tables
from tests.support.identified_home import add, identify, titles
from tests.support.published_home import ALL
from tests.support.senders import Radarr, settled

NFO = "<movie><title>Ring</title><uniqueid type='tmdb'>603</uniqueid></movie>"


class Place(NamedTuple):
    """The name of the folder of a film before and after, and what else says its id there."""

    old: str
    new: str
    prepare: Callable[[Library, Path], None]  # after the first scan
    again: Callable[[Library, Path], None]  # before the second one


def _nothing(_: Library, __: Path) -> None:
    pass


def _nfo(_: Library, folder: Path) -> None:
    (folder / "movie.nfo").write_text(NFO)


def _lost_nfo(library: Library, folder: Path) -> None:
    """An NFO file that said the id once, and that is gone since."""
    _nfo(library, folder)
    library.scan()
    identify(library)
    (folder / "movie.nfo").unlink()
    library.scan()
    identify(library)


def _match(library: Library, _: Path) -> None:
    offer(library, titles(library)["Ring"].id, "603")
    library.matches.accept(titles(library)["Ring"].id, 1)


NAMED = "Ringu (1998) [tmdbid-603]"
PLACES = {
    "name": Place("Ring (1998) {tmdb-603}", NAMED, _nothing, _nothing),
    "NFO file": Place("Ring (1998)", "Ringu (1998)", _nfo, _nfo),
    "NFO file that is gone": Place("Ring (1998)", NAMED, _lost_nfo, _nothing),
    "match": Place("Ring (1998)", NAMED, _match, _nothing),
}


def offer(library: Library, title_id: int, *ids: str) -> None:
    """Offer films of a provider as candidates of a title."""
    found = [
        MatchCandidate(
            position=1,
            candidate=Candidate(provider="tmdb", external_id=each, content_type="movie", title="Ring", year=1998),
            score=0.9,
            reasons=(),
        )
        for each in ids
    ]
    with tables.changing(library) as tx:
        matches.put_candidates(tx, "movie", title_id, found)


def ids_of(library: Library, title_id: int) -> dict[str, str]:
    """Return the ids that a title holds, by provider."""
    with tables.changing(library) as reader:
        return {
            each.provider: each.value
            for each in external_ids.known(reader)
            if title_id == each.title_id == each.holder_id
        }


def publish(library: Library) -> None:
    """Publish what is not published yet."""
    library.publications.refresh()
    if library.publications.plan().total:
        assert set(library.publications.start(ALL).wait().counts) == {"success"}


def replace_in_renamed_folder(library: Library, films: Path, place: Place, *, seed: int = 92) -> None:
    """Rename the folder of a film and replace its file between two scans."""
    (films / place.old).rename(films / place.new)
    for each in (films / place.new).glob("*.mp4"):
        each.unlink()
    add(films / place.new / f"{place.new}.mp4", seed)
    place.again(library, films / place.new)
    library.scan()
    identify(library)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, id=name, marks=[pytest.mark.further] if name in ("name", "NFO file") else [])
        for name, place in PLACES.items()
    ],
)
def test_film_in_renamed_folder_with_another_file_is_the_same_by_its_id(
    library: Library, folder: Path, place: Place
) -> None:
    films = folder / "Films"
    add(films / place.old / "Ring (1998).mp4", 91)
    library.scan()
    ring = titles(library)["Ring"].id
    place.prepare(library, films / place.old)
    library.scan()
    identify(library)
    library.titles.set(ring, "plot", "By hand")
    replace_in_renamed_folder(library, films, place)
    for _ in range(2):
        found = library.titles.get(ring)
        assert [each.text for each in found.values if each.field == "plot"] == ["By hand"]
        states = {each.file_path.rpartition("/")[2]: each.state == "missing" for each in found.files}
        assert states == {"Ring (1998).mp4": True, f"{place.new}.mp4": False}
        assert [each.id for each in library.titles.list("ring", kind="movie").items] == [ring]
        library.scan()
        assert identify(library)["changed"] == 0
    library.inventory.forget_missing(library.inventory.list()[0].library_id)
    identify(library)
    assert len(library.titles.get(ring).files) == 1


def test_film_of_a_sender_is_the_same_by_its_id(library: Library, folder: Path) -> None:
    films, radarr = folder / "Films", Radarr(library, folder / "Films")
    library.settings.webhook_quiet_seconds = 1

    def send(_: Library, place: Path) -> None:
        [file] = place.glob("*.mp4")
        event = {"eventType": "Download", "movie": radarr.subject(place, tmdbId=603)}
        radarr.send(event | {"movieFile": {"path": radarr.path(file)}})
        settled(library)
        identify(library)

    add(films / "Ring (1998)/Ring (1998).mp4", 91)
    library.scan()
    ring = titles(library)["Ring"].id
    send(library, films / "Ring (1998)")
    assert ids_of(library, ring) == {"tmdb": "603"}
    library.titles.set(ring, "plot", "By hand")
    replace_in_renamed_folder(library, films, Place("Ring (1998)", "Ringu (1998)", _nothing, send))
    assert [each.id for each in library.titles.list("ring", kind="movie").items] == [ring]


def test_publications_stay_with_a_film_that_an_id_finds_again(library: Library, folder: Path) -> None:
    films, place = folder / "Films", PLACES["name"]
    add(films / place.old / "Ring (1998).mp4", 91)
    library.scan()
    ring = titles(library)["Ring"].id
    library.titles.set(ring, "plot", "By hand")
    library.publications.set_options(library.inventory.list()[0].library_id, publish="nfo")
    assert set(library.publications.start(ALL).wait().counts) == {"success"}
    replace_in_renamed_folder(library, films, place)
    publish(library)
    library.titles.set(ring, "plot", "Another one")
    publish(library)
    [path] = (films / place.new).glob("*.nfo")
    assert "Another one" in path.read_text()
    query = "SELECT DISTINCT entity_id FROM published_files WHERE path_bytes::VARCHAR LIKE '%Ring%'"
    assert tables.rows(library, query) == [(ring,)]


def test_series_in_renamed_folder_with_other_files_keeps_its_episodes_by_its_id(library: Library, folder: Path) -> None:
    shows = folder / "Shows"
    for number in (1, 2):
        add(shows / f"Lake {{tvdb-77}}/Season 1/Lake - S01E0{number}.mp4", 90 + number)
    library.scan()
    lake = titles(library, "series")["Lake"].id
    [first, _] = [each for each in library.titles.list(kind="episode").items if each.series_id == lake]
    library.titles.set(first.id, "title", "Mine")
    (shows / "Lake {tvdb-77}").rename(folder.parent / "away")
    for number in (1, 2):
        add(shows / f"The Lake (2001) {{tvdb-77}}/Season 1/The Lake - S01E0{number}.mp4", 95 + number)
    library.scan()
    found = library.titles.list("lake", kind="series").items
    assert [(each.id, each.title, each.episode_count) for each in found] == [(lake, "The Lake", 2)]
    assert library.titles.get(first.id).item.name == "The Lake - S01E01 - Mine"


def test_film_that_was_split_before_is_one_again(library: Library, folder: Path) -> None:
    """An earlier version made a second film of a renamed folder; its files return to the film that a person changed."""
    films = folder / "Films"
    add(films / "Ring (1998)/Ring (1998).mp4", 91)
    library.scan()
    ring = titles(library)["Ring"].id
    library.titles.set(ring, "tmdb_id", "603")
    library.titles.set(ring, "tmdb_id", None)
    library.titles.set(ring, "plot", "By hand")
    place = Place("Ring (1998)", "Ringu (1998)", _nothing, _nothing)
    replace_in_renamed_folder(library, films, place)
    other = titles(library)["Ringu"].id
    assert other != ring
    library.titles.set(ring, "tmdb_id", "603")
    (films / place.new / "movie.nfo").write_text(NFO)
    library.scan()
    identify(library)
    assert [each.id for each in library.titles.list("ring", kind="movie").items] == [ring]


def test_id_of_another_film_that_has_its_files_makes_a_question(library: Library, folder: Path) -> None:
    films = folder / "Films"
    add(films / "Ring (1998) {tmdb-603}/Ring (1998).mp4", 91)
    add(films / "Thing (1982) {tmdb-603}/Thing (1982).mp4", 92)
    library.scan()
    ring, thing = titles(library)["Ring"].id, titles(library)["Thing"].id
    assert [ids_of(library, each) for each in sorted((ring, thing))] == [{"tmdb": "603"}, {}]
    [row] = library.checks.page("shared_id").items
    first, second = (library.titles.get(each).item.name for each in sorted((ring, thing)))
    assert row.title == f"{first} and {second}"
    assert row.text == (
        f"“{first}” and “{second}” have the id TMDB 603, which counts for “{first}”. "
        "If they are one film, move the files to one of them; otherwise correct the id."
    )
    assert (len(row.files), row.resolutions) == (2, ())
    library.titles.set(max(ring, thing), "plot", "By hand")  # a title that a person has changed holds it
    assert ids_of(library, max(ring, thing)) == {"tmdb": "603"}
    library.checks.ignore("shared_id", [row.subject])
    assert library.checks.page("shared_id").total == 0
    library.titles.set(max(ring, thing), "tmdb_id", "604")
    assert [ids_of(library, each) for each in sorted((ring, thing))] == [{"tmdb": "603"}, {"tmdb": "604"}]
    assert library.checks.page("shared_id", dismissed=True).total == 0


def test_missing_film_that_nobody_changed_makes_no_question(library: Library, folder: Path) -> None:
    films = folder / "Films"
    old = add(films / "Ring (1998)/Ring (1998).mp4", 91)
    library.scan()
    (films / "Ring (1998)/movie.nfo").write_text(NFO)
    library.scan()
    identify(library)
    old.unlink()
    add(films / "Thing (1982)/Thing (1982).mp4", 92)
    library.scan()
    assert "Thing" in titles(library)
    (films / "Thing (1982)/movie.nfo").write_text(NFO)
    library.scan()
    identify(library)
    assert len(library.titles.list("", kind="movie").items) >= 3
    assert library.checks.page("shared_id").total == 0


def test_corrected_match_loses_its_id_and_its_undo_restores_it(library: Library, folder: Path) -> None:
    add(folder / "Films/Ring (1998)/Ring (1998).mp4", 91)
    library.scan()
    ring = titles(library)["Ring"].id
    offer(library, ring, "603", "700")
    library.matches.accept(ring, 1)
    assert ids_of(library, ring) == {"tmdb": "603"}
    library.matches.accept(ring, 2)
    assert ids_of(library, ring) == {"tmdb": "700"}
    library.matches.reject(ring, 2)
    assert ids_of(library, ring) == {}
    library.matches.undo()
    assert ids_of(library, ring) == {"tmdb": "700"}
    library.matches.undo()
    assert ids_of(library, ring) == {"tmdb": "603"}
    library.matches.undo()
    assert ids_of(library, ring) == {}


def test_rejected_id_of_a_name_finds_no_film(library: Library, folder: Path) -> None:
    films, place = folder / "Films", PLACES["name"]
    add(films / place.old / "Ring (1998).mp4", 91)
    library.scan()
    ring = titles(library)["Ring"].id
    library.titles.set(ring, "plot", "By hand")
    offer(library, ring, "603")
    library.matches.reject(ring, 1)
    assert ids_of(library, ring) == {}
    replace_in_renamed_folder(library, films, place)
    assert {each.id == ring for each in library.titles.list("ring", kind="movie").items} == {True, False}


def test_value_of_one_episode_keeps_the_numbers_of_both_in_their_file(library: Library, tmp_path: Path) -> None:
    series = tmp_path / "series"
    add(series / "Mere/Season 01/Mere - S01E01E02.mp4", 91)
    library_id = library.inventory.add(series, kind="series").library_id
    library.scan()
    first, second = (each for each in library.titles.list(kind="episode").items if each.series_title == "Mere")
    library.titles.set(first.id, "title", "Mine")
    library.publications.set_options(library_id, publish="nfo")
    for _ in range(2):
        library.scan()
        identify(library)
        numbers = {each.id: (each.season, each.episode) for each in library.titles.list(kind="episode").items}
        assert (numbers[first.id], numbers[second.id]) == ((1, 1), (1, 2))
        publish(library)
        text = (series / "Mere/Season 01/Mere - S01E01E02.nfo").read_text()
        assert [text.count(f"<episode>{number}</episode>") for number in (1, 2)] == [1, 1]
        assert "<title>Mine</title>" in text
