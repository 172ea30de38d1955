"""The undo of decisions about matches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from tests.support import media, tables
from tests.support.cases import each_case
from tests.support.matched_home import (
    DECISIONS,
    TABLES,
    accept,
    accept_id,
    content,
    found,
    ignore,
    provider_values,
    reject,
)
from tests.support.providers import record_pictures


@each_case("decide", DECISIONS)
def test_undo_restores_everything(library: Library, decide: Callable[[Library, int], None]) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.set(title_id, "plot", "By hand")
    library.titles.set(title_id, "tmdb_id", "123")
    before = content(library)
    decide(library, title_id)
    assert content(library) != before
    result = library.matches.undo()
    assert content(library) == before
    assert (result.titles, result.files) == (1, 1)
    assert result.description.startswith("Undone: ")
    with pytest.raises(errors.UsageError, match="no decision"):
        library.matches.undo()


def test_undo_of_a_decision_about_a_match_restores_values_of_providers(library: Library) -> None:
    title_id = found(library, "Orbit of Two Return (2022)")
    library.matches.search(title_id, "The Lantern Keeper")
    accepted = next(each for each in library.matches.get(title_id).candidates if each.state == "accepted")
    put_genres(library, title_id)
    before = content(library)
    for decide in (accept, accept_id, reject, ignore):
        if decide is reject:
            library.matches.reject(title_id, accepted.position)
            assert library.matches.get(title_id).state == "open"
        else:
            decide(library, title_id)
        if decide is not ignore:
            assert "genres" not in provider_values(library, title_id), decide
        library.matches.undo()
        assert content(library) == before, decide


def put_genres(library: Library, title_id: int) -> None:
    """Store a value of a provider, as an enrichment does."""
    with tables.changing(library) as tx:
        row = "('movie', $1, 'genres', '[\"A\", \"B\"]', 'provider', 'tmdb', 0.9, now(), FALSE)"
        tx.execute(f"INSERT INTO title_values VALUES {row}", [title_id])
        tx.execute("UPDATE movies SET enriched_at = now(), state = 'enriched' WHERE id = $1", [title_id])


def test_decisions_are_undone_one_after_the_other(library: Library) -> None:
    film, series = found(library, "The Lantern Keeper"), found(library, "Harbour Lights")
    seen = [content(library)]
    for decide in (
        lambda: library.matches.later(film),
        lambda: library.matches.reject(series, 1),
        lambda: library.matches.accept(series, 2),
        lambda: library.matches.accept(film, 1),
        lambda: library.matches.ignore(film),
    ):
        decide()
        seen.append(content(library))
    while len(seen) > 1:
        seen.pop()
        library.matches.undo()
        assert content(library) == seen[-1]


def test_values_by_hand_survive_decision_and_undo(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 1)
    library.titles.set_values(title_id, {"title": "By hand", "tmdb_id": "42"})
    library.titles.lock(title_id, ["imdb_id"])
    library.matches.accept(title_id, 2)
    values = {each.field: each.value for each in library.titles.get(title_id).values}
    assert (values["title"], values["tmdb_id"], values["imdb_id"]) == ("By hand", "42", "tt99000001")
    library.matches.undo()
    library.matches.undo()
    values = {each.field: each.value for each in library.titles.get(title_id).values}
    assert (values["title"], values["tmdb_id"], values["imdb_id"]) == ("By hand", "42", "tt99000001")


def test_lock_survives_the_undo_of_ignored(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.ignore(title_id)
    library.titles.lock(title_id, ["ignored"])
    library.matches.undo()
    [value] = library.titles.candidates(title_id, "ignored")
    assert (value.value, value.locked) == (True, True)


def test_accepting_an_ignored_title_shows_it_again(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.ignore(title_id)
    before = content(library)
    library.matches.accept(title_id, 1)
    assert library.titles.get(title_id).item.state == "identified"
    library.matches.undo()
    assert content(library) == before


def test_deleted_title_leaves_nothing(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    found(library, "Harbour Lights")
    library.matches.ignore(title_id)
    library.matches.undo()
    library.matches.later(title_id)
    library.inventory.remove(library.inventory.list()[0].library_id)
    assert content(library) == {table: [] for table in TABLES}
    assert library.matches.undo().titles == 0
    assert content(library) == {table: [] for table in TABLES}


def test_decision_is_undone_by_its_id(library: Library) -> None:
    film, series = found(library, "The Lantern Keeper"), found(library, "Harbour Lights")
    before = content(library)
    first, second = library.matches.accept(film, 1), library.matches.later(series)
    result = library.matches.undo(first.decision_id)
    assert (result.decision_id, result.titles) == (first.decision_id, 1)
    assert (library.matches.get(film).state, library.matches.get(series).state) == ("open", "later")
    with pytest.raises(errors.UsageError, match="is undone already: “The Lantern Keeper” is matched"):
        library.matches.undo(first.decision_id)
    assert library.matches.undo().decision_id == second.decision_id
    assert content(library) == before
    for unknown in (0, 999, 2**63 - 1):
        with pytest.raises(errors.UnknownIdError, match="no step"):
            library.matches.undo(unknown)


def test_later_decision_about_a_title_is_undone_first(library: Library, tmp_path: Path) -> None:
    media.video(tmp_path / "media/Films/Night Tramway.mp4", seed=60)
    library.scan()
    film, other = found(library, "The Lantern Keeper"), found(library, "Night Tramway")
    before = content(library)
    first = library.matches.reject(film, 1)
    of_folder = library.matches.ignore(other, others=True)
    assert of_folder.titles == 2
    changed = content(library)
    with pytest.raises(errors.UsageError, match=f"later step {of_folder.decision_id} about the same title first"):
        library.matches.undo(first.decision_id)
    assert content(library) == changed
    library.matches.undo(of_folder.decision_id)
    library.matches.undo(first.decision_id)
    assert content(library) == before


def test_picture_that_was_chosen_since_is_not_restored_twice(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.matches.accept(title_id, 1)
    poster = ImageCandidate(provider="tmdb", kind="poster", url="https://image.example/1.jpg")
    record_pictures(library, "movie", title_id, [poster])
    again = library.matches.accept(title_id, 1)
    with tables.changing(library) as tx:
        tx.execute("UPDATE asset_candidates SET is_selected = TRUE WHERE entity_id = $1", [title_id])
    library.matches.undo(again.decision_id)
    assert len(library.artwork.candidates("movie", title_id)) == 1


@pytest.mark.parametrize("was", [True, False])
def test_undo_restores_the_padlock_of_ignored(library: Library, *, was: bool) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.set(title_id, "ignored", was)
    library.titles.lock(title_id, ["ignored"])
    before = content(library)
    if was:
        library.matches.accept(title_id, 1)
    else:
        library.matches.ignore(title_id)
    library.matches.undo()
    assert content(library) == before


def test_undo_restores_the_padlock_of_an_empty_field(library: Library) -> None:
    title_id = found(library, "The Lantern Keeper")
    library.titles.lock(title_id, ["ignored"])
    before = content(library)
    library.matches.ignore(title_id)
    library.matches.undo()
    assert content(library) == before
