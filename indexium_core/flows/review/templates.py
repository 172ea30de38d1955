"""Templates: edits under a name, looked at on a selection before they are applied to it."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.people.people_service import valid_names
from indexium_core.flows.review.bulk_edits import EXAMPLES, BulkEdits, ChangePreview
from indexium_core.flows.review.decisions import DecisionReport, Decisions
from indexium_core.flows.review.targets import Target
from indexium_core.model import wording
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.remote_calls import remote
from indexium_core.store.database import Database
from indexium_core.store.review import templates as store
from indexium_core.store.review.templates import Template

__all__ = ["Template", "Templates"]

MOST = 200  # templates that are kept
LONGEST = 100  # letters of a name


class Templates:
    """Keeps templates and applies them. `on_change` is told, with nothing, after each decision."""

    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        bulk: BulkEdits,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._decisions, self._bulk = database, decisions, bulk
        self._clock = clock
        self._on_change = on_change

    @remote()
    def list(self) -> builtins.list[Template]:
        """Return all templates, by name."""
        return store.all_templates(self._database.read())

    @remote()
    def get(self, name: str) -> Template:
        """Return the template of a name; UnknownIdError where there is none."""
        found = store.find(self._database.read(), name)
        if found is None:
            message = f"There is no template “{name}”; 'indexium templates list' shows them."
            raise errors.UnknownIdError(message)
        return found

    @remote()
    def save(self, name: str, *, people: Sequence[str] = (), replace: tuple[str, str] | None = None) -> Template:
        """
        Keep people to add, or whom to put in whose place, under a name; one that has it already is replaced.

        Raises:
            ValidationError: Names that may not be written, all of them.
            UsageError: The template has no name, or is about nobody; or there are too many.

        """
        clean = names_of.clean_name(name)
        if not clean or len(clean) > LONGEST:
            message = f"Give the template a name of 1 to {LONGEST} letters."
            raise errors.UsageError(message)
        if bool(people) == (replace is not None):
            raise errors.UsageError("A template adds people, or puts one person in another's place. Name either.")
        old, new = replace or (None, None)
        if old is not None and not names_of.clean_name(old):
            raise errors.UsageError("Name the person who is to be replaced.")
        wanted = valid_names(people)
        with self._database.atomic() as tx:
            if len(store.all_templates(tx)) >= MOST and store.find(tx, clean) is None:
                message = f"There are {MOST} templates already. Remove one first."
                raise errors.UsageError(message)
            store.add(
                tx,
                clean,
                people=wanted,
                old_person=None if old is None else names_of.clean_name(old),
                new_person=None if new is None else names_of.validate_name(new),
                at=self._clock(),
            )
        return self.get(clean)

    @remote()
    def remove(self, name: str) -> None:
        """Drop a template; UnknownIdError where there is none."""
        with self._database.atomic() as tx:
            dropped = store.remove(tx, name)
        if not dropped:
            self.get(name)

    @remote()
    def preview(self, name: str, target: Target, *, examples: int = EXAMPLES) -> ChangePreview:
        """Return what a template would do to files; changes nothing. UnknownIdError where there is no such template."""
        template = self.get(name)
        return self._bulk.preview(target, add=template.people, replace=template.pair, examples=examples)

    @remote()
    def apply(self, name: str, target: Target) -> DecisionReport:
        """Do it: every file that changes gets an edit. UnknownIdError where there is no such template or file."""
        template = self.get(name)

        def label(files: int) -> str:
            return f"applied “{template.name}” to {wording.files(files)}"

        if template.pair is not None:
            report = self._decisions.replace_person(target, *template.pair, label=label)
        else:
            report = self._decisions.change_people(target, add=template.people, label=label)
        self._on_change()
        return report
