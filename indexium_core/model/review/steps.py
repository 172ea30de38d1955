"""Steps: the changes of one user action, and what undo and redo do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from indexium_core.model.operations.actor import Actor, ActorKind

StepKind: TypeAlias = Literal["review", "match", "value", "move", "picture", "side_file", "discard"]

_SUBJECTS: Mapping[StepKind, str] = {
    "review": "about the plan",
    "match": "about the same title",
    "value": "about the same field",
    "move": "about the same file",
    "picture": "about the same pictures",
    "side_file": "about the same file",
    "discard": "about the same title",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step."""

    step_id: int
    kind: StepKind = "review"
    action: str = ""  # of a match: accept, confirm, reject, ignore, later
    label: str  # what was done or decided: "skipped 3 files", "“A” is matched with “B”"
    files: int
    created_at: datetime  # UTC
    undone_at: datetime | None = None  # None: the step is in force
    actor_kind: ActorKind  # of who made it
    actor_id: str = ""
    actor_name: str = ""  # who made it; "" if it is not known
    undone_by_name: str | None = None  # who undid it; None if nobody did, or it is not known
    later_id: int | None = None  # the last step in force that is undone before this one
    later_label: str = ""

    def is_of(self, actor: Actor) -> bool:
        """Return whether an actor made the step; the person at this computer acts for everybody."""
        return actor.kind == "local" or (self.actor_kind, self.actor_id) == (actor.kind, actor.id)

    @property
    def blocked(self) -> str:
        """Why it cannot be undone now, as a sentence; "" if it can, or is undone."""
        if self.later_id is None or self.undone_at is not None:
            return ""
        return f"Undo the later step {self.later_id} {_SUBJECTS[self.kind]} first: {self.later_label}."

    @property
    def changed_at(self) -> datetime:
        """When it was made or undone."""
        return max(self.created_at, self.undone_at or self.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """The result of an undo or redo, in numbers of files."""

    files: int  # files whose decisions were undone or redone
    left: int  # files that keep a newer decision
    gone: int  # files that no longer exist
    written: int  # of `files`, files written since the step; they keep their people
    names_stay: bool = False  # the step's people changed later, so they stay as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The next step to undo, the next step to redo, and the ids of all steps that can be undone now."""

    undo: StepRow | None
    redo: StepRow | None
    undoable: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """The result of an undo or redo."""

    step_id: int
    label: str  # of the step: "skipped 3 files"
    undone: bool  # false: redone
    files: int  # files whose decisions were undone or redone
    left: int = 0  # files that keep a newer decision
    gone: int = 0  # files that no longer exist
    written: int = 0  # files that were written after the step and keep their people
    titles: int = 0  # of a step about titles: how many it concerns
    names_stay: bool = False  # people who changed after the step, and are not reverted
    summary: str  # the result in sentences
