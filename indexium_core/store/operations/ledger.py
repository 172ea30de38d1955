"""
The ledger: operations, their items, and the backups with which each item can be rolled back.

A row is written before the first byte of its file changes, and again when the result is known. Each statement changes a
set of rows; results are stored in groups.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.fields.table import COMMENT, title_of
from indexium_core.model.job import NewJob
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.interrupted import INTERRUPTED_OUTCOMES, InterruptedFile
from indexium_core.model.operations.operation import (
    HistoryTotals,
    ItemDetails,
    MetadataOperation,
    OperationPerson,
    WriteOptions,
)
from indexium_core.model.operations.outcomes import Outcome, outcome_of
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.planning.plan import Holder
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store import charts, database, idempotency, jobs, sql
from indexium_core.store.connection import Connection
from indexium_core.store.operations import ledger_rows
from indexium_core.store.operations.ledger_rows import (
    ItemOutcome,
    ItemRecord,
    OperationSearch,
    OutcomeCount,
    Restore,
    RollbackCandidate,
    StartFacts,
    Task,
    UnresolvedItem,
    stored_options,
)
from indexium_core.store.people import people
from indexium_core.store.plan_version import DiskRates

_SQL = sql.compose("ledger", "interrupted")
_RATES = DiskRates()
_ALL = 2**62  # more than the rows of any table
Admission: TypeAlias = Callable[[Connection, int], None]  # called with the transaction and a recorded operation


def new_id(tx: Connection, request: IdempotentRequest | None, *, now: datetime) -> int:
    """Return the id of a new operation, for which an idempotent request is stored."""
    operation_id = int(tx.value(_SQL["next_operation_id"]))
    if request is not None:
        idempotency.add(tx, request, operation_id=operation_id, at=now)
    return operation_id


def insert_history(tx: Connection, operation_id: int, *, now: datetime, expires_at: datetime) -> None:
    """Add the backup row of each pending item, before its first byte changes."""
    journal = f"{operation_id}.journal"
    values = {"operation_id": operation_id, "now": now, "journal": journal, "expires_at": expires_at}
    tx.execute(_SQL["insert_history"], values)


def counts_by_status(reader: Connection, operation_id: int) -> Counter[str]:
    """Return the number of items of an operation by status."""
    found: Counter[str] = Counter()
    for status, _, files, _ in reader.execute(_SQL["count_items"], {"operation_id": operation_id}).fetchall():
        found[status] += files
    return found


def insert_operation(
    tx: Connection,
    operation_id: int,
    *,
    title: str,
    counts: Mapping[str, int],
    owner: str,
    now: datetime,
    **columns: Any,
) -> None:
    """Add an operation and its job; `counts` are its stored items by status, `columns` its other columns."""
    payload = {"operation_id": operation_id}
    new = NewJob(job_type=columns["operation_type"], title=title, payload=payload, operation_id=operation_id)
    counted = {"file_count": sum(counts.values()), "conflict_count": counts.get("conflict", 0)}
    job_id = jobs.insert(tx, new, owner=owner, now=now, counts=counts)
    values = {"id": operation_id, "now": now, "job_id": job_id, **new.actor.columns, **counted, **columns}
    tx.execute(_SQL["insert_operation"], values)


def _admit_all(_tx: Connection, _operation_id: int) -> None:
    """Let every operation start."""


class Ledger:
    """Reads and writes of the ledger's tables."""

    def __init__(self, store: database.Database) -> None:
        self._store = store

    # Create an operation.

    def create_write(
        self,
        *,
        file_ids: Sequence[int] | Callable[[Connection], Sequence[int]],
        variant_id: int,
        plan_id: int,
        options: WriteOptions,
        applied: Mapping[str, Any] | None = None,
        now: datetime,
        expires_at: datetime,
        owner: str = "",
        request: IdempotentRequest | None = None,
        admit: Admission = _admit_all,
    ) -> int:
        """
        Record a write of the plan's current items of `file_ids`, with items, backups and its job; return its id.

        If `file_ids` is a function, the transaction calls it: it returns the files, or raises an error. `owner` is the
        instance that may start the job. `applied`: the settings of the write; default: those of its run. `request` is
        an idempotent request. `admit` is called with the recorded operation, and may raise an error instead of letting
        it start.
        """
        with self._store.atomic() as tx:
            chosen = file_ids(tx) if callable(file_ids) else file_ids
            operation_id = new_id(tx, request, now=now)
            items = {"operation_id": operation_id, "file_ids": list(chosen), "variant_id": variant_id}
            items |= {"fields": list(options.fields), "has_comment": not options.fields or COMMENT in options.fields}
            busy = tx.execute(_SQL["busy_among"], {"subjects": list(chosen)}).fetchall()
            messages = {
                "busy": [file_id for file_id, *_ in busy],
                "messages": [Holder(operation, status).describe("this file") for _, operation, status in busy],
            }
            tx.execute(_SQL["insert_write_items"], items | messages)
            insert_history(tx, operation_id, now=now, expires_at=expires_at)
            counts = counts_by_status(tx, operation_id)
            if not sum(counts.values()):
                titles = ", ".join(title_of(key) for key in options.fields)
                change = f"has a change of {titles}" if titles else "would change"
                message = f"There is nothing to write: no selected file {change}."
                raise errors.UsageError(message, code="nothing_to_write")
            what = f"'{options.user_note}'" if options.user_note else wording.files(sum(counts.values()))
            insert_operation(
                tx,
                operation_id,
                operation_type="write",
                title=f"Write {what}",
                counts=counts,
                user_note=options.user_note,
                user_action=options.user_action,
                source=options.source,
                plan_id=plan_id,
                reverts_id=None,
                options=json.dumps({**stored_options(options), **(applied or {})}),
                owner=owner,
                now=now,
            )
            admit(tx, operation_id)
        return operation_id

    def create_rollback(
        self,
        *,
        reverts_id: int,
        restores: Sequence[Restore],
        note: str,
        source: str,
        options: dict[str, Any],
        now: datetime,
        expires_at: datetime,
        operation_type: str = "rollback",
        owner: str = "",
        request: IdempotentRequest | None = None,
        admit: Admission = _admit_all,
    ) -> int:
        """
        Record a rollback of items with its job (refused items are conflicts); return the id of the operation.

        The remaining items of an interrupted operation are cancelled too; otherwise a resume would overwrite restored
        files. With `operation_type` write, the operation rolls nothing back: it removes a person, and its items are
        ordinary writes. `admit` as in `create_write`.
        """
        is_rollback = operation_type == "rollback"
        with self._store.atomic() as tx:
            operation_id = new_id(tx, request, now=now)
            # Newest first, so that a file with several items is rolled back step by step.
            ordered = sorted(restores, key=lambda restore: restore.item_id, reverse=True)
            ids = [row[0] for row in tx.execute(_SQL["next_item_ids"], {"count": len(ordered)}).fetchall()]
            values = {"operation_id": operation_id, "new_ids": ids, **ledger_rows.columns_of_restores(ordered)}
            tx.execute(_SQL["insert_rollback_items"], values)
            insert_history(tx, operation_id, now=now, expires_at=expires_at)
            if is_rollback:
                tx.execute(_SQL["reverse_side_files"], {"operation_id": operation_id})
                cancel_interrupted_below(tx, operation_id, now=now)
            counts = counts_by_status(tx, operation_id)
            files = wording.files(sum(counts.values()))
            insert_operation(
                tx,
                operation_id,
                operation_type=operation_type,
                title=f"Roll back operation {reverts_id}" if is_rollback else f"Write {files}",
                counts=counts,
                user_note=note,
                user_action="rollback" if is_rollback else "rollback_person",
                source=source,
                plan_id=None,
                reverts_id=reverts_id if is_rollback else None,
                options=json.dumps(options),
                owner=owner,
                now=now,
            )
            admit(tx, operation_id)
        return operation_id

    def record_operation(self, operation: MetadataOperation) -> int:
        """Record an operation that ran in another place, and return its id in this ledger."""
        names = (
            "operation_type status started_at completed_at file_count success_count failure_count skipped_count "
            "conflict_count unknown_count seconds error_message user_note user_action user_name source"
        )
        values = {name: getattr(operation, name) for name in names.split()}
        with self._store.atomic() as tx:
            values["id"] = int(tx.value(_SQL["next_operation_id"]))
            tx.execute(_SQL["record_foreign"], values)
        return int(values["id"])

    # Run it.

    def journal_of_pending(self, operation_id: int) -> str | None:
        """Return the last journal file of the pending items; None if there is none."""
        return cast("str | None", self._store.read().value(_SQL["journal_of_pending"], {"operation_id": operation_id}))

    def rename_journal(self, operation_id: int, journal: str) -> None:
        """Store that the pending items of a resumed operation use another journal file."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["rename_journal"], {"operation_id": operation_id, "journal": journal})

    def pending(
        self, operation_id: int, *, after: int, count: int, is_planned: bool = False, rates: DiskRates = _RATES
    ) -> list[Task]:
        """
        Return up to `count` pending items with ids above `after`, their estimates at measured rates.

        `is_planned`: the operation writes a plan, so it has one item for each file and rolls nothing back: much faster.
        """
        values = {"operation_id": operation_id, "after": after, "count": count} | rates.parameters
        found = self._store.read().execute(_SQL["pending_writes" if is_planned else "pending_tasks"], values)
        return [ledger_rows.task(row) for row in found.fetch_dicts()]

    def preview(self, *, file_ids: Sequence[int], variant_id: int) -> list[Task]:
        """Return the tasks that a write of the plan's current items of `file_ids` would have."""
        values = {"file_ids": list(file_ids), "variant_id": variant_id}
        rows = self._store.read().execute(_SQL["preview_tasks"], values).fetch_dicts()
        return [ledger_rows.task(row) for row in rows]

    def options(self, operation_id: int) -> dict[str, Any]:
        """Return the options that an operation was started with; see `StartFacts`."""
        return self.start_facts(operation_id).options

    def start_facts(self, operation_id: int) -> StartFacts:
        """Return the facts that a run of an operation needs at its start."""
        row = self._store.read().execute(_SQL["start_facts"], {"operation_id": operation_id}).fetchone()
        options, seconds, is_planned = row or ("{}", 0.0, False)
        return StartFacts(options=json.loads(options or "{}"), seconds=float(seconds), is_planned=bool(is_planned))

    def record(
        self,
        tx: Connection,
        operation_id: int,
        records: Sequence[ItemRecord],
        *,
        kind: str,
        now: datetime,
        seconds: float = 0.0,
    ) -> None:
        """
        Store the results of items of one operation, and the items that a rollback reverted.

        `seconds` is the running time so far, so that an interrupted run keeps it.
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
        omitted = {record.result.item_id: record.result.omitted for record in records if record.result.omitted}
        if omitted:
            tx.execute(_SQL["drop_omitted"], {"ids": list(omitted), "omitted": [*map(list, omitted.values())]})
        kept = {
            "kinds": [record.backup_kind for record in records],
            "bytes": [record.journal_bytes + record.kept_bytes for record in records],
            "kept": [record.kept for record in records],
            "kept_bytes": [record.kept_bytes for record in records],
            "parted": [record.parted_inode for record in records],
        }
        tx.execute(_SQL["record_backups"], {"ids": ids, **kept})
        tx.execute(_SQL["update_counts"], {"operation_id": operation_id, "seconds": seconds})
        jobs.copy_operation_counts(tx, operation_id)
        if kind == "rollback":
            tx.execute(_SQL["mark_reverted"], {"ids": ids})
            tx.execute(_SQL["drop_used_originals"], {"ids": ids, "now": now})

    def skip_pending(self, operation_id: int, *, now: datetime) -> None:
        """Skip the items that a cancelled operation will not process."""
        with self._store.atomic() as tx:
            skip_pending(tx, operation_id, "cancelled", now=now)

    def finish(
        self, operation_id: int, status: str, *, kind: str, seconds: float, now: datetime, error_message: str = ""
    ) -> None:
        """
        End an operation or its present run, and update the status of the operations that it reverted.

        `seconds` is the total running time; 0 if it is stored already.
        """
        with self._store.atomic() as tx:
            self.finish_within(
                tx, operation_id, status, kind=kind, seconds=seconds, now=now, error_message=error_message
            )

    def finish_within(
        self,
        tx: Connection,
        operation_id: int,
        status: str,
        *,
        kind: str,
        seconds: float,
        now: datetime,
        error_message: str,
    ) -> None:
        """End an operation like `finish`, in a transaction of the caller."""
        finish(tx, operation_id, status, seconds=seconds, now=now, error_message=error_message)
        if kind == "rollback":
            older = tx.execute(_SQL["reverted_operations"], {"operation_id": operation_id}).fetchall()
            tx.execute(_SQL["update_status"], {"operation_ids": [row[0] for row in older]})

    def amend(self, operation_id: int, status: str) -> None:
        """Update an operation that had ended before one of its items was resolved; its end time stays the same."""
        with self._store.atomic() as tx:
            tx.execute(_SQL["update_counts"], {"operation_id": operation_id, "seconds": 0.0})
            tx.execute(_SQL["amend"], {"operation_id": operation_id, "status": status})
            jobs.copy_operation_status(tx, operation_id, status)
            older = tx.execute(_SQL["reverted_operations"], {"operation_id": operation_id}).fetchall()
            tx.execute(_SQL["update_status"], {"operation_ids": [operation_id, *(row[0] for row in older)]})

    def counts(self, operation_id: int) -> dict[str, int]:
        """Return the number of items by status."""
        return dict(counts_by_status(self._store.read(), operation_id))

    def outcome_counts(self, operation_id: int) -> list[OutcomeCount]:
        """Return the number and size of items by result."""
        rows = self._store.read().execute(_SQL["count_items"], {"operation_id": operation_id}).fetchall()
        return [OutcomeCount(status, mark, int(files), int(size)) for status, mark, files, size in rows]

    def outcomes(self, operation_id: int, *, cancelled: bool) -> list[ItemOutcome]:
        """Return the items that have a result: the cancelled ones, or all others."""
        values = {"operation_id": operation_id, "cancelled": cancelled}
        return [ItemOutcome(*row) for row in self._store.read().execute(_SQL["outcomes"], values).fetchall()]

    def expected_seconds(self, operation_id: int, rates: DiskRates = _RATES) -> dict[bool, float]:
        """Return the estimated seconds of the remaining items: changed in place (False) and rewritten (True)."""
        found = self._store.read().execute(_SQL["pending_seconds"], {"operation_id": operation_id} | rates.parameters)
        return {bool(anew): float(seconds) for anew, seconds in found.fetchall()}

    def unwritten_files(self, operation_id: int) -> list[tuple[int, int, bytes]]:
        """Return file id, library and path of the files that an operation did not write."""
        rows = self._store.read().execute(_SQL["unwritten_files"], {"operation_id": operation_id}).fetchall()
        return [(file_id, library_id, bytes(path)) for file_id, library_id, path in rows]

    def unwritten_entities(self, operation_id: int) -> list[Entity]:
        """Return the titles and videos that a publication did not write because they failed or were cancelled."""
        rows = self._store.read().execute(_SQL["unwritten_entities"], {"operation_id": operation_id}).fetchall()
        return [Entity(*row) for row in rows]

    def unreverted_items(self, operation_id: int) -> list[int]:
        """Return the items that a rollback did not roll back."""
        rows = self._store.read().execute(_SQL["unreverted_items"], {"operation_id": operation_id}).fetchall()
        return [item_id for (item_id,) in rows]

    def operations(
        self, wanted: OperationSearch | None = None, *, page: int = 1, per_page: int = 50
    ) -> tuple[list[MetadataOperation], int]:
        """Return one page of operations, newest first, and their total. `per_page` 0: all."""
        wanted = wanted or OperationSearch()
        values = {
            "statuses": list(wanted.statuses),
            "types": list(wanted.types),
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
        }
        rows = self._store.read().execute(_SQL["operation_page"], wanted.columns() | values).fetch_dicts()
        return [ledger_rows.operation(row) for row in rows], rows[0]["found"] if rows else 0

    def operation_counts(self, wanted: OperationSearch) -> list[tuple[str, str, int]]:
        """Return state, type and number of the operations, whatever states and types the search has."""
        rows: list[tuple[str, str, int]] = (
            self._store.read().execute(_SQL["operation_counts"], wanted.columns()).fetchall()
        )
        return rows

    def operation(self, operation_id: int) -> MetadataOperation | None:
        """Return one operation; None if there is none with that id."""
        rows = self._store.read().execute(_SQL["operation_row"], {"operation_id": operation_id}).fetch_dicts()
        return ledger_rows.operation(rows[0]) if rows else None

    def is_continued_by(self, operation_id: int, actor: Actor) -> bool:
        """Return whether an actor started an operation that writes only safe files, or that somebody approved."""
        facts = {"operation_id": operation_id, "actor_kind": actor.kind, "actor_id": actor.id}
        return bool(self._store.read().value(_SQL["is_continued_by"], facts))

    def items(
        self,
        operation_id: int,
        *,
        statuses: Sequence[str] = (),
        page: int = 1,
        per_page: int = 50,
        running: Sequence[int] = (),
        words: Sequence[str] = (),
        people: Sequence[str] = (),
        item_ids: Sequence[int] = (),
    ) -> tuple[list[ItemDetails], int]:
        """
        Return one page of an operation's items, failures first, then running ones, and their total.

        `item_ids` selects items. `words` (folded, in path or a name) and `people` (exact, lower case) select files that
        have all of them.
        """
        values = {
            "operation_id": operation_id,
            "item_ids": list(item_ids),
            "running": list(running),
            "statuses": list(statuses),
            "words": list(words),
            "people": list(people),
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
        }
        rows = self._store.read().execute(_SQL["item_page"], values).fetch_dicts()
        return [ledger_rows.item(row) for row in rows], rows[0]["found"] if rows else 0

    def totals(self) -> HistoryTotals:
        """Return the numbers of all operations."""
        operations, written, refused, rolled_back = charts.totals(self._store.read())
        return HistoryTotals(operations=operations, written=written, refused=refused, rolled_back=rolled_back)

    def candidates(self, operation_id: int | None, *, item_ids: Sequence[int] = ()) -> list[RollbackCandidate]:
        """Return items of an operation (those in force, or the given ones) with everything that a rollback needs."""
        values = {"operation_id": operation_id, "item_ids": list(item_ids)}
        rows = self._store.read().execute(_SQL["rollback_candidates"], values).fetch_dicts()
        return [ledger_rows.candidate(row) for row in rows]

    def newer_items(self, item_ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the newer items in force on the file of each item, newest first."""
        found: dict[int, list[int]] = {}
        for item_id, newer in self._store.read().execute(_SQL["newer_items"], {"item_ids": list(item_ids)}).fetchall():
            found.setdefault(item_id, []).append(newer)
        return found

    def people_written(self, operation_id: int, *, count: int) -> list[OperationPerson]:
        """Return the `count` people added to most files, and from how many files each can be removed now."""
        wanted = {"operation_id": operation_id, "count": count}
        names = [row[0] for row in self._store.read().execute(_SQL["names_written"], wanted).fetchall()]
        keys = [sorted(self.keys_of_person(name)) for name in names]
        values = {"operation_id": operation_id, "names": names, "keys": keys}
        rows = self._store.read().execute(_SQL["people_written"], values).fetchall()
        return [OperationPerson(name=name, files=files, able=able) for name, files, able in rows]

    def keys_of_person(self, name: str) -> set[str]:
        """Return the keys of all spellings of a person, aliases included, and of the name itself."""
        reader = self._store.read()
        found = people.find(reader, [name]).get(name, [])
        return people.keys_of(reader, found) | {names_of.person_key(name)}

    def last_activity(self, operation_id: int) -> datetime:
        """Return the last stored time at which an operation was running."""
        found: datetime = self._store.read().value(_SQL["last_activity"], {"operation_id": operation_id})
        return found

    def unresolved(self, operation_id: int) -> list[UnresolvedItem]:
        """Return the items whose result is unknown or not stored."""
        found = self._store.read().execute(_SQL["unresolved_items"], {"operation_id": operation_id})
        return [ledger_rows.unresolved(row) for row in found.fetch_dicts()]

    def finished(self, operation_id: int) -> set[int]:
        """Return the items that are written."""
        rows = self._store.read().execute(_SQL["finished_items"], {"operation_id": operation_id}).fetchall()
        return {row[0] for row in rows}

    def busy_files(self) -> dict[int, Holder]:
        """Return the files that an operation uses, each with that operation."""
        rows = self._store.read().execute(_SQL["busy_files"]).fetchall()
        return {file_id: Holder(operation_id, status) for file_id, operation_id, status in rows}

    def holders_of(self, file_ids: Sequence[int]) -> list[Holder]:
        """Return the waiting, running or paused operations that use some of these files."""
        return _holders(self._store.read(), file_ids)


def _holders(reader: Connection, file_ids: Sequence[int]) -> list[Holder]:
    return [Holder(*row) for row in reader.execute(_SQL["holders"], {"file_ids": list(file_ids)}).fetchall()]


def finish(
    tx: Connection, operation_id: int, status: str, *, seconds: float, now: datetime, error_message: str
) -> None:
    """Record the end of an operation and of its job; `seconds` are added to the operation's running time."""
    values = {"operation_id": operation_id, "status": status, "seconds": seconds, "now": now}
    tx.execute(_SQL["finish"], {**values, "error_message": error_message})
    jobs.copy_operation_status(tx, operation_id, status, now=now, error_message=error_message)


def rename(tx: Connection, operation_id: int, title: str) -> None:
    """Change the title (the note) of an operation."""
    tx.execute(_SQL["rename_operation"], {"id": operation_id, "title": title})


def skip_pending(tx: Connection, operation_id: int, why: str, *, now: datetime) -> None:
    """Skip the items of an operation that were not started; `why` completes "The operation was …"."""
    reason = f"The operation was {why} before this file."
    tx.execute(_SQL["skip_pending"], {"operation_id": operation_id, "now": now, "reason": reason})
    jobs.copy_operation_counts(tx, operation_id)


def cancel_interrupted_below(tx: Connection, rollback_id: int, *, now: datetime) -> None:
    """Cancel the remaining items of interrupted operations that are rolled back."""
    for (operation_id,) in tx.execute(_SQL["interrupted_below"], {"operation_id": rollback_id}).fetchall():
        skip_pending(tx, operation_id, "rolled back", now=now)
        finish(tx, operation_id, "cancelled", seconds=0.0, now=now, error_message="")


def interrupted_counts(reader: Connection, operation_id: int) -> dict[Outcome, int]:
    """Return the number of files of an operation by outcome."""
    counts: Counter[Outcome] = Counter()
    for status, code, kind, number in reader.execute(_SQL["outcome_counts"], {"operation_id": operation_id}).fetchall():
        counts[outcome_of(status, code, kind)] += number
    return dict(counts)


def interrupted_files(
    reader: Connection, operation_id: int, *, outcome: str = "", page: int = 1, per_page: int = 0
) -> list[InterruptedFile]:
    """Return a page of an operation's files (of all outcomes, or of one), most urgent first; `per_page` 0: all."""
    limits = {"order": INTERRUPTED_OUTCOMES, "limit": per_page or None, "offset": (page - 1) * per_page}
    rows = reader.execute(
        _SQL["outcome_files"],
        {"operation_id": operation_id, "outcome": outcome, **limits},
    ).fetchall()
    return [
        InterruptedFile(
            item_id=item_id, file_id=file_id, file_path=file_path, outcome=outcome, code=code, message=message
        )
        for item_id, file_id, file_path, outcome, code, message in rows
    ]
