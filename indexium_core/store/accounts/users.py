"""People who sign in (`users`): passwords, sessions, accounts of other programs, second factors, recovery codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from indexium_core.model.accounts.permissions import Role
from indexium_core.model.accounts.sign_in import UserIdentity
from indexium_core.model.accounts.users import User, UserSession
from indexium_core.model.operations.actor import Actor
from indexium_core.store import sql
from indexium_core.store.accounts import tokens
from indexium_core.store.connection import Connection


class CredentialRow(NamedTuple):
    """What a sign-in needs of a person."""

    user_id: int
    name: str
    role: Role
    enabled: bool
    password_hash: str | None


class Rights(NamedTuple):
    """What a person may do, and in which libraries; None: in all of them."""

    role: Role
    libraries: frozenset[int] | None


class OpenSession(NamedTuple):
    """What the check of a request needs of a session."""

    id: int
    last_seen_at: datetime
    ends_at: datetime
    user_id: int
    name: str
    role: Role

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return Actor("user", str(self.user_id), self.name)


def users(reader: Connection, *, now: datetime, seen_after: datetime) -> list[User]:
    """Return the people; sessions that were not used after a moment have ended."""
    facts = {"now": now, "seen_after": seen_after}
    return [User(**row) for row in reader.execute(_sql("users"), facts).fetch_dicts()]


def count(reader: Connection) -> int:
    """Return how many people there are."""
    return int(reader.value(_sql("count_users")))


def rights(reader: Connection) -> dict[int, Rights]:
    """Return the rights of the people who can sign in, by their ids."""
    return {
        user_id: Rights(role, None if libraries is None else frozenset(libraries))
        for user_id, role, libraries in reader.execute(_sql("rights")).fetchall()
    }


def credentials(reader: Connection, name_key: str) -> CredentialRow | None:
    """Return what a sign-in needs of a person; None if nobody has the name."""
    row = reader.execute(_sql("credentials"), {"name_key": name_key}).fetchone()
    return None if row is None else CredentialRow(*row)


def credentials_of(reader: Connection, user_id: int) -> CredentialRow | None:
    """Return what a sign-in needs of a person by the id; None if there is none."""
    row = reader.execute(_sql("credentials_of"), {"id": user_id}).fetchone()
    return None if row is None else CredentialRow(*row)


def add(tx: Connection, *, name: str, name_key: str, role: Role, now: datetime) -> int:
    """Add a person and return the id."""
    return int(tx.value(_sql("add_user"), {"name": name, "name_key": name_key, "role": role, "now": now}))


def change(tx: Connection, user_id: int, *, name: str, name_key: str, role: Role, is_enabled: bool) -> None:
    """Set the name, the role and the switch of a person."""
    facts = {"id": user_id, "name": name, "name_key": name_key, "role": role, "enabled": is_enabled}
    tx.execute(_sql("change_user"), facts)


def set_libraries(tx: Connection, user_id: int, libraries: Sequence[int] | None) -> None:
    """Show a person only some libraries; None: all of them."""
    tx.execute(_sql("forget_libraries"), {"user_id": user_id})
    tx.execute(_sql("set_all_libraries"), {"user_id": user_id, "all_libraries": libraries is None})
    if libraries:
        tx.execute(_sql("add_libraries"), {"user_id": user_id, "ids": list(libraries)})


def unknown_libraries(reader: Connection, libraries: Sequence[int]) -> list[int]:
    """Return those of some ids that no library has."""
    return [each for (each,) in reader.execute(_sql("unknown_libraries"), {"ids": list(libraries)}).fetchall()]


def remove(tx: Connection, user_id: int) -> None:
    """Remove a person with the password, the sessions and the tokens."""
    tx.execute(_sql("forget_libraries"), {"user_id": user_id})
    end_sessions(tx, user_id=user_id)
    tokens.remove(tx, user_id=user_id)
    tx.execute(_sql("forget_password"), {"user_id": user_id})
    remove_second_factor(tx, user_id)
    remove_identities(tx, user_id)
    tx.execute(_sql("remove_user"), {"id": user_id})


def set_password(tx: Connection, user_id: int, password_hash: str, *, now: datetime) -> None:
    """Set the hash of the password of a person."""
    tx.execute(_sql("forget_password"), {"user_id": user_id})
    tx.execute(_sql("set_password"), {"user_id": user_id, "password_hash": password_hash, "now": now})


def sessions(
    reader: Connection, *, now: datetime, seen_after: datetime, user_id: int | None = None
) -> list[UserSession]:
    """Return the sessions that have not ended, of one person or of all, newest first."""
    facts = {"now": now, "seen_after": seen_after, "user_id": user_id}
    return [UserSession(**row) for row in reader.execute(_sql("sessions"), facts).fetch_dicts()]


def open_sessions(reader: Connection, *, now: datetime, seen_after: datetime) -> Mapping[str, OpenSession]:
    """Return the sessions that can be used, by the hashes of their tokens."""
    rows = reader.execute(_sql("open_sessions"), {"now": now, "seen_after": seen_after}).fetchall()
    return {row[0]: OpenSession(*row[1:]) for row in rows}


def add_session(
    tx: Connection, *, user_id: int, token_hash: str, address: str, client: str, now: datetime, ends_at: datetime
) -> int:
    """Add a session and return its id."""
    facts = {"user_id": user_id, "token_hash": token_hash, "address": address, "client": client, "now": now}
    return int(tx.value(_sql("add_session"), {**facts, "ends_at": ends_at}))


def note_seen(tx: Connection, seen: Mapping[int, datetime]) -> None:
    """Note when sessions were used last, by their ids."""
    for session_id, seen_at in seen.items():
        tx.execute(_sql("note_seen"), {"id": session_id, "seen_at": seen_at})


def end_sessions(
    tx: Connection, *, session_id: int | None = None, user_id: int | None = None, kept_session: int | None = None
) -> None:
    """End a session, or all of a person, perhaps without one."""
    tx.execute(_sql("end_sessions"), {"id": session_id, "user_id": user_id, "kept_id": kept_session})


def remove_ended(tx: Connection, *, now: datetime, seen_after: datetime) -> None:
    """Remove the sessions that nobody can use any more."""
    tx.execute(_sql("remove_ended"), {"now": now, "seen_after": seen_after})


def _sql(name: str) -> str:
    return sql.compose("accounts", "identities", "second_factors")[name]


def identities(reader: Connection, user_id: int | None = None) -> list[UserIdentity]:
    """Return the accounts, of one person or of all, oldest first."""
    return [UserIdentity(**row) for row in reader.execute(_sql("identities"), {"user_id": user_id}).fetch_dicts()]


def person_of(reader: Connection, issuer: str, subject: str) -> int | None:
    """Return the id of the person who signs in with an account; None if there is none."""
    row = reader.execute(_sql("person_of"), {"issuer": issuer, "subject": subject}).fetchone()
    return None if row is None else int(row[0])


def link_identity(tx: Connection, user_id: int, *, issuer: str, subject: str, now: datetime) -> None:
    """Let a person sign in with an account."""
    tx.execute(_sql("link"), {"issuer": issuer, "subject": subject, "user_id": user_id, "now": now})


def unlink_identity(tx: Connection, user_id: int, *, issuer: str, subject: str) -> None:
    """Do not let a person sign in with an account any more."""
    tx.execute(_sql("unlink"), {"issuer": issuer, "subject": subject, "user_id": user_id})


def remove_identities(tx: Connection, user_id: int) -> None:
    """Remove the accounts of a person."""
    tx.execute(_sql("unlink_all"), {"user_id": user_id})


class SecondFactorRow(NamedTuple):
    """What the check of a code needs of a person."""

    secret: str
    is_on: bool
    last_step: int  # of the last accepted code


def second_factor(reader: Connection, user_id: int) -> SecondFactorRow | None:
    """Return the second factor of a person, which may not be on yet; None if there is none."""
    row = reader.execute(_sql("second_factor"), {"user_id": user_id}).fetchone()
    return None if row is None else SecondFactorRow(*row)


def recovery_codes_left(reader: Connection, user_id: int) -> int:
    """Return how many recovery codes a person has left."""
    return int(reader.value(_sql("count_recovery_codes"), {"user_id": user_id}))


def start_second_factor(tx: Connection, user_id: int, *, secret: str, now: datetime) -> None:
    """Store a new secret of a person, in place of any former one. It is not on yet."""
    remove_second_factor(tx, user_id)
    tx.execute(_sql("start_second_factor"), {"user_id": user_id, "secret": secret, "now": now})


def confirm_second_factor(
    tx: Connection, user_id: int, *, step: int, recovery_hashes: Iterable[str], now: datetime
) -> None:
    """Switch the second factor of a person on, with the hashes of the recovery codes."""
    tx.execute(_sql("confirm_second_factor"), {"user_id": user_id, "step": step, "now": now})
    for code_hash in recovery_hashes:
        tx.execute(_sql("add_recovery_code"), {"user_id": user_id, "code_hash": code_hash})


def use_step(tx: Connection, user_id: int, step: int) -> bool:
    """Note that the code of a step was used; False if it, or a newer one, was used before."""
    return tx.execute(_sql("note_step"), {"user_id": user_id, "step": step}).fetchone() is not None


def use_recovery_code(tx: Connection, user_id: int, code_hash: str) -> bool:
    """Remove a recovery code; False if the person has no such code."""
    found = tx.execute(_sql("use_recovery_code"), {"user_id": user_id, "code_hash": code_hash}).fetchone()
    return found is not None


def remove_second_factor(tx: Connection, user_id: int) -> None:
    """Remove the second factor of a person, with the recovery codes."""
    tx.execute(_sql("remove_second_factor"), {"user_id": user_id})
    tx.execute(_sql("remove_recovery_codes"), {"user_id": user_id})
