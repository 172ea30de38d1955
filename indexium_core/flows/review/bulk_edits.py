"""
Previews of bulk edits: the people of many files, and the effect of a change of these people. No decision is made here.

`flows/review/decisions.py` uses the same statements, so a decision does exactly what its preview shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from indexium_core.flows.review import decisions, field_rules, step, targets
from indexium_core.flows.review.field_rules import RuleResults
from indexium_core.model.people import people_comment
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import Target
from indexium_core.model.review.edit_choices import EditChoices
from indexium_core.model.review.reports import BulkPeople, BulkPerson, ChangePreview, FieldsPreview
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.plan_version import Modes
from indexium_core.store.planning import plan_compute
from indexium_core.store.review import bulk
from indexium_core.store.review import decisions as store

EXAMPLES = 5  # files that a preview shows


class BulkEdits:
    """Previews bulk edits of a home."""

    def __init__(
        self,
        database: Database,
        *,
        modes: Callable[[], Modes] = Modes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._modes = modes
        self._clock = clock

    @remote()
    def choices(self) -> EditChoices:
        """Return what an edit of many files can change."""
        return EditChoices.now()

    @remote()
    def people_in(self, target: Target, *, like: str = "", limit: int = 0, only_this: bool = False) -> BulkPeople:
        """
        Return the people of the files of a target, each with the number of files.

        Args:
            target: A query, a selection, or file ids; copies of the files are included.
            like: Only people whose name contains this text, compared as search does.
            limit: The maximum number of people; 0: all.
            only_this: Without the copies.

        """
        reader = self._database.read()
        with self._loaded(reader, target, only_this=only_this) as (files, copies):
            counts = bulk.people(reader)
        text = people_comment.fold(like.strip())
        people = [
            BulkPerson(name=each.name, files=each.files) for each in counts if text in people_comment.fold(each.name)
        ]
        return BulkPeople(files=files, copies=copies, total=len(people), people=people[: limit or None])

    @remote()
    def preview_fields(
        self, target: Target, values: Mapping[str, str], *, examples: int = EXAMPLES, only_this: bool = False
    ) -> FieldsPreview:
        """Return the effect of `Decisions.set_fields` without a change; errors are the same."""
        rules = field_rules.checked_rules(values)
        reader = self._database.read()
        version = plan_compute.refresh(self._database, self._modes(), now=self._clock())
        with targets.selected(reader, target, version):
            copies = 0 if only_this else store.select_copies(reader)
            found = field_rules.results(reader, rules, skips_locked=not targets.is_one_file(target))
        return _preview(found, copies=copies, examples=examples)

    def preview_each(self, texts: Mapping[int, Mapping[str, str]], *, examples: int = EXAMPLES) -> FieldsPreview:
        """Return the effect of `Decisions.set_each` without a change."""
        reader = self._database.read()
        with store.selection(reader, list(texts)):
            found = field_rules.given(reader, texts)
        return _preview(found, copies=0, examples=examples)

    @remote()
    def preview(
        self,
        target: Target,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        replace: tuple[str, str] | None = None,
        examples: int = EXAMPLES,
        only_this: bool = False,
    ) -> ChangePreview:
        """
        Return the effect of adding and removing people, or of replacing a person, without a change.

        `only_this`: in the files of the target, not in their copies.

        Raises:
            ValidationError: Names to add are invalid; one message has all of them.
            UsageError: A person would be both added and removed, or no person is given.

        """
        reader = self._database.read()
        replacement = None
        if replace is not None:
            names, remove, replacement = [], [replace[0]], people_comment.validate_name(replace[1])
        else:
            names = decisions.checked_change(add, remove)
        removed_keys = step.all_keys(reader, remove)
        with self._loaded(reader, target, only_this=only_this) as (files, copies):
            change = bulk.change(reader, added=names, removed_keys=removed_keys, replacement=replacement)
            shown = bulk.examples(reader, examples) if examples else []
        return ChangePreview(
            files=files,
            copies=copies,
            changed=change.files,
            emptied=change.emptied,
            added=change.added,
            removed=change.removed,
            examples=shown,
            replaced=None if replace is None else (replace[0], replace[1]),
        )

    @contextmanager
    def _loaded(self, reader: Connection, target: Target, *, only_this: bool) -> Iterator[tuple[int, int]]:
        """Load the people of a target's files for a block; yield the number of files, and how many are copies."""
        version = plan_compute.refresh(self._database, self._modes(), now=self._clock())
        with targets.selected(reader, target, version):
            copies = 0 if only_this else store.select_copies(reader)
            with bulk.loaded(reader, version) as files:
                yield files, copies


def _preview(found: RuleResults, *, copies: int, examples: int) -> FieldsPreview:
    changed = {each.file_id for each in found.changes}
    return FieldsPreview(
        files=found.files,
        copies=copies,
        changed=len(changed),
        by_field=Counter(each.field for each in found.changes),
        planned=len(found.planned - changed),
        skipped=len(found.skipped),
        without_value=len(found.without_value),
        invalid=found.invalid_files,
        invalid_reason=found.invalid_reason,
        locked=len(found.locked),
        unsupported=found.unsupported_files,
        examples=[each for part in (found.changes, found.problems, found.unsupported) for each in part[:examples]],
    )
