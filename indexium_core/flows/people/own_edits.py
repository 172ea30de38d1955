"""
Edits that take the place of a change of assignments.

An assignment belongs to the media, so all copies have it. What belongs to one file is an edit: so this is an edit of
exactly the named files, which undo reverts, and which the plan shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from indexium_core import errors
from indexium_core.model.people import people_comment
from indexium_core.model.review.reports import DecisionReport
from indexium_core.store.database import Database
from indexium_core.store.people import people as store
from indexium_core.store.people.people import FileResult


class EditPeople(Protocol):
    """Changes the people of files by an edit (`Decisions.change_people`)."""

    def __call__(
        self, target: Sequence[int], *, add: Sequence[str] = (), remove: Sequence[str] = (), only_this: bool = False
    ) -> DecisionReport: ...


def change(
    database: Database,
    edit: EditPeople | None,
    paths: Sequence[bytes],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> DecisionReport:
    """
    Change the people of exactly the files at these paths by an edit.

    Raises:
        UnknownIdError: One of the files is not scanned.
        UsageError: The service of the people has no edits.

    """
    reader = database.read()
    missing = sorted(set(paths) - store.scanned_paths(reader, paths))
    if missing:
        shown = missing[0].decode("utf-8", "replace")
        raise errors.UnknownIdError(
            f"{shown} is not scanned, so it can have no edit of its own: scan its folder first."
        )
    if edit is None:
        raise errors.UsageError("There are no edits here: change the people of the file and of its copies.")
    return edit(store.ids_at(reader, paths), add=add, remove=remove, only_this=True)


def without(row: FileResult, aliases: dict[str, str], removed_keys: set[str]) -> list[str] | None:
    """Return the people of a file without the removed people; None if the file needs no edit."""
    if row.edited is not None:
        people = row.edited
    elif row.people_mode == "exact":
        return None  # the file follows the database
    else:
        in_file = [aliases.get(people_comment.person_key(name), name) for name in row.file_people]
        name_by_key = {people_comment.person_key(name): name for name in reversed([*row.db_people, *in_file])}
        people = list(name_by_key.values())[::-1]
    remaining = [name for name in people if people_comment.person_key(name) not in removed_keys]
    return remaining if len(remaining) < len(people) else None
