"""Rows of `schedules`. The class implements `ScheduleStore` of `jobs.schedules.scheduler`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from indexium_core.model import schedule
from indexium_core.model.operations.actor import Actor
from indexium_core.model.schedule import Schedule
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.approvals import changers
from indexium_core.store.database import Database

_NEW = ("name", "kind", "cron", "enabled", "next_run_at")  # the columns of a new schedule


class ScheduleRows:
    """Reads and writes of schedules; each change is a transaction of its own. It may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Schedule]:
        """Return the schedules, in the order of their creation."""
        rows = self._database.read().execute(_sql("all")).fetch_dicts()
        return [
            Schedule(**row | {"params": json.loads(row["params"])}, when=schedule.in_words(row["cron"])) for row in rows
        ]

    def add(self, schedules: Sequence[Schedule]) -> None:
        """Add schedules in their order, except those whose name there is."""
        columns = {name: [getattr(each, name) for each in schedules] for name in _NEW}
        self._write("add", columns)

    def change(self, name: str, *, text: str, enabled: bool, next_run_at: datetime | None) -> None:
        """Store when a schedule runs, and whether it does."""
        facts = {"name": name, "cron": text, "enabled": enabled, "next_run_at": next_run_at}
        with self._database.atomic() as tx:
            tx.execute(_sql("change"), facts)
            changers.record_maker(tx, Actor("schedule", name, name))

    def set_next(self, name: str, next_run_at: datetime | None) -> None:
        """Store the next run of a schedule."""
        self._write("set_next", {"name": name, "next_run_at": next_run_at})

    def record_start(self, name: str, job_id: int, *, now: datetime, next_run_at: datetime | None) -> None:
        """Store that a schedule runs in a job."""
        self._write("record_start", {"name": name, "job_id": job_id, "now": now, "next_run_at": next_run_at})

    def record_result(self, job_id: int, result: str) -> None:
        """Store how the last run of a schedule ended, if it was this job."""
        self._write("record_result", {"job_id": job_id, "result": replace_surrogates(result)})

    def _write(self, statement: str, values: Mapping[str, object]) -> None:
        with self._database.atomic() as tx:
            tx.execute(_sql(statement), values)


def _sql(name: str) -> str:
    return sql.load("schedules")[name]
