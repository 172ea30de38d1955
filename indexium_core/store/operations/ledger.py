"""
The ledger: operations, their items, and what is kept so that each can be taken back.

A row is written here before a file's first byte changes, and again when its fate is known. Everything is by set
statements; results come in groups.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from indexium_core.model import wording
from indexium_core.model.job import NewJob
from indexium_core.model.operations.operation import ItemDetails, MetadataOperation, OperationPerson, WriteOptions
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.planning.plan import Holder
from indexium_core.store import database, jobs, requests, sql
from indexium_core.store.operations import backups, ledger_rows
from indexium_core.store.operations.ledger_rows import (
    ItemOutcome,
    ItemRecord,
    OperationFilter,
    OutcomeCount,
    Restore,
    RollbackCandidate,
    Task,
    Unsettled,
)
from indexium_core.store.people import people

__all__ = [
    "ItemOutcome",
    "ItemRecord",
    "Ledger",
    "OperationFilter",
    "OutcomeCount",
    "Restore",
    "RollbackCandidate",
    "Task",
    "Unsettled",
]

_SQL = sql.load("ledger")
_ALL = 2**62  # more rows than there can be


class Ledger:
    """Reads and writes of the ledger's tables."""

    def __init__(self, store: database.Database) -> None:
        self._store = store

    # Making an operation.

    def create_write(
        self,
        *,
        file_ids: Sequence[int] | Callable[[database.Connection], Sequence[int]],
        variant_id: int,
        plan_id: int,
        options: WriteOptions,
        user_name: str,
        now: datetime,
        expires_at: datetime,
        owner: str = "",
        asked: IdempotentRequest | None = None,
    ) -> int:
        """
        Record a write of the plan's current items of `file_ids`, with items, backups and its job; returns its id.

        Where `file_ids` is to be called, it says in the transaction which they are, or refuses. `owner` is the instance
        that may take the job up, `asked` the request that is not to begin a second one.
        """
        with self._store.atomic() as tx:
            chosen = file_ids(tx) if callable(file_ids) else file_ids
            operation_id = self._insert_operation(
                tx,
                operation_type="write",
                note=options.user_note,
                action=options.user_action,
                user_name=user_name,
                source=options.source,
                plan_id=plan_id,
                reverts_id=None,
                options=_options(options),
                now=now,
                asked=asked,
            )
            items = {"operation_id": operation_id, "file_ids": list(chosen), "variant_id": variant_id}
            holders = _holders(tx, chosen)
            said = {
                "holders": [each.operation_id for each in holders],
                "said": [each.describe("this file") for each in holders],
            }
            tx.execute(_SQL["insert_write_items"], items | said)
            self._insert_history(tx, operation_id, now=now, expires_at=expires_at)
            what = f"'{options.user_note}'" if options.user_note else _files(tx, operation_id)
            self._insert_job(tx, operation_id, "write", f"Write {what}", owner=owner, now=now)
        return operation_id

    def create_rollback(
        self,
        *,
        reverts_id: int,
        restores: Sequence[Restore],
        note: str,
        source: str,
        user_name: str,
        options: dict[str, Any],
        now: datetime,
        expires_at: datetime,
        operation_type: str = "rollback",
        owner: str = "",
        asked: IdempotentRequest | None = None,
    ) -> int:
        """
        Record that items are taken back, those refused as conflicts, and its job; returns the id of the operation.

        What an operation that was cut off has left is given up with it: else a resume would write over what went back.
        With `operation_type` write it takes back no operation (a person's tag goes): items are ordinary writes.
        """
        is_rollback = operation_type == "rollback"
        with self._store.atomic() as tx:
            operation_id = self._insert_operation(
                tx,
                operation_type=operation_type,
                note=note,
                action="rollback" if is_rollback else "rollback_person",
                user_name=user_name,
                source=source,
                plan_id=None,
                reverts_id=reverts_id if is_rollback else None,
                options=json.dumps(options),
                now=now,
                asked=asked,
            )
            # Newest first, so that a file under several items goes back step by step.
            ordered = sorted(restores, key=lambda restore: restore.item_id, reverse=True)
            ids = [row[0] for row in tx.execute(_SQL["next_item_ids"], {"count": len(ordered)}).fetchall()]
            values = {"operation_id": operation_id, "new_ids": ids, **ledger_rows.columns_of_restores(ordered)}
            tx.execute(_SQL["insert_rollback_items"], values)
            self._insert_history(tx, operation_id, now=now, expires_at=expires_at)
            if is_rollback:
                _give_up_below(tx, operation_id, now=now)
            what = f"Roll back operation {reverts_id}" if is_rollback else f"Write {_files(tx, operation_id)}"
            self._insert_job(tx, operation_id, operation_type, what, owner=owner, now=now)
        return operation_id

    def _insert_job(
        self, tx: database.Connection, operation_id: int, kind: str, title: str, *, owner: str, now: datetime
    ) -> None:
        payload = {"operation_id": operation_id}
        new = NewJob(job_type=kind, title=title, payload=payload, operation_id=operation_id)
        job_id = jobs.insert(tx, new, owner=owner, now=now)
        tx.execute(_SQL["name_job"], {"operation_id": operation_id, "job_id": job_id})
        jobs.copy_operation_counts(tx, operation_id)

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
        asked: IdempotentRequest | None,
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
        if asked is not None:
            requests.add(tx, asked, operation_id=operation_id, at=now)
        return operation_id

    def _insert_history(
        self, tx: database.Connection, operation_id: int, *, now: datetime, expires_at: datetime
    ) -> None:
        journal = f"{operation_id}.journal"
        values = {"operation_id": operation_id, "now": now, "journal": journal, "expires_at": expires_at}
        tx.execute(_SQL["insert_history"], values)
        tx.execute(_SQL["count_up"], {"operation_id": operation_id, "seconds": 0.0})

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

    def journal_of_pending(self, operation_id: int) -> str | None:
        """Return the journal file that the pending items were to go into last, None where there is none."""
        name: str | None = self._store.read().value(_SQL["journal_of_pending"], {"operation_id": operation_id})
        return name

    def rename_journal(self, operation_id: int, journal: str) -> None:
        """Say that the pending items of a resumed operation go into another journal file."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["rename_journal"], {"operation_id": operation_id, "journal": journal})

    def pending(self, operation_id: int, *, after: int, count: int) -> list[Task]:
        """Return up to `count` pending items with ids above `after`."""
        values = {"operation_id": operation_id, "after": after, "count": count}
        rows = self._store.read().execute(_SQL["pending_tasks"], values).fetchall()
        return [ledger_rows.task(row) for row in rows]

    def preview(self, *, file_ids: Sequence[int], variant_id: int) -> list[Task]:
        """Return what a write of the plan's current items of `file_ids` would work on."""
        values = {"file_ids": list(file_ids), "variant_id": variant_id}
        rows = self._store.read().execute(_SQL["preview_tasks"], values).fetchall()
        return [ledger_rows.task(row) for row in rows]

    def options(self, operation_id: int) -> dict[str, Any]:
        """
        Return the options that an operation was started with.

        Of a write `preserve_mtime`, `keep_backup`, `hard_links` (block, break), `risk` (levels); of a rollback
        `replan`; `postpone` where files that are done are to be postponed although it is no rollback.
        """
        text = self._store.read().value(_SQL["options_of"], {"operation_id": operation_id})
        options: dict[str, Any] = json.loads(text or "{}")
        return options

    def record(
        self,
        tx: database.Connection,
        operation_id: int,
        records: Sequence[ItemRecord],
        *,
        kind: str,
        now: datetime,
        seconds: float = 0.0,
    ) -> None:
        """
        Write down what became of a group of items of an operation of that kind, and what a rollback took back.

        `seconds`: how long it has been at work in all, so that a run that is cut off has not taken no time.
        """
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
        kept = {
            "kinds": [record.backup_kind for record in records],
            "bytes": [record.journal_bytes + record.kept_bytes for record in records],
            "kept": [record.kept for record in records],
            "kept_bytes": [record.kept_bytes for record in records],
            "parted": [record.parted_inode for record in records],
        }
        tx.execute(_SQL["record_backups"], {"ids": ids, **kept})
        tx.execute(_SQL["count_up"], {"operation_id": operation_id, "seconds": seconds})
        jobs.copy_operation_counts(tx, operation_id)
        if kind == "rollback":
            tx.execute(_SQL["mark_chain"], {"ids": ids})
            tx.execute(_SQL["use_up_originals"], {"ids": ids, "now": now})

    def skip_pending(self, operation_id: int, *, now: datetime) -> None:
        """Settle the items that a cancelled operation will not do."""
        with self._store.atomic() as tx:
            _skip_pending(tx, operation_id, "cancelled", now=now)

    def finish(
        self, operation_id: int, status: str, *, kind: str, seconds: float, now: datetime, error_message: str = ""
    ) -> None:
        """
        End an operation or its present run, and bring the states of what it took back in line.

        `seconds`: how long it has been at work in all; 0 where that is written down.
        """
        with self._store.atomic() as tx:
            _finish(tx, operation_id, status, seconds=seconds, now=now, error_message=error_message)
            if kind != "rollback":
                return
            older = tx.execute(_SQL["reverted_operations"], {"operation_id": operation_id}).fetchall()
            tx.execute(_SQL["settle_status"], {"operation_ids": [row[0] for row in older]})

    def amend(self, operation_id: int, status: str) -> None:
        """Bring an operation in line that had ended when an item of it was settled: it ended when it did."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["count_up"], {"operation_id": operation_id, "seconds": 0.0})
            tx.execute(_SQL["amend"], {"operation_id": operation_id, "status": status})
            jobs.copy_operation_status(tx, operation_id, status)
            older = tx.execute(_SQL["reverted_operations"], {"operation_id": operation_id}).fetchall()
            tx.execute(_SQL["settle_status"], {"operation_ids": [operation_id, *(row[0] for row in older)]})

    def counts(self, operation_id: int) -> dict[str, int]:
        """Return the number of items by status."""
        counts: Counter[str] = Counter()
        for part in self.parts(operation_id):
            counts[part.status] += part.files
        return dict(counts)

    def parts(self, operation_id: int) -> list[OutcomeCount]:
        """Return the items by what became of them: how many there are, and how many bytes their files have."""
        rows = self._store.read().execute(_SQL["count_items"], {"operation_id": operation_id}).fetchall()
        return [OutcomeCount(status, mark, int(files), int(size)) for status, mark, files, size in rows]

    def fates(self, operation_id: int, *, given_up: bool) -> list[ItemOutcome]:
        """Return what became of items that have an outcome: of those that were given up, or of all others."""
        values = {"operation_id": operation_id, "given_up": given_up}
        return [ItemOutcome(*row) for row in self._store.read().execute(_SQL["fates"], values).fetchall()]

    def expected_seconds(self, operation_id: int) -> dict[bool, float]:
        """Return the seconds that are expected of what is left: changed in place (False), and written anew (True)."""
        rows = self._store.read().execute(_SQL["pending_seconds"], {"operation_id": operation_id}).fetchall()
        return {bool(anew): float(seconds) for anew, seconds in rows}

    def unwritten(self, operation_id: int) -> list[tuple[int, int, bytes]]:
        """Return file id, library and path of the files that an operation did not get written."""
        rows = self._store.read().execute(_SQL["unwritten_files"], {"operation_id": operation_id}).fetchall()
        return [(file_id, library_id, bytes(path)) for file_id, library_id, path in rows]

    def left_reverts(self, operation_id: int) -> list[int]:
        """Return the items that a rollback was to take back and did not."""
        rows = self._store.read().execute(_SQL["left_reverts"], {"operation_id": operation_id}).fetchall()
        return [item_id for (item_id,) in rows]

    def operations(
        self, wanted: OperationFilter | None = None, *, page: int = 1, per_page: int = 50
    ) -> tuple[list[MetadataOperation], int]:
        """Return one page of operations, newest first, and how many there are. `per_page` 0 means all."""
        wanted = wanted or OperationFilter()
        values = {
            "statuses": list(wanted.statuses),
            "types": list(wanted.types),
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
        }
        rows = self._store.read().execute(_SQL["operation_page"], wanted.columns() | values).fetchall()
        return [ledger_rows.operation(row) for row in rows], int(rows[0][-1]) if rows else 0

    def operation_counts(self, wanted: OperationFilter) -> list[tuple[str, str, int]]:
        """Return state, type and number of the operations that are meant, whatever states and types it asks for."""
        rows: list[tuple[str, str, int]] = (
            self._store.read().execute(_SQL["operation_counts"], wanted.columns()).fetchall()
        )
        return rows

    def operation(self, operation_id: int) -> MetadataOperation | None:
        """Return one operation, None where there is none with that id."""
        row = self._store.read().execute(_SQL["operation_row"], {"operation_id": operation_id}).fetchone()
        return ledger_rows.operation(row) if row else None

    def items(
        self,
        operation_id: int,
        *,
        statuses: Sequence[str] = (),
        page: int = 1,
        per_page: int = 50,
        working: Sequence[int] = (),
        words: Sequence[str] = (),
        people: Sequence[str] = (),
    ) -> tuple[list[ItemDetails], int]:
        """
        Return one page of an operation's items, failures first, then those at work, and how many there are.

        `words` (folded, in path or a name) and `people` (exact, lower case) narrow it to files that have all of them.
        """
        values = {
            "operation_id": operation_id,
            "working": list(working),
            "statuses": list(statuses),
            "words": list(words),
            "people": list(people),
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
        }
        rows = self._store.read().execute(_SQL["item_page"], values).fetchall()
        return [ledger_rows.item(row) for row in rows], int(rows[0][-1]) if rows else 0

    def candidates(self, operation_id: int | None, *, item_ids: Sequence[int] = ()) -> list[RollbackCandidate]:
        """Return the items in force of an operation, or those named, with all that a rollback must know."""
        values = {"operation_id": operation_id, "item_ids": list(item_ids)}
        rows = self._store.read().execute(_SQL["rollback_candidates"], values).fetchall()
        return [ledger_rows.candidate(row) for row in rows]

    def newer_items(self, item_ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the newer items in force that stand on each of these, newest first; of its own operation, too."""
        found: dict[int, list[int]] = {}
        for item_id, newer in self._store.read().execute(_SQL["newer_items"], {"item_ids": list(item_ids)}).fetchall():
            found.setdefault(item_id, []).append(newer)
        return found

    def people_written(self, operation_id: int, *, count: int) -> list[OperationPerson]:
        """Return the `count` people whom an operation wrote into most files, and of how many each could go now."""
        wanted = {"operation_id": operation_id, "count": count}
        names = [row[0] for row in self._store.read().execute(_SQL["names_written"], wanted).fetchall()]
        keys = [sorted(self.keys_of_person(name)) for name in names]
        values = {"operation_id": operation_id, "names": names, "keys": keys}
        rows = self._store.read().execute(_SQL["people_written"], values).fetchall()
        return [OperationPerson(name=name, files=files, able=able) for name, files, able in rows]

    def keys_of_person(self, name: str) -> set[str]:
        """Return the keys of all spellings of whom a name means: aliases too, and the name itself if nobody has it."""
        reader = self._store.read()
        found = people.find(reader, [name]).get(name, [])
        return people.keys_of(reader, found) | {names_of.person_key(name)}

    def unfinished(self) -> list[tuple[int, str, str]]:
        """Return id, type and status of operations that have not ended."""
        rows: list[tuple[int, str, str]] = self._store.read().execute(_SQL["unfinished_operations"]).fetchall()
        return rows

    def last_sign(self, operation_id: int) -> datetime:
        """Return when an operation was last at work, as far as it is written down."""
        found: datetime = self._store.read().value(_SQL["last_sign"], {"operation_id": operation_id})
        return found

    def unsettled(self, operation_id: int) -> list[Unsettled]:
        """Return the items whose fate is not written down or unclear."""
        rows = self._store.read().execute(_SQL["unsettled_items"], {"operation_id": operation_id}).fetchall()
        return [Unsettled(*row) for row in rows]

    def finished(self, operation_id: int) -> set[int]:
        """Return the items that are known to be done."""
        rows = self._store.read().execute(_SQL["finished_items"], {"operation_id": operation_id}).fetchall()
        return {row[0] for row in rows}

    def busy_files(self) -> dict[int, Holder]:
        """Return the files that an operation holds, and which."""
        rows = self._store.read().execute(_SQL["busy_files"]).fetchall()
        return {file_id: Holder(operation_id, status) for file_id, operation_id, status in rows}

    def held_by(self, file_ids: Sequence[int]) -> list[Holder]:
        """Return the operations that wait, run or are paused and hold some of these files."""
        return _holders(self._store.read(), file_ids)

    # Backups: all that is not for a running operation is in `backups`.

    def journals_of(self, operation_id: int) -> list[str]:
        """Return the names of the journal files that an operation still has."""
        return backups.Backups(self._store).journals_of(operation_id)

    def drop_backups(self, operation_id: int, *, now: datetime) -> None:
        """Note that the backups of an operation were not wanted and are gone."""
        reason = "none was to be kept"
        backups.Backups(self._store).drop_operation(operation_id, reason=reason, now=now)


def _holders(reader: database.Connection, file_ids: Sequence[int]) -> list[Holder]:
    return [Holder(*row) for row in reader.execute(_SQL["held_by"], {"file_ids": list(file_ids)}).fetchall()]


def _files(tx: database.Connection, operation_id: int) -> str:
    """Return how many files an operation is about, as a person says it."""
    count = sum(row[2] for row in tx.execute(_SQL["count_items"], {"operation_id": operation_id}).fetchall())
    return wording.files(count)


def _finish(
    tx: database.Connection, operation_id: int, status: str, *, seconds: float, now: datetime, error_message: str
) -> None:
    tx.execute(_SQL["count_up"], {"operation_id": operation_id, "seconds": 0.0})
    values = {"operation_id": operation_id, "status": status, "seconds": seconds, "now": now}
    tx.execute(_SQL["finish"], {**values, "error_message": error_message})
    jobs.copy_operation_status(tx, operation_id, status, now=now, error_message=error_message)


def _skip_pending(tx: database.Connection, operation_id: int, why: str, *, now: datetime) -> None:
    reason = f"The operation was {why} before this file."
    tx.execute(_SQL["skip_pending"], {"operation_id": operation_id, "now": now, "reason": reason})
    jobs.copy_operation_counts(tx, operation_id)


def _give_up_below(tx: database.Connection, rollback_id: int, *, now: datetime) -> None:
    """Give up what is left of the operations that were cut off and are taken back."""
    for (operation_id,) in tx.execute(_SQL["cut_off_below"], {"operation_id": rollback_id}).fetchall():
        _skip_pending(tx, operation_id, "taken back", now=now)
        _finish(tx, operation_id, "cancelled", seconds=0.0, now=now, error_message="")


def _options(options: WriteOptions) -> str:
    """Return those of the options that a run must know, also one that goes on after a restart."""
    return json.dumps(
        {
            "preserve_mtime": options.preserve_mtime,
            "keep_backup": options.create_backup,
            "hard_links": options.hard_links,
            "risk": list(options.risk),
        }
    )
