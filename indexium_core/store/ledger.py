"""
The ledger: operations, their items, and what is kept so that each can be taken back.

A row is written here before a file's first byte changes, and again when its fate is known. Everything is by set
statements; results come in groups.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from indexium_core.model.media import Change, Refusal
from indexium_core.model.operation import (
    FINISHED_STATES,
    BackupRecord,
    ItemDetails,
    MetadataOperation,
    WriteOptions,
    WriteResult,
)
from indexium_core.store import database, sql

__all__ = ["Backup", "Candidate", "ItemRecord", "Ledger", "OperationFilter", "Task", "Unsettled"]

_SQL = sql.load("ledger")
_ALL = 2**62  # more rows than there can be


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One pending item with all that a worker needs: plain values, so that it may be handed to another process."""

    item_id: int
    file_id: int
    path: bytes
    expected_size: int  # -1: the file is not in the catalog any more
    expected_mtime_ns: int
    expected_hash: str | None
    changes: tuple[Change, ...]
    device: int | None
    inode: int | None
    library_id: int | None  # None: the file is not in the catalog any more
    restore_mtime_ns: int | None  # rollback: the mtime that comes back
    reverts_item: int | None  # rollback: the item taken back …
    reverts_journal: str | None  # … and the file that holds its journal
    written_state: str | None  # … and the digests that the file must have now …
    original_state: str | None  # … and must have again


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """What the ledger keeps of one finished item."""

    result: WriteResult
    journal_bytes: int = 0
    original_state: str | None = None
    written_state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item that is in force and might be taken back."""

    item_id: int
    file_id: int
    shown_path: str
    path: bytes  # where the file is now, as far as the catalog knows
    tags_added: list[str]
    tags_removed: list[str]
    previous_comment: str | None
    new_comment: str | None
    written_state: str | None
    journal: str
    dropped: bool  # the journal is gone
    library_state: str | None
    superseded_by: int | None  # a newer operation that stands on this one
    busy_in: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup with the names of its journal and operation."""

    record: BackupRecord
    operation_id: int
    file: tuple[str | None, str]  # hash and path as they were
    journal: str
    dropped: bool


class Unsettled(NamedTuple):
    """An item to be held against its journal."""

    item_id: int
    file_id: int
    status: str
    journal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFilter:
    """Which operations are meant; empty fields mean all."""

    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    words: tuple[str, ...] = ()  # folded; each must be in path, note or a name of one item
    people: tuple[str, ...] = ()  # exact names, lower case


class Ledger:
    """Reads and writes of the ledger's tables."""

    def __init__(self, store: database.Database) -> None:
        self._store = store

    # Making an operation.

    def create_write(
        self,
        *,
        file_ids: Sequence[int],
        variant_id: int,
        plan_id: int,
        options: WriteOptions,
        user_name: str,
        now: datetime,
        expires_at: datetime,
    ) -> int:
        """Record a write of the plan's current items of `file_ids`, with items and backups; returns its id."""
        with self._store.atomic() as tx:
            operation_id = self._insert_operation(
                tx,
                operation_type="write",
                note=options.user_note,
                action=options.user_action,
                user_name=user_name,
                source=options.source,
                plan_id=plan_id,
                reverts_id=None,
                options=json.dumps({"preserve_mtime": options.preserve_mtime, "keep_backup": options.create_backup}),
                now=now,
            )
            items = {"operation_id": operation_id, "file_ids": list(file_ids), "variant_id": variant_id}
            tx.execute(_SQL["insert_write_items"], items)
            self._insert_history(tx, operation_id, now=now, expires_at=expires_at)
        return operation_id

    def create_rollback(
        self,
        *,
        reverts_id: int,
        item_ids: Sequence[int],
        refused: Mapping[int, Refusal],
        note: str,
        source: str,
        user_name: str,
        options: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> int:
        """Record a rollback of items of `reverts_id`, the `refused` ones as conflicts; returns its id."""
        with self._store.atomic() as tx:
            operation_id = self._insert_operation(
                tx,
                operation_type="rollback",
                note=note,
                action="rollback",
                user_name=user_name,
                source=source,
                plan_id=None,
                reverts_id=reverts_id,
                options=json.dumps(options),
                now=now,
            )
            items = {
                "operation_id": operation_id,
                "item_ids": list(item_ids),
                "refused_ids": list(refused),
                "refused_codes": [refusal.code for refusal in refused.values()],
                "refused_messages": [refusal.message for refusal in refused.values()],
            }
            tx.execute(_SQL["insert_rollback_items"], items)
            self._insert_history(tx, operation_id, now=now, expires_at=expires_at)
        return operation_id

    def _insert_operation(
        self,
        tx: database.Connection,
        *,
        operation_type: str,
        note: str,
        action: str,
        user_name: str,
        source: str,
        plan_id: int | None,
        reverts_id: int | None,
        options: str,
        now: datetime,
    ) -> int:
        operation_id = int(tx.value(_SQL["next_operation_id"]))
        values = {
            "id": operation_id,
            "operation_type": operation_type,
            "now": now,
            "user_note": note,
            "user_action": action,
            "user_name": user_name,
            "source": source,
            "plan_id": plan_id,
            "reverts_id": reverts_id,
            "options": options,
        }
        tx.execute(_SQL["insert_operation"], values)
        return operation_id

    def _insert_history(
        self, tx: database.Connection, operation_id: int, *, now: datetime, expires_at: datetime
    ) -> None:
        journal = f"{operation_id}.journal"
        values = {"operation_id": operation_id, "now": now, "journal": journal, "expires_at": expires_at}
        tx.execute(_SQL["insert_history"], values)
        tx.execute(_SQL["count_up"], {"operation_id": operation_id})

    def record_operation(self, operation: MetadataOperation) -> int:
        """Record an operation that was carried out elsewhere and return its id here."""
        names = (
            "operation_type status started_at completed_at file_count success_count failure_count skipped_count "
            "conflict_count unknown_count seconds error_message user_note user_action user_name source"
        )
        values = {name: getattr(operation, name) for name in names.split()}
        with self._store.atomic() as tx:
            values["id"] = int(tx.value(_SQL["next_operation_id"]))
            tx.execute(_SQL["record_foreign"], values)
        return int(values["id"])

    # Running it.

    def set_status(self, operation_id: int, status: str) -> None:
        """Note the state that an operation is in now."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["set_status"], {"operation_id": operation_id, "status": status})

    def rename_journal(self, operation_id: int, journal: str) -> None:
        """Say that the pending items of a resumed operation go into another journal file."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["rename_journal"], {"operation_id": operation_id, "journal": journal})

    def pending(self, operation_id: int, *, after: int, count: int) -> list[Task]:
        """Return up to `count` pending items with ids above `after`."""
        values = {"operation_id": operation_id, "after": after, "count": count}
        rows = self._store.read().execute(_SQL["pending_tasks"], values).fetchall()
        return [_task(row) for row in rows]

    def preview(self, *, file_ids: Sequence[int], variant_id: int) -> list[Task]:
        """Return what a write of the plan's current items of `file_ids` would work on."""
        values = {"file_ids": list(file_ids), "variant_id": variant_id}
        return [_task(row) for row in self._store.read().execute(_SQL["preview_tasks"], values).fetchall()]

    def options(self, operation_id: int) -> dict[str, Any]:
        """Return the options that an operation was started with."""
        text = self._store.read().value(_SQL["options_of"], {"operation_id": operation_id})
        options: dict[str, Any] = json.loads(text or "{}")
        return options

    def record(self, tx: database.Connection, records: Sequence[ItemRecord], *, kind: str, now: datetime) -> None:
        """Write down what became of a group of items of an operation of that kind, and what a rollback took back."""
        ids = [record.result.item_id for record in records]
        values = {
            "ids": ids,
            "statuses": [record.result.status for record in records],
            "codes": [record.result.code for record in records],
            "messages": [record.result.message for record in records],
            "strategies": [record.result.strategy for record in records],
            "seconds": [record.result.seconds for record in records],
            "proofs": [json.dumps(record.result.proof) for record in records],
            "originals": [record.original_state for record in records],
            "writtens": [record.written_state for record in records],
            "now": now,
        }
        tx.execute(_SQL["record_results"], values)
        tx.execute(_SQL["record_backup_sizes"], {"ids": ids, "bytes": [record.journal_bytes for record in records]})
        if kind == "rollback":
            tx.execute(_SQL["mark_chain"], {"ids": ids})

    def skip_pending(self, operation_id: int, *, now: datetime) -> None:
        """Settle the items that a cancelled operation will not get to."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["skip_pending"], {"operation_id": operation_id, "now": now})

    def finish(
        self, operation_id: int, status: str, *, kind: str, seconds: float, now: datetime, error_message: str = ""
    ) -> None:
        """End an operation or its present run, and bring the states of what it took back in line."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["count_up"], {"operation_id": operation_id})
            values = {"operation_id": operation_id, "status": status, "seconds": seconds, "now": now}
            tx.execute(_SQL["finish"], {**values, "error_message": error_message})
            if kind != "rollback":
                return
            older = tx.execute(_SQL["reverted_operations"], {"operation_id": operation_id}).fetchall()
            tx.execute(_SQL["settle_status"], {"operation_ids": [row[0] for row in older]})

    # Reading.

    def counts(self, operation_id: int) -> dict[str, int]:
        """Return the number of items by status."""
        rows = self._store.read().execute(_SQL["count_items"], {"operation_id": operation_id}).fetchall()
        return {status: int(count) for status, count in rows}

    def operations(
        self, wanted: OperationFilter | None = None, *, page: int = 1, per_page: int = 50
    ) -> tuple[list[MetadataOperation], int]:
        """Return one page of operations, newest first, and how many there are. `per_page` 0 means all."""
        wanted = wanted or OperationFilter()
        values = {
            "statuses": list(wanted.statuses),
            "since": wanted.since,
            "until": wanted.until,
            "words": list(wanted.words),
            "people": list(wanted.people),
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
        }
        rows = self._store.read().execute(_SQL["operation_page"], values).fetchall()
        return [_operation(row) for row in rows], int(rows[0][-1]) if rows else 0

    def operation(self, operation_id: int) -> MetadataOperation | None:
        """Return one operation, None where there is none with that id."""
        row = self._store.read().execute(_SQL["operation_row"], {"operation_id": operation_id}).fetchone()
        return _operation(row) if row else None

    def items(
        self, operation_id: int, *, statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> tuple[list[ItemDetails], int]:
        """Return one page of an operation's items, failures first, and how many there are."""
        values = {
            "operation_id": operation_id,
            "statuses": list(statuses),
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
        }
        rows = self._store.read().execute(_SQL["item_page"], values).fetchall()
        return [_item(row) for row in rows], int(rows[0][-1]) if rows else 0

    def candidates(self, operation_id: int) -> list[Candidate]:
        """Return the items of an operation that are in force, with all that a rollback must know."""
        rows = self._store.read().execute(_SQL["rollback_candidates"], {"operation_id": operation_id}).fetchall()
        return [_candidate(row) for row in rows]

    def unfinished(self) -> list[tuple[int, str, str]]:
        """Return id, type and status of operations that have not ended."""
        rows: list[tuple[int, str, str]] = self._store.read().execute(_SQL["unfinished_operations"]).fetchall()
        return rows

    def unsettled(self, operation_id: int) -> list[Unsettled]:
        """Return the items whose fate is not written down or unclear."""
        rows = self._store.read().execute(_SQL["unsettled_items"], {"operation_id": operation_id}).fetchall()
        return [Unsettled(*row) for row in rows]

    def finished(self, operation_id: int) -> set[int]:
        """Return the items that are known to be done."""
        rows = self._store.read().execute(_SQL["finished_items"], {"operation_id": operation_id}).fetchall()
        return {row[0] for row in rows}

    def busy_files(self) -> dict[int, int]:
        """Return the files that a running or waiting operation holds, and its id."""
        return dict(self._store.read().execute(_SQL["busy_files"]).fetchall())

    # Backups.

    def journals_of(self, operation_id: int) -> list[str]:
        """Return the names of the journal files that an operation still has."""
        rows = self._store.read().execute(_SQL["journals_of"], {"operation_id": operation_id}).fetchall()
        return [row[0] for row in rows]

    def expired(self, *, before: datetime) -> list[int]:
        """Return operations whose backups were made before that moment and that nothing holds."""
        rows = self._store.read().execute(_SQL["expired_journals"], {"before": before}).fetchall()
        return [row[0] for row in rows]

    def drop_backups(self, operation_id: int, *, now: datetime) -> None:
        """Note that the journals of an operation are gone."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["drop_backups"], {"operation_id": operation_id, "now": now})

    def backups(self, *, operation_ids: Sequence[int] = (), item_ids: Sequence[int] = ()) -> list[Backup]:
        """Return backups, newest first, of the operations or items named (of all where none is)."""
        values = {"operation_ids": list(operation_ids), "item_ids": list(item_ids)}
        return [_backup(row) for row in self._store.read().execute(_SQL["backup_records"], values).fetchall()]

    # Charts.

    def days(self, *, since: datetime, zone: str) -> pd.DataFrame:
        """Return files by day: columns day, written, restored, failed."""
        return self._store.read().execute(_SQL["days"], {"since": since, "zone": zone}).df()

    def most_written(self, count: int) -> pd.DataFrame:
        """Return the people who are in most files: columns person, files."""
        return self._store.read().execute(_SQL["most_written"], {"count": count}).df()

    def totals(self) -> tuple[int, int, int, int]:
        """Return the numbers of operations, files written, files refused or failed, and operations rolled back."""
        row = self._store.read().execute(_SQL["totals"]).fetchall()[0]
        return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def _task(row: tuple[Any, ...]) -> Task:
    return Task(
        item_id=row[0],
        file_id=row[1],
        path=bytes(row[2]),
        expected_size=row[3],
        expected_mtime_ns=row[4],
        expected_hash=row[5],
        changes=tuple(Change(**change) for change in row[6]),
        restore_mtime_ns=row[7],
        reverts_item=row[8],
        device=row[9],
        inode=row[10],
        library_id=row[11],
        reverts_journal=row[12],
        written_state=row[13],
        original_state=row[14],
    )


def _operation(row: tuple[Any, ...]) -> MetadataOperation:
    (in_force, backup_bytes, expires_at, dropped) = row[21:25]
    status, successes = row[2], row[6]
    reason = _why_not(status, successes=successes, in_force=in_force, dropped=dropped)
    return MetadataOperation(
        id=row[0],
        operation_type=row[1],
        status=status,
        started_at=row[3],
        completed_at=row[4],
        file_count=row[5],
        success_count=successes,
        failure_count=row[7],
        skipped_count=row[8],
        conflict_count=row[9],
        unknown_count=row[10],
        seconds=row[11],
        error_message=row[12],
        user_note=row[13],
        user_action=row[14],
        user_name=row[15],
        source=row[16],
        plan_id=row[17],
        reverts_id=row[18],
        tags_added=int(row[19]),
        tags_removed=int(row[20]),
        can_rollback=not reason,
        rollback_reason=reason,
        backup_bytes=int(backup_bytes),
        expires_at=expires_at,
    )


def _why_not(status: str, *, successes: int, in_force: int, dropped: int) -> str:
    if status not in FINISHED_STATES:
        return "It has not ended yet."
    if successes == 0:
        return "No file was changed by it."
    if in_force == 0:
        return "It has been taken back already."
    if dropped >= successes:
        return "Its backups are gone."
    return ""


def _item(row: tuple[Any, ...]) -> ItemDetails:
    return ItemDetails(
        id=row[0],
        file_id=row[1],
        file_path=row[2],
        file_name=row[2].rsplit("/", 1)[-1],
        status=row[3],
        code=row[4],
        message=row[5],
        previous_comment=row[6],
        new_comment=row[7],
        tags_added=row[8],
        tags_removed=row[9],
        strategy=row[10],
        seconds=row[11],
        proof=json.loads(row[12]) if row[12] else {},
        processed_at=row[13],
    )


def _candidate(row: tuple[Any, ...]) -> Candidate:
    return Candidate(
        item_id=row[0],
        file_id=row[1],
        shown_path=row[2],
        path=bytes(row[3]),
        tags_added=row[4],
        tags_removed=row[5],
        previous_comment=row[6],
        new_comment=row[7],
        written_state=row[8],
        journal=row[9],
        dropped=row[10] is not None,
        library_state=row[11],
        superseded_by=row[12],
        busy_in=row[13],
    )


def _backup(row: tuple[Any, ...]) -> Backup:
    record = BackupRecord(
        id=row[0],
        operation_item_id=row[1],
        file_id=row[3],
        kind=row[4],
        bytes=row[5],
        created_at=row[6],
        expires_at=row[7],
    )
    return Backup(
        record=record, operation_id=row[2], journal=row[8], dropped=row[9] is not None, file=(row[10], row[11])
    )
