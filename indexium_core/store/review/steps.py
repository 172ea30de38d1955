"""
Steps of a person's review: what was decided at once, so that it can be undone and redone at once.

Each decision says which step made it and which one last ended it; to undo a step is to end what it made and to put in
force again what it ended, and to redo it is the reverse. What a step taught the database goes along (`learning`). Steps
are undone newest first and redone oldest first; a new one forgets those that are undone. Decisions that ended long ago
go when no step can bring them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.people import learning

__all__ = [
    "DAYS",
    "MOST",
    "StepOutcome",
    "StepRow",
    "all_steps",
    "begin",
    "count_files",
    "next_to_redo",
    "next_to_undo",
    "record",
    "turn",
]

MOST = 100  # steps that are kept …
DAYS = 90  # … and for how many days


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step."""

    step_id: int
    label: str  # in the past tense: "skipped 3 files"
    files: int
    created_at: datetime  # UTC
    undone_at: datetime | None = None  # None: it is in force


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What became of the files of a step that was undone or redone."""

    files: int  # decided as before, or again
    left: int  # left alone: something else was decided of them since
    gone: int  # not there any more
    written: int  # of those turned: written since the step was made, which this does not take back
    names_stay: bool = False  # what the step taught the database was changed otherwise since, and stays


def begin(tx: Connection) -> int:
    """Return the id of a new step, for the decisions that are about to be made."""
    return int(tx.value(_sql("next_id")))


def count_files(tx: Connection, step_id: int) -> int:
    """Return how many files a step decided over."""
    return int(tx.value(_sql("count_files"), [step_id]))


def record(tx: Connection, step_id: int, label: str, *, files: int, at: datetime) -> None:
    """Remember a step whose decisions have been made; it is the one to be undone next, and none can be redone."""
    tx.execute(_sql("forget_undone"))
    tx.execute(_sql("record"), {"step": step_id, "label": label, "files": files, "at": at})
    tx.execute(_sql("prune"), {"before": _oldest(at), "most": MOST})
    learning.prune(tx)
    tx.execute(_sql("prune_decisions"), {"before": _oldest(at)})


def next_to_undo(reader: Connection, *, at: datetime) -> StepRow | None:
    """Return the step that is undone next."""
    return _step(reader.execute(_sql("newest_done"), [_oldest(at)]))


def next_to_redo(reader: Connection, *, at: datetime) -> StepRow | None:
    """Return the step that is redone next."""
    return _step(reader.execute(_sql("oldest_undone"), [_oldest(at)]))


def all_steps(reader: Connection, *, at: datetime) -> list[StepRow]:
    """Return every step that can be undone or redone, newest first."""
    found = reader.execute(_sql("list"), [_oldest(at)]).fetchall()
    return [StepRow(**dict(zip(reader.columns, row, strict=True))) for row in found]


def turn(tx: Connection, step: StepRow, *, undo: bool, at: datetime) -> StepOutcome:
    """Undo a step, or redo it; plans of its files are marked."""
    learnt = learning.turn(tx, step.step_id, undo=undo)
    tx.execute(_sql("turning"), {"step": step.step_id, "undo": undo})
    for statement in ("go", "come"):
        tx.execute(_sql(statement), {"at": at})
    tx.execute(_sql("mark"))
    files, left, gone, written = tx.execute(_sql("turned"), {"since": step.created_at}).fetchone() or (0, 0, 0, 0)
    tx.execute(_sql("set_undone"), {"step": step.step_id, "at": at if undo else None})
    tx.execute(_sql("drop_turning"))
    rest = max(0, step.files - files - left)
    if learnt is None:  # decisions on files that were forgotten went with them
        return StepOutcome(files=files, left=left, gone=gone + rest, written=written)
    taught, stay = (files + rest, left) if learnt else (files, left + rest)
    return StepOutcome(files=taught, left=stay, gone=gone, written=written, names_stay=not learnt)


def _step(found: Connection) -> StepRow | None:
    row = found.fetchone()
    return StepRow(**dict(zip(found.columns, row, strict=True))) if row else None


def _oldest(at: datetime) -> datetime:
    return at - timedelta(days=DAYS)


def _sql(name: str) -> str:
    return sql.load("steps")[name]
