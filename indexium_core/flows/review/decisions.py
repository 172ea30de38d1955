"""
Standing decisions: edits, postponements and modes of files, in force until they are revoked.

What a person does at once is a step: made in one transaction, in a number of statements that does not grow with the
files, and undone as a whole (`flows/review/undo_steps.py`).
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

from indexium_core import errors
from indexium_core.flows.people.people_service import valid_names
from indexium_core.flows.review import targets
from indexium_core.flows.review.targets import Target
from indexium_core.model import labels, moments
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.planning.plan import CommentMode, PeopleMode, checked_modes
from indexium_core.model.remote_calls import remote
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import learning, suggestions
from indexium_core.store.people import people as people_store
from indexium_core.store.planning import plans
from indexium_core.store.planning.plans import Modes, Version
from indexium_core.store.review import bulk, steps
from indexium_core.store.review import decisions as store
from indexium_core.store.review.decisions import DecisionRow

__all__ = ["DecisionReport", "DecisionRow", "Decisions", "Step", "gone_keys"]

Label: TypeAlias = Callable[[int], str]  # says what a step did, of so many files

_CHECKED = "Name a people mode (merge, exact) or a comment mode (replace, preserve)."


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """How many files a decision holds for."""

    files: int  # all of them
    copies: int = 0  # of an edit of whole lists: files that were not named, but are copies of one that was
    added: Mapping[str, int] = field(default_factory=dict)  # files that each of these people comes into
    removed: Mapping[str, int] = field(default_factory=dict)  # files that each of these people goes from
    step_id: int | None = field(default=None, compare=False)  # by which it can be undone; None: nothing was decided
    label: str = field(default="", compare=False)  # what was done: "added Ann Lee to 3 files"


class Decisions:
    """Make, list and revoke decisions."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes] = Modes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Decide in a home.

        Args:
            database: The home's.
            modes: Says by whose plan searches and selections are meant, and what each file's people are.
            clock: Source of the present moment (UTC).
            on_change: Called after each step.

        """
        self._on_change = on_change
        self._database = database
        self._modes = modes
        self._clock = clock

    @contextmanager
    def step(self, label: Label | None = None) -> Iterator[Step]:
        """
        Make several decisions that are one to the person: all of them or none, and undone together.

        `label` says in the past tense what was done, of how many files; default: what its last decision says. After the
        end, `report` of the step tells how many files it was about.
        """
        with self._database.atomic() as tx:
            step = Step(tx, self._modes(), at=self._clock())
            yield step
            step.end(label)
        self._on_change()

    @remote()
    def edit(self, target: Target, people: Sequence[str]) -> DecisionReport:
        """
        Let files, and all their copies, have just these people; nobody is allowed.

        Raises:
            ValidationError: Names that may not be written, all of them.
            UnknownIdError: There is no such file.

        """
        names = valid_names(people)
        with self.step() as step:
            step.edit(target, names)
        return step.report

    @remote()
    def change_people(
        self, target: Target, *, add: Sequence[str] = (), remove: Sequence[str] = (), label: Label | None = None
    ) -> DecisionReport:
        """
        Put people into files, and take others out: each file, and each copy, gets an edit of its own list.

        Files in which nothing would change get none.

        Raises:
            ValidationError: Names to add that may not be written, all of them.
            UsageError: Somebody is to be added and removed, or nobody is named.
            UnknownIdError: There is no such file.

        """
        names = checked_change(add, remove)
        with self.step(label) as step:
            step.change_people(target, add=names, remove=remove)
        return step.report

    @remote()
    def replace_person(self, target: Target, old: str, new: str, *, label: Label | None = None) -> DecisionReport:
        """
        Put one person in another's place, in files that have the other.

        Raises:
            ValidationError: `new` may not be written.
            UnknownIdError: There is no such file.

        """
        name = names_of.validate_name(new)
        with self.step(label) as step:
            step.replace_person(target, old, name)
        return step.report

    @remote()
    def postpone(self, target: Target, until: datetime | str | None = None) -> DecisionReport:
        """
        Leave files out of lists and writes, until a moment (local, if it says no zone) or until revoked.

        Raises:
            UsageError: The moment has passed.
            UnknownIdError: There is no such file.

        """
        with self.step() as step:
            step.postpone(target, until=moments.parse(until))
        return step.report

    @remote()
    def set_mode(
        self,
        target: Target,
        *,
        mode: str | None = None,
        comment_mode: str | None = None,
    ) -> DecisionReport:
        """
        Choose how people and comment of files are combined; a mode that is not named stays as it was decided.

        Raises:
            UsageError: No mode is named.
            UnknownIdError: There is no such file.

        """
        people_mode, comment_mode = checked_modes(mode, comment_mode)
        with self.step() as step:
            step.set_mode(target, people_mode=people_mode, comment_mode=comment_mode)
        return step.report

    @remote()
    def list(self, file_ids: Sequence[int] | None = None) -> builtins.list[DecisionRow]:
        """Return the decisions in force, or those on some files, newest first."""
        return store.in_force(self._database.read(), at=self._clock(), file_ids=file_ids)

    @remote()
    def bring_back(self, target: Target) -> DecisionReport:
        """Take back the postponements of files. UnknownIdError: There is no such file."""
        with self.step() as step:
            step.bring_back(target)
        return step.report

    @remote()
    def revoke_of(self, target: Target, kinds: Sequence[str] = ("edit", "mode", "postpone")) -> DecisionReport:
        """Take back the decisions of some kinds (edit, postpone, mode) on files. UnknownIdError: no such file."""
        with self.step() as step:
            step.revoke_of(target, kinds)
        return step.report

    @remote()
    def decline(self, target: Target, names: Sequence[str]) -> int:
        """Record that people are not in files, so that they are not suggested there again; returns the files."""
        keys = [names_of.person_key(name) for name in names]
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=self._clock())
            suggestions.decline(tx, file_ids, keys, at=self._clock())
        return len(file_ids)

    @remote()
    def revoke(self, decision_ids: Iterable[int]) -> int:
        """
        Take decisions back, and return how many were in force.

        Raises:
            UnknownIdError: There is no such decision; nothing was revoked.

        """
        with self.step() as step:
            return step.revoke(list(decision_ids))


class Step:
    """Decisions of one transaction that belong together. `Decisions.step` makes one; it ends with the `with`."""

    def __init__(self, tx: Connection, modes: Modes, *, at: datetime) -> None:
        self._tx, self._modes, self._at = tx, modes, at
        self._id = steps.begin(tx)
        self._label = ""
        self.report = DecisionReport(files=0)

    def end(self, label: Label | None) -> None:
        """Remember the step, if anything was decided or learned."""
        decided, learnt = steps.count_files(self._tx, self._id), learning.count_files(self._tx, self._id)
        files = max(decided, learnt or 0)
        if files or learnt is not None:
            said = label(files) if label else self._label
            steps.record(self._tx, self._id, said, files=files, at=self._at)
            self.report = replace(self.report, files=files, step_id=self._id, label=said)

    @contextmanager
    def learning(self, names: Sequence[str] = ()) -> Iterator[Connection]:
        """
        Note what is done to people in the block, by the connection that it gives: it is undone with the step.

        A step has one such block. `names`: people who may lose a place or their name.
        """
        with learning.noted(self._tx, self._id, names):
            yield self._tx

    def now(self) -> tuple[Connection, Version]:
        """Return the connection of the step, and the newest version of the plan with all that the step has done."""
        return self._tx, plans.refresh_within(self._tx, self._modes, now=self._at)

    def edit(self, target: Target, people: Sequence[str]) -> int:
        """Let files and their copies have just these (valid) people; returns how many files."""
        copies = self._mean(target, copies=True)
        files = store.edit_meant(self._tx, people, at=self._at, step=self._id)
        store.done(self._tx)
        return self._add(files, labels.edited(files, people), copies=copies)

    def edit_each(self, people: Mapping[int, Sequence[str]]) -> int:
        """Let each file, by id, have just the (valid) people given for it; copies only if they are named, too."""
        files = store.edit(self._tx, people, at=self._at, step=self._id) if people else 0
        return self._add(files, labels.changed(files, {}, {}))

    def change_people(self, target: Target, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> int:
        """Put (valid) people into each file's own list, and take others out; returns how many files change."""
        return self._change(target, added=add, gone=gone_keys(self._tx, remove))

    def replace_person(self, target: Target, old: str, new: str) -> int:
        """Put the (valid) name `new` in the place of `old`; returns how many files change."""
        files = self._change(target, gone=gone_keys(self._tx, [old]), instead=new)
        self._label = labels.replaced(files, old, new)
        return files

    def postpone(self, target: Target, *, until: datetime | None = None) -> int:
        """Leave files out of lists and writes, until a moment or until revoked; returns how many."""
        until = until.astimezone(UTC) if until else None
        if until and until <= self._at:
            message = f"{until:%Y-%m-%d %H:%M} UTC has passed. Name a later day, or none to postpone until revoked."
            raise errors.UsageError(message)
        self._mean(target)
        files = store.postpone_meant(self._tx, until=until, at=self._at, step=self._id)
        store.done(self._tx)
        return self._add(files, labels.skipped(files, until))

    def set_mode(
        self, target: Target, *, people_mode: PeopleMode | None = None, comment_mode: CommentMode | None = None
    ) -> int:
        """Choose how people and comment of files are combined; returns of how many."""
        if people_mode is None and comment_mode is None:
            raise errors.UsageError(_CHECKED)
        self._mean(target)
        files = store.set_mode_of_meant(
            self._tx, people_mode=people_mode, comment_mode=comment_mode, at=self._at, step=self._id
        )
        store.done(self._tx)
        return self._add(files, labels.modes(files, people_mode, comment_mode))

    def bring_back(self, target: Target) -> int:
        """Take back the postponements of files; returns of how many."""
        files = self.revoke_of(target, ["postpone"])
        self._label = labels.reinstated(files)
        return files

    def revoke_of(self, target: Target, kinds: Sequence[str]) -> int:
        """Take back the decisions of some kinds on files; returns on how many there were any."""
        self._mean(target)
        files = store.revoke_meant(self._tx, kinds, at=self._at, step=self._id)
        store.done(self._tx)
        return self._add(files, labels.revoked_decisions_on(files))

    def revoke(self, decision_ids: Sequence[int]) -> int:
        """Take decisions back; returns how many were in force."""
        unknown = store.unknown_decisions(self._tx, decision_ids)
        if unknown:
            shown = ", ".join(map(str, unknown[:10])) + (" …" if len(unknown) > 10 else "")
            message = f"There is no decision with the id {shown}."
            raise errors.UnknownIdError(message)
        count = store.revoke(self._tx, decision_ids, at=self._at, step=self._id)
        self._add(0, labels.revoked(count))
        return count

    def _mean(self, target: Target, *, copies: bool = False) -> int:
        targets.mean_within(self._tx, target, self._modes, now=self._at)
        return store.add_copies(self._tx) if copies else 0

    def _change(
        self, target: Target, *, added: Sequence[str] = (), gone: frozenset[str], instead: str | None = None
    ) -> int:
        version = plans.refresh_within(self._tx, self._modes, now=self._at)
        targets.mean(self._tx, target, version)
        store.add_copies(self._tx)
        bulk.look(self._tx, version)
        changed = bulk.change(self._tx, added=added, gone=gone, instead=instead)
        if changed.files:
            store.decide_changed(self._tx, at=self._at, step=self._id)
        bulk.done(self._tx)
        store.done(self._tx)
        self.report = replace(self.report, added=changed.added, removed=changed.removed)
        return self._add(changed.files, labels.changed(changed.files, changed.added, changed.removed))

    def _add(self, files: int, label: str, *, copies: int = 0) -> int:
        self._label = label
        self.report = replace(self.report, files=self.report.files + files, copies=self.report.copies + copies)
        return files


def checked_change(add: Sequence[str], remove: Sequence[str]) -> builtins.list[str]:
    """Return the names to add, cleaned; raises as `Decisions.change_people` does."""
    names = valid_names(add)
    both = {names_of.person_key(name) for name in remove} & {names_of.person_key(name) for name in names}
    if both:
        shown = next(name for name in names if names_of.person_key(name) in both)
        message = f"“{shown}” is to be added and removed. Say one of the two."
        raise errors.UsageError(message)
    if not names and not remove:
        raise errors.UsageError("Name somebody to add or to remove.")
    return names


def gone_keys(reader: Connection, names: Sequence[str]) -> frozenset[str]:
    """Return the keys under which these people may be in a list: of the names themselves and of their aliases."""
    if not names:
        return frozenset()
    found = people_store.find(reader, list(names))
    person_ids = [person_id for ids in found.values() for person_id in ids]
    return frozenset(people_store.keys_of(reader, person_ids) | {names_of.person_key(name) for name in names})
