"""
A look at the people of many files, and at what a change of them would do, before anything is decided.

The same statements decide (`flows/review/decisions.py`): what is shown is what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexium_core.flows.review import decisions, targets
from indexium_core.flows.review.targets import Target
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.remote_calls import remote
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.planning import plans
from indexium_core.store.planning.plans import Modes
from indexium_core.store.review import bulk
from indexium_core.store.review import decisions as store
from indexium_core.store.review.bulk import Example

__all__ = ["BulkEdits", "BulkPeople", "BulkPerson", "ChangePreview", "Example"]

EXAMPLES = 5  # files that a preview shows


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPerson:
    """One person, and how many of the files would have them."""

    name: str  # as most of the files spell it
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPeople:
    """Who would be in files, by their results in the plan."""

    files: int  # copies of what is meant included
    copies: int  # of them, those that were not named
    total: int  # people in all, or all that `like` finds
    people: list[BulkPerson]  # those in most files first; the first of them, where a limit was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """What a change of people would do."""

    files: int  # files that are meant, copies included
    copies: int  # of them, those that were not named
    changed: int  # files whose list changes
    emptied: int  # of them, those that would have nobody
    added: dict[str, int]  # name: files that they come into
    removed: dict[str, int]  # name: files that they go from
    examples: list[Example]  # the first files that change, before and after


class BulkEdits:
    """Looks at many files at once."""

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
    def people_in(self, target: Target, *, like: str = "", limit: int = 0) -> BulkPeople:
        """
        Return who would be in the files meant, and in how many of them each is.

        Args:
            target: A query, a selection, or file ids; copies of the files count, too.
            like: Only people whose name contains this, as search compares.
            limit: How many people are returned at most; 0 for all.

        """
        reader = self._database.read()
        files, copies = self._look(reader, target)
        found = bulk.people(reader)
        _leave(reader)
        wanted = names_of.fold(like.strip())
        people = [BulkPerson(name=each.name, files=each.files) for each in found if wanted in names_of.fold(each.name)]
        return BulkPeople(files=files, copies=copies, total=len(people), people=people[: limit or None])

    @remote()
    def preview(
        self,
        target: Target,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        replace: tuple[str, str] | None = None,
        examples: int = EXAMPLES,
    ) -> ChangePreview:
        """
        Return what adding and removing people, or putting one in another's place, would do. Changes nothing.

        Raises:
            ValidationError: Names to add that may not be written, all of them.
            UsageError: Somebody is to be added and removed, or nobody is named.

        """
        reader = self._database.read()
        instead = None
        if replace is not None:
            names, remove, instead = [], [replace[0]], names_of.validate_name(replace[1])
        else:
            names = decisions.checked_change(add, remove)
        gone = decisions.gone_keys(reader, remove)
        files, copies = self._look(reader, target)
        changed = bulk.change(reader, added=names, gone=gone, instead=instead)
        shown = bulk.examples(reader, examples) if examples else []
        _leave(reader)
        return ChangePreview(
            files=files,
            copies=copies,
            changed=changed.files,
            emptied=changed.emptied,
            added=changed.added,
            removed=changed.removed,
            examples=shown,
        )

    def _look(self, reader: Connection, target: Target) -> tuple[int, int]:
        """Look at the files meant; returns how many there are, copies included, and how many of them are copies."""
        version = plans.refresh(self._database, self._modes(), now=self._clock())
        targets.mean(reader, target, version)
        copies = store.add_copies(reader)
        return bulk.look(reader, version), copies


def _leave(reader: Connection) -> None:
    bulk.done(reader)
    store.done(reader)
