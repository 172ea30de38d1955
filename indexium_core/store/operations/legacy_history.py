"""
The history of a legacy .db file in the ledger, and its files that no scanned file matches.

Its operations have an origin and no backups, so they cannot be rolled back. Their items have negative ids: each is
older than every item of this program. Mutators take the connection of an open transaction.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.people.legacy import LegacyItem, LegacyOperation


class CatalogFile(NamedTuple):
    """A file of the catalog, with the facts that a match needs."""

    file_id: int
    path: bytes
    file_hash: str  # of the payload; "" if unknown
    size: int
    mtime_ns: int
    is_readable: bool  # the file is not missing and not empty


class ImportedItem(NamedTuple):
    """A file of a legacy operation with the file of the catalog that matches it."""

    item: LegacyItem
    path: bytes  # the last known path of the file, absolute
    file_id: int | None  # None: no file matches


class UnmatchedPath(NamedTuple):
    """The path of a file of a legacy database that no scanned file matches."""

    path: bytes  # absolute
    is_unique: bool  # no other file of the database has its name


def catalog_files(reader: Connection) -> list[CatalogFile]:
    """Return all files of the catalog; of several files at one path, the present one comes first."""
    return [CatalogFile(*row) for row in reader.execute(_sql("catalog_files")).fetchall()]


def add(
    tx: Connection,
    origin: str,
    operations: Sequence[tuple[LegacyOperation, Sequence[ImportedItem]]],
    *,
    is_preview: bool = False,
) -> tuple[int, int]:
    """
    Store operations that have a start time, with their items; return the numbers of new and of known operations.

    An operation that the history has already is updated if the old Indexium continued it, and otherwise unchanged.
    `origin` is the name of the database. A preview only counts.
    """
    if not operations:
        return 0, 0
    tx.execute(_sql("imported_operations"), _operation_columns([operation for operation, _ in operations]))
    new, known = tx.execute(_sql("operation_counts")).fetchone() or (0, 0)
    if not is_preview:
        tx.execute(_sql("number_operations"))
        tx.execute(_sql("insert_operations"), {"origin": origin})
        tx.execute(_sql("delete_items"))
        tx.execute(_sql("insert_items"), _item_columns(tx, operations))
        tx.execute(_sql("update_operations"))
    tx.execute(_sql("drop_imported_operations"))
    return int(new), int(known)


def set_unmatched(tx: Connection, paths: Collection[bytes], unmatched: Sequence[UnmatchedPath]) -> None:
    """Store which of the files of a database, at these paths, are unmatched."""
    tx.execute(_sql("delete_files"), {"paths": sorted({*paths, *(each.path for each in unmatched)})})
    columns = {
        "paths": [each.path for each in unmatched],
        "shown": [_shown(each.path) for each in unmatched],
        "names": [_shown(os.path.basename(each.path)) for each in unmatched],  # noqa: PTH119 - bytes
        "unique": [each.is_unique for each in unmatched],
    }
    tx.execute(_sql("insert_files"), columns)


def adopt(tx: Connection) -> None:
    """Give the history of unmatched files to the files that a scan found at their paths. Each scan does this."""
    if tx.value(_sql("any_files")):
        tx.execute(_sql("link_items"))
        tx.execute(_sql("drop_found_files"))


def take(tx: Connection, path: str, file_id: int) -> None:
    """Give the suggestions and the history of an unmatched file to a file. Its people are assigned separately."""
    for statement in ("take_faces", "take_items", "drop_taken"):
        tx.execute(_sql(statement), sql.parameters(_sql(statement), {"path": path, "file_id": file_id}))


def _operation_columns(operations: Sequence[LegacyOperation]) -> dict[str, list[object]]:
    return {
        "numbers": [each.number for each in operations],
        "types": [each.operation_type for each in operations],
        "statuses": [each.status for each in operations],
        "starts": [each.started_at for each in operations],
        "ends": [each.completed_at for each in operations],
        "file_counts": [each.file_count for each in operations],
        "success_counts": [each.success_count for each in operations],
        "failure_counts": [each.failure_count for each in operations],
        "error_messages": [each.error_message for each in operations],
        "notes": [each.user_note for each in operations],
    }


def _item_columns(
    tx: Connection, operations: Sequence[tuple[LegacyOperation, Sequence[ImportedItem]]]
) -> dict[str, list[object]]:
    rows = [(operation, each) for operation, items in operations for each in items]
    unknown = list(dict.fromkeys(each.path for _, each in rows if each.file_id is None))
    new_ids = [file_id for (file_id,) in tx.execute(_sql("next_file_ids"), {"count": len(unknown)}).fetchall()]
    id_by_path = dict(zip(unknown, new_ids, strict=True))
    return {
        "ords": list(range(len(rows))),
        "numbers": [operation.number for operation, _ in rows],
        "starts": [operation.started_at for operation, _ in rows],
        "file_ids": [id_by_path[each.path] if each.file_id is None else each.file_id for _, each in rows],
        "file_paths": [_shown(each.item.path) for _, each in rows],
        "paths": [each.path for _, each in rows],
        "statuses": [each.item.status for _, each in rows],
        "error_messages": [each.item.message for _, each in rows],
        "previous": [each.item.previous_comment for _, each in rows],
        "new": [each.item.new_comment for _, each in rows],
        "processed": [each.item.processed_at for _, each in rows],
        "added": [each.item.tags_added for _, each in rows],
        "removed": [each.item.tags_removed for _, each in rows],
    }


def _sql(name: str) -> str:
    return sql.load("legacy_history")[name]


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")
