"""Keys of programs (`api_tokens`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.accounts.permissions import Permission
from indexium_core.model.accounts.tokens import actor_name
from indexium_core.model.operations.actor import Actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection


class TokenRow(NamedTuple):
    """A stored token."""

    id: int
    user_id: int
    user_name: str
    name: str
    permissions: list[Permission]
    libraries: list[int] | None
    created_at: datetime
    ends_at: datetime | None
    last_used_at: datetime | None
    last_address: str


class OpenToken(NamedTuple):
    """What the check of a request needs of a token."""

    id: int
    user_id: int
    user_name: str
    name: str
    permissions: frozenset[Permission]
    libraries: frozenset[int] | None
    ends_at: datetime | None
    last_used_at: datetime | None

    @property
    def actor(self) -> Actor:
        """The program as an actor; the name says whose token it is."""
        return Actor("token", str(self.id), actor_name(self.user_name, self.name))


def tokens(reader: Connection, *, user_id: int | None = None) -> list[TokenRow]:
    """Return the tokens of one person or of all, newest first, also those that have ended."""
    return [TokenRow(*row) for row in reader.execute(_sql("tokens"), {"user_id": user_id}).fetchall()]


def open_tokens(reader: Connection, *, now: datetime) -> Mapping[str, OpenToken]:
    """Return the tokens that have not ended, of people who can sign in, by the hashes of their texts."""
    found = {}
    for token_hash, *row in reader.execute(_sql("open_tokens"), {"now": now}).fetchall():
        token_id, user_id, user_name, name, permissions, libraries, ends_at, last_used_at = row
        found[token_hash] = OpenToken(
            id=token_id,
            user_id=user_id,
            user_name=user_name,
            name=name,
            permissions=frozenset(permissions),
            libraries=None if libraries is None else frozenset(libraries),
            ends_at=ends_at,
            last_used_at=last_used_at,
        )
    return found


def add(
    tx: Connection,
    *,
    user_id: int,
    token_hash: str,
    name: str,
    permissions: Sequence[Permission],
    libraries: Sequence[int] | None,
    now: datetime,
    ends_at: datetime | None,
) -> int:
    """Add a token and return its id."""
    facts = {"user_id": user_id, "token_hash": token_hash, "name": name, "permissions": list(permissions)}
    facts |= {"libraries": None if libraries is None else list(libraries), "now": now, "ends_at": ends_at}
    return int(tx.value(_sql("add"), facts))


def note_used(tx: Connection, used: Mapping[int, tuple[datetime, str]]) -> None:
    """Note when and from which address tokens were used last, by their ids."""
    for token_id, (used_at, address) in used.items():
        tx.execute(_sql("note_used"), {"id": token_id, "used_at": used_at, "address": address})


def remove(tx: Connection, *, token_id: int | None = None, user_id: int | None = None) -> None:
    """Remove a token, or all of a person."""
    tx.execute(_sql("remove"), {"id": token_id, "user_id": user_id})


def _sql(name: str) -> str:
    return sql.load("tokens")[name]
