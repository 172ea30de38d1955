"""Saved queries: rows of `saved_queries`. Mutators take the connection of an open transaction."""

from __future__ import annotations

import json
from datetime import datetime

from indexium_core.model.analysis import SavedQuery
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def all_queries(reader: Connection) -> list[SavedQuery]:
    """Return all queries, by name."""
    rows = reader.execute(_sql("all")).fetch_dicts()
    return [SavedQuery(**row | {"values": json.loads(row["values"])}) for row in rows]


def find_by_name(reader: Connection, name_key: str) -> int | None:
    """Return the id of the query with a name; None if there is none."""
    query_id: int | None = reader.value(_sql("find_by_name"), {"name_key": name_key})
    return query_id


def add(tx: Connection, query: SavedQuery, name_key: str, *, at: datetime) -> int:
    """Store a query and return its id; a query with the id 0 gets a new one."""
    query_id = query.query_id or int(tx.value(_sql("next_id")))
    tx.execute(_sql("add"), _columns(query) | {"query_id": query_id, "name_key": name_key, "now": at})
    return query_id


def overwrite(tx: Connection, query: SavedQuery, *, at: datetime) -> None:
    """Replace the text and the values of a query, and the spelling of its name."""
    tx.execute(_sql("overwrite"), _columns(query) | {"now": at})


def remove(tx: Connection, query_id: int) -> None:
    """Delete a query."""
    tx.execute(_sql("remove"), {"query_id": query_id})


def _columns(query: SavedQuery) -> dict[str, object]:
    values = json.dumps(dict(query.values), ensure_ascii=False)
    return {"query_id": query.query_id, "name": query.name, "text": query.text, "values": values}


def _sql(name: str) -> str:
    return sql.load("saved_queries")[name]
