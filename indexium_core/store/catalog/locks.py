"""Locks on fields of files: what only a person may write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from indexium_core.model.files.properties import LOCKABLE, FieldLock
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["count_edited", "is_file", "listed", "lock", "of", "unlock"]


def is_file(reader: Connection, file_id: int) -> bool:
    """Tell whether there is a file with this id."""
    return bool(reader.value(_sql("is_file"), {"file_id": file_id}))


def of(reader: Connection, file_id: int) -> list[FieldLock]:
    """Return what is locked of one file, in the order of the fields."""
    return sorted(_locks(reader.execute(_sql("of"), {"file_id": file_id})), key=lambda each: LOCKABLE.index(each.field))


def listed(reader: Connection, file_ids: Sequence[int] | None = None) -> list[FieldLock]:
    """Return what is locked of some files (None: of all), by path."""
    return _locks(reader.execute(_sql("list"), {"file_ids": None if file_ids is None else list(file_ids)}))


def _locks(found: Connection) -> list[FieldLock]:
    names = found.columns
    return [FieldLock(**dict(zip(names, row, strict=True))) for row in found.fetchall()]


def lock(
    tx: Connection, file_ids: Sequence[int], fields: Sequence[str], *, by: str, at: datetime, origin: str = "lock"
) -> int:
    """
    Lock fields of files, and note it in the audit; returns how many were not locked before.

    A padlock does not take the place of a value that was set by hand; such a value takes the place of a padlock.
    """
    if origin == "edit":
        taken = {"by": by, "origin": origin, "at": at, "file_ids": list(file_ids), "fields": list(fields)}
        tx.execute(_sql("take_over"), taken)
    tx.execute(_sql("fresh"), {"file_ids": list(file_ids), "fields": list(fields)})
    tx.execute(_sql("lock"), {"by": by, "origin": origin, "at": at})
    return _noted(tx, "lock", by=by, at=at)


def unlock(tx: Connection, file_ids: Sequence[int], fields: Sequence[str], *, by: str, at: datetime) -> int:
    """Unlock fields of files, and note it in the audit; returns how many were locked. What an edit holds stays so."""
    meant = {"file_ids": list(file_ids), "fields": list(fields)}
    tx.execute(_sql("stale"), meant)
    tx.execute(_sql("unlock"), meant)
    return _noted(tx, "unlock", by=by, at=at)


def _noted(tx: Connection, action: str, *, by: str, at: datetime) -> int:
    tx.execute(_sql("note"), {"actor": by, "action": action, "at": at})
    count = int(tx.value(_sql("count_fresh")))
    tx.execute(_sql("done"))
    return count


def count_edited(reader: Connection, file_ids: Sequence[int]) -> int:
    """Return how many of some files have people that are locked by a standing edit."""
    return int(reader.value(_sql("count_edited"), {"file_ids": list(file_ids)}))


def _sql(name: str) -> str:
    return sql.load("locks")[name]
