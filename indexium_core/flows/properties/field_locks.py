"""
Locks of fields: a scan, a rescan or an enrichment does not change locked fields of a file.

Setting a property by hand locks it. An edit of the people of a file locks them while the edit is in force.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.review import targets
from indexium_core.model.accounts.needs import FOUND, needs
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.files import properties as rules
from indexium_core.model.files.properties import FIELDS, FieldLock, LockReport, lockable
from indexium_core.model.operations.actor import whole_home
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import Target
from indexium_core.store.catalog import locks as store
from indexium_core.store.catalog import properties
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes


class LockService:
    """Locks and unlocks fields of files. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._modes = modes
        self._clock = clock
        self._on_change = on_change

    @remote()
    def of(self, file_id: int) -> builtins.list[FieldLock]:
        """Return the locks of a file in the order of the fields; UnknownIdError if the file does not exist."""
        reader = self._database.read()
        if not store.is_file(reader, file_id):
            raise errors.UnknownIdError(f"There is no file with the id {file_id}.")
        return store.of(reader, file_id)

    @remote()
    def list(self, query: str = "") -> builtins.list[FieldLock]:
        """Return the locks of the files that match a search, by path. Raises QueryError."""
        if not query.strip():
            return store.listed(self._database.read())
        file_ids = targets.ids_found(self._database, query, self._modes(), now=self._clock())
        return store.listed(self._database.read(), file_ids)

    @remote()
    def count(self, target: Target) -> int:
        """Return the number of files in a target, for a confirmation. Errors as in `lock`."""
        with whole_home(), self._database.atomic() as tx:
            return len(targets.ids_of(tx, target, self._modes(), now=self._clock()))

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def lock(self, target: Target, fields: Sequence[str] = FIELDS) -> LockReport:
        """
        Lock fields of files.

        Args:
            target: A search, a selection, or file ids.
            fields: The fields; by default all media properties.

        Raises:
            QueryError: The search has a syntax error.
            UnknownIdError: There is no such file.
            UsageError: A field is unknown.

        """
        return self._change(target, fields, store.lock)

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def unlock(self, target: Target, fields: Sequence[str] | None = None) -> LockReport:
        """Unlock fields of files, by default all. Locks by an edit of the people remain. Errors as in `lock`."""
        return self._change(target, lockable() if fields is None else fields, store.unlock)

    def _change(self, target: Target, fields: Sequence[str], change: Callable[..., int]) -> LockReport:
        names = rules.validate_fields(fields, lockable())
        if not names:
            raise errors.UsageError(f"Name a field: {', '.join(lockable())}.")
        at = self._clock()
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=at)
            changed = change(tx, file_ids, names, at=at)
            by_edit = store.count_edited(tx, file_ids) if change is store.unlock and "people" in names else 0
        self._on_change()
        return LockReport(files=len(file_ids), changed=changed, by_edit=by_edit)

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def set(self, target: Target, field: str, text: str) -> LockReport:
        """
        Set a media property of files to a value, and lock it.

        Args:
            target: A search, a selection, or file ids.
            field: A media property.
            text: The value as text: `1920x1080`, `1:52:07`, `29.97`; "-" for no value.

        Raises:
            UsageError: The field is unknown.
            ValidationError: The text is not a valid value of the field.
            UnknownIdError: There is no such file.

        """
        [name] = rules.validate_fields([field], FIELDS)
        value, at = rules.parse_value(name, text), self._clock()
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=at)
            properties.set_by_hand(tx, file_ids, name, value, at=at)
            changed = store.lock(tx, file_ids, [name], at=at, origin="edit")
        self._on_change()
        return LockReport(files=len(file_ids), changed=changed)
