"""Decisions about files, what they target, and templates of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from indexium_core.model import wording
from indexium_core.model.planning.plan import Selection

FIELD_KIND = "field:"  # starts the kind of an edit of a field; the SQL macro `edited_field` removes it

Target: TypeAlias = str | Selection | Sequence[int]  # a query, a selection, or file ids


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDecision:
    """A decision in force for a file."""

    decision_id: int
    file_id: int
    file_path: str  # for display
    kind: str  # edit, postpone, mode, or field:<key>
    people: list[str] | None  # edit: the list
    db_people: list[str] | None  # edit: the people in the database when the edit was made
    until: datetime | None  # postpone: the end; None: until it is removed
    people_mode: str | None
    comment_mode: str | None
    field: str | None  # the edited field; None: another kind of decision
    value: str | None  # … and its value; None: the field is removed
    reason: str  # rolled_back (by the program); rule, import (how the user set a field); "" for any other decision
    created_at: datetime  # UTC
    summary: str  # the decision in a few words


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """People to add to files, or a replacement of one person with another."""

    template_id: int
    name: str
    people: list[str]  # to add; empty for a replacement
    old_person: str | None  # the person to replace; None: the template adds people
    new_person: str | None  # the replacement
    created_at: datetime  # UTC

    @property
    def pair(self) -> tuple[str, str] | None:
        """The replaced person and the replacement; None: the template adds people."""
        if self.old_person is None or self.new_person is None:
            return None
        return self.old_person, self.new_person

    @property
    def does(self) -> str:
        """What it does: `adds Ann and Bo`."""
        if self.old_person is None:
            return f"adds {wording.list_of(self.people)}"
        return f"replaces {self.old_person} by {self.new_person}"


def kind_of_field(key: str) -> str:
    """Return the kind of the decisions that edit a field."""
    return f"{FIELD_KIND}{key}"
