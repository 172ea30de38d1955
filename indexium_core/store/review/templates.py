"""Templates: edits stored under a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from indexium_core.model.people import people_comment
from indexium_core.model.review.decisions import Template
from indexium_core.store import sql
from indexium_core.store.connection import Connection


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
