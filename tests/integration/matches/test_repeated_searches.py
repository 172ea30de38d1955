"""Repeated searches: faults, decisions that stay, and questions that are asked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.support import tables
from tests.support.matched_home import content, found, ids, provider_values, put_value
from tests.support.providers import use_keys


def test_failed_search_is_no_answer_and_is_repeated(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    stand_in.fail("tmdb", "html")
    with pytest.raises(errors.ProviderError):
        library.matches.find(title_id)
    assert library.matches.get(title_id).state == "failed"
    stand_in.recover()
    assert library.matches.find(title_id) == "accepted"


@pytest.mark.parametrize("is_asked", [True, False])
def test_title_with_an_id_is_not_accepted_while_the_provider_of_the_id_fails(
    library: Library, stand_in: ProviderStandIn, monkeypatch: pytest.MonkeyPatch, *, is_asked: bool
) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    put_value(library, title_id, "tmdb_id", "9000004", "name")
    use_keys(monkeypatch)
    if is_asked:
        stand_in.fail("tmdb", "html")
    else:
        client = library.providers.providers["tmdb"].client
        client._refuse("Wrong key.", "provider_key", client._account())
    assert library.matches.find(title_id) == "failed"
    assert "has an id" in library.matches.get(title_id).explanation
    assert provider_values(library, title_id) == {}

    stand_in.recover()
    for each in library.providers.providers.values():
        each.client.allow()
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000004"


def test_failed_search_keeps_a_question(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "The Lantern Keeper")
    before = content(library)
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM provider_cache")
    stand_in.fail("tmdb", "html")
    with pytest.raises(errors.ProviderError):
        library.matches.find(title_id)
    assert content(library) == before


def test_without_provider_nothing_is_stored(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INDEXIUM_TMDB_API_KEY")
    title_id = ids(library)["The Lantern Keeper"]
    with pytest.raises(errors.ProviderError, match="No provider"):
        library.matches.find(title_id)
    assert library.matches.get(title_id).state == "unsearched"


def change_during_the_search(library: Library, monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Let the next search end after a change: a person makes it while the providers answer."""
    match = library.providers.match

    def change_meanwhile(*args: Any, **options: Any) -> Any:
        result = match(*args, **options)
        monkeypatch.setattr(library.providers, "match", match)
        change()
        return result

    monkeypatch.setattr(library.providers, "match", change_meanwhile)


def test_decision_during_a_search_wins(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id = found(library, "The Lantern Keeper")
    change_during_the_search(library, monkeypatch, lambda: library.matches.accept(title_id, 2))
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000002"


def test_correction_during_a_search_wins(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    change_during_the_search(library, monkeypatch, lambda: library.titles.set(title_id, "title", "Salt Meadows"))
    assert library.matches.find(title_id) == "unsearched"
    library.matches.find(title_id)
    assert library.matches.get(title_id).search_title == "Salt Meadows"


def test_rejection_during_a_search_wins(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id = found(library, "The Lantern Keeper")
    best = library.matches.get(title_id).candidates[0]
    library.titles.set(title_id, "year", best.candidate.year)
    change_during_the_search(library, monkeypatch, lambda: library.matches.reject(title_id, best.position))
    assert library.matches.find(title_id) == "open"
    library.matches.find(title_id)
    states = {each.key: each.state for each in library.matches.get(title_id).candidates}
    assert states[best.key] == "rejected"


def test_search_that_was_not_stored_is_repeated(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id = ids(library)["The Lantern Keeper"]
    with monkeypatch.context() as patch:
        patch.setattr("indexium_core.store.titles.matches.put_candidates", killed)
        with pytest.raises(KeyboardInterrupt):
            library.matches.find(title_id)
    assert library.matches.get(title_id).state == "unsearched"
    assert library.matches.find(title_id) == "open"


def killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_decision_of_a_person_is_not_searched_again(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 2)
    before = len(stand_in.requests)
    assert library.matches.find(title_id) == "accepted"
    library.matches.undo()
    library.matches.later(title_id)
    assert library.matches.find(title_id) == "later"
    library.matches.ignore(title_id)
    assert library.matches.find(title_id) == "ignored"
    assert len(stand_in.requests) == before


def test_rejected_title_is_not_proposed_again(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.reject(title_id, 1)
    library.matches.find(title_id)
    question = library.matches.get(title_id)
    assert question.state == "open"
    assert [(each.candidate.year, each.state) for each in question.candidates] == [
        (1961, "proposed"),
        (2014, "rejected"),
    ]
    library.matches.reject(title_id, question.candidates[0].position)
    assert library.matches.get(title_id).state == "none"
    assert library.matches.find(title_id) == "none"
    assert {each.state for each in library.matches.get(title_id).candidates} == {"rejected"}


def test_explanation_after_a_rejection_names_no_rejected_title(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.set(title_id, "title", "Lantern Keepers")
    library.matches.find(title_id)
    before = library.matches.get(title_id)
    assert "“The Lantern Keeper (2014)” is only similar" in before.explanation
    result = library.matches.reject(title_id, 1)
    question = library.matches.get(title_id)
    assert (question.state, question.missing) == ("open", ())
    assert question.explanation == "A candidate was rejected. Choose another one, or search another title."
    library.matches.reject(title_id, question.candidates[0].position)
    question = library.matches.get(title_id)
    assert (question.state, question.explanation) == (
        "none",
        "A candidate was rejected. No other one is left: search another title.",
    )
    library.matches.undo()
    library.matches.undo(result.decision_id)
    assert library.matches.get(title_id) == before


@pytest.mark.parametrize(
    "text", ["The Lantern Keeper", "tmdb:9000001", pytest.param("tt99000001", marks=pytest.mark.further)]
)
def test_rejected_title_stays_rejected_after_a_search_by_hand(library: Library, text: str) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.reject(title_id, 1)
    if text == "The Lantern Keeper":
        library.matches.search(title_id, text)
    else:
        with pytest.raises(errors.UsageError, match="only titles that were rejected"):
            library.matches.search(title_id, text)
    question = library.matches.get(title_id)
    assert {each.candidate.year for each in question.candidates if each.state == "rejected"} == {2014}
    assert {each.candidate.year for each in question.offers} == {1961}
    library.scan()
    library.matches.find(title_id)
    assert 2014 not in {each.candidate.year for each in library.matches.get(title_id).offers}


def test_repeated_search_of_a_question_keeps_it_open(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    library.matches.reject(title_id, 1)
    library.matches.undo()
    [candidate] = library.matches.get(title_id).candidates
    assert candidate.state == "accepted"
    series = found(library, "Harbour Lights")
    before = library.matches.get(series)
    assert library.matches.find(series) == "open"
    assert library.matches.get(series) == before


def test_corrected_title_is_searched_anew(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.set(title_id, "year", 1961)
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000002"


@pytest.mark.parametrize("origin", [pytest.param("nfo", marks=pytest.mark.further), "name"])
def test_id_that_contradicts_an_automatic_match_makes_it_a_question(library: Library, origin: str) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    library.jobs.wait(library.titles.identify().id, timeout=60)
    assert library.matches.get(title_id).state == "accepted"
    with tables.changing(library) as tx:
        tx.execute("UPDATE title_matches SET external_id = '9000004' WHERE state = 'accepted'")
    put_value(library, title_id, "tmdb_id", "9000008", origin)
    library.matches._finder.reopen_contradicted()

    question = library.matches.get(title_id)
    assert (question.state, question.decided_by) == ("open", "")
    assert "TMDB 9000008" in question.explanation
    assert provider_values(library, title_id) == {}
    library.matches.accept(title_id, question.candidates[0].position)
    library.matches._finder.reopen_contradicted()
    assert library.matches.get(title_id).state == "accepted"


def test_nfo_file_that_contradicts_an_automatic_match_makes_it_a_question(library: Library, tmp_path: Path) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    unique_id = '<uniqueid type="tmdb" default="true">9000001</uniqueid>'
    add_nfo(library, tmp_path, "Orbit of Two Return (2022)", "Orbit", unique_id)
    assert library.matches.get(title_id).state == "open"


def lookup(library: Library) -> dict[str, Any]:
    job = library.jobs.wait(library.enrichment.schedule_library_enrichment().id, timeout=60)
    return {name: job.summary[name] for name in ("enriched", "questions")}


@pytest.mark.parametrize("searched", [pytest.param("", marks=pytest.mark.further), "Salt Meadows"])
def test_changed_question_is_asked_again_with_new_candidates(library: Library, searched: str) -> None:
    title_id = found(library, "The Lantern Keeper")
    if searched:
        library.matches.search(title_id, searched)
    lookup(library)
    before = library.matches.get(title_id)
    assert library.enrichment.due().titles == 0
    library.titles.set(title_id, "title", "Harbour Lights")
    assert library.enrichment.due().titles == 1
    lookup(library)
    question = library.matches.get(title_id)
    assert (question.state, question.candidates) == ("none", ())
    assert question.explanation != before.explanation
    library.titles.set(title_id, "title", "Lantern Keepers")
    assert lookup(library)["questions"] == 1
    question = library.matches.get(title_id)
    assert (question.state, question.search_title) == ("open", "Lantern Keepers")
    assert {each.candidate.title for each in question.candidates} == {"The Lantern Keeper"}
    assert "is only similar" in question.explanation
    assert question.missing == ("title", "id")
    assert library.enrichment.due().titles == 0


def test_unchanged_question_is_not_searched_again(library: Library, stand_in: ProviderStandIn) -> None:
    title_id = found(library, "The Lantern Keeper")
    lookup(library)
    before, requests = library.matches.get(title_id), len(stand_in.requests)
    library.titles.set(title_id, "plot", "By hand")
    library.scan()
    lookup(library)
    after = library.matches.get(title_id)
    assert (after.candidates, after.explanation, after.state) == (before.candidates, before.explanation, "open")
    assert len(stand_in.requests) == requests


def add_nfo(library: Library, tmp_path: Path, name: str, title: str, unique_id: str) -> None:
    """Add an NFO file beside a film, and identify its library again."""
    nfo = tmp_path / "media" / f"Films/{name}.nfo"
    nfo.write_text(f"<movie><title>{title}</title>{unique_id}</movie>")
    library.jobs.wait(library.titles.identify().id, timeout=60)


def test_id_of_a_new_nfo_file_decides_a_question(library: Library, tmp_path: Path) -> None:
    title_id = found(library, "The Lantern Keeper")
    lookup(library)
    unique_id = '<uniqueid type="tmdb">9000002</uniqueid>'
    add_nfo(library, tmp_path, "The Lantern Keeper", "The Lantern Keeper", unique_id)
    assert library.matches.get(title_id).state == "open"
    lookup(library)
    match = library.matches.accepted(title_id)
    assert match is not None
    assert match.key == "tmdb:9000002"


def test_reopened_question_is_searched_with_the_new_id(library: Library, tmp_path: Path) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    lookup(library)
    unique_id = '<uniqueid type="tmdb" default="true">9000001</uniqueid>'
    add_nfo(library, tmp_path, "Orbit of Two Return (2022)", "Orbit", unique_id)
    assert library.matches.get(title_id).state == "open"
    lookup(library)
    question = library.matches.get(title_id)
    assert question.accepted is not None
    assert (question.state, question.accepted.key) == ("accepted", "tmdb:9000001")
    assert "has its id" in " ".join(reason.text for reason in question.accepted.reasons)
