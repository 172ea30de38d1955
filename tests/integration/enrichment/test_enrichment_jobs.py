"""The jobs of enrichments: when they run, progress, statistics, pause and cancel, and the command line."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.flows.enrichment.enricher import FetchedTitle, TitleEnricher
from indexium_core.flows.enrichment.enrichment_run import EnrichmentRun
from indexium_core.jobs import dispatcher
from indexium_core.library import Library
from indexium_core.model.job import Job
from indexium_core.store.connection import OUT_OF_MEMORY
from indexium_core.store.titles.enrichment import DueTitle
from tests.integration.enrichment.conftest import only_tmdb
from tests.support.clock import Clock
from tests.support.enriched_home import enrich
from tests.support.identified_home import identify, run, titles
from tests.support.waiting import until


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


def test_lookups_of_single_titles_are_few_jobs(library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "_RECENT_SECONDS", 0.0)  # days pass here within seconds
    may_go, fetch = threading.Event(), TitleEnricher.fetch

    def held(enricher: TitleEnricher, title: DueTitle, *, since: datetime | None) -> FetchedTitle:
        may_go.wait(60)
        return fetch(enricher, title, since=since)

    monkeypatch.setattr(TitleEnricher, "fetch", held)
    works = {**titles(library), **titles(library, "series")}
    files = {each.file_name[:6]: each.file_id for each in library.inventory.search("").items}

    def asked(name: str) -> int:
        return library.enrichment.schedule_video_enrichment(files[name]).id

    keeper = asked("The La")
    until(lambda: keeper in library.enrichment._looked_up)
    harbour = asked("Harbou")
    until(lambda: len(library.enrichment._looked_up) == 2)
    assert [asked("The La"), asked("Harbou"), asked("The La")] == [keeper, harbour, keeper]
    salt = asked("Salt M")
    assert library.enrichment.schedule_titles([each.id for each in works.values()]).id == salt
    assert asked("Salt M") == salt
    waiting = library.jobs.get(salt)
    assert (waiting.status, waiting.title, library.jobs.list(("enrich",)).total) == ("pending", "Look up 3 titles", 3)
    may_go.set()
    for number in (keeper, harbour, salt):
        assert library.jobs.wait(number, timeout=60).status == "completed"
    assert not any(library.enrichment.is_video_due(each) for each in files.values())

    clock.forward(days=2)
    whole = enrich(library).id
    until(lambda: [each.id for each in library.jobs.list(("enrich",)).items] == [whole])


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
def test_identification_is_followed_by_the_setting(
    library: Library, monkeypatch: pytest.MonkeyPatch, online: str, jobs: int, *, proposed: bool
) -> None:
    only_tmdb(monkeypatch)
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


def test_episode_means_its_series(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tmdb(monkeypatch)
    episode = library.titles.list(kind="episode").items[0]
    job = library.jobs.wait(library.enrichment.enrich_entity("episode", episode.id).id, timeout=60)
    assert (job.summary["enriched"], job.summary["episodes"]) == (1, 3)
    with pytest.raises(errors.UnknownIdError):
        library.enrichment.enrich_entity("movie", episode.id)
    file_id = library.titles.get(titles(library)["Salt Meadows"].id).files[0].file_id
    job = library.jobs.wait(library.enrichment.schedule_video_enrichment(file_id).id, timeout=60)
    assert job.summary["enriched"] == 1


def test_events(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tmdb(monkeypatch)
    job = enrich(library)
    names = [each.name for each in library.event_log.since(0) if each.data.get("job_id") == job.id]
    assert {"enrich:started", "enrich:completed", "movie:updated", "series:updated"} <= set(names)


def test_commands(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    library.close()
    code, text = run(library, capsys, "titles", "status")
    names = "Their names: Salt Meadows, The Lantern Keeper and Harbour Lights."
    assert (code, text.splitlines()[-2:]) == (0, ["3 titles can be looked up.", names])
    assert run(library, capsys, "titles", "enrich")[0] == 0
    code, text = run(library, capsys, "titles", "status")
    assert text.splitlines()[0] == "5 of 5 videos (100 %) have values of providers."
    code, text = run(library, capsys, "titles", "status", "--json")
    assert json.loads(text)["stats"]["source_breakdown"] == {"combined": 2, "tmdb": 3}
    code, text = run(library, capsys, "titles", "enrich", "1", "--library", "1")
    assert code == 2
    assert run(library, capsys, "libraries", "set", "1", "--cast-people", "add")[0] == 0
    assert run(library, capsys, "libraries", "set", "1", "--language", "de")[0] == 0
    assert run(library, capsys, "libraries", "set", "1", "--language", "german")[0] == 2
    code, text = run(library, capsys, "libraries", "list", "--json")
    assert '"cast_people": "add"' in text
    assert '"metadata_language": "de"' in text


def begin_slowly(library: Library) -> Job:
    """Start an enrichment that pauses for ten minutes after its first title, and wait for this title."""
    library.configuration.set("enrich_concurrency", "1")
    library.configuration.set("enrich_pause_ms", "600000")
    job = library.enrichment.schedule_library_enrichment()
    until(lambda: library.titles.list(state="enriched").total == 1)
    return job


def test_cancelled_enrichment_keeps_what_is_done(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tmdb(monkeypatch)
    job = begin_slowly(library)
    library.jobs.cancel(job.id)
    assert library.jobs.wait(job.id, timeout=60).status == "cancelled"
    assert library.titles.list(state="enriched").total == 1
    library.configuration.set("enrich_pause_ms", "0")
    assert enrich(library).summary["enriched"] == 2


def test_paused_enrichment_continues(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tmdb(monkeypatch)
    job = begin_slowly(library)
    assert library.jobs.pause(job.id)
    assert library.enrichment.get_enrichment_progress(job.id).status == "waiting"
    library.configuration.set("enrich_pause_ms", "0")
    library.jobs.resume(job.id)
    library.jobs.cancel(job.id)
    assert library.jobs.wait(job.id, timeout=60).status == "cancelled"
    assert enrich(library).summary["enriched"] == 2


def test_cached_answers_need_no_pause(
    library: Library, stand_in: ProviderStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    enrich(library)
    asked = len(stand_in.requests)
    library.configuration.set("enrich_pause_ms", "600000")
    clock.forward(days=1)
    assert enrich(library, force=True).summary["enriched"] == 3
    assert len(stand_in.requests) == asked


def test_two_jobs_look_a_title_up_once(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tmdb(monkeypatch)
    library.providers.require_one()
    film = titles(library)["Salt Meadows"].id
    jobs = [library.enrichment.schedule_library_enrichment(), library.enrichment.schedule_titles([film])]
    done = [library.jobs.wait(job.id, timeout=60) for job in jobs]
    assert {each.status for each in done} == {"completed"}
    assert sum(each.summary["enriched"] for each in done) == 3
    assert len([each for each in stand_in.requests if each.route == "/movie/9000004"]) == 1


def test_group_is_stored_with_more_memory_and_counted_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    stored, calls = EnrichmentRun.store, list[int]()

    def store(*arguments: Any) -> None:
        stored(*arguments)
        calls.append(1)
        if len(calls) == 1:
            raise errors.StoreError("The database ran out of memory.", code=OUT_OF_MEMORY)

    monkeypatch.setattr(EnrichmentRun, "store", store)
    job = enrich(library)
    assert (job.status, job.summary["enriched"], job.summary["videos"], len(calls) > 1) == ("completed", 3, 5, True)
