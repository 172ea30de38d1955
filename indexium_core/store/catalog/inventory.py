"""The inventory: numbers and pages of the files of a home, and the removal of files from the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexium_core.model.files.inventory import FilePage, ListedFile, Quality, RemovalReport, TextCount
from indexium_core.model.files.media import MediaKind
from indexium_core.store import sql
from indexium_core.store.connection import Connection

if TYPE_CHECKING:
    from indexium_core.model.planning.plan import Holder

_MAX_TEXTS = 20  # custom texts of comments in `Quality`


@dataclass(frozen=True, slots=True)
class LibraryPart:
    """A part of the files of a library: all, the missing ones, those with some extensions or of a kind, or some ids."""

    missing: bool = False
    extensions: tuple[str, ...] | None = None  # lower case, no dot
    kind: MediaKind | None = None  # with `extensions`: files of this kind of media, too, whatever their names
    file_ids: tuple[int, ...] | None = None

    def parameters(self, library_id: int) -> dict[str, Any]:
        """Return the parameters of the statements that read this part."""
        extensions = None if self.extensions is None else list(self.extensions)
        file_ids = None if self.file_ids is None else list(self.file_ids)
        return {
            "library_id": library_id,
            "missing": self.missing,
            "extensions": extensions,
            "kind": self.kind,
            "file_ids": file_ids,
        }


WHOLE = LibraryPart()
MISSING = LibraryPart(missing=True)


def states(reader: Connection) -> dict[int, tuple[dict[str, int], int]]:
    """Return for each library id the number of its files by state, and the bytes of the files that are not missing."""
    found: dict[int, tuple[dict[str, int], int]] = {}
    for library_id, state, count, size in reader.execute(_sql("library_states")).fetchall():
        counts, total = found.get(library_id, ({}, 0))
        found[library_id] = ({**counts, state: count}, total + (size if state != "missing" else 0))
    return found


def quality(reader: Connection) -> Quality:
    """Return the number of files of each kind."""
    [numbers] = reader.execute(_sql("quality")).fetch_dicts()
    texts = reader.execute(_sql("texts"), [_MAX_TEXTS]).fetchall()
    return Quality(**numbers, texts=[TextCount(text=text, files=count) for text, count in texts])


def files(reader: Connection, kind: str, *, page: int, per_page: int) -> FilePage:
    """Return one page of the files of a kind (`model.files.inventory.KINDS`)."""
    window = {"limit": per_page, "offset": (page - 1) * per_page}
    rows = reader.execute(_sql(f"kind_{kind}"), window).fetchall()
    total = rows[0][1] if rows else 0
    if not rows and page > 1:
        first = reader.execute(_sql(f"kind_{kind}"), {"limit": 1, "offset": 0}).fetchone()
        total = first[1] if first else 0
    return _page(reader, [file_id for file_id, _ in rows], total, page=page, per_page=per_page)


def search_page(
    reader: Connection, file_ids: Sequence[int] | None, *, sort: str, descending: bool, page: int, per_page: int
) -> FilePage:
    """Return one page of the files with some ids (None: of all files) that are not missing."""
    matches = {"file_ids": None if file_ids is None else list(file_ids)}
    order = {"sort": sort, "descending": descending, "limit": per_page, "offset": (page - 1) * per_page}
    page_ids = [file_id for (file_id,) in reader.execute(_sql("search_page"), matches | order).fetchall()]
    total = int(reader.value(_sql("count_matches"), matches))
    return _page(reader, page_ids, total, page=page, per_page=per_page)


def _page(reader: Connection, file_ids: Sequence[int], total: int, *, page: int, per_page: int) -> FilePage:
    rows = reader.execute(_sql("listed_files"), [list(file_ids)]).fetchall() if file_ids else []
    return FilePage(items=[_file(row) for row in rows], total=total, page=page, per_page=per_page)


def _file(row: tuple[object, ...]) -> ListedFile:
    names = ListedFile.__dataclass_fields__
    return ListedFile(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]  # columns in the order of the fields


def removal(reader: Connection, library_id: int, path: str, part: LibraryPart) -> RemovalReport:
    """Return what `forget` would delete."""
    row = _on_part(reader, "removal", library_id, part).fetchone() or (0, 0, 0, 0)
    total, missing, with_people, decisions = row
    return RemovalReport(
        library_id=library_id, path=path, files=total, missing=missing, with_people=with_people, decisions=decisions
    )


def unfinished_operations(reader: Connection, library_id: int, part: LibraryPart) -> list[Holder]:
    """Return the unfinished operations that have files in a part of a library."""
    from indexium_core.model.planning.plan import Holder

    rows = _on_part(reader, "unfinished_operations", library_id, part).fetchall()
    return [Holder(*row) for row in rows]


def _on_part(connection: Connection, name: str, library_id: int, part: LibraryPart) -> Connection:
    """Run a statement that reads the files of a part of a library."""
    connection.execute(_sql("define_part"))
    return connection.execute(_sql(name), part.parameters(library_id))


def forget(tx: Connection, library_id: int, part: LibraryPart) -> None:
    """
    Delete the rows of a part of a library, and the decisions on them; people and history are kept.

    A copy elsewhere gets the decisions on a recording that has no other file.
    """
    from indexium_core.store.catalog import recordings

    _on_part(tx, "forgotten", library_id, part)
    for name in ("mark_forgotten", "mark_forgotten_missing"):
        tx.execute(_sql(name))
    recordings.hand_over(tx)
    for name in (
        "forget_decisions",
        "forget_touched",
        "forget_properties",
        "forget_locks",
        "forget_titles",
        "forget_assignments",
        "forget_files",
        "drop_forgotten",
    ):
        tx.execute(_sql(name))


def forget_library(tx: Connection, library_id: int) -> None:
    """Delete the rows of a library, its files and the decisions on them, as `forget` does."""
    from indexium_core.store.artwork import selection
    from indexium_core.store.titles import identified

    forget(tx, library_id, WHOLE)
    tx.execute(_sql("forget_library"), [library_id])
    selection.remove_configs(tx, library_id)
    identified.put_nfo_problems(tx, library_id, [])
    identified.remove_empty(tx, library_id)


def count_with_people(reader: Connection, file_ids: Collection[int]) -> int:
    """Return the number of these files to which the database assigns people."""
    return int(reader.value(_sql("count_with_people"), [list(file_ids)])) if file_ids else 0


def _sql(name: str) -> str:
    return sql.load("inventory")[name]
