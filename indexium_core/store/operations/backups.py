"""
Backups in the database: the backup of each item, its size, and whether it may be removed.

A backup is marked as dropped here before its files are removed, so that the database never promises a missing backup.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from indexium_core.store import database, sql
from indexium_core.store.connection import Connection

if TYPE_CHECKING:  # each start asks for expired backups
    from indexium_core.model.operations.backup import OperationBackups
    from indexium_core.model.operations.operation import BackupRecord

_SQL = sql.load("backups")
_KINDS = ("journal", "delta", "original", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """The backup of an item, with its location."""

    record: BackupRecord
    operation_id: int
    file: tuple[str | None, str]  # hash and path at the time of the write
    journal: str
    dropped: bool
    kept: bytes | None  # path of the kept original
    kept_bytes: int
    evicted_reason: str
    status: str  # status of the item
    comment: str | None  # comment of the file before the write


class OrphanedOriginal(NamedTuple):
    """A kept original that is no longer a backup."""

    item_id: int
    file_id: int
    path: bytes


class BackupLocation(NamedTuple):
    """The location of a file, as the catalog has it."""

    file_id: int
    path: bytes
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What can be removed to free space: the first items that are enough, or all."""

    item_ids: list[int]  # items whose kept original would be removed
    journals: list[str]
    bytes: int  # size of everything that may be removed, including other backups


class Backups:
    """Reads and writes of `metadata_history` about backups."""

    def __init__(self, store: database.Database) -> None:
        self._store = store

    # Read.

    def records(self, *, operation_ids: Sequence[int] = (), item_ids: Sequence[int] = ()) -> list[Backup]:
        """Return the backups of these operations or items, newest first; of all operations if both are empty."""
        values = {"operation_ids": list(operation_ids), "item_ids": list(item_ids)}
        return [_backup(row) for row in self._store.read().execute(_SQL["records"], values).fetch_dicts()]

    def by_operation(self, *, kept_for: timedelta) -> list[OperationBackups]:
        """Return the backups of each operation, newest first."""
        rows = self._store.read().execute(_SQL["by_operation"]).fetch_dicts()
        return [_of_operation(row, kept_for) for row in rows]

    def usage(self) -> int:
        """Return the size of journals and kept originals in bytes."""
        return int(self._store.read().value(_SQL["usage"]))

    def still_open(self, item_ids: Collection[int]) -> set[int]:
        """Return the given items that have no result yet."""
        rows = self._store.read().execute(_SQL["pending_items"], [list(item_ids)]).fetchall()
        return {item_id for (item_id,) in rows}

    def is_exact_rollback(self, item_id: int) -> bool:
        """Return whether an item rolls another item back, byte for byte."""
        return bool(self._store.read().value(_SQL["is_exact_rollback"], [item_id]))

    def journals_of(self, operation_id: int) -> list[str]:
        """Return the names of the journal files of an operation."""
        rows = self._store.read().execute(_SQL["journals_of"], {"operation_id": operation_id}).fetchall()
        return [row[0] for row in rows]

    def journals(self) -> set[str]:
        """Return the names of all known journal files, including removed ones."""
        return {name for (name,) in self._store.read().execute(_SQL["all_journals"]).fetchall()}

    def expired(self, *, before: datetime) -> list[int]:
        """Return operations whose backups are older than a time and no longer needed."""
        rows = self._store.read().execute(_SQL["expired"], {"before": before}).fetchall()
        return [row[0] for row in rows]

    def room(self, needed: int) -> Room:
        """Return the items and journals whose removal frees `needed` bytes."""
        rows = self._store.read().execute(_SQL["evictable"], {"needed": needed}).fetchall()
        return Room(
            item_ids=[item_id for _, item_id, *_ in rows if item_id is not None],
            journals=[journal for _, _, journal, *_ in rows if journal],
            bytes=int(rows[0][4]) if rows else 0,
        )

    def leftovers(self) -> list[OrphanedOriginal]:
        """Return kept originals that are no longer backups and still exist."""
        rows = self._store.read().execute(_SQL["leftovers"]).fetchall()
        return [OrphanedOriginal(item_id, file_id, bytes(path)) for item_id, file_id, path in rows]

    def dead_journals(self, names: Sequence[str]) -> list[str]:
        """Return which of the given journals have no backup in them; unknown journals are omitted."""
        rows = self._store.read().execute(_SQL["dead_journals"], {"journals": list(names)}).fetchall()
        return [row[0] for row in rows]

    def places_of(self, file_ids: Collection[int]) -> list[BackupLocation]:
        """Return the present location of files that are not missing."""
        rows = self._store.read().execute(_SQL["locations_of"], [list(file_ids)]).fetchall()
        return [BackupLocation(file_id, bytes(path), size, mtime_ns) for file_id, path, size, mtime_ns in rows]

    # Drop.

    def drop_operation(self, operation_id: int, *, reason: str, now: datetime) -> None:
        """Mark all backups of an operation as dropped, with the reason."""
        with self._store.atomic() as tx:
            drop_operation(tx, operation_id, reason=reason, now=now)

    def drop(self, room: Room, *, reason: str, now: datetime) -> None:
        """Mark these backups as dropped, with the reason."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["drop_items"], {"item_ids": room.item_ids, "reason": reason, "now": now})
            tx.execute(_SQL["drop_journals"], {"journals": room.journals, "reason": reason, "now": now})

    def removed(self, item_ids: Sequence[int]) -> None:
        """Record that kept originals of these items, which were no longer backups, are removed."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["mark_removed"], {"item_ids": list(item_ids)})


def drop_operation(tx: Connection, operation_id: int, *, reason: str, now: datetime) -> None:
    """Mark all backups of an operation as dropped, with the reason, in a transaction of the caller."""
    tx.execute(_SQL["drop_operation"], {"operation_id": operation_id, "reason": reason, "now": now})


def _backup(row: dict[str, Any]) -> Backup:
    from indexium_core.model.operations.operation import BackupRecord

    record = BackupRecord(**{name: row.pop(name) for name in BackupRecord.__dataclass_fields__})
    return Backup(record=record, file=(row.pop("file_hash"), row.pop("file_path")), **row)


def _of_operation(row: dict[str, Any], kept_for: timedelta) -> OperationBackups:
    from indexium_core.model.operations.backup import OperationBackups

    counts = {kind: row.pop(kind) for kind in _KINDS}
    kinds = {kind: count for kind, count in counts.items() if count}
    return OperationBackups(**row, kinds=kinds, expires_at=row["created_at"] + kept_for)
