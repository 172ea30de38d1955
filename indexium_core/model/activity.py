"""Activity: who did what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, cast

from indexium_core.model.approval import KIND_WORDS, ApprovalKind
from indexium_core.model.operations.actor import ActorKind
from indexium_core.model.operations.outcomes import items_in_words
from indexium_core.model.shapes import ListPage, Shaped

ActivityKind: TypeAlias = Literal["step", "undo", "operation", "job", "request", "account"]
_VERBS = {"write": "wrote", "rollback": "rolled back", "publish": "published"}
_REQUEST_VERBS = {"proposed": "proposed a", "commented": "commented on the", "withdrawn": "withdrew the"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow(Shaped):
    """One thing that a person or a program did."""

    shape = "at actor_kind actor_id actor_name kind id text state"

    at: datetime  # UTC
    actor_kind: ActorKind
    actor_id: str
    actor_name: str
    kind: ActivityKind  # what `id` is the id of; the undo of a step has the id of the step
    id: int
    label: str  # of a step or job; the type of an operation; what was done with an account, or with a request of a kind
    items: int  # files or titles; 0 if they are not counted
    state: str  # of an operation or job; `undone` for a step that is undone

    @property
    def text(self) -> str:
        """What was done: `wrote 41 files`, `Undo: skipped 3 files`, `Scan`, `proposed a write of 5 files`."""
        if self.kind == "request":
            action, _, work = self.label.partition(" ")
            verb = _REQUEST_VERBS.get(action, f"{action} the")
            return f"{verb} {KIND_WORDS[cast('ApprovalKind', work)]} of {items_in_words(self.items, work)}"
        if self.kind == "operation":
            return f"{_VERBS.get(self.label, self.label)} {items_in_words(self.items, self.label)}"
        return f"Undo: {self.label}" if self.kind == "undo" else self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage(ListPage):
    """A page of the activity, newest first."""

    items: list[ActivityRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityActor(Shaped):
    """Somebody who did something."""

    kind: ActorKind
    id: str
    name: str
    total: int  # how much the lists still have of this actor
