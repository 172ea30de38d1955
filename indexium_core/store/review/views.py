"""Saved views: rows of `saved_views`. Mutators take the connection of an open transaction."""

from __future__ import annotations

from datetime import datetime

from indexium_core.model.saved import SavedView
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def all_views(reader: Connection) -> list[SavedView]:
    """Return all views, by name."""
    return _views(reader.execute(_sql("all")))


def default(reader: Connection) -> SavedView | None:
    """Return the view with which the plan page opens; None: there is no default."""
    views = _views(reader.execute(_sql("default")))
    return views[0] if views else None


def find_by_name(reader: Connection, name_key: str) -> int | None:
    """Return the id of the view with a name; None if there is none."""
    view_id: int | None = reader.value(_sql("find_by_name"), {"name_key": name_key})
    return view_id


def add(tx: Connection, view: SavedView, name_key: str, *, at: datetime) -> int:
    """Store a view and return its id; a view with the id 0 gets a new one."""
    view_id = view.view_id or int(tx.value(_sql("next_id")))
    tx.execute(_sql("add"), _columns(view) | {"view_id": view_id, "name_key": name_key, "now": at})
    return view_id


def overwrite(tx: Connection, view: SavedView, *, at: datetime) -> None:
    """Replace the search and sort order of a view, and the spelling of its name."""
    columns = _columns(view) | {"now": at}
    del columns["is_default"]
    tx.execute(_sql("overwrite"), columns)


def rename(tx: Connection, view_id: int, name: str, name_key: str, *, at: datetime) -> None:
    """Rename a view."""
    tx.execute(_sql("rename"), {"view_id": view_id, "name": name, "name_key": name_key, "now": at})


def set_default(tx: Connection, view_id: int | None) -> None:
    """Set the view with which the plan page opens; None removes the default."""
    tx.execute(_sql("set_default"), {"view_id": view_id})


def remove(tx: Connection, view_id: int) -> None:
    """Delete a view."""
    tx.execute(_sql("remove"), {"view_id": view_id})


def _columns(view: SavedView) -> dict[str, object]:
    names = ("view_id", "name", "query", "sort", "descending", "is_default")
    return {name: getattr(view, name) for name in names}


def _views(result: Connection) -> list[SavedView]:
    return [SavedView(**row) for row in result.fetch_dicts()]


def _sql(name: str) -> str:
    return sql.load("views")[name]
