"""What people did with accounts (`account_events`): sign-ins, and changes of people, tokens and second factors."""

from __future__ import annotations

from datetime import datetime, timedelta

from indexium_core.model.operations.actor import current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_KEPT = timedelta(days=365)


def record(tx: Connection, label: str, *, now: datetime) -> None:
    """
    Record what the present actor did, in the transaction that does it: `added Eve as editor`.

    Entries are kept for a year.
    """
    tx.execute(_SQL["insert"], {"label": label, "now": now, **current_actor().columns})
    tx.execute(_SQL["forget"], {"before": now - _KEPT})


_SQL = sql.load("account_events")
