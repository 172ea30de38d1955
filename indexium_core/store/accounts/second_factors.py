"""The second factors of people who sign in (`second_factors`), and their recovery codes (`recovery_codes`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection


class SecondFactorRow(NamedTuple):
    """What the check of a code needs of a person."""

    secret: str
    is_on: bool
    last_step: int  # of the last accepted code


def find(reader: Connection, user_id: int) -> SecondFactorRow | None:
    """Return the second factor of a person, which may not be on yet; None if there is none."""
    row = reader.execute(_sql("second_factor"), {"user_id": user_id}).fetchone()
    return None if row is None else SecondFactorRow(*row)


def recovery_codes_left(reader: Connection, user_id: int) -> int:
    """Return how many recovery codes a person has left."""
    return int(reader.value(_sql("count_recovery_codes"), {"user_id": user_id}))


def start(tx: Connection, user_id: int, *, secret: str, now: datetime) -> None:
    """Store a new secret of a person, in place of any former one. It is not on yet."""
    remove(tx, user_id)
    tx.execute(_sql("start_second_factor"), {"user_id": user_id, "secret": secret, "now": now})


def confirm(tx: Connection, user_id: int, *, step: int, recovery_hashes: Iterable[str], now: datetime) -> None:
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


def remove(tx: Connection, user_id: int) -> None:
    """Remove the second factor of a person, with the recovery codes."""
    tx.execute(_sql("remove_second_factor"), {"user_id": user_id})
    tx.execute(_sql("remove_recovery_codes"), {"user_id": user_id})


def _sql(name: str) -> str:
    return sql.compose("second_factors")[name]
