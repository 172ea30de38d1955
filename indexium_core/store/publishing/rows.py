"""The rows of the plan of publications (`publication_rows`), and the list that is made of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from indexium_core.model.publishing.publication import PublicationRow, SideFilePlan
from indexium_core.model.publishing.subjects import Entity, columns_of
from indexium_core.store import sql
from indexium_core.store.connection import Connection

RULES = 3  # the version of the rules by which rows are made; another number makes all rows again
# The tables that `has_plan` and `outdated` read, also through views: see `Database.last_change`.
READ_BY_OUTDATED = frozenset(
    {
        "libraries",
        "scanned_files",
        "decisions",
        "people",
        "person_aliases",
        "touched_files",
        "video_people",
        "movies",
        "series",
        "seasons",
        "episodes",
        "title_files",
        "title_values",
        "asset_candidates",
        "publication_rows",
        "published_files",
        "side_file_choices",
        "metadata_operations",
        "metadata_operation_items",
    }
)
TABLES = {"movie": "movies", "series": "series", "season": "seasons", "episode": "episodes"}


class OutdatedRow(NamedTuple):
    """A title or a video whose row must be computed, and the digest of its inputs."""

    entity: Entity
    inputs: int | None  # None: it is not published any more


class ListedRow(NamedTuple):
    """A row of the list."""

    top: Entity
    library_id: int
    name: str
    folder: str
    risk: str
    codes: list[str]
    actions: list[str]
    new_bytes: int
    members: int
    is_unpublished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSearch:
    """A search of the list; empty fields match all."""

    words: tuple[str, ...] = ()  # folded
    risks: tuple[str, ...] = ()  # (): all but unchanged ones
    codes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    library_id: int | None = None
    unpublished: bool | None = None
    tops: tuple[Entity, ...] | None = None  # only these rows, whatever their risk

    def columns(self, reader: Connection) -> dict[str, Any]:
        """Return the parameters of `found` in publishing.sql."""
        lists = {name: list(getattr(self, name)) for name in ("words", "codes", "actions")}
        tops = {"types": None, "ids": None} if self.tops is None else columns_of(self.tops)
        own = {"library_id": self.library_id, "libraries": reader.libraries}
        return {**lists, **own, "unpublished": self.unpublished, **tops}


def has_plan(reader: Connection) -> bool:
    """Return whether a library publishes something, or rows are stored."""
    return bool(reader.value(_sql("has_plan")))


def outdated(reader: Connection, *, all_rows: bool = False, settings: str = "") -> list[OutdatedRow]:
    """
    Return titles and videos whose row is missing or has other inputs, or all of them; and those without inputs.

    `settings`: what else the rows depend on.
    """
    facts = {"all": all_rows, "also": None, "rules": f"{RULES} {settings}"}
    rows = reader.execute(_sql("outdated"), facts).fetchall()
    return [OutdatedRow(Entity(kind, number), inputs) for kind, number, inputs in rows]


def store(
    tx: Connection, rows: Sequence[PublicationRow], computed: Sequence[OutdatedRow], search: Mapping[Entity, str]
) -> None:
    """
    Store rows in place of those of the same titles and videos.

    `computed` has the inputs of all that were computed; one without a row has nothing to publish. `search` has the
    folded text of each row.
    """
    tx.execute(_sql("remove_rows"), columns_of([each.entity for each in computed]))
    if rows:
        inputs = {each.entity: each.inputs for each in computed}
        tx.execute(_sql("insert_rows"), _columns(rows, inputs, search))
    for kind, table in TABLES.items():
        tx.execute(sql.with_parts(_sql("show_unpublished"), table=table), {"kind": kind})


def _columns(
    rows: Sequence[PublicationRow], inputs: Mapping[Entity, int | None], search: Mapping[Entity, str]
) -> dict[str, list[Any]]:
    return {
        "entity_type": [each.entity.entity_type for each in rows],
        "entity_id": [each.entity.entity_id for each in rows],
        "library_id": [each.library_id for each in rows],
        "top_type": [each.top.entity_type for each in rows],
        "top_id": [each.top.entity_id for each in rows],
        "name": [each.name for each in rows],
        "sort_name": [each.sort_name for each in rows],
        "search": [search[each.entity] for each in rows],
        "folder": [each.folder for each in rows],
        "risk": [each.risk for each in rows],
        "codes": [list(each.codes) for each in rows],
        "actions": [[file.action for file in each.files] for each in rows],
        "new_bytes": [each.new_bytes for each in rows],
        "files": [json.dumps([file.plain() for file in each.files], ensure_ascii=False) for each in rows],
        "people": [list(each.people) for each in rows],
        "is_unpublished": [each.is_unpublished for each in rows],
        "digest": [each.digest for each in rows],
        "inputs": [inputs[each.entity] for each in rows],
    }


def known_files(reader: Connection, entities: Collection[Entity]) -> dict[bytes, SideFilePlan]:
    """Return the side files in the present rows of titles and videos, by path."""
    found = {}
    for _, _, files in reader.execute(_sql("known_files"), columns_of(entities)).fetchall():
        for each in _files(files):
            found[each.path_bytes] = each
    return found


def page(
    reader: Connection, search: PublicationSearch, *, sort: str, limit: int | None, offset: int
) -> list[ListedRow]:
    """Return a part of the list."""
    facts = search.columns(reader) | {"risks": list(search.risks), "sort": sort, "limit": limit, "offset": offset}
    rows = reader.execute(_sql("page"), facts).fetchall()
    return [ListedRow(Entity(kind, number), *rest) for kind, number, *rest in rows]


def totals(reader: Connection, search: PublicationSearch) -> dict[str, tuple[int, int, list[str]]]:
    """Return by risk the number of rows that a search finds, their new bytes, and the actions of their files."""
    rows = reader.execute(_sql("totals"), search.columns(reader)).fetchall()
    return {risk: (count, new_bytes, actions) for risk, count, new_bytes, actions in rows}


def code_totals(reader: Connection, search: PublicationSearch) -> dict[str, int]:
    """Return the number of rows by code."""
    return dict(reader.execute(_sql("code_totals"), search.columns(reader)).fetchall())


def library_totals(reader: Connection, search: PublicationSearch) -> dict[int, int]:
    """Return the number of rows that `page` has on its pages, by library."""
    facts = search.columns(reader) | {"risks": list(search.risks)}
    return dict(reader.execute(_sql("library_totals"), facts).fetchall())


def selectable(
    reader: Connection, search: PublicationSearch, *, risks: Sequence[str], without: Sequence[str]
) -> dict[Entity, str]:
    """Return the risks of the rows that a search finds with one of some risks, without some codes; in their order."""
    facts = search.columns(reader) | {"risks": list(risks), "without": list(without)}
    return {Entity(kind, number): risk for kind, number, risk in reader.execute(_sql("selectable"), facts).fetchall()}


def members(reader: Connection, tops: Collection[Entity]) -> list[PublicationRow]:
    """Return the rows of the plan that belong to rows of the list: the title itself first."""
    return [_row(row) for row in reader.execute(_sql("members"), columns_of(tops)).fetch_dicts()]


def rows_of(reader: Connection, entities: Collection[Entity]) -> list[PublicationRow]:
    """Return the rows of titles and videos."""
    return [_row(row) for row in reader.execute(_sql("rows_of"), columns_of(entities)).fetch_dicts()]


def in_folders(reader: Connection, folders: Collection[str]) -> list[PublicationRow]:
    """Return the rows of titles in folders, as they are shown."""
    facts = {"folders": list(folders)}
    return [_row(row) for row in reader.execute(_sql("rows_in_folders"), facts).fetch_dicts()]


def all_entities(reader: Connection) -> list[Entity]:
    """Return the titles and videos of all rows."""
    return [Entity(*row) for row in reader.execute(_sql("all_rows")).fetchall()]


def _row(row: Mapping[str, Any]) -> PublicationRow:
    facts = {name: row[name] for name in ("library_id", "name", "sort_name", "folder", "is_unpublished")}
    return PublicationRow(
        entity=Entity(row["entity_type"], row["entity_id"]),
        top=Entity(row["top_type"], row["top_id"]),
        files=tuple(_files(row["files"])),
        codes=tuple(row["codes"]),
        people=tuple(row["people"]),
        **facts,
    )


def _files(text: str) -> list[SideFilePlan]:
    return [SideFilePlan.of_plain(each) for each in json.loads(text)]


def _sql(name: str) -> str:
    return sql.compose("publishing", "ranked_values")[name]
