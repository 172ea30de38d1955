"""Wrong arguments of services: one sentence names the argument and the remedy, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.providers.external_ids import ExternalId
from tests.support import media

CALLS: dict[str, tuple[Callable[..., Any], ...]] = {
    "titles": (
        lambda titles: titles.list(3),
        lambda titles: titles.list(kind=3),
        lambda titles: titles.list(genre=[None]),
        lambda titles: titles.list(genres="Drama"),
        lambda titles: titles.list(rating=float("nan")),
        lambda titles: titles.list(library_id=2**70),
        lambda titles: titles.list(page=0),
        lambda titles: titles.list(per_page=0),
        lambda titles: titles.list("\ud800"),
        lambda titles: titles.facets(keys="genre"),
        lambda titles: titles.get(None),
        lambda titles: titles.get(),
        lambda titles: titles.get([1]),
        lambda titles: titles.related("abc"),
        lambda titles: titles.candidates(1, ["title"]),
        lambda titles: titles.candidates(1, "   "),
        lambda titles: titles.set(1, None, "x"),
        lambda titles: titles.set(1, "colour", "red"),
        lambda titles: titles.set_values(1, [("title", "x")]),
        lambda titles: titles.set_values(1, {3: "x"}),
        lambda titles: titles.lock(1, "title"),
        lambda titles: titles.lock(1, [3]),
        lambda titles: titles.lock(1, []),
        lambda titles: titles.unlock(1, []),
        lambda titles: titles.assign(1, 1),
        lambda titles: titles.assign(["1"], 1),
        lambda titles: titles.assign([2**70], 1),
        lambda titles: titles.assign([1], 1, episodes=3),
        lambda titles: titles.assign_new([1], "film", "x"),
        lambda titles: titles.assign_new([1], "movie", None),
        lambda titles: titles.assign_new([1], "movie", "   "),
        lambda titles: titles.unassign(None),
        lambda titles: titles.identify(3),
        lambda titles: titles.identify(priority=[1]),
        lambda titles: titles.preview_values([1], "title"),
        lambda titles: titles.plan_values(1),
    ),
    "series": (
        lambda series: series.collection("abc"),
        lambda series: series.missing_episodes(2**70),
        lambda series: series.missing_episodes(1),  # a film
    ),
    "matches": (
        lambda matches: matches.pending(3),
        lambda matches: matches.pending("   "),
        lambda matches: matches.get("abc"),
        lambda matches: matches.counts("abc"),
        lambda matches: matches.find("abc"),
        lambda matches: matches.search(1, 3),
        lambda matches: matches.search(1, "   "),
        lambda matches: matches.accept(1, "1"),
        lambda matches: matches.accept_id(1, "tt0133093", "movie"),
        lambda matches: matches.accept_id(1, ExternalId(3, 4), "movie"),  # type: ignore[arg-type]
        lambda matches: matches.accept_id(1, ExternalId("imdb", "tt0133093"), "film"),
        lambda matches: matches.ignore(1, others=1),
        lambda matches: matches.undo([1]),
    ),
    "enrichment": (
        lambda enrichment: enrichment.schedule_titles(3),
        lambda enrichment: enrichment.schedule_titles("abc"),
        lambda enrichment: enrichment.schedule_library_enrichment(force="x"),
        lambda enrichment: enrichment.enrich_entity("film", 1),
        lambda enrichment: enrichment.metadata(None),
        lambda enrichment: enrichment.due(3),
        lambda enrichment: enrichment.get_enrichment_progress("abc"),
    ),
    "artwork": (
        lambda artwork: artwork.candidates(3, 1),
        lambda artwork: artwork.candidates("film", 1),
        lambda artwork: artwork.poster("abc"),
        lambda artwork: artwork.poster(1, 3),
        lambda artwork: artwork.collage(1, 3),
        lambda artwork: artwork.generate_artwork_collage(3),
        lambda artwork: artwork.download_artwork(3, 1, "poster"),
    ),
    "artwork_jobs": (lambda jobs: jobs.add(3),),
    "providers": (
        lambda providers: providers.search(3),
        lambda providers: providers.search("   "),
        lambda providers: providers.search("x", year="1994"),
        lambda providers: providers.search("x", external_ids="tt0133093"),
        lambda providers: providers.requests(None),
        lambda providers: providers.request_page(provider=3),
        lambda providers: providers.details("tt0133093", "movie"),
        lambda providers: providers.season({"tmdb": 3}, 1),
    ),
    "queries": (
        lambda queries: queries.run(),
        lambda queries: queries.run(3),
        lambda queries: queries.run("SELECT 1", [3]),
        lambda queries: queries.run("SELECT $n"),
        lambda queries: queries.file_ids(),
        lambda queries: queries.frame(None),
    ),
    "plan": (
        lambda plan: plan().select(1),
        lambda plan: plan().select(None),
        lambda plan: plan().select(["1"]),
        lambda plan: plan().select([2**40]),
        lambda plan: plan().select("x", "safe"),
        lambda plan: plan().page("1"),
        lambda plan: plan().item("1"),
    ),
    "decisions": (lambda decisions: decisions.edit(1, ["Ann Lee"]), lambda decisions: decisions.postpone([None])),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A home with one film, whose id is 1."""
    folder = tmp_path_factory.mktemp("wrong")
    with Library.open(folder / "home") as opened:
        opened.inventory.add(media.tree(folder / "media", ["Films/Cedar (2003).mp4"]), kind="movies")
        opened.scan()
        yield opened


@pytest.mark.parametrize("service", CALLS)
def test_wrong_arguments_are_usage_errors_with_one_sentence(library: Library, service: str) -> None:
    before = library.titles.get(1)

    for call in CALLS[service]:
        with pytest.raises(errors.UsageError) as raised:
            call(getattr(library, service))
        assert raised.value.message.endswith(".")

    assert library.titles.get(1) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda library: library.titles.get(-1),
        lambda library: library.titles.list(library_id=2**40),
        lambda library: library.series.missing_episodes(2**40),
        lambda library: library.matches.counts(2**40),
        lambda library: library.matches.accept(1, -1),
        lambda library: library.enrichment.due([2**40]),
        lambda library: library.enrichment.metadata(-1),
        lambda library: library.artwork.candidates("movie", -1),
        lambda library: library.providers.request_page(title_id=-1),
    ],
)
def test_ids_that_nothing_has_are_unknown(library: Library, call: Callable[[Library], Any]) -> None:
    with pytest.raises(errors.UnknownIdError):
        call(library)


def test_the_last_page_of_requests_is_far_away(library: Library) -> None:
    assert library.providers.request_page(page=2**62).items == []
