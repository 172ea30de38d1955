"""
The people of many files at once: who is in how many of them, and each file's own list with some added or taken out.

Works on the files that are meant (`decisions.mean`, `plans.mean`), in a number of statements that does not grow with
them. The tables are the connection's own, so a look needs no transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexium_core.model.people import people_comment as names
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.planning.plans import Version

__all__ = ["Counted", "Example", "PeopleChange", "change", "done", "examples", "look", "people"]


class Counted(NamedTuple):
    """One person, and in how many of the files they are."""

    name: str  # as most of the files spell it
    person_key: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleChange:
    """What a change amounts to."""

    files: int  # whose list changes
    emptied: int  # of them, those that have nobody then
    added: dict[str, int]  # name: files that they come into
    removed: dict[str, int]  # name: files that they go from


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One file that changes."""

    file_id: int
    file_name: str
    file_path: str
    before: list[str]
    after: list[str]


def look(reader: Connection, version: Version) -> int:
    """Look who is in the files that are meant, by this version of the plan; returns how many files there are."""
    reader.execute(_sql("own"), {"variant_id": version.variant_id, "plan_id": version.plan_id})
    spelt = [name for (name,) in reader.execute(_sql("own_names")).fetchall()]
    reader.execute(_sql("spelt"), {"names": spelt, "keys": [names.person_key(name) for name in spelt]})
    reader.execute(_sql("own_keyed"))
    return int(reader.value(_sql("count_own")))


def people(reader: Connection) -> list[Counted]:
    """Return everybody who is in a file that was looked at, in most files first."""
    return [Counted._make(row) for row in reader.execute(_sql("people_of_own")).fetchall()]


def change(
    reader: Connection, *, added: Sequence[str] = (), gone: Collection[str] = (), instead: str | None = None
) -> PeopleChange:
    """
    Work out the lists of the files that were looked at with some people added or taken out.

    Args:
        reader: A connection.
        added: Valid names, to come behind the others where they are not there.
        gone: Keys (`person_key`) of those who go.
        instead: A valid name, to take the first one's place who goes.

    """
    facts = {
        "added": list(added),
        "added_keys": [names.person_key(name) for name in added],
        "gone": list(gone),
        "instead": instead,
        "instead_key": None if instead is None else names.person_key(instead),
    }
    reader.execute(_sql("changed"), facts)
    files, emptied = reader.execute(_sql("count_changed")).fetchone() or (0, 0)
    found = reader.execute(_sql("gains_and_losses")).fetchall()
    return PeopleChange(
        files=files,
        emptied=emptied,
        added={name: gained for name, gained, _ in found if gained},
        removed={name: lost for name, _, lost in found if lost},
    )


def examples(reader: Connection, limit: int) -> list[Example]:
    """Return the first files that change, by path."""
    found = reader.execute(_sql("examples"), [limit]).fetchall()
    return [
        Example(file_id=file_id, file_name=name, file_path=path, before=before, after=after)
        for file_id, name, path, before, after in found
    ]


def done(reader: Connection) -> None:
    """Drop what was looked at."""
    reader.execute(_sql("drop_own"))


def _sql(name: str) -> str:
    return sql.load("bulk")[name]
