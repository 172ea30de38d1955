"""
Changes of persons: rename, merge, split, and the reversal of a merge.

Each change is one review step, which undo reverts. A preview makes the change in a transaction and rolls it back, so it
shows exactly what the change would do. Files do not change; a write then corrects their comments.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from indexium_core import errors
from indexium_core.model import labels, wording
from indexium_core.model.people import people_comment, person
from indexium_core.model.people.person import PersonChange
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import learning
from indexium_core.store.people import people as store
from indexium_core.store.people.learning import Merge
from indexium_core.store.people.people import PersonName
from indexium_core.store.review import steps

logger = logging.getLogger(__name__)


class PersonChanges:
    """Changes the persons of `database`; `on_change` is called after each change."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime], on_change: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._on_change = on_change

    def rename(self, old: str, new: str, *, qualifier: str | None, dry_run: bool) -> PersonChange:
        """Rename a person. Arguments and errors as `PeopleService.rename`."""
        name = people_comment.validate_name(new)
        with self._step(dry_run=dry_run) as step:
            before = person_of(step.tx, old)
            after = PersonName(
                before.person_id, name, before.qualifier if qualifier is None else person.checked_qualifier(qualifier)
            )
            if after == before:
                return step.change
            _check_free(step.tx, after)
            with step.recorded([before], labels.renamed(before.label, after.label)):
                store.rename(
                    step.tx, before.person_id, old=before.name, new=name, qualifier=after.qualifier, at=self._clock()
                )
            old_names = {before.name} - {name}
            step.describe(f"{before.label} becomes {after.label}", old_names, before.person_id)
        return step.change

    def relabel(self, person_id: int, label: str, *, dry_run: bool) -> PersonChange:
        """Give a person a name and a qualifier. Arguments and errors as `PeopleService.relabel`."""
        own = f"#{person_id}"
        before = person_of(self._database.read(), own)
        name, qualifier = person.split_label(label)
        if label.strip() == before.label:
            name, qualifier = before.name, before.qualifier
        return self.rename(own, name, qualifier=qualifier, dry_run=dry_run)

    def merge(self, names: Sequence[str], into: str, *, dry_run: bool) -> PersonChange:
        """Merge persons. Arguments and errors as `PeopleService.merge`."""
        with self._step(dry_run=dry_run) as step:
            target = person_of(step.tx, into)
            merged = {each.person_id: each for each in (person_of(step.tx, name) for name in names)}
            merged.pop(target.person_id, None)
            if not merged:
                raise errors.UsageError("Name at least one other person to merge: indexium people merge FROM… INTO.")
            shown = wording.list_of([each.label for each in merged.values()])
            own = store.files_of(step.tx, merged)
            with step.recorded([*merged.values(), target], labels.merged(shown, target.label)):
                store.merge(step.tx, sorted(merged), target.person_id, at=self._clock())
            learning.record_merge(step.tx, step.step_id, merged, target.person_id)
            old_names = {each.name for each in merged.values()} - {target.name}
            verb = "becomes" if len(merged) == 1 else "become"
            step.describe(f"{shown} {verb} {target.label}", old_names, target.person_id, files=own)
        return step.change

    def split(self, name: str, file_ids: Collection[int], *, into: str, qualifier: str, dry_run: bool) -> PersonChange:
        """Give files of a person to a new person. Arguments and errors as `PeopleService.split`."""
        new_name, new_qualifier = people_comment.validate_name(into), person.checked_qualifier(qualifier)
        with self._step(dry_run=dry_run) as step:
            old = person_of(step.tx, name)
            new = PersonName(0, new_name, new_qualifier)
            _check_free(step.tx, new)
            own = store.files_with(step.tx, file_ids, [old.person_id])
            if not own:
                raise errors.UsageError(
                    f"None of these files has {old.label} in the database, so nothing can be split."
                )
            with step.recorded([old], labels.split(old.label, new.label, len(own))):
                new_id = store.split(
                    step.tx, old.person_id, own, name=new_name, qualifier=new_qualifier, at=self._clock()
                )
                if new_name != old.name:
                    store.add_alias(step.tx, new_id, old.name, at=self._clock())
            old_names = {old.name} - {new_name}
            step.describe(f"{old.label} becomes the new person {new.label}", old_names, new_id, files=own)
        return step.change

    def unmerge(self, name: str, merged: str, *, dry_run: bool) -> PersonChange:
        """Revert a merge. Arguments and errors as `PeopleService.unmerge`."""
        with self._step(dry_run=dry_run) as step:
            target = person_of(step.tx, name)
            merge = _merge_of(step.tx, target, merged)
            shown = person.label(merge.name, merge.qualifier)
            with step.recorded([target], labels.unmerged(shown, target.label)):
                is_applied = learning.undo_or_redo(step.tx, merge.step_id, undo=True)
            if not is_applied:
                message = f"{shown} cannot be separated from {target.label}, because these people have newer changes."
                raise errors.UsageError(f"{message} Undo those changes, or split the files off.")
            step.describe(f"{shown} is a person of its own again", set(), merge.person_id)
        return step.change

    @contextlib.contextmanager
    def _step(self, *, dry_run: bool) -> Iterator[_ChangeStep]:
        """Make one change as one review step; `dry_run`: roll it back at the end."""
        with self._database.atomic(dry_run=dry_run) as tx:
            step = _ChangeStep(tx, at=self._clock())
            yield step
        if dry_run:
            step.change = replace(step.change, step_id=None)
        elif step.change.step_id is not None:
            logger.info("people.changed", extra={"file_count": step.change.files})
            self._on_change()


class _ChangeStep:
    """The review step of one change, within its transaction."""

    def __init__(self, tx: Connection, *, at: datetime) -> None:
        self.tx = tx
        self.step_id = steps.next_id(tx)
        self.change = PersonChange(text="")
        self._at = at

    @contextlib.contextmanager
    def recorded(self, people: Sequence[PersonName], label: str) -> Iterator[None]:
        """Record the changes of the block, which concern these people, as the step."""
        with learning.recorded(self.tx, self.step_id, [each.name for each in people]):
            yield
        files = learning.count_files(self.tx, self.step_id) or 0
        steps.record(self.tx, self.step_id, label, files=files, at=self._at)
        self.change = PersonChange(text="", files=files, step_id=self.step_id)

    def describe(
        self, effect: str, old_names: Collection[str], person_id: int, *, files: Collection[int] | None = None
    ) -> None:
        """
        Set the sentence and the numbers of the change.

        Args:
            effect: The first part of the sentence.
            old_names: Names that comments have now, and that the next write replaces.
            person_id: The person after the change.
            files: The files of the people who change; default: the files of the person.

        """
        own = list(files) if files is not None else store.files_of(self.tx, [person_id])
        people = store.people_of_keys(self.tx, {people_comment.person_key(name) for name in old_names})
        # Another person with an old name keeps it: only the comments of files of this person change.
        is_shared = any(row.person_id != person_id for rows in people.values() for row in rows)
        comments = store.count_named(self.tx, old_names, own if is_shared else None) if old_names else 0
        text = f"{effect} in {wording.files(len(own))}"
        if comments:
            text += f"; the next write corrects {wording.plural(comments, 'comment')}"
        self.change = replace(self.change, text=f"{text}.", files=len(own), comments=comments)


def person_of(reader: Connection, name: str) -> PersonName:
    """
    Return the person that a name identifies.

    Raises:
        UnknownIdError: No person has this name.
        UsageError: The name matches several people.

    """
    rows = store.names_of(reader, store.find(reader, [name]).get(name, []))
    if not rows:
        message = f"There is no person with the name “{name}”; 'indexium people list' shows all people."
        raise errors.UnknownIdError(message)
    if len(rows) > 1:
        choices = " or ".join(f"“{row.label}”" for row in rows)
        is_shared = len({row.name for row in rows}) < len(rows)
        ids = f", or the id: {', '.join(f'#{row.person_id}' for row in rows)}" if is_shared else ""
        raise errors.UsageError(f"“{name}” is ambiguous: it may be {choices}. Use one of these spellings{ids}.")
    return rows[0]


def _check_free(reader: Connection, wanted: PersonName) -> None:
    """Raise `UsageError` if another person has this name and qualifier, or (without a qualifier) this alias."""
    key = people_comment.person_key(wanted.name)
    others = [
        other
        for other in store.people_of_keys(reader, [key]).get(key, [])
        if other.person_id != wanted.person_id
        and other.name == wanted.name
        and people_comment.person_key(other.qualifier) == people_comment.person_key(wanted.qualifier)
    ]
    owner = store.owner_of_alias(reader, wanted.name)
    if others or (owner and owner[0] != wanted.person_id and not wanted.qualifier):
        raise errors.UsageError(
            f"Another person is called “{wanted.label}”. Merge the two, or give one of them a qualifier."
        )


def _merge_of(reader: Connection, target: PersonName, merged: str) -> Merge:
    """Return the newest merge of the person called `merged` into `target`."""
    own = learning.merges(reader, target.person_id)
    key = people_comment.person_key(merged)
    for shown in (lambda merge: person.label(merge.name, merge.qualifier), lambda merge: merge.name):
        for merge in own:
            if people_comment.person_key(shown(merge)) == key:
                return merge
    names = wording.list_of([f"“{person.label(each.name, each.qualifier)}”" for each in own])
    hint = f"Merged into this person: {names}." if own else "No person is merged into this person."
    raise errors.UnknownIdError(f"“{merged}” is not merged into {target.label}. {hint}")
