"""Accounts of other programs with which people sign in (`user_identities`)."""

from __future__ import annotations

from datetime import datetime

from indexium_core.model.accounts.sign_in import UserIdentity
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def identities(reader: Connection, user_id: int | None = None) -> list[UserIdentity]:
    """Return the accounts, of one person or of all, oldest first."""
    return [UserIdentity(**row) for row in reader.execute(_sql("identities"), {"user_id": user_id}).fetch_dicts()]


def person_of(reader: Connection, issuer: str, subject: str) -> int | None:
    """Return the id of the person who signs in with an account; None if there is none."""
    row = reader.execute(_sql("person_of"), {"issuer": issuer, "subject": subject}).fetchone()
    return None if row is None else int(row[0])


def link(tx: Connection, user_id: int, *, issuer: str, subject: str, now: datetime) -> None:
    """Let a person sign in with an account."""
    tx.execute(_sql("link"), {"issuer": issuer, "subject": subject, "user_id": user_id, "now": now})


def unlink(tx: Connection, user_id: int, *, issuer: str, subject: str) -> None:
    """Do not let a person sign in with an account any more."""
    tx.execute(_sql("unlink"), {"issuer": issuer, "subject": subject, "user_id": user_id})


def remove_all(tx: Connection, user_id: int) -> None:
    """Remove the accounts of a person."""
    tx.execute(_sql("unlink_all"), {"user_id": user_id})


def _sql(name: str) -> str:
    return sql.compose("identities")[name]
