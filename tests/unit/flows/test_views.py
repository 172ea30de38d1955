"""Saved views: stored, overwritten by name, renamed, removed and restored; one of them opens the plan."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from indexium_core import errors
from indexium_core.flows.review.saved_views import MAX_VIEWS, ViewService
from indexium_core.model.saved import SavedView
from indexium_core.store.database import Database
from indexium_core.store.review import views as store
from tests.support.catalog import NOW


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def views(database: Database, told: list[str]) -> ViewService:
    return ViewService(database, clock=lambda: NOW, on_change=lambda: told.append("changed"))


def own(views: ViewService) -> list[SavedView]:
    return [view for view in views.list() if not view.is_built_in]


def test_view_is_stored_unchanged(views: ViewService, told: list[str]) -> None:
    saved = views.save("  Danger   with Ann ", ' risk:danger person:"Ann Lee" ', sort="name", descending=True)
    assert (saved.name, saved.query, saved.sort, saved.descending, saved.is_default) == (
        "Danger with Ann",
        'risk:danger person:"Ann Lee"',
        "name",
        True,
        False,
    )
    assert own(views) == [saved]
    assert views.get(saved.view_id) == saved
    assert told == ["changed"]


def test_view_names_ignore_case(views: ViewService) -> None:
    first = views.save("Straße 🎂", "a")
    second = views.save("STRASSE 🎂", "b", sort="size")
    assert second == replace(first, name="STRASSE 🎂", query="b", sort="size")
    assert own(views) == [second]


def test_views_are_listed_by_name(views: ViewService) -> None:
    for name in ("beta", "Alpha", "gamma"):
        views.save(name, "")
    assert [view.name for view in own(views)] == ["Alpha", "beta", "gamma"]


def test_only_one_view_opens_plan(views: ViewService) -> None:
    one, other = views.save("one", "a"), views.save("other", "b")
    assert views.default() is None
    views.set_default(one.view_id)
    views.set_default(other.view_id)
    assert views.default() == replace(other, is_default=True)
    assert [view.is_default for view in own(views)] == [False, True]
    views.save("other", "c")  # an overwrite does not change that
    assert views.get(other.view_id).is_default
    views.set_default(None)
    assert views.default() is None


def test_view_rename_refuses_taken_name(views: ViewService) -> None:
    one, other = views.save("one", "a"), views.save("other", "b")
    assert views.rename(one.view_id, "First").name == "First"
    assert views.rename(one.view_id, "FIRST").name == "FIRST"  # its own name, in another spelling
    with pytest.raises(errors.UsageError, match="OTHER"):
        views.rename(one.view_id, "OTHER")
    assert [view.name for view in own(views)] == ["FIRST", other.name]


def test_removed_view_is_restored_by_undo(views: ViewService) -> None:
    saved = views.save("one", "a", sort="size")
    views.set_default(saved.view_id)
    gone = views.remove(saved.view_id)
    assert (own(views), views.default()) == ([], None)
    assert views.restore(gone) == replace(saved, is_default=True)


def test_undo_keeps_newer_view_of_name(views: ViewService) -> None:
    gone = views.save("one", "a")
    views.set_default(gone.view_id)
    gone = views.remove(gone.view_id)
    other = views.save("other", "b")
    views.set_default(other.view_id)
    assert not views.restore(gone).is_default
    views.remove(gone.view_id)
    views.save("ONE", "c")
    with pytest.raises(errors.UsageError, match="was not restored"):
        views.restore(gone)


@pytest.mark.parametrize(
    ("name", "text", "sort"),
    [("", "", "risk"), (" \n ", "", "risk"), ("x" * 81, "", "risk"), ("a\x00b", "", "risk"), ("\ud800", "", "risk"),
     ("x", "", "colour"), ("x", "risk:sofa", "risk")],
)  # fmt: skip
def test_invalid_view_is_refused(views: ViewService, name: str, text: str, sort: str) -> None:
    with pytest.raises(errors.UsageError):
        views.save(name, text, sort=sort)
    assert own(views) == []


def test_number_of_views_is_limited(views: ViewService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexium_core.flows.review.saved_views.MAX_VIEWS", 2)
    for name in ("a", "b", "b"):
        views.save(name, "")
    with pytest.raises(errors.UsageError, match="remove one first"):
        views.save("c", "")
    assert MAX_VIEWS > 2


def test_unknown_view_is_refused(views: ViewService) -> None:
    for call in (views.get, views.remove, views.set_default, lambda view_id: views.rename(view_id, "x")):
        with pytest.raises(errors.UnknownIdError, match="views list"):
            call(7)


def test_favourites_are_built_in(views: ViewService) -> None:
    [favorites] = views.list()
    assert (favorites.name, favorites.query) == ("Favourites", "favorite:yes")
    for change in (
        lambda: views.remove(favorites.view_id),
        lambda: views.rename(favorites.view_id, "Best"),
        lambda: views.save("FAVOURITES", "rating:5"),
    ):
        with pytest.raises(errors.UsageError, match="is built in"):
            change()
    views.set_default(favorites.view_id)
    assert views.list() == [replace(favorites, is_default=True)]


def test_failed_view_change_stores_nothing(database: Database, views: ViewService) -> None:
    saved = views.save("one", "a")
    with contextlib.suppress(ZeroDivisionError), database.atomic() as tx:
        store.rename(tx, saved.view_id, "two", "two", at=NOW)
        store.set_default(tx, saved.view_id)
        store.overwrite(tx, replace(saved, query="b"), at=NOW)
        raise ZeroDivisionError
    assert own(views) == [saved]
