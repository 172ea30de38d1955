"""
Jobs: rows of `job_queue`, what they depend on, and where their next runs go on.

Functions that take a transaction are for those who change a job together with something else (the ledger does); the
class fulfils `JobStore` of `jobs.store`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from indexium_core import errors
from indexium_core.model.job import STALLED_SECONDS, Job, JobPage, JobProgress, NewJob, UnfinishedJob
from indexium_core.store import rows, sql
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

__all__ = ["JobRows", "count_operation", "insert", "mirror"]

_ALL = 2**62  # more rows than there can be


def insert(tx: Connection, new: NewJob, *, owner: str, now: datetime, total: int | None = None) -> int:
    """
    Write down a job and return its id.

    Args:
        tx: The transaction.
        new: The job.
        owner: The instance that may take it up.
        now: The present moment.
        total: Items that it has, where that is known.

    Raises:
        UnknownIdError: It depends on a job that there is not.
        UsageError: What it is to do is no JSON.

    """
    wanted = sorted(set(new.depends_on))
    if wanted and tx.value(_sql("known"), {"ids": wanted}) != len(wanted):
        message = f"One of the jobs {', '.join(map(str, wanted))} is not there; 'indexium jobs list' shows them."
        raise errors.UnknownIdError(message)
    job_id = int(tx.value(_sql("next_id")))
    values = {
        "id": job_id,
        "job_type": new.job_type,
        "title": rows.printable(new.title),
        "priority": new.priority,
        "payload": as_json(new.payload),
        "payload_version": new.payload_version,
        "dedup_key": _equal(new) if new.dedup else None,
        "owner": owner,
        "progress_total": total,
        "max_retries": new.max_retries,
        "not_before": new.not_before,
        "now": now,
        "is_cancellable": new.is_cancellable,
        "operation_id": new.operation_id,
    }
    tx.execute(_sql("insert"), values)
    if wanted:
        tx.execute(_sql("depend"), {"id": job_id, "depends_on": wanted})
    return job_id


def mirror(
    tx: Connection, operation_id: int, status: str, *, now: datetime | None = None, error_message: str | None = None
) -> None:
    """Bring the job of an operation into the state that the operation gets in this transaction."""
    values = {"operation_id": operation_id, "status": status, "now": now, "error_message": error_message}
    tx.execute(_sql("mirror"), values)


def count_operation(tx: Connection, operation_id: int) -> None:
    """Let the job of an operation be as far as the operation's items are in this transaction."""
    tx.execute(_sql("count_operation"), {"operation_id": operation_id})


class JobRows:
    """Reads and writes of jobs. May be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._any_waits: bool | None = None  # whether any job waits for another one; None: not looked yet

    # Making and taking up.

    def add(self, new: NewJob, *, owner: str, now: datetime) -> int:
        """Write down a job, or return the equal one that has not begun; errors as those of `insert`."""
        with self._database.atomic() as tx:
            if new.dedup:
                found: int | None = tx.value(_sql("equal_waiting"), {"dedup_key": _equal(new)})
                if found is not None:
                    values = {"id": found, "priority": new.priority, "owner": owner, "not_before": new.not_before}
                    tx.execute(_sql("hurry"), values)
                    return found
            if new.depends_on:
                self._any_waits = True
            return insert(tx, new, owner=owner, now=now)

    def add_for_operation(self, operation_id: int, *, owner: str, now: datetime) -> int:
        """Give an operation that an older program began the job that carries it out, and return its id."""
        with self._database.atomic() as tx:
            found = tx.execute(_sql("operation_of"), {"operation_id": operation_id}).fetchone()
            if found is None:
                message = f"There is no operation {operation_id}; 'indexium history' lists them."
                raise errors.UnknownIdError(message)
            kind, note, status = found
            title = f"{kind.capitalize()} '{note}'" if note else f"{kind.capitalize()} (operation {operation_id})"
            new = NewJob(job_type=kind, title=title, payload={"operation_id": operation_id}, operation_id=operation_id)
            job_id = insert(tx, new, owner=owner, now=now)
            tx.execute(_sql("name_job"), {"id": job_id, "operation_id": operation_id})
            mirror(tx, operation_id, status, now=now)
            count_operation(tx, operation_id)
            return job_id

    def claim(self, kinds: Sequence[str], *, owner: str, now: datetime) -> Job | None:
        """Take up the job of these kinds that comes next, None where none is due. What it waited for is left out."""
        reader = self._database.read()
        if self._any_waits is None:
            self._any_waits = bool(reader.value(_sql("has_dependents")))
        blocked = reader.value(_sql("blocked")) or [] if self._any_waits else []
        values = {"kinds": list(kinds), "owner": owner, "now": now, "blocked": blocked}
        job_id = reader.value(_sql("next_to_begin"), values)
        if job_id is None:
            return None  # without a transaction, which others may be waiting for
        with self._database.atomic() as tx:
            if not _changes(tx, "begin", {"id": job_id, "now": now}):
                return None
            row = tx.execute(_sql("taken_up"), {"id": job_id}).fetchone()
            assert row is not None  # it was changed a moment ago
            job = _row(row)
            if job.operation_id is not None:
                _set_operation(tx, job, "in_progress")
                count_operation(tx, job.operation_id)
            return job

    def next_due(self, *, owner: str, now: datetime) -> datetime | None:
        """Return when the first of the jobs that wait for their time comes up."""
        found: datetime | None = self._database.read().value(_sql("next_due"), {"owner": owner, "now": now})
        return found

    # While it is at work.

    def tell(self, told: Sequence[JobProgress], *, now: datetime) -> None:
        """Write down how far some jobs are."""
        with self._database.atomic() as tx:
            for each in told:
                values = {
                    "id": each.job_id,
                    "current": each.current,
                    "total": each.total,
                    "message": rows.printable(each.message),
                    "rate": each.rate,
                    "eta_seconds": each.eta_seconds,
                    "counters": json.dumps(dict(each.counters)),
                    "now": now,
                }
                tx.execute(_sql("tell"), values)
                if each.seconds:
                    tx.execute(_sql("tell_seconds"), {"id": each.job_id, "seconds": each.seconds})

    def beat(self, job_ids: Sequence[int], *, now: datetime) -> None:
        """Note that jobs are alive."""
        with self._database.atomic() as tx:
            tx.execute(_sql("beat"), {"ids": list(job_ids), "now": now})

    def save(self, job_id: int, checkpoint: Mapping[str, Any], *, now: datetime, tx: Connection | None = None) -> None:
        """Write down where the next run of a job goes on: in `tx`, with what it did up to there, or by itself."""
        with self._database.atomic() if tx is None else nullcontext(tx) as own:
            own.execute(_sql("forget_state"), {"id": job_id})
            own.execute(_sql("save"), {"id": job_id, "now": now, "state": as_json(dict(checkpoint))})
            own.execute(_sql("begun_anew"), {"id": job_id})

    def saved(self, job_id: int) -> Mapping[str, Any] | None:
        """Return what a job saved last."""
        text = self._database.read().value(_sql("saved"), {"id": job_id})
        found: Mapping[str, Any] | None = json.loads(text) if text else None
        return found

    # Changing its course.

    def pause(self, job: Job, *, by: str, now: datetime) -> bool:
        """Hold a job, and its operation; False where it has ended meanwhile."""
        with self._database.atomic() as tx:
            values = {"id": job.id, "by": rows.printable(by), "now": now}
            held = _changes(tx, "pause", values)
            if held:
                _set_operation(tx, job, "paused")
            return held

    def go_on(self, job: Job, *, now: datetime) -> bool:
        """Let a job that is held at work go on, and its operation; False where it has ended meanwhile."""
        with self._database.atomic() as tx:
            goes_on = _changes(tx, "go_on", {"id": job.id, "now": now})
            if goes_on:
                _set_operation(tx, job, "in_progress")
            return goes_on

    def wait_again(
        self,
        job: Job,
        *,
        owner: str,
        retry_count: int = 0,
        not_before: datetime | None = None,
        error_message: str = "",
    ) -> None:
        """Let a job be taken up once more."""
        values = {
            "id": job.id,
            "owner": owner,
            "retry_count": retry_count,
            "not_before": not_before,
            "error_message": rows.printable(error_message),
        }
        with self._database.atomic() as tx:
            tx.execute(_sql("wait_again"), values)
            _set_operation(tx, job, "pending")

    def adopt(self, job_ids: Sequence[int], *, owner: str) -> bool:
        """Let an instance take up jobs that wait; False where none of them waited for another one."""
        with self._database.atomic() as tx:
            return _changes(tx, "adopt", {"ids": list(job_ids), "owner": owner})

    def ask_to_cancel(self, job_id: int, *, now: datetime) -> bool:
        """Note that somebody wants a job given up; False where it has ended meanwhile."""
        with self._database.atomic() as tx:
            return _changes(tx, "ask_to_cancel", {"id": job_id, "now": now})

    def set_priority(self, job_id: int, priority: int) -> None:
        """Let a job come up sooner or later."""
        with self._database.atomic() as tx:
            tx.execute(_sql("set_priority"), {"id": job_id, "priority": priority})

    # Its end.

    def settle(
        self,
        job_id: int,
        status: str,
        *,
        now: datetime,
        stopped_by: str = "",
        error_message: str = "",
        error_stack: str = "",
        summary: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down how a job, or its present run, ended, and fail what waits for it where that cannot come up."""
        values = {
            "id": job_id,
            "status": status,
            "stopped_by": stopped_by,
            "error_message": rows.printable(error_message),
            "error_stack": rows.printable(error_stack),
            "summary": None if summary is None else as_json(summary),
            "now": now,
        }
        with self._database.atomic() as tx:
            tx.execute(_sql("settle"), values)
            if status in ("failed", "cancelled"):
                _fail_dependents(tx, now)
            if status in ("completed", "completed_with_errors"):
                tx.execute(_sql("forget_state"), {"id": job_id})

    def sign_off(self, job_id: int, *, stopped_by: str, now: datetime, summary: Mapping[str, Any] | None) -> None:
        """Note that the run of an operation's job is over; its state is the operation's."""
        with self._database.atomic() as tx:
            text = None if summary is None else as_json(summary)
            tx.execute(_sql("sign_off"), {"id": job_id, "stopped_by": stopped_by, "now": now, "summary": text})
            _fail_dependents(tx, now)

    def prune(self, *, before: datetime) -> int:
        """Forget the jobs that ended before a moment and that nothing needs any more; returns how many."""
        if not self._database.read().value(_sql("past"), {"before": before}):
            return 0  # without a transaction, which others may be waiting for
        with self._database.atomic() as tx:
            ids = tx.value(_sql("past"), {"before": before}) or []
            for name in ("forget_dependencies", "forget_states", "forget"):
                tx.execute(_sql(name), {"ids": ids})
            return len(ids)

    # After a start.

    def left_over(self) -> list[UnfinishedJob]:
        """Return the jobs that have not ended, and are not held."""
        names = tuple(UnfinishedJob.__dataclass_fields__)
        found = self._database.read().execute(_sql("left_over")).fetchall()
        return [UnfinishedJob(**dict(zip(names, row, strict=True))) for row in found]

    def fail_dependents(self, *, now: datetime) -> None:
        """Fail what waits for jobs that came to nothing."""
        with self._database.atomic() as tx:
            _fail_dependents(tx, now)

    # Reading.

    def find(self, job_id: int, *, now: datetime) -> Job | None:
        """Return a job, None where there is none."""
        return _job(self._database.read(), job_id, now=now)

    def payload_version(self, job_id: int) -> int:
        """Return by which rules the payload of a job was made, 0 where there is no such job."""
        return int(self._database.read().value(_sql("payload_version"), {"id": job_id}) or 0)

    def of_operation(self, operation_id: int) -> int | None:
        """Return the job of an operation, None where it has none."""
        found: int | None = self._database.read().value(_sql("of_operation"), {"operation_id": operation_id})
        return found

    def held_operations(self, *, owner: str) -> frozenset[int]:
        """Return the operations that an instance is at, or is about to be."""
        found = self._database.read().execute(_sql("held_operations"), {"owner": owner}).fetchall()
        return frozenset(row[0] for row in found)

    def page(
        self, *, kinds: Sequence[str], statuses: Sequence[str], page: int, per_page: int, now: datetime
    ) -> JobPage:
        """Return a page of jobs; `per_page` 0: all."""
        chosen = {"kinds": list(kinds), "statuses": list(statuses)}
        values = {
            **chosen,
            "count": per_page or _ALL,
            "skip": (page - 1) * per_page,
            "now": now,
            "stalled": STALLED_SECONDS,
        }
        reader = self._database.read()
        found = reader.execute(_sql("page"), values).fetchall()
        total = int(found[0][-1]) if found else int(reader.value(_sql("total"), chosen))
        return JobPage(items=[_row(row[:-1]) for row in found], total=total, page=page, per_page=per_page)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many jobs there are of each kind and state."""
        found: dict[str, dict[str, int]] = {}
        for kind, status, count in self._database.read().execute(_sql("counts")).fetchall():
            found.setdefault(kind, {})[status] = int(count)
        return found


def as_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return JSON values as text that DuckDB takes; UsageError where they are something else."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        message = f"A job takes JSON values only: {error}."
        raise errors.UsageError(message) from error
    return rows.printable(text)


def _equal(new: NewJob) -> str:
    """Return what two jobs have in common that do the same."""
    return as_json([new.job_type, new.payload, sorted(set(new.depends_on))])


def _changes(tx: Connection, name: str, values: Mapping[str, Any]) -> bool:
    """Run an update and tell whether it changed a row, by its count: RETURNING takes three times as long."""
    return int(tx.value(_sql(name), values)) > 0


def _fail_dependents(tx: Connection, now: datetime) -> None:
    if tx.value(_sql("has_dependents")):
        tx.execute(_sql("fail_dependents"), {"now": now})


def _set_operation(tx: Connection, job: Job, status: str) -> None:
    if job.operation_id is not None:
        tx.execute(_sql("set_operation"), {"operation_id": job.operation_id, "status": status})


def _job(reader: Connection, job_id: int, *, now: datetime) -> Job | None:
    row = reader.execute(_sql("job"), {"id": job_id, "now": now, "stalled": STALLED_SECONDS}).fetchone()
    return _row(row) if row else None


def _row(row: tuple[Any, ...]) -> Job:
    return Job(
        id=row[0],
        job_type=row[1],
        title=row[2],
        priority=row[3],
        status=row[4],
        payload=json.loads(row[5]),
        progress_current=row[6],
        progress_total=row[7],
        progress_message=row[8],
        rate=row[9],
        eta_seconds=row[10],
        counters=json.loads(row[11]) if row[11] else {},
        retry_count=row[12],
        max_retries=row[13],
        next_retry_at=row[14],
        depends_on=tuple(row[15] or ()),
        created_at=row[16],
        started_at=row[17],
        completed_at=row[18],
        heartbeat_at=row[19],
        error_message=row[20],
        summary=json.loads(row[21]) if row[21] else {},
        is_cancellable=row[22],
        cancelled_at=row[23],
        paused_at=row[24],
        paused_by=row[25],
        operation_id=row[26],
        stalled=bool(row[27]),
        seconds=row[28] or 0.0,
    )


def _sql(name: str) -> str:
    return sql.load("jobs")[name]
