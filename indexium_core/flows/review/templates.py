"""Templates: edits stored under a name, which a user previews on files and applies to them."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from indexium_core import errors
from indexium_core.flows.people.people_service import valid_names
from indexium_core.flows.review.bulk_edits import EXAMPLES, BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.model import wording
from indexium_core.model.accounts.needs import FOUND, NO_LIBRARY, needs
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.people import people_comment
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import Target, Template
from indexium_core.model.review.reports import ChangePreview, DecisionReport
from indexium_core.store.database import Database
from indexium_core.store.review import templates as store

MAX_TEMPLATES = 200
MAX_NAME_LENGTH = 100  # characters


class Templates:
    """The templates of a home."""

    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        bulk: BulkEdits,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._decisions, self._bulk = database, decisions, bulk
        self._clock = clock

    @remote()
    def list(self) -> builtins.list[Template]:
        """Return all templates, by name."""
        return store.all_templates(self._database.read())

    @remote()
    def get(self, name: str) -> Template:
        """Return the template with a name. UnknownIdError: there is no such template."""
        template = store.find(self._database.read(), name)
        if template is None:
            message = f"There is no template “{name}”; 'indexium templates list' shows all templates."
            raise errors.UnknownIdError(message)
        return template

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def save(self, name: str, *, people: Sequence[str] = (), replace: tuple[str, str] | None = None) -> Template:
        """
        Store people to add, or a replacement (old, new), under a name; a template with that name is overwritten.

        Raises:
            ValidationError: Names are invalid; one message has all of them.
            UsageError: The name is not valid, the template has no people, or there are too many templates.

        """
        clean = people_comment.clean_name(name)
        if not clean or len(clean) > MAX_NAME_LENGTH:
            raise errors.UsageError(f"Give the template a name of 1 to {MAX_NAME_LENGTH} characters.")
        if bool(people) == (replace is not None):
            raise errors.UsageError("A template either adds people or replaces one person. Name one of the two.")
        old, new = replace or (None, None)
        if old is not None and not people_comment.clean_name(old):
            raise errors.UsageError("Name the person to replace.")
        added = valid_names(people)
        with self._database.atomic() as tx:
            if len(store.all_templates(tx)) >= MAX_TEMPLATES and store.find(tx, clean) is None:
                raise errors.UsageError(f"There are {MAX_TEMPLATES} templates already. Remove one first.")
            store.add(
                tx,
                clean,
                people=added,
                old_person=None if old is None else people_comment.clean_name(old),
                new_person=None if new is None else people_comment.validate_name(new),
                at=self._clock(),
            )
        return self.get(clean)

    @needs(PLAN_EDIT, NO_LIBRARY)
    @remote()
    def remove(self, name: str) -> None:
        """Remove a template. UnknownIdError: there is no such template."""
        with self._database.atomic() as tx:
            is_removed = store.remove(tx, name)
        if not is_removed:
            self.get(name)

    @remote()
    def preview(self, name: str, target: Target, *, examples: int = EXAMPLES, only_this: bool = False) -> ChangePreview:
        """Return the effect of a template on files, without a change. UnknownIdError: there is no such template."""
        template = self.get(name)
        return self._bulk.preview(
            target, add=template.people, replace=template.pair, examples=examples, only_this=only_this
        )

    @needs(PLAN_EDIT, FOUND)
    @remote()
    def apply(self, name: str, target: Target, *, only_this: bool = False) -> DecisionReport:
        """Edit the files (and copies, unless `only_this`) that it changes. UnknownIdError: no such template or file."""
        template = self.get(name)

        def label(files: int) -> str:
            return f"applied “{template.name}” to {wording.files(files)}"

        if template.pair is not None:
            report = self._decisions.replace_person(target, *template.pair, label=label, only_this=only_this)
        else:
            report = self._decisions.change_people(target, add=template.people, label=label, only_this=only_this)
        return report
