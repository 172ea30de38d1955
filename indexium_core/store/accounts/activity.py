"""Who did what, from the tables of steps, operations, jobs, requests and accounts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from indexium_core.model.approvals.activity import ActivityActor, ActivityPage, ActivityRow
from indexium_core.store import sql
from indexium_core.store.connection import Connection


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
    return sql.compose("activity")[name]
