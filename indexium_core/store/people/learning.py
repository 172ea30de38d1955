"""
What the database learns of people in a step of the review, kept so that it can be undone and redone.

Who is who and who is where is a state, not a list of decisions: so a step notes the rows that it made and took away.
They are put back only while the names are still as the step left them; else nothing of them is touched. Who was put
into further files since, stays there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["count_files", "noted", "prune", "turn"]


@contextmanager
def noted(tx: Connection, step_id: int, names: Sequence[str] = ()) -> Iterator[None]:
    """
    Note for a step what is done to people in the block, of which it has one.

    Args:
        tx: The transaction.
        step_id: The step.
        names: People, as they are spelt, who may lose a place; what is new is noted in any case.

    """
    tx.execute(_sql("people_then"))
    tx.execute(_sql("aliases_then"))
    tx.execute(_sql("assignments_then"), [list(names)])
    last = tx.value(_sql("last_assignment"))
    yield
    for statement in ("note_people", "note_aliases"):
        tx.execute(_sql(statement), {"step": step_id})
    tx.execute(_sql("note_assignments"), {"step": step_id, "last": last})
    tx.execute(_sql("drop_then"))


def count_files(tx: Connection, step_id: int) -> int | None:
    """Return how many files a step taught the database something about; None where it taught it nothing."""
    return int(tx.value(_sql("count_files"), [step_id])) if tx.value(_sql("has_learnt"), [step_id]) else None


def turn(tx: Connection, step_id: int, *, undo: bool) -> bool | None:
    """
    Take back what a step taught the database, or (`undo` false) teach it again; plans of the files are marked.

    Returns None where it taught it nothing, False where the names were changed otherwise since: nothing is done then.
    """
    if not tx.value(_sql("has_learnt"), [step_id]):
        return None
    for statement in ("people_turning", "aliases_turning", "assignments_turning"):
        tx.execute(_sql(statement), {"step": step_id, "undo": undo})
    is_free = bool(tx.value(_sql("is_free")))
    if is_free:
        tx.execute(_sql("mark_names"))
        for statement in ("come_people", "respell_people", "leave", "change_hands", "come"):
            tx.execute(_sql(statement))
        for statement in ("leave_aliases", "come_aliases", "leave_people", "mark_names", "mark_targets"):
            tx.execute(_sql(statement))
    tx.execute(_sql("drop_turning"))
    return is_free


def prune(tx: Connection) -> None:
    """Drop what was noted for steps that are not kept any more."""
    tx.execute(_sql("prune"))


def _sql(name: str) -> str:
    return sql.load("learning")[name]
