"""Saved queries: stored, overwritten by name, removed and restored."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.flows.snapshots import saved_queries
from indexium_core.flows.snapshots.saved_queries import SavedQueries
from indexium_core.store.database import Database
from tests.support.catalog import NOW


@pytest.fixture
def queries(database: Database) -> SavedQueries:
    return SavedQueries(database, clock=lambda: NOW)


def test_query_is_stored_with_its_values_and_overwritten_by_name(queries: SavedQueries) -> None:
    first = queries.save("  Long   ones ", "SELECT $n", {"n": "60"})
    assert (first.name, first.text, first.values) == ("Long ones", "SELECT $n", {"n": "60"})
    again = queries.save("LONG ONES", "SELECT 2", {})
    assert queries.list() == [again]
    assert (again.query_id, again.name, again.text, again.values) == (first.query_id, "LONG ONES", "SELECT 2", {})


def test_removed_query_can_be_restored(queries: SavedQueries) -> None:
    saved = queries.save("One", "SELECT 1", {})
    removed = queries.remove(saved.query_id)
    assert queries.list() == []
    assert queries.restore(removed) == saved
    queries.remove(saved.query_id)
    queries.save("one", "SELECT 2", {})
    with pytest.raises(errors.UsageError, match="another one has this name now"):
        queries.restore(removed)
    with pytest.raises(errors.UnknownIdError, match="was removed"):
        queries.get(saved.query_id)


@pytest.mark.parametrize(
    ("name", "text"), [("", "SELECT 1"), ("a\nb\x00", "SELECT 1"), ("x" * 81, "SELECT 1"), ("x", " ")]
)
def test_unusable_query_is_refused(queries: SavedQueries, name: str, text: str) -> None:
    with pytest.raises(errors.UsageError):
        queries.save(name, text, {})


def test_number_of_queries_is_limited(queries: SavedQueries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_queries, "MAX_QUERIES", 1)
    queries.save("one", "SELECT 1", {})
    queries.save("ONE", "SELECT 2", {})
    with pytest.raises(errors.UsageError, match="already; remove one first"):
        queries.save("two", "SELECT 1", {})
