"""The people as a page shows them: with files, years, picture and companions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from indexium_core.model.people import people_comment
from indexium_core.model.people.person import Companion, PersonCard, PersonFile
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def page(
    reader: Connection, text: str, *, files: Mapping[int, int], count: int, offset: int
) -> tuple[list[PersonCard], int]:
    """
    Return one page of the people whose name, qualifier or alias contains a text, and the number of all.

    The page is in the order of the numbers of `files` (`people.file_counts`), the largest first, then in that of the names.
    """
    counts = {"counted": list(files), "files": list(files.values())}
    parameters = {"text": people_comment.fold(text), **counts, "count": count, "offset": offset}
    [(person_ids, total)] = reader.execute(_sql("page"), parameters).fetchall()
    return cards(reader, person_ids or []), total


def cards(reader: Connection, person_ids: Collection[int]) -> list[PersonCard]:
    """Return some people, in the order of their ids in `person_ids`; without unknown ids."""
    rows = reader.execute(_sql("cards"), {"person_ids": list(person_ids)}).fetch_dicts()
    by_id = {row["person_id"]: PersonCard(**row | {"aliases": tuple(row["aliases"])}) for row in rows}
    return [by_id[person_id] for person_id in person_ids if person_id in by_id]


def companions(reader: Connection, person_id: int, *, count: int) -> list[Companion]:
    """Return the people who share most files with a person."""
    rows = reader.execute(_sql("companions"), {"person_id": person_id, "count": count}).fetchall()
    return [Companion(person_id=other, name=name, qualifier=text, files=files) for other, name, text, files in rows]


def files(reader: Connection, person_id: int, *, count: int) -> list[PersonFile]:
    """Return the newest files of a person."""
    rows = reader.execute(_sql("files"), {"person_id": person_id, "count": count}).fetch_dicts()
    return [PersonFile(**row) for row in rows]


def picture_candidate(reader: Connection, person_id: int, file_id: int) -> tuple[str, bool, bool] | None:
    """Return the name of a file, whether a person is in it, and whether it has a picture; None for an unknown file."""
    rows = reader.execute(_sql("picture_candidate"), {"person_id": person_id, "file_id": file_id}).fetchall()
    return rows[0] if rows else None


def set_picture(tx: Connection, person_id: int, file_id: int | None) -> None:
    """Choose the file of the picture of a person; None: the program chooses."""
    tx.execute(_sql("set_picture"), {"person_id": person_id, "file_id": file_id})


def _sql(name: str) -> str:
    return sql.load("persons")[name]
