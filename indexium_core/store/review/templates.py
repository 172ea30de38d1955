"""Edits under a name, to be made again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from indexium_core.model.people import people_comment as names
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["Template", "add", "all_templates", "find", "remove"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """People to add to files, or one person to put in another's place."""

    template_id: int
    name: str
    people: list[str]  # to add; empty for a replacement
    old_person: str | None  # whom to look for; None: people are added
    new_person: str | None  # who comes in their place
    created_at: datetime  # UTC

    @property
    def pair(self) -> tuple[str, str] | None:
        """Who is replaced by whom; None where people are added."""
        if self.old_person is None or self.new_person is None:
            return None
        return self.old_person, self.new_person


def all_templates(reader: Connection) -> list[Template]:
    """Return all templates, by name."""
    found = reader.execute(_sql("list")).fetchall()
    return [Template(**dict(zip(reader.columns, row, strict=True))) for row in found]


def find(reader: Connection, name: str) -> Template | None:
    """Return the template of a name, whatever its letter case."""
    row = reader.execute(_sql("find"), [names.person_key(name)]).fetchone()
    return Template(**dict(zip(reader.columns, row, strict=True))) if row else None


def add(
    tx: Connection,
    name: str,
    *,
    people: Sequence[str] = (),
    old_person: str | None = None,
    new_person: str | None = None,
    at: datetime,
) -> None:
    """Keep a template, in place of the one that has its name."""
    remove(tx, name)
    facts = {"people": list(people), "old_person": old_person, "new_person": new_person, "at": at}
    tx.execute(_sql("add"), {"name": name, "name_key": names.person_key(name)} | facts)


def remove(tx: Connection, name: str) -> bool:
    """Drop the template of a name; returns whether there was one."""
    return bool(tx.value(_sql("remove"), [names.person_key(name)]))


def _sql(name: str) -> str:
    return sql.load("templates")[name]
