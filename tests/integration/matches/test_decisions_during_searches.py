"""Decisions that a person makes while a search runs: the result of the search never replaces them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.support.cases import each_case
from tests.support.copied_home import CopiedHome
from tests.support.matched_home import content, ids
from tests.support.waiting import PATIENCE

_HOME = CopiedHome(("New/Salt Meadows.mp4", "New/The Lantern Keeper.mp4"))
ACCEPTED, QUESTION = "Salt Meadows", "The Lantern Keeper"  # what a search makes of these names


@pytest.fixture(autouse=True)
def all_names_are_searched() -> None:
    """Keep names back here."""


@pytest.fixture
def library(configured: Path, tmp_path: Path) -> Iterator[Library]:
    with _HOME.open(configured, _HOME.lay_out(tmp_path / "media")) as opened:
        yield opened


class HeldSearch:
    """Providers that have answered, but whose answers arrive only when the test lets them."""

    def __init__(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.opened, match = threading.Event(), threading.Event(), library.providers.match

        def held(*args: Any, **options: Any) -> Any:
            result = match(*args, **options)
            self.reached.set()
            assert self.opened.wait(PATIENCE)
            return result

        monkeypatch.setattr(library.providers, "match", held)


@pytest.mark.parametrize("name", [ACCEPTED, pytest.param(QUESTION, marks=pytest.mark.further)])
def test_undo_of_a_confirmation_during_its_search_keeps_the_name_back(
    library: Library, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    title_id, held = ids(library)[name], HeldSearch(library, monkeypatch)
    before = content(library)
    result = library.matches.confirm(title_id)
    assert result.job_id is not None
    assert held.reached.wait(PATIENCE)
    library.matches.undo(result.decision_id)
    held.opened.set()
    job = library.jobs.wait(result.job_id, timeout=60)
    assert library.matches.get(title_id).state == "maybe"
    assert content(library) == before
    assert (job.summary["enriched"], job.summary["unmatched"]) == (0, 0)
    assert library.enrichment.due().titles == 0


@each_case(("name", "state"), [(ACCEPTED, "accepted"), (QUESTION, "open")])
def test_undo_of_a_confirmation_after_its_search_keeps_the_name_back(library: Library, name: str, state: str) -> None:
    title_id = ids(library)[name]
    before = content(library)
    result = library.matches.confirm(title_id)
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)
    assert library.matches.get(title_id).state == state
    library.matches.undo(result.decision_id)
    assert library.matches.get(title_id).state == "maybe"
    assert content(library) == before


def test_undo_while_the_details_of_a_match_are_fetched_keeps_the_name_back(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    title_id = ids(library)[ACCEPTED]
    before = content(library)
    reached, opened, details = threading.Event(), threading.Event(), library.providers.details

    def held(*args: Any, **options: Any) -> Any:
        result = details(*args, **options)
        if library.matches.get(title_id).state == "accepted":
            reached.set()
            assert opened.wait(PATIENCE)
        return result

    monkeypatch.setattr(library.providers, "details", held)
    result = library.matches.confirm(title_id)
    assert result.job_id is not None
    assert reached.wait(PATIENCE)
    library.matches.undo(result.decision_id)
    opened.set()
    library.jobs.wait(result.job_id, timeout=60)
    assert library.matches.get(title_id).state == "maybe"
    assert content(library) == before


def accept(library: Library, title_id: int) -> None:
    library.matches.accept(title_id, 2)


def reject(library: Library, title_id: int) -> None:
    library.matches.reject(title_id, 1)


def ignore(library: Library, title_id: int) -> None:
    library.matches.ignore(title_id)


def later(library: Library, title_id: int) -> None:
    library.matches.later(title_id)


@pytest.mark.parametrize("decide", [accept, reject, pytest.param(ignore, marks=pytest.mark.further), later])
def test_decision_about_a_question_that_is_searched_again_stays(
    library: Library, monkeypatch: pytest.MonkeyPatch, decide: Callable[[Library, int], None]
) -> None:
    title_id = ids(library)[QUESTION]
    result = library.matches.confirm(title_id)
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)
    library.titles.set(title_id, "year", 1961)  # the next search would accept it
    held = HeldSearch(library, monkeypatch)
    job = library.enrichment.schedule_titles([title_id], force=True)
    assert held.reached.wait(PATIENCE)
    decide(library, title_id)
    decided = library.matches.get(title_id)
    held.opened.set()
    library.jobs.wait(job.id, timeout=60)
    after = library.matches.get(title_id)
    assert (after.state, after.revision, after.candidates) == (decided.state, decided.revision, decided.candidates)


@pytest.mark.parametrize(
    "look",
    [
        lambda library, title_id: library.matches.suggest(title_id),
        lambda library, title_id: library.matches.search(title_id, "Salt Meadows"),
    ],
)
def test_undo_of_a_confirmation_during_a_search_by_hand_keeps_the_name_back(
    library: Library, monkeypatch: pytest.MonkeyPatch, look: Callable[[Library, int], object]
) -> None:
    title_id = ids(library)[QUESTION]
    before = content(library)
    result = library.matches.confirm(title_id)
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)
    match = library.providers.match

    def undone_meanwhile(*args: Any, **options: Any) -> Any:
        found = match(*args, **options)
        library.matches.undo(result.decision_id)
        return found

    monkeypatch.setattr(library.providers, "match", undone_meanwhile)
    with pytest.raises(errors.UsageError, match="kept back again"):
        look(library, title_id)
    assert content(library) == before


def test_search_by_hand_of_a_name_that_is_kept_back_is_an_answer(library: Library) -> None:
    title_id = ids(library)[QUESTION]
    assert library.matches.search(title_id, "Salt Meadows").state == "open"
