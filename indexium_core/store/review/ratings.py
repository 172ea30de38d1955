"""Ratings that wait for a write, in folders whose ratings are written at once."""

from __future__ import annotations

from indexium_core.model.fields.table import RATING
from indexium_core.store import sql
from indexium_core.store.connection import Connection
from indexium_core.store.review.decisions import FIELD_KIND

__all__ = ["waiting"]


def waiting(reader: Connection) -> dict[int, int]:
    """Return the decision about the rating of each file that waits, by file id."""
    return dict(reader.execute(sql.load("ratings")["waiting"], {"kind": f"{FIELD_KIND}{RATING}"}).fetchall())
