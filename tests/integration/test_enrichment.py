"""The enrichment of titles: values of providers, jobs, failures, progress and statistics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.flows.enrichment.enricher import TitleEnricher
from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.library import Library
from indexium_core.model.job import Job
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.traffic import ProviderDetails
from tests.integration.test_titles import add, identify, run, titles
from tests.support import media
from tests.support.clock import Clock
from tests.support.providers import KEYS, use_keys
from tests.support.waiting import until

FILES = (
    "Films/The Lantern Keeper (2014) [tmdbid-9000001]/The Lantern Keeper (2014).mp4",
    "Films/Salt Meadows (2019) {tmdb-9000004}.mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E02 - Mine.mp4",
    "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 2/Harbour Lights - S02E03.mp4",
    "Home/VID_20190731_183000.mp4",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return media.tree(tmp_path / "media", FILES)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(configured: Path, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    use_keys(monkeypatch)
    with Library.open(configured, clock=clock) as opened:
        opened.inventory.add(folder, kind="mixed")
        opened.scan()
        clock.forward(days=1)
        yield opened


def enrich(library: Library, *, force: bool = False) -> Job:
    options: dict[str, Any] = {"force": force}
    return library.jobs.wait(library.enrichment.schedule_library_enrichment(**options).id, timeout=60)


def values(library: Library, title_id: int) -> Mapping[tuple[str, str], Any]:
    """Return the values of a title by field and provider (or other origin)."""
    return {(each.field, each.provider or each.origin): each.value for each in library.titles.candidates(title_id)}


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
    [search] = library.providers.request_page(title_id=film.id).items
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


def test_new_episode_of_a_series_is_looked_up(library: Library, folder: Path, clock: Clock) -> None:
    enrich(library)
    clock.forward(days=1)
    add(folder / "Shows/Harbour Lights (2016) [tmdbid-9000020]/Season 1/Harbour Lights - S01E03.mp4", 50)
    library.scan()
    assert library.enrichment.due().titles == 1
    enrich(library)
    assert "Chapter 1.3" in titles(library, "episode")
    assert library.enrichment.due().titles == 0


def test_statistics_and_progress(library: Library) -> None:
    before = library.enrichment.get_enrichment_stats()
    assert (before.total_videos, before.enriched_videos, before.last_enrichment) == (5, 0, None)
    job = enrich(library)
    progress = library.enrichment.get_enrichment_progress(job.id)
    assert (progress.status, progress.progress, progress.processed_videos, progress.total_videos) == (
        "completed",
        100.0,
        5,
        5,
    )
    stats = library.enrichment.get_enrichment_stats()
    assert (stats.enriched_videos, stats.enrichment_percentage, stats.average_confidence) == (5, 100.0, 1.0)
    assert stats.source_breakdown == {"combined": 2, "tmdb": 3}
    with pytest.raises(errors.UnknownIdError, match="no job 99"):
        library.enrichment.get_enrichment_progress(99)
    with pytest.raises(errors.UnknownIdError, match="is no enrichment"):
        library.enrichment.get_enrichment_progress(1)


def test_metadata_of_a_file(library: Library) -> None:
    film = library.titles.get(titles(library)["The Lantern Keeper"].id).files[0]
    empty = library.enrichment.metadata(film.file_id)
    assert (empty.source, empty.confidence, empty.plot, empty.runtime_minutes) == ("none", 0.0, "", 1)
    enrich(library)
    found = library.enrichment.metadata(film.file_id)
    assert (found.source, found.confidence, found.runtime_minutes, found.content_rating) == ("combined", 1.0, 100, "PG")
    assert (found.ratings.imdb, found.ratings.tmdb, found.ratings.metacritic) == (7.3, 7.1, 74)
    assert found.artwork.poster.startswith("http")
    assert found.external_ids == {"tmdb": "9000001", "imdb": "tt99000001", "tvdb": "8000001", "omdb": "tt99000001"}
    episode = library.titles.get(titles(library, "episode")["Chapter 1.1"].id)
    found = library.enrichment.metadata(episode.files[0].file_id)
    assert (found.source, found.runtime_minutes, str(found.release_date)) == ("tmdb", 45, "2016-01-02")
    assert [each.name for each in found.cast] == ["Ada Quill", "Tom Verren"]
    with pytest.raises(errors.UnknownIdError):
        library.enrichment.metadata(999)


# Values of others stay.


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
    with library._parts.store.atomic() as tx:
        tx.execute(
            "DELETE FROM title_values WHERE entity_id = $1 AND provider = $2 AND field = $3", [title_id, provider, name]
        )
        tx.execute(
            "INSERT INTO title_values SELECT 'movie', $1, $3, to_json($4::VARCHAR), 'provider', $2, 1.0, now(), FALSE",
            [title_id, provider, name, value],
        )


def test_complete_answer_removes_what_it_lacks(library: Library, clock: Clock) -> None:
    enrich(library)
    film = titles(library)["The Lantern Keeper"].id
    change_value(library, film, "tmdb", "tagline", "A former tagline")
    change_value(library, film, "other", "tagline", "Of another provider")
    clock.forward(days=1)
    enrich(library, force=True)
    assert ("tagline", "tmdb") not in values(library, film)
    assert values(library, film)["tagline", "other"] == "Of another provider"


# Failures.


def test_failed_provider_keeps_its_values_and_the_others_are_stored(
    library: Library, stand_in: ProviderStandIn, clock: Clock
) -> None:
    enrich(library)
    film = titles(library)["The Lantern Keeper"].id
    before = values(library, film)
    clock.forward(days=31)
    stand_in.fail("omdb", "html")
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["partial"]) == ("completed", 3, 3)
    assert values(library, film) == before
    assert "OMDb gives no usable answer" in job.summary["problems"]["providers"]


def test_spent_quota_delays_only_its_provider(library: Library) -> None:
    library.configuration.set("omdb_requests_per_day", "1")
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["partial"]) == ("completed", 3, 2)
    assert "The rest continues at" in job.summary["message"]
    [waiting] = library.jobs.list(kinds=["enrich"], statuses=["pending"]).items
    assert waiting.next_retry_at is not None
    assert waiting.next_retry_at > job.created_at  # type: ignore[operator]


def test_rejected_key_delays_only_its_provider(library: Library, stand_in: ProviderStandIn) -> None:
    stand_in.fail("omdb", "rejected_key")
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["partial"]) == ("completed", 3, 3)
    assert library.jobs.list(kinds=["enrich"], statuses=["pending"]).items == []
    assert library.enrichment.due().titles == 0


def test_busy_provider_adds_no_job(library: Library, stand_in: ProviderStandIn, clock: Clock) -> None:
    stand_in.fail("omdb", "too_many_retry_after")
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["partial"]) == ("completed", 3, 3)
    assert library.jobs.list(kinds=["enrich"], statuses=["pending"]).total == 0
    assert library.enrichment.due().titles == 0
    clock.forward(days=1)
    assert library.enrichment.due().titles == 3
    stand_in.recover()
    assert enrich(library).summary["partial"] == 0


def test_title_has_three_attempts(library: Library, stand_in: ProviderStandIn, clock: Clock) -> None:
    for provider in ("tmdb", "omdb", "tvdb"):
        stand_in.fail(provider, "html")
    job = enrich(library)
    assert (job.status, job.summary["failed"], job.summary["enriched"]) == ("completed_with_errors", 3, 0)
    film = titles(library)["The Lantern Keeper"]
    assert film.state == "identified"
    asked = [each for each in stand_in.requests if each.route == "/movie/9000001"]
    assert len(asked) == 3
    stand_in.recover()
    assert enrich(library).summary["videos"] == 0
    clock.forward(days=31)
    assert enrich(library).summary["enriched"] == 3


def test_unknown_id_is_one_attempt(library: Library, folder: Path) -> None:
    add(folder / "Films/Nobody (2001) [tmdbid-123].mp4", 60)
    library.scan()
    job = enrich(library)
    assert (job.summary["enriched"], job.summary["failed"]) == (3, 1)
    assert job.summary["problems"]["Nobody"] == "No provider has a title with the id TMDB 123."


@pytest.mark.parametrize("has_key", [True, False])
def test_job_without_a_provider_ends_with_a_sentence(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch, *, has_key: bool
) -> None:
    for name in KEYS:
        if not has_key or name != "tmdb_api_key":
            monkeypatch.delenv(f"INDEXIUM_{name.upper()}")
    stand_in.fail("tmdb", "rejected_key")
    job = enrich(library)
    assert job.status == "failed"
    assert ("rejects the key" if has_key else "No provider of films and series can be asked") in job.error_message
    assert library.enrichment.due().reason
    assert not library.enrichment.due().is_proposed


# When it runs.


def test_setting_off_starts_nothing(library: Library) -> None:
    library.configuration.set("online", "off")
    film = titles(library)["The Lantern Keeper"].id
    starts: tuple[Callable[[], object], ...] = (
        library.enrichment.schedule_library_enrichment,
        lambda: library.enrichment.enrich_entity("movie", film),
    )
    for start in starts:
        with pytest.raises(errors.UsageError, match="INDEXIUM_ONLINE is off"):
            start()
    assert library.enrichment.due().text == (
        "No provider of films and series can be asked. Nothing is sent: the setting INDEXIUM_ONLINE is off."
    )


@pytest.mark.parametrize(("online", "jobs", "proposed"), [("manual", 0, False), ("ask", 0, True), ("on", 1, False)])
def test_identification_is_followed_by_the_setting(library: Library, online: str, jobs: int, *, proposed: bool) -> None:
    library.configuration.set("online", online)
    identify(library)
    until(lambda: library.jobs.list(kinds=["enrich"]).total == jobs)
    if jobs:
        [job] = library.jobs.list(kinds=["enrich"]).items
        assert library.jobs.wait(job.id, timeout=60).summary["enriched"] == 3
    else:
        assert library.enrichment.due().is_proposed is proposed
        assert library.enrichment.due().text == "3 titles can be looked up."
        assert library.providers.requests() == []


def test_home_videos_and_ignored_titles_are_never_looked_up(library: Library, stand_in: ProviderStandIn) -> None:
    for title in titles(library).values():
        library.titles.set(title.id, "ignored", "yes")
    enrich(library)
    assert {each.route for each in stand_in.requests if each.route.startswith("/movie")} == set()
    [row] = library.inventory.list()
    library.inventory.set_kind(row.library_id, "home")
    assert library.enrichment.due().titles == 0
    with pytest.raises(errors.UsageError, match="has home videos"):
        library.enrichment.schedule_library_enrichment([row.library_id])


def test_episode_means_its_series(library: Library) -> None:
    episode = library.titles.list(kind="episode").items[0]
    job = library.jobs.wait(library.enrichment.enrich_entity("episode", episode.id).id, timeout=60)
    assert (job.summary["enriched"], job.summary["episodes"]) == (1, 3)
    with pytest.raises(errors.UnknownIdError):
        library.enrichment.enrich_entity("movie", episode.id)
    file_id = library.titles.get(titles(library)["Salt Meadows"].id).files[0].file_id
    job = library.jobs.wait(library.enrichment.schedule_video_enrichment(file_id).id, timeout=60)
    assert job.summary["enriched"] == 1


def test_events(library: Library) -> None:
    job = enrich(library)
    names = [each.name for each in library.event_log.since(0) if each.data.get("job_id") == job.id]
    assert {"enrich:started", "enrich:completed", "movie:updated", "series:updated"} <= set(names)


# The cast as people.


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
    with library._parts.store.atomic() as tx:
        tx.execute(
            "UPDATE title_values SET value = $1 WHERE entity_id = $2 AND field = 'cast'", [json.dumps(people), film]
        )
        tx.execute("UPDATE title_enrichment SET cast_taken = []")
    library._parts.enrichment._enricher._take_cast([film])
    assert {each.name for each in library.people.list()} == {"Ada Quill", "Tom Verren"}


# The command line.


def test_commands(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    library.close()
    code, text = run(library, capsys, "titles", "status")
    assert (code, text.splitlines()[-1]) == (0, "3 titles can be looked up.")
    assert run(library, capsys, "titles", "enrich")[0] == 0
    code, text = run(library, capsys, "titles", "status")
    assert text.splitlines()[0] == "5 of 5 videos (100 %) have values of providers."
    code, text = run(library, capsys, "titles", "status", "--json")
    assert json.loads(text)["stats"]["source_breakdown"] == {"combined": 2, "tmdb": 3}
    code, text = run(library, capsys, "titles", "enrich", "1", "--library", "1")
    assert code == 2
    assert run(library, capsys, "libraries", "set", "1", "--cast-people", "add")[0] == 0
    code, text = run(library, capsys, "libraries", "list", "--json")
    assert '"cast_people": "add"' in text


# Pause, cancel, pauses between titles.


def begin_slowly(library: Library) -> Job:
    """Start an enrichment that pauses for ten minutes after its first title, and wait for this title."""
    library.configuration.set("enrich_concurrency", "1")
    library.configuration.set("enrich_pause_ms", "600000")
    job = library.enrichment.schedule_library_enrichment()
    until(lambda: library.titles.list(state="enriched").total == 1)
    return job


def test_cancelled_enrichment_keeps_what_is_done(library: Library) -> None:
    job = begin_slowly(library)
    library.jobs.cancel(job.id)
    assert library.jobs.wait(job.id, timeout=60).status == "cancelled"
    assert library.titles.list(state="enriched").total == 1
    library.configuration.set("enrich_pause_ms", "0")
    assert enrich(library).summary["enriched"] == 2


def test_paused_enrichment_continues(library: Library) -> None:
    job = begin_slowly(library)
    assert library.jobs.pause(job.id)
    assert library.enrichment.get_enrichment_progress(job.id).status == "waiting"
    library.configuration.set("enrich_pause_ms", "0")
    library.jobs.resume(job.id)
    library.jobs.cancel(job.id)
    assert library.jobs.wait(job.id, timeout=60).status == "cancelled"
    assert enrich(library).summary["enriched"] == 2


def test_cached_answers_need_no_pause(library: Library, stand_in: ProviderStandIn, clock: Clock) -> None:
    enrich(library)
    asked = len(stand_in.requests)
    library.configuration.set("enrich_pause_ms", "600000")
    clock.forward(days=1)
    assert enrich(library, force=True).summary["enriched"] == 3
    assert len(stand_in.requests) == asked


def test_two_jobs_look_a_title_up_once(library: Library, stand_in: ProviderStandIn) -> None:
    library.providers.require_one()
    film = titles(library)["Salt Meadows"].id
    jobs = [library.enrichment.schedule_library_enrichment(), library.enrichment.schedule_titles([film])]
    done = [library.jobs.wait(job.id, timeout=60) for job in jobs]
    assert {each.status for each in done} == {"completed"}
    assert sum(each.summary["enriched"] for each in done) == 3
    assert len([each for each in stand_in.requests if each.route == "/movie/9000004"]) == 1


# Matches.


def test_title_without_id_is_searched_first(library: Library, folder: Path) -> None:
    add(folder / "Films/Paper Cranes (2003).mp4", 70)
    add(folder / "Films/The Lantern Keeper (2015).mp4", 71)  # a film of 2014 and one of 1961 have this title
    add(folder / "Films/Zyxwvut Qqqq (1999).mp4", 72)
    library.scan()
    job = enrich(library)
    facts = {name: job.summary[name] for name in ("enriched", "questions", "unmatched", "failed")}
    assert facts == {"enriched": 4, "questions": 1, "unmatched": 1, "failed": 0}
    cranes = titles(library)["Paper Cranes"]
    assert cranes.state == "enriched"
    confidence = {each.confidence for each in library.titles.candidates(cranes.id) if each.origin == "provider"}
    assert confidence == {library.matches.get(cranes.id).candidates[0].score}
    assert library.enrichment.get_enrichment_stats().average_confidence < 1
    assert library.enrichment.due().titles == 0


def test_accepted_match_is_looked_up(library: Library, folder: Path) -> None:
    add(folder / "Films/The Lantern Keeper (2015).mp4", 71)
    library.scan()
    enrich(library)
    [question] = library.matches.pending().items
    result = library.matches.accept(question.item.id, 1)
    assert result.job_id is not None
    job = library.jobs.wait(result.job_id, timeout=60)
    assert (job.summary["enriched"], job.summary["videos"]) == (1, 1)
    assert library.titles.get(question.item.id).item.state == "enriched"


def test_match_withdrawn_during_the_requests_leaves_no_values(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder / "Films/The Lantern Keeper (2015).mp4", 71)
    library.scan()
    enrich(library)
    [question] = library.matches.pending().items
    before = values(library, question.item.id)
    details = ExternalAPIManager.details

    def details_and_undo(manager: ExternalAPIManager, *arguments: Any) -> ProviderDetails:
        found = details(manager, *arguments)
        library.matches.undo()
        return found

    monkeypatch.setattr(ExternalAPIManager, "details", details_and_undo)
    result = library.matches.accept(question.item.id, 1)
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)
    assert values(library, question.item.id) == before
    assert library.titles.get(question.item.id).item.state == "identified"
    assert library.matches.get(question.item.id).state == "open"


def posters(library: Library, title_id: int) -> set[str]:
    found = library.artwork.candidates("movie", title_id, "poster")
    return {each.provider_url.rpartition("/")[2] for each in found if each.provider == "tmdb"}


def undecided_film(library: Library, folder: Path) -> int:
    """Return a film with two candidates of one title, from 2014 and 1961."""
    add(folder / "Films/The Lantern Keeper (2015).mp4", 71)
    library.scan()
    enrich(library)
    [question] = library.matches.pending().items
    assert {each.candidate.year for each in question.candidates} >= {2014, 1961}
    return question.item.id


def accept(library: Library, title_id: int, external_id: str) -> None:
    result = library.matches.accept_id(title_id, ExternalId("tmdb", external_id), "movie")
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)


def test_pictures_follow_the_match_and_its_undo(library: Library, folder: Path) -> None:
    film = undecided_film(library, folder)
    assert posters(library, film) == set()
    accept(library, film, "9000001")
    first = posters(library, film)
    accept(library, film, "9000002")
    second = posters(library, film)
    assert first
    assert second
    assert not first & second
    library.matches.undo()
    assert posters(library, film) == first
    library.matches.undo()
    assert posters(library, film) == set()


def test_other_match_during_the_requests_is_looked_up_by_the_same_job(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = undecided_film(library, folder)
    details, asked = ExternalAPIManager.details, list[str]()

    def details_and_other_decision(manager: ExternalAPIManager, known: ExternalId, kind: Any) -> ProviderDetails:
        asked.append(known.value)
        found = details(manager, known, kind)
        if len(asked) == 2:  # after the answer for the decision and for the job
            library.matches.accept_id(film, ExternalId("tmdb", "9000002"), "movie")
        return found

    monkeypatch.setattr(ExternalAPIManager, "details", details_and_other_decision)
    accept(library, film, "9000001")
    until(lambda: library.titles.get(film).item.state == "enriched")
    assert values(library, film)["tmdb_id", "tmdb"] == "9000002"
    assert values(library, film)["year", "tmdb"] == 1961
    assert len(posters(library, film)) == 1
    assert library.enrichment.due().titles == 0


def test_rejected_match_does_not_come_back(library: Library, clock: Clock) -> None:
    enrich(library)
    film = titles(library)["Salt Meadows"]  # its name has the id
    position = next(
        each.position for each in library.matches.search(film.id, "tmdb:9000004").candidates if each.candidate.provider
    )
    library.matches.reject(film.id, position)
    clock.forward(days=40)
    enrich(library)
    assert not any(origin == "tmdb" for _, origin in values(library, film.id))
    library.titles.set(film.id, "tmdb_id", "9000004")
    enrich(library)
    assert values(library, film.id)["year", "tmdb"] == 2019


def test_title_that_could_not_be_stored_is_looked_up_by_the_next_job(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:

        def fail(*_: object, **__: object) -> None:
            raise errors.StoreError("The disk is full.")

        patched.setattr(TitleEnricher, "store", fail)
        assert enrich(library).status == "failed"
    assert enrich(library).summary["enriched"] == 3


def test_accepted_match_is_not_looked_up_if_off(library: Library, folder: Path) -> None:
    add(folder / "Films/The Lantern Keeper (2015).mp4", 71)
    library.scan()
    enrich(library)
    [question] = library.matches.pending().items
    library.configuration.set("online", "off")
    assert library.matches.accept(question.item.id, 1).job_id is None


def test_failed_search_does_not_use_up_attempts_without_requests(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        if name != "omdb_api_key":
            monkeypatch.delenv(f"INDEXIUM_{name.upper()}")
    library.configuration.set("omdb_requests_per_day", "0")
    add(folder / "Films/Paper Cranes (2003).mp4", 70)
    library.scan()
    job = enrich(library)
    assert (job.status, job.summary["failed"]) == ("completed", 0)
    assert "OMDb has had its 0 requests of the last 24 hours" in job.summary["message"]
    assert library.jobs.list(kinds=["enrich"], statuses=["pending"]).total == 1


@pytest.fixture
def with_snapshots(monkeypatch: pytest.MonkeyPatch, hermetic: None) -> None:
    """Take snapshots after changes, as by default."""
    del hermetic
    monkeypatch.setenv("INDEXIUM_SNAPSHOTS", "true")


def test_published_tables_have_titles_and_follow_them(with_snapshots: None, library: Library) -> None:
    del with_snapshots
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
