"""Who did what: `account_events`, and the activity from the tables of steps, operations, jobs and requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from indexium_core.model.activity import ActivityActor, ActivityPage, ActivityRow
from indexium_core.model.operations.actor import current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_KEPT = timedelta(days=365)
_SQL = sql.compose("account_events", "activity")


def record(tx: Connection, label: str, *, now: datetime) -> None:
    """
    Record what the present actor did, in the transaction that does it: `added Eve as editor`.

    Entries are kept for a year.
    """
    tx.execute(_SQL["insert"], {"label": label, "now": now, **current_actor().columns})
    tx.execute(_SQL["forget"], {"before": now - _KEPT})


class AccountSight(NamedTuple):
    """What of accounts the list has: everything, or what one person did."""

    sees_accounts: bool
    own_id: str | None  # of the person; None: there is none


def page(
    reader: Connection,
    sight: AccountSight,
    *,
    actor: str | None,
    since: datetime | None,
    page: int = 1,
    per_page: int = 50,
) -> ActivityPage:
    """Return a page of the activity, newest first, optionally of one actor by the name; `per_page` 0: all."""
    filters = {"actor": actor, "since": since, **sight._asdict()}
    limits = {"limit": per_page or None, "offset": (page - 1) * per_page}
    items = [ActivityRow(**row) for row in reader.execute(_sql("page"), filters | limits).fetch_dicts()]
    return ActivityPage(items=items, total=int(reader.value(_sql("count"), filters)), page=page, per_page=per_page)


def actors(reader: Connection, sight: AccountSight) -> list[ActivityActor]:
    """Return everybody who did something, those with the newest first."""
    return [ActivityActor(**row) for row in reader.execute(_sql("actors"), sight._asdict()).fetch_dicts()]


def _sql(name: str) -> str:
    return sql.compose("account_events", "activity")[name]
