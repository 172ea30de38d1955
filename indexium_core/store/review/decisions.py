"""
Standing decisions of the person over files: edits, postponements and modes.

At most one of a kind is in force for a file; a new one replaces it. Mutators take the connection of an open transaction
and mark the plans of the files that they touch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexium_core.model.people import people_comment as names
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = [
    "DecisionRow",
    "add_copies",
    "copies",
    "count_meant",
    "decide_changed",
    "done",
    "edit",
    "edit_meant",
    "expire",
    "in_force",
    "mean",
    "postpone",
    "postpone_meant",
    "revoke",
    "revoke_meant",
    "revoke_of_files",
    "set_mode",
    "set_mode_of_meant",
    "unknown_decisions",
    "unknown_meant",
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


# Files that are meant: a table of the connection, so that a hundred thousand of them go to the database once at most.
# A search fills it in the database itself: `plans.mean`.


def mean(reader: Connection, file_ids: Sequence[int]) -> None:
    """Mean these files."""
    reader.execute(_sql("mean_files"), [list(file_ids)])


def unknown_meant(reader: Connection) -> list[int]:
    """Return those ids of the files that are meant that no file has."""
    return [file_id for (file_id,) in reader.execute(_sql("unknown_meant")).fetchall()]


def count_meant(reader: Connection) -> int:
    """Return how many files are meant."""
    return int(reader.value(_sql("count_meant")))


def add_copies(reader: Connection) -> int:
    """Mean all other files with the same payloads, too; returns how many came."""
    return int(reader.value(_sql("mean_copies")))


def done(reader: Connection) -> None:
    """Mean nothing any more."""
    reader.execute(_sql("drop_meant"))


def copies(reader: Connection, file_ids: Sequence[int]) -> list[int]:
    """Return these files and all others with the same payload."""
    return [file_id for (file_id,) in reader.execute(_sql("copies"), [list(file_ids)]).fetchall()]


# Deciding. `step` is the step of the person's review that it belongs to, by which it can be undone.


def edit(
    tx: Connection, people: Mapping[int, Sequence[str]], *, at: datetime, reason: str = "", step: int | None = None
) -> int:
    """Let each file have just these people, by file id; the names are valid and clean. Returns how many files."""
    wanted = [list(each) for each in people.values()]
    keys = [[names.person_key(name) for name in each] for each in wanted]
    facts = _facts("edit", reason) | {"file_id": list(people), "people": wanted, "people_keys": keys}
    return _decide(tx, "wanted", facts, at, step)


def edit_meant(tx: Connection, people: Sequence[str], *, at: datetime, reason: str = "", step: int | None) -> int:
    """Let every file that is meant have just these people; returns how many files."""
    keys = [names.person_key(name) for name in people]
    facts = _facts("edit", reason) | {"people": list(people), "people_keys": keys}
    return _decide(tx, "wanted_of_meant", facts, at, step)


def decide_changed(tx: Connection, *, at: datetime, reason: str = "", step: int | None) -> int:
    """Let every file of `bulk.change` have the people that came of it; returns how many files."""
    return _decide(tx, "wanted_of_changed", _facts("edit", reason), at, step)


def postpone(
    tx: Connection,
    file_ids: Sequence[int],
    *,
    until: datetime | None,
    at: datetime,
    reason: str = "",
    step: int | None = None,
) -> int:
    """Leave files out of lists and writes, until a moment or until revoked; returns how many."""
    facts = _facts("postpone", reason) | {"file_id": list(file_ids), "until": until}
    return _decide(tx, "wanted", facts, at, step)


def postpone_meant(tx: Connection, *, until: datetime | None, at: datetime, step: int | None) -> int:
    """Leave the files that are meant out of lists and writes; returns how many."""
    return _decide(tx, "wanted_of_meant", _facts("postpone") | {"until": until}, at, step)


def set_mode(
    tx: Connection,
    file_ids: Sequence[int],
    *,
    people_mode: str | None = None,
    comment_mode: str | None = None,
    at: datetime,
    reason: str = "",
    step: int | None = None,
) -> int:
    """Set the modes of files; one that is `None` stays as it was decided before. Returns how many files."""
    facts = _facts("mode", reason) | {"people_mode": people_mode, "comment_mode": comment_mode}
    return _decide(tx, "wanted", facts | {"file_id": list(file_ids)}, at, step)


def set_mode_of_meant(
    tx: Connection, *, people_mode: str | None, comment_mode: str | None, at: datetime, step: int | None
) -> int:
    """Set the modes of the files that are meant, likewise; returns how many."""
    facts = _facts("mode") | {"people_mode": people_mode, "comment_mode": comment_mode}
    return _decide(tx, "wanted_of_meant", facts, at, step)


# Taking back.


def revoke(tx: Connection, decision_ids: Sequence[int], *, at: datetime, step: int | None = None) -> int:
    """Take decisions back; returns how many were in force."""
    tx.execute(_sql("ending"), [list(decision_ids)])
    return _end(tx, at, step)[0]


def revoke_meant(tx: Connection, kinds: Sequence[str], *, at: datetime, step: int | None = None) -> int:
    """Take back the decisions of some kinds on the files that are meant; returns on how many files there were any."""
    tx.execute(_sql("ending_of_meant"), [list(kinds)])
    return _end(tx, at, step)[1]


def revoke_of_files(tx: Connection, file_ids: Sequence[int], kind: str, *, at: datetime) -> int:
    """Take back the decisions of one kind on files; returns how many were in force."""
    mean(tx, file_ids)
    count = revoke_meant(tx, [kind], at=at)
    done(tx)
    return count


def expire(tx: Connection, *, at: datetime) -> int:
    """End postponements whose day has come; returns how many. To be called before a plan is brought up to date."""
    tx.execute(_sql("ending_due"), [at])
    return _end(tx, at, None)[0]


def unknown_decisions(reader: Connection, decision_ids: Sequence[int]) -> list[int]:
    """Return those ids that no decision has."""
    parameters = [list(decision_ids)]
    return [decision_id for (decision_id,) in reader.execute(_sql("unknown_decisions"), parameters).fetchall()]


def in_force(reader: Connection, *, at: datetime, file_ids: Sequence[int] | None = None) -> list[DecisionRow]:
    """Return every decision in force, or those of some files, newest first."""
    wanted = None if file_ids is None else list(file_ids)
    found = reader.execute(_sql("in_force"), [at, wanted]).fetchall()
    facts = [dict(zip(reader.columns, row, strict=True)) for row in found]
    return [DecisionRow(**row, summary=_summary(row)) for row in facts]


def _facts(kind: str, reason: str = "") -> dict[str, Any]:
    nothing = dict.fromkeys(("people", "people_keys", "until", "people_mode", "comment_mode"))
    return {"kind": kind, "reason": reason} | nothing


def _decide(tx: Connection, wanted: str, facts: dict[str, Any], at: datetime, step: int | None) -> int:
    """Put the decisions of a statement that makes the table `wanted` in force, in place of those before them."""
    kind = facts["kind"]
    tx.execute(_sql(wanted), {"reason": facts["reason"]} if wanted == "wanted_of_changed" else facts)
    for statement in ("replace", "decide"):
        tx.execute(_sql(statement), {"kind": kind, "at": at, "step": step})
    count = int(tx.value(_sql("mark_wanted")))
    tx.execute(_sql("drop_wanted"))
    return count


def _end(tx: Connection, at: datetime, step: int | None) -> tuple[int, int]:
    """End the decisions of the table `ending`; returns how many there were, and on how many files."""
    decisions, files = tx.execute(_sql("count_ending")).fetchone() or (0, 0)
    if decisions:
        tx.execute(_sql("end"), {"at": at, "step": step})
        tx.execute(_sql("mark_ending"))
    tx.execute(_sql("drop_ending"))
    return decisions, files


def _summary(row: Mapping[str, object]) -> str:
    people, until = row["people"], row["until"]
    if isinstance(people, list):
        return "; ".join(people) or "nobody"
    if row["kind"] == "postpone":
        return f"until {until.astimezone():%Y-%m-%d}" if isinstance(until, datetime) else "until revoked"
    modes = (("people", row["people_mode"]), ("comment", row["comment_mode"]))
    return ", ".join(f"{what} {mode}" for what, mode in modes if mode)


def _sql(name: str) -> str:
    return sql.load("decisions")[name]
