"""What an identification reads and stores: names, titles, their files, and values from names, tags and NFO files."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from indexium_core.model.names.name_parts import Role
from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.titles.fields import EntityType
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles import external_ids
from indexium_core.store.titles.external_ids import FoundId

TABLES: Mapping[str, str] = {"movie": "movies", "series": "series", "season": "seasons", "episode": "episodes"}
_KINDS_OF_IDS = {field: kind for kind, field in ID_FIELDS.items()}
MOST_GIVEN = 500  # titles: a list of more takes longer than all titles


class FileToIdentify(NamedTuple):
    """A video of a library that holds titles."""

    file_id: int
    library_id: int
    folder: str  # below the library folder
    file_name: str
    path_bytes: bytes
    is_missing: bool
    duration: float | None
    fields: Mapping[str, str]  # container tags


@dataclass(frozen=True, slots=True)
class StoredTitle:
    """A title of the database, for the search of the title of a file."""

    entity_type: EntityType
    id: int
    library_id: int
    name_key: str
    series_id: int | None
    is_touched: bool  # a person has set or locked a value


class FileLink(NamedTuple):
    """A file of a title."""

    file_id: int
    entity_type: EntityType
    entity_id: int
    part: int | None
    role: Role
    edition: str


class TitleRow(NamedTuple):
    """A film, a series or an episode of an identification."""

    entity_type: EntityType
    id: int
    library_id: int
    name_key: str
    series_id: int | None
    is_new: bool


class TitleValueRow(NamedTuple):
    """A value of a title from a name, a container tag, an NFO file or a provider."""

    entity_type: str
    entity_id: int
    field: str
    value: Any  # JSON value
    origin: str  # name, tag, nfo, or the provider
    confidence: float | None  # 0 to 1: of the match with a provider


class SeasonValueRow(NamedTuple):
    """A value of a season from an NFO file. Its id is unknown: seasons are made from episodes."""

    series_id: int
    season: int
    field: str
    value: Any  # JSON value


class EvidenceRow(NamedTuple):
    """How sure it is that a film or series is one, and no home video."""

    entity_type: EntityType
    entity_id: int
    is_enough: bool
    points: int
    reasons: tuple[str, ...]  # sentences


class NfoProblemRow(NamedTuple):
    """An NFO file that could not be read whole."""

    path: str  # for display
    folder: str  # below the library folder
    stem: str  # name without `.nfo`, in lower case
    problem: str  # a sentence


def put_nfo_problems(tx: Connection, library_id: int, rows: Sequence[NfoProblemRow]) -> None:
    """Store the broken NFO files of a library; replaces the former ones."""
    tx.execute(_sql("remove_nfo_problems"), {"library_id": library_id})
    if rows:
        columns = {name: [getattr(row, name) for row in rows] for name in NfoProblemRow._fields}
        tx.execute(_sql("put_nfo_problems"), columns | {"library_id": library_id})


def put_evidence(tx: Connection, rows: Sequence[EvidenceRow]) -> None:
    """Store the evidence of films and series."""
    columns = {name: [getattr(row, name) for row in rows] for name in EvidenceRow._fields if name != "reasons"}
    texts = [json.dumps(row.reasons, ensure_ascii=False) for row in rows]
    tx.execute(_sql("put_evidence"), columns | {"reasons": texts})


def files(reader: Connection, library_ids: Sequence[int]) -> list[FileToIdentify]:
    """Return the videos of some libraries, sorted by path, also missing ones, because they keep their titles."""
    rows = reader.execute(_sql("files"), [list(library_ids)]).fetchall()
    return [FileToIdentify._make((*row[:-1], dict(row[-1] or {}))) for row in rows]


def known_names(reader: Connection, parser: int) -> dict[str, dict[str, Any]]:
    """Return the parts of the names that a version of the rules has read."""
    return {name: json.loads(parts) for name, parts in reader.execute(_sql("known_names"), [parser]).fetchall()}


def put_names(tx: Connection, parser: int, names: Mapping[str, Mapping[str, Any]]) -> None:
    """Store the parts of names."""
    parts = [json.dumps(each, ensure_ascii=False) for each in names.values()]
    tx.execute(_sql("put_names"), {"parser": parser, "names": list(names), "parts": parts})


def forget_names(tx: Connection, parser: int, names: Collection[str]) -> None:
    """Delete the parts of all other names, and those of other versions of the rules."""
    tx.execute(_sql("forget_names"), {"parser": parser, "names": list(names)})


def stored(reader: Connection) -> list[StoredTitle]:
    """Return all titles except seasons."""
    return [StoredTitle(*row) for row in reader.execute(_sql("stored")).fetchall()]


def links(reader: Connection) -> list[FileLink]:
    """Return the files of all titles."""
    return [FileLink(*row) for row in reader.execute(_sql("links")).fetchall()]


def next_ids(tx: Connection, count: int) -> list[int]:
    """Return ids for new titles."""
    return [number for (number,) in tx.execute(_sql("next_ids"), [count]).fetchall()]


def put(
    tx: Connection,
    titles: Sequence[TitleRow],
    found: Iterable[FileLink],
    values: Sequence[TitleValueRow],
    *,
    file_ids: Sequence[int],
    keep_nfo: Sequence[int] = (),
    at: datetime,
) -> list[tuple[str, int, bool]]:
    """
    Store a part of the result of an identification: whole films and series. `finish` comes after all parts.

    Return type and id of each new or changed title, and whether it is new.

    Values that a person set or locked, and values of providers, do not change.

    Args:
        tx: The transaction.
        titles: Films, series and episodes.
        found: The files of the titles.
        values: Values from names, container tags and NFO files.
        file_ids: All files that were identified.
        keep_nfo: Titles whose NFO files could not be read: they keep the values of these files.
        at: The time.

    """
    pairs = list(found)
    add_titles(tx, titles, at=at)
    tx.execute(_sql("incoming_links"), {name: [getattr(each, name) for each in pairs] for name in FileLink._fields})
    columns = {name: [getattr(each, name) for each in values] for name in TitleValueRow._fields if name != "value"}
    texts = [json.dumps(each.value, ensure_ascii=False) for each in values]
    tx.execute(_sql("incoming_values"), columns | {"value": texts})
    tx.execute(_sql("remove_links"), [list(file_ids)])
    tx.execute(_sql("insert_links"))
    tx.execute(_sql("changed_values"), {"keep_nfo": list(keep_nfo)})
    tx.execute(_sql("remove_values"), {"keep_nfo": list(keep_nfo)})
    tx.execute(_sql("insert_values"), {"at": at})
    external_ids.remember(tx, _ids(values), at=at)
    show(tx, at=at, ids=[row.id for row in titles])
    changed = [(kind, number, is_new) for kind, number, is_new in tx.execute(_sql("changed")).fetchall()]
    tx.execute(_sql("drop_incoming"))
    return changed


def _ids(values: Iterable[TitleValueRow]) -> Iterator[FoundId]:
    """Yield the ids of films and series among values."""
    for each in values:
        if each.field in _KINDS_OF_IDS and each.entity_type in ("movie", "series") and each.value:
            yield FoundId(each.entity_type, each.entity_id, _KINDS_OF_IDS[each.field], each.value, each.origin)


def finish(
    tx: Connection, library_id: int, series_ids: Collection[int], values: Collection[SeasonValueRow], *, at: datetime
) -> None:
    """
    Delete the titles of a library that have lost their files, and show the values of all others.

    `values` are those of the NFO files of the seasons of `series_ids`.
    """
    remove_empty(tx, library_id)
    show(tx, at=at)
    _put_season_values(tx, series_ids, values, at=at)


def state(reader: Connection) -> str:
    """Return a digest of what the identification reads of titles: it changes if a person changes one of them."""
    return str(reader.value(_sql("state")))


def found_values(reader: Connection) -> list[TitleValueRow]:
    """Return the values from names, container tags and NFO files that are not locked, each as JSON text."""
    return [TitleValueRow(*row) for row in reader.execute(_sql("found_values")).fetchall()]


def _put_season_values(
    tx: Connection, series_ids: Collection[int], values: Collection[SeasonValueRow], *, at: datetime
) -> None:
    """Store the values of the NFO files of seasons of some series. Locked values and those of other origins stay."""
    rows = {(each.series_id, each.season, each.field): each for each in values}.values()
    columns = {name: [getattr(each, name) for each in rows] for name in SeasonValueRow._fields if name != "value"}
    texts = [json.dumps(each.value, ensure_ascii=False) for each in rows]
    tx.execute(_sql("incoming_season_values"), columns | {"value": texts})
    changed = [number for (number,) in tx.execute(_sql("changed_seasons"), {"series": list(series_ids)}).fetchall()]
    if changed:
        tx.execute(_sql("remove_season_values"), {"ids": changed})
        tx.execute(_sql("insert_season_values"), {"ids": changed, "at": at})
        show(tx, at=at, ids=changed)
    tx.execute(_sql("drop_incoming_seasons"))


def add_titles(tx: Connection, titles: Iterable[TitleRow], *, at: datetime) -> None:
    """Add the new films, series and episodes; known ones get their library, their key and their series."""
    rows = list(titles)
    tx.execute(_sql("incoming_titles"), {name: [getattr(row, name) for row in rows] for name in TitleRow._fields})
    for kind, form in (("movie", "works"), ("series", "works"), ("episode", "episodes")):
        for statement in (f"insert_titles_{form}", f"move_titles_{form}"):
            tx.execute(sql.with_parts(_sql(statement), table=TABLES[kind]), {"kind": kind, "at": at})


def show(tx: Connection, *, at: datetime, ids: Sequence[int] | None = None, series_ids: Collection[int] = ()) -> None:
    """
    Copy the shown values into the tables of titles, and make the seasons that episodes have.

    With `ids`, this is done for these titles only, and for the seasons of the series of episodes among them. Series
    that may have lost an episode are `series_ids`.
    """
    if ids is not None and len(ids) > MOST_GIVEN:
        ids = None
    only: dict[str, Any] = {"ids": None if ids is None else list(ids)}
    kinds, series = set(TABLES), None
    if ids is not None:
        kinds = _kinds(tx, ids)
        found = {number for (number,) in tx.execute(_sql("series_of"), only).fetchall()}
        series = sorted(found | set(series_ids))
    if series:
        only["ids"] += _seasons(tx, series)
    tx.execute(_sql("shown"), only)
    if series is None or series:
        tx.execute(_sql("show_episodes"), only | {"at": at})
        tx.execute(_sql("insert_seasons"), {"at": at, "series": series})
        tx.execute(_sql("remove_seasons"), {"series": series})
        kinds.add("season")
    if series:
        only["ids"] += _seasons(tx, series)
    for kind in [each for each in TABLES if each in kinds]:
        tx.execute(sql.with_parts(_sql("show"), table=TABLES[kind]), only | {"kind": kind, "at": at})


def tables_of(reader: Connection, ids: Sequence[int]) -> list[str]:
    """Return the tables that have some of the given titles."""
    return [TABLES[kind] for kind in sorted(_kinds(reader, ids))]


def _kinds(reader: Connection, ids: Sequence[int]) -> set[str]:
    return {kind for (kind,) in reader.execute(_sql("kinds_of"), {"ids": list(ids)}).fetchall()}


def _seasons(reader: Connection, series: Sequence[int]) -> list[int]:
    return [number for (number,) in reader.execute(_sql("seasons_of"), {"series": series}).fetchall()]


def remove_empty(tx: Connection, library_id: int) -> None:
    """Delete the titles of a library that have no file, except those that a person has changed."""
    for statement in ("empty_episodes", "empty_movies", "empty_series"):
        tx.execute(_sql(statement), [library_id])
    for statement in ("orphaned_values", "orphaned_searches", "orphaned_matches", "orphaned_evidence", "orphaned_ids"):
        tx.execute(_sql(statement))


def forget_library(tx: Connection, library_id: int) -> None:
    """Delete the links of the files of a library to titles, and the titles that no person has changed."""
    tx.execute(_sql("forget_links"), [library_id])
    put_nfo_problems(tx, library_id, [])
    remove_empty(tx, library_id)


def _sql(name: str) -> str:
    return sql.compose("titles")[name]
