"""
Steps: what one action of a person changed, so that it is undone as a whole.

`steps` has the steps of every kind: decisions about the plan (`review`), decisions about matches, values of titles, and
moves of files between titles. A later step in force of the same kind and about the same subject is undone first; all
review steps of an actor have one subject. A step is recorded in the transaction of its change.

Review steps can be redone, too. Each decision has the step that made it (`made_by`) and the step that last ended it
(`ended_by`). Undo revokes the decisions that a step made and restores those that it ended; redo does the reverse.
`learning` does the same for changes of people. The newest step of an actor is undone first, and the oldest is redone
first; a new step deletes the undone steps of its actor. Revoked decisions are deleted when no step can restore them any
more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from indexium_core.model.fields.table import RATING
from indexium_core.model.fields.values import FAVORITE
from indexium_core.model.operations.actor import Actor, current_actor
from indexium_core.model.review.decisions import kind_of_field
from indexium_core.model.review.steps import StepKind, StepOutcome, StepRow
from indexium_core.store import sql
from indexium_core.store.approvals import changers
from indexium_core.store.connection import Connection
from indexium_core.store.people import learning

MAX_STEPS = 100  # kept of a kind, except decisions about matches, which all stay; and returned by one call
MAX_AGE_DAYS = 90
_NUMBER = re.compile(r"(?:[a-z]+:)?(\d+)")  # at the start of a subject that has the id of a title or of a file


def next_id(tx: Connection) -> int:
    """Return the id of a new step."""
    return int(tx.value(_sql("next_id")))


def count_files(tx: Connection, step_id: int) -> int:
    """Return the number of files with decisions of a step."""
    return int(tx.value(_sql("count_files"), [step_id]))


def record(tx: Connection, step_id: int, label: str, *, files: int, at: datetime) -> None:
    """Record a review step after its decisions. It becomes the actor's next step to undo, and none can be redone."""
    actor = current_actor()
    tx.execute(_sql("forget_undone"), {"actor_kind": actor.kind, "actor_id": actor.id})
    _record(tx, step_id, "review", label, files=files, at=at, subjects=[""])
    learning.prune(tx)
    kept = {"kept_kind": kind_of_field(RATING), "kept_value": FAVORITE}
    tx.execute(_sql("prune_decisions"), {"before": _min_time(at), **kept})


def record_titles(
    tx: Connection,
    kind: StepKind,
    label: str,
    before: str,
    *,
    action: str = "",
    files: int,
    subjects: Collection[str],
    at: datetime,
) -> int:
    """Record a step about titles, with what its undo restores (a JSON object), and return its id."""
    step_id = next_id(tx)
    _record(tx, step_id, kind, label, files=files, at=at, subjects=subjects, action=action, before=before)
    return step_id


def _record(
    tx: Connection,
    step_id: int,
    kind: StepKind,
    label: str,
    *,
    files: int,
    at: datetime,
    subjects: Collection[str],
    action: str = "",
    before: str | None = None,
) -> None:
    facts = {"step": step_id, "kind": kind, "label": label, "files": files, "at": at, "action": action}
    kept = {"subjects": list(subjects), "before": before, **current_actor().columns}
    tx.execute(_sql("record"), {**facts, **kept})
    tx.execute(_sql("prune"), {"before": _min_time(at), "most": MAX_STEPS})
    changers.record_titles(tx, _changed(kind, subjects))


def _changed(kind: str, subjects: Iterable[str]) -> list[str]:
    """Return the titles, or the moved files, that a step is about; a subject may also be a file or an address."""
    what = "moved" if kind == "move" else "title"
    return [f"{what}:{found[1]}" for each in subjects if (found := _NUMBER.match(each))]


def forget_kind(tx: Connection, kind: str) -> None:
    """Remove the decisions of a kind from all steps: no undo or redo changes them any more."""
    for statement in ("forget_steps_of_kind", "forget_kind"):
        tx.execute(_sql(statement), [kind])


def find(reader: Connection, step_id: int) -> StepRow | None:
    """Return a step; None if there is none with this id."""
    return next(iter(_found(reader, step=step_id)), None)


def about(reader: Connection, kind: StepKind, subject: str) -> list[StepRow]:
    """Return the steps of a kind about a subject, newest first."""
    return _found(reader, kind=kind, subject=subject, most=None)


def about_title(reader: Connection, title_id: int, *, since: datetime) -> list[StepRow]:
    """Return the steps in force about values and pictures of a title after a moment, newest first."""
    rows = reader.execute(_sql("about_title"), {"title": str(title_id), "since": since}).fetchall()
    return [step for (number,) in rows if (step := find(reader, number)) is not None]


def before(reader: Connection, step_id: int) -> str:
    """Return what the undo of a step about titles restores: a JSON object."""
    return str(reader.value(_sql("before"), [step_id]))


def to_undo(reader: Connection, *, kind: StepKind | None = None, at: datetime | None) -> list[StepRow]:
    """Return the newest steps that can be undone now (of one kind), newest first; `at` None: also old ones."""
    found = _found(reader, kind=kind, in_force=True, since=None if at is None else _min_time(at))
    return [each for each in found if each.later_id is None]


def next_to_redo(reader: Connection, actor: Actor, *, at: datetime) -> StepRow | None:
    """Return the next step of an actor to redo."""
    found = _found(reader, kind="review", in_force=False, since=_min_time(at))
    return min((each for each in found if each.is_of(actor)), key=lambda each: each.step_id, default=None)


def all_steps(reader: Connection, *, at: datetime) -> list[StepRow]:
    """Return the newest steps, newest first: those in force, and those that are undone."""
    return _found(reader, since=_min_time(at))


def mark_undone(tx: Connection, step_id: int, *, at: datetime | None) -> None:
    """Store that a step is undone, or (None) in force again."""
    actor = current_actor().columns
    by = actor if at is not None else dict.fromkeys(actor)
    for kind, subjects in tx.execute(_sql("set_undone"), {"step": step_id, "at": at, **by}).fetchall():
        changers.record_titles(tx, _changed(kind, subjects))


def turn(tx: Connection, step: StepRow, *, undo: bool, at: datetime) -> StepOutcome:
    """Undo or redo a step, and mark the plans of its files."""
    learned = learning.undo_or_redo(tx, step.step_id, undo=undo)
    tx.execute(_sql("turn_rows"), {"step": step.step_id, "undo": undo})
    if undo:
        facts = {"step": step.step_id, "at": at, "kind": kind_of_field(RATING)}
        tx.execute(_sql("reverse_ratings"), facts | current_actor().columns)
    for statement in ("revoke", "restore"):
        tx.execute(_sql(statement), {"at": at})
    tx.execute(_sql("mark"))
    counts = tx.execute(_sql("count_outcomes"), {"since": step.created_at, "step": step.step_id, "at": at}).fetchone()
    files, left, gone, written = counts or (0, 0, 0, 0)
    mark_undone(tx, step.step_id, at=at if undo else None)
    tx.execute(_sql("drop_turn_rows"))
    rest = max(0, step.files - files - left)
    if learned is None or learning.only_adds_people(tx, step.step_id):
        # The rest are files that no longer exist: their decisions were deleted with them.
        return StepOutcome(files=files, left=left, gone=gone + rest, written=written, names_stay=learned is False)
    files, left = (files + rest, left) if learned else (files, left + rest)
    return StepOutcome(files=files, left=left, gone=gone, written=written, names_stay=not learned)


def _found(
    reader: Connection,
    *,
    step: int | None = None,
    kind: StepKind | None = None,
    subject: str | None = None,
    in_force: bool | None = None,
    since: datetime | None = None,
    most: int | None = MAX_STEPS,
) -> list[StepRow]:
    facts = {"step": step, "kind": kind, "subject": subject, "in_force": in_force, "since": since, "most": most}
    return [StepRow(**row) for row in reader.execute(_sql("find"), facts).fetch_dicts()]


def _min_time(at: datetime) -> datetime:
    return at - timedelta(days=MAX_AGE_DAYS)


def _sql(name: str) -> str:
    return sql.load("steps")[name]
