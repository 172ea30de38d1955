"""Lists and details of titles, and the values that a person sets or locks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.titles.fields import EntityType
from indexium_core.model.titles.title_filter import TitleFilter
from indexium_core.model.titles.titles import LOCKED_BY_NFO, EpisodeEntry, TitleFile, TitleItem, TitleValue
from indexium_core.store.connection import Connection
from indexium_core.store.titles import title_facets

# Statements that count files, by the kind of the titles.
_COUNTS: Mapping[EntityType, str] = {
    "movie": "counts_of_files",
    "episode": "counts_of_files",
    "series": "counts_of_series",
    "season": "counts_of_seasons",
}
_NO_COUNTS = {"file_count": 0, "episode_count": 0, "season_count": 0}
_FEW = 500  # titles


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
    return by_ids(reader, _ids(reader, "items", facts | order)), int(reader.value(_sql("count"), facts))


def ids(reader: Connection, wanted: TitleFilter) -> list[int]:
    """Return the ids of all titles of a filter, by title."""
    order = {"sort": "title", "descending": False, "limit": None, "offset": 0}
    return _ids(reader, "items", title_facets.parameters(reader, wanted) | order)


def with_children(reader: Connection, title_id: int) -> list[TitleItem]:
    """Return a title, then the seasons of a series or the episodes of a season; nothing if there is no such title."""
    found = by_ids(
        reader,
        [
            title_id,
            *_ids(reader, "children_of_series", {"id": title_id}),
            *_ids(reader, "children_of_season", {"id": title_id}),
        ],
    )
    return found if found and found[0].id == title_id else []


def find(reader: Connection, title_id: int) -> TitleItem | None:
    """Return a title; None if there is none with this id."""
    return next(iter(by_ids(reader, [title_id])), None)


def by_ids(reader: Connection, title_ids: Sequence[int]) -> list[TitleItem]:
    """Return titles by their ids, in this order; unknown ids are left out."""
    facts = {"ids": list(title_ids)}
    rows = {row["id"]: row for row in reader.execute(_sql("by_ids"), facts).fetch_dicts()}
    of_kinds: dict[str, list[int]] = {}
    for number, row in rows.items():
        of_kinds.setdefault(_COUNTS[row["entity_type"]], []).append(number)
    counts = {
        row.pop("id"): row
        for statement, ids in of_kinds.items()
        for row in reader.execute(_sql(statement), {"ids": ids}).fetch_dicts()
    }
    values = {row.pop("id"): row for row in reader.execute(_sql("page_values"), facts).fetch_dicts()}
    touched = set(_ids(reader, "touched", facts))
    series = of_kinds.get(_COUNTS["series"])
    gaps = set(title_facets.incomplete(reader, series)) if series else set()
    found = []
    for number in title_ids:
        if number not in rows:
            continue
        row, known = rows[number], values.get(number, {})
        facts = row | {
            "touched": number in touched,
            "rating": known.get("rating"),
            "genres": known.get("genres") or [],
            "country": known.get("country") or "",
            "is_matched": row["is_matched"] or bool(known.get("has_id")),
            "is_incomplete": number in gaps,
        }
        found.append(TitleItem(**_NO_COUNTS | facts | counts.get(number, {})))
    return found


def values(reader: Connection, item: TitleItem, field: str | None = None) -> list[TitleValue]:
    """Return the candidates of all fields (or one) of a title: of each field the shown one first."""
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    rows = reader.execute(_sql("values"), facts).fetch_dicts()
    return [
        TitleValue(
            **row
            | {
                "value": None if row["value"] is None else json.loads(row["value"]),
                "locked_by_nfo": row["origin"] == "nfo" and row["confidence"] == LOCKED_BY_NFO,
            }
        )
        for row in rows
    ]


def files(reader: Connection, item: TitleItem) -> list[TitleFile]:
    """Return the files of a title; of a series and of a season, those of its episodes and extras."""
    facts = {"kind": item.entity_type, "id": item.id}
    return [TitleFile(**row) for row in reader.execute(_sql("files_of"), facts).fetch_dicts()]


def nfo_problems(reader: Connection, item: TitleItem, file_ids: Sequence[int]) -> dict[str, str]:
    """Return what is wrong with the NFO files beside the files of a title, by path."""
    facts = {"kind": item.entity_type, "file_ids": list(file_ids)}
    return dict(reader.execute(_sql("nfo_problems"), facts).fetchall())


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
    date: str  # the year of a film, the day of the first broadcast of an episode
    genres: Sequence[str]  # of an episode: of its series
    cast: Sequence[str]  # names in the order of the credits; of an episode without one: of its series
    series: str  # of an episode, as the following ones
    season: str
    episode: str


def file_values(reader: Connection, title_ids: Sequence[int]) -> list[FileValues]:
    """Return the values for the main files of titles that are not missing; episodes of a file in their order."""
    ids = _ids(reader, "titles_with_files", {"ids": list(title_ids)})
    facts = {"ids": ids, "few": ids if len(ids) <= _FEW else None}
    rows = reader.execute(_sql("file_values"), facts).fetchall()
    return [FileValues._make((*row[:4], *(json.loads(each or "[]") for each in row[4:6]), *row[6:])) for row in rows]


def unknown(reader: Connection, title_ids: Sequence[int]) -> list[int]:
    """Return the ids that no title has."""
    return _ids(reader, "unknown", {"ids": list(title_ids)})


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


def restore(tx: Connection, item: TitleItem, field: str, before: Sequence[Mapping[str, Any]]) -> None:
    """
    Restore the value by hand and the padlocks of a field; values of other origins stay.

    `before` has, for each value by hand or with a padlock, `origin`, `provider` and `locked`, and of one by hand also
    its `value` and when it was set (`at`, a text).
    """
    facts = {"kind": item.entity_type, "id": item.id, "field": field}
    tx.execute(_sql("unlock"), facts)
    tx.execute(_sql("remove_hand"), facts)
    for each in before:
        if each["origin"] == "hand":
            value = {"value": json.dumps(each["value"], ensure_ascii=False), "at": datetime.fromisoformat(each["at"])}
            tx.execute(_sql("insert_hand"), facts | value)
        if each["locked"]:
            tx.execute(_sql("lock_origin"), facts | {"origin": each["origin"], "provider": each["provider"]})


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


def _ids(reader: Connection, statement: str, facts: Mapping[str, Any]) -> list[int]:
    return [number for (number,) in reader.execute(_sql(statement), facts).fetchall()]


def _sql(name: str) -> str:
    return title_facets.statement(name)
