"""
A second, simple implementation of the review rules: decisions, their effect on the plan, and results of searches.

It is pure Python over lists, one file at a time; the tests compare the set statements of the store with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from indexium_core.model.people import people_comment as names_of

key_of = names_of.person_key

Slot: TypeAlias = tuple[int, str]  # a file and a kind of decision: edit, postpone, mode


@dataclass
class Film:
    """A file and its content."""

    file_id: int
    payload: str
    comment: str | None


@dataclass(frozen=True)
class Planned:
    """The expected plan of a file."""

    result: list[str]
    added: list[str]
    removed: list[str]
    comment: str | None  # to be written
    category: str
    risk: str
    edited: bool
    postponed: bool


@dataclass
class Home:
    """Files, database people, aliases and decisions, step by step."""

    films: dict[int, Film]
    cast: dict[str, list[str]] = field(default_factory=dict)  # payload: names in the order of assignment
    aliases: dict[str, str] = field(default_factory=dict)  # spelling: name
    touched: set[int] = field(default_factory=set)
    decided: dict[Slot, Any] = field(default_factory=dict)
    done: list[dict[Slot, tuple[Any, Any]]] = field(default_factory=list)
    undone: list[dict[Slot, tuple[Any, Any]]] = field(default_factory=list)

    # The plan.

    def known(self, file_id: int) -> list[str]:
        return self.cast.get(self.films[file_id].payload, [])

    def named(self, file_id: int) -> list[str]:
        return names_of.parse(self.films[file_id].comment).people

    def meant(self, name: str) -> str:
        """Return the person of a name in a file: a key that a person has is no alias."""
        people = {key_of(each) for cast in self.cast.values() for each in cast} | {
            key_of(each) for each in self.aliases.values()
        }
        if key_of(name) in people:
            return name
        return next((own for alias, own in self.aliases.items() if key_of(alias) == key_of(name)), name)

    def in_plan(self, file_id: int) -> bool:
        return bool(self.known(file_id)) or (file_id, "edit") in self.decided or file_id in self.touched

    def planned(self, file_id: int) -> Planned | None:
        """Return the plan of a file; None if the file is in no plan."""
        if not self.in_plan(file_id):
            return None
        film, edit = self.films[file_id], self.decided.get((file_id, "edit"))
        people_mode, comment_mode = self.decided.get((file_id, "mode")) or (None, None)
        people_mode, comment_mode = people_mode or "merge", comment_mode or "replace"
        parsed = names_of.parse(film.comment)
        held = [self.meant(name) for name in parsed.people]
        result = list(edit) if edit is not None else unique(self.known(file_id))
        if edit is None and people_mode == "merge":
            result = unique([*result, *held])
        removed = [name for name, who in zip(parsed.people, held, strict=True) if key_of(who) not in keys(result)]
        added = [name for name in result if key_of(name) not in keys(held)]
        comment = names_of.render(film.comment, result, comment_mode)
        by_hand = edit is not None or (file_id, "mode") in self.decided
        same = not by_hand and len(result) == len(parsed.people) and keys(result) == keys(parsed.people)
        unchanged = same or (comment or "") == (film.comment or "")
        collides = edit is None and len(keys(self.known(file_id))) < len(self.known(file_id))
        loses = comment_mode == "replace" and bool(parsed.custom_text)
        outdated = edit is not None and sorted(self.knew[file_id]) != sorted(self.known(file_id))
        respells = (
            bool(parsed.people)
            and bool(result)
            and (
                [name for name in result if name not in added]
                != [name for name in parsed.people if name not in removed]
            )
        )
        copies = sum(other.payload == film.payload for other in self.films.values()) > 1
        risk = (
            "unchanged"
            if unchanged
            else "danger"
            if loses or collides or (parsed.people and not result)
            else "warning"
            if removed or respells or outdated or copies
            else "safe"
        )
        category = (
            risk
            if unchanged
            else "remove"
            if removed
            else "rewrite"
            if not added
            else "merge"
            if parsed.people
            else "add"
        )
        return Planned(
            result=list(parsed.people) if unchanged else result,
            added=[] if unchanged else added,
            removed=[] if unchanged else removed,
            comment=film.comment if unchanged else comment,
            category=category,
            risk=risk,
            edited=edit is not None,
            postponed=(file_id, "postpone") in self.decided,
        )

    def people_of(self, file_id: int) -> list[str]:
        """Return the resulting people of a file, whether or not it is in the plan."""
        planned = self.planned(file_id)
        return self.named(file_id) if planned is None else planned.result

    def copies(self, file_ids: Iterable[int]) -> list[int]:
        payloads = {self.films[file_id].payload for file_id in file_ids}
        return [film.file_id for film in self.films.values() if film.payload in payloads]

    # Decisions.

    knew: dict[int, list[str]] = field(default_factory=dict)  # database people at the time of the edit

    def decide(self, wanted: dict[Slot, Any]) -> bool:
        """Store decisions as one step; a value of None ends one. Return whether it is a step."""
        step = {
            slot: (self.decided.get(slot), value)
            for slot, value in wanted.items()
            if value is not None or slot in self.decided
        }
        if not step:
            return False
        self.done.append(step)
        self.undone.clear()
        self._put({slot: after for slot, (_, after) in step.items()})
        return True

    def edit(self, lists: dict[int, list[str]]) -> bool:
        wanted = {(file_id, "edit"): Edit(names, self.known(file_id)) for file_id, names in lists.items()}
        return self.decide(dict(wanted))

    def change(
        self, file_ids: Iterable[int], change: Callable[[list[str]], list[str]], *, only_this: bool = False
    ) -> bool:
        own = {file_id: self.people_of(file_id) for file_id in (file_ids if only_this else self.copies(file_ids))}
        changed = {file_id: change(names) for file_id, names in own.items()}
        return self.edit({file_id: names for file_id, names in changed.items() if names != own[file_id]})

    def undo(self) -> bool:
        if not self.done:
            return False
        step = self.done.pop()
        self.undone.append(step)
        self._put({slot: before for slot, (before, _) in step.items()})
        return True

    def redo(self) -> bool:
        if not self.undone:
            return False
        step = self.undone.pop()
        self.done.append(step)
        self._put({slot: after for slot, (_, after) in step.items()})
        return True

    def _put(self, values: dict[Slot, Any]) -> None:
        for slot, value in values.items():
            self.decided.pop(slot, None)
            if value is not None:
                self.decided[slot] = value
        self.knew = {slot[0]: value.knew for slot, value in self.decided.items() if isinstance(value, Edit)}

    def expire(self, now: datetime) -> None:
        """End the postponements whose day has come."""
        over = [slot for slot, value in self.decided.items() if isinstance(value, datetime) and value <= now]
        for slot in over:
            del self.decided[slot]


class Edit(list[str]):
    """Set the people of an edit, with the database people at that time."""

    def __init__(self, names: Sequence[str], knew: Sequence[str]) -> None:
        super().__init__(names)
        self.knew = list(knew)


def keys(names: Iterable[str]) -> set[str]:
    return {key_of(name) for name in names}


def unique(names: Iterable[str]) -> list[str]:
    """Return each person once, in the first spelling."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(key_of(name), name)
    return list(first.values())


def without(gone: set[str]) -> Callable[[list[str]], list[str]]:
    return lambda names: [name for name in names if key_of(name) not in gone]


def with_added(new: Sequence[str]) -> Callable[[list[str]], list[str]]:
    return lambda names: unique([*names, *new])


def instead(gone: set[str], new: str) -> Callable[[list[str]], list[str]]:
    """Return a list with one person replaced by another."""
    return lambda names: unique([new if key_of(name) in gone else name for name in names])
