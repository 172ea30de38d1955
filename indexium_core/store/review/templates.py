"""Templates: edits stored under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from indexium_core.model.people import people_comment
from indexium_core.store import sql
from indexium_core.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """People to add to files, or a replacement of one person with another."""

    template_id: int
    name: str
    people: list[str]  # to add; empty for a replacement
    old_person: str | None  # the person to replace; None: the template adds people
    new_person: str | None  # the replacement
    created_at: datetime  # UTC

    @property
    def pair(self) -> tuple[str, str] | None:
        """The replaced person and the replacement; None: the template adds people."""
        if self.old_person is None or self.new_person is None:
            return None
        return self.old_person, self.new_person


def all_templates(reader: Connection) -> list[Template]:
    """Return all templates, by name."""
    return [Template(**row) for row in reader.execute(_sql("list")).fetch_dicts()]


def find(reader: Connection, name: str) -> Template | None:
    """Return the template with a name, in any letter case; None if there is none."""
    rows = reader.execute(_sql("find"), [people_comment.person_key(name)]).fetch_dicts()
    return next((Template(**row) for row in rows), None)


def add(
    tx: Connection,
    name: str,
    *,
    people: Sequence[str] = (),
    old_person: str | None = None,
    new_person: str | None = None,
    at: datetime,
) -> None:
    """Store a template; it replaces a template of the same name."""
    remove(tx, name)
    columns = {"people": list(people), "old_person": old_person, "new_person": new_person, "at": at}
    tx.execute(_sql("add"), {"name": name, "name_key": people_comment.person_key(name)} | columns)


def remove(tx: Connection, name: str) -> bool:
    """Delete the template with a name; return whether there was one."""
    return bool(tx.value(_sql("remove"), [people_comment.person_key(name)]))


def _sql(name: str) -> str:
    return sql.load("templates")[name]
