"""
A step: the decisions and the changes of people that one user action makes in one transaction.

The number of statements does not depend on the number of files. `decisions.py` has the calls that make a step;
`undo_steps.py` undoes a step as a whole.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from indexium_core import errors
from indexium_core.flows.review import field_rules, targets
from indexium_core.flows.review.field_rules import RuleResults
from indexium_core.model import labels, wording
from indexium_core.model.fields import values as field_values
from indexium_core.model.fields.rules import ValueRule
from indexium_core.model.fields.table import FAVORITE_KEY, RATING, editable_fields
from indexium_core.model.files.media import MediaKind
from indexium_core.model.people import people_comment
from indexium_core.model.people.people_comment import CommentMode
from indexium_core.model.planning.plan import PeopleMode
from indexium_core.model.review.decisions import Target, kind_of_field
from indexium_core.model.review.reports import DecisionReport, RatedFile
from indexium_core.store.catalog import recordings
from indexium_core.store.connection import Connection
from indexium_core.store.people import learning
from indexium_core.store.people import people as people_store
from indexium_core.store.plan_version import Modes, Version
from indexium_core.store.planning import plan_compute
from indexium_core.store.review import bulk, steps
from indexium_core.store.review import decisions as store

Label: TypeAlias = Callable[[int], str]  # returns the label of a step for the number of its files


_NO_MODE = "Name a people mode (merge, exact) or a comment mode (replace, preserve)."


class Step:
    """The decisions of one transaction. `Decisions.step` creates it, and records it at the end of the block."""

    def __init__(
        self,
        tx: Connection,
        modes: Modes,
        *,
        at: datetime,
        placeholder_keys: frozenset[str] = frozenset(),
        seen: int | None = None,
    ) -> None:
        self._tx, self._modes, self._at, self._seen = tx, modes, at, seen
        self._placeholder_keys = placeholder_keys
        self._id = steps.next_id(tx)
        self._label = ""
        self._is_learning = False  # inside a block of `learning`
        self._has_learned = False  # more than new names
        self.report = DecisionReport(files=0)

    def end(self, label: Label | None) -> None:
        """Record the step, if it has decisions or changes of people."""
        decided = steps.count_files(self._tx, self._id)
        learned = learning.count_files(self._tx, self._id) if self._has_learned else None
        files = max(decided, learned or 0)
        if files or learned is not None:
            text = label(files) if label else self._label
            steps.record(self._tx, self._id, text, files=files, at=self._at)
            self.report = replace(self.report, files=files, step_id=self._id, label=text)

    @contextmanager
    def learning(self, names: Sequence[str] = ()) -> Iterator[Connection]:
        """
        Record the changes of people in the block, made with the yielded connection, so that undo reverts them.

        A step has one such block. `names`: people who may lose assignments or their name.
        """
        self._is_learning = self._has_learned = True
        with learning.recorded(self._tx, self._id, names):
            yield self._tx
        self._is_learning = False

    def record_merge(self, person_ids: Sequence[int], into: int) -> None:
        """Record that the step merged people into one."""
        learning.record_merge(self._tx, self._id, person_ids, into)

    def now(self) -> tuple[Connection, Version]:
        """Return the connection of the step, and the newest version of the plan, with the decisions of the step."""
        return self._tx, plan_compute.refresh_within(self._tx, self._modes, now=self._at)

    def edit(self, target: Target, people: Sequence[str], *, only_this: bool = False) -> int:
        """Set the (valid) people of files and their copies; return the number of files."""
        with self._selected(target, copies=not only_this):
            self._require_seen(["edit"])
            files = store.edit_selected(self._tx, people, at=self._at, step=self._id)
        self._add_people(people if files else ())
        return self._add(files, labels.edited(files, people))

    def edit_each(self, people: Mapping[int, Sequence[str]]) -> int:
        """Set the (valid) people of each file, by id, without its copies; return the number of files."""
        files = store.edit(self._tx, people, at=self._at, step=self._id) if people else 0
        self._add_people([name for names in people.values() for name in names] if files else ())
        return self._add(files, labels.changed(files, {}, {}))

    def change_people(
        self, target: Target, *, add: Sequence[str] = (), remove: Sequence[str] = (), only_this: bool = False
    ) -> int:
        """Add (valid) people to each file's list, and remove others; return the number of files that change."""
        return self._change(target, added=add, removed_keys=all_keys(self._tx, remove), only_this=only_this)

    def replace_person(self, target: Target, old: str, new: str, *, only_this: bool = False) -> int:
        """Replace `old` with the (valid) name `new`; return the number of files that change."""
        keys = all_keys(self._tx, [old])
        files = self._change(target, removed_keys=keys, replacement=new, only_this=only_this)
        self._label = labels.replaced(files, old, new)
        return files

    def set_fields(self, target: Target, rules: Mapping[str, ValueRule], *, only_this: bool = False) -> int:
        """Set fields of files and their copies by rules; return the number of files."""
        tx, at, skips_locked = self._tx, self._at, not targets.is_one_file(target)
        edited, constants = [0], field_rules.constants(rules)
        with self._selected(target, copies=not only_this):
            self._require_seen([kind_of_field(RATING if key == FAVORITE_KEY else key) for key in rules])
            locked = store.locked_selected(tx, list(constants)) if constants and skips_locked else 0
            for key, value in constants.items():
                edited.append(
                    store.set_value_of_selected(tx, key, value, skips_locked=skips_locked, at=at, step=self._id)
                )
            unsupported = field_rules.unsupported_files(tx, constants) if constants else 0
            others = {key: rule for key, rule in rules.items() if key not in constants}
            found = field_rules.results(tx, others, skips_locked=skips_locked)
            self._set_results(found)
        files = max(*edited, found.changed_files)
        self.report = replace(
            self.report,
            without_value=len(found.without_value),
            invalid=found.invalid_files,
            invalid_reason=found.invalid_reason,
            locked=max(locked, len(found.locked)),
            unsupported=max(unsupported, found.unsupported_files),
        )
        label = labels.set_fields(files, [*constants, *found.values])
        if rules.keys() == {FAVORITE_KEY}:
            ratings = found.values.get(RATING, {})
            label = labels.favorites(files, added=field_values.FAVORITE in ratings.values())
        return self._add(files, label)

    def set_each(self, texts: Mapping[int, Mapping[str, str]]) -> int:
        """Set the fields of each file, by id, without copies (`Decisions.set_each`); return the number of files."""
        self._count_found(len(texts))
        with store.selection(self._tx, list(texts)):
            found = field_rules.given(self._tx, texts)
        self._set_results(found)
        self.report = replace(
            self.report,
            invalid=found.invalid_files,
            invalid_reason=found.invalid_reason,
            locked=len(found.locked),
            unsupported=found.unsupported_files,
        )
        changed = [key for key, values in found.values.items() if values]
        return self._add(found.changed_files, labels.set_fields(found.changed_files, changed))

    def _set_results(self, found: RuleResults) -> None:
        for key, values in found.values.items():
            if values:
                store.set_values(self._tx, key, values, at=self._at, reason="rule", step=self._id)

    def set_values(self, field: str, values: Mapping[int, str | None]) -> int:
        """Import a canonical value of a field for each file, by id, without copies; return the number of files."""
        files = store.set_values(self._tx, field, values, at=self._at, reason="import", step=self._id)
        return self._add(files, labels.set_fields(files, [field]))

    def set_favorite(
        self, target: Target, *, wanted: bool | None, kind: MediaKind | None = None, only_this: bool = False
    ) -> builtins.list[RatedFile]:
        """Make files and their copies favorites, or no favorites (`Decisions.set_favorite`); return their ratings."""
        with self._selected(target, copies=not only_this, kind=kind):
            rows, skips_locked = store.field_facts(self._tx), not targets.is_one_file(target)
            ratings = field_rules.favorite_ratings(self._tx, rows, wanted, skips_locked=skips_locked)
        changed = {file_id: rating.after for file_id, rating in ratings.items() if rating.after != rating.before}
        if changed:
            store.set_values(self._tx, RATING, changed, at=self._at, step=self._id)
        self.report = replace(self.report, unsupported=field_rules.unsupported_ratings(rows, changed))
        self._add(len(changed), labels.favorites(len(changed), added=field_values.FAVORITE in changed.values()))
        return [
            RatedFile(
                file_id=file_id,
                rating=field_values.rating_number(rating.after),
                favorite=rating.after == field_values.FAVORITE,
            )
            for file_id, rating in ratings.items()
        ]

    def postpone(self, target: Target, *, until: datetime | None = None) -> int:
        """Skip files in lists and writes, until a time or until the decision is removed; return the number of files."""
        until = until.astimezone(UTC) if until else None
        if until and until <= self._at:
            message = f"{until:%Y-%m-%d %H:%M} UTC is in the past. Name a later day, or none to skip without end."
            raise errors.UsageError(message)
        with self._selected(target):
            files = store.postpone_selected(self._tx, until=until, at=self._at, step=self._id)
        return self._add(files, labels.skipped(files, until))

    def take_over(self, former: Mapping[int, int]) -> None:
        """Give files the people and decisions of missing files, by the ids of both, that are their recordings."""
        with self.learning() as tx:
            recordings.take_over(tx, former, at=self._at, step=self._id)

    def set_mode(
        self, target: Target, *, people_mode: PeopleMode | None = None, comment_mode: CommentMode | None = None
    ) -> int:
        """Set the modes of files; return the number of files."""
        if people_mode is None and comment_mode is None:
            raise errors.UsageError(_NO_MODE)
        with self._selected(target):
            files = store.set_mode_of_selected(
                self._tx, people_mode=people_mode, comment_mode=comment_mode, at=self._at, step=self._id
            )
        return self._add(files, labels.modes(files, people_mode, comment_mode))

    def end_postponements(self, target: Target) -> int:
        """Revoke the postponements of files; return the number of postponed files."""
        files = self.revoke_of(target, ["postpone"])
        self._label = labels.stopped_skipping(files)
        return files

    def revoke_of(self, target: Target, kinds: Sequence[str]) -> int:
        """Revoke the decisions of some kinds on files; return the number of files with such decisions."""
        stored_kinds = [each for kind in kinds for each in (_field_kinds() if kind == "fields" else (kind,))]
        with self._selected(target):
            files = store.revoke_selected(self._tx, stored_kinds, at=self._at, step=self._id)
        return self._add(files, labels.revoked_decisions_on(files))

    def revoke(self, decision_ids: Sequence[int]) -> int:
        """Revoke decisions; return the number of those that were in force."""
        unknown = store.unknown_decisions(self._tx, decision_ids)
        if unknown:
            raise errors.UnknownIdError(f"There is no decision with the id {wording.first_ids(unknown)}.")
        count = store.revoke(self._tx, decision_ids, at=self._at, step=self._id)
        self._add(0, labels.revoked(count))
        return count

    @contextmanager
    def _selected(self, target: Target, *, copies: bool = False, kind: MediaKind | None = None) -> Iterator[None]:
        """Select files (of one kind) for a block, and their copies if `copies` is set, which the report then names."""
        with targets.selected_now(self._tx, target, self._modes, now=self._at):
            if kind is not None:
                targets.keep_kind(self._tx, target, kind)
            added = store.select_copies(self._tx) if copies else 0
            self._count_found(store.count_selected(self._tx))
            yield
            if added:
                self._name_copies()

    def _require_seen(self, kinds: Sequence[str]) -> None:
        """Raise NewerDecisionError if others decided about the selected files after the newest decision seen."""
        newer = None if self._seen is None else store.newer_of_others(self._tx, kinds, seen=self._seen)
        if newer is not None:
            raise errors.NewerDecisionError(newer.sentence, seen=newer.decision_id)

    def _change(
        self,
        target: Target,
        *,
        added: Sequence[str] = (),
        removed_keys: frozenset[str],
        replacement: str | None = None,
        only_this: bool,
    ) -> int:
        version = plan_compute.refresh_within(self._tx, self._modes, now=self._at)
        with targets.selected(self._tx, target, version):
            copies = 0 if only_this else store.select_copies(self._tx)
            with bulk.loaded(self._tx, version) as found:
                self._count_found(found)
                change = bulk.change(self._tx, added=added, removed_keys=removed_keys, replacement=replacement)
                if change.files:
                    store.edit_changed(self._tx, at=self._at, step=self._id)
                    self._add_people(list(change.added))
            if copies:
                self._name_copies()
        self.report = replace(self.report, added=change.added, removed=change.removed)
        return self._add(change.files, labels.changed(change.files, change.added, change.removed))

    def _add_people(self, names: Sequence[str]) -> None:
        """Add a person for each name of an edit that nobody has, and that names a person; undo removes them again."""
        unknown = [
            name
            for name in people_store.unknown_names(self._tx, names)
            if people_comment.person_key(name) not in self._placeholder_keys
        ]
        if not unknown:
            return
        with nullcontext() if self._is_learning else learning.recorded(self._tx, self._id):  # a block records all
            people_store.add_named(self._tx, unknown, at=self._at)

    def _count_found(self, files: int) -> None:
        """Keep the number of files of the largest target of the step."""
        self.report = replace(self.report, found=max(self.report.found, files))

    def _name_copies(self) -> None:
        """Keep the selected copies that the step reached; a step with several decisions has one target."""
        named, total = store.reached_copies(self._tx, step=self._id)
        if total >= self.report.copies:
            self.report = replace(self.report, copies=total, copy_files=named)

    def _add(self, files: int, label: str) -> int:
        self._label = label
        self.report = replace(self.report, files=self.report.files + files)
        return files


def all_keys(reader: Connection, names: Sequence[str]) -> frozenset[str]:
    """Return the keys that these people may have in a list: the keys of the names and of their aliases."""
    if not names:
        return frozenset()
    ids_by_name = people_store.find(reader, list(names))
    person_ids = [person_id for ids in ids_by_name.values() for person_id in ids]
    return frozenset(people_store.keys_of(reader, person_ids) | {people_comment.person_key(name) for name in names})


def _field_kinds() -> list[str]:
    """Return the kinds of the group `fields`."""
    return [kind_of_field(each.key) for each in editable_fields()]
