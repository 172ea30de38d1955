"""The locks of fields of files: scans and rescans do not change a locked field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from indexium_core.model.files.properties import FieldLock, lockable
from indexium_core.model.operations.actor import current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def is_file(reader: Connection, file_id: int) -> bool:
    """Return whether there is a file with this id."""
    return bool(reader.value(_sql("is_file"), {"file_id": file_id}))


def of(reader: Connection, file_id: int) -> list[FieldLock]:
    """Return the locks of one file, in the order of the fields."""
    return listed(reader, [file_id])


def listed(reader: Connection, file_ids: Sequence[int] | None = None) -> list[FieldLock]:
    """Return the locks of some files (None: of all), sorted by path, then in the order of the fields."""
    facts = {"file_ids": None if file_ids is None else list(file_ids), "lockable": list(lockable())}
    rows = reader.execute(_sql("list"), facts)
    return [FieldLock(**row) for row in rows.fetch_dicts()]


def lock(tx: Connection, file_ids: Sequence[int], fields: Sequence[str], *, at: datetime, origin: str = "lock") -> int:
    """
    Lock fields of files, and add audit events. Return the number of new locks.

    If the value is set by hand, the origin of a lock changes from `lock` to `edit`, but never back.
    """
    target = {"file_ids": list(file_ids), "fields": list(fields)}
    if origin == "edit":
        tx.execute(_sql("set_origin"), target | {"by": current_actor().name, "origin": origin, "at": at})
    tx.execute(_sql("new_locks"), target)
    tx.execute(_sql("lock"), {"by": current_actor().name, "origin": origin, "at": at})
    return _add_events(tx, "lock", at=at)


def unlock(tx: Connection, file_ids: Sequence[int], fields: Sequence[str], *, at: datetime) -> int:
    """Unlock fields of files, and add audit events. Return the number of removed locks. Locks that an edit set stay."""
    target = {"file_ids": list(file_ids), "fields": list(fields)}
    tx.execute(_sql("removed_locks"), target)
    tx.execute(_sql("unlock"), target)
    return _add_events(tx, "unlock", at=at)


def _add_events(tx: Connection, action: str, *, at: datetime) -> int:
    tx.execute(_sql("add_events"), {"action": action, "at": at, **current_actor().columns})
    count = int(tx.value(_sql("count_changed")))
    tx.execute(_sql("drop_changed"))
    return count


def count_edited(reader: Connection, file_ids: Sequence[int]) -> int:
    """Return the number of these files whose people are locked by an edit."""
    return int(reader.value(_sql("count_edited"), {"file_ids": list(file_ids)}))


def _sql(name: str) -> str:
    return sql.load("locks")[name]
