"""The files of the library as pictures: the order of a list, its tiles, and the values of its facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from indexium_core.model.fields.table import CREATION_TIME, DATE, RATING, TITLE
from indexium_core.model.fields.values import FAVORITE
from indexium_core.model.files.media import MediaKind
from indexium_core.model.files.tiles import DateSource, Tile
from indexium_core.model.media_lists import MediaFacetValue
from indexium_core.model.query import CompiledQuery
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.people import people as people_store
from indexium_core.store.plan_version import Version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS: tuple[MediaKind | Literal[""], ...] = ("", "video", "audio", "photo")
_KEYS = {"title": TITLE, "rating": RATING, "created": CREATION_TIME, "date": DATE}
_PEOPLE_OF_TILE = 3
_SQL = sql.compose("properties", "media")


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a list in their order: one array for each fact."""

    file_ids: NDArray[np.int64]
    kinds: NDArray[np.uint8]  # places in `KINDS`
    ratings: NDArray[np.int32]
    people: NDArray[np.int64]  # number of people
    sizes: NDArray[np.int64]  # bytes
    offline: NDArray[np.bool_]
    days: NDArray[np.datetime64]


def stamp(reader: Connection) -> tuple[Any, ...]:
    """Return a value that changes when the facts about files change without a new version of the plan."""
    return tuple(reader.execute(_SQL["stamp"]).fetchone() or ())


def listing(reader: Connection, version: Version, query: CompiledQuery, *, sort: str) -> Listing:
    """Return the files that match a search, sorted by one of `tiles.SORTS`."""
    rows = _run(reader, "listing", version, query, {"sort": sort, "kinds": list(KINDS[1:])}).fetchnumpy()
    return Listing(
        rows["file_id"], rows["kind"], rows["rating"], rows["people"], rows["size"], rows["is_offline"], rows["day"]
    )


def count(reader: Connection, version: Version, query: CompiledQuery) -> int:
    """Return the number of files that match a search."""
    row = _run(reader, "count", version, query, {}).fetchone()
    return int(row[0]) if row else 0


def tiles(reader: Connection, version: Version, file_ids: Sequence[int]) -> list[Tile]:
    """Return the tiles of files in the order of their ids; files that no longer exist are omitted."""
    facts = {"file_ids": list(file_ids), "most_people": _PEOPLE_OF_TILE} | version.parameters | _KEYS
    text = _SQL["tiles"].replace("TRUE /* limited */", _SQL["of_ids"])
    rows = reader.execute(text, sql.parameters(text, facts)).fetchall()
    found = {row[0]: _tile(row) for row in rows}
    return [found[file_id] for file_id in file_ids if file_id in found]


def date_of(reader: Connection, version: Version, file_id: int) -> tuple[str, DateSource | None]:
    """Return the date under which a file is shown, and the source of the date; ("", None) if the file is missing."""
    facts = {"file_id": file_id} | version.parameters | _KEYS
    text = _SQL["date"]
    row = reader.execute(text, sql.parameters(text, facts)).fetchone()
    return (row[0], row[1]) if row else ("", None)


def facet(reader: Connection, version: Version, query: CompiledQuery, *, key: str, most: int) -> list[MediaFacetValue]:
    """Return the values of one of `tiles.FACETS` in the files that match a search."""
    rows = _run(reader, "facet", version, query, {"key": key, "most": most}).fetchall()
    return [MediaFacetValue(key=key, value=value, files=files) for value, files in rows]


def _run(reader: Connection, name: str, version: Version, query: CompiledQuery, facts: Mapping[str, Any]) -> Connection:
    where, parameters = query.named()
    text = _SQL[name]
    if where != "TRUE":
        text = text.replace("TRUE /* searched */", _SQL["of_search"].replace("TRUE /* search */", where))
    every = {**facts, **_KEYS, **version.parameters, "libraries": reader.libraries}
    every |= people_store.resolve_spellings(reader, parameters)
    return reader.execute(text, sql.parameters(text, every))


def _tile(row: tuple[Any, ...]) -> Tile:
    width, _, height = row[16].partition("x")
    return Tile(
        file_id=row[0],
        file_name=row[1],
        title=row[2],
        folder=row[3],
        library=row[4],
        kind=row[5],
        file_ext=row[6],
        file_hash=row[7],
        mtime_ns=row[8],
        size=row[9],
        shown_at=row[10],
        date_source=row[11],
        rating=row[12],
        favorite=row[12] == int(FAVORITE),
        people=row[13],
        people_count=row[14],
        duration=row[15],
        width=int(width) if height.isdigit() and width.isdigit() else 0,
        height=int(height) if height.isdigit() and width.isdigit() else 0,
        in_plan=row[17],
        skipped=row[18],
        offline=row[19],
        unwritable=row[20],
        container=row[21],
    )
