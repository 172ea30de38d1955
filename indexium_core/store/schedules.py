"""Rows of `schedules`. The class implements `ScheduleStore` of `jobs.schedules.scheduler`."""

from __future__ import annotations

import json
from datetime import datetime

from indexium_core.model.schedules import cron
from indexium_core.model.schedules.schedule import Schedule
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.database import Database


class ScheduleRows:
    """Reads and writes of schedules; each change is a transaction of its own. It may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Schedule]:
        """Return the schedules, in the order of their creation."""
        rows = self._database.read().execute(_sql("all")).fetch_dicts()
        return [
            Schedule(**row | {"params": json.loads(row["params"])}, when=cron.in_words(row["cron"])) for row in rows
        ]

    def add(self, name: str, kind: str, *, text: str, next_run_at: datetime | None, enabled: bool = True) -> None:
        """Add a schedule with a cron text, unless there is one of this name."""
        facts: dict[str, object] = {
            "name": name,
            "kind": kind,
            "cron": text,
            "next_run_at": next_run_at,
            "enabled": enabled,
        }
        self._write("add", facts)

    def change(self, name: str, *, text: str, enabled: bool, next_run_at: datetime | None) -> None:
        """Store when a schedule runs, and whether it does."""
        self._write("change", {"name": name, "cron": text, "enabled": enabled, "next_run_at": next_run_at})

    def set_next(self, name: str, next_run_at: datetime | None) -> None:
        """Store the next run of a schedule."""
        self._write("set_next", {"name": name, "next_run_at": next_run_at})

    def record_start(self, name: str, job_id: int, *, now: datetime, next_run_at: datetime | None) -> None:
        """Store that a schedule runs in a job."""
        self._write("record_start", {"name": name, "job_id": job_id, "now": now, "next_run_at": next_run_at})

    def record_result(self, job_id: int, result: str) -> None:
        """Store how the last run of a schedule ended, if it was this job."""
        self._write("record_result", {"job_id": job_id, "result": replace_surrogates(result)})

    def _write(self, statement: str, values: dict[str, object]) -> None:
        with self._database.atomic() as tx:
            tx.execute(_sql(statement), values)


def _sql(name: str) -> str:
    return sql.load("schedules")[name]
