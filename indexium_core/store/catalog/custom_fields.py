"""The definitions of custom fields: rows of `custom_fields`. Mutators take the connection of an open transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from indexium_core.model.fields.custom import CustomField, Definitions
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def definitions(reader: Connection) -> Definitions:
    """Return all definitions, in the order of their creation."""
    rows = reader.execute(_sql("all")).fetchall()
    found = [(_field(text), is_removed) for text, is_removed in rows]
    return Definitions(
        fields=tuple(each for each, is_removed in found if not is_removed),
        former=tuple(each for each, is_removed in found if is_removed),
    )


def put(tx: Connection, field: CustomField, *, at: datetime) -> None:
    """Store a definition, in place of one with its key."""
    text = json.dumps(asdict(field), ensure_ascii=False)
    tx.execute(_sql("put"), {"key": field.key, "definition": text, "at": at})


def remove(tx: Connection, key: str, *, at: datetime) -> None:
    """Mark a definition as removed."""
    tx.execute(_sql("remove"), {"key": key, "at": at})


def edited_values(reader: Connection, kind: str, key: str, containers: Collection[str]) -> Mapping[str | None, int]:
    """Return the values of the edits of a field that files do not have yet, each with its number of files."""
    parameters = {"kind": kind, "key": key, "containers": list(containers)}
    return dict(reader.execute(_sql("edited_values"), parameters).fetchall())


def _field(text: str) -> CustomField:
    facts = json.loads(text)
    return CustomField(**facts | {"choices": tuple(facts["choices"])})


def _sql(name: str) -> str:
    return sql.load("custom_fields")[name]
