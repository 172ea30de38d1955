"""
What the home holds, in numbers and lists: for a glance at a library, not for plans.

Every list is read a page at a time; numbers are of one pass over the files.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from indexium_core.model.files.inventory import HeldFile, HeldPage, Quality, RemovalReport, TextCount
from indexium_core.model.planning.plan import Holder
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = [
    "MISSING",
    "WHOLE",
    "LibraryPart",
    "count_with_people",
    "files",
    "forget",
    "forgetting",
    "found",
    "operations_at_work",
    "quality",
    "states",
]

_TEXTS = 20  # texts of comments that are worth naming


@dataclass(frozen=True, slots=True)
class LibraryPart:
    """Some files of a root: all, or only the missing ones, or only those with one of some extensions."""

    missing: bool = False
    extensions: tuple[str, ...] | None = None  # lower case, no dot

    def of(self, library_id: int) -> dict[str, Any]:
        """Return the parameters of the statements that read this part of a root."""
        extensions = None if self.extensions is None else list(self.extensions)
        return {"library_id": library_id, "missing": self.missing, "extensions": extensions}


WHOLE = LibraryPart()
MISSING = LibraryPart(missing=True)


def states(reader: Connection) -> dict[int, tuple[dict[str, int], int]]:
    """Return by root: its files by state, and the bytes of those that are there."""
    found: dict[int, tuple[dict[str, int], int]] = {}
    for library_id, state, count, size in reader.execute(_sql("library_states")).fetchall():
        counts, total = found.get(library_id, ({}, 0))
        found[library_id] = ({**counts, state: count}, total + (size if state != "missing" else 0))
    return found


def quality(reader: Connection) -> Quality:
    """Return how many files every list has."""
    result = reader.execute(_sql("quality"))
    row = result.fetchone() or ()
    numbers = dict(zip(reader.columns, row, strict=True))
    texts = reader.execute(_sql("texts"), [_TEXTS]).fetchall()
    return Quality(**numbers, texts=[TextCount(text=text, files=count) for text, count in texts])


def files(reader: Connection, kind: str, *, page: int, per_page: int) -> HeldPage:
    """Return one page of the files of a kind (`model.holdings.KINDS`)."""
    window = {"limit": per_page, "offset": (page - 1) * per_page}
    found = reader.execute(_sql(f"kind_{kind}"), window).fetchall()
    total = found[0][1] if found else 0
    if not found and page > 1:
        first = reader.execute(_sql(f"kind_{kind}"), {"limit": 1, "offset": 0}).fetchone()
        total = first[1] if first else 0
    return _page(reader, [file_id for file_id, _ in found], total, page=page, per_page=per_page)


def found(
    reader: Connection, file_ids: Sequence[int] | None, *, sort: str, descending: bool, page: int, per_page: int
) -> HeldPage:
    """Return one page of the files that a search found (None: of all), without those that are missing."""
    wanted = {"file_ids": None if file_ids is None else list(file_ids)}
    order = {"sort": sort, "descending": descending, "limit": per_page, "offset": (page - 1) * per_page}
    shown = [file_id for (file_id,) in reader.execute(_sql("found"), wanted | order).fetchall()]
    total = int(reader.value(_sql("count_found"), wanted))
    return _page(reader, shown, total, page=page, per_page=per_page)


def _page(reader: Connection, file_ids: Sequence[int], total: int, *, page: int, per_page: int) -> HeldPage:
    rows = reader.execute(_sql("held_files"), [list(file_ids)]).fetchall() if file_ids else []
    return HeldPage(items=[_file(row) for row in rows], total=total, page=page, per_page=per_page)


def _file(row: tuple[object, ...]) -> HeldFile:
    names = HeldFile.__dataclass_fields__
    return HeldFile(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]  # columns in the order of the fields


def forgetting(reader: Connection, library_id: int, path: str, part: LibraryPart = WHOLE) -> RemovalReport:
    """Return what goes with a part of a root."""
    total, gone, known, decisions = reader.execute(_sql("forgetting"), part.of(library_id)).fetchone() or (0, 0, 0, 0)
    return RemovalReport(
        library_id=library_id, path=path, files=total, missing=gone, with_people=known, decisions=decisions
    )


def operations_at_work(reader: Connection, library_id: int, part: LibraryPart = WHOLE) -> list[Holder]:
    """Return the operations that are not over and hold files of a part of a root."""
    return [Holder(*row) for row in reader.execute(_sql("held_by_operations"), part.of(library_id)).fetchall()]


def forget(tx: Connection, library_id: int, part: LibraryPart) -> None:
    """Forget the files of a part of a root, and the decisions on them; their people and their history are kept."""
    tx.execute(_sql("forgotten"), part.of(library_id))
    for name in (
        "mark_forgotten",
        "forget_decisions",
        "forget_touched",
        "forget_properties",
        "forget_locks",
        "forget_files",
        "drop_forgotten",
    ):
        tx.execute(_sql(name))


def count_with_people(reader: Connection, file_ids: Collection[int]) -> int:
    """Return in how many of these files somebody is known."""
    return int(reader.value(_sql("count_with_people"), [list(file_ids)])) if file_ids else 0


def _sql(name: str) -> str:
    return sql.load("holdings")[name]
