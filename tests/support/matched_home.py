"""A home with films and a series at a stand-in of the providers, for tests of matches."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from indexium_core.library import Library
from indexium_core.model.providers.external_ids import ExternalId
from tests.support import tables

FILES = (
    "Films/Orbit of Two Return (2022).mp4",
    "Films/The Lantern Keeper.mp4",
    "Films/Zzyzx Quorum (1999).mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01.mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02.mp4",
)
TABLES = {
    "title_searches": "* EXCLUDE (searched_at)",
    "title_matches": "*",
    "title_values": "*",
    "movies": "* EXCLUDE (updated_at, has_unpublished_changes)",
    "series": "* EXCLUDE (updated_at, has_unpublished_changes)",
}


def ids(library: Library) -> dict[str, int]:
    """Return the ids of all titles by name."""
    return {each.name: each.id for each in library.titles.list(per_page=500).items}


def found(library: Library, name: str) -> int:
    """Search a title and return its id."""
    title_id = ids(library)[name]
    library.matches.find(title_id)
    return title_id


def provider_values(library: Library, title_id: int) -> dict[str, Any]:
    return {each.field: each.value for each in library.titles.candidates(title_id) if each.origin == "provider"}


def content(library: Library) -> dict[str, list[Any]]:
    """Return the rows that a decision can change."""
    return {
        table: tables.rows(library, f"SELECT {columns} FROM {table} ORDER BY ALL") for table, columns in TABLES.items()
    }


def put_value(library: Library, title_id: int, field: str, value: str, origin: str) -> None:
    with tables.changing(library) as tx:
        tx.execute(
            "INSERT INTO title_values VALUES ('movie', $1, $2, $3, $4, '', 0.9, now(), FALSE)",
            [title_id, field, json.dumps(value), origin],
        )


def accept(library: Library, title_id: int, *, revision: str = "") -> None:
    library.matches.accept(title_id, 2, revision=revision)


def accept_id(library: Library, title_id: int, *, revision: str = "") -> None:
    library.matches.accept_id(title_id, ExternalId("imdb", "tt99000004"), "movie", revision=revision)


def reject(library: Library, title_id: int, *, revision: str = "") -> None:
    library.matches.reject(title_id, 1, revision=revision)


def ignore(library: Library, title_id: int, *, revision: str = "") -> None:
    library.matches.ignore(title_id, revision=revision)


def later(library: Library, title_id: int, *, revision: str = "") -> None:
    library.matches.later(title_id, revision=revision)


DECISIONS: tuple[Callable[..., None], ...] = (accept, accept_id, reject, ignore, later)
