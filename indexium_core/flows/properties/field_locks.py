"""
Locks: which fields of a file only a person may write.

A padlock keeps a property as it is, whatever a scan, a rescan or an enrichment finds. To set a property by hand locks
it. The people of a file are locked by a standing edit, for as long as it stands.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.review import targets
from indexium_core.flows.review.targets import Target
from indexium_core.model.files import properties as rules
from indexium_core.model.files.properties import FIELDS, LOCKABLE, FieldLock, LockReport
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import locks as store
from indexium_core.store.catalog import properties
from indexium_core.store.database import Database
from indexium_core.store.planning.plans import Modes

__all__ = ["LockService"]


class LockService:
    """Locks and unlocks fields of files. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._modes = modes
        self._clock = clock
        self._on_change = on_change

    @remote()
    def of(self, file_id: int) -> builtins.list[FieldLock]:
        """Return what is locked of a file, in the order of the fields; UnknownIdError where there is none."""
        reader = self._database.read()
        if not store.is_file(reader, file_id):
            message = f"There is no file with the id {file_id}."
            raise errors.UnknownIdError(message)
        return store.of(reader, file_id)

    @remote()
    def list(self, query: str = "") -> builtins.list[FieldLock]:
        """Return all that is locked of the files that a search finds, by path. QueryError: it cannot be read."""
        if not query.strip():
            return store.listed(self._database.read())
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, query, self._modes(), now=self._clock())
        return store.listed(self._database.read(), file_ids)

    @remote()
    def count(self, target: Target) -> int:
        """Return how many files are meant, so that a person can be asked; raises as `lock`."""
        with self._database.atomic() as tx:
            return len(targets.ids_of(tx, target, self._modes(), now=self._clock()))

    @remote()
    def lock(self, target: Target, fields: Sequence[str] = FIELDS, *, by: str = "") -> LockReport:
        """
        Lock fields of files.

        Args:
            target: A search, a selection, or file ids.
            fields: Which; default: all media properties.
            by: Who asks, for the list and the audit.

        Raises:
            QueryError: The search cannot be read.
            UnknownIdError: There is no such file.
            UsageError: There is no such field.

        """
        return self._change(target, fields, store.lock, by)

    @remote()
    def unlock(self, target: Target, fields: Sequence[str] = LOCKABLE, *, by: str = "") -> LockReport:
        """Unlock fields of files, all of them by default; people that a standing edit holds stay. Raises as `lock`."""
        return self._change(target, fields, store.unlock, by)

    def _change(self, target: Target, fields: Sequence[str], act: Callable[..., int], by: str) -> LockReport:
        names = rules.checked_fields(fields, LOCKABLE)
        if not names:
            message = f"Name a field: {', '.join(LOCKABLE)}."
            raise errors.UsageError(message)
        at = self._clock()
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=at)
            changed = act(tx, file_ids, names, by=by, at=at)
            held = store.count_edited(tx, file_ids) if act is store.unlock and "people" in names else 0
        self._on_change()
        return LockReport(files=len(file_ids), changed=changed, by_edit=held)

    @remote()
    def set(self, target: Target, field: str, text: str, *, by: str = "") -> LockReport:
        """
        Let a media property of files be what a person says, and lock it.

        Args:
            target: A search, a selection, or file ids.
            field: One of the media properties.
            text: As a person writes it: `1920x1080`, `1:52:07`, `29.97`; "-" for none.
            by: Who asks.

        Raises:
            UsageError: There is no such field.
            ValidationError: The text is no value for it.
            UnknownIdError: There is no such file.

        """
        [name] = rules.checked_fields([field], FIELDS)
        value, at = rules.parse(name, text), self._clock()
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=at)
            properties.set_by_hand(tx, file_ids, name, value, actor=by, at=at)
            changed = store.lock(tx, file_ids, [name], by=by, at=at, origin="edit")
        self._on_change()
        return LockReport(files=len(file_ids), changed=changed)
