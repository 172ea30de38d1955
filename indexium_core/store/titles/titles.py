"""Lists and details of titles, and the values that a person sets or locks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.title_filter import TitleFilter
from indexium_core.model.titles.titles import STATES, EpisodeEntry, TitleFile, TitleItem, TitleValue
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles import title_facets

__all__ = [
    "FileValues",
    "by_ids",
    "children",
    "episodes",
    "file_values",
    "files",
    "find",
    "items",
    "lock",
    "restore",
    "search_values",
    "series",
    "set_by_hand",
    "unknown",
    "unlock",
    "values",
]


def items(
    reader: Connection,
    wanted: TitleFilter,
    *,
    sort: str = "title",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[TitleItem], int]:
    """Return a part of the titles of a filter, and the number of all of them."""
    facts = title_facets.parameters(reader, wanted)
    order = {"sort": sort, "descending": descending, "limit": limit, "offset": offset}
    ids = reader.execute(_sql("items"), facts | order).fetchall()
    return by_ids(reader, [number for (number,) in ids]), int(reader.value(_sql("count"), facts))


def children(reader: Connection, item: TitleItem) -> list[TitleItem]:
    """Return the seasons of a series, or the episodes of a season."""
    kind = "season" if item.entity_type == "series" else "episode"
    facts = title_facets.parameters(reader, TitleFilter(kind=kind)) | {"parent_id": item.id, "states": list(STATES)}
    order = {"sort": "title", "descending": False, "limit": None, "offset": 0}
    return by_ids(reader, [number for (number,) in reader.execute(_sql("items"), facts | order).fetchall()])


def find(reader: Connection, title_id: int) -> TitleItem | None:
    """Return a title; None if there is none with this id."""
    return next(iter(by_ids(reader, [title_id])), None)


def by_ids(reader: Connection, title_ids: Sequence[int]) -> list[TitleItem]:
    """Return titles by their ids, in this order; unknown ids are left out."""
    ids = list(title_ids)
    facts = {"ids": ids, "incomplete": title_facets.incomplete(reader, ids)}
    rows = reader.execute(_sql("by_ids"), facts).fetch_dicts()
    found = {row["id"]: TitleItem(**row) for row in rows}
    return [found[number] for number in ids if number in found]


def values(reader: Connection, item: TitleItem, field: str | None = None) -> list[TitleValue]:
    """Return the candidates of all fields (or one) of a title: of each field the shown one first."""
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    rows = reader.execute(_sql("values"), facts).fetch_dicts()
    return [TitleValue(**row | {"value": None if row["value"] is None else json.loads(row["value"])}) for row in rows]


def files(reader: Connection, item: TitleItem) -> list[TitleFile]:
    """Return the files of a title; of a series and of a season, those of its episodes and extras."""
    facts = {"kind": item.entity_type, "id": item.id}
    return [TitleFile(**row) for row in reader.execute(_sql("files_of"), facts).fetch_dicts()]


def series(reader: Connection, series_ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Return key, title, year, country and times of series, by title."""
    ids = None if series_ids is None else list(series_ids)
    return reader.execute(_sql("series"), {"ids": ids}).fetch_dicts()


def episodes(reader: Connection, series_ids: Sequence[int] | None = None) -> dict[int, list[EpisodeEntry]]:
    """Return the episodes of series by id, in the order of their numbers."""
    ids = None if series_ids is None else list(series_ids)
    found: dict[int, list[EpisodeEntry]] = {}
    for row in reader.execute(_sql("episodes"), {"ids": ids}).fetch_dicts():
        found.setdefault(row.pop("series_id"), []).append(EpisodeEntry(**row))
    return found


class FileValues(NamedTuple):
    """What a film or an episode says about one of its main files; "" or nothing: it has no value."""

    file_id: int
    title: str
    plot: str
    year: str  # of a film
    genres: Sequence[str]  # of a film
    series: str  # of an episode, as the following ones
    season: str
    episode: str


def file_values(reader: Connection, title_ids: Sequence[int]) -> list[FileValues]:
    """Return the values for the main files of titles that are not missing; episodes of a file in their order."""
    rows = reader.execute(_sql("file_values"), {"ids": list(title_ids)}).fetchall()
    return [FileValues._make((*row[:4], json.loads(row[4] or "[]"), *row[5:])) for row in rows]


def unknown(reader: Connection, title_ids: Sequence[int]) -> list[int]:
    """Return the ids that no title has."""
    return [number for (number,) in reader.execute(_sql("unknown"), {"ids": list(title_ids)}).fetchall()]


def search_values(reader: Connection, key: str, *, limit: int) -> list[str]:
    """Return the values of a search key of `TITLE_TEXTS`: those of most titles first."""
    return [value for (value,) in reader.execute(_sql(f"values_of_{key}"), {"limit": limit}).fetchall()]


def set_by_hand(tx: Connection, item: TitleItem, field: str, value: Any, *, at: datetime) -> None:
    """
    Set the value of a field by hand, or remove it if it is None.

    The padlock of a locked field moves to the new value; without a value by hand, to the one that is shown then.
    """
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    was_locked = bool(tx.value(_sql("is_locked"), facts))
    tx.execute(_sql("unlock"), facts)
    tx.execute(_sql("remove_hand"), facts)
    if value is not None:
        tx.execute(_sql("insert_hand"), facts | {"value": json.dumps(value, ensure_ascii=False), "at": at})
    if was_locked:
        lock(tx, item, field, at=at)


def restore(tx: Connection, item: TitleItem, field: str, before: Sequence[TitleValue]) -> None:
    """Put back the value by hand and the padlock of a field, as `before` has them. Values of other origins stay."""
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    tx.execute(_sql("unlock"), facts)
    tx.execute(_sql("remove_hand"), facts)
    for each in before:
        if each.origin == "hand":
            value = {"value": json.dumps(each.value, ensure_ascii=False), "at": each.fetched_at}
            tx.execute(_sql("insert_hand"), facts | value)
        if each.locked:
            tx.execute(_sql("lock_origin"), facts | {"origin": each.origin, "provider": each.provider})


def lock(tx: Connection, item: TitleItem, field: str, *, at: datetime) -> None:
    """Lock a field: its shown value stays. A field without a value stays empty."""
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    if not tx.value(_sql("has_value"), facts):
        tx.execute(_sql("insert_hand"), facts | {"value": "null", "at": at})
    tx.execute(_sql("lock"), facts)


def unlock(tx: Connection, item: TitleItem, field: str) -> None:
    """Unlock a field. An empty value that only a lock made is removed."""
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    tx.execute(_sql("unlock"), facts)
    tx.execute(_sql("remove_empty_hand"), facts)


def _sql(name: str) -> str:
    return sql.compose("title_list")[name]
