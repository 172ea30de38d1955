"""
Standing decisions: edits, postponements and modes of files, in force until they are removed.

Each call makes one step (`step.py`): all its decisions are made, or none, and undo reverts all.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.people.people_service import valid_names
from indexium_core.flows.review import field_rules, targets
from indexium_core.flows.review.step import Label, Step
from indexium_core.model import moments
from indexium_core.model.accounts.needs import FOUND, NAMED, needs
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.fields.rules import ValueRule
from indexium_core.model.files.media import MediaKind
from indexium_core.model.people import people_comment, placeholders
from indexium_core.model.planning.plan import checked_modes
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import StandingDecision, Target
from indexium_core.model.review.reports import DecisionReport, RatedFile
from indexium_core.store.database import Database
from indexium_core.store.people import suggestions
from indexium_core.store.plan_version import Modes
from indexium_core.store.review import decisions as store

ALL_KINDS = ("edit", "fields", "mode", "postpone")  # groups of decisions


class Decisions:
    """Make, list and revoke decisions."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes] = Modes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
        placeholder_keys: Callable[[], frozenset[str]] = placeholders.default_keys,
    ) -> None:
        """
        Make decisions in a home.

        `modes` returns the variant of the plan that evaluates targets and has the people of each file; `on_change` is
        called after each step; `placeholder_keys` returns the keys of names that do not become people.
        """
        self._placeholder_keys = placeholder_keys
        self._on_change = on_change
        self._database = database
        self._modes = modes
        self._clock = clock

    @needs(PLAN_EDIT)
    @contextmanager
    def step(self, label: Label | None = None, *, seen: int | None = None) -> Iterator[Step]:
        """
        Make several decisions as one step: all are made, or none, and undo reverts all.

        `label` returns the label of the step; default: that of its last decision. `seen` is the newest decision that
        the actor has seen, None: it does not matter. `Step.report` has the result after the block.
        """
        with self._database.atomic() as tx:
            step = Step(tx, self._modes(), at=self._clock(), placeholder_keys=self._placeholder_keys(), seen=seen)
            yield step
            step.end(label)
        self._on_change()

    @remote()
    def newest(self) -> int:
        """Return the id of the newest decision, for `seen` of a later edit; 0 if there is none."""
        return store.newest(self._database.read())

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def edit(
        self, target: Target, people: Sequence[str], *, seen: int | None = None, only_this: bool = False
    ) -> DecisionReport:
        """
        Set the people of files and of all their copies; the list may be empty. The report names the copies.

        Args:
            target: The files.
            people: The names.
            seen: The newest decision that the actor has seen; None replaces every decision.
            only_this: Edit only the files of the target, not their copies.

        Raises:
            ValidationError: Names are invalid; one message has all of them.
            UnknownIdError: There is no such file.
            NewerDecisionError: Somebody else set the people of these files after `seen`.

        """
        names = valid_names(people)
        with self.step(seen=seen) as step:
            step.edit(target, names, only_this=only_this)
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def change_people(
        self,
        target: Target,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        label: Label | None = None,
        only_this: bool = False,
    ) -> DecisionReport:
        """
        Add and remove people: each file (or copy, unless `only_this`) with a changed list gets an edit.

        Raises:
            ValidationError: Names to add are invalid; one message has all of them.
            UsageError: A person would be both added and removed, or no person is given.
            UnknownIdError: There is no such file.

        """
        names = checked_change(add, remove)
        with self.step(label) as step:
            step.change_people(target, add=names, remove=remove, only_this=only_this)
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def replace_person(
        self, target: Target, old: str, new: str, *, label: Label | None = None, only_this: bool = False
    ) -> DecisionReport:
        """
        Replace one person with another in the files (and copies, unless `only_this`) that have the first person.

        Raises:
            ValidationError: `new` is not a valid name.
            UnknownIdError: There is no such file.

        """
        name = people_comment.validate_name(new)
        with self.step(label) as step:
            step.replace_person(target, old, name, only_this=only_this)
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def set_fields(
        self,
        target: Target,
        values: Mapping[str, str],
        *,
        as_typed: bool = False,
        seen: int | None = None,
        only_this: bool = False,
    ) -> DecisionReport:
        """
        Set fields of files and of all their copies, by the key of the field; an empty value removes a field.

        `only_this` edits only the files of the target, not their copies. The report names the copies.

        `favorite` (yes, no, toggle) sets the rating: 5, or the one before the file became a favorite.

        A value may be a rule (`model.fields.rules`): `{name}`, `{creation_time+1h}`; with `as_typed`, braces are text
        as any other. A file for which a rule has no value, or an invalid one, is not edited. Locked fields keep their
        values, unless the target is one file id.

        Raises:
            UsageError: There is no such field, it cannot be set, or no field is given.
            ValidationError: A value does not fit the type of its field.
            UnknownIdError: There is no such file.
            NewerDecisionError: Somebody else set one of the fields of these files after `seen`, see `edit`.

        """
        rules = field_rules.checked_rules(values, as_typed=as_typed)
        return self._set(target, None, rules, seen=seen, only_this=only_this)

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def set_all(
        self,
        target: Target,
        *,
        people: Sequence[str] | None = None,
        fields: Mapping[str, str] | None = None,
        seen: int | None = None,
        only_this: bool = False,
    ) -> DecisionReport:
        """Set the people and other fields of files as one step; None sets no people. As `edit` and `set_fields`."""
        names = None if people is None else valid_names(people)
        rules = field_rules.checked_rules(fields or {}) if fields or names is None else {}
        return self._set(target, names, rules, seen=seen, only_this=only_this)

    def _set(
        self,
        target: Target,
        names: Sequence[str] | None,
        rules: Mapping[str, ValueRule],
        *,
        seen: int | None,
        only_this: bool,
    ) -> DecisionReport:
        """Set people and fields as one step."""
        with self.step(seen=seen) as step:
            if names is not None:
                step.edit(target, names, only_this=only_this)
            if rules:
                step.set_fields(target, rules, only_this=only_this)
        return step.report

    @needs(PLAN_EDIT, NAMED)
    def set_each(self, texts: Mapping[int, Mapping[str, str]]) -> DecisionReport:
        """
        Set fields of files, without their copies, as one step: texts by the key of the field, by file id.

        An invalid text does not edit its file. Locked fields keep their values, and so do fields whose value the
        container cannot store, and dates that are more exact than the given ones.
        """
        with self.step() as step:
            step.set_each(texts)
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def set_favorite(
        self,
        target: Target,
        wanted: bool | None = None,  # noqa: FBT001
        *,
        kind: MediaKind | None = None,
        only_this: bool = False,
    ) -> builtins.list[RatedFile]:
        """
        Make files and their copies favorites, or no favorites; with None, the latter if all of them are favorites.

        A favorite has 5 stars. A file that is no favorite any more gets the rating that it had before. Returns the
        files of the target and their copies (without copies if `only_this`). With `kind`, only files of this kind of
        media.

        Raises:
            UnknownIdError: There is no such file, or one of these ids belongs to a file of another kind.

        """
        with self.step() as step:
            return step.set_favorite(target, wanted=wanted, kind=kind, only_this=only_this)

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def postpone(
        self,
        target: Target,
        until: datetime | str | None = None,
        *,
        only_this: bool = False,  # noqa: ARG002  # it is always so; a caller may say it as in `edit`
    ) -> DecisionReport:
        """
        Skip files in lists and writes, until a time (local if it has no zone) or until the decision is removed.

        Each file is skipped by itself: its copies are not.

        Raises:
            UsageError: The time is in the past.
            UnknownIdError: There is no such file.

        """
        with self.step() as step:
            step.postpone(target, until=moments.parse(until))
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def set_mode(
        self,
        target: Target,
        *,
        mode: str | None = None,
        comment_mode: str | None = None,
        only_this: bool = False,  # noqa: ARG002  # it is always so; a caller may say it as in `edit`
    ) -> DecisionReport:
        """
        Set the modes of files, not of their copies; None does not change a mode.

        Raises:
            UsageError: No mode is given.
            UnknownIdError: There is no such file.

        """
        people_mode, comment_mode = checked_modes(mode, comment_mode)
        with self.step() as step:
            step.set_mode(target, people_mode=people_mode, comment_mode=comment_mode)
        return step.report

    @remote()
    def list(self, file_ids: Sequence[int] | None = None) -> builtins.list[StandingDecision]:
        """Return the decisions in force, or those on some files, newest first."""
        return store.in_force(self._database.read(), at=self._clock(), file_ids=file_ids)

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def end_postponements(self, target: Target) -> DecisionReport:
        """Revoke the postponements of files. UnknownIdError: a file does not exist."""
        with self.step() as step:
            step.end_postponements(target)
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def revoke_of(self, target: Target, kinds: Sequence[str] = ALL_KINDS) -> DecisionReport:
        """
        Revoke the decisions of some kinds on files: `ALL_KINDS`, or `field:title` for the edit of one field.

        UnknownIdError: a file does not exist.
        """
        with self.step() as step:
            step.revoke_of(target, kinds)
        return step.report

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def decline(self, target: Target, names: Sequence[str]) -> int:
        """Record that people are not in files, so that they are not suggested again; return the files."""
        keys = [people_comment.person_key(name) for name in names]
        with self._database.atomic() as tx:
            file_ids = targets.ids_of(tx, target, self._modes(), now=self._clock())
            suggestions.decline(tx, file_ids, keys, at=self._clock())
        return len(file_ids)

    @needs(PLAN_EDIT, NAMED)
    @remote()
    def revoke(self, decision_ids: Iterable[int]) -> int:
        """
        Revoke decisions, and return the number of those that were in force.

        Raises:
            UnknownIdError: There is no such decision; no decision was revoked.

        """
        with self.step() as step:
            return step.revoke(list(decision_ids))


def checked_change(add: Sequence[str], remove: Sequence[str]) -> builtins.list[str]:
    """Return the cleaned names to add; errors as in `Decisions.change_people`."""
    names = valid_names(add)
    both = {people_comment.person_key(name) for name in remove} & {people_comment.person_key(name) for name in names}
    if both:
        shown = next(name for name in names if people_comment.person_key(name) in both)
        raise errors.UsageError(f"“{shown}” is to be added and removed. Choose one of the two.")
    if not names and not remove:
        raise errors.UsageError("Name at least one person to add or to remove.")
    return names
