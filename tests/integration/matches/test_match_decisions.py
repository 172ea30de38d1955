"""Decisions of people about matches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.store.connection import OUT_OF_MEMORY
from indexium_core.store.review import steps
from tests.support import media, tables
from tests.support.cases import each_case
from tests.support.matched_home import DECISIONS, FILES, content, found, ids, provider_values
from tests.support.providers import use_keys


def add_neighbours(library: Library, tmp_path: Path) -> None:
    """Add two films beside *The Lantern Keeper*, and search all titles."""
    for seed, name in enumerate(("Night Tramway", "Night Trammel"), 60):
        media.video(tmp_path / f"media/Films/{name}.mp4", seed=seed)
    library.scan()
    for title_id in ids(library).values():
        library.matches.find(title_id)


def test_position_that_has_changed_is_refused(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    with pytest.raises(errors.UsageError, match="have changed"):
        library.matches.accept(title_id, 1, expected="tmdb:9000002")
    with pytest.raises(errors.UsageError, match="have changed"):
        library.matches.reject(title_id, 1, expected="tmdb:9000002")
    with pytest.raises(errors.UnknownIdError):
        library.matches.accept(title_id, 9)
    with pytest.raises(errors.UsageError, match="cannot be of the kind"):
        library.matches.accept_id(title_id, ExternalId("tmdb", "9000020"), "tv")
    assert library.matches.get(title_id).state == "open"


def test_decision_counts_for_the_folder(library: Library, tmp_path: Path) -> None:
    add_neighbours(library, tmp_path)
    question = library.matches.get(ids(library)["The Lantern Keeper"])
    assert {each.name for each in question.others} == {"Night Tramway", "Night Trammel"}
    assert (question.other_count, question.same_count) == (2, 0)
    before = content(library)
    result = library.matches.ignore(question.item.id, others=True)
    assert (result.titles, library.matches.counts()["ignored"]) == (3, 3)
    assert library.matches.get(ids(library)["Harbour Lights"]).state == "open"
    library.matches.undo()
    assert content(library) == before


def test_decision_for_the_folder_leaves_titles_out_that_reject_it(library: Library, tmp_path: Path) -> None:
    media.video(tmp_path / "media" / "Films/b/The Lantern Keeper.mkv", seed=7)
    media.video(tmp_path / "media" / "Films/b/The Lantern Keeper (2).mp4", seed=8)
    library.scan()
    near = [each.id for each in library.titles.list(per_page=500).items if each.title.startswith("The Lantern Keeper")]
    with tables.changing(library) as tx:
        tx.execute("UPDATE scanned_files SET folder = 'Films' WHERE folder LIKE 'Films%'")
    for title_id in near:
        library.matches.find(title_id)
    first, *others = near
    with tables.changing(library) as tx:
        tx.execute("UPDATE title_searches SET query = (SELECT query FROM title_searches WHERE entity_id = $1)", [first])
    assert library.matches.get(first).same_count == len(others) > 0
    for each in others:
        library.matches.reject(each, 1)
    assert library.matches.accept(first, 1, others=True).titles == 1


def test_decision_is_reported_if_the_job_that_follows_cannot_be_added(library: Library) -> None:
    def fail(_: Any) -> int:
        raise errors.StoreError("The disk is full.")

    title_id = found(library, "The Lantern Keeper")
    library.matches.on_accept = fail
    result = library.matches.accept(title_id, 1)
    assert (result.titles, result.job_id) == (1, None)
    assert library.matches.get(title_id).state == "accepted"


def test_events_follow_a_decision(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    seen: list[tuple[str, Any]] = []
    library.events.subscribe(lambda event: seen.append((event.name, event.data.get("title_id"))))
    library.matches.accept(title_id, 1)
    assert ("movie:updated", title_id) in seen
    assert ("matches:changed", None) in seen


def test_match_by_hand_stays_when_its_file_is_renamed(library: Library, tmp_path: Path) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 2)
    (tmp_path / FILES[1].replace("Films", "media/Films")).rename(tmp_path / "media/Films/Salt Meadows (2019).mp4")
    library.scan()
    assert library.matches.get(title_id).state == "accepted"
    assert library.titles.get(title_id).item.file_count == 1
    assert library.matches.find(title_id) == "accepted"
    assert provider_values(library, title_id)["tmdb_id"] == "9000002"


def test_title_of_several_providers_is_rejected_as_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keys(monkeypatch)
    title_id = found(library, "The Lantern Keeper")
    question, before = library.matches.get(title_id), content(library)
    assert len(question.candidates) > len(question.offers)
    assert [each.candidate.year for each in question.offers] == [2014, 1961]

    library.matches.reject(title_id, question.offers[0].position, expected=question.offers[0].key)
    question = library.matches.get(title_id)
    assert [each.candidate.year for each in question.offers] == [1961]
    assert {each.state for each in question.candidates if each.candidate.year == 2014} == {"rejected"}
    assert library.matches.find(title_id) == "open"
    assert [each.candidate.year for each in library.matches.get(title_id).offers] == [1961]
    library.matches.accept_id(title_id, ExternalId("tmdb", "9000001"), "movie")
    assert "rejected" not in {each.state for each in library.matches.get(title_id).candidates}
    library.matches.undo()
    library.matches.undo()
    assert content(library) == before


def test_accepted_candidate_stands_for_its_title(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keys(monkeypatch)
    title_id = found(library, "The Lantern Keeper")
    candidates = library.matches.get(title_id).candidates
    other = next(each for each in candidates if each.candidate.provider != "tmdb" and each.candidate.year == 1961)
    library.matches.accept(title_id, other.position)
    question = library.matches.get(title_id)
    assert question.accepted is not None
    assert question.accepted.key == other.key
    assert [(each.candidate.year, each.state) for each in question.offers] == [(2014, "proposed"), (1961, "accepted")]


def test_match_by_its_id_comes_after_the_proposals(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    before = [each.key for each in library.matches.get(title_id).candidates]
    library.matches.accept_id(title_id, ExternalId("tmdb", "9000004"), "movie")
    assert [each.key for each in library.matches.get(title_id).candidates] == [*before, "tmdb:9000004"]


def test_description_names_title_and_candidate(library: Library, tmp_path: Path) -> None:
    media.video(tmp_path / "media/Films/Salzwiesen.mp4", seed=60)
    media.video(tmp_path / "media/Films/Night Tramway.mp4", seed=61)
    library.scan()
    film = ids(library)["Salzwiesen"]
    accepted = library.matches.accept_id(film, ExternalId("tmdb", "9000004"), "movie")
    assert accepted.description == "“Salzwiesen” is matched with “Salt Meadows (2019)” (TMDB 9000004)."
    rejected = library.matches.reject(film, 1)
    assert rejected.description == "“Salzwiesen” is not “Salt Meadows (2019)” (TMDB 9000004)."
    found(library, "Night Tramway")
    film = found(library, "The Lantern Keeper")
    ignored = library.matches.ignore(film, others=True)
    assert ignored.description == "“The Lantern Keeper” and 1 other title of its folder are not films or series."


def test_decision_is_repeated_with_more_memory(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    title_id, record, calls = found(library, "The Lantern Keeper"), steps.record_titles, list[int]()

    def record_late(*arguments: Any, **named: Any) -> int:
        calls.append(record(*arguments, **named))
        if len(calls) == 1:
            raise errors.StoreError("The database ran out of memory.", code=OUT_OF_MEMORY)
        return calls[-1]

    monkeypatch.setattr(steps, "record_titles", record_late)
    decision = library.matches.accept(title_id, 1)
    assert (library.matches.get(title_id).state, decision.decision_id, len(calls)) == ("accepted", calls[-1], 2)
    library.matches.undo()
    assert library.matches.get(title_id).state == "open"
    with pytest.raises(errors.UsageError, match="no decision about a match to undo"):
        library.matches.undo()


@each_case("earlier", DECISIONS)
def test_outdated_decision_replaces_no_other_one(library: Library, earlier: Callable[..., object]) -> None:
    title_id = found(library, "The Lantern Keeper")
    seen = library.matches.get(title_id).revision
    earlier(library, title_id)
    before = content(library)
    message = r"Another window or command has decided about .* just now: .*, or undo decision \d"
    for decide in DECISIONS:
        with pytest.raises(errors.UsageError, match=message) as refused:
            decide(library, title_id, revision=seen)
        assert refused.value.reason == "wrong_state"
        assert content(library) == before
    library.matches.undo()
    assert library.matches.get(title_id).revision == seen  # the state that was seen


def test_decision_after_an_undo_elsewhere_is_refused(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 2)
    seen = library.matches.get(title_id).revision
    library.matches.undo()
    with pytest.raises(errors.UsageError, match="Another window or command has undone a decision about"):
        library.matches.accept(title_id, 1, revision=seen)
    assert library.matches.get(title_id).state == "open"


def test_decision_about_what_was_matched_automatically_since_is_refused(library: Library) -> None:
    title_id = ids(library)["Orbit of Two Return (2022)"]
    seen = library.matches.get(title_id).revision
    library.matches.find(title_id)
    with pytest.raises(errors.UsageError, match="was matched automatically just now, after you saw it"):
        library.matches.ignore(title_id, revision=seen)
    assert library.matches.get(title_id).state == "accepted"


def test_value_by_hand_is_not_replaced_by_an_outdated_decision(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    seen = library.matches.get(title_id).revision
    library.titles.set(title_id, "ignored", "yes")
    with pytest.raises(errors.UsageError, match="has changed since you saw it"):
        library.matches.accept(title_id, 1, revision=seen)
    assert library.matches.get(title_id).state == "ignored"


def test_outdated_decision_for_the_folder_changes_nothing(library: Library, tmp_path: Path) -> None:
    add_neighbours(library, tmp_path)
    keeper, first, second = (ids(library)[name] for name in ("The Lantern Keeper", "Night Tramway", "Night Trammel"))
    seen = library.matches.get(keeper).revision
    library.matches.accept_id(first, ExternalId("tmdb", "9000004"), "movie")
    library.matches.ignore(second, others=True)  # a decision for the folder, and for the first title in it
    with pytest.raises(errors.UsageError, match="Another window or command has decided"):
        library.matches.ignore(keeper, others=True, revision=seen)
    library.matches.undo()
    # Decided neighbours are no open questions, so a decision for the folder leaves them as they are.
    assert library.matches.ignore(keeper, others=True, revision=seen).titles == 2
    assert library.matches.get(first).state == "accepted"


def test_new_candidates_leave_the_revision(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    seen = library.matches.get(title_id).revision
    library.matches.search(title_id, "Salt Meadows 2019")
    assert library.matches.accept(title_id, 1, revision=seen).titles == 1


def test_decision_without_a_revision_says_what_it_replaces(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    first = library.matches.accept(title_id, 2)
    assert first.replaced == ""
    assert library.matches.accept(title_id, 1).replaced == f"decision {first.decision_id}: {first.description}"


def test_rejection_of_another_candidate_replaces_no_match(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    match = library.matches.accept(title_id, 1)
    assert library.matches.reject(title_id, 2).replaced == ""
    ignored = library.matches.ignore(title_id)
    assert ignored.replaced == f"decision {match.decision_id}: {match.description}"
    library.matches.undo(ignored.decision_id)
    assert library.matches.reject(title_id, 1).replaced == f"decision {match.decision_id}: {match.description}"
