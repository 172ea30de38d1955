"""Stored events, for clients that connect later or again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from indexium_core.model.event import Event
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.database import Database

MOST = 10_000  # number of events that are kept
DAYS = 7  # days for which events are kept
_RUN = 1_000_000_000  # number of ids for one run of the program


class Events:
    """Reads and writes of events. It implements `EventStore` of `jobs.events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def shows_all(self) -> bool:
        """Whether the present actor sees all events."""
        return self._database.own_libraries is None

    def begin_run(self) -> int:
        """Return the first event id of this run of the program; it is larger than all ids of earlier runs."""
        with self._database.atomic() as tx:
            return int(tx.value(_sql("begin_run"))) * _RUN

    def append(self, events: Sequence[Event]) -> None:
        """Store events; only the newest progress event of each job is kept."""
        newest = {(event.name, event.job_id): event.id for event in events if event.is_progress}
        kept = [event for event in events if not event.is_progress or newest[event.name, event.job_id] == event.id]
        values = {
            "ids": [event.id for event in kept],
            "moments": [event.at for event in kept],
            "names": [event.name for event in kept],
            "jobs": [event.job_id for event in kept],
            "operations": [event.data.get("operation_id") for event in kept],
            "data": [replace_surrogates(json.dumps(event.data, ensure_ascii=False, default=str)) for event in kept],
        }
        with self._database.atomic() as tx:
            if newest:
                replaced = {"names": [name for name, _ in newest], "jobs": [job_id for _, job_id in newest]}
                tx.execute(_sql("drop_old_progress"), replaced)
            tx.execute(_sql("append"), values)

    def since(self, last_id: int, limit: int) -> list[Event]:
        """Return the events after `last_id`, oldest first."""
        found = self._database.read().execute(_sql("since"), {"last_id": last_id, "count": limit}).fetchall()
        return [Event(id=row[0], at=row[1], name=row[2], data=json.loads(row[3])) for row in found]

    def prune(self, *, now: datetime) -> None:
        """Delete events that are too old or too many."""
        with self._database.atomic() as tx:
            tx.execute(_sql("prune"), {"before": now - timedelta(days=DAYS), "most": MOST})


def _sql(name: str) -> str:
    return sql.load("events")[name]
