"""
The people of many files at once, and each file's list after a change of people.

The input is the table of selected files (`decisions.selection`). The number of statements does not depend on the
number of files. All tables belong to the connection, so a preview needs no transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from indexium_core.model.people.people_comment import person_key
from indexium_core.model.review.reports import Example
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.plan_version import Version


class PersonCount(NamedTuple):
    """One person, with the number of loaded files that have them."""

    name: str  # the most common spelling
    person_key: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleChange:
    """The effect of a change of people."""

    files: int  # files whose list changes
    emptied: int  # of these, files without people after the change
    added: dict[str, int]  # files by added person
    removed: dict[str, int]  # files by removed person


@contextmanager
def loaded(reader: Connection, version: Version) -> Iterator[int]:
    """Load the people of the selected files for a block, by a version of the plan; yield the number of files."""
    with reader.dropping(_sql("drop_loaded")):
        reader.execute(_sql("current_people"), {"variant_id": version.variant_id, "plan_id": version.plan_id})
        names = [name for (name,) in reader.execute(_sql("current_names")).fetchall()]
        reader.execute(_sql("name_keys"), {"names": names, "keys": [person_key(name) for name in names]})
        reader.execute(_sql("current_keys"))
        yield int(reader.value(_sql("count_current")))


def people(reader: Connection) -> list[PersonCount]:
    """Return the people of the loaded files; people with the most files come first."""
    return [PersonCount._make(row) for row in reader.execute(_sql("people")).fetchall()]


def change(
    reader: Connection,
    *,
    added: Sequence[str] = (),
    removed_keys: Collection[str] = (),
    replacement: str | None = None,
) -> PeopleChange:
    """
    Compute the lists of the loaded files after a change.

    Args:
        reader: A connection.
        added: Valid names; new names are added at the end of the list.
        removed_keys: The `person_key`s of removed people.
        replacement: A valid name, which replaces the first removed person.

    """
    parameters = {
        "added": list(added),
        "added_keys": [person_key(name) for name in added],
        "removed_keys": list(removed_keys),
        "replacement": replacement,
        "replacement_key": None if replacement is None else person_key(replacement),
    }
    reader.execute(_sql("changed"), parameters)
    files, emptied = reader.execute(_sql("count_changed")).fetchone() or (0, 0)
    counts = reader.execute(_sql("added_and_removed")).fetchall()
    return PeopleChange(
        files=files,
        emptied=emptied,
        added={name: added_files for name, added_files, _ in counts if added_files},
        removed={name: removed_files for name, _, removed_files in counts if removed_files},
    )


def examples(reader: Connection, limit: int) -> list[Example]:
    """Return the first files that change, by path."""
    return [
        Example(file_id=file_id, file_name=name, file_path=path, before=before, after=after)
        for file_id, name, path, before, after in reader.execute(_sql("examples"), [limit]).fetchall()
    ]


def _sql(name: str) -> str:
    return sql.load("bulk")[name]
