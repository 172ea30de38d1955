"""The titles to which a person moved files: `title_assignments`, and the links that follow from them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.titles.fields import EntityType
from indexium_core.model.titles.grouping import MADE_BY_HAND
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.titles.identified import FileLink

_IDENTITY = ("title", "year", "season", "episode")  # fields of a title that a person makes for a file


class FileToMove(NamedTuple):
    """A file that a person wants to move."""

    id: int
    library_id: int | None  # None: there is no such file
    media_kind: str


class FormerTitle(NamedTuple):
    """A title that a file has before it is moved."""

    id: int
    series_id: int | None  # of an episode


def assigned(reader: Connection, file_ids: Collection[int] | None = None) -> list[FileLink]:
    """Return the files (or those of some) that a person moved to a title; their parts are unknown."""
    facts = {"file_ids": None if file_ids is None else list(file_ids)}
    return [FileLink(*row) for row in reader.execute(_sql("assigned"), facts).fetchall()]


def files(reader: Connection, file_ids: Collection[int]) -> list[FileToMove]:
    """Return what is known about files, also about those that do not exist."""
    return [FileToMove(*row) for row in reader.execute(_sql("files"), {"file_ids": list(file_ids)}).fetchall()]


def former(reader: Connection, file_ids: Collection[int]) -> list[FormerTitle]:
    """Return the titles of files."""
    return [FormerTitle(*row) for row in reader.execute(_sql("titles_of"), {"file_ids": list(file_ids)}).fetchall()]


def parts_and_editions(reader: Connection, file_ids: Collection[int]) -> dict[int, tuple[int | None, str]]:
    """Return which part of a film and which edition each file is."""
    rows = reader.execute(_sql("parts_and_editions"), {"file_ids": list(file_ids)}).fetchall()
    return {file_id: (part, edition) for file_id, part, edition in rows}


def libraries_of_titles(reader: Connection, title_ids: Collection[int]) -> list[int]:
    """Return the ids of the libraries of titles."""
    return [number for (number,) in reader.execute(_sql("libraries_of_titles"), {"ids": list(title_ids)}).fetchall()]


def forget(tx: Connection, file_ids: Collection[int]) -> None:
    """Delete the links of files to titles, and what a person said about them."""
    for statement in ("forget_links", "forget_assignments"):
        tx.execute(_sql(statement), {"file_ids": list(file_ids)})


def moved_until(reader: Connection, file_ids: Collection[int], at: datetime) -> list[int]:
    """Return those of some files that a person moved to a title until a time."""
    facts = {"file_ids": list(file_ids), "at": at}
    return [file_id for (file_id,) in reader.execute(_sql("moved_until"), facts).fetchall()]


def unassign(tx: Connection, file_ids: Collection[int], at: datetime) -> None:
    """Forget that a person moved files; those that were moved again after a time stay."""
    tx.execute(_sql("unassign"), {"file_ids": list(file_ids), "at": at})


def assign(
    tx: Connection,
    entity_type: EntityType,
    title_id: int,
    known: Mapping[int, tuple[int | None, str]],
    *,
    role: str,
    at: datetime,
) -> None:
    """Move files to a title by hand; `known` has the part of a film and the edition of each. `forget` comes first."""
    facts = {"kind": entity_type, "id": title_id, "role": role, "file_ids": list(known)}
    parts, editions = [part for part, _ in known.values()], [edition for _, edition in known.values()]
    tx.execute(_sql("link"), facts | {"parts": parts, "editions": editions})
    tx.execute(_sql("assign"), facts | {"at": at})


def episode(reader: Connection, series_id: int, season: int, number: int) -> int | None:
    """Return the episode of a series with a number; None if there is none."""
    facts = {"series": series_id, "season": season, "episode": number}
    row = reader.execute(_sql("episode"), facts).fetchone()
    return None if row is None else int(row[0])


def title_of(
    reader: Connection, entity_type: EntityType, library_id: int, key: str, series_id: int | None = None
) -> int | None:
    """Return the title of a library with a key, whether names or a person made it; None if there is none."""
    facts = {"kind": entity_type, "library_id": library_id, "keys": [key, MADE_BY_HAND + key], "series": series_id}
    row = reader.execute(_sql("title_of_key"), facts).fetchone()
    return None if row is None else int(row[0])


def forget_made(tx: Connection, title_ids: Sequence[int]) -> None:
    """Delete the title, the year and the number by hand of titles that a person made for files that they lost."""
    facts = {"ids": list(title_ids), "fields": list(_IDENTITY), "prefix": MADE_BY_HAND}
    tx.execute(_sql("forget_made_values"), facts)


def _sql(name: str) -> str:
    return sql.load("title_assignments")[name]
