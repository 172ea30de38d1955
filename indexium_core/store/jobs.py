"""
Rows of `job_queue`, their dependencies and their checkpoints.

Functions that take a transaction are for callers that change a job together with other rows, such as the ledger. The
class implements `JobStore` of `jobs.store`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from indexium_core import errors
from indexium_core.model.job import STALLED_SECONDS, Job, JobJoin, JobPage, JobProgress, NewJob, UnfinishedJob
from indexium_core.model.operations.actor import Actor
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

_ALL = 2**62  # more than the rows of any table


def insert(tx: Connection, new: NewJob, *, owner: str, now: datetime, counts: Mapping[str, int] | None = None) -> int:
    """
    Store a job that the instance `owner` may start, and return its id.

    `counts` are the numbers of items of its operation by status.

    Raises:
        UnknownIdError: It depends on a job that does not exist.
        UsageError: Its payload is not JSON.

    """
    wanted = sorted(set(new.depends_on))
    if wanted and tx.value(_sql("count_known"), {"ids": wanted}) != len(wanted):
        message = f"One of the jobs {', '.join(map(str, wanted))} does not exist; 'indexium jobs list' lists them."
        raise errors.UnknownIdError(message)
    job_id = int(tx.value(_sql("next_id")))
    done = {status: count for status, count in (counts or {}).items() if status != "pending"}
    values = {
        "id": job_id,
        "job_type": new.job_type,
        "title": replace_surrogates(new.title),
        "priority": new.priority,
        "payload": as_json(new.payload),
        "payload_version": new.payload_version,
        "dedup_key": _dedup_key(new) if new.dedup else None,
        "owner": owner,
        "not_before": new.not_before,
        "now": now,
        "operation_id": new.operation_id,
        "progress_current": sum(done.values()),
        "progress_total": None if counts is None else sum(counts.values()),
        "counters": None if counts is None else as_json(done),
        **new.actor.columns,
    }
    tx.execute(_sql("insert"), values)
    if wanted:
        tx.execute(_sql("add_dependencies"), {"id": job_id, "depends_on": wanted})
    return job_id


def copy_operation_status(
    tx: Connection, operation_id: int, status: str, *, now: datetime | None = None, error_message: str | None = None
) -> None:
    """Give the job of an operation the status that the operation gets in this transaction."""
    values = {"operation_id": operation_id, "status": status, "now": now, "error_message": error_message}
    tx.execute(_sql("copy_operation_status"), values)


def copy_operation_counts(tx: Connection, operation_id: int) -> None:
    """Update progress and counters of the job of an operation from its items in this transaction."""
    tx.execute(_sql("copy_operation_counts"), {"operation_id": operation_id})


class JobRows:
    """Reads and writes of jobs. It may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_dependencies: bool | None = None  # whether any job depends on another one; None: not read yet

    # Add and start.

    def add(self, new: NewJob, *, owner: str, now: datetime) -> int:
        """Store a job, or return an equal one that has not started; errors as those of `insert`."""
        with self._database.atomic() as tx:
            if new.dedup:
                found: int | None = tx.value(_sql("equal_waiting"), {"dedup_key": _dedup_key(new)})
                if found is not None:
                    values = {"id": found, "priority": new.priority, "owner": owner, "not_before": new.not_before}
                    tx.execute(_sql("raise_priority"), values)
                    if new.join is not None:
                        _join(tx, found, new, new.join)
                    return found
            if new.depends_on:
                self._has_dependencies = True
            return insert(tx, new, owner=owner, now=now)

    def add_for_operation(self, operation_id: int, *, owner: str, now: datetime) -> int:
        """Add a job for an operation that an older program started, and return the job's id."""
        with self._database.atomic() as tx:
            found = tx.execute(_sql("operation_without_job"), {"operation_id": operation_id}).fetchone()
            if found is None:
                raise errors.UnknownIdError(f"There is no operation {operation_id}; 'indexium history' lists them.")
            kind, note, status, *actor = found
            title = f"{kind.capitalize()} '{note}'" if note else f"{kind.capitalize()} (operation {operation_id})"
            new = NewJob(
                job_type=kind,
                title=title,
                payload={"operation_id": operation_id},
                operation_id=operation_id,
                actor=Actor(*actor),
            )
            job_id = insert(tx, new, owner=owner, now=now)
            tx.execute(_sql("link_operation"), {"id": job_id, "operation_id": operation_id})
            copy_operation_status(tx, operation_id, status, now=now)
            copy_operation_counts(tx, operation_id)
            return job_id

    def claim(self, kinds: Sequence[str], *, owner: str, now: datetime) -> Job | None:
        """Start the next due job of these kinds; None if there is none. The dependencies of the job are not read."""
        reader = self._database.read()
        job_id, blocked = None, self._blocked(reader)
        while job_id is None or job_id in blocked:
            values = {"kinds": list(kinds), "owner": owner, "now": now, "blocked": blocked}
            job_id = reader.value(_sql("next_to_start"), values)
            if job_id is None:
                return None  # without opening a transaction, which would block others
            blocked = self._blocked(reader)  # again, because the job may have been added since
        with self._database.atomic() as tx:
            if not _changed_a_row(tx, "start", {"id": job_id, "now": now}):
                return None
            [row] = tx.execute(_sql("started"), {"id": job_id}).fetch_dicts()
            job = _job(row)
            if job.operation_id is not None:
                _set_operation(tx, job, "in_progress")
            return job

    def _blocked(self, reader: Connection) -> list[int]:
        """Return the jobs that wait for another one."""
        if self._has_dependencies is None:
            self._has_dependencies = bool(reader.value(_sql("has_dependents")))
        return reader.value(_sql("blocked")) or [] if self._has_dependencies else []

    def next_due(self, *, owner: str, now: datetime) -> datetime | None:
        """Return the earliest start of the jobs that wait for one."""
        found: datetime | None = self._database.read().value(_sql("next_due"), {"owner": owner, "now": now})
        return found

    # While it runs.

    def save_progress(self, progress: Sequence[JobProgress], *, now: datetime) -> None:
        """Store the progress of jobs."""
        with self._database.atomic() as tx:
            for each in progress:
                values = {
                    "id": each.job_id,
                    "current": each.current,
                    "total": each.total,
                    "message": replace_surrogates(each.message),
                    "rate": each.rate,
                    "eta_seconds": each.eta_seconds,
                    "counters": json.dumps(dict(each.counters)),
                    "now": now,
                }
                tx.execute(_sql("save_progress"), values)
                if each.seconds:
                    tx.execute(_sql("save_seconds"), {"id": each.job_id, "seconds": each.seconds})

    def save_heartbeats(self, job_ids: Sequence[int], *, now: datetime) -> None:
        """Store a heartbeat of jobs."""
        with self._database.atomic() as tx:
            tx.execute(_sql("save_heartbeats"), {"ids": list(job_ids), "now": now})

    def save_checkpoint(
        self, job_id: int, checkpoint: Mapping[str, Any], *, now: datetime, tx: Connection | None = None
    ) -> None:
        """Store where the next run of a job continues, in `tx` or in a new transaction."""
        with self._database.atomic() if tx is None else nullcontext(tx) as own:
            own.execute(_sql("delete_checkpoint"), {"id": job_id})
            own.execute(_sql("save_checkpoint"), {"id": job_id, "now": now, "state": as_json(dict(checkpoint))})
            own.execute(_sql("reset_retries"), {"id": job_id})

    def checkpoint(self, job_id: int) -> Mapping[str, Any] | None:
        """Return the last checkpoint of a job; None if there is none."""
        text = self._database.read().value(_sql("checkpoint"), {"id": job_id})
        found: Mapping[str, Any] | None = json.loads(text) if text else None
        return found

    # Pause, resume, cancel.

    def pause(self, job: Job, *, by: str, now: datetime) -> bool:
        """Pause a job and its operation; return False if the job has ended meanwhile."""
        with self._database.atomic() as tx:
            values = {"id": job.id, "by": replace_surrogates(by), "now": now}
            is_paused = _changed_a_row(tx, "pause", values)
            if is_paused:
                _set_operation(tx, job, "paused")
            return is_paused

    def resume(self, job: Job, *, now: datetime) -> bool:
        """Resume a paused running job and its operation; return False if the job has ended meanwhile."""
        with self._database.atomic() as tx:
            is_resumed = _changed_a_row(tx, "resume", {"id": job.id, "now": now})
            if is_resumed:
                _set_operation(tx, job, "in_progress")
            return is_resumed

    def requeue(
        self,
        job: Job,
        *,
        owner: str,
        retry_count: int = 0,
        not_before: datetime | None = None,
        error_message: str = "",
    ) -> None:
        """Let a job start once more."""
        values = {
            "id": job.id,
            "owner": owner,
            "retry_count": retry_count,
            "not_before": not_before,
            "error_message": replace_surrogates(error_message),
        }
        with self._database.atomic() as tx:
            tx.execute(_sql("requeue"), values)
            _set_operation(tx, job, "pending")

    def adopt(self, job_ids: Sequence[int], *, owner: str) -> bool:
        """Make an instance the owner of waiting jobs; return whether the owner of a job changed."""
        with self._database.atomic() as tx:
            return _changed_a_row(tx, "adopt", {"ids": list(job_ids), "owner": owner})

    def request_cancel(self, job_id: int, *, now: datetime) -> bool:
        """Store that a person asked to cancel a job; return False if it has ended meanwhile."""
        with self._database.atomic() as tx:
            return _changed_a_row(tx, "request_cancel", {"id": job_id, "now": now})

    def set_priority(self, job_id: int, priority: int) -> None:
        """Change the priority of a job."""
        with self._database.atomic() as tx:
            tx.execute(_sql("set_priority"), {"id": job_id, "priority": priority})

    # End.

    def finish(
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
        """Store how a job or its present run ended. If the job failed, jobs that depend on it fail too."""
        values = {
            "id": job_id,
            "status": status,
            "stopped_by": stopped_by,
            "error_message": replace_surrogates(error_message),
            "error_stack": replace_surrogates(error_stack),
            "summary": None if summary is None else as_json(summary),
            "now": now,
        }
        with self._database.atomic() as tx:
            tx.execute(_sql("finish"), values)
            if status in ("failed", "cancelled"):
                _fail_dependents(tx, now)
            if status in ("completed", "completed_with_errors"):
                tx.execute(_sql("delete_checkpoint"), {"id": job_id})

    def finish_operation_run(
        self,
        job_id: int,
        *,
        stopped_by: str,
        now: datetime,
        summary: Mapping[str, Any] | None,
        progress: JobProgress | None,
        finish: Callable[[Connection], None] | None,
    ) -> None:
        """Store the end of a run of an operation, with its last progress; `finish` stores the operation's status."""
        values = {
            "id": job_id,
            "stopped_by": stopped_by,
            "now": now,
            "summary": None if summary is None else as_json(summary),
            "message": None if progress is None else replace_surrogates(progress.message),
            "counters": None if progress is None else json.dumps(dict(progress.counters)),
        }
        with self._database.atomic() as tx:
            if finish is not None:
                finish(tx)
            if progress is not None and progress.seconds:
                tx.execute(_sql("save_seconds"), {"id": job_id, "seconds": progress.seconds})
            tx.execute(_sql("finish_operation_run"), values)
            _fail_dependents(tx, now)

    def prune(self, *, before: datetime, of_titles_before: datetime | None = None, but: Sequence[int] = ()) -> int:
        """
        Delete jobs that ended before a time and to which no row refers, except some; return their number.

        `of_titles_before` is the time for completed jobs of single titles.
        """
        values = {"before": before, "of_titles_before": of_titles_before or before, "but": list(but)}
        if not self._database.read().value(_sql("prunable"), values):
            return 0  # without opening a transaction, which would block others
        return self._delete("prunable", values)

    def forget_completed(self, kind: str, *, but: int) -> None:
        """Delete the completed jobs of a kind to which no row refers, except one."""
        self._delete("completed_before", {"kind": kind, "but": but})

    def _delete(self, chosen: str, values: Mapping[str, Any]) -> int:
        """Delete the jobs that a statement returns, and return their number."""
        with self._database.atomic() as tx:
            ids = tx.value(_sql(chosen), values) or []
            for name in ("delete_dependencies", "delete_checkpoints", "delete_jobs") if ids else ():
                tx.execute(_sql(name), {"ids": ids})
            return len(ids)

    # After a restart.

    def unfinished(self) -> list[UnfinishedJob]:
        """Return the jobs that have not ended and are not paused."""
        names = tuple(UnfinishedJob.__dataclass_fields__)
        found = self._database.read().execute(_sql("unfinished")).fetchall()
        return [UnfinishedJob(**dict(zip(names, row, strict=True))) for row in found]

    def fail_dependents(self, *, now: datetime) -> None:
        """Fail jobs that depend on failed or cancelled ones."""
        with self._database.atomic() as tx:
            _fail_dependents(tx, now)

    # Read.

    def find(self, job_id: int, *, now: datetime) -> Job | None:
        """Return a job; None if there is none."""
        values = {"id": job_id, "now": now, "stalled": STALLED_SECONDS}
        return next(map(_job, self._database.read().execute(_sql("job"), values).fetch_dicts()), None)

    def status(self, job_id: int) -> str | None:
        """Return the status of a job; None if there is no such job."""
        status: str | None = self._database.read().value(_sql("status"), {"id": job_id})
        return status

    def actor(self, job_id: int) -> Actor:
        """Return who added a job; UnknownIdError if there is no such job."""
        row = self._database.read().execute(_sql("actor"), {"id": job_id}).fetchone()
        if row is None:
            raise errors.UnknownIdError(f"There is no job {job_id}; 'indexium jobs list' shows them.")
        return Actor(*row)

    def payload_version(self, job_id: int) -> int:
        """Return the version of a job's payload; 0 if there is no such job."""
        return int(self._database.read().value(_sql("payload_version"), {"id": job_id}) or 0)

    def of_operation(self, operation_id: int) -> int | None:
        """Return the job of an operation, or None."""
        found: int | None = self._database.read().value(_sql("of_operation"), {"operation_id": operation_id})
        return found

    def active_operations(self, *, owner: str) -> frozenset[int]:
        """Return the operations that an instance runs or will run."""
        found = self._database.read().execute(_sql("active_operations"), {"owner": owner}).fetchall()
        return frozenset(row[0] for row in found)

    def page(
        self, *, kinds: Sequence[str], statuses: Sequence[str], page: int, per_page: int, now: datetime
    ) -> JobPage:
        """Return a page of jobs; `per_page` 0: all."""
        chosen = {"kinds": list(kinds), "statuses": list(statuses)}
        limits = {"count": per_page or _ALL, "skip": (page - 1) * per_page}
        reader = self._database.read()
        ids, total = reader.execute(_sql("page"), chosen | limits).fetchone() or ([], 0)
        return JobPage(items=_jobs(reader, ids or [], now=now), total=int(total), page=page, per_page=per_page)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the number of jobs by kind and status."""
        found: dict[str, dict[str, int]] = {}
        for kind, status, count in self._database.read().execute(_sql("counts")).fetchall():
            found.setdefault(kind, {})[status] = int(count)
        return found


def as_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return a value as JSON text that DuckDB accepts; UsageError if it is not JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise errors.UsageError(f"A job accepts JSON values only: {error}.") from error
    return replace_surrogates(text)


def _dedup_key(new: NewJob) -> str:
    """Return a text that is equal for jobs that do the same, and for those that join one another."""
    if new.join is None:
        return as_json([new.job_type, new.payload, sorted(set(new.depends_on))])
    rest = {name: value for name, value in new.payload.items() if name != new.join.part}
    return as_json([new.job_type, rest, sorted(set(new.depends_on)), new.join.part])


def _join(tx: Connection, job_id: int, new: NewJob, join: JobJoin) -> None:
    """Add the work of a new job to a waiting one."""
    payload = json.loads(tx.value(_sql("payload"), {"id": job_id}))
    payload[join.part] = join.joined(payload[join.part], new.payload[join.part])
    values = {"id": job_id, "payload": as_json(payload), "title": join.title(payload[join.part])}
    tx.execute(_sql("set_work"), values)


def _changed_a_row(tx: Connection, name: str, values: Mapping[str, Any]) -> bool:
    """
    Run an update and return whether it changed a row.

    The count is used because RETURNING takes three times as long.
    """
    return int(tx.value(_sql(name), values)) > 0


def _fail_dependents(tx: Connection, now: datetime) -> None:
    if tx.value(_sql("has_dependents")):
        tx.execute(_sql("fail_dependents"), {"now": now})


def _set_operation(tx: Connection, job: Job, status: str) -> None:
    if job.operation_id is not None:
        tx.execute(_sql("set_operation_status"), {"operation_id": job.operation_id, "status": status})


def _jobs(reader: Connection, ids: Sequence[int], *, now: datetime) -> list[Job]:
    values = {"ids": list(ids), "now": now, "stalled": STALLED_SECONDS}
    return [_job(row) for row in reader.execute(_sql("jobs"), values).fetch_dicts()]


def _job(row: dict[str, Any]) -> Job:
    """Return the job of a row of `jobs` or `started`; a missing value gives the default."""
    facts = {name: value for name, value in row.items() if value is not None}
    for name in {"payload", "counters", "summary"} & facts.keys():
        facts[name] = json.loads(facts[name])
    return Job(**facts | {"depends_on": tuple(sorted(facts.get("depends_on", ())))})


def _sql(name: str) -> str:
    return sql.compose("jobs")[name]
