"""The people as a page shows them: with files, years, picture and companions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from indexium_core.model.people import people_comment
from indexium_core.model.people.person import Companion, PersonCard, PersonFile
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def page(
    reader: Connection, text: str, *, by_files: bool, count: int, offset: int, index: str = ""
) -> tuple[list[PersonCard], int]:
    """
    Return one page of the people whose name, qualifier or alias contains a text, and the number of all.

    Args:
        reader: A connection; with `index`, the one that `PeopleIndex.at` returns.
        text: The text; letter case and accents do not matter.
        by_files: The people with the most files come first; else the order is that of the names.
        count: The most people of the page.
        offset: The number of people before the page.
        index: The name of the index in memory; "" reads the relation itself.

    """
    files = file_counts(reader, index) if by_files else {}
    counts = {"counted": list(files), "files": list(files.values())}
    parameters = {"text": people_comment.fold(text), **counts, "count": count, "offset": offset}
    [(person_ids, total)] = reader.execute(_sql("page"), parameters).fetchall()
    return cards(reader, person_ids or [], index), total


def named_like(reader: Connection, text: str, *, count: int) -> list[int]:
    """Return the ids of the people whose name, qualifier or alias contains a text: first those who are called so."""
    return [
        person_id
        for (person_id,) in reader.execute(
            _sql("named_like"), {"text": people_comment.fold(text), "count": count}
        ).fetchall()
    ]


def file_counts(reader: Connection, index: str = "") -> dict[int, int]:
    """Return the number of files of each person who has files, by the id of the person."""
    if not index:
        return dict(reader.execute(_of_files("file_counts"), {"person_ids": None}).fetchall())
    counts = dict(reader.execute(_sql("indexed_counts", derived=index)).fetchall())
    contested = _contested(reader, None)
    if contested:
        exact = dict(reader.execute(_of_files("file_counts"), {"person_ids": contested}).fetchall())
        counts = {person: files for person, files in counts.items() if person not in set(contested)} | exact
    return counts


def cards(reader: Connection, person_ids: Collection[int], index: str = "") -> list[PersonCard]:
    """Return some people, in the order of their ids in `person_ids`; without unknown ids."""
    rows = _rows(reader, "cards", person_ids, index)
    by_id = {row["person_id"]: PersonCard(**row | {"aliases": tuple(row["aliases"])}) for row in rows}
    return [by_id[person_id] for person_id in person_ids if person_id in by_id]


def companions(reader: Connection, person_id: int, *, count: int, index: str = "") -> list[Companion]:
    """Return the people who share most files with a person."""
    return [Companion(**row) for row in _rows(reader, "companions", [person_id], index, count=count)]


def files(reader: Connection, person_id: int, *, count: int, index: str = "") -> list[PersonFile]:
    """Return the newest files of a person."""
    return [PersonFile(**row) for row in _rows(reader, "files", [person_id], index, count=count)]


def _rows(
    reader: Connection, name: str, person_ids: Collection[int], index: str, **more: object
) -> list[dict[str, Any]]:
    """Return the rows of a statement about some people, from the index if their names mean nobody else."""
    source = "" if not index or _contested(reader, person_ids) else index
    return reader.execute(_of_files(name, source), {"person_ids": list(person_ids), **more}).fetch_dicts()


def _contested(reader: Connection, person_ids: Collection[int] | None) -> list[int]:
    """Return those of some people, or of all, whose name may mean somebody else."""
    wanted = None if person_ids is None else list(person_ids)
    return [each for (each,) in reader.execute(_sql("contested"), {"person_ids": wanted}).fetchall()]


def picture_candidate(reader: Connection, person_id: int, file_id: int) -> tuple[str, bool, bool] | None:
    """Return the name of a file, whether a person is in it, and whether it has a picture; None for an unknown file."""
    rows = reader.execute(_sql("picture_candidate"), {"person_id": person_id, "file_id": file_id}).fetchall()
    return rows[0] if rows else None


def set_picture(tx: Connection, person_id: int, file_id: int | None) -> None:
    """Choose the file of the picture of a person; None: the program chooses."""
    tx.execute(_sql("set_picture"), {"person_id": person_id, "file_id": file_id})


def _of_files(name: str, index: str = "") -> str:
    """Return a statement that reads the files of people, from the index of this name or from the relation."""
    found, kind = sql.load("persons"), "indexed_" if index else ""
    files, casts = (sql.with_parts(found[f"{kind}{part}"], derived=index) for part in ("own_files", "casts"))
    return sql.with_parts(found[name], own_files=files, casts=casts)


def _sql(name: str, **parts: str) -> str:
    return sql.with_parts(sql.load("persons")[name], **parts)
