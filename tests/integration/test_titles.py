"""Titles of a library: identification, stable ids, values by hand that nothing undoes, series and gaps."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexium_core import cli, errors, provider_keys
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.demo.providers.titles import MadeUpTitle
from indexium_core.flows.titles import parsing, storing
from indexium_core.flows.titles.title_service import TitleService
from indexium_core.library import Library
from indexium_core.model.matches.matching import Candidate
from indexium_core.model.matches.questions import MatchCandidate
from indexium_core.model.providers.combining import ORDER
from indexium_core.model.titles.titles import TitleItem, TitleValue
from indexium_core.store.connection import Connection
from indexium_core.store.titles import identified, matches
from indexium_core.store.titles.identified import TitleRow
from tests.support import media
from tests.support.copied_home import CopiedHome

FILES = {
    "Films/The Thing (1982)/The Thing (1982).mp4": {},
    "Films/Thng.mp4": {},
    "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4": {},
    "Shows/Pond/Season 1/Pond - S01E02-E03.mp4": {},
    "Shows/Pond/Season 2/Pond - S02E04.mp4": {},
    "VID_20190731_183000.mp4": {},
}
_HOME = CopiedHome(FILES)
_NFO = "<movie><title>{}</title><year>1951</year><uniqueid type='tmdb'>77</uniqueid></movie>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _HOME.lay_out(tmp_path / "media")


def add(path: Path, seed: int, **tags: str) -> Path:
    return media.video(path, seed=seed, tags=tags)


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Iterator[Library]:
    with _HOME.open(tmp_path / "home", folder) as opened:
        yield opened


def titles(library: Library, kind: str = "movie", **wanted: str) -> dict[str, TitleItem]:
    return {each.title: each for each in library.titles.list(kind=kind, per_page=500, **wanted).items}  # type: ignore[arg-type]


def identify(library: Library) -> dict[str, object]:
    job = library.jobs.wait(library.titles.identify().id, timeout=60)
    assert job.status == "completed", job.error_message
    return dict(job.summary)


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


def test_nfo_file_of_one_film_is_not_that_of_its_neighbour(library: Library, folder: Path) -> None:
    names = ("Heat (1995)", "Alien (1979)", "Dune (1984) cd1", "Dune (1984) cd2", "Solaris", "Blob (1958) 1080p")
    for seed, name in enumerate(names, 60):
        around = {"Heat": "Two", "Alien": "Two"}.get(name.split()[0], name.split()[0])
        add(folder / f"Films/{around}/{name}.mp4", seed)
    (folder / "Films/Two/Heat (1995).nfo").write_text(_NFO.format("Heat of the NFO file"))
    (folder / "Films/Dune/Dune (1984) cd1.nfo").write_text(_NFO.format("Dune of the NFO file"))
    (folder / "Films/Solaris/other.nfo").write_text(_NFO.format("Solaris of the NFO file"))
    add(folder / "Films/Blob/Blob (1958) 720p.mp4", 70)
    (folder / "Films/Blob/Blob (1958) 720p.nfo").write_text(_NFO.format("Blob of the NFO file"))
    library.scan()
    found = titles(library)
    assert {"Heat of the NFO file", "Alien"} <= set(found)
    assert library.titles.candidates(found["Alien"].id, "tmdb_id") == []
    assert [found[f"{each} of the NFO file"].file_count for each in ("Dune", "Solaris", "Blob")] == [2, 1, 2]


def test_ids_are_those_of_all_files_of_a_title(library: Library, folder: Path) -> None:
    add(folder / "Films/Ring, The (2002)/The Ring (2002).mp4", 71)
    add(folder / "Films/The Ring (2002) {tmdb-565}/The Ring (2002).mp4", 72)
    library.scan()
    ring = titles(library)["The Ring"]
    assert ring.file_count == 2
    assert [each.value for each in library.titles.candidates(ring.id, "tmdb_id")] == ["565"]


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
    stored = library._parts.store.read().execute("SELECT * FROM title_values ORDER BY ALL").fetchall()
    library.scan()
    report = identify(library)
    assert (report["added"], report["changed"], report["names"]) == (0, 0, 0)
    assert {kind: titles(library, kind) for kind in before} == before
    assert library._parts.store.read().execute("SELECT * FROM title_values ORDER BY ALL").fetchall() == stored


def rename_file(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").rename(folder / "Films/Some.Other.Name.2001.1080p.mp4")


def rename_folder(_: Library, folder: Path) -> None:
    (folder / "Films").rename(folder / "Movies")


def move_into_series(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").rename(folder / "Shows/Pond/Season 2/Pond - S02E09.mp4")


def add_nfo(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.nfo").write_text(_NFO.format("From the NFO file"))


def add_nfo_of_episode(_: Library, folder: Path) -> None:
    text = "<episodedetails><title>T</title><season>3</season><episode>1</episode></episodedetails>"
    (folder / "Films/Thng.nfo").write_text(text)


def add_neighbours(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").rename(folder / "Films/Thng 01.mp4")
    for number in (2, 3, 4):
        add(folder / f"Films/Thng 0{number}.mp4", 20 + number)


def lose_and_find(library: Library, folder: Path) -> None:
    away = folder.parent / "away.mp4"
    (folder / "Films/Thng.mp4").rename(away)
    library.scan()
    away.rename(folder / "Films/Thng.mp4")


def forget_and_find(library: Library, folder: Path) -> None:
    kept = folder.parent / "kept"
    folder.joinpath("Shows").rename(kept)
    library.scan()
    library.inventory.forget_missing(library.inventory.list()[0].library_id)
    identify(library)
    kept.rename(folder / "Shows")


def go_offline(library: Library, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    library.scan()
    identify(library)
    folder.with_name("elsewhere").rename(folder)


def change_kind(library: Library, _: Path) -> None:
    [row] = library.inventory.list()
    library.inventory.set_kind(row.library_id, "home")
    library.inventory.set_kind(row.library_id, "movies")


def write_tags(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").unlink()
    add(folder / "Films/Thng.mp4", 1, title="A tagged title")


def enrich_titles(library: Library, _: Path) -> None:
    title = MadeUpTitle(number=50, kind="movie", title="The Thing from Another World", year=1951, plot="Of a provider")
    library.home.joinpath(provider_keys.FILE_NAME).write_text('tmdb_api_key = "a-key-of-this-test"\n')
    library.home.joinpath(provider_keys.FILE_NAME).chmod(0o600)
    with ProviderStandIn((title,)) as stand_in:
        for name, value in stand_in.settings.items():
            library.configuration.set(name, value)
        for force in (False, True):
            job = library.enrichment.schedule_library_enrichment(force=force)
            assert library.jobs.wait(job.id, timeout=60).summary["enriched"] == 1
    [plot] = library.titles.candidates(titles(library)[title.title].id, "plot")
    assert (plot.value, plot.provider) == ("Of a provider", "tmdb")


def scan_again(library: Library, _: Path) -> None:
    library.scan(full=True)


def accept_match(library: Library, _: Path) -> None:
    title_id = titles(library)["The Thing from Another World"].id
    found = Candidate(provider="tmdb", external_id="603", content_type="movie", title="Thng", year=1999)
    proposal = MatchCandidate(position=1, candidate=found, score=0.9, reasons=())
    with library._parts.store.atomic() as tx:
        matches.put_candidates(tx, "movie", title_id, [proposal])
    library.matches.accept(title_id, 1)
    assert library.titles.candidates(title_id, "tmdb_id")[0].value == "603"


def accept_and_undo(library: Library, folder: Path) -> None:
    accept_match(library, folder)
    library.matches.undo()


def ignore_and_undo(library: Library, _: Path) -> None:
    library.matches.ignore(titles(library)["The Thing from Another World"].id)
    library.matches.undo()


FILE_CHANGES = [
    scan_again,
    rename_file,
    rename_folder,
    move_into_series,
    add_nfo,
    add_nfo_of_episode,
    add_neighbours,
    lose_and_find,
    go_offline,
    change_kind,
    write_tags,
]


@pytest.mark.parametrize(
    "change",
    [
        accept_match,
        accept_and_undo,
        ignore_and_undo,
        *FILE_CHANGES,
        forget_and_find,
        enrich_titles,
    ],
)
def test_value_by_hand_survives(library: Library, folder: Path, change: Callable[[Library, Path], None]) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set_values(
        title_id, {"title": "The Thing from Another World", "year": 1951, "genres": "Horror; Sci-Fi"}
    )
    file = library.titles.get(title_id).files[0].file_id
    season = titles(library, "season")["Season 2"]
    library.titles.set(season.id, "plot", "By hand")
    change(library, folder)
    library.scan()
    identify(library)
    assert library.titles.get(season.id).item.series_id == season.series_id
    assert [each.value for each in library.titles.candidates(season.id, "plot")] == ["By hand"]
    assert season.series_id in {each.id for each in titles(library, "series").values()}
    found = library.titles.get(title_id)
    assert (found.item.title, found.item.year) == ("The Thing from Another World", 1951)
    assert {each.field: each.value for each in found.values if each.origin == "hand"} == {
        "title": "The Thing from Another World",
        "year": 1951,
        "genres": ["Horror", "Sci-Fi"],
    }
    assert [each.file_id for each in found.files] == [file]


def test_title_by_hand_is_found_again_after_library_was_removed(library: Library, folder: Path) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "title", "By hand")
    library.inventory.remove(library.inventory.list()[0].library_id)
    assert [each.title for each in titles(library).values()] == ["By hand"]
    library.inventory.add(folder, kind="mixed")
    library.scan()
    assert titles(library)["By hand"].id == title_id
    assert titles(library)["By hand"].file_count == 1


def test_series_corrected_by_hand_keeps_its_title_when_its_folder_is_renamed(library: Library, folder: Path) -> None:
    series_id = titles(library, "series")["Pond"].id
    library.titles.set(series_id, "title", "The Pond")
    (folder / "Shows/Pond").rename(folder / "Shows/Pnd")
    add(folder / "Shows/Pnd/Season 2/Pond - S02E05.mp4", 30)
    library.scan()
    [found] = titles(library, "series").values()
    assert (found.id, found.title, found.episode_count) == (series_id, "The Pond", 5)


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


def test_locked_title_is_not_reported_as_changed(library: Library) -> None:
    library.titles.lock(titles(library)["Thng"].id, ["title"])
    assert identify(library)["changed"] == 0


def test_ranks_of_providers_are_those_of_combined_metadata(library: Library) -> None:
    rows = library._parts.store.read().execute("SELECT field, provider, rank FROM provider_ranks").fetchall()
    ranks: dict[str, dict[str, int]] = {}
    for field, provider, rank in rows:
        ranks.setdefault(field, {})[provider] = rank
    for field, order in ORDER.items():
        own = ranks.get(field, ranks[""])
        assert tuple(sorted(order, key=lambda provider: own[provider])) == order, field
    assert set(ranks) - set(ORDER) == {"", "ratings"}


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
    assert library._parts.store.read().value(names) == 1
    (other / "The Fly (1986).mp4").rename(other / "The Wasp (1988).mp4")
    library.scan()
    assert library._parts.store.read().value(names) == 0


def test_number_by_hand_moves_episode(library: Library) -> None:
    episode = next(each for each in library.titles.list(kind="episode").items if each.episode == 4)
    library.titles.set_values(episode.id, {"season": 3, "episode": "1"})
    identify(library)
    found = library.titles.get(episode.id).item
    assert (found.season, found.episode) == (3, 1)
    assert [each.season for each in titles(library, "season").values()] == [1, 3]


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


# Values and padlocks.


def test_origins_are_shown_in_their_order(library: Library, folder: Path) -> None:
    add(folder / "Films/The Thing (1982)/The Thing (1982).mp4", 0, title="A tagged title")
    (folder / "Films/The Thing (1982)/movie.nfo").write_text(_NFO.format("A title of the NFO file"))
    library.scan()
    title_id = next(each.id for each in titles(library).values() if each.title == "A title of the NFO file")
    with library._parts.store.atomic() as tx:
        for provider in ("omdb", "tmdb"):
            facts = [title_id, json.dumps(f"Of {provider}"), provider, datetime.now(UTC)]
            tx.execute(
                "INSERT INTO title_values VALUES ('movie', $1, 'title', $2, 'provider', $3, 0.9, $4, FALSE)", facts
            )
    library.titles.set(title_id, "title", "By hand")
    expected = ["By hand", "A title of the NFO file", "Of tmdb", "Of omdb", "A tagged title", "The Thing"]
    found = library.titles.candidates(title_id, "title")
    assert [each.value for each in found] == [expected[0], expected[1], "Of omdb", "Of tmdb", *expected[4:]]
    assert [each.origin for each in found] == ["hand", "nfo", "provider", "provider", "tag", "name"]
    seen = []
    for value in expected:
        shown = next(each for each in library.titles.candidates(title_id, "title") if each.shown)
        seen.append(shown.value)
        with library._parts.store.atomic() as tx:
            tx.execute(
                "DELETE FROM title_values WHERE entity_id = $1 AND value::VARCHAR = $2", [title_id, json.dumps(value)]
            )
    assert seen == expected


def test_locked_value_stays_until_it_is_unlocked(library: Library, folder: Path) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.lock(title_id, ["title", "plot"])
    (folder / "Films/Thng.nfo").write_text(_NFO.format("From the NFO file").replace("<year>", "<plot>P</plot><year>"))
    (folder / "Films/Thng.mp4").rename(folder / "Films/Thong.mp4")
    (folder / "Films/Thng.nfo").rename(folder / "Films/Thong.nfo")
    library.scan()
    found = library.titles.get(title_id)
    assert found.item.title == "Thng"
    assert {each.field: each.value for each in found.values if each.locked} == {"title": "Thng", "plot": None}
    library.titles.unlock(title_id, ["title", "plot"])
    identify(library)
    values = {each.field: each.value for each in library.titles.get(title_id).values}
    assert (values["title"], values["plot"], values["tmdb_id"]) == ("From the NFO file", "P", "77")
    assert [each.origin for each in library.titles.candidates(title_id, "plot")] == ["nfo"]


def test_padlock_moves_to_value_by_hand(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.lock(title_id, ["title"])
    [hand, name] = library.titles.set(title_id, "title", "By hand")
    assert (hand.value, hand.locked, hand.shown, name.locked) == ("By hand", True, True, False)
    [name] = library.titles.set(title_id, "title", None)
    assert (name.value, name.locked, name.origin) == ("Thng", True, "name")


def by_hand(library: Library, title_id: int) -> list[tuple[str, object, str, bool, bool]]:
    values = library.titles.candidates(title_id)
    return [(each.field, each.value, each.origin, each.locked, each.shown) for each in values]


@pytest.mark.parametrize("is_locked", [False, True])
@pytest.mark.parametrize("value", ["First", None])
@pytest.mark.parametrize(
    "change",
    [
        lambda titles, number: titles.set(number, "title", "Second"),
        lambda titles, number: titles.set(number, "title", None),
        lambda titles, number: titles.lock(number, ["title"]),
        lambda titles, number: titles.unlock(number, ["title"]),
    ],
)
def test_change_by_hand_is_undone(
    library: Library, change: Callable[[TitleService, int], list[TitleValue]], value: str | None, is_locked: bool
) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "title", value)
    if is_locked:
        library.titles.lock(title_id, ["title"])
    before, rows = library.titles.candidates(title_id, "title"), by_hand(library, title_id)
    after = change(library.titles, title_id)
    library.titles.restore(title_id, {"title": before}, after={"title": after})
    assert by_hand(library, title_id) == rows
    assert library.titles.get(title_id).item.title == (value or "Thng")


@pytest.mark.parametrize(
    ("newer", "message"),
    [
        (lambda titles, number: titles.set(number, "title", "Newer"), "was set by hand to “Newer” just now"),
        (lambda titles, number: titles.set(number, "title", "Second"), "was set by hand to “Second” just now"),
        (lambda titles, number: titles.set(number, "title", None), "was removed"),
        (lambda titles, number: titles.lock(number, ["title"]), "padlock of the title of .* was changed"),
    ],
)
def test_undo_of_an_outdated_change_by_hand_is_refused(
    library: Library, newer: Callable[[TitleService, int], object], message: str
) -> None:
    title_id = titles(library)["Thng"].id
    before = library.titles.candidates(title_id, "title")
    after = library.titles.set(title_id, "title", "Second")
    newer(library.titles, title_id)
    rows = by_hand(library, title_id)
    with pytest.raises(errors.UsageError, match=f"{message}, so the earlier change is not undone") as refused:
        library.titles.restore(title_id, {"title": before}, after={"title": after})
    assert (refused.value.reason, by_hand(library, title_id)) == ("wrong_state", rows)


def test_undo_of_a_new_value_removes_it_and_undo_of_a_number_moves_the_episode_back(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.lock(title_id, ["plot"])
    library.titles.restore(title_id, {"plot": []})
    assert library.titles.candidates(title_id, "plot") == []
    episode = next(iter(titles(library, "episode").values()))
    before = library.titles.candidates(episode.id, "season")
    library.titles.set(episode.id, "season", 7)
    assert library.titles.get(episode.id).item.season == 7
    library.titles.restore(episode.id, {"season": before})
    assert library.titles.get(episode.id).item.season == episode.season
    with pytest.raises(errors.UsageError):
        library.titles.restore(title_id, {"aired": []})


def test_person_decides_what_is_no_film(library: Library) -> None:
    title_id = titles(library)["Thng"].id
    library.titles.set(title_id, "ignored", "yes")
    clip = library.titles.list(state="ignored", query="vid").items[0]
    library.titles.set(clip.id, "ignored", "no")
    identify(library)
    assert set(titles(library)) == {"The Thing", "VID_20190731_183000"}
    assert library.titles.get(title_id).item.state == "ignored"


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("year", "82", errors.ValidationError),
        ("aired", "1.2.2003", errors.UsageError),  # a film has no such field
        ("release_date", "1.2.2003", errors.ValidationError),
        ("ignored", "perhaps", errors.ValidationError),
        ("cast", "{", errors.ValidationError),
        ("title", "a\x00b", errors.ValidationError),
        ("nonsense", "1", errors.UsageError),
    ],
)
def test_wrong_values_are_rejected_and_change_nothing(
    library: Library, field: str, value: str, error: type[errors.IndexiumError]
) -> None:
    title_id = titles(library)["Thng"].id
    with pytest.raises(error):
        library.titles.set_values(title_id, {"tagline": "x", field: value})
    assert library.titles.candidates(title_id, "tagline") == []
    with pytest.raises(errors.UnknownIdError, match="no title 999"):
        library.titles.set(999, "title", "x")


def test_folder_that_cannot_be_listed_keeps_values_of_nfo_files(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "Films/Thng.nfo").write_text(_NFO.format("From the NFO file"))
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
    with library._parts.store.atomic() as tx:
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
    (folder / "Films/The Thing (1982)/movie.nfo").write_text(_NFO.format("Whole"))
    report = identify(library)
    [(path, problem)] = report["problems"].items()  # type: ignore[attr-defined]
    assert (Path(path).name, "XML is not valid (mismatched tag)" in problem) == ("Thng.nfo", True)
    assert "1 NFO file has an error" in str(report["message"])
    assert {"Before the error", "Whole"} <= set(titles(library))
    thng = titles(library)["Before the error"]
    assert library.titles.get(thng.id).nfo_problems == {path: problem}
    assert library.titles.get(titles(library)["Whole"].id).nfo_problems == {}
    (folder / "Films/Thng.nfo").write_text("<movie><title>Mended</title></movie>")
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
    assert library._parts.store.read().value("SELECT count(*) FROM nfo_problems") == 0


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


# Series.


def test_series_have_seasons_and_gaps(library: Library, folder: Path) -> None:
    add(folder / "Shows/Pond/Season 4/Pond - S04E01.mp4", 40)
    add(folder / "Shows/Lone/Lone - S01E01.mp4", 41)
    library.scan()
    [pond] = library.series.detect_and_organize_series()
    assert (pond.display_name, pond.total_episodes, pond.total_seasons) == ("Pond", 5, 3)
    assert [(season.number, season.episodes) for season in pond.seasons] == [(1, 3), (2, 1), (4, 1)]
    assert [each.text for each in pond.gaps] == ["S02E01 to S02E03 are missing.", "Season 3 is missing."]
    assert library.series.missing_episodes() == {pond.id: pond.gaps}
    lone = titles(library, "series")["Lone"].id
    assert library.series.collection(lone).total_episodes == 1
    with pytest.raises(errors.UnknownIdError):
        library.series.collection(999)


def test_series_with_one_title_are_told_apart(library: Library, folder: Path) -> None:
    for seed, name in enumerate(("The Office (UK)", "The Office (US)", "Fargo", "Fargo (2014)"), 50):
        add(folder / f"Shows/{name}/S01E01.mp4", seed)
        add(folder / f"Shows/{name}/S01E02.mp4", seed + 20)
    library.scan()
    names = [each.display_name for each in library.series.detect_and_organize_series()]
    assert names == ["Fargo (2014)", "The Office (UK)", "The Office (US)", "Pond"]


def test_extra_in_folder_of_series_belongs_to_series(library: Library, folder: Path) -> None:
    add(folder / "Shows/Pond/Extras/Interview.mp4", 45)
    library.scan()
    assert set(titles(library)) == {"The Thing", "Thng"}
    files = library.titles.get(titles(library, "series")["Pond"].id).files
    assert [each.role for each in files] == ["main", "main", "main", "extra"]


def test_missing_file_is_a_gap(library: Library, folder: Path) -> None:
    (folder / "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4").unlink()
    library.scan()
    [pond] = library.series.detect_and_organize_series()
    assert [each.text for each in pond.gaps] == ["S01E01 is missing.", "S02E01 to S02E03 are missing."]


# The job.


def test_interrupted_job_does_not_read_names_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with library._parts.store.atomic() as tx:
        tx.execute("DELETE FROM title_names WHERE name LIKE 'Pond - S%'")
    read: list[str] = []
    real = parsing.parse_names
    monkeypatch.setattr(parsing, "parse_names", lambda texts: read.extend(texts) or real(texts))
    identify(library)
    assert sorted(read) == ["Pond - S01E01 - Frogs", "Pond - S01E02-E03", "Pond - S02E04"]
    monkeypatch.setattr(parsing, "VERSION", parsing.VERSION + 1)  # other rules read every name
    read.clear()
    identify(library)
    assert len(read) > len(FILES)


def rows_of(library: Library) -> list[list[tuple[object, ...]]]:
    """Return titles, links and values without ids and times."""
    titles = """SELECT entity_type, name_key, title, year, state, season, episode FROM titles
                WHERE entity_type <> 'season' OR series_id IN (SELECT id FROM series) ORDER BY ALL"""
    links = """SELECT f.file_name, t.name_key, l.part, l.role
               FROM title_files AS l JOIN scanned_files AS f USING (file_id) JOIN titles AS t ON t.id = l.entity_id
               ORDER BY ALL"""
    values = """SELECT t.name_key, v.field, v.value::VARCHAR, v.origin FROM title_values AS v
                JOIN titles AS t ON t.id = v.entity_id ORDER BY ALL"""
    queries = (titles, links, values)
    return [library._parts.store.read().execute(query).fetchall() for query in queries]


@pytest.fixture
def empty_library(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Return a library whose files are not identified; an identification stores one title at a time."""
    for seed, name in enumerate(("Alien (1979)", "Brazil (1985)", "Dune (1984)"), 60):
        add(folder / f"Films/{name}.mp4", seed)
    monkeypatch.setattr(storing, "_GROUP", 1)
    with Library.open(tmp_path / "home") as opened:
        library_id = opened.inventory.add(folder, kind="home").library_id
        opened.scan()
        opened.inventory.set_kind(library_id, "mixed")
        with opened._parts.store.atomic() as tx:
            tx.execute("DELETE FROM title_names")
        yield opened


def test_interrupted_identification_continues(empty_library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    identify(empty_library)
    whole = rows_of(empty_library)
    library_id = empty_library.inventory.list()[0].library_id
    empty_library.inventory.set_kind(library_id, "home")
    assert rows_of(empty_library) == [[], [], []]
    with empty_library._parts.store.atomic() as tx:
        tx.execute("UPDATE libraries SET kind = 'mixed'")
    real, calls = identified.put, iter(range(100))

    def put(*values: object, **named: object) -> object:
        if next(calls) == 3:
            raise errors.StoreError("The process was killed.")
        return real(*values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(identified, "put", put)
    job = empty_library.jobs.wait(empty_library.titles.identify().id, timeout=60)
    assert job.status != "completed"
    assert 0 < len(rows_of(empty_library)[0]) < len(whole[0])
    assert identify(empty_library)["added"] == len(whole[0]) - 3 - 2  # of 3 groups; seasons are not counted
    assert rows_of(empty_library) == whole


@pytest.mark.parametrize("times", [1, 100])
def test_change_by_hand_during_identification_counts(
    empty_library: Library, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A person moves files while titles are resolved; if this happens again and again, one transaction does it all."""
    store, left, real = empty_library._parts.store, iter(range(times)), identified.found_values
    query = """SELECT file_id FROM scanned_files WHERE file_name IN ('Thng.mp4', 'Dune (1984).mp4')
               ORDER BY file_name"""

    def change(reader: Connection) -> object:
        if reader is store.read() and next(left, None) is not None:
            dune, thng = (number for (number,) in store.read().execute(query).fetchall())
            with contextlib.suppress(errors.UsageError):
                empty_library.titles.assign_new([thng], "movie", "By hand")
            empty_library.titles.assign_new([dune], "movie", f"By hand {next(left, 'at last')}")
        return real(reader)

    monkeypatch.setattr(identified, "found_values", change)
    identify(empty_library)
    found = {each.title: each.file_count for each in titles(empty_library).values()}
    assert (found.pop("By hand"), "Thng" in found, "Dune" in found) == (1, False, False)
    assert {"Alien", "Brazil", "The Thing"} <= set(found)
    assert len(rows_of(empty_library)[1]) == 10


def test_unchanged_titles_are_not_stored_again(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    real = identified.put

    def put(tx: Connection, rows: Sequence[TitleRow], *more: object, **named: object) -> object:
        stored.extend(row.name_key for row in rows)
        return real(tx, rows, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(identified, "put", put)
    identify(library)
    assert stored == []
    add(folder / "Films/Alien (1979).mp4", 60)
    library.scan()
    assert stored == ["alien|1979"]


def test_job_sends_events(library: Library, folder: Path) -> None:
    seen: list[str] = []
    library.events.subscribe(lambda event: seen.append(event.name))
    add(folder / "Films/Alien (1979).mp4", 60)
    library.scan()
    assert seen.count("movie:added") == 1
    assert "series:added" not in seen
    assert {"identify:started", "identify:completed"} <= set(seen)


def test_names_are_read_in_processes(folder: Path, tmp_path: Path, executor: str) -> None:
    with Library.open(tmp_path / "other") as library:
        library.inventory.add(folder, kind="mixed")
        library.scan()
        assert set(titles(library)) == {"The Thing", "Thng"}


def test_list_filters_sorts_and_pages(library: Library) -> None:
    assert [each.title for each in library.titles.list("thing THE").items] == ["The Thing"]
    assert [each.title for each in library.titles.list(sort="year", descending=True).items] == [
        "The Thing",
        "Pond",
        "Thng",
    ]
    page = library.titles.list(kind="episode", page=2, per_page=3)
    assert (page.total, [each.episode for each in page.items]) == (4, [4])
    with pytest.raises(errors.UnknownIdError, match="no library folder 77"):
        library.titles.list(library_id=77)
    with pytest.raises(errors.UsageError, match="no kind “film”"):
        library.titles.list(kind="film")


# The command.


def run(library: Library, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(["--home", str(library.home), *words])
    return code, capsys.readouterr().out


def test_commands(library: Library, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title_id = str(titles(library)["Thng"].id)
    library.close()
    assert run(library, capsys, "titles", "set", title_id, "title=By hand", "year=1951")[0] == 0
    assert run(library, capsys, "titles", "lock", title_id, "title")[0] == 0
    code, text = run(library, capsys, "titles", "identify", "--json")
    assert (code, json.loads(text)["status"]) == (0, "completed")
    code, text = run(library, capsys, "titles", "list", "--json")
    assert [each["title"] for each in json.loads(text)["items"]] == ["By hand", "Pond", "The Thing"]
    assert "By hand (1951)" in run(library, capsys, "titles", "list")[1]
    code, text = run(library, capsys, "titles", "show", title_id, "--candidates")
    assert ("locked" in text, "not shown" in text, "Thng.mp4" in text) == (True, True, True)
    assert run(library, capsys, "titles", "unlock", title_id, "title")[0] == 0
    assert run(library, capsys, "titles", "set", title_id, "title=")[0] == 0
    assert "Thng" in run(library, capsys, "titles", "show", title_id)[1]
    assert run(library, capsys, "titles", "set", title_id, "nonsense")[0] == 2
    assert run(library, capsys, "libraries", "set", "1", "--kind", "series")[0] == 0
    assert "series" in run(library, capsys, "libraries", "list")[1]
