"""Enrichments and matches: titles without an id are searched, and decisions count during an enrichment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.library import Library
from indexium_core.model.lookups.traffic import ProviderDetails
from indexium_core.model.providers.external_ids import ExternalId
from tests.integration.enrichment.conftest import only_tmdb
from tests.support.clock import Clock
from tests.support.enriched_home import enrich, values
from tests.support.identified_home import add, titles
from tests.support.waiting import until


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


@pytest.mark.further
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
    assert {name.removesuffix(".jpg").split("-")[1] for name in posters(library, film)} == {"2"}
    assert library.enrichment.due().titles == 0


def test_rejected_match_does_not_come_back(library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tmdb(monkeypatch)
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


def test_accepted_match_is_not_looked_up_if_off(library: Library, folder: Path) -> None:
    add(folder / "Films/The Lantern Keeper (2015).mp4", 71)
    library.scan()
    enrich(library)
    [question] = library.matches.pending().items
    library.configuration.set("online", "off")
    assert library.matches.accept(question.item.id, 1).job_id is None
