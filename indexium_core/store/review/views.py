"""Saved views: rows of `saved_views`. Mutators take the writing connection of a transaction."""

from __future__ import annotations

from datetime import datetime

from indexium_core.model.view import SavedView
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["add", "all_views", "default", "named", "overwrite", "remove", "rename", "set_default"]


def all_views(reader: Connection) -> list[SavedView]:
    """Return every view, by name."""
    return _views(reader.execute(_sql("all")))


def default(reader: Connection) -> SavedView | None:
    """Return the view that the plan opens with."""
    found = _views(reader.execute(_sql("default")))
    return found[0] if found else None


def named(reader: Connection, name_key: str) -> int | None:
    """Return the view that has a name already."""
    view_id: int | None = reader.value(_sql("named"), {"name_key": name_key})
    return view_id


def add(tx: Connection, view: SavedView, name_key: str, *, at: datetime) -> int:
    """Store a new view; an id of 0 stands for one that it has not got yet. Returns its id."""
    view_id = view.view_id or int(tx.value(_sql("next_id")))
    tx.execute(_sql("add"), _facts(view) | {"view_id": view_id, "name_key": name_key, "now": at})
    return view_id


def overwrite(tx: Connection, view: SavedView, *, at: datetime) -> None:
    """Let a view show something else; its name stays but for its spelling."""
    facts = _facts(view) | {"now": at}
    del facts["is_default"]
    tx.execute(_sql("overwrite"), facts)


def rename(tx: Connection, view_id: int, name: str, name_key: str, *, at: datetime) -> None:
    """Give a view another name."""
    tx.execute(_sql("rename"), {"view_id": view_id, "name": name, "name_key": name_key, "now": at})


def set_default(tx: Connection, view_id: int | None) -> None:
    """Open the plan with a view, or with none."""
    tx.execute(_sql("set_default"), {"view_id": view_id})


def remove(tx: Connection, view_id: int) -> None:
    """Drop a view."""
    tx.execute(_sql("remove"), {"view_id": view_id})


def _facts(view: SavedView) -> dict[str, object]:
    names = ("view_id", "name", "query", "sort", "descending", "is_default")
    return {name: getattr(view, name) for name in names}


def _views(result: Connection) -> list[SavedView]:
    names = result.columns
    return [SavedView(**dict(zip(names, row, strict=True))) for row in result.fetchall()]


def _sql(name: str) -> str:
    return sql.load("views")[name]
