"""What an enrichment stores: values of providers beside those of others, seasons and episodes, the cast as people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.flows.snapshots import snapshots
from indexium_core.library import Library
from tests.integration.enrichment.conftest import only_tmdb
from tests.support import tables
from tests.support.clock import Clock
from tests.support.enriched_home import FILES, enrich, shown_address, values
from tests.support.identified_home import add, identify, titles


def test_film_gets_a_row_for_each_provider_and_field(library: Library) -> None:
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["failed"]) == ("completed", 3, 0)
    film = titles(library)["The Lantern Keeper"]
    found = values(library, film.id)
    assert film.state == "enriched"
    assert found["plot", "tmdb"] == "A lighthouse keeper finds letters that were never sent."
    assert found["cast", "tmdb"][0] == {
        "name": "Ada Quill",
        "character": "Mara",
        "order": 0,
        "person_ids": {"tmdb": "7010"},
    }
    assert found["ratings", "omdb"] == {"imdb": 7.3, "rotten_tomatoes": 87, "metacritic": 74}
    assert (found["studios", "tmdb"], found["countries", "tmdb"]) == (["Lantern Street Films"], ["United Kingdom"])
    assert ("collection", "tmdb") not in found
    assert found["keywords", "tmdb"] == ["lighthouse", "keeper", "letters"]
    assert (found["votes", "tmdb"], found["votes", "omdb"]) == ({"tmdb": 120}, {"imdb": 12_345})
    series = titles(library, "series")["Harbour Lights"].id
    of_series = values(library, series)
    assert of_series["studios", "tmdb"] == ["Harbour One"]
    assert of_series["keywords", "tmdb"], "TMDB has them under another name than those of films"
    metadata = library.series.collection(series).metadata
    assert metadata is not None
    assert (metadata.network, metadata.studios, metadata.status) == ("Harbour One", ["Harbour One"], "Continuing")
    assert (metadata.countries, metadata.collection) == (["United Kingdom"], "")
    assert found["ratings", "tmdb"] == {"tmdb": 7.1}
    assert (found["imdb_id", "tmdb"], found["tvdb_id", "tvdb"]) == ("tt99000001", "8000001")
    assert {provider for name, provider in found if name == "title"} == {"tmdb", "tvdb", "omdb", "name"}


def test_series_needs_one_request_for_each_season(library: Library, stand_in: ProviderStandIn) -> None:
    enrich(library)
    asked = [each.route for each in stand_in.requests if "/season/" in each.route or "/episodes/" in each.route]
    assert sorted(asked) == ["/tv/9000020/season/1", "/tv/9000020/season/2"]
    found = {(each.season, each.episode): each for each in library.titles.list(kind="episode").items}
    assert {key: each.title for key, each in found.items()} == {
        (1, 1): "Chapter 1.1",
        (1, 2): "Chapter 1.2",
        (2, 3): "Chapter 2.3",
    }
    assert {each.state for each in found.values()} == {"enriched"}
    assert str(found[2, 3].aired) == "2017-01-04"
    assert {each.state for each in library.titles.list(kind="season").items} == {"enriched"}


def test_every_request_belongs_to_one_title(library: Library) -> None:
    enrich(library)
    shown = {each.title: each for each in library.titles.list().items}
    requests = {name: library.providers.request_page(title_id=shown[name].id, per_page=1000) for name in shown}
    ids = [each.id for page in requests.values() for each in page.items]
    sent = [each for each in library.providers.requests() if each.route != "/login"]
    assert sorted(ids) == sorted(each.id for each in sent)
    assert {each.provider for each in requests["The Lantern Keeper"].items} >= {"tmdb", "tvdb", "omdb", "fanarttv"}
    [season, *_] = library.titles.list(kind="season").items
    assert library.providers.request_page(title_id=season.id, per_page=1000) == requests["Harbour Lights"]
    filtered = library.providers.request_page("season/2", provider="tmdb", title_id=season.id)
    assert [each.route for each in filtered.items] == ["/tv/9000020/season/2"]
    with pytest.raises(errors.UnknownIdError, match="There is no title 999"):
        library.providers.request_page(title_id=999)


def test_search_and_pictures_of_a_title_are_its_requests(library: Library) -> None:
    film = titles(library)["Salt Meadows"]
    library.providers.search("salt meadows", kind="movie")
    library.providers.search("Salt Meadows", kind="tv")
    [search] = library.providers.request_page(title_id=film.id, provider="tmdb").items
    assert (search.route, search.parameters["query"]) == ("/search/movie", "salt meadows")
    enrich(library)
    library.jobs.wait(library.artwork_jobs.add([film.id]).id, timeout=60)
    found = library.providers.request_page(title_id=film.id, provider="tmdb_images").items
    assert found
    other = titles(library)["The Lantern Keeper"]
    assert not library.providers.request_page(title_id=other.id, provider="tmdb_images").items


def test_titles_that_are_done_are_not_looked_up_again(
    library: Library, stand_in: ProviderStandIn, clock: Clock
) -> None:
    enrich(library)
    asked = len(stand_in.requests)
    assert library.enrichment.due().titles == 0
    assert enrich(library).summary["videos"] == 0
    clock.forward(days=29)
    assert library.enrichment.due().titles == 0
    clock.forward(days=2)
    assert library.enrichment.due().titles == 3
    assert len(stand_in.requests) == asked
    assert enrich(library).summary["unchanged"] == 3
    assert len(stand_in.requests) > asked


def test_new_episode_of_a_series_is_looked_up(
    library: Library, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    enrich(library)
    clock.forward(days=1)
    add(folder / "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E03.mp4", 50)
    library.scan()
    assert library.enrichment.due().titles == 1
    enrich(library)
    assert "Chapter 1.3" in titles(library, "episode")
    assert library.enrichment.due().titles == 0


def test_metadata_of_a_file(library: Library, folder: Path) -> None:
    film = library.titles.get(titles(library)["The Lantern Keeper"].id).files[0]
    empty = library.enrichment.metadata(film.file_id)
    assert (empty.source, empty.confidence, empty.plot, empty.runtime_minutes) == ("none", 0.0, "", 1)
    enrich(library)
    found = library.enrichment.metadata(film.file_id)
    assert (found.source, found.confidence, found.runtime_minutes, found.content_rating) == ("combined", 1.0, 100, "PG")
    assert (found.ratings.imdb, found.ratings.tmdb, found.ratings.metacritic) == (7.3, 7.1, 74)
    assert (found.votes.imdb, found.votes.tmdb, found.keywords) == (12_345, 120, ("lighthouse", "keeper", "letters"))
    assert found.artwork.poster.startswith("http")
    Image.new("RGB", (500, 750)).save(folder / FILES[0].replace("The Lantern Keeper (2014).mp4", "poster.jpg"))
    title_id = titles(library)["The Lantern Keeper"].id
    library.artwork.candidates("movie", title_id)  # reads the folder at once
    shown = tuple(shown_address(library, title_id, size) for size in ("poster", "backdrop"))
    pictures = library.enrichment.metadata(film.file_id).artwork
    assert (pictures.poster, pictures.backdrop) == shown
    query = "SELECT provider FROM asset_candidates WHERE content_hash = $hash"
    hashes = [{"hash": address.removeprefix("/api/cache/")} for address in shown]
    assert [tables.value(library, query, each) for each in hashes] == ["local", "tmdb"]
    assert found.external_ids == {"tmdb": "9000001", "imdb": "tt99000001", "tvdb": "8000001", "omdb": "tt99000001"}
    episode = library.titles.get(titles(library, "episode")["Chapter 1.1"].id)
    found = library.enrichment.metadata(episode.files[0].file_id)
    assert (found.source, found.runtime_minutes, str(found.release_date)) == ("tmdb", 45, "2016-01-02")
    assert [each.name for each in found.cast] == ["Ada Quill", "Tom Verren"]
    with pytest.raises(errors.UnknownIdError):
        library.enrichment.metadata(999)


def test_library_has_a_language_of_its_own(
    library: Library, folder: Path, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    [row] = library.inventory.list()
    assert row.metadata_language == "", "that of the settings"
    library.inventory.set_metadata_language(row.library_id, "DE")
    (folder.parent / "other").mkdir()
    (folder / FILES[1]).rename(folder.parent / "other" / Path(FILES[1]).name)
    library.inventory.add(folder.parent / "other", kind="movies")
    library.scan()
    identify(library)
    enrich(library)
    languages = {
        each.route: each.query["language"]
        for each in stand_in.requests
        if each.route in {"/movie/9000001", "/movie/9000004"}
    }
    assert languages == {"/movie/9000001": "de", "/movie/9000004": "en"}
    seasons = {each.query["language"] for each in stand_in.requests if "/season/" in each.route}
    assert seasons == {"de"}
    with pytest.raises(errors.UsageError, match="A language is a code of two letters such as de, not “deu”"):
        library.inventory.set_metadata_language(row.library_id, "deu")
    with pytest.raises(errors.UnknownIdError):
        library.inventory.set_metadata_language(99, "de")


def test_providers_are_asked_again_only_if_that_is_wanted(
    library: Library, stand_in: ProviderStandIn, clock: Clock
) -> None:
    enrich(library)
    clock.forward(days=1)
    film = titles(library)["The Lantern Keeper"].id
    change_value(library, film, "tmdb", "plot", "An older plot")
    sent = len(stand_in.requests)
    library.jobs.wait(library.enrichment.schedule_titles([film], force=True).id, timeout=60)
    assert len(stand_in.requests) == sent, "all answers are stored"
    clock.forward(days=1)
    library.jobs.wait(library.enrichment.schedule_titles([film], renew=True).id, timeout=60)
    routes = [each.route for each in stand_in.requests[sent:]]
    assert "/movie/9000001" in routes
    assert len(routes) == len(set(routes)), "each is sent once"
    assert values(library, film)["plot", "tmdb"] != "An older plot"


@pytest.mark.further
def test_value_by_hand_survives_every_enrichment(library: Library, clock: Clock) -> None:
    film = titles(library)["The Lantern Keeper"].id
    library.titles.set_values(film, {"title": "Mine", "plot": "My plot", "cast": [{"name": "Ann Lee"}]})
    library.titles.lock(film, ["year"])
    enrich(library)
    clock.forward(days=40)
    enrich(library, force=True)
    shown = {each.field: (each.value, each.origin) for each in library.titles.get(film).values}
    assert shown["title"] == ("Mine", "hand")
    assert shown["plot"] == ("My plot", "hand")
    assert shown["cast"] == ([{"name": "Ann Lee"}], "hand")
    assert shown["year"] == (2014, "name")
    assert shown["genres"] == (["Drama"], "provider")


@pytest.mark.further
def test_value_of_an_nfo_file_is_shown_before_a_provider(library: Library, folder: Path) -> None:
    nfo = "<movie><title>Salt Meadows</title><plot>Of the NFO file</plot></movie>"
    (folder / "Films/Salt Meadows (2019) {tmdb-9000004}.nfo").write_text(nfo)
    identify(library)
    enrich(library)
    film = titles(library)["Salt Meadows"].id
    assert next(each.value for each in library.titles.get(film).values if each.field == "plot") == "Of the NFO file"


def test_locked_value_of_a_provider_stays(library: Library, clock: Clock) -> None:
    enrich(library)
    film = titles(library)["The Lantern Keeper"].id
    change_value(library, film, "tmdb", "plot", "An older plot")
    library.titles.lock(film, ["plot"])
    clock.forward(days=1)
    assert enrich(library, force=True).summary["enriched"] == 3
    assert values(library, film)["plot", "tmdb"] == "An older plot"
    assert values(library, film)["plot", "tvdb"] == "A lighthouse keeper finds letters that were never sent."


def change_value(library: Library, title_id: int, provider: str, name: str, value: str) -> None:
    with tables.changing(library) as tx:
        tx.execute(
            "DELETE FROM title_values WHERE entity_id = $1 AND provider = $2 AND field = $3", [title_id, provider, name]
        )
        tx.execute(
            "INSERT INTO title_values SELECT 'movie', $1, $3, to_json($4::VARCHAR), 'provider', $2, 1.0, now(), FALSE",
            [title_id, provider, name, value],
        )


def test_complete_answer_removes_what_it_lacks(library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tmdb(monkeypatch)
    enrich(library)
    film = titles(library)["The Lantern Keeper"].id
    change_value(library, film, "tmdb", "tagline", "A former tagline")
    change_value(library, film, "other", "tagline", "Of another provider")
    clock.forward(days=1)
    enrich(library, force=True)
    assert ("tagline", "tmdb") not in values(library, film)
    assert values(library, film)["tagline", "other"] == "Of another provider"


def test_cast_is_suggested(library: Library) -> None:
    enrich(library)
    film = library.titles.get(titles(library)["The Lantern Keeper"].id).files[0]
    found = {each.name: each for each in library.suggestions.suggest(film.file_id)}
    assert found["Ada Quill"].reason == "Is in the cast of the film."
    episode = library.titles.get(titles(library, "episode")["Chapter 1.1"].id).files[0]
    assert library.suggestions.suggest(episode.file_id)[0].reason == "Is in the cast of the series."
    assert library.people.list() == []
    [row] = library.inventory.list()
    library.inventory.set_cast_people(row.library_id, "off")
    assert library.suggestions.suggest(film.file_id) == []
    with pytest.raises(errors.UsageError, match="A cast cannot be 'all'"):
        library.inventory.set_cast_people(row.library_id, "all")


def test_cast_is_taken_over_once(library: Library, clock: Clock) -> None:
    [row] = library.inventory.list()
    library.inventory.set_cast_people(row.library_id, "add")
    enrich(library)
    film_id = titles(library)["The Lantern Keeper"].id
    film = library.titles.get(film_id).files[0]
    assert {each.name for each in library.people.list()} == {"Ada Quill", "Tom Verren"}
    library.people.remove([film.file_path], ["Ada Quill"])
    change_value(library, film_id, "tmdb", "tagline", "So that the values change")
    clock.forward(days=1)
    enrich(library, force=True)
    assert library.plan(file_ids=[film.file_id]).items[0].db_people == ["Tom Verren"]


def test_name_that_cannot_be_a_person_is_left_out(library: Library) -> None:
    [row] = library.inventory.list()
    library.inventory.set_cast_people(row.library_id, "add")
    film = titles(library)["Salt Meadows"].id
    enrich(library)
    library.configuration.set("placeholder_names", "Nobody")
    people = [{"name": "Nobody"}, {"name": "Ada Quill"}]
    with tables.changing(library) as tx:
        tx.execute(
            "UPDATE title_values SET value = $1 WHERE entity_id = $2 AND field = 'cast'", [json.dumps(people), film]
        )
        tx.execute("UPDATE title_enrichment SET cast_taken = []")
    library._parts.titles.enrichment._enricher._take_cast([film])
    assert {each.name for each in library.people.list()} == {"Ada Quill", "Tom Verren"}


def test_published_tables_have_titles_and_follow_them(
    with_snapshots: None, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    del with_snapshots
    for name in ("_DELAY_SECONDS", "_LONGEST_SECONDS"):  # only the queries take snapshots
        monkeypatch.setattr(snapshots, name, 600.0)
    library.sql("SELECT * FROM titles")  # a snapshot before the changes
    enrich(library)
    film = library.sql("SELECT * FROM titles WHERE title = 'The Lantern Keeper'").iloc[0]
    assert (film.kind, film.state, film.imdb_rating) == ("movie", "enriched", 7.3)
    assert (film.rotten_tomatoes, film.metacritic, film.imdb_id, list(film.genres)) == (87, 74, "tt99000001", ["Drama"])
    episodes = library.sql(
        "SELECT t.series, t.season, t.episode, t.title, f.file_name FROM titles AS t JOIN title_files USING (title_id)"
        " JOIN files AS f USING (file_id) WHERE t.kind = 'episode' ORDER BY ALL"
    )
    assert episodes.iloc[0].tolist() == ["Harbour Lights", 1, 1, "Chapter 1.1", "Harbour Lights - S01E01.mp4"]
    people = library.sql(f"SELECT job, name, character FROM title_people WHERE title_id = {film.title_id} ORDER BY ALL")
    assert ("Actor", "Ada Quill", "Mara") in list(people.itertuples(index=False, name=None))
    assert set(people.job) == {"Actor", "Director"}

    library.titles.set(int(film.title_id), "plot", "Mine")
    shown = library.sql(
        f"SELECT origin, value FROM title_values WHERE title_id = {film.title_id} AND field = 'plot' AND shown"
    )
    assert shown.to_numpy().tolist() == [["hand", '"Mine"']]
    assert library.sql("SELECT title_id FROM titles WHERE plot = 'Mine'").title_id.tolist() == [film.title_id]
