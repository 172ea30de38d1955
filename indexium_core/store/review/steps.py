"""
Review steps: the decisions of one user action, which are undone and redone together.

Each decision has the step that made it (`made_by`) and the step that last ended it (`ended_by`). Undo revokes the
decisions that a step made and restores those that it ended; redo does the reverse. `learning` does the same for changes
of people. The newest step is undone first, and the oldest is redone first; a new step deletes undone steps. Revoked
decisions are deleted when no step can restore them any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from indexium_core.model.fields.table import RATING
from indexium_core.model.fields.values import FAVORITE
from indexium_core.model.operations.actor import current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.people import learning
from indexium_core.store.review.decisions import FIELD_KIND

MAX_STEPS = 100
MAX_AGE_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step."""

    step_id: int
    label: str  # in the past tense: "skipped 3 files"
    files: int
    created_at: datetime  # UTC
    undone_at: datetime | None = None  # None: the step is in force


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """The result of an undo or redo, in numbers of files."""

    files: int  # files whose decisions were undone or redone
    left: int  # files that keep a newer decision
    gone: int  # files that no longer exist
    written: int  # of `files`, files written since the step; they keep their people
    names_stay: bool = False  # the step's people changed later, so they stay as they are


def next_id(tx: Connection) -> int:
    """Return the id of a new step."""
    return int(tx.value(_sql("next_id")))


def count_files(tx: Connection, step_id: int) -> int:
    """Return the number of files with decisions of a step."""
    return int(tx.value(_sql("count_files"), [step_id]))


def record(tx: Connection, step_id: int, label: str, *, files: int, at: datetime) -> None:
    """Record a step after its decisions. It becomes the next step to undo, and no step can be redone."""
    tx.execute(_sql("forget_undone"))
    tx.execute(_sql("record"), {"step": step_id, "label": label, "files": files, "at": at, **current_actor().columns})
    tx.execute(_sql("prune"), {"before": _min_time(at), "most": MAX_STEPS})
    learning.prune(tx)
    kept = {"kept_kind": f"{FIELD_KIND}{RATING}", "kept_value": FAVORITE}
    tx.execute(_sql("prune_decisions"), {"before": _min_time(at), **kept})


def forget_kind(tx: Connection, kind: str) -> None:
    """Remove the decisions of a kind from all steps: no undo or redo changes them any more."""
    for statement in ("forget_steps_of_kind", "forget_kind"):
        tx.execute(_sql(statement), [kind])


def next_to_undo(reader: Connection, *, at: datetime) -> StepRow | None:
    """Return the next step to undo."""
    return _step(reader.execute(_sql("newest_done"), [_min_time(at)]))


def next_to_redo(reader: Connection, *, at: datetime) -> StepRow | None:
    """Return the next step to redo."""
    return _step(reader.execute(_sql("oldest_undone"), [_min_time(at)]))


def all_steps(reader: Connection, *, at: datetime) -> list[StepRow]:
    """Return all steps that can be undone or redone, newest first."""
    return [StepRow(**row) for row in reader.execute(_sql("list"), [_min_time(at)]).fetch_dicts()]


def turn(tx: Connection, step: StepRow, *, undo: bool, at: datetime) -> StepOutcome:
    """Undo or redo a step, and mark the plans of its files."""
    learned = learning.undo_or_redo(tx, step.step_id, undo=undo)
    tx.execute(_sql("turn_rows"), {"step": step.step_id, "undo": undo})
    if undo:
        facts = {"step": step.step_id, "at": at, "kind": f"{FIELD_KIND}{RATING}"}
        tx.execute(_sql("reverse_ratings"), facts | current_actor().columns)
    for statement in ("revoke", "restore"):
        tx.execute(_sql(statement), {"at": at})
    tx.execute(_sql("mark"))
    counts = tx.execute(_sql("count_outcomes"), {"since": step.created_at, "step": step.step_id, "at": at}).fetchone()
    files, left, gone, written = counts or (0, 0, 0, 0)
    tx.execute(_sql("set_undone"), {"step": step.step_id, "at": at if undo else None})
    tx.execute(_sql("drop_turn_rows"))
    rest = max(0, step.files - files - left)
    if learned is None or learning.only_adds_people(tx, step.step_id):
        # The rest are files that no longer exist: their decisions were deleted with them.
        return StepOutcome(files=files, left=left, gone=gone + rest, written=written, names_stay=learned is False)
    files, left = (files + rest, left) if learned else (files, left + rest)
    return StepOutcome(files=files, left=left, gone=gone, written=written, names_stay=not learned)


def _step(result: Connection) -> StepRow | None:
    return next((StepRow(**row) for row in result.fetch_dicts()), None)


def _min_time(at: datetime) -> datetime:
    return at - timedelta(days=MAX_AGE_DAYS)


def _sql(name: str) -> str:
    return sql.load("steps")[name]
