"""
Standing decisions of the person over files: edits, postponements and modes.

At most one of a kind is in force for a file; a new one replaces it. Mutators take the connection of an open transaction
and mark the plans of the files that they touch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from indexium_core.model import people as names
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = [
    "DecisionRow",
    "copies",
    "edit",
    "expire",
    "in_force",
    "postpone",
    "revoke",
    "revoke_of_files",
    "set_mode",
    "unknown_decisions",
    "unknown_files",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One decision in force."""

    decision_id: int
    file_id: int
    file_path: str  # for display
    kind: str  # edit, postpone, mode
    people: list[str] | None  # edit: the wanted list
    db_people: list[str] | None  # edit: what the database said when it was made
    until: datetime | None  # postpone: None until it is revoked
    people_mode: str | None
    comment_mode: str | None
    reason: str  # why, where it was not by hand: rolled_back
    created_at: datetime  # UTC
    summary: str  # the decision in a few words


def unknown_files(reader: Connection, file_ids: Sequence[int]) -> list[int]:
    """Return those ids that no file has."""
    return [file_id for (file_id,) in reader.execute(_sql("unknown_files"), [list(file_ids)]).fetchall()]


def copies(reader: Connection, file_ids: Sequence[int]) -> list[int]:
    """Return these files and all others with the same payload."""
    return [file_id for (file_id,) in reader.execute(_sql("copies"), [list(file_ids)]).fetchall()]


def edit(tx: Connection, people: Mapping[int, Sequence[str]], *, at: datetime, reason: str = "") -> None:
    """Let each file have just these people, by file id; the names are valid and clean."""
    wanted = [list(each) for each in people.values()]
    keys = [[names.person_key(name) for name in each] for each in wanted]
    _decide(tx, "edit", list(people), at=at, reason=reason, people=wanted, people_keys=keys)


def postpone(
    tx: Connection, file_ids: Sequence[int], *, until: datetime | None, at: datetime, reason: str = ""
) -> None:
    """Leave files out of lists and writes, until a moment or until revoked."""
    _decide(tx, "postpone", file_ids, at=at, reason=reason, until=until)


def set_mode(
    tx: Connection,
    file_ids: Sequence[int],
    *,
    people_mode: str | None = None,
    comment_mode: str | None = None,
    at: datetime,
    reason: str = "",
) -> None:
    """Set the modes of files; one that is `None` stays as it was decided before."""
    _decide(tx, "mode", file_ids, at=at, reason=reason, people_mode=people_mode, comment_mode=comment_mode)


def revoke(tx: Connection, decision_ids: Sequence[int], *, at: datetime) -> int:
    """Take decisions back; returns how many were in force."""
    return _revoke(tx, tx.execute(_sql("those"), [list(decision_ids)]).fetchall(), at)


def revoke_of_files(tx: Connection, file_ids: Sequence[int], kind: str, *, at: datetime) -> int:
    """Take back the decisions of one kind on files; returns how many were in force."""
    return _revoke(tx, tx.execute(_sql("those_of_files"), [list(file_ids), kind]).fetchall(), at)


def expire(tx: Connection, *, at: datetime) -> int:
    """End postponements whose day has come; returns how many. To be called before a plan is brought up to date."""
    return _revoke(tx, tx.execute(_sql("those_due"), [at]).fetchall(), at)


def unknown_decisions(reader: Connection, decision_ids: Sequence[int]) -> list[int]:
    """Return those ids that no decision has."""
    parameters = [list(decision_ids)]
    return [decision_id for (decision_id,) in reader.execute(_sql("unknown_decisions"), parameters).fetchall()]


def in_force(reader: Connection, *, at: datetime) -> list[DecisionRow]:
    """Return every decision in force, newest first."""
    found = reader.execute(_sql("in_force"), [at]).fetchall()
    facts = [dict(zip(reader.columns, row, strict=True)) for row in found]
    return [DecisionRow(**row, summary=_summary(row)) for row in facts]


def _decide(
    tx: Connection,
    kind: str,
    file_ids: Sequence[int],
    *,
    at: datetime,
    reason: str,
    people: list[list[str]] | None = None,
    people_keys: list[list[str]] | None = None,
    until: datetime | None = None,
    people_mode: str | None = None,
    comment_mode: str | None = None,
) -> None:
    parameters = {
        "kind": kind,
        "file_id": list(file_ids),
        "people": people,
        "people_keys": people_keys,
        "until": until,
        "people_mode": people_mode,
        "comment_mode": comment_mode,
        "reason": reason,
    }
    tx.execute(_sql("wanted"), parameters)
    tx.execute(_sql("replace"), [kind, at])
    tx.execute(_sql("decide"), [kind, at])
    tx.execute(_sql("mark_wanted"))
    tx.execute(_sql("drop_wanted"))


def _revoke(tx: Connection, those: list[tuple[int, int]], at: datetime) -> int:
    if those:
        tx.execute(_sql("revoke"), [[decision_id for decision_id, _ in those], at])
        tx.execute(_sql("mark"), [[file_id for _, file_id in those]])
    return len(those)


def _summary(row: Mapping[str, object]) -> str:
    people, until = row["people"], row["until"]
    if isinstance(people, list):
        return "; ".join(people) or "nobody"
    if row["kind"] == "postpone":
        return f"until {until:%Y-%m-%d}" if isinstance(until, datetime) else "until revoked"
    modes = (("people", row["people_mode"]), ("comment", row["comment_mode"]))
    return ", ".join(f"{what} {mode}" for what, mode in modes if mode)


def _sql(name: str) -> str:
    return sql.load("decisions")[name]
