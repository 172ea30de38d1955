"""Failures during an enrichment: providers that do not answer, spent requests, attempts, and what is delayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.flows.enrichment.enricher import TitleEnricher
from indexium_core.library import Library
from tests.support.clock import Clock
from tests.support.enriched_home import enrich, values
from tests.support.identified_home import add, titles
from tests.support.providers import KEYS


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


@pytest.mark.further
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


def test_unknown_id_is_one_attempt(library: Library, folder: Path, clock: Clock) -> None:
    add(folder / "Films/Nobody (2001) [tmdbid-123].mp4", 60)
    library.scan()
    job = enrich(library)
    assert (job.summary["enriched"], job.summary["failed"]) == (3, 1)
    assert job.summary["problems"]["Nobody"] == "No provider has a film with the id TMDB 123."
    due = library.enrichment.due()
    assert (due.titles, due.fresh, due.unknown) == (0, 3, 1)
    assert "1 title had no result a short time ago; --force tries again." in due.text
    clock.forward(days=31)
    assert library.enrichment.due().titles == 4


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


def test_title_that_could_not_be_stored_is_looked_up_by_the_next_job(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:

        def fail(*_: object, **__: object) -> None:
            raise errors.StoreError("The disk is full.")

        patched.setattr(TitleEnricher, "store", fail)
        assert enrich(library).status == "failed"
    assert enrich(library).summary["enriched"] == 3


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
