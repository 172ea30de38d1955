"""
A change of the people of only one of several copies.

An assignment belongs to the media, so all copies have it. What belongs to one file is an edit: so this is an edit of
exactly the named files, which undo reverts, and which the plan shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from indexium_core import errors
from indexium_core.model.review.reports import DecisionReport
from indexium_core.store.database import Database
from indexium_core.store.people import people as store


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
