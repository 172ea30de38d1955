"""
Changes of people, aliases and assignments in a review step, recorded so that undo and redo can apply them.

People are state, not a list of decisions, so a step records the rows that it inserted and deleted. Undo reverses these
changes if people and aliases have not changed since the step; otherwise it does not touch people. Later assignments to
other files stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from indexium_core.store import sql
from indexium_core.store.approvals import changers
from indexium_core.store.connection import Connection


class Merge(NamedTuple):
    """A merge in force, which can be reverted."""

    step_id: int
    person_id: int  # the person that the merge deleted
    name: str
    qualifier: str


@contextmanager
def recorded(tx: Connection, step_id: int, names: Sequence[str] = ()) -> Iterator[None]:
    """
    Record for a step the changes of people in the block. A step has one such block.

    Assignments of the people in `names` may be deleted; new rows are recorded in any case.
    """
    tx.execute(_sql("people_before"))
    tx.execute(_sql("aliases_before"))
    tx.execute(_sql("assignments_before"), [list(names)])
    last = tx.value(_sql("last_assignment"))
    yield
    for statement in ("record_people", "record_aliases"):
        tx.execute(_sql(statement), {"step": step_id})
    tx.execute(_sql("record_assignments"), {"step": step_id, "last": last})
    tx.execute(_sql("drop_before"))


def count_files(tx: Connection, step_id: int) -> int | None:
    """Return the number of files that the recorded changes of a step concern; None if nothing is recorded."""
    return int(tx.value(_sql("count_files"), [step_id])) if tx.value(_sql("has_changes"), [step_id]) else None


def only_adds_people(reader: Connection, step_id: int) -> bool:
    """Return whether a step has added people, and no assignments: its files are those of its decisions."""
    return bool(reader.value(_sql("only_adds_people"), [step_id]))


def undo_or_redo(tx: Connection, step_id: int, *, undo: bool) -> bool | None:
    """
    Undo or redo the recorded changes of a step, and mark the plans of the files.

    Return True if the changes were applied, None if the step has no recorded changes, and False if people or aliases
    changed after the step: then nothing changes.
    """
    if not tx.value(_sql("has_changes"), [step_id]):
        return None
    for statement in ("people_delta", "aliases_delta", "assignments_delta"):
        tx.execute(_sql(statement), {"step": step_id, "undo": undo})
    if undo and only_adds_people(tx, step_id):
        tx.execute(_sql("keep_named"), {"step": step_id})
    is_applicable = bool(tx.value(_sql("is_applicable")))
    if is_applicable:
        tx.execute(_sql("mark_names"))
        for statement in ("insert_people", "rename_people"):
            tx.execute(_sql(statement))
        for statement in ("delete_assignments", "move_assignments", "insert_assignments"):
            tx.execute(_sql(statement))
        for statement in ("delete_aliases", "insert_aliases", "delete_people", "mark_names", "mark_targets"):
            tx.execute(_sql(statement))
        changers.record_targets(tx, [target for (target,) in tx.execute(_sql("targets")).fetchall()])
    tx.execute(_sql("drop_delta"))
    return is_applicable


def record_merge(tx: Connection, step_id: int, person_ids: Collection[int], into: int) -> None:
    """Record that a step merged people into one, so that `merges` lists it."""
    tx.execute(_sql("record_merge"), {"step": step_id, "person_ids": list(person_ids), "into": into})


def merges(reader: Connection, into: int) -> list[Merge]:
    """Return the merges in force into a person, newest first."""
    return [Merge(*row) for row in reader.execute(_sql("merges"), {"into": into}).fetchall()]


def prune(tx: Connection) -> None:
    """Delete the records of steps that are no longer kept, except those of merges in force."""
    tx.execute(_sql("prune"))


def _sql(name: str) -> str:
    return sql.load("learning")[name]
